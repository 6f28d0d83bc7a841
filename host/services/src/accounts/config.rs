//! `[accounts]`.

use serde::{Deserialize, Serialize};
use wheelhouse_core::Secret;

/// A key of fewer bytes can be guessed from one token.
pub const MIN_SECRET_BYTES: usize = 32;

/// How access tokens are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum TokenAlgorithm {
    /// HMAC with SHA-256.
    #[default]
    HS256,
    /// HMAC with SHA-384.
    HS384,
    /// HMAC with SHA-512.
    HS512,
}

/// Accounts, passwords and tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountConfig {
    /// What access tokens are signed with (`SECRET_KEY`), at least 32 bytes. All replicas need the same.
    pub secret_key: Option<Secret>,
    /// `HS256`, `HS384` or `HS512` (`ALGORITHM`).
    pub algorithm: TokenAlgorithm,
    /// How long an access token is good (`ACCESS_TOKEN_EXPIRE_MINUTES`), 1 to 1,440.
    pub access_token_expire_minutes: u64,
    /// How long somebody who does not come back stays signed in, 1 to 365.
    pub refresh_token_expire_days: u64,
    /// `iss` of the tokens.
    pub issuer: String,
    /// `aud` of the tokens.
    pub audience: String,
    /// How many passwords are hashed at once; each takes 19 MiB and a core for a moment.
    pub hash_concurrency: u32,
    /// How many more may wait for their turn before the host answers that it is busy.
    pub hash_queue: u32,
    /// Logins with one address before the rest of the window is closed to it; one that succeeds starts anew.
    pub login_attempts: u64,
    /// Length of that window in minutes.
    pub login_window_minutes: u64,
    /// Failed logins of all addresses together in a minute before logins pause for the rest of it. 0: no bound.
    pub failed_logins_per_minute: u64,
}

impl Default for AccountConfig {
    fn default() -> Self {
        Self {
            secret_key: None,
            algorithm: TokenAlgorithm::default(),
            access_token_expire_minutes: 30,
            refresh_token_expire_days: 30,
            issuer: "wheelhouse".to_owned(),
            audience: "wheelhouse".to_owned(),
            hash_concurrency: 2,
            hash_queue: 64,
            login_attempts: 10,
            login_window_minutes: 10,
            failed_logins_per_minute: 600,
        }
    }
}

impl AccountConfig {
    /// What is wrong with it, a sentence each. A missing secret key is not among it: in development one is made.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if let Some(secret) = &self.secret_key
            && secret.expose().len() < MIN_SECRET_BYTES
        {
            problems.push(format!(
                "accounts.secret_key: has {} bytes and needs at least {MIN_SECRET_BYTES}; make one with `openssl rand -base64 48`",
                secret.expose().len()
            ));
        }
        for (field, value, longest) in [
            ("access_token_expire_minutes", self.access_token_expire_minutes, 1_440),
            ("refresh_token_expire_days", self.refresh_token_expire_days, 365),
            ("hash_concurrency", self.hash_concurrency.into(), 64),
            ("login_attempts", self.login_attempts, 1_000),
            ("login_window_minutes", self.login_window_minutes, 1_440),
        ] {
            if !(1..=longest).contains(&value) {
                problems.push(format!("accounts.{field}: is {value} and must be from 1 to {longest}"));
            }
        }
        for (field, value) in [("issuer", &self.issuer), ("audience", &self.audience)] {
            if value.is_empty() {
                problems.push(format!("accounts.{field}: must not be empty"));
            }
        }
        problems
    }
}
