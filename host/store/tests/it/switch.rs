//! The contract of `PluginSwitchStore`.

use std::collections::BTreeSet;

use wheelhouse_core::FailureClass;
use wheelhouse_store::Store;

use crate::ground::at;

crate::on_every_database!(
    plugins_are_on_until_they_are_switched_off,
    switching_again_changes_nothing,
    id_with_a_zero_character_is_invalid,
);

async fn disabled(store: &Store) -> BTreeSet<String> {
    store.switches().disabled_plugins().await.unwrap()
}

fn ids<const N: usize>(ids: [&str; N]) -> BTreeSet<String> {
    ids.map(str::to_owned).into()
}

async fn plugins_are_on_until_they_are_switched_off(store: &Store) {
    assert_eq!(disabled(store).await, ids([]));
    let switches = store.switches();
    switches.switch_plugin("wins", false, at(1)).await.unwrap();
    switches.switch_plugin("hibari", false, at(2)).await.unwrap();
    assert_eq!(disabled(store).await, ids(["hibari", "wins"]));
    switches.switch_plugin("wins", true, at(3)).await.unwrap();
    assert_eq!(disabled(store).await, ids(["hibari"]));
}

async fn switching_again_changes_nothing(store: &Store) {
    let switches = store.switches();
    switches.switch_plugin("wins", true, at(1)).await.unwrap();
    assert_eq!(disabled(store).await, ids([]));
    switches.switch_plugin("wins", false, at(2)).await.unwrap();
    switches.switch_plugin("wins", false, at(3)).await.unwrap();
    assert_eq!(disabled(store).await, ids(["wins"]));
}

async fn id_with_a_zero_character_is_invalid(store: &Store) {
    let failure = store.switches().switch_plugin("wi\0ns", false, at(1)).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Invalid);
}
