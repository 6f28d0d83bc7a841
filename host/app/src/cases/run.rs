//! Runs the cases of a file, one after the other.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use wheelhouse_core::{
    CallContext, Caller, Failure, Secret, User, UserId,
    clock::{Clock, SystemClock},
    route::RouteResponse,
    tool::ToolOutcome,
};
use wheelhouse_runtime::{Declared, PluginConfig};
use wheelhouse_services::{PluginRequest, RouteFailure, TurnRequest};

use super::{
    CaseResult,
    case::{Case, CaseTerms},
    clock::SetClock,
    desk::Desk,
    expected::differences,
    file::{self, CaseFile},
    recording::Recording,
};
use crate::{
    host::{Host, StartError},
    workbench::{Terms, Workbench, all_grants},
};

/// How long a case may take.
const TIME: Duration = Duration::from_secs(60);
/// Who calls where nobody says so.
const USER: &str = "somebody";
/// What routes begin with; cases need not say it.
const ROUTES: &str = "/api/v1";
/// What the caller of a route takes the host for.
const HERE: &str = "localhost";

/// A host, and the terms that it serves on.
struct Serving {
    host: Host,
    clock: Arc<dyn Clock>,
    terms: CaseTerms,
}

/// Runs all cases and returns what was recorded for each.
///
/// # Errors
/// When the plugin does not serve on a case's terms.
pub(super) async fn file(
    bench: &Workbench,
    declared: &Declared,
    name: &str,
    file: &CaseFile,
    record: bool,
    tell: &mut dyn FnMut(&CaseResult),
) -> Result<Vec<Recording>, StartError> {
    let desk = Arc::new(Desk::new(record));
    let needs_assistant = file.cases.iter().any(|case| case.say.is_some());
    let mut serving: Option<Serving> = None;
    let mut recordings = Vec::with_capacity(file.cases.len());
    for (index, case) in file.cases.iter().enumerate() {
        if let Some(before) = serving.take_if(|serving| serving.terms != case.terms) {
            before.host.stop().await;
        }
        let current = match &serving {
            Some(serving) => serving,
            None => serving.insert(serve(bench, declared, name, case, &desk, needs_assistant).await?),
        };
        desk.open(&case.exchanges);
        let answer = ask(current, case, index).await;
        let left = desk.close();
        let mut problems = judge(case, answer);
        problems.extend(left.problems);
        tell(&CaseResult { name: file::name(case, index), problems });
        recordings.push(Recording { exchanges: left.recorded, secrets: secrets(&case.terms).collect() });
    }
    if let Some(serving) = serving {
        serving.host.stop().await;
    }
    Ok(recordings)
}

async fn serve(
    bench: &Workbench,
    declared: &Declared,
    name: &str,
    case: &Case,
    desk: &Arc<Desk>,
    assistant: bool,
) -> Result<Serving, StartError> {
    let terms = case.terms.clone();
    let clock: Arc<dyn Clock> = match terms.now.as_ref().and_then(|now| now.parse().ok()) {
        Some(now) => Arc::new(SetClock::new(now)),
        None => Arc::new(SystemClock),
    };
    let config = PluginConfig {
        grants: terms.grants.clone().unwrap_or_else(|| all_grants(declared)),
        settings: terms.settings.clone(),
        secrets: terms.secrets.keys().cloned().zip(secrets(&terms).map(Secret::new)).collect(),
        ..PluginConfig::default()
    };
    let started = bench.start(
        name,
        Terms {
            plugin: Some((declared.id.clone(), config)),
            clock: Some(clock.clone()),
            outside: Some(desk.clone()),
            assistant,
        },
    );
    Ok(Serving { host: started.await?, clock, terms })
}

/// The secrets' values, in the order of their keys.
fn secrets(terms: &CaseTerms) -> impl Iterator<Item = String> {
    terms.secrets.iter().map(|(key, variable)| {
        std::env::var(variable).unwrap_or_else(|_| format!("no-{}", key.replace('_', "-")))
    })
}

async fn ask(serving: &Serving, case: &Case, index: usize) -> Result<Value, Failure> {
    let ctx = context(serving, case);
    match (&case.tool, &case.route, &case.say) {
        (Some(tool), ..) => call_tool(&serving.host, &ctx, tool, case).await,
        (_, Some(route), _) => call_route(&serving.host, &ctx, route, case).await,
        (.., say) => {
            let request = TurnRequest {
                message: say.clone().unwrap_or_default(),
                // The same sentence in two cases is said twice.
                request_id: Some(format!("case-{index}")),
                ..TurnRequest::default()
            };
            let answer = serving.host.services.assistant.turn(&ctx, request).await?;
            let names: Vec<&str> = answer.tools.iter().map(|run| run.tool.as_str()).collect();
            let data: Vec<&Option<Value>> = answer.tools.iter().map(|run| &run.data).collect();
            Ok(json!({"text": answer.text, "tools": names, "data": data, "actions": answer.ui_actions}))
        }
    }
}

