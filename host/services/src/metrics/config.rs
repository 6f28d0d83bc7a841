//! `[metrics]`.

use serde::{Deserialize, Serialize};
use wheelhouse_core::Secret;

/// A token of fewer bytes can be found by trying.
const MIN_TOKEN_BYTES: usize = 32;

/// Who may read the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricsAccess {
    /// Whoever asks from the same machine, unless through a proxy; from elsewhere as with `Token`.
    #[default]
    Loopback,
    /// Whoever sends the metrics token, or an administrator's access token.
    Token,
    /// Nobody.
    Off,
}

/// Metrics for Prometheus.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetricsConfig {
    /// Who may read them.
    pub access: MetricsAccess,
    /// What a scraper sends as its bearer token (`METRICS_TOKEN`), at least 32 bytes. Without one, only administrators' tokens are good.
    pub token: Option<Secret>,
}

impl MetricsConfig {
    /// What is wrong with it, a sentence each.
    pub fn problems(&self) -> Vec<String> {
        match &self.token {
            Some(token) if token.expose().len() < MIN_TOKEN_BYTES => vec![format!(
                "metrics.token: has {} bytes and needs at least {MIN_TOKEN_BYTES}; make one with `openssl rand -base64 48`",
                token.expose().len()
            )],
            _ => Vec::new(),
        }
    }
}
