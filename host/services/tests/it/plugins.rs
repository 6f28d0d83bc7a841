use wheelhouse_core::{
    FailureClass,
    plugin::{Export, PluginState},
};

use crate::fakes::{FakeTool, Plugin, World};

#[tokio::test]
async fn plugins_are_shown_to_users_and_not_to_strangers() {
    let world = World::new(vec![
        Plugin::tool(&FakeTool::new("create_expense")),
        Plugin::refused("broken", Export::Tools, "it is no component"),
    ]);
    let services = world.services();
    let failure = services.plugins.list(&world.anonymous()).unwrap_err();
    assert_eq!(failure.class, FailureClass::Unauthenticated);
    let plugins = services.plugins.list(&world.user("ada")).unwrap();
    assert_eq!(plugins[0].tools, ["create_expense"]);
    assert_eq!(plugins[1].state, PluginState::Refused { reason: "it is no component".to_owned() });
    assert_eq!(services.plugins.list(&world.host()).unwrap().len(), 2, "the command line sees them too");
}
