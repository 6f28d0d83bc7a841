use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use wheelhouse_core::{
    CallContext, Failure, Result,
    plugin::{PluginControl, Probe, Vitals},
};

/// What was done to plugins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    /// These are off, and no others.
    Disabled(Vec<String>),
    Reloaded(String),
    Removed(String),
}

/// Remembers what it was told.
#[derive(Default)]
pub(crate) struct FakeControl {
    acts: Mutex<Vec<Act>>,
    /// What it answers to reloads and removals from now on.
    pub(crate) failure: Mutex<Option<Failure>>,
}

impl FakeControl {
    pub(crate) fn acts(&self) -> Vec<Act> {
        self.acts.lock().unwrap().clone()
    }

    fn act(&self, act: Act) -> Result<()> {
        match self.failure.lock().unwrap().clone() {
            Some(failure) => Err(failure),
            None => {
                self.acts.lock().unwrap().push(act);
                Ok(())
            }
        }
    }
}

#[async_trait]
impl PluginControl for FakeControl {
    async fn set_disabled(&self, disabled: BTreeSet<String>) {
        self.acts.lock().unwrap().push(Act::Disabled(disabled.into_iter().collect()));
    }

    async fn reload(&self, _ctx: &CallContext, id: &str) -> Result<()> {
        self.act(Act::Reloaded(id.to_owned()))
    }

    async fn remove(&self, _ctx: &CallContext, id: &str) -> Result<()> {
        self.act(Act::Removed(id.to_owned()))
    }
}

/// A plugin that is doing as a test says.
#[derive(Default)]
pub(crate) struct FakeProbe(Mutex<Vitals>);

impl FakeProbe {
    pub(crate) fn new(vitals: Vitals) -> Arc<Self> {
        Arc::new(Self(Mutex::new(vitals)))
    }

    pub(crate) fn set(&self, vitals: Vitals) {
        *self.0.lock().unwrap() = vitals;
    }
}

impl Probe for FakeProbe {
    fn vitals(&self) -> Vitals {
        self.0.lock().unwrap().clone()
    }
}
