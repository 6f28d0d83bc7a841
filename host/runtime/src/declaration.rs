//! What a plugin says of itself when it is asked: kept beside its compiled code, and checked anew at every start.

mod check;
mod mounted;
mod paths;
mod rest;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use wheelhouse_core::{
    plugin::Capability,
    route::{Method, RouteDefinition},
    tool::ToolDefinition,
};

use crate::{
    config::{self, Grant},
    schema::Arguments,
    settings::SettingsSchema,
};

pub(crate) use check::check;
pub(crate) use mounted::mount_problem;

/// A plugin's own words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Declaration {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) name: String,
    pub(crate) summary: String,
    pub(crate) capabilities: Vec<Capability>,
    pub(crate) warm: bool,
    pub(crate) settings_schema: Option<String>,
    pub(crate) tools: Vec<DeclaredTool>,
    pub(crate) routes: Vec<DeclaredRoute>,
    /// Made by the host, for a component that cannot say what it is.
    #[serde(default)]
    pub(crate) is_mounted: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct DeclaredTool {
    pub(crate) name: String,
    pub(crate) summary: String,
    pub(crate) input_schema: String,
    pub(crate) output_schema: Option<String>,
    pub(crate) annotations: wheelhouse_core::tool::Annotations,
    pub(crate) needs_confirmation: bool,
    pub(crate) sentences: Vec<String>,
    pub(crate) rest: Option<DeclaredRest>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeclaredRest {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) status: u16,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct DeclaredRoute {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) summary: String,
    pub(crate) public: bool,
    pub(crate) parameters: Vec<DeclaredParameter>,
    pub(crate) body: Option<String>,
    pub(crate) answers: Vec<DeclaredAnswer>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct DeclaredParameter {
    pub(crate) name: String,
    pub(crate) place: wheelhouse_core::route::ParameterPlace,
    pub(crate) required: bool,
    pub(crate) summary: String,
    pub(crate) schema: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct DeclaredAnswer {
    pub(crate) status: u16,
    pub(crate) summary: String,
    pub(crate) schema: Option<String>,
}

/// A declaration that was found in order, in the words of the domain.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) id: String,
    pub(crate) version: semver::Version,
    pub(crate) name: String,
    pub(crate) summary: String,
    asks: Vec<Capability>,
    pub(crate) warm: bool,
    pub(crate) settings: Option<SettingsSchema>,
    pub(crate) tools: Vec<CheckedTool>,
    pub(crate) routes: Vec<RouteDefinition>,
    is_mounted: bool,
}

impl Checked {
    /// What the plugin asks for, under these grants.
    pub(crate) fn asks(&self, grants: &[Grant]) -> Cow<'_, [Capability]> {
        if self.is_mounted { config::asked_by_grants(grants).into() } else { (&self.asks).into() }
    }

    /// Whether the plugin has said all this itself.
    pub(crate) fn is_described(&self) -> bool {
        !self.is_mounted
    }
}

#[derive(Debug)]
pub(crate) struct CheckedTool {
    pub(crate) definition: ToolDefinition,
    pub(crate) arguments: Arguments,
    pub(crate) rest: Option<RestForm>,
}

/// A tool as a route.
#[derive(Debug, Clone)]
pub(crate) struct RestForm {
    pub(crate) definition: RouteDefinition,
    pub(crate) status: u16,
}

impl RestForm {
    /// Whether arguments come from a body; else they come from the query.
    pub(crate) fn takes_body(method: Method) -> bool {
        matches!(method, Method::Post | Method::Put | Method::Patch)
    }
}
