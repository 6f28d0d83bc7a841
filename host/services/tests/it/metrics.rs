use std::{sync::Arc, time::Duration};

use wheelhouse_core::{
    FailureClass, Secret,
    account::Role,
    plugin::{Export, PluginState, Vitals},
};
use wheelhouse_services::{Credentials, MetricsAccess, MetricsConfig, MetricsReader, Registration, Services};

use crate::fakes::{FakeEngine, FakeProbe, Plugin, World, nothing};

const TOKEN: &str = "a token of more than thirty-two bytes";

const LOCAL: MetricsReader<'static> = MetricsReader { local: true, token: None };
const STRANGER: MetricsReader<'static> = MetricsReader { local: false, token: None };

fn with_token(token: &str) -> MetricsReader<'_> {
    MetricsReader { local: false, token: Some(token) }
}

fn world(access: MetricsAccess, token: Option<&str>) -> (World, Services) {
    let mut world = World::new(nothing());
    world.config.metrics = MetricsConfig { access, token: token.map(Secret::new) };
    let services = world.services();
    (world, services)
}

async fn refused(world: &World, services: &Services, reader: MetricsReader<'_>) -> FailureClass {
    services.metrics.snapshot(&world.anonymous(), reader).await.expect_err("nobody may").class
}

async fn admitted(world: &World, services: &Services, reader: MetricsReader<'_>) -> bool {
    services.metrics.snapshot(&world.anonymous(), reader).await.is_ok()
}

#[tokio::test]
async fn reader_on_the_same_machine_needs_no_token_and_a_stranger_does() {
    let (world, services) = world(MetricsAccess::Loopback, Some(TOKEN));
    assert!(admitted(&world, &services, LOCAL).await);
    assert_eq!(refused(&world, &services, STRANGER).await, FailureClass::Unauthenticated);
    assert!(admitted(&world, &services, with_token(TOKEN)).await);
}

#[tokio::test]
async fn token_is_needed_on_the_same_machine_too_when_the_configuration_says_so() {
    let (world, services) = world(MetricsAccess::Token, Some(TOKEN));
    assert_eq!(refused(&world, &services, LOCAL).await, FailureClass::Unauthenticated);
    assert!(admitted(&world, &services, with_token(TOKEN)).await);
    for wrong in ["", &TOKEN[1..], "a token of more than thirty-two bytez"] {
        assert_eq!(refused(&world, &services, with_token(wrong)).await, FailureClass::Unauthenticated);
    }
}

#[tokio::test]
async fn nobody_reads_what_is_off() {
    let (world, services) = world(MetricsAccess::Off, Some(TOKEN));
    for reader in [LOCAL, STRANGER, with_token(TOKEN)] {
        assert_eq!(refused(&world, &services, reader).await, FailureClass::NotFound);
    }
}

#[tokio::test]
async fn access_token_is_good_as_long_as_it_is_an_administrators() {
    let (world, services) = world(MetricsAccess::Token, None);
    let email = "ada@example.com".to_owned();
    let password = "correct horse battery".to_owned();
    let registration = Registration { email: email.clone(), password: password.clone(), full_name: None };
    services.accounts.register(&world.anonymous(), registration).await.unwrap();
    let sign_in = services.accounts.login(&world.anonymous(), Credentials { email, password }).await.unwrap();
    let reader = with_token(&sign_in.access_token);
    assert_eq!(refused(&world, &services, reader).await, FailureClass::Denied);
    services.administrators.promote(&world.host(), "ada@example.com").await.unwrap();
    assert!(admitted(&world, &services, reader).await);
    services.administrators.demote(&world.host(), "ada@example.com").await.unwrap();
    assert_eq!(refused(&world, &services, reader).await, FailureClass::Denied);
}

#[test]
fn short_token_stops_the_start() {
    let mut world = World::new(nothing());
    world.config.metrics.token = Some(Secret::new("short"));
    let failure = Services::new(&world.config, &world.ports, "0").err().unwrap();
    assert!(failure.message.contains("metrics.token") && !failure.message.contains("short"), "{failure}");
}

#[tokio::test]
async fn snapshot_has_each_plugin_once_and_every_chain() {
    let vitals = Vitals { resting: Some(Duration::from_secs(3)), calls: 7, ..Vitals::default() };
    let engine: Arc<_> = FakeEngine::new("hibari", Vec::new(), Vec::new());
    let mut world = World::new(vec![
        Plugin::refused("wins", Export::Tools, "another has the id"),
        Plugin::probed("wins", &FakeProbe::new(vitals)),
        Plugin::refused("wins", Export::Tools, "another has the id"),
        Plugin::engine(&engine),
        Plugin::compiling(Export::Tools),
    ]);
    world.config.assistant.providers = vec!["assist".to_owned()];
    world.member("ada", Role::User).await;
    let snapshot = world.services().metrics.snapshot(&world.anonymous(), LOCAL).await.unwrap();
    let plugins: Vec<_> = snapshot.plugins.iter().map(|it| (it.plugin.as_str(), it.state.as_str())).collect();
    assert_eq!(plugins, [("hibari", "active"), ("new.wasm", "compiling"), ("wins", "failing")]);
    assert_eq!(snapshot.plugins[2].vitals.calls, 7);
    assert_eq!(PluginState::Active.as_str(), "active");
    assert_eq!(snapshot.engines[0].id, "hibari");
    assert_eq!(snapshot.providers[0].id, "assist");
    assert_eq!(snapshot.liveness.version, "0.0.0");
}
