//! The plugin that is checked, as a host's services meet it.

use std::{sync::Arc, time::Duration};

use wheelhouse_core::{
    CallContext, Caller, Failure, FailureClass, User, UserId,
    catalog::Catalog,
    clock::{Clock, SystemClock},
    plugin::{Export, Vitals},
};

use crate::host::Host;

/// Longer than any call may take.
const TIME: Duration = Duration::from_secs(120);

pub(super) struct Subject<'h> {
    pub(super) host: &'h Host,
    pub(super) catalog: Arc<Catalog>,
    pub(super) id: String,
}

impl<'h> Subject<'h> {
    pub(super) fn new(host: &'h Host, id: &str) -> Self {
        Self { host, catalog: host.catalog.current(), id: id.to_owned() }
    }

    pub(super) fn exports(&self, export: Export) -> bool {
        self.catalog.plugins().iter().any(|plugin| plugin.exports.contains(&export))
    }

    /// A call of somebody who is signed in.
    pub(super) fn call(&self) -> CallContext {
        let user = User { id: UserId("checker".to_owned()), email: None, full_name: None };
        CallContext::new("check", Caller::User { user, session: None }, SystemClock.now(), TIME)
    }

    pub(super) fn vitals(&self) -> Vitals {
        self.catalog.probe(&self.id).map(|probe| probe.vitals()).unwrap_or_default()
    }

    /// What is used of one of its limits.
    pub(super) fn used(&self, limit: &str) -> Option<(u64, u64)> {
        let usage = self.vitals().usage;
        let usage = usage.iter().find(|usage| usage.name == limit)?;
        Some((usage.used?, usage.limit))
    }
}

/// Why a failure is more than a plugin's way of saying no, if it is.
pub(super) fn fault(failure: &Failure) -> Option<String> {
    let told = || {
        let detail = failure.detail.as_deref().and_then(|detail| detail.lines().next());
        detail.map_or_else(|| failure.message.clone(), |detail| format!("{} ({detail})", failure.message))
    };
    match (failure.class, failure.code.as_deref()) {
        (FailureClass::Internal, None) => {
            Some(format!("{} It has to say what is wrong as one of the contract's other failures", told()))
        }
        (FailureClass::Internal | FailureClass::Timeout | FailureClass::Truncated, _) => Some(told()),
        _ => None,
    }
}

/// What a plugin's way of saying no is called.
pub(super) fn named(failure: &Failure) -> String {
    format!("answers `{}`: {}", failure.class.as_str(), failure.message)
}
