//! A tool as a route: arguments from path, query and body, the result's data as the answer.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Map, Value};
use wheelhouse_core::{
    CallContext, Failure, Result,
    route::{Route, RouteDefinition, RouteRequest, RouteResponse},
    tool::{Tool, ToolOutcome},
};

use super::tools::PluginTool;
use crate::declaration::RestForm;

/// The REST form of a tool.
pub(crate) struct ToolRoute {
    pub(crate) tool: Arc<PluginTool>,
    pub(crate) form: RestForm,
}

#[async_trait]
impl Route for ToolRoute {
    fn definition(&self) -> &RouteDefinition {
        &self.form.definition
    }

    async fn handle(&self, ctx: &CallContext, request: RouteRequest) -> Result<RouteResponse> {
        let arguments = self.arguments(&request)?;
        response(self.form.status, self.tool.call(ctx, arguments).await?)
    }
}

impl ToolRoute {
    fn arguments(&self, request: &RouteRequest) -> Result<Map<String, Value>> {
        let mut arguments = if RestForm::takes_body(self.form.definition.method) {
            if let Some((name, _)) = request.query.first() {
                return Err(Failure::invalid_field(
                    name.as_str(),
                    "arguments of this route go into the body, not into the query",
                ));
            }
            read_body(&request.body)?
        } else {
            let mut arguments = Map::new();
            self.tool.arguments.read(&request.query, &mut arguments);
            arguments
        };
        if let Some((name, _)) = request.path.iter().find(|(name, _)| arguments.contains_key(name)) {
            return Err(Failure::invalid_field(
                name.as_str(),
                "is in the path and cannot be given a second time",
            ));
        }
        self.tool.arguments.read(&request.path, &mut arguments);
        Ok(arguments)
    }
}

/// No body at all is an object without members: every argument may be optional.
fn read_body(body: &Bytes) -> Result<Map<String, Value>> {
    if body.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Failure::invalid("The body must be a JSON object.")),
        Err(error) => Err(Failure::malformed_json("body", &error)),
    }
}

fn response(status: u16, outcome: ToolOutcome) -> Result<RouteResponse> {
    let (headers, body) = match outcome.data {
        Some(data) => (
            vec![("content-type".to_owned(), "application/json".to_owned())],
            Bytes::from(serde_json::to_vec(&data).map_err(Failure::internal)?),
        ),
        None => (Vec::new(), Bytes::new()),
    };
    Ok(RouteResponse { status, headers, body })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use wheelhouse_core::FailureClass;

    use super::*;

    #[test]
    fn an_empty_body_is_an_empty_object_and_a_broken_one_is_invalid() {
        assert!(read_body(&Bytes::new()).unwrap().is_empty());
        let list = read_body(&Bytes::from_static(b"[]")).unwrap_err();
        assert_eq!(list.message, "The body must be a JSON object.");
        let broken = read_body(&Bytes::from_static(b"{\"a\":")).unwrap_err();
        assert_eq!((broken.class, broken.code()), (FailureClass::Invalid, "malformed_json"));
    }

    #[test]
    fn data_is_the_answers_body() {
        let outcome =
            ToolOutcome { data: Some(Value::from(60)), text: "Sixty.".to_owned(), actions: Vec::new() };
        let response = response(201, outcome).unwrap();
        assert_eq!((response.status, &response.body[..]), (201, &b"60"[..]));
    }
}
