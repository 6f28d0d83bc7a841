//! What can be told of components without compiling them.

use wheelhouse_guests::{all, guest};
use wheelhouse_runtime::{Need, Outline, outline};

use crate::support::renamed;

fn need(outline: &Outline, name: &str) -> Need {
    let import = outline.imports.iter().find(|import| import.name.starts_with(name));
    import.unwrap_or_else(|| panic!("no {name} in {:#?}", outline.imports)).need
}

#[test]
fn every_import_of_every_guest_is_known() {
    for guest in all() {
        let outline = outline(guest.bytes);
        let missing: Vec<_> = outline.imports.iter().filter(|import| import.need == Need::Missing).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", guest.id);
        assert_eq!(outline.size, guest.bytes.len() as u64);
    }
}

#[test]
fn imports_say_what_they_take() {
    let keeps = outline(guest("keeps").bytes);
    assert_eq!(keeps.problems, Vec::<String>::new());
    assert_eq!(keeps.contract.as_ref().map(ToString::to_string).as_deref(), Some("0.1.0"));
    assert!(
        keeps.exports.iter().any(|name| name.starts_with("wheelhouse:plugin/tools@")),
        "{:?}",
        keeps.exports
    );
    assert_eq!(need(&keeps, "wheelhouse:plugin/documents@"), Need::Grant("documents"));
    assert_eq!(need(&keeps, "wheelhouse:plugin/types@"), Need::Free);
    assert_eq!(need(&outline(guest("fetches").bytes), "wheelhouse:plugin/http@"), Need::Grant("http:<host>"));
    let by_wasi = outline(guest("fetches_by_wasi_p2").bytes);
    assert_eq!(need(&by_wasi, "wasi:http/outgoing-handler@"), Need::Grant("http:<host>"));
    assert_eq!(need(&outline(guest("keeps_values").bytes), "wasi:keyvalue/store@"), Need::Grant("keyvalue"));
    assert_eq!(need(&outline(guest("reaches_out").bytes), "wasi:cli/environment@"), Need::Nothing);
}

#[test]
fn what_the_host_does_not_have_is_named() {
    let outline = outline(&renamed("fetches", "wheelhouse:plugin/http@", "wheelhouse:plugin/warp@"));
    assert_eq!(need(&outline, "wheelhouse:plugin/warp@"), Need::Missing);
    let [problem] = &outline.problems[..] else { panic!("{:?}", outline.problems) };
    assert!(problem.contains("`wheelhouse:plugin/warp@0.1.0`, which this host does not have"), "{problem}");
}

#[test]
fn import_of_another_type_is_found_without_compiling() {
    let outline = outline(&renamed("keeps", "aggregate", "aggregatx"));
    assert_eq!(need(&outline, "wheelhouse:plugin/documents@"), Need::Grant("documents"));
    let [problem] = &outline.problems[..] else { panic!("{:?}", outline.problems) };
    assert!(problem.contains("does not fit this host") && problem.contains("aggregatx"), "{problem}");
}

#[test]
fn what_is_no_plugin_says_why() {
    for (bytes, reason) in [
        (&b"hello"[..], "not WebAssembly"),
        (&b"\0asm\x01\0\0\0"[..], "core WebAssembly module"),
        (guest("exports_nothing").bytes, "exports nothing that this host could use"),
        (&guest("echo").bytes[..10_000], "cut off"),
    ] {
        let outline = outline(bytes);
        assert!(outline.problems.iter().any(|problem| problem.contains(reason)), "{reason}: {outline:#?}");
    }
}
