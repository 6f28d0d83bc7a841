//! Components that were built without a kit and serve by `wasi:http`, mounted by configuration.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use wheelhouse_core::{
    CallContext, Caller, Failure, FailureClass, Result,
    catalog::RouteMatch,
    mount::{MountRequest, MountResponse},
    plugin::{Export, PluginState},
};
use wheelhouse_runtime::PluginConfig;

use crate::support::{Setup, TestHost, ann};

/// The same service for WASI 0.2 and 0.3.
const SERVICES: [&str; 2] = ["serves_by_wasi_p2", "serves_by_wasi_p3"];

fn mounted(service: &str) -> Setup {
    Setup::new(&[service, "echo"]).mount("hello", &format!("{service}.wasm"))
}

fn get(path: &str) -> MountRequest {
    MountRequest {
        method: "GET".to_owned(),
        authority: "wheels.example:8000".to_owned(),
        path_and_query: path.to_owned(),
        headers: Vec::new(),
        body: Bytes::new(),
    }
}

async fn ask(host: &TestHost, ctx: &CallContext, request: MountRequest) -> Result<MountResponse> {
    let RouteMatch::Mounted { mount, .. } = host.catalog.find_route(None, "/hello/") else {
        panic!("nothing is mounted: {:#?}", host.catalog.plugins());
    };
    mount.mount.handle(ctx, request).await
}

/// What came of the body, and how it ended.
async fn read(response: MountResponse) -> (String, Option<Failure>) {
    let (mut text, mut failure) = (Vec::new(), None);
    let mut body = response.body;
    while let Some(piece) = body.next().await {
        match piece {
            Ok(piece) => text.extend(piece),
            Err(error) => failure = Some(error),
        }
    }
    (String::from_utf8(text).unwrap(), failure)
}

#[tokio::test]
async fn component_built_without_a_kit_answers_below_the_name_that_it_is_given() {
    for service in SERVICES {
        let host = mounted(service).start().await;
        let status = host.status("hello");
        assert_eq!((&status.state, &*status.exports), (&PluginState::Active, &[Export::Http][..]));
        assert_eq!(status.routes, ["* /api/v1/hello/*"]);
        let request = MountRequest {
            method: "POST".to_owned(),
            headers: vec![("x-own".to_owned(), "1".to_owned())],
            body: Bytes::from(vec![b'b'; 100_000]),
            ..get("/there/a%2Fb?c=%20d")
        };
        let response = ask(&host, &ann(), request).await.unwrap();
        assert_eq!(response.status, 200);
        assert_eq!(response.headers, [("content-type".to_owned(), "text/plain".to_owned())]);
        let (text, failure) = read(response).await;
        assert_eq!(failure, None, "{service}");
        let expected = format!("Method::Post /there/a%2Fb?c=%20d\nx-own: 1\n{}", "b".repeat(100_000));
        assert!(text == expected, "{service}: {} bytes: {}", text.len(), &text[..200.min(text.len())]);
        let response = ask(&host, &ann(), get("/created")).await.unwrap();
        assert_eq!(response.status, 201);
        assert_eq!(read(response).await, (String::new(), None));
    }
}

#[tokio::test]
async fn service_that_nobody_has_given_a_name_to_says_what_to_do() {
    for service in SERVICES {
        let host = Setup::new(&[service]).start().await;
        let file = format!("{service}.wasm");
        assert!(host.refusal(&file).contains(&format!("mount = \"{file}\" in [plugins.<name>]")));
    }
}

#[tokio::test]
async fn name_is_given_and_taken_away_while_the_host_serves() {
    let mut host = Setup::new(&["serves_by_wasi_p2"]).start().await;
    let mount =
        || PluginConfig { mount: Some("serves_by_wasi_p2.wasm".to_owned()), ..PluginConfig::default() };
    let is_mounted = |name: &'static str| {
        move |catalog: &wheelhouse_core::catalog::Catalog| {
            matches!(catalog.find_route(None, name), RouteMatch::Mounted { .. })
        }
    };
    host.host.configure([("first".to_owned(), mount())].into()).unwrap();
    host.until(is_mounted("/first")).await;
    host.host.configure([("second".to_owned(), mount())].into()).unwrap();
    host.until(is_mounted("/second")).await;
    assert!(!is_mounted("/first")(&host.catalog));
    host.host.configure([].into()).unwrap();
    host.until(|catalog| !is_mounted("/second")(catalog) && catalog.is_settled()).await;
    assert!(host.refusal("serves_by_wasi_p2.wasm").contains("mount ="));
    host.until_generations(0).await;
}

#[tokio::test]
async fn service_is_public_only_when_that_is_granted() {
    let is_public = |host: &TestHost| {
        let RouteMatch::Mounted { mount, .. } = host.catalog.find_route(None, "/hello") else { panic!() };
        mount.mount.is_public()
    };
    let host = mounted("serves_by_wasi_p2").start().await;
    assert!(!is_public(&host));
    for grant in ["public", "public:/hello"] {
        let host = mounted("serves_by_wasi_p2").grant("hello", &[grant]).start().await;
        assert!(is_public(&host), "{grant}");
    }
    let nobody = CallContext::new("r", Caller::Anonymous, ann().received, Duration::from_secs(60));
    assert_eq!(ask(&host, &nobody, get("/")).await.unwrap().status, 200);
}

