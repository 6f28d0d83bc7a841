use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use wheelhouse_core::plugin::Export;
use wheelhouse_services::{HealthStatus, MemberState, Off, Services};

use crate::fakes::{FakeDependency, FakeEngine, FakeProvider, Plugin, World};

fn whole() -> Vec<Plugin> {
    vec![
        Plugin::engine(&FakeEngine::new("hibari", Vec::new(), Vec::new())),
        Plugin::provider(&FakeProvider::new("assist", Vec::new())),
    ]
}

fn world(plugins: Vec<Plugin>) -> (World, Arc<FakeDependency>, Services) {
    let mut world = World::new(plugins);
    let database = Arc::new(FakeDependency::default());
    world.ports.dependencies = vec![database.clone()];
    world.config.assistant.providers = vec!["assist".to_owned()];
    let services = world.services();
    (world, database, services)
}

#[tokio::test]
async fn whole_host_is_ready() {
    let (world, _, services) = world(whole());
    let report = services.health.ready(&world.anonymous()).await;
    assert!(report.ready, "{report:?}");
    assert_eq!(report.status, HealthStatus::Ok);
    assert_eq!((report.dependencies[0].name, report.dependencies[0].up), ("database", true));
    assert_eq!((report.engines[0].id.as_str(), report.engines[0].state), ("hibari", MemberState::Ready));
    assert_eq!(report.providers.len(), 1);
    assert_eq!(report.plugins.ready, 2);
}

#[tokio::test]
async fn database_that_is_down_makes_the_host_unready() {
    let (world, database, services) = world(whole());
    database.down.store(true, Ordering::Relaxed);
    let report = services.health.ready(&world.anonymous()).await;
    assert!(!report.ready);
    assert_eq!(report.status, HealthStatus::Unavailable);
    assert_eq!(report.dependencies[0].error.as_deref(), Some("The database does not answer."));
    let text = serde_json::to_string(&report).unwrap();
    assert!(!text.contains("disk I/O"), "details are for the log");
}

#[tokio::test(start_paused = true)]
async fn database_that_says_nothing_counts_as_down() {
    let (world, database, services) = world(whole());
    database.silent.store(true, Ordering::Relaxed);
    let report = services.health.ready(&world.anonymous()).await;
    assert!(!report.ready);
    assert_eq!(report.dependencies[0].error.as_deref(), Some("No answer within 2 seconds."));
}

#[tokio::test(start_paused = true)]
async fn many_reports_ask_the_database_once_a_second() {
    let (world, database, services) = world(whole());
    for _ in 0..50 {
        services.health.ready(&world.anonymous()).await;
    }
    assert_eq!(*database.checks.lock().unwrap(), 1);
    tokio::time::advance(Duration::from_secs(1)).await;
    services.health.ready(&world.anonymous()).await;
    assert_eq!(*database.checks.lock().unwrap(), 2);
}

#[tokio::test]
async fn refused_plugin_degrades_the_host_and_does_not_stop_it() {
    let mut plugins = whole();
    plugins.push(Plugin::refused("shiny", Export::Tools, "it asks for more than is granted"));
    let (world, _, services) = world(plugins);
    let report = services.health.ready(&world.anonymous()).await;
    assert!(report.ready);
    assert_eq!(report.status, HealthStatus::Degraded);
    assert_eq!(report.plugins.problems[0].plugin, "shiny");
    assert_eq!(report.plugins.problems[0].reason, "it asks for more than is granted");
}

#[tokio::test]
async fn host_that_is_still_loading_is_ready_and_says_so() {
    let mut plugins = whole();
    plugins.push(Plugin::compiling(Export::Tools));
    let (world, _, services) = world(plugins);
    let report = services.health.ready(&world.anonymous()).await;
    assert!(report.ready);
    assert_eq!(report.status, HealthStatus::Ok);
    assert_eq!(report.plugins.loading, ["new.wasm"]);
}

#[tokio::test]
async fn engine_that_is_not_there_degrades_the_host() {
    let (world, _, services) = world(vec![
        Plugin::provider(&FakeProvider::new("assist", Vec::new())),
        Plugin::refused("hibari", Export::Speech, "it traps"),
    ]);
    let report = services.health.ready(&world.anonymous()).await;
    assert_eq!((report.ready, report.status), (true, HealthStatus::Degraded));
    assert_eq!(report.engines[0].state, MemberState::Refused);
    assert_eq!(report.engines[0].reason.as_deref(), Some("it traps"));
}

#[tokio::test]
async fn what_is_not_set_up_is_told_and_no_fault() {
    let (mut world, _, _) = world(whole());
    let openai = Off { id: "openai".to_owned(), reason: "no OPENAI_API_KEY".to_owned() };
    world.ports.off = vec![openai.clone()];
    let report = world.services().health.ready(&world.anonymous()).await;
    assert_eq!((report.status, report.off), (HealthStatus::Ok, vec![openai]));
}

#[tokio::test]
async fn living_host_says_since_when() {
    let (world, _, services) = world(whole());
    world.clock.advance(Duration::from_secs(90));
    let report = services.health.live();
    assert_eq!((report.uptime_seconds, report.version), (90, "0.0.0"));
}
