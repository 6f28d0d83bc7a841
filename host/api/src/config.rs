//! `[api]`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The public surface: who may read it from a browser, how much may be sent, how long it may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiConfig {
    /// Origins whose pages may call the API from a browser, such as `https://app.example.com`; `*` alone for every origin. Tokens
    /// travel in a header and never in cookies, so an origin that is allowed here can do nothing without a token.
    pub cors_origins: Vec<String>,
    /// Whether pages on `localhost`, `127.0.0.1` and `[::1]` may call it too, on any port. Meant for development.
    pub cors_localhost: bool,
    /// TCP connections that are served at once, 1 to 100,000; more wait to be accepted.
    pub max_connections: usize,
    /// How long running requests, streams and chats may go on once the host has been told to stop, 0 to 600 seconds.
    pub drain_seconds: u64,
    /// How much may be sent.
    pub limits: LimitConfig,
    /// How long an answer may take.
    pub deadlines: DeadlineConfig,
    /// PAM's WebSocket.
    pub websocket: WebSocketConfig,
}

/// How much may be sent. Anything longer is answered with 413.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitConfig {
    /// Longest body of the host's own routes in bytes, 1 KiB to 16 MiB.
    pub body_bytes: usize,
    /// Longest body that is handed to a plugin's route in bytes, 1 KiB to 16 MiB.
    pub plugin_body_bytes: usize,
}

/// How long an answer may take, from the request's last header on. Past it the answer is 504.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeadlineConfig {
    /// Every route that is not named below, 1 to 600 seconds.
    pub request_seconds: u64,
    /// A turn of the assistant, 1 to 600 seconds. `assistant.turn_seconds` bounds the turn itself; this should be longer.
    pub chat_seconds: u64,
    /// What is sent while it is made, up to its last byte: spoken audio, the answers of mounted services. 1 to 3,600 seconds; past it the
    /// connection is broken off. A player that takes audio no faster than it plays keeps the engine as long.
    pub stream_seconds: u64,
}

/// PAM's WebSocket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebSocketConfig {
    /// Longest message of a client in bytes, 1 KiB to 1 MiB; a longer one closes the socket with 4009.
    pub message_bytes: usize,
    /// Sockets of all users together in this process, 1 to 100,000; more are closed with 1013.
    pub max_sockets: usize,
    /// Sockets of one user in this process, 1 to 1,000; more are closed with 4008.
    pub max_sockets_per_user: usize,
    /// Chats that one socket may have running, 1 to 64; more are answered with an error frame.
    pub max_running_chats: usize,
    /// Frames that a client may send in one go, 1 to 10,000. Past it the socket is closed with 4008.
    pub burst_frames: u32,
    /// Frames a second that a client may send for good, 1 to 1,000.
    pub frames_per_second: u32,
    /// How often the host pings, and looks whether the token still holds, 1 to 600 seconds.
    pub ping_seconds: u64,
    /// A socket that has been silent for so long is dead, 1 to 3,600 seconds; more than `ping_seconds`.
    pub idle_seconds: u64,
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self {
            cors_origins: Vec::new(),
            cors_localhost: true,
            max_connections: 4_096,
            drain_seconds: 15,
            limits: LimitConfig::default(),
            deadlines: DeadlineConfig::default(),
            websocket: WebSocketConfig::default(),
        }
    }
}

impl Default for LimitConfig {
    fn default() -> Self {
        Self { body_bytes: 64 * 1024, plugin_body_bytes: 256 * 1024 }
    }
}

impl Default for DeadlineConfig {
    fn default() -> Self {
        Self { request_seconds: 30, chat_seconds: 100, stream_seconds: 600 }
    }
}

impl Default for WebSocketConfig {
    fn default() -> Self {
        Self {
            message_bytes: 64 * 1024,
            max_sockets: 2_000,
            max_sockets_per_user: 8,
            max_running_chats: 4,
            burst_frames: 60,
            frames_per_second: 4,
            ping_seconds: 20,
            idle_seconds: 60,
        }
    }
}

