//! Runs what a provider asks for.

use std::{collections::HashSet, time::Duration};

use futures_util::future::join_all;
use tokio::time::timeout_at;
use wheelhouse_core::{
    CallContext, Failure,
    assistant::{AssistantEvent, ToolRun},
    catalog::Catalog,
    chat::{ChatMessage, ToolCall, ToolSpec},
    tool::{Tool, ToolOutcome, UiAction},
};

use super::{Inner, events::Sink};

/// What a model gets to read of one tool's result.
const RESULT_BYTES: usize = 16 * 1024;

/// What came of one call.
pub(super) struct Called {
    /// For the provider.
    pub(super) message: ChatMessage,
    /// For the answer, when the tool ran.
    pub(super) run: Option<ToolRun>,
    pub(super) actions: Vec<UiAction>,
}

/// All tools as providers see them.
pub(super) fn specs(catalog: &Catalog) -> Vec<ToolSpec> {
    let spec = |definition: &wheelhouse_core::tool::ToolDefinition| ToolSpec {
        name: definition.name.clone(),
        summary: definition.summary.clone(),
        input_schema: definition.input_schema.clone(),
        sentences: definition.sentences.clone(),
    };
    catalog.tools().map(|entry| spec(entry.tool.definition())).collect()
}

/// Gives every call an id of its own: results are matched by it, and not all providers choose one.
pub(super) fn name_calls(calls: &mut [ToolCall], round: usize, used: &mut HashSet<String>) {
    for (index, call) in calls.iter_mut().enumerate() {
        if call.id.is_empty() || call.id.len() > 128 || used.contains(&call.id) {
            call.id = format!("call_{round}_{index}");
        }
        used.insert(call.id.clone());
    }
}

impl Inner {
    /// Runs the calls and gives each a result, in their order. Calls that only read run at once, others one after the other.
    pub(super) async fn run_calls(
        &self,
        ctx: &CallContext,
        catalog: &Catalog,
        calls: &[ToolCall],
        sink: &mut Sink,
    ) -> Vec<Called> {
        let (within, beyond) = calls.split_at(calls.len().min(self.config.max_tool_calls));
        let reads = |call: &ToolCall| {
            catalog.tool(&call.name).is_some_and(|entry| entry.tool.definition().annotations.read_only)
        };
        let mut called = Vec::with_capacity(calls.len());
        if within.len() > 1 && within.iter().all(reads) {
            for call in within {
                sink.emit(AssistantEvent::ToolStarted { tool: call.name.clone() });
            }
            called = join_all(within.iter().map(|call| self.run_call(ctx, catalog, call))).await;
            for one in &called {
                finished(one, sink);
            }
        } else {
            for call in within {
                let runs = runnable(catalog, call).is_ok();
                if runs {
                    sink.emit(AssistantEvent::ToolStarted { tool: call.name.clone() });
                }
                let one = self.run_call(ctx, catalog, call).await;
                finished(&one, sink);
                called.push(one);
            }
        }
        called.extend(beyond.iter().map(|call| {
            refused(
                call,
                format!(
                    "Not run: only {} tools can be called at once. Call it again if it is still needed.",
                    self.config.max_tool_calls
                ),
            )
        }));
        called
    }

    async fn run_call(&self, ctx: &CallContext, catalog: &Catalog, call: &ToolCall) -> Called {
        let tool = match runnable(catalog, call) {
            Ok(tool) => tool,
            Err(text) => return refused(call, text),
        };
        let ctx = ctx.clone().with_time_limit(Duration::from_secs(self.config.tool_seconds));
        let outcome = tokio::select! {
            outcome = timeout_at(ctx.deadline, tool.call(&ctx, call.arguments.clone())) => outcome
                .unwrap_or_else(|_| Err(Failure::timeout("It did not answer in time; it may or may not have been done."))),
            () = ctx.cancellation.cancelled() => Err(Failure::timeout("The host is stopping; it may or may not have been done.")),
        };
        match outcome {
            Ok(ToolOutcome { data, text, actions }) => {
                let text = if text.trim().is_empty() { "Done.".to_owned() } else { text };
                let run = ToolRun { tool: call.name.clone(), succeeded: true, data };
                Called { message: result(call, text, false), run: Some(run), actions }
            }
            Err(failure) => {
                tracing::info!(
                    tool = %call.name,
                    class = failure.class.as_str(),
                    detail = failure.detail.as_deref().unwrap_or_default(),
                    "a tool failed"
                );
                let run = ToolRun { tool: call.name.clone(), succeeded: false, data: None };
                Called {
                    message: result(call, describe(&failure), true),
                    run: Some(run),
                    actions: Vec::new(),
                }
            }
        }
    }
}

/// The tool of a call that may run, or else what the model is told.
fn runnable<'c>(catalog: &'c Catalog, call: &ToolCall) -> Result<&'c dyn Tool, String> {
    let Some(entry) = catalog.tool(&call.name) else {
        let known = catalog.tools().map(|entry| entry.tool.definition().name.as_str()).collect::<Vec<_>>();
        let name: String = call.name.chars().take(64).collect();
        return Err(format!("Not run: there is no tool `{name}`. There are: {}.", known.join(", ")));
    };
    if entry.tool.definition().needs_confirmation {
        // A word in a sentence is no consent, so nothing that the user or the model says can make it run from here.
        return Err(format!(
            "Not run: `{}` needs the user's confirmation of exactly this action, and confirming in the conversation is not \
             supported yet. Tell the user that it was not done, and that they can do it themselves in the app.",
            call.name
        ));
    }
    Ok(entry.tool.as_ref())
}

fn finished(called: &Called, sink: &mut Sink) {
    if let Some(run) = &called.run {
        sink.emit(AssistantEvent::ToolFinished(run.clone()));
    }
}

fn refused(call: &ToolCall, text: String) -> Called {
    tracing::info!(tool = %call.name.chars().take(64).collect::<String>(), "a tool call was not run");
    Called { message: result(call, text, true), run: None, actions: Vec::new() }
}

fn result(call: &ToolCall, mut text: String, failed: bool) -> ChatMessage {
    if text.len() > RESULT_BYTES {
        text.truncate(text.floor_char_boundary(RESULT_BYTES));
        text.push_str(" […] (the rest was left out as too long)");
    }
    ChatMessage::Tool { call_id: call.id.clone(), name: call.name.clone(), text, failed }
}

/// A failure in words that a model can act on.
fn describe(failure: &Failure) -> String {
    let mut text = format!("Failed: {}", failure.message);
    for field in failure.fields.iter().filter(|field| !failure.message.contains(&field.message)) {
        text.push_str(&format!(" {}: {}.", field.field, field.message));
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;

    #[test]
    fn every_call_gets_an_id_of_its_own() {
        let call = |id: &str| ToolCall { id: id.to_owned(), name: "t".to_owned(), arguments: Map::new() };
        let mut calls = vec![call("a"), call("a"), call(""), call("b")];
        let mut used = HashSet::from(["b".to_owned()]);
        name_calls(&mut calls, 2, &mut used);
        let ids: Vec<_> = calls.iter().map(|call| call.id.as_str()).collect();
        assert_eq!(ids, ["a", "call_2_1", "call_2_2", "call_2_3"]);
    }

    #[test]
    fn failure_tells_the_model_which_field_is_wrong() {
        let failure = Failure::invalid("The expense is not right.").with_field("amount", "must be above 0");
        assert_eq!(describe(&failure), "Failed: The expense is not right. amount: must be above 0.");
        let failure = Failure::invalid_field("amount", "must be above 0");
        assert_eq!(describe(&failure), "Failed: amount: must be above 0");
    }
}
