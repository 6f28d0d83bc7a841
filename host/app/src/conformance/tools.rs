//! Tools: what fits is answered, what does not is refused.

use std::sync::Arc;

use serde_json::{Map, Value};
use wheelhouse_core::{
    Failure, FailureClass,
    tool::{Tool, ToolOutcome},
};

use super::{
    arguments,
    report::Recorder,
    sample,
    subject::{Subject, fault, named},
};

pub(super) async fn check(subject: &Subject<'_>, recorder: &mut Recorder<'_>) {
    for tool in of(subject) {
        let name = &tool.definition().name;
        answers(subject, &*tool, recorder).await;
        let check = format!("tool {name}: input that does not fit");
        let refused = refuses(subject, &*tool).await;
        recorder.add_result(check, refused);
    }
}

/// The plugin's tools.
pub(super) fn of(subject: &Subject<'_>) -> Vec<Arc<dyn Tool>> {
    let own = subject.catalog.tools().filter(|tool| tool.plugin == subject.id);
    own.map(|tool| tool.tool.clone()).collect()
}

/// A call, and whether the guest saw it.
async fn call(
    subject: &Subject<'_>,
    tool: &dyn Tool,
    arguments: Map<String, Value>,
) -> (Result<ToolOutcome, Failure>, bool) {
    let before = subject.vitals().calls;
    let answer = tool.call(&subject.call(), arguments).await;
    (answer, subject.vitals().calls > before)
}

async fn answers(subject: &Subject<'_>, tool: &dyn Tool, recorder: &mut Recorder<'_>) {
    let check = format!("tool {}: what it requires and nothing else", tool.definition().name);
    match call(subject, tool, sample::required(&tool.definition().input_schema)).await {
        (Ok(outcome), _) if outcome.text.trim().is_empty() => {
            recorder.failed(check, "its answer has no text; a sentence is what people and models read");
        }
        (Ok(outcome), _) => recorder.ok(check, first_line(&outcome.text)),
        (Err(failure), false) if failure.class == FailureClass::Invalid => recorder.skipped(
            check,
            format!(
                "no arguments could be made from its schema ({}); add \"examples\" to it",
                failure.message
            ),
        ),
        (Err(failure), _) => match fault(&failure) {
            Some(fault) => recorder.failed(check, fault),
            None => recorder.ok(check, named(&failure)),
        },
    }
}

/// The empty object where something is required, and members of wrong types: the host has to refuse what the schema refuses, and the
/// plugin has to say what is wrong with the rest.
async fn refuses(subject: &Subject<'_>, tool: &dyn Tool) -> Result<String, String> {
    let schema = &tool.definition().input_schema;
    let requires = schema.get("required").and_then(Value::as_array).is_some_and(|names| !names.is_empty());
    let mut attempts = arguments::wrong(schema);
    if requires {
        attempts.insert(0, ("nothing at all".to_owned(), Map::new()));
    }
    let count = attempts.len();
    let mut seen = 0;
    for (what, arguments) in attempts {
        match call(subject, tool, arguments).await {
            (Err(failure), false) if failure.class == FailureClass::Invalid => {}
            (Err(failure), false) => return Err(format!("{what}: {}", named(&failure))),
            (Err(failure), true) => match fault(&failure) {
                Some(fault) => return Err(format!("{what}: {fault}")),
                None => seen += 1,
            },
            (Ok(_), _) if what == "nothing at all" => {
                return Err("it answers without what its schema requires".to_owned());
            }
            (Ok(_), _) => seen += 1,
        }
    }
    Ok(match (count, seen) {
        (0, _) => "its schema takes anything".to_owned(),
        (_, 0) => format!("{count} times refused before it was called"),
        _ => format!("{} times refused before it was called, {seen} times its own to judge", count - seen),
    })
}

pub(super) fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(80) {
        Some((at, _)) => format!("“{}…”", &line[..at]),
        None => format!("“{line}”"),
    }
}
