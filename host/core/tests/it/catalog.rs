use std::sync::Arc;

use async_trait::async_trait;
use semver::Version;
use serde_json::{Map, Value, json};
use wheelhouse_core::{
    CallContext, Result,
    catalog::{Catalog, CatalogEntry, CatalogPublisher, Contribution, Lookup, RouteMatch, Stage},
    mount::{Mount, MountRequest, MountResponse},
    plugin::{Export, PluginInfo, PluginSource, PluginState, PluginStatus},
    route::{Method, Route, RouteDefinition, RouteRequest, RouteResponse},
    tool::{Annotations, Tool, ToolDefinition, ToolOutcome},
};

struct NamedTool(ToolDefinition);

#[async_trait]
impl Tool for NamedTool {
    fn definition(&self) -> &ToolDefinition {
        &self.0
    }

    async fn call(&self, _ctx: &CallContext, _arguments: Map<String, Value>) -> Result<ToolOutcome> {
        unreachable!("these tests call nothing")
    }
}

fn tool(name: &str) -> Arc<dyn Tool> {
    Arc::new(NamedTool(ToolDefinition {
        name: name.to_owned(),
        summary: String::new(),
        input_schema: json!({"type": "object"}),
        output_schema: None,
        annotations: Annotations::default(),
        needs_confirmation: false,
        sentences: Vec::new(),
    }))
}

struct NamedRoute(RouteDefinition);

#[async_trait]
impl Route for NamedRoute {
    fn definition(&self) -> &RouteDefinition {
        &self.0
    }

    async fn handle(&self, _ctx: &CallContext, _request: RouteRequest) -> Result<RouteResponse> {
        unreachable!("these tests call nothing")
    }
}

fn route(method: Method, path: &str) -> Arc<dyn Route> {
    Arc::new(NamedRoute(RouteDefinition {
        id: format!("{method} {path}"),
        method,
        path: path.to_owned(),
        summary: String::new(),
        public: false,
        parameters: Vec::new(),
        body: None,
        answers: Vec::new(),
    }))
}

struct NamedMount;

#[async_trait]
impl Mount for NamedMount {
    fn is_public(&self) -> bool {
        false
    }

    async fn handle(&self, _ctx: &CallContext, _request: MountRequest) -> Result<MountResponse> {
        unreachable!("these tests call nothing")
    }
}

fn info(id: &str) -> PluginInfo {
    PluginInfo {
        id: id.to_owned(),
        version: Version::new(1, 0, 0),
        name: id.to_owned(),
        summary: String::new(),
        asks: Vec::new(),
    }
}

fn file(name: &str) -> PluginSource {
    PluginSource::File { name: name.to_owned() }
}

fn ready(id: &str, tools: Vec<Arc<dyn Tool>>, routes: Vec<Arc<dyn Route>>) -> CatalogEntry {
    let contribution = Contribution { tools, routes, ..Contribution::of(info(id)) };
    CatalogEntry {
        source: file(&format!("{id}.wasm")),
        exports: vec![Export::Tools],
        stage: Stage::Active(Arc::new(contribution)),
        next: None,
    }
}

fn mounted(id: &str, routes: Vec<Arc<dyn Route>>) -> CatalogEntry {
    let contribution =
        Contribution { routes, mount: Some(Arc::new(NamedMount)), ..Contribution::of(info(id)) };
    CatalogEntry {
        source: file(&format!("{id}.wasm")),
        exports: vec![Export::Http],
        stage: Stage::Active(Arc::new(contribution)),
        next: None,
    }
}

fn absent(source: PluginSource, exports: Vec<Export>, state: PluginState, id: Option<&str>) -> CatalogEntry {
    CatalogEntry { source, exports, stage: Stage::Absent { state, info: id.map(info) }, next: None }
}

fn compiling() -> PluginState {
    PluginState::Compiling { reason: "waits for its turn".to_owned() }
}

fn reason(plugin: &PluginStatus) -> &str {
    match &plugin.state {
        PluginState::Refused { reason } => reason,
        other => panic!("{} is {other:?}", plugin.label()),
    }
}

