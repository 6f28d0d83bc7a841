//! Keeps notes in documents, of one user and of all.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use serde_json::{Value, json};
use wheelhouse_sdk::{documents::Function, prelude::*};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Note {
    text: String,
    amount: i64,
}

const OWN: Collection<Note> = Collection::of_user("notes");
const SHARED: Collection<Note> = Collection::shared("notes");

/// Keeps a note.
#[derive(Deserialize, JsonSchema)]
struct Keep {
    id: String,
    text: String,
    amount: i64,
    shared: bool,
}

/// Looks a note up.
#[derive(Deserialize, JsonSchema)]
struct Look {
    id: String,
    shared: bool,
}

/// Sums up notes.
#[derive(Deserialize, JsonSchema)]
struct SumUp {}

fn notes(shared: bool) -> Collection<Note> {
    if shared { SHARED } else { OWN }
}

fn keep(_: &Call, input: Keep) -> Result<Outcome<u64>, Failure> {
    let note = Note { text: input.text, amount: input.amount };
    let document = notes(input.shared).insert_as(&input.id, &note)?;
    Ok(Outcome::new(document.revision, "Kept."))
}

fn look(_: &Call, input: Look) -> Result<Outcome<Option<String>>, Failure> {
    let found = notes(input.shared).find(&input.id)?;
    Ok(Outcome::new(found.map(|document| document.body.text), "Looked."))
}

fn sum_up(_: &Call, _: SumUp) -> Result<Outcome<Value>, Failure> {
    let listed = OWN.query().at_least("amount", 1).order_by("amount").page(10, None)?;
    let texts: Vec<String> = listed.documents.into_iter().map(|document| document.body.text).collect();
    let groups = OWN.query().aggregate(Function::Sum, Some("amount"), None)?;
    Ok(Outcome::new(json!({"texts": texts, "groups": groups.len()}), "Summed up."))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Keeps", "Keeps notes.")
        .id("keeps")
        .needs("documents", &["user", "shared"], "To keep notes."),
    tools: [Tool::new(keep), Tool::new(look), Tool::new(sum_up)],
}
