use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::json;
use wheelhouse_core::{
    Failure, FailureClass,
    plugin::Export,
    route::{Method, RouteResponse},
};
use wheelhouse_services::{PluginAnswer, PluginRequest, RouteFailure, Services};

use crate::fakes::{FakeMount, FakeRoute, Plugin, World};

const STREAM: Duration = Duration::from_secs(600);

async fn get(
    services: &Services,
    ctx: wheelhouse_core::CallContext,
    path: &str,
) -> Result<RouteResponse, RouteFailure> {
    whole(services.routes.dispatch(&ctx, request("GET", path), STREAM).await)
}

fn request<'r>(method: &'r str, path: &'r str) -> PluginRequest<'r> {
    let (query, authority) = (None, "wheels.example");
    PluginRequest { method, path, query, authority, headers: Vec::new(), body: Bytes::new() }
}

#[expect(clippy::result_large_err, reason = "as the service tells it")]
fn whole(outcome: Result<PluginAnswer, RouteFailure>) -> Result<RouteResponse, RouteFailure> {
    outcome.map(|answer| match answer {
        PluginAnswer::Whole(response) => response,
        PluginAnswer::Streamed { .. } => panic!("a route's answer is whole"),
    })
}

fn class(outcome: Result<RouteResponse, RouteFailure>) -> FailureClass {
    match outcome {
        Err(RouteFailure::Failed(failure)) => failure.class,
        other => panic!("a failure of the plugin or of access, not {other:?}"),
    }
}

#[tokio::test]
async fn request_reaches_its_plugin_decoded_and_without_tokens() {
    let route = FakeRoute::new(
        Method::Post,
        "/expenses/{id}",
        false,
        FakeRoute::answering(201, &[("Content-Type", "application/json"), ("Set-Cookie", "a=b")], "{}"),
    );
    let world = World::new(vec![Plugin::route(&route)]);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let request = PluginRequest {
        query: Some("limit=5"),
        headers: vec![pair("Authorization", "Bearer x"), pair("Accept", "*/*")],
        body: Bytes::from_static(b"{}"),
        ..request("POST", "/expenses/a%20b%2Fc")
    };
    let response =
        whole(world.services().routes.dispatch(&world.user("ada"), request, STREAM).await).unwrap();
    assert_eq!((response.status, &response.body[..]), (201, &b"{}"[..]));
    assert_eq!(response.headers, [pair("content-type", "application/json")]);
    let requests = route.requests();
    assert_eq!(requests[0].path, [pair("id", "a b/c")]);
    assert_eq!(requests[0].query, [pair("limit", "5")]);
    assert_eq!(requests[0].headers, [pair("Accept", "*/*")]);
}

#[tokio::test]
async fn stranger_reaches_public_routes_only() {
    let closed = FakeRoute::new(Method::Get, "/closed", false, FakeRoute::answering(200, &[], "secret"));
    let world = World::new(vec![Plugin::route(&closed)]);
    let outcome = get(&world.services(), world.anonymous(), "/closed").await;
    assert_eq!(class(outcome), FailureClass::Unauthenticated);
    assert!(closed.requests().is_empty(), "the plugin saw nothing of it");
    let open = FakeRoute::new(Method::Get, "/open", true, FakeRoute::answering(200, &[], "hello"));
    world.publish(vec![Plugin::route(&open)]);
    assert!(get(&world.services(), world.anonymous(), "/open").await.is_ok());
}

#[tokio::test]
async fn unknown_paths_and_methods_are_told_apart() {
    let route = FakeRoute::new(Method::Post, "/trips", true, FakeRoute::answering(200, &[], ""));
    let world = World::new(vec![Plugin::route(&route)]);
    let services = world.services();
    assert_eq!(get(&services, world.anonymous(), "/nothing").await, Err(RouteFailure::NotFound));
    let not_allowed = Err(RouteFailure::MethodNotAllowed { allowed: vec![Method::Post] });
    assert_eq!(get(&services, world.anonymous(), "/trips").await, not_allowed);
    let outcome = services.routes.dispatch(&world.anonymous(), request("TRACE", "/trips"), STREAM).await;
    assert_eq!(whole(outcome), not_allowed, "a method that no route can have");
}

#[tokio::test]
async fn path_that_is_no_text_is_invalid() {
    let route = FakeRoute::new(Method::Get, "/trips/{id}", true, FakeRoute::answering(200, &[], ""));
    let world = World::new(vec![Plugin::route(&route)]);
    for path in ["/trips/%ff", "/trips/a%00b"] {
        let outcome = get(&world.services(), world.anonymous(), path).await;
        assert_eq!(class(outcome), FailureClass::Invalid, "{path}");
    }
}

