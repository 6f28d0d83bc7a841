use serde_json::{Map, Value};
use wheelhouse_core::{
    Failure,
    tool::{ToolOutcome, UiAction},
};

use super::{Answer, CallRecord, Guest, exports, failure};

impl Guest<'_> {
    /// Calls a tool.
    ///
    /// # Errors
    /// When the guest does not answer.
    pub(crate) async fn call_tool(
        &self,
        call: CallRecord,
        name: String,
        arguments: String,
    ) -> Answer<ToolOutcome> {
        let answer = self.tools()?.call_call_tool(self.accessor, call, name, arguments).await?;
        self.came(answer.as_ref().map_or(0, size));
        Ok(answer.map_err(failure::from_guest).and_then(outcome))
    }
}

fn size(outcome: &exports::tools::Outcome) -> usize {
    let metadata = outcome.actions.iter().filter_map(|action| action.metadata.as_ref());
    outcome.text.len()
        + outcome.data.as_ref().map_or(0, String::len)
        + metadata.map(String::len).sum::<usize>()
}

fn outcome(outcome: exports::tools::Outcome) -> wheelhouse_core::Result<ToolOutcome> {
    let data = outcome
        .data
        .map(|data| serde_json::from_str::<Value>(&data))
        .transpose()
        .map_err(|error| Failure::internal(format!("the tool's data is not JSON: {error}")))?;
    let actions = outcome.actions.into_iter().map(action).collect::<wheelhouse_core::Result<_>>()?;
    Ok(ToolOutcome { data, text: outcome.text, actions })
}

fn action(action: exports::tools::UiAction) -> wheelhouse_core::Result<UiAction> {
    let metadata = match action.metadata {
        Some(text) => serde_json::from_str::<Map<String, Value>>(&text).map_err(|error| {
            Failure::internal(format!("the metadata of a UI action is no JSON object: {error}"))
        })?,
        None => Map::new(),
    };
    Ok(UiAction {
        kind: action.kind,
        entity_id: action.entity_id,
        entity_type: action.entity_type,
        entity_title: action.entity_title,
        metadata,
    })
}
