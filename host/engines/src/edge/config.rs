//! `[engines.<id>]` with `kind = "edge"`.

use reqwest::Url;
use serde::{Deserialize, Serialize};

use super::ssml;

/// Microsoft Edge's read-aloud service. It needs no key, so that all of it has a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EdgeConfig {
    /// The voice that speaks when nobody asks for one: `en-US-AriaNeural`.
    pub voice: String,
    /// A proxy that takes `CONNECT`: `http://host:port`. The environment's proxies are not asked.
    pub proxy: Option<String>,
    /// How long it may take until the service takes texts, in milliseconds, 1 to 600,000.
    pub connect_timeout_ms: u64,
    /// How long the service may be silent before its audio begins, in milliseconds, 1 to 600,000.
    pub answer_timeout_ms: u64,
    /// How long the service may be silent in the middle of its audio, in milliseconds, 1 to 600,000.
    pub idle_timeout_ms: u64,
    /// How many texts are spoken at once, 1 to 256; more wait.
    pub at_once: u32,
}

impl Default for EdgeConfig {
    fn default() -> Self {
        Self {
            voice: "en-US-AriaNeural".to_owned(),
            proxy: None,
            connect_timeout_ms: 5_000,
            answer_timeout_ms: 10_000,
            idle_timeout_ms: 10_000,
            at_once: 8,
        }
    }
}

impl EdgeConfig {
    /// What is wrong with it, a sentence each that begins with the setting, of which `section` is the
    /// section.
    pub fn problems(&self, section: &str) -> Vec<String> {
        let mut problems = Vec::new();
        if !ssml::is_voice(&self.voice) {
            problems.push(format!("{section}.voice: a name of the service's, such as `en-US-AriaNeural`"));
        }
        if let Err(problem) = self.proxy_address() {
            problems.push(format!("{section}.proxy: {problem}"));
        }
        for (field, value, most) in [
            ("connect_timeout_ms", self.connect_timeout_ms, 600_000),
            ("answer_timeout_ms", self.answer_timeout_ms, 600_000),
            ("idle_timeout_ms", self.idle_timeout_ms, 600_000),
            ("at_once", u64::from(self.at_once), 256),
        ] {
            if !(1..=most).contains(&value) {
                problems.push(format!("{section}.{field}: is {value} and must be from 1 to {most}"));
            }
        }
        problems
    }

    /// Host and port of the proxy.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn proxy_address(&self) -> Result<Option<String>, String> {
        let Some(proxy) = &self.proxy else { return Ok(None) };
        let url = Url::parse(proxy).ok().filter(|url| {
            url.scheme() == "http"
                && url.path() == "/"
                && url.query().is_none()
                && url.username().is_empty()
                && url.password().is_none()
        });
        let address =
            url.and_then(|url| Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?)));
        // Not the value, which may hold somebody's password.
        address.map(Some).ok_or_else(|| "must be `http://host:port`, without a password".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_needs_to_be_set() {
        let config: EdgeConfig = serde_json::from_str("{}").expect("it is in order");
        assert_eq!(config, EdgeConfig::default());
        assert_eq!(config.problems("engines.edge"), Vec::<String>::new());
    }

    #[test]
    fn all_problems_are_told_at_once_and_begin_with_the_setting() {
        let config = EdgeConfig {
            voice: "Aria'/>".to_owned(),
            proxy: Some("http://me:hunter2@proxy:8080".to_owned()),
            connect_timeout_ms: 0,
            answer_timeout_ms: 600_001,
            idle_timeout_ms: 0,
            at_once: 257,
        };
        let problems = config.problems("engines.x");
        let settings: Vec<&str> = problems.iter().filter_map(|p| Some(p.split_once(": ")?.0)).collect();
        let all = ["voice", "proxy", "connect_timeout_ms", "answer_timeout_ms", "idle_timeout_ms", "at_once"];
        assert_eq!(settings, all.map(|field| format!("engines.x.{field}")));
        assert!(!problems.join("").contains("hunter2"), "{problems:?}");
    }

    #[test]
    fn proxy_is_an_address() {
        let address = |proxy: &str| EdgeConfig { proxy: Some(proxy.to_owned()), ..EdgeConfig::default() };
        for (proxy, expected) in [
            ("http://proxy", "proxy:80"),
            ("http://10.0.0.1:3128/", "10.0.0.1:3128"),
            ("http://[::1]:1", "[::1]:1"),
        ] {
            assert_eq!(address(proxy).proxy_address(), Ok(Some(expected.to_owned())));
        }
        for proxy in ["", "proxy:8080", "https://proxy", "socks5://proxy", "http://proxy/path"] {
            assert!(address(proxy).proxy_address().is_err(), "{proxy}");
        }
    }
}
