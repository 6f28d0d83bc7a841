//! Figures for Prometheus: what this crate counts itself, and a service's snapshot of the rest.
//!
//! Every label's values are bounded: templates of addresses and never addresses, methods that exist, classes of statuses, ids of plugins
//! and names of limits. No user and nothing that users sent is among them.

mod http;
mod snapshot;

use std::fmt;

use prometheus_client::{
    encoding::{prometheus_text, text},
    metrics::info::Info,
    registry::Registry,
};
use wheelhouse_services::MetricsSnapshot;

pub(crate) use http::HttpMetrics;
use snapshot::Snapshot;

/// How figures are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exposition {
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// Prometheus' own text format, for whoever does not ask for OpenMetrics.
    Text,
}

impl Exposition {
    /// The media types of all.
    pub(crate) const MEDIA_TYPES: [&str; 2] = ["application/openmetrics-text", "text/plain"];

    /// What a client with this `Accept` reads.
    pub(crate) fn accepted(accept: Option<&str>) -> Self {
        match accept {
            Some(accept) if accept.contains(Self::MEDIA_TYPES[0]) => Self::OpenMetrics,
            _ => Self::Text,
        }
    }

    /// The value of `Content-Type`.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Text => prometheus_text::CONTENT_TYPE,
        }
    }
}

/// Writes all figures down.
///
/// # Errors
/// When a figure cannot be written in this format.
pub(crate) fn expose(
    snapshot: MetricsSnapshot,
    http: &HttpMetrics,
    open_sockets: usize,
    exposition: Exposition,
) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("wheelhouse");
    let version = Info::new([("version", snapshot.liveness.version)]);
    registry.register("build", "The host's version", version);
    http.register(&mut registry);
    registry.register_collector(Box::new(Snapshot { of: snapshot, open_sockets }));
    let mut written = String::new();
    match exposition {
        Exposition::OpenMetrics => text::encode(&mut written, &registry)?,
        Exposition::Text => prometheus_text::encode(&mut written, &registry)?,
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openmetrics_is_for_those_who_ask_for_it() {
        let prometheus =
            "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        assert_eq!(Exposition::accepted(Some(prometheus)), Exposition::OpenMetrics);
        for accept in [None, Some("*/*"), Some("text/plain"), Some("text/html")] {
            assert_eq!(Exposition::accepted(accept), Exposition::Text, "{accept:?}");
        }
    }
}
