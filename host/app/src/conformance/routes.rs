//! Routes that are no form of a tool.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use wheelhouse_core::route::{ParameterPlace, RouteDefinition};
use wheelhouse_services::{PluginRequest, RouteFailure};

use super::{
    report::Recorder,
    sample,
    subject::{Subject, fault, named},
    tools,
};

pub(super) async fn check(subject: &Subject<'_>, recorder: &mut Recorder<'_>) {
    let tools: Vec<String> = tools::of(subject).iter().map(|tool| tool.definition().name.clone()).collect();
    for route in subject.catalog.routes().iter().filter(|route| route.plugin == subject.id) {
        let definition = route.route.definition();
        if !tools.contains(&definition.id) {
            let answered = answers(subject, definition).await;
            recorder.add_result(format!("route {} {}", definition.method, definition.path), answered);
        }
    }
}

async fn answers(subject: &Subject<'_>, route: &RouteDefinition) -> Result<String, String> {
    let (mut path, mut query, mut headers) = (route.path.clone(), Vec::new(), Vec::new());
    for parameter in &route.parameters {
        let value = text(sample::value(&parameter.schema));
        match parameter.place {
            ParameterPlace::Path => {
                let encoded = utf8_percent_encode(&value, NON_ALPHANUMERIC).to_string();
                path = path.replace(&format!("{{{}}}", parameter.name), &encoded);
            }
            ParameterPlace::Query if parameter.required => query.push((parameter.name.clone(), value)),
            ParameterPlace::Header if parameter.required => headers.push((parameter.name.clone(), value)),
            _ => {}
        }
    }
    let mut body = Vec::new();
    if let Some(schema) = route.body.as_ref().filter(|_| route.takes_json()) {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
        body = sample::value(schema).to_string().into_bytes();
    }
    let routes = &subject.host.services.routes;
    let ctx = subject.call();
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    let request = PluginRequest {
        method: route.method.as_str(),
        path: &path,
        query: Some(&query),
        authority: "localhost",
        headers,
        body: body.into(),
    };
    let sent = match routes.dispatch(&ctx, request, ctx.time_left()).await {
        Ok(told) => told.whole().await.map_err(RouteFailure::from),
        Err(failure) => Err(failure),
    };
    match sent {
        Ok(response) if response.status >= 500 => {
            Err(format!("it answers {}; a failure of the contract says more", response.status))
        }
        Ok(response) => Ok(format!("{}, {} bytes", response.status, response.body.len())),
        Err(RouteFailure::Failed(failure)) => match fault(&failure) {
            Some(fault) => Err(fault),
            None => Ok(named(&failure)),
        },
        Err(other) => Err(format!("no request of its description reaches it: {other:?}")),
    }
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
