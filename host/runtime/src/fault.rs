//! What went wrong with a guest, in the words of the domain.

use std::{fmt, time::Duration};

use wasmtime::{PoolConcurrencyLimitError, component::ResourceTableError};
use wheelhouse_core::{Failure, FailureClass, failure::BUSY};

use crate::{engine::GUEST_STACK, meter::CpuOverrun, schema::shorten, state::RESOURCES};

/// The longest account of a trap. It holds names that the guest gave its functions.
const DETAIL: usize = 4_000;

/// A guest that stopped without an answer.
#[derive(Debug)]
pub(crate) struct Trap {
    pub(crate) error: wasmtime::Error,
    /// What its instance had been refused before.
    pub(crate) overrun: Option<String>,
}

/// A stream became longer than it may.
#[derive(Debug)]
pub(crate) struct StreamOverrun {
    pub(crate) limit: u64,
}

impl fmt::Display for StreamOverrun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "made a stream of more than {} bytes", self.limit)
    }
}

impl std::error::Error for StreamOverrun {}

/// A failure, and whether the plugin's breaker counts it.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) failure: Failure,
    pub(crate) counts: bool,
}

impl Trap {
    pub(crate) fn fault(&self, plugin: &str) -> Fault {
        let error = &self.error;
        if error.downcast_ref::<PoolConcurrencyLimitError>().is_some() {
            let failure =
                Failure::unavailable("All plugin instances of this host are in use; try again shortly.")
                    .with_code(BUSY)
                    .with_retry_after(Duration::from_secs(1))
                    .with_detail(format!("{error:#}"));
            return Fault { failure, counts: false };
        }
        let text = shorten(&format!("{error:#}"), DETAIL);
        let (class, code, did) = if let Some(overrun) = error.downcast_ref::<CpuOverrun>() {
            (FailureClass::Timeout, "plugin_cpu", overrun.to_string())
        } else if let Some(overrun) = error.downcast_ref::<StreamOverrun>() {
            (FailureClass::Internal, "plugin_output", overrun.to_string())
        } else if let Some(overrun) = &self.overrun {
            (FailureClass::Internal, "plugin_memory", overrun.clone())
        } else if let Some(wasmtime::Trap::StackOverflow) = error.downcast_ref() {
            (
                FailureClass::Internal,
                "plugin_memory",
                format!("needed more than {} KiB of stack", GUEST_STACK / 1024),
            )
        } else if let Some(ResourceTableError::Full) = error.downcast_ref() {
            (
                FailureClass::Internal,
                "plugin_memory",
                format!("held more than {RESOURCES} resources of the host"),
            )
        } else if text.contains("store handle limit exceeded") {
            (FailureClass::Internal, "plugin_memory", "held more than its limit handles".to_owned())
        } else if text.contains("fuel allocated for hostcalls") {
            (
                FailureClass::Internal,
                "plugin_output",
                "sent more at once than its limit hostcall_bytes".to_owned(),
            )
        } else {
            (FailureClass::Internal, "plugin_trap", "stopped with an error of its own".to_owned())
        };
        let failure = Failure::new(class, format!("The plugin `{plugin}` did not finish: it {did}."))
            .with_code(code)
            .with_detail(text);
        Fault { failure, counts: true }
    }
}