#[test]
fn second_plugin_with_an_id_is_refused_with_all_that_it_brings() {
    let twin = CatalogEntry { source: file("twin.wasm"), ..ready("wins", vec![tool("other")], Vec::new()) };
    let catalog = Catalog::new([ready("wins", vec![tool("first")], Vec::new()), twin]);
    assert!(catalog.tool("first").is_some());
    assert!(catalog.tool("other").is_none());
    assert!(reason(&catalog.plugins()[1]).contains("`wins.wasm`"), "{:?}", catalog.plugins()[1]);
}

#[test]
fn plugin_that_was_refused_holds_no_id() {
    let state = PluginState::Refused { reason: "it traps".to_owned() };
    let refused = absent(file("broken.wasm"), Vec::new(), state, Some("wins"));
    let catalog = Catalog::new([refused, ready("wins", vec![tool("first")], Vec::new())]);
    assert!(catalog.tool("first").is_some());
}

#[test]
fn plugin_that_is_switched_off_or_on_its_way_keeps_its_id() {
    let off = PluginState::Disabled { reason: "somebody".to_owned() };
    for state in [off, compiling()] {
        let first = absent(file("first.wasm"), Vec::new(), state, Some("wins"));
        let catalog = Catalog::new([first, ready("wins", vec![tool("other")], Vec::new())]);
        assert!(catalog.tool("other").is_none());
        assert!(reason(&catalog.plugins()[1]).contains("`first.wasm`"), "{:?}", catalog.plugins()[1]);
    }
}

#[test]
fn second_tool_of_a_name_is_left_out_and_the_rest_of_its_plugin_stays() {
    let catalog = Catalog::new([
        ready("one", vec![tool("shared")], Vec::new()),
        ready("two", vec![tool("shared"), tool("own")], Vec::new()),
    ]);
    assert_eq!(catalog.tool("shared").unwrap().plugin, "one");
    assert_eq!(catalog.tool("own").unwrap().plugin, "two");
    assert_eq!(catalog.plugins()[1].state, PluginState::Active);
    assert_eq!(catalog.plugins()[1].problems.len(), 1);
}

fn found(catalog: &Catalog, method: Option<Method>, path: &str) -> String {
    match catalog.find_route(method, path) {
        RouteMatch::Found { route, path } => format!("{} {path:?}", route.route.definition().id),
        RouteMatch::MethodNotAllowed { allowed } => format!("{allowed:?}"),
        RouteMatch::Mounted { mount, rest } => format!("{} at `{rest}`", mount.plugin),
        RouteMatch::NotFound => "nothing".to_owned(),
    }
}

