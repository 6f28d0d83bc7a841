//! Keeps values by key with `wasi:keyvalue`, in a bucket that it opens once and for all.

#![allow(missing_docs, unsafe_code, clippy::needless_pass_by_value, reason = "a guest for tests")]

use std::cell::RefCell;

use serde_json::{Value, json};
use wheelhouse_sdk::prelude::*;

#[allow(clippy::all, unreachable_pub, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({
        inline: "package wheelhouse:guest-keyvalue; world keyvalue { include wasi:keyvalue/imports@0.2.0-draft; }",
        path: "../../../sdk/wit/deps/wasi-keyvalue",
        world: "wheelhouse:guest-keyvalue/keyvalue",
        generate_all,
    });
}

use bindings::wasi::keyvalue::{
    atomics, batch,
    store::{self, Bucket},
};

/// Does something with values.
#[derive(Deserialize, JsonSchema)]
struct Values {
    bucket: String,
    action: String,
    key: Option<String>,
    value: Option<String>,
    number: Option<u64>,
}

thread_local! {
    /// The plugin is warm, so that a bucket outlives the call that it was opened in.
    static OPEN: RefCell<Vec<(String, &'static Bucket)>> = const { RefCell::new(Vec::new()) };
}

fn open(name: &str) -> Result<&'static Bucket, store::Error> {
    OPEN.with_borrow_mut(|open| {
        if let Some((_, bucket)) = open.iter().find(|(known, _)| known == name) {
            return Ok(*bucket);
        }
        let bucket: &'static Bucket = Box::leak(Box::new(store::open(name)?));
        open.push((name.to_owned(), bucket));
        Ok(bucket)
    })
}

fn act(input: Values) -> Result<Value, store::Error> {
    let bucket = open(&input.bucket)?;
    let key = input.key.unwrap_or_default();
    let value = input.value.unwrap_or_default().into_bytes();
    let text = |value: Vec<u8>| String::from_utf8_lossy(&value).into_owned();
    Ok(match input.action.as_str() {
        "get" => json!(bucket.get(&key)?.map(text)),
        "set" => json!(bucket.set(&key, &value)?),
        "set_bytes" => {
            let bytes = vec![0xff; usize::try_from(input.number.unwrap_or_default()).unwrap_or_default()];
            bucket.set(&key, &bytes)?;
            json!(bucket.get(&key)?.is_some_and(|kept| kept == bytes))
        }
        "delete" => json!(bucket.delete(&key)?),
        "exists" => json!(bucket.exists(&key)?),
        "keys" => {
            let listed = bucket.list_keys(input.number)?;
            json!({ "keys": listed.keys, "cursor": listed.cursor })
        }
        "increment" => json!(atomics::increment(bucket, &key, input.number.unwrap_or(1))?),
        "set_many" => {
            let pairs: Vec<_> = key.split(',').map(|key| (key.to_owned(), value.clone())).collect();
            json!(batch::set_many(bucket, &pairs)?)
        }
        "get_many" => {
            let keys: Vec<_> = key.split(',').map(str::to_owned).collect();
            json!(
                batch::get_many(bucket, &keys)?
                    .into_iter()
                    .map(|pair| pair.map(|(_, value)| text(value)))
                    .collect::<Vec<_>>()
            )
        }
        _ => {
            let keys: Vec<_> = key.split(',').map(str::to_owned).collect();
            json!(batch::delete_many(bucket, &keys)?)
        }
    })
}

fn values(_: &Call, input: Values) -> Result<Outcome<Value>, Failure> {
    let data = act(input).unwrap_or_else(|error| json!({ "error": format!("{error:?}") }));
    Ok(Outcome::new(data, "Done."))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Keeps values", "Keeps values by key.")
        .id("keeps-values")
        .needs("keyvalue", &["user", "shared"], "To keep values.")
        .warm(),
    tools: [Tool::new(values)],
}