#[tokio::test]
async fn service_is_not_mounted_over_the_hosts_own_paths() {
    let host = Setup::new(&["serves_by_wasi_p2"]).mount("auth", "serves_by_wasi_p2.wasm").start().await;
    assert!(host.status("auth").problems[0].contains("the host's own"), "{:#?}", host.status("auth"));
    assert!(matches!(host.catalog.find_route(None, "/auth/me"), RouteMatch::NotFound));
}

#[tokio::test]
async fn service_that_traps_fails_alone_and_says_nothing_of_itself() {
    for service in SERVICES {
        let host = mounted(service).start().await;
        let failure = ask(&host, &ann(), get("/traps")).await.err().unwrap();
        assert_eq!((failure.class, failure.code()), (FailureClass::Internal, "plugin_trap"), "{service}");
        assert!(!failure.message.contains("asked"), "{failure:?}");
        assert!(ask(&host, &ann(), get("/")).await.is_ok(), "the next one is another instance");
        host.assert_serves().await;
    }
}

#[tokio::test]
async fn service_that_says_it_has_no_answer_is_at_fault() {
    for service in SERVICES {
        let host = mounted(service).start().await;
        let failure = ask(&host, &ann(), get("/error")).await.err().unwrap();
        assert_eq!(failure.class, FailureClass::Internal, "{service}");
    }
    let host = mounted("serves_by_wasi_p2").start().await;
    let failure = ask(&host, &ann(), get("/silent")).await.err().unwrap();
    assert_eq!((failure.class, failure.code()), (FailureClass::Internal, "plugin_trap"));
}

#[tokio::test]
async fn service_that_loops_is_stopped_when_its_time_is_over() {
    for service in SERVICES {
        let setup = mounted(service).config(|config| config.limits.call_ms = 300);
        let host = setup.start().await;
        let ctx = ann();
        let (looping, ()) = tokio::join!(ask(&host, &ctx, get("/loops")), host.assert_serves());
        let failure = looping.err().unwrap();
        assert_eq!(failure.class, FailureClass::Timeout, "{service}: {failure:?}");
        assert!(failure.message.contains("300 ms"), "{failure:?}");
        let probe = host.catalog.probe("hello").unwrap().vitals();
        assert_eq!(probe.failures, 1, "its breaker counts it");
    }
}

#[tokio::test]
async fn answer_that_breaks_off_is_never_taken_for_whole() {
    for service in SERVICES {
        let host = mounted(service).start().await;
        let (_, failure) = read(ask(&host, &ann(), get("/half")).await.unwrap()).await;
        assert_eq!(failure.map(|failure| failure.class), Some(FailureClass::Truncated), "{service}");
    }
    let host = mounted("serves_by_wasi_p2").start().await;
    let (text, failure) = read(ask(&host, &ann(), get("/unfinished")).await.unwrap()).await;
    assert_eq!(text, "half of it");
    assert_eq!(failure.map(|failure| failure.class), Some(FailureClass::Truncated));
}

#[tokio::test]
async fn endless_answer_ends_at_its_limit() {
    for service in SERVICES {
        let host = mounted(service).config(|config| config.limits.stream_bytes = 1 << 20).start().await;
        let (text, failure) = read(ask(&host, &ann(), get("/endless")).await.unwrap()).await;
        let failure = failure.unwrap();
        assert_eq!((failure.class, failure.code()), (FailureClass::Truncated, "plugin_output"), "{service}");
        assert!(text.len() <= 1 << 20);
    }
}

#[tokio::test]
async fn client_that_leaves_stops_the_service() {
    for service in SERVICES {
        let host = mounted(service).start().await;
        let mut response = ask(&host, &ann(), get("/endless")).await.unwrap();
        assert!(response.body.next().await.unwrap().is_ok());
        drop(response);
        let idle = async {
            let probe = host.catalog.probe("hello").unwrap();
            let running =
                || probe.vitals().usage.iter().find(|u| u.name == "concurrent_calls").unwrap().used.unwrap();
            while running() != 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), idle).await.expect("the service is stopped");
    }
}

#[tokio::test]
async fn fifty_thousand_headers_are_more_than_a_service_may_set() {
    let host = mounted("serves_by_wasi_p2").start().await;
    let failure = ask(&host, &ann(), get("/headers/50000")).await.err().unwrap();
    assert_eq!((failure.class, failure.code()), (FailureClass::Internal, "plugin_trap"));
    // What it may set and clients do not take is refused by the host.
    let failure = ask(&host, &ann(), get("/headers/129")).await.err().unwrap();
    assert_eq!((failure.class, failure.code()), (FailureClass::Internal, "plugin_output"));
    assert!(failure.message.contains("`hello`") && failure.message.contains("128 headers"), "{failure}");
    host.assert_serves().await;
}

#[tokio::test]
async fn host_that_is_none_is_the_clients_mistake() {
    let host = mounted("serves_by_wasi_p2").start().await;
    let request = MountRequest { authority: "two words".to_owned(), ..get("/") };
    let failure = ask(&host, &ann(), request).await.err().unwrap();
    assert_eq!((failure.class, &*failure.fields[0].field), (FailureClass::Invalid, "Host"));
}