#[test]
fn routes_are_found_by_method_and_path() {
    let routes = vec![
        route(Method::Get, "/expenses"),
        route(Method::Get, "/expenses/{id}"),
        route(Method::Delete, "/expenses/{id}"),
        route(Method::Get, "/expenses/total"),
    ];
    let catalog = Catalog::new([ready("wins", Vec::new(), routes)]);
    let found = |method, path: &str| found(&catalog, method, path);
    assert_eq!(found(Some(Method::Get), "/expenses"), "GET /expenses []");
    assert_eq!(found(Some(Method::Delete), "/expenses/a%20b"), r#"DELETE /expenses/{id} [("id", "a%20b")]"#);
    assert_eq!(found(Some(Method::Get), "/expenses/total"), "GET /expenses/total []");
    assert_eq!(found(Some(Method::Put), "/expenses/7"), "[Get, Delete]");
    assert_eq!(found(None, "/expenses"), "[Get]");
    assert_eq!(found(Some(Method::Get), "/expenses/7/receipt"), "nothing");
    assert_eq!(found(Some(Method::Get), "/"), "nothing");
}

#[test]
fn mounted_service_has_everything_below_its_name_but_the_plugins_routes() {
    let routes = vec![route(Method::Get, "/hello/there")];
    let catalog = Catalog::new([mounted("hello", routes)]);
    assert_eq!(catalog.plugins()[0].routes, ["GET /api/v1/hello/there", "* /api/v1/hello/*"]);
    assert_eq!(found(&catalog, None, "/hello"), "hello at ``");
    assert_eq!(found(&catalog, Some(Method::Get), "/hello/"), "hello at `/`");
    assert_eq!(found(&catalog, None, "/hello/a%2Fb/c"), "hello at `/a%2Fb/c`");
    assert_eq!(found(&catalog, Some(Method::Get), "/hello/there"), "GET /hello/there []");
    assert_eq!(found(&catalog, Some(Method::Get), "/hello-you"), "nothing");
    assert_eq!(found(&catalog, Some(Method::Get), "/"), "nothing");
}

#[test]
fn route_below_another_plugins_mount_is_left_out() {
    let second = ready("two", Vec::new(), vec![route(Method::Get, "/hello/there")]);
    let catalog = Catalog::new([mounted("hello", Vec::new()), second]);
    assert_eq!(found(&catalog, Some(Method::Get), "/hello/there"), "hello at `/there`");
    assert!(catalog.plugins()[1].problems[0].contains("`hello`"), "{:?}", catalog.plugins()[1]);
}

#[test]
fn nothing_is_mounted_over_another_plugins_routes() {
    let first = ready("one", Vec::new(), vec![route(Method::Get, "/hello/there")]);
    let catalog = Catalog::new([first, mounted("hello", Vec::new())]);
    assert_eq!(found(&catalog, Some(Method::Get), "/hello/else"), "nothing");
    assert!(catalog.plugins()[1].problems[0].contains("`one`"), "{:?}", catalog.plugins()[1]);
}

#[test]
fn second_route_of_a_path_and_method_is_left_out() {
    let catalog = Catalog::new([
        ready("one", Vec::new(), vec![route(Method::Get, "/trips")]),
        ready("two", Vec::new(), vec![route(Method::Get, "/trips"), route(Method::Post, "/trips")]),
    ]);
    assert_eq!(catalog.routes().len(), 2);
    assert_eq!(catalog.plugins()[1].routes, ["POST /api/v1/trips"]);
    assert!(catalog.plugins()[1].problems[0].contains("`one` has it"));
}

#[test]
fn path_that_clashes_with_another_is_left_out_with_a_reason() {
    let catalog = Catalog::new([
        ready("one", Vec::new(), vec![route(Method::Get, "/trips/{id}")]),
        ready("two", Vec::new(), vec![route(Method::Get, "/trips/{name}"), route(Method::Get, "/trips")]),
    ]);
    assert_eq!(catalog.plugins()[1].routes, ["GET /api/v1/trips"]);
    assert_eq!(catalog.plugins()[1].problems.len(), 1);
}

#[test]
fn engine_of_a_plugin_that_is_being_compiled_is_pending() {
    let bundled = PluginSource::Bundled { name: "hibari".to_owned() };
    let catalog = Catalog::new([absent(bundled, vec![Export::Speech], compiling(), None)]);
    assert!(matches!(catalog.engine("hibari"), Lookup::Pending));
    assert!(matches!(catalog.engine("other"), Lookup::Missing), "what the binary carries is known by name");
    assert!(matches!(catalog.provider("hibari"), Lookup::Missing), "it exports no provider");
    assert!(!catalog.is_settled());

    let dropped = absent(file("new.wasm"), vec![Export::Speech], compiling(), None);
    assert!(matches!(Catalog::new([dropped]).engine("other"), Lookup::Pending), "nobody knows yet who it is");
}

#[tokio::test]
async fn reader_waits_for_the_catalog_that_it_needs() {
    let publisher = CatalogPublisher::new(Catalog::default());
    let reader = publisher.reader();
    let pinned = reader.current();
    let waiting =
        tokio::spawn(async move { reader.wait_until(|catalog| catalog.tool("late").is_some()).await });
    publisher.publish(Catalog::new([ready("early", vec![tool("early")], Vec::new())]));
    publisher.publish(Catalog::new([ready("late", vec![tool("late")], Vec::new())]));
    assert!(waiting.await.unwrap().tool("late").is_some());
    assert!(pinned.plugins().is_empty(), "what somebody has pinned does not change");
}

#[tokio::test]
async fn reader_does_not_wait_for_a_publisher_that_is_gone() {
    let publisher = CatalogPublisher::new(Catalog::default());
    let reader = publisher.reader();
    drop(publisher);
    assert!(reader.wait_until(|_| false).await.plugins().is_empty());
}
