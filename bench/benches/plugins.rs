//! Calls through the runtime next to the same calls on bare wasmtime. `cargo bench -p wheelhouse-bench`; the whole takes about a minute.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench stops at the first thing that is wrong")]

use std::{
    collections::{BTreeMap, BTreeSet},
    hint::black_box,
    path::Path,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;
use wheelhouse_bench::{Bare, Setup, Started, context};
use wheelhouse_core::{
    catalog::RouteMatch,
    route::{Method, RouteRequest},
    tool::Tool,
};
use wheelhouse_guests::guest;

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

fn started(runtime: &Runtime, guests: &[&str]) -> Started {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled");
    runtime.block_on(Setup::new(guests).unwrap().start(&cache)).unwrap()
}

/// A call on an instance made for it, and a call on one that is kept.
fn calls(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let host = started(&runtime, &["echo", "counts_warm"]);
    let echo = host.catalog.tool("echo").unwrap().tool.clone();
    let count = host.catalog.tool("count").unwrap().tool.clone();

    let mut group = criterion.benchmark_group("fresh_call");
    group.bench_function("runtime", |bencher| {
        bencher
            .to_async(&runtime)
            .iter(async || echo.call(&context(), object(json!({"text": "hello"}))).await.unwrap());
    });
    let bare = Bare::new(guest("echo").bytes).unwrap();
    group.bench_function("bare", |bencher| {
        bencher
            .to_async(&runtime)
            .iter(async || bare.instance().await.unwrap().call("echo", r#"{"text":"hello"}"#).await.unwrap());
    });
    group.finish();

    let mut group = criterion.benchmark_group("warm_call");
    group.bench_function("runtime", |bencher| {
        bencher.to_async(&runtime).iter(async || count.call(&context(), Map::new()).await.unwrap());
    });
    let bare = Bare::new(guest("counts_warm").bytes).unwrap();
    group.bench_function("bare", |bencher| {
        let instance = tokio::sync::Mutex::new(runtime.block_on(bare.instance()).unwrap());
        bencher.to_async(&runtime).iter(async || instance.lock().await.call("count", "{}").await.unwrap());
    });
    group.finish();
}

/// Finding things in the catalog, which every request does, next to the map and the router that are inside it.
fn look_up(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let host = started(&runtime, &["echo", "counts_warm", "counts_fresh", "speaks", "chats"]);
    let reader = host.host.catalog();

    let mut group = criterion.benchmark_group("tool_look_up");
    group.bench_function("runtime", |bencher| {
        bencher.iter(|| black_box(reader.current().tool(black_box("echo")).is_some()));
    });
    let map: BTreeMap<String, Arc<dyn Tool>> = host
        .catalog
        .tools()
        .map(|entry| (entry.tool.definition().name.clone(), entry.tool.clone()))
        .collect();
    group.bench_function("bare", |bencher| {
        bencher.iter(|| black_box(map.contains_key(black_box("echo"))));
    });
    group.finish();

    let mut group = criterion.benchmark_group("route_look_up");
    group.bench_function("runtime", |bencher| {
        bencher.iter(|| {
            let catalog = reader.current();
            let found = catalog.find_route(Some(Method::Patch), black_box("/things/7"));
            black_box(matches!(found, RouteMatch::Found { .. }))
        });
    });
    let mut router = matchit::Router::new();
    let paths: BTreeSet<&str> =
        host.catalog.routes().iter().map(|entry| entry.route.definition().path.as_str()).collect();
    for path in paths {
        router.insert(path, ()).unwrap();
    }
    group.bench_function("bare", |bencher| {
        bencher.iter(|| black_box(router.at(black_box("/things/7")).is_ok()));
    });
    group.finish();
}

/// The same in a catalog of ten plugins and in one of a thousand. The first run compiles them, which takes minutes.
fn size(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let hosts = [10, 1_000].map(|count| (count, started(&runtime, &[&format!("numbered:{count}")])));
    let mut group = criterion.benchmark_group("look_up_among");
    for (count, host) in &hosts {
        let reader = host.host.catalog();
        group.bench_function(count.to_string(), |bencher| {
            bencher.iter(|| {
                let catalog = reader.current();
                let found = catalog.find_route(Some(Method::Get), black_box("/numbered-0005"));
                black_box(matches!(found, RouteMatch::Found { .. }) && catalog.tool("numbered0005").is_some())
            });
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("dispatch_among");
    for (count, host) in &hosts {
        let reader = host.host.catalog();
        group.bench_function(count.to_string(), |bencher| {
            bencher.to_async(&runtime).iter(async || {
                let catalog = reader.current();
                let RouteMatch::Found { route, path } =
                    catalog.find_route(Some(Method::Get), "/numbered-0005")
                else {
                    panic!("the route is there");
                };
                let (query, headers, body) = (Vec::new(), Vec::new(), Bytes::new());
                route.route.handle(&context(), RouteRequest { path, query, headers, body }).await.unwrap()
            });
        });
    }
    group.finish();
}

/// From method and path to the answer's bytes: a tool by its REST form.
fn routes(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let host = started(&runtime, &["echo"]);
    let mut group = criterion.benchmark_group("route_dispatch");
    group.bench_function("runtime", |bencher| {
        bencher.to_async(&runtime).iter_batched(
            || RouteRequest {
                path: Vec::new(),
                query: Vec::new(),
                headers: Vec::new(),
                body: r#"{"size": 1.5}"#.into(),
            },
            async |mut request| {
                let RouteMatch::Found { route, path } =
                    host.catalog.find_route(Some(Method::Patch), "/things/7")
                else {
                    panic!("the route is there");
                };
                request.path = path;
                route.route.handle(&context(), request).await.unwrap()
            },
            BatchSize::SmallInput,
        );
    });
    let bare = Bare::new(guest("echo").bytes).unwrap();
    group.bench_function("bare", |bencher| {
        bencher.to_async(&runtime).iter(async || {
            bare.instance().await.unwrap().call("change_thing", r#"{"id":7,"size":1.5}"#).await.unwrap()
        });
    });
    group.finish();
}

criterion_group! {
    name = plugins;
    config = Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    targets = calls, look_up, routes, size
}
criterion_main!(plugins);
