use std::time::Duration;

use wheelhouse_core::{
    CallContext, Failure, FailureClass,
    account::Role,
    plugin::{Export, PluginSource, PluginState, PluginSwitchStore, Usage, Vitals},
};
use wheelhouse_services::Services;

use crate::fakes::{Act, FakeControl, FakeProbe, FakeTool, Plugin, World};

fn off(ids: &[&str]) -> Act {
    Act::Disabled(ids.iter().map(|id| (*id).to_owned()).collect())
}

/// A bundled plugin, a file, and a part of the host; somebody who may act on them.
async fn world() -> (World, Services, CallContext) {
    let world = World::new(vec![
        Plugin::active("openai", PluginSource::Native),
        Plugin::bundled("wins"),
        Plugin::file("sums"),
    ]);
    let services = world.services();
    let ada = world.member("ada", Role::Administrator).await;
    (world, services, ada)
}

fn code(failure: &Failure) -> (FailureClass, &str) {
    (failure.class, failure.code())
}

fn exhausted() -> Vitals {
    Vitals {
        resting: Some(Duration::from_millis(4_200)),
        last_failure: Some("it ran over its limit of time".to_owned()),
        calls: 12,
        failures: 5,
        usage: vec![Usage { name: "memory_bytes", used: Some(5), limit: 10, peak: true }],
    }
}

#[tokio::test]
async fn plugins_are_shown_to_users_and_not_to_strangers() {
    let world = World::new(vec![
        Plugin::tool(&FakeTool::new("create_expense")),
        Plugin::refused("broken", Export::Tools, "it is no component"),
    ]);
    let services = world.services();
    let failure = services.plugins.list(&world.anonymous()).unwrap_err();
    assert_eq!(failure.class, FailureClass::Unauthenticated);
    assert_eq!(
        services.plugins.get(&world.anonymous(), "broken").unwrap_err().class,
        FailureClass::Unauthenticated
    );
    let plugins = services.plugins.list(&world.user("ada")).unwrap();
    assert_eq!(plugins[0].tools, ["create_expense"]);
    assert_eq!(plugins[1].state, PluginState::Refused { reason: "it is no component".to_owned() });
    assert_eq!(services.plugins.list(&world.host()).unwrap().len(), 2, "the command line sees them too");
}

#[tokio::test]
async fn plugin_is_shown_with_what_it_uses() {
    let probe = FakeProbe::new(Vitals { resting: None, last_failure: None, ..exhausted() });
    let world = World::new(vec![Plugin::probed("wins", &probe)]);
    let plugin = world.services().plugins.get(&world.user("ada"), "wins").unwrap();
    assert_eq!(plugin.status.state, PluginState::Active);
    assert_eq!((plugin.vitals.calls, plugin.vitals.failures), (12, 5));
    assert_eq!((plugin.vitals.usage[0].used, plugin.vitals.usage[0].limit), (Some(5), 10));
}

#[tokio::test]
async fn plugin_that_rests_is_failing_until_it_is_tried_again() {
    let probe = FakeProbe::new(exhausted());
    let world = World::new(vec![Plugin::probed("wins", &probe)]);
    let (services, ada) = (world.services(), world.user("ada"));
    let failing = PluginState::Failing {
        reason: "it has failed several times in a row and is tried again at 2026-11-23T01:03:05Z; the last failure: it ran over \
                 its limit of time"
            .to_owned(),
    };
    assert_eq!(services.plugins.list(&ada).unwrap()[0].state, failing);
    assert_eq!(services.plugins.get(&ada, "wins").unwrap().status.state, failing);
    let report = services.health.ready(&world.anonymous()).await;
    assert_eq!((report.plugins.ready, report.plugins.problems.len()), (0, 1));
    assert!(report.plugins.problems[0].reason.contains("tried again at"), "{report:?}");
    probe.set(Vitals::default());
    assert_eq!(services.plugins.list(&ada).unwrap()[0].state, PluginState::Active);
}

#[tokio::test]
async fn refused_plugin_with_the_id_of_another_has_no_figures_of_its_own() {
    let world = World::new(vec![
        Plugin::refused("wins", Export::Tools, "the id is taken"),
        Plugin::probed("wins", &FakeProbe::new(exhausted())),
    ]);
    let (services, ada) = (world.services(), world.user("ada"));
    let plugins = services.plugins.list(&ada).unwrap();
    assert!(matches!(plugins[0].state, PluginState::Refused { .. }));
    assert!(matches!(plugins[1].state, PluginState::Failing { .. }));
    assert_eq!(services.plugins.get(&ada, "wins").unwrap().vitals.calls, 12, "the one that has the id");
}

#[tokio::test]
async fn acts_are_for_administrators_and_the_command_line() {
    let (world, services, _) = world().await;
    let ben = world.member("ben", Role::User).await;
    for (ctx, class) in [(world.anonymous(), FailureClass::Unauthenticated), (ben, FailureClass::Denied)] {
        for outcome in [
            services.plugins.enable(&ctx, "wins").await.map(|_| ()),
            services.plugins.disable(&ctx, "wins").await.map(|_| ()),
            services.plugins.reload(&ctx, "wins").await.map(|_| ()),
            services.plugins.remove(&ctx, "sums").await,
            services.plugins.disable(&ctx, "nothing").await.map(|_| ()),
        ] {
            assert_eq!(outcome.unwrap_err().class, class);
        }
    }
    assert!(world.control.acts().is_empty());
    services.plugins.disable(&world.host(), "wins").await.unwrap();
    assert_eq!(world.control.acts(), [off(&["wins"])]);
}

