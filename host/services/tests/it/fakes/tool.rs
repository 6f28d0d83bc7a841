use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;
use wheelhouse_core::{
    CallContext, Result,
    tool::{Annotations, Tool, ToolDefinition, ToolOutcome},
};

type Behaviour = Box<dyn Fn(&Map<String, Value>) -> Result<ToolOutcome> + Send + Sync>;

/// A tool that does as it is told and remembers its calls.
pub(crate) struct FakeTool {
    definition: ToolDefinition,
    behaviour: Behaviour,
    calls: Mutex<Vec<(CallContext, Map<String, Value>)>>,
    /// Calls wait for a place here.
    gate: Semaphore,
    takes: Duration,
}

impl FakeTool {
    fn build(name: &str, open: bool) -> Self {
        let text = format!("{name} was done.");
        Self {
            definition: ToolDefinition {
                name: name.to_owned(),
                summary: format!("Does {name}."),
                input_schema: json!({ "type": "object" }),
                output_schema: None,
                annotations: Annotations::default(),
                needs_confirmation: false,
                sentences: vec![format!("do {name}")],
            },
            behaviour: Box::new(move |_| {
                Ok(ToolOutcome { data: None, text: text.clone(), actions: Vec::new() })
            }),
            calls: Mutex::default(),
            gate: Semaphore::new(if open { Semaphore::MAX_PERMITS } else { 0 }),
            takes: Duration::ZERO,
        }
    }

    pub(crate) fn new(name: &str) -> Arc<Self> {
        Arc::new(Self::build(name, true))
    }

    /// One whose calls wait until they are let through.
    pub(crate) fn gated(name: &str) -> Arc<Self> {
        Arc::new(Self::build(name, false))
    }

    pub(crate) fn with(name: &str, change: impl FnOnce(&mut ToolDefinition)) -> Arc<Self> {
        let mut tool = Self::build(name, true);
        change(&mut tool.definition);
        Arc::new(tool)
    }

    pub(crate) fn slow(name: &str, takes: Duration, change: impl FnOnce(&mut ToolDefinition)) -> Arc<Self> {
        let mut tool = Self::build(name, true);
        tool.takes = takes;
        change(&mut tool.definition);
        Arc::new(tool)
    }

    pub(crate) fn doing(
        name: &str,
        behaviour: impl Fn(&Map<String, Value>) -> Result<ToolOutcome> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let mut tool = Self::build(name, true);
        tool.behaviour = Box::new(behaviour);
        Arc::new(tool)
    }

    pub(crate) fn calls(&self) -> Vec<(CallContext, Map<String, Value>)> {
        self.calls.lock().unwrap().clone()
    }

    pub(crate) fn let_through(&self) {
        self.gate.add_permits(1);
    }
}

#[async_trait]
impl Tool for FakeTool {
    fn definition(&self) -> &ToolDefinition {
        &self.definition
    }

    async fn call(&self, ctx: &CallContext, arguments: Map<String, Value>) -> Result<ToolOutcome> {
        self.calls.lock().unwrap().push((ctx.clone(), arguments.clone()));
        let _place = self.gate.acquire().await.unwrap();
        if !self.takes.is_zero() {
            tokio::time::sleep(self.takes).await;
        }
        (self.behaviour)(&arguments)
    }
}
