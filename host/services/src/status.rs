//! The members of a fallback chain as people see them.

use jiff::Timestamp;
use serde::Serialize;
use wheelhouse_core::catalog::{Catalog, Lookup};

use crate::breaker::BreakerState;

/// Whether a member of a chain is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberState {
    /// It can be asked.
    Ready,
    /// Its plugin is being loaded.
    Loading,
    /// Its plugin was refused; `reason` says why.
    Refused,
    /// Nothing of this name was found.
    Missing,
}

impl MemberState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Ready, Self::Loading, Self::Refused, Self::Missing];

    /// The state in snake_case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Loading => "loading",
            Self::Refused => "refused",
            Self::Missing => "missing",
        }
    }
}

/// One member of a chain: `/api/v1/tts/engines`, the health report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MemberStatus {
    /// The name in the configuration.
    pub id: String,
    /// Its place; 0 is the primary. Members that are only used when asked for by name stand after the chain.
    pub position: u32,
    /// Whether it stands in the configured chain.
    pub configured: bool,
    /// Whether it is there.
    pub state: MemberState,
    /// Why it is not there.
    pub reason: Option<String>,
    /// Whether it is asked at present.
    pub breaker: BreakerState,
    /// What went wrong the last time that something did.
    pub last_error: Option<String>,
    /// When that was.
    pub last_error_at: Option<Timestamp>,
    /// When it will be asked again, while the breaker is open.
    pub next_probe: Option<Timestamp>,
}

/// Whether a name is there, and why not.
pub(crate) fn member_state<T: ?Sized>(
    catalog: &Catalog,
    id: &str,
    lookup: &Lookup<T>,
) -> (MemberState, Option<String>) {
    match lookup {
        Lookup::Ready(_) => (MemberState::Ready, None),
        Lookup::Pending => (MemberState::Loading, None),
        Lookup::Missing => {
            let refused = catalog
                .plugins()
                .iter()
                .filter(|plugin| plugin.id() == Some(id))
                .find_map(|plugin| plugin.state.reason().map(ToOwned::to_owned));
            match refused {
                Some(reason) => (MemberState::Refused, Some(reason)),
                None => (MemberState::Missing, Some("No plugin of this name is loaded.".to_owned())),
            }
        }
    }
}