impl ApiConfig {
    /// What is wrong with it, a sentence each.
    pub fn problems(&self) -> Vec<String> {
        let (limits, deadlines, socket) = (&self.limits, &self.deadlines, &self.websocket);
        let ranges = [
            ("max_connections", self.max_connections as u64, 1..=100_000),
            ("drain_seconds", self.drain_seconds, 0..=600),
            ("limits.body_bytes", limits.body_bytes as u64, 1_024..=16 << 20),
            ("limits.plugin_body_bytes", limits.plugin_body_bytes as u64, 1_024..=16 << 20),
            ("deadlines.request_seconds", deadlines.request_seconds, 1..=600),
            ("deadlines.chat_seconds", deadlines.chat_seconds, 1..=600),
            ("deadlines.stream_seconds", deadlines.stream_seconds, 1..=3_600),
            ("websocket.message_bytes", socket.message_bytes as u64, 1_024..=1 << 20),
            ("websocket.max_sockets", socket.max_sockets as u64, 1..=100_000),
            ("websocket.max_sockets_per_user", socket.max_sockets_per_user as u64, 1..=1_000),
            ("websocket.max_running_chats", socket.max_running_chats as u64, 1..=64),
            ("websocket.burst_frames", socket.burst_frames.into(), 1..=10_000),
            ("websocket.frames_per_second", socket.frames_per_second.into(), 1..=1_000),
            ("websocket.ping_seconds", socket.ping_seconds, 1..=600),
            ("websocket.idle_seconds", socket.idle_seconds, 1..=3_600),
        ];
        let mut problems: Vec<String> = ranges
            .into_iter()
            .filter(|(_, value, range)| !range.contains(value))
            .map(|(field, value, range)| {
                format!("api.{field}: is {value} and must be from {} to {}", range.start(), range.end())
            })
            .collect();
        if socket.idle_seconds <= socket.ping_seconds {
            problems.push("api.websocket.idle_seconds: must be more than ping_seconds".to_owned());
        }
        for origin in &self.cors_origins {
            if origin == "*" && self.cors_origins.len() > 1 {
                problems.push("api.cors_origins: `*` stands alone, as it allows every origin".to_owned());
            } else if origin != "*" && !is_origin(origin) {
                problems.push(format!(
                    "api.cors_origins: `{origin}` is no origin; write scheme, host and port alone, such as `https://app.example.com`"
                ));
            }
        }
        problems
    }

    pub(crate) fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds)
    }
}

/// Whether browsers could send this as `Origin`: scheme, host, maybe a port, in lower case.
fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else { return false };
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-:[]_".contains(&b);
    !scheme.is_empty()
        && scheme.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b))
        && !host.is_empty()
        && host.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_have_no_problems() {
        assert_eq!(ApiConfig::default().problems(), Vec::<String>::new());
    }

    #[test]
    fn value_out_of_range_is_named_with_its_range() {
        let mut config = ApiConfig::default();
        config.limits.body_bytes = 1;
        config.websocket.idle_seconds = 20;
        let problems = config.problems();
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert_eq!(problems[0], "api.limits.body_bytes: is 1 and must be from 1024 to 16777216");
        assert!(problems[1].starts_with("api.websocket.idle_seconds"));
    }

    #[test]
    fn origin_with_a_path_or_without_a_scheme_is_refused() {
        for wrong in
            ["app.example.com", "https://app.example.com/", "https://a b", "HTTPS://app.example.com", ""]
        {
            let config = ApiConfig { cors_origins: vec![wrong.to_owned()], ..ApiConfig::default() };
            assert_eq!(config.problems().len(), 1, "{wrong:?} was taken");
        }
        let config = ApiConfig {
            cors_origins: vec!["https://app.example.com".to_owned(), "capacitor://localhost".to_owned()],
            ..ApiConfig::default()
        };
        assert!(config.problems().is_empty());
    }
}