fn context(serving: &Serving, case: &Case) -> CallContext {
    let caller = match case.user.as_deref().unwrap_or(USER) {
        "" => Caller::Anonymous,
        name => Caller::User {
            user: User { id: UserId(name.to_owned()), email: None, full_name: None },
            session: None,
        },
    };
    let mut ctx = CallContext::new("case", caller, serving.clock.now(), TIME);
    if let Some(zone) = case.time_zone.as_ref().and_then(|zone| jiff::tz::TimeZone::get(zone).ok()) {
        ctx.time_zone = zone;
    }
    ctx
}

async fn call_tool(host: &Host, ctx: &CallContext, name: &str, case: &Case) -> Result<Value, Failure> {
    let catalog = host.catalog.current();
    let Some(tool) = catalog.tool(name) else {
        let known: Vec<&str> = catalog.tools().map(|tool| tool.tool.definition().name.as_str()).collect();
        return Err(Failure::not_found(format!(
            "There is no tool `{name}`; there is {}.",
            if known.is_empty() { "none".to_owned() } else { known.join(", ") }
        )));
    };
    let ToolOutcome { data, text, actions } = tool.tool.call(ctx, case.arguments.clone()).await?;
    Ok(json!({"data": data, "text": text, "actions": actions}))
}

async fn call_route(host: &Host, ctx: &CallContext, route: &str, case: &Case) -> Result<Value, Failure> {
    let (method, place) = route.split_once(' ').unwrap_or(("GET", route));
    let place = place.trim_start();
    let (path, query) = place.split_once('?').map_or((place, None), |(path, query)| (path, Some(query)));
    let path = path.strip_prefix(ROUTES).unwrap_or(path);
    let mut headers: Vec<(String, String)> =
        case.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let body = match &case.body {
        None => Vec::new(),
        Some(Value::String(text)) => text.clone().into_bytes(),
        Some(json) => {
            if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
                headers.push(("content-type".to_owned(), "application/json".to_owned()));
            }
            json.to_string().into_bytes()
        }
    };
    let routes = &host.services.routes;
    let request = PluginRequest { method, path, query, authority: HERE, headers, body: body.into() };
    match routes.dispatch(ctx, request, TIME).await {
        Ok(told) => Ok(answer(told.whole().await?)),
        Err(
            RouteFailure::Failed(failure)
            | RouteFailure::Malformed(failure)
            | RouteFailure::UnsupportedMediaType(failure),
        ) => Err(failure),
        Err(RouteFailure::NotFound) => Err(Failure::not_found(format!("There is no route {path}."))),
        Err(RouteFailure::MethodNotAllowed { .. }) => {
            Err(Failure::not_found(format!("The route {path} has no method {method}.")))
        }
    }
}

fn answer(response: RouteResponse) -> Value {
    let text = String::from_utf8_lossy(&response.body);
    let body = serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text.into_owned()));
    let headers: serde_json::Map<String, Value> =
        response.headers.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
    json!({"status": response.status, "headers": headers, "body": body})
}

/// What is not as the case wants it, a sentence each.
fn judge(case: &Case, answer: Result<Value, Failure>) -> Vec<String> {
    match (answer, case.fails) {
        (Ok(answer), None) => {
            case.expect.as_ref().map(|expected| differences(expected, &answer)).unwrap_or_default()
        }
        (Ok(answer), Some(class)) => {
            vec![format!("`{}` is expected, and it answers {answer}", class.as_str())]
        }
        (Err(failure), None) => {
            let detail = failure.detail.as_deref().and_then(|detail| detail.lines().next());
            let detail = detail.map(|detail| format!(" ({detail})")).unwrap_or_default();
            vec![format!("it fails, `{}`: {}{detail}", failure.class.as_str(), failure.message)]
        }
        (Err(failure), Some(class)) if failure.class != class => vec![format!(
            "`{}` is expected, and it fails with `{}`: {}",
            class.as_str(),
            failure.class.as_str(),
            failure.message
        )],
        (Err(failure), Some(_)) => {
            let wanted = case.field.as_ref();
            let unnamed = wanted.filter(|wanted| !failure.fields.iter().any(|field| field.field == **wanted));
            let sentence =
                |field: &String| format!("it does not name the field `{field}`: {}", failure.message);
            unnamed.map(sentence).into_iter().collect()
        }
    }
}
