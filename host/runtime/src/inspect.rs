//! Looks at a component's outside without compiling it.

use semver::Version;
use wheelhouse_core::plugin::Export;

use crate::front::Front;

/// What a component exports, read from its top level alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inspection {
    /// What it can do for the host.
    pub(crate) exports: Vec<Export>,
    /// Whether it can say what it is. Without that it serves under a name that the operator gives it.
    pub(crate) is_described: bool,
}

pub(crate) const CONTRACT: &str = "wheelhouse:plugin/";
/// What a web service exports, in WASI 0.2 and 0.3.
const HANDLERS: [&str; 2] = ["wasi:http/incoming-handler@0.2.", "wasi:http/handler@0.3."];

/// Reads the component's imports and exports. Nested modules are skipped, so this takes microseconds.
///
/// # Errors
/// A sentence for the operator when this is not a component of a contract version that the host serves.
pub(crate) fn inspect(bytes: &[u8]) -> Result<Inspection, String> {
    if bytes.is_empty() {
        return Err("the file is empty".to_owned());
    }
    if !bytes.starts_with(b"\0asm") {
        return Err("it is not WebAssembly; put only components (`.wasm`) here".to_owned());
    }
    let front = Front::read(bytes)?;
    for name in front.imports.iter().chain(&front.exports) {
        check_version(name)?;
    }
    let has =
        |interface: &str| front.exports.iter().any(|name| interface_of(name).is_some_and(|i| i == interface));
    let known = [
        ("speech", Export::Speech),
        ("chat", Export::Chat),
        ("tools", Export::Tools),
        ("routes", Export::Routes),
    ];
    let mut exports: Vec<Export> =
        known.into_iter().filter(|(name, _)| has(name)).map(|(_, export)| export).collect();
    let is_web_service =
        front.exports.iter().any(|name| HANDLERS.iter().any(|handler| name.starts_with(handler)));
    let is_described = has("plugin");
    if !is_described && (!is_web_service || !exports.is_empty()) {
        return Err(format!(
            "it exports no `{CONTRACT}plugin`, so it cannot say what it is; build it with one of the kits in sdk/"
        ));
    }
    exports.extend(is_web_service.then_some(Export::Http));
    if exports.is_empty() {
        return Err(format!(
            "it exports nothing that this host could use: none of {}, `wasi:http/handler`, `wasi:http/incoming-handler`",
            known.map(|(name, _)| format!("`{CONTRACT}{name}`")).join(", ")
        ));
    }
    Ok(Inspection { exports, is_described })
}

/// `tools` of `wheelhouse:plugin/tools@0.1.0`.
fn interface_of(name: &str) -> Option<&str> {
    let rest = name.strip_prefix(CONTRACT)?;
    Some(rest.split_once('@').map_or(rest, |(interface, _)| interface))
}

fn check_version(name: &str) -> Result<(), String> {
    let Some(rest) = name.strip_prefix(CONTRACT) else { return Ok(()) };
    let version = rest.split_once('@').and_then(|(_, version)| Version::parse(version).ok());
    match version {
        Some(Version { major: 0, minor: 1, .. }) => Ok(()),
        Some(version) => Err(format!("it is built for contract {version}; this host serves 0.1")),
        None => Err(format!("`{name}` names no version of the contract")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn text_is_not_webassembly() {
        assert!(inspect(b"hello").unwrap_err().contains("not WebAssembly"));
        assert!(inspect(b"").unwrap_err().contains("empty"));
    }

    #[test]
    fn a_core_module_is_named_as_such() {
        assert!(inspect(b"\0asm\x01\0\0\0").unwrap_err().contains("core WebAssembly module"));
    }

    #[test]
    fn an_empty_component_cannot_say_what_it_is() {
        assert!(inspect(b"\0asm\x0d\0\x01\0").unwrap_err().contains("cannot say what it is"));
    }

    #[test]
    fn a_header_without_a_body_is_cut_off() {
        assert!(inspect(b"\0asm\x0d\0\x01\0\x01\xff").unwrap_err().contains("cut off"));
    }

    #[test]
    fn another_contract_version_is_named() {
        assert!(check_version("wheelhouse:plugin/tools@0.1.7").is_ok());
        assert!(check_version("wheelhouse:plugin/tools@0.2.0").unwrap_err().contains("0.2.0"));
        assert!(check_version("wheelhouse:plugin/tools").is_err());
        assert!(check_version("wasi:io/poll@0.2.3").is_ok());
    }
}
