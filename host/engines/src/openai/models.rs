//! The models that a server lists.

use serde_json::Value;
use wheelhouse_core::{CallContext, Result, chat::Model};

use super::failures;
use crate::http::transport::Transport;

/// Routers list hundreds of models with a page on each.
const MAX_LIST: usize = 8 * 1024 * 1024;
/// Where vendors write how much fits.
const WINDOWS: [&str; 4] = ["/context_window", "/context_length", "/max_model_len", "/meta/n_ctx_train"];

/// The models in the server's order.
///
/// # Errors
/// As for any request; `Unavailable` when the answer is no list.
pub(super) async fn list(transport: &Transport, ctx: &CallContext) -> Result<Vec<Model>> {
    let response = transport.get(ctx, "/models").await?;
    let body = transport.body(&transport.watch(ctx), response, MAX_LIST).await?;
    read(&body)
        .ok_or_else(|| failures::unreadable(format_args!("{} bytes that are no list of models", body.len())))
}

fn read(body: &[u8]) -> Option<Vec<Model>> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let list = [value.get("data"), value.get("models"), Some(&value)]
        .into_iter()
        .flatten()
        .find_map(Value::as_array)?;
    let mut models: Vec<Model> = Vec::with_capacity(list.len());
    for entry in list {
        let Some(id) = entry.get("id").or_else(|| entry.get("name")).and_then(Value::as_str) else {
            continue;
        };
        let name = ["display_name", "name"].iter().find_map(|key| entry.get(key)?.as_str()).unwrap_or(id);
        let window = WINDOWS.iter().find_map(|path| entry.pointer(path)?.as_u64());
        models.push(Model {
            id: id.to_owned(),
            name: name.to_owned(),
            context_window: window.and_then(|tokens| tokens.try_into().ok()),
        });
    }
    Some(models)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vendors_list_is_read() {
        for body in [
            r#"{"object": "list", "data": [{"id": "llama", "object": "model", "max_model_len": 8192}, {"object": "model"}]}"#,
            r#"{"models": [{"name": "llama", "context_length": 8192}]}"#,
            r#"[{"id": "llama", "meta": {"n_ctx_train": 8192}}]"#,
        ] {
            let models = read(body.as_bytes()).unwrap_or_default();
            let expected =
                Model { id: "llama".to_owned(), name: "llama".to_owned(), context_window: Some(8192) };
            assert_eq!(models, [expected], "{body}");
        }
        assert_eq!(read(b"{}"), None);
        assert_eq!(read(b"<html>"), None);
    }
}
