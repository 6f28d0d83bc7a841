//! What comes of a tool.

use serde::Serialize;

use crate::{Failure, bindings::tools::exports::wheelhouse::plugin::tools as wit};

pub use wit::UiAction;

/// What came of a tool call: data for programs, a sentence for people, and things for the client's screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome<T = ()> {
    /// For programs, and for the models that like it. `()` stands for none.
    pub data: T,
    /// A sentence that a person likes to hear spoken.
    pub text: String,
    /// For the client's screen.
    pub actions: Vec<UiAction>,
}

impl<T> Outcome<T> {
    /// Data and what to say of it.
    pub fn new(data: T, text: impl Into<String>) -> Self {
        Self { data, text: text.into(), actions: Vec::new() }
    }

    /// Adds something for the client's screen.
    #[must_use]
    pub fn action(mut self, action: UiAction) -> Self {
        self.actions.push(action);
        self
    }
}

impl Outcome {
    /// Only something to say.
    pub fn say(text: impl Into<String>) -> Self {
        Self::new((), text)
    }
}

impl<T: Serialize> Outcome<T> {
    pub(crate) fn into_wit(self) -> Result<wit::Outcome, Failure> {
        let data = serde_json::to_string(&self.data)
            .map_err(|_| Failure::internal("The tool's answer could not be written."))?;
        Ok(wit::Outcome { data: (data != "null").then_some(data), text: self.text, actions: self.actions })
    }
}

impl UiAction {
    /// An action of this kind, such as `reload_expenses`.
    pub fn new(kind: impl Into<String>) -> Self {
        Self { kind: kind.into(), entity_id: None, entity_type: None, entity_title: None, metadata: None }
    }

    /// Says what it is about: the kind of thing, its id and its name for people.
    #[must_use]
    pub fn entity(
        mut self,
        kind: impl Into<String>,
        id: impl Into<String>,
        title: impl Into<String>,
    ) -> Self {
        self.entity_type = Some(kind.into());
        self.entity_id = Some(id.into());
        self.entity_title = Some(title.into());
        self
    }

    /// Adds anything else that the client may use.
    #[must_use]
    pub fn metadata(mut self, metadata: &serde_json::Map<String, serde_json::Value>) -> Self {
        self.metadata = serde_json::to_string(metadata).ok();
        self
    }
}
