//! The import `http`.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, timeout_at};
use wheelhouse_core::FailureClass;

use super::{failure, imports::http as wit};
use crate::{
    egress::{EgressError, Fetch, Gate, Target, denied, silent},
    state::State,
};

/// How much earlier than its call a request ends, at most, so that the plugin can still say why it has no answer.
const RESERVE: Duration = Duration::from_millis(250);

impl wit::Host for State {
    async fn send(&mut self, request: wit::Request) -> Result<wit::Response, super::imports::types::Failure> {
        let headers: usize =
            request.headers.iter().map(|header| header.name.len() + header.value.len()).sum();
        self.came(request.url.len() + headers + request.body.as_ref().map_or(0, Vec::len));
        let sent = match self.prepare(request) {
            Ok(sending) => sending.run().await,
            Err(error) => Err(error),
        };
        sent.map_err(|error| {
            let failure = error.into_failure();
            // A denial is the operator's to mend, and the rest is for the log as far as the plugin is not told.
            match (&failure.detail, failure.class) {
                (Some(detail), _) => self.log.note(format_args!("{} ({detail})", failure.message)),
                (None, FailureClass::Denied) => self.log.note(&failure.message),
                (None, _) => {}
            }
            failure::to_guest(failure)
        })
    }
}

/// A request that may be sent.
struct Sending {
    gate: Arc<Gate>,
    fetch: Fetch,
    until: Option<Instant>,
}

impl Sending {
    async fn run(self) -> Result<wit::Response, EgressError> {
        let host = self.fetch.target.label();
        let fetching = Box::pin(self.gate.fetch(self.fetch));
        let fetched = match self.until {
            Some(until) => timeout_at(until, fetching).await.map_err(|_| silent(&host))??,
            None => fetching.await?,
        };
        let header = |(name, value)| wit::Header { name, value };
        Ok(wit::Response {
            status: fetched.status,
            headers: fetched.headers.into_iter().map(header).collect(),
            body: fetched.body,
        })
    }
}

impl State {
    fn prepare(&self, request: wit::Request) -> Result<Sending, EgressError> {
        let target = Target::parse(&request.url)?;
        let Some(gate) = self.access.http.clone() else { return Err(denied(&self.plugin, &target)) };
        let fetch = Fetch {
            method: request.method,
            target,
            headers: request.headers.into_iter().map(|header| (header.name, header.value)).collect(),
            body: request.body,
        };
        Ok(Sending { gate, fetch, until: self.end_of(request.timeout) })
    }

    /// When a request ends that may take so many milliseconds.
    fn end_of(&self, timeout: Option<u32>) -> Option<Instant> {
        let now = Instant::now();
        let own = timeout.map(|timeout| now + Duration::from_millis(timeout.into()));
        let calls = self.until.map(|until| {
            let left = until.saturating_duration_since(now);
            now + (left - RESERVE.min(left / 10))
        });
        match (own, calls) {
            (Some(own), Some(calls)) => Some(own.min(calls)),
            (own, calls) => own.or(calls),
        }
    }
}
