//! What this host has for components to import.

use semver::Version;

use super::Need;

const DOCUMENTS: Need = Need::Grant("documents");
const KEYVALUE: Need = Need::Grant("keyvalue");
const HTTP: Need = Need::Grant("http:<host>");

/// A package, its version, and its interfaces with what each needs.
type Offer = (&'static str, &'static str, &'static [(&'static str, Need)]);

/// Packages by name and version, each with its interfaces. A version stands for all that are compatible with it.
const OFFERS: &[Offer] = &[
    ("wheelhouse:plugin", "0.1", &[("types", Need::Free), ("documents", DOCUMENTS), ("http", HTTP)]),
    ("wasi:config", "0.2.0-rc.1", &[("store", Need::Free)]),
    ("wasi:keyvalue", "0.2.0-draft", &[("store", KEYVALUE), ("atomics", KEYVALUE), ("batch", KEYVALUE)]),
    ("wasi:http", "0.2", &[("types", Need::Free), ("outgoing-handler", HTTP)]),
    ("wasi:http", "0.3", &[("types", Need::Free), ("client", HTTP)]),
    ("wasi:io", "0.2", &[("error", Need::Free), ("poll", Need::Free), ("streams", Need::Free)]),
    ("wasi:clocks", "0.2", &[("wall-clock", Need::Free), ("monotonic-clock", Need::Free)]),
    (
        "wasi:clocks",
        "0.3",
        &[("types", Need::Free), ("system-clock", Need::Free), ("monotonic-clock", Need::Free)],
    ),
    ("wasi:random", "0.2", RANDOM),
    ("wasi:random", "0.3", RANDOM),
    ("wasi:cli", "0.2", CLI),
    ("wasi:cli", "0.3", CLI),
    ("wasi:filesystem", "0.2", &[("types", Need::Nothing), ("preopens", Need::Nothing)]),
    ("wasi:filesystem", "0.3", &[("types", Need::Nothing), ("preopens", Need::Nothing)]),
    (
        "wasi:sockets",
        "0.2",
        &[
            ("network", Need::Nothing),
            ("instance-network", Need::Nothing),
            ("tcp", Need::Nothing),
            ("tcp-create-socket", Need::Nothing),
            ("udp", Need::Nothing),
            ("udp-create-socket", Need::Nothing),
            ("ip-name-lookup", Need::Nothing),
        ],
    ),
    ("wasi:sockets", "0.3", &[("types", Need::Nothing), ("ip-name-lookup", Need::Nothing)]),
];

const RANDOM: &[(&str, Need)] =
    &[("random", Need::Free), ("insecure", Need::Free), ("insecure-seed", Need::Free)];

/// What is written is the plugin's log.
const CLI: &[(&str, Need)] = &[
    ("types", Need::Free),
    ("stdout", Need::Free),
    ("stderr", Need::Free),
    ("exit", Need::Free),
    ("environment", Need::Nothing),
    ("stdin", Need::Nothing),
    ("terminal-input", Need::Nothing),
    ("terminal-output", Need::Nothing),
    ("terminal-stdin", Need::Nothing),
    ("terminal-stdout", Need::Nothing),
    ("terminal-stderr", Need::Nothing),
];

/// What it takes to use the import with this full name.
pub(super) fn need_of(name: &str) -> Need {
    find(name).unwrap_or(Need::Missing)
}

fn find(name: &str) -> Option<Need> {
    let (path, version) = name.split_once('@')?;
    let (package, interface) = path.split_once('/')?;
    let track = track(version)?;
    let (.., interfaces) = OFFERS.iter().find(|(own, version, _)| *own == package && *version == track)?;
    interfaces.iter().find(|(own, _)| *own == interface).map(|(_, need)| *need)
}

/// The part of a version that compatible ones have in common.
fn track(version: &str) -> Option<String> {
    let parsed: Version = version.parse().ok()?;
    Some(match (parsed.pre.is_empty(), parsed.major, parsed.minor) {
        (false, ..) => version.to_owned(),
        (true, 0, 0) => version.to_owned(),
        (true, 0, minor) => format!("0.{minor}"),
        (true, major, _) => major.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_known_by_package_interface_and_compatible_version() {
        for (name, need) in [
            ("wheelhouse:plugin/documents@0.1.0", Need::Grant("documents")),
            ("wheelhouse:plugin/http@0.1.4", Need::Grant("http:<host>")),
            ("wheelhouse:plugin/documents@0.2.0", Need::Missing),
            ("wasi:random/random@0.2.11", Need::Free),
            ("wasi:cli/stderr@0.3.0", Need::Free),
            ("wasi:filesystem/types@0.2.3", Need::Nothing),
            ("wasi:config/store@0.2.0-rc.1", Need::Free),
            ("wasi:config/store@0.2.0", Need::Missing),
            ("wasi:keyvalue/batch@0.2.0-draft", Need::Grant("keyvalue")),
            ("wasi:sockets/tcp@0.3.0", Need::Missing),
            ("wasi:nn/tensor@0.2.0", Need::Missing),
            ("env", Need::Missing),
            ("wasi:random/random", Need::Missing),
        ] {
            assert_eq!(need_of(name), need, "{name}");
        }
    }
}
