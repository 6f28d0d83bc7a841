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
