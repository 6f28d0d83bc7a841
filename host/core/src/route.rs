//! HTTP routes that plugins bring.

use std::{fmt, str::FromStr};

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{CallContext, Failure, Result};

/// The methods that a plugin's route may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or does.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// The method in capitals.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// The method of the route that answers a request with this one, if any can: HEAD is GET without the body, which is left out
    /// afterwards.
    pub fn of_request(method: &str) -> Option<Self> {
        match method {
            "HEAD" => Some(Self::Get),
            method => method.parse().ok(),
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Method {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self> {
        Ok(match text {
            "GET" => Self::Get,
            "POST" => Self::Post,
            "PUT" => Self::Put,
            "PATCH" => Self::Patch,
            "DELETE" => Self::Delete,
            other => {
                return Err(Failure::invalid(format!(
                    "a route's method is GET, POST, PUT, PATCH or DELETE, not `{other}`"
                )));
            }
        })
    }
}

/// Where a parameter stands in the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterPlace {
    /// `{name}` in the path.
    Path,
    /// After the question mark.
    Query,
    /// A header.
    Header,
}

/// A parameter of a route.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Parameter {
    /// As it stands in the request.
    pub name: String,
    /// Where it stands.
    pub place: ParameterPlace,
    /// Whether the route needs it.
    pub required: bool,
    /// For people.
    pub summary: String,
    /// JSON Schema of the value.
    pub schema: Value,
}

/// An answer that a route may give.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// For people.
    pub summary: String,
    /// JSON Schema of the body.
    pub schema: Option<Value>,
}

/// A route as its plugin declares it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RouteDefinition {
    /// Unique in the plugin.
    pub id: String,
    /// The request's method.
    pub method: Method,
    /// Below `/api/v1`: `/expenses/{id}`.
    pub path: String,
    /// For people.
    pub summary: String,
    /// Answers callers that are not signed in.
    pub public: bool,
    /// Parameters in path, query and headers.
    pub parameters: Vec<Parameter>,
    /// JSON Schema of the body, if the route takes one. A schema that says nothing (`{}`) stands for a body of any kind.
    pub body: Option<Value>,
    /// The answers it gives, beside the errors that any route may give.
    pub answers: Vec<Answer>,
}

impl RouteDefinition {
    /// Whether a body has to be JSON.
    pub fn takes_json(&self) -> bool {
        match &self.body {
            None | Some(Value::Bool(_)) => false,
            Some(schema) => schema.as_object().is_none_or(|members| !members.is_empty()),
        }
    }
}

/// A request on its way to a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteRequest {
    /// Values of the path's parameters, decoded.
    pub path: Vec<(String, String)>,
    /// Decoded, in the order that they came in.
    pub query: Vec<(String, String)>,
    /// Without authorization and cookies.
    pub headers: Vec<(String, String)>,
    /// Bounded.
    pub body: Bytes,
}

/// A plugin's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteResponse {
    /// 200 to 599.
    pub status: u16,
    /// As the plugin sets them; hop-by-hop headers are removed by whoever sends the answer.
    pub headers: Vec<(String, String)>,
    /// Bounded.
    pub body: Bytes,
}

/// Port: answers one route.
#[async_trait]
pub trait Route: Send + Sync + 'static {
    /// What the route is.
    fn definition(&self) -> &RouteDefinition;

    /// Answers. Access has been checked: without `public`, the context has a user.
    async fn handle(&self, ctx: &CallContext, request: RouteRequest) -> Result<RouteResponse>;
}
