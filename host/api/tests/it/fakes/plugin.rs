use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use semver::Version;
use serde_json::{Map, Value, json};
use wheelhouse_core::{
    CallContext, Failure, FailureClass, Result,
    catalog::{Catalog, CatalogEntry, Contribution, Stage},
    chat::ChatProvider,
    health::Dependency,
    mount::{Mount, MountRequest, MountResponse},
    plugin::{Export, PluginInfo, PluginSource, PluginState},
    route::{Answer, Method, Parameter, ParameterPlace, Route, RouteDefinition, RouteRequest, RouteResponse},
    speech::SpeechEngine,
    tool::{Annotations, Tool, ToolDefinition, ToolOutcome, UiAction},
};

use super::{FakeEngine, FakeProvider, control::Tired};

fn entry(id: &str, exports: Vec<Export>, fill: impl FnOnce(&mut Contribution)) -> CatalogEntry {
    let info = PluginInfo {
        id: id.to_owned(),
        version: Version::new(1, 2, 3),
        name: id.to_owned(),
        summary: format!("What {id} does."),
        asks: Vec::new(),
    };
    let mut contribution = Contribution::of(info);
    fill(&mut contribution);
    CatalogEntry {
        source: PluginSource::Native,
        exports,
        stage: Stage::Active(Arc::new(contribution)),
        next: None,
    }
}

fn file(name: &str) -> PluginSource {
    PluginSource::File { name: name.to_owned() }
}

/// The same from somewhere else.
fn from(source: PluginSource, entry: CatalogEntry) -> CatalogEntry {
    CatalogEntry { source, ..entry }
}

/// A provider, a tool, two engines, routes; a bundled plugin that rests, two files, and one that was refused.
pub(crate) fn speaking_catalog(provider: &Arc<FakeProvider>) -> Catalog {
    let gate = provider.gate.clone();
    let provider: Arc<dyn ChatProvider> = provider.clone();
    let engine = |engine: FakeEngine| -> CatalogEntry {
        let id = engine.id;
        let engine: Arc<dyn SpeechEngine> = Arc::new(engine);
        entry(id, vec![Export::Speech], |plugin| plugin.engine = Some(engine))
    };
    let refused = CatalogEntry {
        source: file("broken.wasm"),
        exports: Vec::new(),
        stage: Stage::Absent {
            state: PluginState::Refused { reason: "it is no component".to_owned() },
            info: None,
        },
        next: None,
    };
    catalog(vec![
        entry("assist", vec![Export::Chat], |plugin| plugin.provider = Some(provider)),
        entry("acting", vec![Export::Tools], |plugin| plugin.tools = vec![Arc::new(FakeTool::default())]),
        engine(FakeEngine { id: "hibari", voices: &["hibari"], gate: gate.clone() }),
        engine(FakeEngine { id: "second", voices: &["nova", "other"], gate }),
        entry("things", vec![Export::Routes], |plugin| plugin.routes = routes()),
        from(
            PluginSource::Bundled { name: "wins".to_owned() },
            entry("wins", vec![Export::Tools], |plugin| plugin.probe = Some(Arc::new(Tired))),
        ),
        from(file("sums.wasm"), entry("sums", vec![Export::Tools], |_| {})),
        from(file("stuck.wasm"), entry("stuck", vec![Export::Tools], |_| {})),
        refused,
    ])
}

/// A service that says what it was asked; below `/broken` it breaks off after that.
struct FakeMount;

#[async_trait]
impl Mount for FakeMount {
    fn is_public(&self) -> bool {
        false
    }

    async fn handle(&self, _ctx: &CallContext, request: MountRequest) -> Result<MountResponse> {
        let said = format!("{} {} {}", request.method, request.authority, request.path_and_query);
        let mut pieces = vec![Ok(Bytes::from(said)), Ok(request.body)];
        if request.path_and_query.starts_with("/broken") {
            pieces.push(Err(Failure::new(FailureClass::Truncated, "cut off")));
        }
        Ok(MountResponse {
            status: 203,
            headers: vec![("x-made-by".to_owned(), "hello".to_owned())],
            body: stream::iter(pieces).boxed(),
        })
    }
}

/// A plugin that is mounted as a whole.
pub(crate) fn mounted(id: &str) -> CatalogEntry {
    entry(id, vec![Export::Http], |plugin| plugin.mount = Some(Arc::new(FakeMount)))
}

pub(crate) fn catalog(entries: Vec<CatalogEntry>) -> Catalog {
    Catalog::new(entries)
}

/// Does one thing and tells the client's screen.
struct FakeTool(ToolDefinition);