#[tokio::test]
async fn switched_off_plugin_is_off_in_the_database_and_here() {
    let (world, services, ada) = world().await;
    services.plugins.disable(&ada, "wins").await.unwrap();
    services.plugins.disable(&ada, "sums").await.unwrap();
    assert_eq!(world.store.disabled_plugins().await.unwrap().len(), 2);
    services.plugins.disable(&ada, "wins").await.unwrap();
    let enabled = services.plugins.enable(&ada, "wins").await.unwrap();
    assert_eq!(enabled.status.id(), Some("wins"));
    assert_eq!(
        world.control.acts(),
        [off(&["wins"]), off(&["sums", "wins"]), off(&["sums"])],
        "what is so already is not done again"
    );
}

#[tokio::test]
async fn switch_of_another_replica_is_followed() {
    let (world, services, _) = world().await;
    world.store.switch_plugin("wins", false, jiff::Timestamp::UNIX_EPOCH).await.unwrap();
    services.plugins.sync_switches().await.unwrap();
    services.plugins.sync_switches().await.unwrap();
    assert_eq!(world.control.acts(), [off(&["wins"])], "told once");
    world.store.switch_plugin("wins", true, jiff::Timestamp::UNIX_EPOCH).await.unwrap();
    services.plugins.sync_switches().await.unwrap();
    assert_eq!(world.control.acts(), [off(&["wins"]), off(&[])]);
}

#[tokio::test]
async fn plugin_that_the_configuration_keeps_off_cannot_be_enabled() {
    let reason = "the configuration says `enabled = false`";
    let world = World::new(vec![Plugin::disabled("wins", reason)]);
    let failure = world.services().plugins.enable(&world.host(), "wins").await.unwrap_err();
    assert_eq!(code(&failure), (FailureClass::Conflict, "kept_off"));
    assert!(failure.message.contains(reason), "{failure}");
}

#[tokio::test]
async fn reloading_asks_the_plugin_host() {
    let (world, services, ada) = world().await;
    assert_eq!(services.plugins.reload(&ada, "wins").await.unwrap().status.id(), Some("wins"));
    assert_eq!(world.control.acts(), [Act::Reloaded("wins".to_owned())]);
}

#[tokio::test]
async fn plugin_that_is_switched_off_is_not_reloaded() {
    let world = World::new(vec![Plugin::disabled("wins", "an administrator switched it off")]);
    let failure = world.services().plugins.reload(&world.host(), "wins").await.unwrap_err();
    assert_eq!(code(&failure), (FailureClass::Conflict, "switched_off"));
    assert!(world.control.acts().is_empty());
}

#[tokio::test]
async fn file_is_removed_and_what_is_inside_the_binary_is_not() {
    let (world, services, ada) = world().await;
    services.plugins.remove(&ada, "sums").await.unwrap();
    let failure = services.plugins.remove(&ada, "wins").await.unwrap_err();
    assert_eq!(code(&failure), (FailureClass::Conflict, "bundled"));
    assert!(failure.message.contains("disable it instead"), "{failure}");
    assert_eq!(world.control.acts(), [Act::Removed("sums".to_owned())]);
}

#[tokio::test]
async fn part_of_the_host_cannot_be_acted_on() {
    let (world, services, ada) = world().await;
    for outcome in [
        services.plugins.enable(&ada, "openai").await.map(|_| ()),
        services.plugins.disable(&ada, "openai").await.map(|_| ()),
        services.plugins.reload(&ada, "openai").await.map(|_| ()),
        services.plugins.remove(&ada, "openai").await,
    ] {
        assert_eq!(code(&outcome.unwrap_err()), (FailureClass::Conflict, "part_of_host"));
    }
    assert!(world.control.acts().is_empty());
}

#[tokio::test]
async fn failure_of_the_plugin_host_is_told() {
    let (world, services, ada) = world().await;
    let FakeControl { failure, .. } = &*world.control;
    *failure.lock().unwrap() = Some(Failure::unavailable("The file cannot be removed."));
    assert_eq!(
        services.plugins.remove(&ada, "sums").await.unwrap_err().message,
        "The file cannot be removed."
    );
    assert_eq!(services.plugins.reload(&ada, "sums").await.unwrap_err().class, FailureClass::Unavailable);
}

#[tokio::test]
async fn unknown_id_is_told_with_those_that_there_are() {
    let (world, services, ada) = world().await;
    let failure = services.plugins.get(&ada, "<script>").unwrap_err();
    assert_eq!(failure.class, FailureClass::NotFound);
    assert_eq!(failure.message, "There is no plugin with this id; there is openai, sums, wins.");
    world.publish(vec![Plugin::compiling(Export::Tools)]);
    let failure = services.plugins.reload(&ada, "wins").await.unwrap_err();
    assert!(failure.message.contains("not known yet"), "{failure}");
    world.publish((0..100).map(|n| Plugin::file(&format!("plugin-{n}"))).collect());
    let failure = services.plugins.get(&ada, "wins").unwrap_err();
    assert!(failure.message.contains("100 others") && failure.message.len() < 100, "{failure}");
}
