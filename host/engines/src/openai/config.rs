//! `[openai]`.

use reqwest::Url;
use serde::{Deserialize, Serialize};
use wheelhouse_core::Secret;

use super::NOUN;
use crate::http::{
    Party, Trade,
    endpoint::{self, Account, Endpoint, OPENAIS_OWN, Timeouts, given, is_openais_own},
};

/// The model on OpenAI's own address where none is named.
const OPENAIS_MODEL: &str = "gpt-4.1-mini";

/// `[openai]`: the OpenAI-compatible AI provider. On when a key or a base URL is set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OpenAiConfig {
    /// The key, sent as `Authorization: Bearer …`. Local servers need none. `OPENAI_API_KEY`.
    pub api_key: Option<Secret>,
    /// Where the server is, up to and with its version: `http://localhost:11434/v1`. Without it, OpenAI. `OPENAI_BASE_URL`.
    pub base_url: Option<String>,
    /// The model. Without it, `gpt-4.1-mini` at OpenAI and the first that the server lists elsewhere. `OPENAI_MODEL`.
    pub model: Option<String>,
    /// Sent as `OpenAI-Organization`.
    pub organization: Option<String>,
    /// Sent as `OpenAI-Project`.
    pub project: Option<String>,
    /// How long connecting may take, in milliseconds.
    pub connect_timeout_ms: u64,
    /// How long the server may be silent before its answer begins, in milliseconds. A model that thinks first needs it.
    pub answer_timeout_ms: u64,
    /// How long the server may be silent in the middle of an answer, in milliseconds.
    pub idle_timeout_ms: u64,
}

impl Default for OpenAiConfig {
    fn default() -> Self {
        Self {
            api_key: None,
            base_url: None,
            model: None,
            organization: None,
            project: None,
            connect_timeout_ms: 5_000,
            answer_timeout_ms: 60_000,
            idle_timeout_ms: 30_000,
        }
    }
}

impl OpenAiConfig {
    /// Why the provider is off, in a few words for the start page; `None` when it is on.
    pub fn off_reason(&self) -> Option<&'static str> {
        match (self.key(), given(self.base_url.as_deref())) {
            (None, None) => Some("no OPENAI_API_KEY"),
            _ => None,
        }
    }

    /// What is wrong with it, a sentence each. Nothing is when the provider is off.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.off_reason().is_some() {
            return problems;
        }
        if let Err(problem) = self.base() {
            problems.push(format!("openai.base_url: {problem}"));
        } else if self.speaks_openais_own() && self.key().is_none() {
            problems.push(
                "openai.api_key: this server takes no call without a key; set OPENAI_API_KEY".to_owned(),
            );
        }
        problems.extend(self.account().problems("openai"));
        problems.extend(self.timeouts().problems("openai"));
        problems
    }

    /// # Errors
    /// What is wrong with the base URL.
    pub(super) fn endpoint(&self) -> Result<Endpoint, String> {
        let account = self.account();
        Ok(Endpoint {
            party: party(),
            base: self.base()?,
            headers: account.headers(),
            key: account.key.map(str::to_owned),
            timeouts: self.timeouts(),
        })
    }

    fn base(&self) -> Result<Url, String> {
        endpoint::base(given(self.base_url.as_deref()).unwrap_or(OPENAIS_OWN), &party())
    }

    /// Whether this is OpenAI or its model family at Azure, which take other parameters than the rest of the world.
    pub(super) fn speaks_openais_own(&self) -> bool {
        self.base().is_ok_and(|url| is_openais_own(&url))
    }

    fn account(&self) -> Account<'_> {
        Account {
            key: self.key(),
            organization: given(self.organization.as_deref()),
            project: given(self.project.as_deref()),
        }
    }

    fn timeouts(&self) -> Timeouts {
        Timeouts {
            connect_ms: self.connect_timeout_ms,
            answer_ms: self.answer_timeout_ms,
            idle_ms: self.idle_timeout_ms,
        }
    }

    fn key(&self) -> Option<&str> {
        given(self.api_key.as_ref().map(Secret::expose))
    }

    pub(super) fn model(&self) -> Option<&str> {
        let own = given(self.base_url.as_deref()).is_none_or(|url| url.trim_end_matches('/') == OPENAIS_OWN);
        given(self.model.as_deref()).or(own.then_some(OPENAIS_MODEL))
    }
}

fn party() -> Party {
    Party {
        noun: NOUN.into(),
        trade: Trade::Chat,
        key_setting: "OPENAI_API_KEY".to_owned(),
        model_setting: "OPENAI_MODEL".to_owned(),
        url_setting: "OPENAI_BASE_URL".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(base_url: &str) -> OpenAiConfig {
        OpenAiConfig { base_url: Some(base_url.to_owned()), ..OpenAiConfig::default() }
    }

    #[test]
    fn without_key_and_base_url_it_is_off() {
        assert_eq!(OpenAiConfig::default().off_reason(), Some("no OPENAI_API_KEY"));
        let blank = OpenAiConfig { api_key: Some(Secret::new(" ")), ..at("") };
        assert_eq!(blank.off_reason(), Some("no OPENAI_API_KEY"));
        assert_eq!(at("http://localhost:11434/v1").off_reason(), None);
    }

    #[test]
    fn slash_at_the_end_of_the_base_url_does_not_matter() {
        let expected = "http://localhost:8080/v1";
        for url in ["http://localhost:8080/v1", "http://localhost:8080/v1/", " http://localhost:8080/v1// "] {
            assert_eq!(at(url).base().map(String::from), Ok(expected.to_owned()));
        }
    }

    #[test]
    fn unusable_base_url_is_a_problem_that_does_not_repeat_it() {
        for url in [
            "localhost:11434",
            "ftp://host/v1",
            "http://name:hunter2@host/v1",
            "http://host/v1?key=hunter2",
            "http://host/v1/chat/completions",
            "hunter2",
        ] {
            let problems = at(url).problems();
            assert_eq!(problems.len(), 1, "{url}: {problems:?}");
            assert!(!problems[0].contains("hunter2"), "{problems:?}");
        }
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let config = OpenAiConfig {
            api_key: Some(Secret::new("two\nlines")),
            base_url: Some("nowhere".to_owned()),
            idle_timeout_ms: 0,
            answer_timeout_ms: u64::MAX,
            ..OpenAiConfig::default()
        };
        assert_eq!(config.problems().len(), 4, "{:?}", config.problems());
    }

    #[test]
    fn openais_own_address_needs_a_key() {
        assert_eq!(at("https://api.openai.com/v1").problems().len(), 1);
        assert!(at("http://gpu-box:8000/v1").problems().is_empty());
    }

    #[test]
    fn only_openais_own_address_has_a_default_model() {
        assert_eq!(OpenAiConfig::default().model(), Some(OPENAIS_MODEL));
        assert_eq!(at("https://api.openai.com/v1/").model(), Some(OPENAIS_MODEL));
        assert_eq!(at("http://localhost:11434/v1").model(), None);
    }

    #[test]
    fn azure_speaks_openais_own_and_a_lookalike_does_not() {
        assert!(at("https://eu.openai.azure.com/openai/v1").speaks_openais_own());
        assert!(!at("https://notopenai.com/v1").speaks_openais_own());
    }

    #[test]
    fn debug_does_not_show_the_key() {
        let config = OpenAiConfig { api_key: Some(Secret::new("sk-hunter2")), ..OpenAiConfig::default() };
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
