//! Engines in the order in which they are asked, and how they are.

use jiff::Timestamp;
use salvo::{Writer, handler};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use wheelhouse_services::{BreakerState, MemberState, MemberStatus};

use crate::{
    call::Call,
    endpoint::{Docs, Endpoint, Tag},
    reply::{Answer, Reply},
};

/// Whether an engine or provider is there.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "MemberState")]
enum State {
    /// It can be asked.
    Ready,
    /// Its plugin is being loaded.
    Loading,
    /// Its plugin was refused.
    Refused,
    /// Nothing of this name was found.
    Missing,
}

/// Whether an engine or provider is asked at present.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "BreakerState")]
enum Breaker {
    /// It is asked.
    Closed,
    /// It failed too often and is left out until its next probe.
    Open,
    /// It is being found out whether it works again.
    HalfOpen,
}

/// An engine or provider in its chain.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ChainMember")]
pub(in crate::routes) struct Member {
    /// The name in the configuration.
    id: String,
    /// Its place; 0 is the primary. Members that are only used when asked for by name stand after the chain.
    position: u32,
    /// Whether it stands in the configured chain.
    configured: bool,
    /// Whether it is there.
    state: State,
    /// Why it is not there.
    reason: Option<String>,
    /// Whether it is asked at present.
    breaker: Breaker,
    /// What went wrong the last time that something did.
    last_error: Option<String>,
    /// When that was.
    last_error_at: Option<Timestamp>,
    /// When it will be asked again, while the breaker is open.
    next_probe: Option<Timestamp>,
}

impl From<MemberStatus> for Member {
    fn from(status: MemberStatus) -> Self {
        Self {
            id: status.id,
            position: status.position,
            configured: status.configured,
            state: match status.state {
                MemberState::Ready => State::Ready,
                MemberState::Loading => State::Loading,
                MemberState::Refused => State::Refused,
                MemberState::Missing => State::Missing,
            },
            reason: status.reason,
            breaker: match status.breaker {
                BreakerState::Closed => Breaker::Closed,
                BreakerState::Open => Breaker::Open,
                BreakerState::HalfOpen => Breaker::HalfOpen,
            },
            last_error: status.last_error,
            last_error_at: status.last_error_at,
            next_probe: status.next_probe,
        }
    }
}

/// Speech engines in order.
#[derive(Serialize, JsonSchema)]
struct Engines {
    /// In the order in which they are asked.
    data: Vec<Member>,
    /// Always false: the list is whole.
    has_more: bool,
    /// Always null.
    next_cursor: Option<String>,
}

#[handler]
async fn list_engines(call: Call) -> Answer<Engines> {
    let engines = call.state.services.speech.engines(&call.ctx);
    let data = engines.into_iter().map(Into::into).collect();
    Ok(Reply::ok(Engines { data, has_more: false, next_cursor: None }))
}

pub(super) fn endpoint() -> Endpoint {
    Endpoint::get("/api/v1/tts/engines", list_engines).docs(
        Docs::new(Tag::Speech, "engines", "Speech engines in the order in which they are asked", "").answer::<Engines>(
            200,
            "The engines.",
            json!({
                "data": [{
                    "id": "hibari", "position": 0, "configured": true, "state": "ready", "reason": null, "breaker": "closed",
                    "last_error": null, "last_error_at": null, "next_probe": null,
                }],
                "has_more": false,
                "next_cursor": null,
            }),
        ),
    )
}
