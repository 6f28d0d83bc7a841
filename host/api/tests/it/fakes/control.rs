use std::{collections::BTreeSet, sync::Mutex, time::Duration};

use async_trait::async_trait;
use wheelhouse_core::{
    CallContext, Failure, Result,
    plugin::{PluginControl, Probe, Usage, Vitals},
};

/// Remembers in words what it was told.
#[derive(Default)]
pub(crate) struct FakeControl {
    acts: Mutex<Vec<String>>,
}

impl FakeControl {
    pub(crate) fn acts(&self) -> Vec<String> {
        self.acts.lock().unwrap().clone()
    }
}

#[async_trait]
impl PluginControl for FakeControl {
    async fn set_disabled(&self, disabled: BTreeSet<String>) {
        self.acts.lock().unwrap().push(format!("off: {disabled:?}"));
    }

    async fn reload(&self, ctx: &CallContext, id: &str) -> Result<()> {
        self.acts.lock().unwrap().push(format!("reload {id} in {}", ctx.request_id));
        Ok(())
    }

    async fn remove(&self, _ctx: &CallContext, id: &str) -> Result<()> {
        if id == "stuck" {
            return Err(Failure::unavailable("The file cannot be removed.").with_detail("permission denied"));
        }
        self.acts.lock().unwrap().push(format!("remove {id}"));
        Ok(())
    }
}

/// Of a plugin that has failed five times of twelve, and rests.
pub(crate) struct Tired;

impl Probe for Tired {
    fn vitals(&self) -> Vitals {
        Vitals {
            resting: Some(Duration::from_millis(4_200)),
            last_failure: Some("it ran over its limit of time".to_owned()),
            calls: 12,
            failures: 5,
            usage: vec![
                Usage { name: "memory_bytes", used: Some(65_536), limit: 1_048_576, peak: true },
                Usage { name: "concurrent_calls", used: Some(1), limit: 16, peak: false },
            ],
        }
    }
}