/// The code of the refusal, or `None` where the route has got the body.
async fn post(world: &World, path: &str, content_type: &str, body: &'static [u8]) -> Option<String> {
    let headers = match content_type {
        "" => Vec::new(),
        kind => vec![("Content-Type".to_owned(), kind.to_owned())],
    };
    let (ctx, body) = (world.anonymous(), Bytes::from_static(body));
    let routes = world.services().routes;
    let request = PluginRequest { headers, body, ..request("POST", path) };
    let outcome = routes.dispatch(&ctx, request, STREAM).await;
    match outcome {
        Ok(_) => None,
        Err(RouteFailure::Malformed(failure) | RouteFailure::UnsupportedMediaType(failure)) => {
            Some(failure.code().to_owned())
        }
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn body_that_is_no_json_does_not_reach_a_route_that_takes_json() {
    let route = FakeRoute::taking("/expenses", json!({"type": "object"}));
    let world = World::new(vec![Plugin::route(&route)]);
    for body in [
        &b"{"[..],
        b"nonsense",
        b"{\"amount\": 5,}",
        b"{} {}",
        b"\xff",
        b"{\"text\": \"\xff\"}",
        b"{\"text\": \"\\ud800\"}",
        b"{\"amount\": 1e999}",
    ] {
        let code = post(&world, "/expenses", "application/json", body).await;
        assert_eq!(code.as_deref(), Some("malformed_json"), "{}", String::from_utf8_lossy(body));
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded", "json", "\u{e9}"] {
        let code = post(&world, "/expenses", kind, b"{}").await;
        assert_eq!(code.as_deref(), Some("unsupported_media_type"), "{kind}");
    }
    assert!(route.requests().is_empty());
    for (kind, body) in [
        ("", &b"{}"[..]),
        ("application/json; charset=utf-8", b"{\"amount\": 5}"),
        ("application/merge-patch+json", b" [] "),
        ("text/plain", b""),
    ] {
        assert_eq!(post(&world, "/expenses", kind, body).await, None, "{kind}");
    }
    assert_eq!(route.requests().len(), 4);
}

#[tokio::test]
async fn route_whose_schema_says_nothing_takes_any_body() {
    for schema in [json!({}), json!(true)] {
        let route = FakeRoute::taking("/photos", schema);
        let world = World::new(vec![Plugin::route(&route)]);
        assert_eq!(post(&world, "/photos", "image/png", b"\x89PNG").await, None);
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_path_waits_for_plugins_that_are_being_loaded() {
    for export in [Export::Routes, Export::Tools] {
        let world = World::new(vec![Plugin::compiling(export)]);
        let services = world.services();
        let route = FakeRoute::new(Method::Get, "/trips", true, FakeRoute::answering(200, &[], "here"));
        let (outcome, ()) = tokio::join!(get(&services, world.anonymous(), "/trips"), async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            world.publish(vec![Plugin::route(&route)]);
        });
        assert_eq!(outcome.unwrap().body, "here");
    }
}

#[tokio::test(start_paused = true)]
async fn wait_for_plugins_has_an_end() {
    let world = World::new(vec![Plugin::compiling(Export::Routes)]);
    let before = tokio::time::Instant::now();
    let outcome = get(&world.services(), world.anonymous(), "/trips").await;
    let Err(RouteFailure::Failed(failure)) = outcome else { panic!("a failure") };
    assert_eq!((failure.class, failure.code()), (FailureClass::Unavailable, "loading"));
    assert!(failure.retry_after.is_some());
    assert!(before.elapsed() <= Duration::from_secs(16), "half of the request's time");
}

#[tokio::test(start_paused = true)]
async fn engine_that_is_being_loaded_holds_no_request_up() {
    let world = World::new(vec![Plugin::compiling(Export::Speech)]);
    let before = tokio::time::Instant::now();
    let outcome = get(&world.services(), world.anonymous(), "/trips").await;
    assert_eq!(outcome, Err(RouteFailure::NotFound));
    assert!(before.elapsed().is_zero());
}

#[tokio::test(start_paused = true)]
async fn plugin_that_does_not_answer_runs_into_the_deadline() {
    let route = FakeRoute::hanging(Method::Get, "/slow");
    let world = World::new(vec![Plugin::route(&route)]);
    let outcome = get(&world.services(), world.anonymous(), "/slow").await;
    assert_eq!(class(outcome), FailureClass::Timeout);
}

#[tokio::test]
async fn status_that_is_none_is_the_plugins_fault() {
    for status in [0, 100, 199, 600, 65_535] {
        let route = FakeRoute::new(Method::Get, "/odd", true, FakeRoute::answering(status, &[], ""));
        let world = World::new(vec![Plugin::route(&route)]);
        let outcome = get(&world.services(), world.anonymous(), "/odd").await;
        assert_eq!(class(outcome), FailureClass::Internal, "{status}");
    }
}

#[tokio::test]
async fn answer_without_content_has_no_body() {
    let route = FakeRoute::new(Method::Get, "/gone", true, FakeRoute::answering(204, &[], "not nothing"));
    let world = World::new(vec![Plugin::route(&route)]);
    assert!(get(&world.services(), world.anonymous(), "/gone").await.unwrap().body.is_empty());
}

#[tokio::test]
async fn plugins_failure_is_passed_on() {
    let failure = Failure::conflict("It has changed.");
    let route = FakeRoute::new(Method::Get, "/busy", true, Err(failure.clone()));
    let world = World::new(vec![Plugin::route(&route)]);
    let outcome = get(&world.services(), world.anonymous(), "/busy").await;
    assert_eq!(outcome, Err(RouteFailure::Failed(failure)));
}

/// What is mounted says, with the status.
async fn ask(world: &World, ctx: wheelhouse_core::CallContext, request: PluginRequest<'_>) -> (u16, String) {
    let answer = world.services().routes.dispatch(&ctx, request, STREAM).await;
    let Ok(PluginAnswer::Streamed { response, .. }) = answer else { panic!("a mounted service answers") };
    let body: Vec<Bytes> = response.body.map(|piece| piece.unwrap()).collect().await;
    (response.status, String::from_utf8(body.concat()).unwrap())
}

#[tokio::test]
async fn mounted_service_sees_its_own_paths_and_who_calls() {
    let mount = FakeMount::new(false, 200);
    let world = World::new(vec![Plugin::mounted("hello", &mount)]);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let sent = PluginRequest {
        query: Some("a=%20b&a"),
        headers: vec![pair("authorization", "Bearer x"), pair("x-forwarded-user", "root")],
        ..request("PROPFIND", "/hello/there/a%2Fb")
    };
    assert_eq!(ask(&world, world.user("ada"), sent).await, (200, "hello".to_owned()));
    let seen = mount.requests().remove(0);
    assert_eq!((&*seen.method, &*seen.path_and_query), ("PROPFIND", "/there/a%2Fb?a=%20b&a"));
    let name =
        |name: &str| seen.headers.iter().filter(|(own, _)| own == name).map(|(_, v)| v.clone()).collect();
    let of: Vec<Vec<String>> =
        ["authorization", "x-forwarded-user", "x-forwarded-prefix"].into_iter().map(name).collect();
    assert_eq!(of, [vec![], vec!["ada".to_owned()], vec!["/api/v1/hello".to_owned()]]);
    ask(&world, world.user("ada"), request("GET", "/hello")).await;
    assert_eq!(mount.requests()[1].path_and_query, "/");
}

#[tokio::test]
async fn stranger_reaches_a_mounted_service_only_when_it_is_public() {
    let closed = FakeMount::new(false, 200);
    let world = World::new(vec![Plugin::mounted("hello", &closed)]);
    let services = world.services();
    let outcome = services.routes.dispatch(&world.anonymous(), request("GET", "/hello/"), STREAM).await;
    let Err(RouteFailure::Failed(failure)) = outcome else { panic!("a failure") };
    assert_eq!(failure.class, FailureClass::Unauthenticated);
    assert!(closed.requests().is_empty(), "the service saw nothing of it");
    world.publish(vec![Plugin::mounted("hello", &FakeMount::new(true, 200))]);
    assert_eq!(ask(&world, world.anonymous(), request("GET", "/hello/")).await.0, 200);
}

#[tokio::test]
async fn mounted_service_that_answers_without_a_body_sends_none() {
    let world = World::new(vec![Plugin::mounted("hello", &FakeMount::new(true, 304))]);
    assert_eq!(ask(&world, world.anonymous(), request("GET", "/hello/")).await, (304, String::new()));
}

#[tokio::test]
async fn mounted_service_with_a_status_that_is_none_is_at_fault() {
    let world = World::new(vec![Plugin::mounted("hello", &FakeMount::new(true, 101))]);
    let services = world.services();
    let outcome = services.routes.dispatch(&world.anonymous(), request("GET", "/hello/"), STREAM).await;
    assert!(matches!(outcome, Err(RouteFailure::Failed(failure)) if failure.class == FailureClass::Internal));
}
