//! Plugins that the runtime is tested with: one for each file in `examples/`, named for how it behaves.

/// A component.
#[derive(Debug, Clone, Copy)]
pub struct Guest {
    /// Name of its file in `examples/`, without `.rs`.
    pub id: &'static str,
    /// SHA-256 of the component.
    pub sha256: [u8; 32],
    /// The component.
    pub bytes: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/bundled.rs"));

/// All of them, by name.
pub fn all() -> &'static [Guest] {
    BUNDLED
}

/// The guest with this name.
///
/// # Panics
/// When there is none.
pub fn guest(name: &str) -> &'static Guest {
    all().iter().find(|guest| guest.id == name).unwrap_or_else(|| panic!("there is no guest `{name}`"))
}

/// The guest `numbered` as plugin `numbered-<number>`, with the tool `numbered<number>` and the route `/numbered-<number>`, all with four
/// digits.
///
/// # Panics
/// When the number has more digits.
pub fn numbered(number: u16) -> Vec<u8> {
    let digits = format!("{number:04}").into_bytes();
    assert_eq!(digits.len(), 4, "four digits are what the guest has room for");
    let mut bytes = guest("numbered").bytes.to_vec();
    for before in [&b"numbered-0000"[..], b"Numbered0000", b"I am 0000"] {
        let places: Vec<usize> =
            bytes.windows(before.len()).enumerate().filter(|(_, w)| *w == before).map(|(at, _)| at).collect();
        for at in places {
            bytes[at + before.len() - 4..at + before.len()].copy_from_slice(&digits);
        }
    }
    bytes
}
