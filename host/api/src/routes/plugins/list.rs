//! All plugins.

use salvo::{Writer, handler};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::shape::{Plugin, example};
use crate::{
    call::Call,
    endpoint::{Docs, Endpoint, Tag},
    reply::{Answer, Reply},
};

/// Plugins in the order of loading.
#[derive(Serialize, JsonSchema)]
struct Plugins {
    /// All that were found.
    data: Vec<Plugin>,
    /// Always false: the list is whole.
    has_more: bool,
    /// Always null.
    next_cursor: Option<String>,
}

#[handler]
async fn list_plugins(call: Call) -> Answer<Plugins> {
    let plugins = call.state.services.plugins.list(&call.ctx)?;
    let data = plugins.into_iter().map(Into::into).collect();
    Ok(Reply::ok(Plugins { data, has_more: false, next_cursor: None }))
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::get("/api/v1/plugins", list_plugins).docs(
        Docs::new(Tag::Plugins, "plugins", "What is loaded, and what is not and why", "").answer::<Plugins>(
            200,
            "The plugins, in the order of loading.",
            json!({"data": [example()], "has_more": false, "next_cursor": null}),
        ),
    )]
}
