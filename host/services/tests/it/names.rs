use wheelhouse_core::plugin::Export;
use wheelhouse_services::{ChainKind, validate_names};

use crate::fakes::{FakeEngine, FakeProvider, Plugin, catalog};

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn unknown_name_is_reported_with_those_that_there_are() {
    let catalog = catalog(vec![
        Plugin::engine(&FakeEngine::new("hibari", Vec::new(), Vec::new())),
        Plugin::engine(&FakeEngine::new("edge", Vec::new(), Vec::new())),
        Plugin::provider(&FakeProvider::new("assist", Vec::new())),
    ]);
    let unknown = validate_names(&catalog, ChainKind::Speech, &names(&["hibari", "hibary", "assist"]));
    assert_eq!(unknown.len(), 2);
    assert_eq!(unknown[0].nearest.as_deref(), Some("hibari"));
    assert_eq!(
        unknown[0].message,
        "there is no speech engine `hibary`; there are: edge, hibari (did you mean `hibari`?)"
    );
    assert_eq!((unknown[1].name.as_str(), unknown[1].nearest.as_ref()), ("assist", None));
    assert!(validate_names(&catalog, ChainKind::Chat, &names(&["assist"])).is_empty());
}

#[test]
fn voice_of_the_device_is_refused_as_an_engine_with_what_to_use_instead() {
    let catalog = catalog(vec![Plugin::engine(&FakeEngine::new("hibari", Vec::new(), Vec::new()))]);
    let refused = validate_names(&catalog, ChainKind::Speech, &names(&["system"]));
    assert_eq!(
        refused[0].message,
        "`system` is no speech engine: the device's own voice plays on the device and cannot give audio; \
         have a program of the machine speak instead, as an engine of the kind `command`"
    );
}

#[test]
fn name_that_may_still_turn_up_is_not_unknown() {
    let loading = catalog(vec![Plugin::compiling(Export::Speech)]);
    assert!(validate_names(&loading, ChainKind::Speech, &names(&["hibari"])).is_empty());
    assert_eq!(validate_names(&loading, ChainKind::Chat, &names(&["assist"])).len(), 1);
    let refused = catalog(vec![Plugin::refused("hibari", Export::Speech, "it traps")]);
    assert!(
        validate_names(&refused, ChainKind::Speech, &names(&["hibari"])).is_empty(),
        "its state says more"
    );
}