impl Default for FakeTool {
    fn default() -> Self {
        Self(ToolDefinition {
            name: "act".to_owned(),
            summary: "Acts.".to_owned(),
            input_schema: json!({"type": "object"}),
            output_schema: None,
            annotations: Annotations::default(),
            needs_confirmation: false,
            sentences: Vec::new(),
        })
    }
}

#[async_trait]
impl Tool for FakeTool {
    fn definition(&self) -> &ToolDefinition {
        &self.0
    }

    async fn call(&self, _ctx: &CallContext, _arguments: Map<String, Value>) -> Result<ToolOutcome> {
        Ok(ToolOutcome {
            data: Some(json!({"done": true})),
            text: "acted".to_owned(),
            actions: vec![UiAction {
                kind: "reload_expenses".to_owned(),
                entity_id: Some("1".to_owned()),
                entity_type: None,
                entity_title: None,
                metadata: Map::new(),
            }],
        })
    }
}

type Handle = fn(&CallContext, &RouteRequest) -> Result<RouteResponse>;

/// A route that is a function.
struct FakeRoute {
    definition: RouteDefinition,
    handle: Handle,
}

#[async_trait]
impl Route for FakeRoute {
    fn definition(&self) -> &RouteDefinition {
        &self.definition
    }

    async fn handle(&self, ctx: &CallContext, request: RouteRequest) -> Result<RouteResponse> {
        (self.handle)(ctx, &request)
    }
}

/// Routes of one plugin; the schemas share definitions as generated ones do.
fn routes() -> Vec<Arc<dyn Route>> {
    let thing = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"name": {"type": "string"}, "price": {"$ref": "#/$defs/Money"}},
        "$defs": {"Money": {"type": "number"}},
    });
    let route = |method, path: &str, public, body: Option<&Value>, handle: Handle| -> Arc<dyn Route> {
        let parameters = match path.contains("{id}") {
            true => vec![Parameter {
                name: "id".to_owned(),
                place: ParameterPlace::Path,
                required: true,
                summary: "Which thing.".to_owned(),
                schema: json!({"type": "string"}),
            }],
            false => Vec::new(),
        };
        let definition = RouteDefinition {
            id: format!("{}{}", method, path.replace(['/', '{', '}', '*'], "_")),
            method,
            path: path.to_owned(),
            summary: "A thing.".to_owned(),
            public,
            parameters,
            body: body.cloned(),
            answers: vec![Answer {
                status: 200,
                summary: "The thing.".to_owned(),
                schema: Some(thing.clone()),
            }],
        };
        Arc::new(FakeRoute { definition, handle })
    };
    vec![
        route(Method::Get, "/things/{id}", false, None, echo),
        route(Method::Post, "/things", false, Some(&thing), echo),
        route(Method::Delete, "/things/{id}", false, None, |_, _| answer(204, &[], "")),
        route(Method::Get, "/open", true, None, |ctx, _| {
            let who = ctx.user().map_or("nobody", |user| user.email.as_deref().unwrap_or("?"));
            answer(200, &[("content-type", "text/plain"), ("x-total", "3")], who)
        }),
        route(Method::Get, "/panics", true, None, |_, _| panic!("a plugin's adapter panics")),
        route(Method::Get, "/taken", true, None, |_, _| {
            Err(Failure::conflict("The thing has changed.").with_detail("only for the log"))
        }),
        // Collides with an address of the host's.
        route(Method::Get, "/auth/me", true, None, |_, _| answer(200, &[], "not you")),
        route(Method::Get, "/files/{*rest}", true, None, echo),
    ]
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Result<RouteResponse> {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Ok(RouteResponse { status, headers, body: Bytes::copy_from_slice(body.as_bytes()) })
}

fn echo(_ctx: &CallContext, request: &RouteRequest) -> Result<RouteResponse> {
    let has = |name: &str| request.headers.iter().any(|(known, _)| known == name);
    let body = json!({
        "path": request.path,
        "query": request.query,
        "sees_token": has("authorization"),
        "bytes": request.body.len(),
    });
    answer(200, &[("content-type", "application/json")], &body.to_string())
}

/// A database that is up until a test says otherwise.
#[derive(Default)]
pub(crate) struct FakeDependency {
    pub(crate) down: AtomicBool,
}

#[async_trait]
impl Dependency for FakeDependency {
    fn name(&self) -> &'static str {
        "database"
    }

    fn kind(&self) -> &'static str {
        "sqlite"
    }

    async fn check(&self) -> Result<()> {
        match self.down.load(Ordering::Relaxed) {
            true => Err(Failure::unavailable("The database does not answer.").with_detail("disk I/O error")),
            false => Ok(()),
        }
    }
}
