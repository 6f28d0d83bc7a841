//! `[engines.<id>]` with `kind = "openai"`.

use serde::{Deserialize, Serialize};
use wheelhouse_core::{Secret, language, speech::Voice};

use super::{
    form::OpenAiFormat,
    voices::{self, OpenAiVoice},
};
use crate::{
    OpenAiConfig, failures,
    http::{
        Party, Trade,
        endpoint::{self, Account, Endpoint, OPENAIS_OWN, Timeouts, given},
    },
    openai::ID,
};

/// The model on OpenAI's own address where none is named.
const OPENAIS_MODEL: &str = "gpt-4o-mini-tts";

/// A server that speaks OpenAI's speech API. The engine `openai` has the key and the address of `[openai]` where it is given neither of its
/// own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OpenAiSpeechConfig {
    /// The key, sent as `Authorization: Bearer …`. Local servers need none.
    pub api_key: Option<Secret>,
    /// Where the server is, up to and with its version: `http://localhost:8880/v1`. Without it, OpenAI.
    pub base_url: Option<String>,
    /// Sent as `OpenAI-Organization`.
    pub organization: Option<String>,
    /// Sent as `OpenAI-Project`.
    pub project: Option<String>,
    /// The model. Without it, `gpt-4o-mini-tts` at OpenAI; elsewhere it must be named.
    pub model: Option<String>,
    /// The voices, the first of which speaks when nobody asks for one. Without any, those of OpenAI's model; elsewhere at least one.
    pub voices: Vec<OpenAiVoice>,
    /// BCP 47 tags of the languages that voices without a `language` speak: each is listed once for each, by its own id in the first and as
    /// `<id>@<tag>` in the others. At least one.
    pub languages: Vec<String>,
    /// The forms that the server makes. It is asked for the one that spares the host work, or else for samples.
    pub formats: Vec<OpenAiFormat>,
    /// Samples a second of `pcm`, 8,000 to 192,000.
    pub pcm_sample_rate: u32,
    /// The longest text of one request, in characters, 100 to 1,000,000. A longer one is said in several.
    pub max_chars: usize,
    /// How to speak, for models that take instructions.
    pub instructions: Option<String>,
    /// Whether the model speaks at other paces than its own. Without it the host makes them.
    pub speed: bool,
    /// How long connecting may take, in milliseconds.
    pub connect_timeout_ms: u64,
    /// How long the server may be silent before its first audio, in milliseconds.
    pub answer_timeout_ms: u64,
    /// How long the server may be silent in the middle of its audio, in milliseconds.
    pub idle_timeout_ms: u64,
}

impl Default for OpenAiSpeechConfig {
    fn default() -> Self {
        Self {
            api_key: None,
            base_url: None,
            organization: None,
            project: None,
            model: None,
            voices: Vec::new(),
            languages: vec!["en-US".to_owned()],
            formats: vec![OpenAiFormat::Pcm, OpenAiFormat::Mp3],
            pcm_sample_rate: 24_000,
            max_chars: 4_096,
            instructions: None,
            speed: false,
            connect_timeout_ms: 5_000,
            answer_timeout_ms: 30_000,
            idle_timeout_ms: 15_000,
        }
    }
}

impl OpenAiSpeechConfig {
    /// Why an engine of this name is off, in a few words for the start page; `None` when it is on. Only `openai` can be, as any other was
    /// asked for.
    pub fn off_reason(&self, id: &str, shared: &OpenAiConfig) -> Option<&'static str> {
        if !self.inherits(id) {
            return None;
        }
        let elsewhere = || {
            let joined = self.joined(id, shared);
            !joined.is_at_openai() && (joined.voices.is_empty() || joined.model_name().is_none())
        };
        shared.off_reason().or_else(|| {
            elsewhere()
                .then_some("the server of OPENAI_BASE_URL speaks only with engines.openai.model and .voices")
        })
    }

    /// What is wrong with the engine of this name, a sentence each that begins with the setting. Nothing is when it is off.
    pub fn problems(&self, id: &str, shared: &OpenAiConfig) -> Vec<String> {
        let section = format!("engines.{id}");
        let mut problems = Vec::new();
        if self.off_reason(id, shared).is_some() {
            return problems;
        }
        // What is inherited is `[openai]`'s to complain of.
        if !self.inherits(id) {
            problems.extend(self.server_problems(&section));
        }
        let mut wrong = |field: &str, what: String| problems.push(format!("{section}.{field}: {what}"));
        let joined = self.joined(id, shared);
        if !joined.is_at_openai() {
            if joined.model_name().is_none() {
                wrong("model", "name the server's model".to_owned());
            }
            if joined.voices.is_empty() {
                wrong("voices", "name at least one, as in [{ id = \"af_heart\" }]".to_owned());
            }
        }
        if self.languages.is_empty() {
            wrong("languages", "name at least one, such as \"en-US\"".to_owned());
        }
        let tags = self.voices.iter().filter_map(|voice| voice.language.as_ref());
        for tag in self.languages.iter().chain(tags).filter(|tag| !language::is_tag(tag)) {
            wrong("languages", format!("`{tag}` is no BCP 47 tag such as `en-US`"));
        }
        let mut ids: Vec<String> = joined.listed().into_iter().map(|(voice, _)| voice.id).collect();
        ids.sort();
        if ids.iter().any(|id| id.trim().is_empty()) {
            wrong("voices", "`id` must not be empty".to_owned());
        }
        for pair in ids.windows(2).filter(|pair| pair[0] == pair[1]) {
            wrong("voices", format!("there are two of the id `{}`", pair[0]));
        }
        if self.formats.is_empty() {
            wrong("formats", "name at least one, such as \"pcm\"".to_owned());
        }
        if !(8_000..=192_000).contains(&self.pcm_sample_rate) {
            wrong("pcm_sample_rate", format!("is {} and must be from 8000 to 192000", self.pcm_sample_rate));
        }
        if !(100..=1_000_000).contains(&self.max_chars) {
            wrong("max_chars", format!("is {} and must be from 100 to 1000000", self.max_chars));
        }
        problems.extend(self.timeouts().problems(&section));
        problems
    }

    fn server_problems(&self, section: &str) -> Vec<String> {
        let mut problems = Vec::new();
        let id = section.trim_start_matches("engines.");
        match endpoint::base(self.address(), &self.party(id)) {
            Err(problem) => problems.push(format!("{section}.base_url: {problem}")),
            Ok(_) if given(self.base_url.as_deref()).is_none() && self.account().key.is_none() => {
                problems
                    .push(format!("{section}.base_url: say where the server is, or set api_key for OpenAI"));
            }
            Ok(url) if endpoint::is_openais_own(&url) && self.account().key.is_none() => {
                problems.push(format!("{section}.api_key: this server takes no call without a key"));
            }
            Ok(_) => {}
        }
        problems.extend(self.account().problems(section));
        problems
    }

    /// Whether it takes its server from `[openai]`. Key and address only go together: neither is sent where the other does not belong.
    fn inherits(&self, id: &str) -> bool {
        id == ID && self.account().key.is_none() && given(self.base_url.as_deref()).is_none()
    }

    /// The same with the server that it inherits, if it does.
    pub(super) fn joined(&self, id: &str, shared: &OpenAiConfig) -> Self {
        if !self.inherits(id) {
            return self.clone();
        }
        Self {
            api_key: shared.api_key.clone(),
            base_url: shared.base_url.clone(),
            organization: self.organization.clone().or_else(|| shared.organization.clone()),
            project: self.project.clone().or_else(|| shared.project.clone()),
            ..self.clone()
        }
    }

    /// # Errors
    /// What is wrong with the base URL.
    pub(super) fn endpoint(&self, id: &str) -> Result<Endpoint, String> {
        let (party, account) = (self.party(id), self.account());
        Ok(Endpoint {
            base: endpoint::base(self.address(), &party)?,
            party,
            headers: account.headers(),
            key: account.key.map(str::to_owned),
            timeouts: self.timeouts(),
        })
    }

    /// The model, which is there when there are no problems.
    pub(super) fn model_name(&self) -> Option<&str> {
        given(self.model.as_deref()).or(self.is_at_openai().then_some(OPENAIS_MODEL))
    }

    /// The port's voices, each with what the server calls it.
    pub(super) fn listed(&self) -> Vec<(Voice, String)> {
        if self.voices.is_empty() && self.is_at_openai() {
            let openais = voices::openais(self.model_name().unwrap_or_default());
            return voices::listed(&openais, &self.languages);
        }
        voices::listed(&self.voices, &self.languages)
    }

    fn is_at_openai(&self) -> bool {
        self.address().trim_end_matches('/') == OPENAIS_OWN
    }

    fn address(&self) -> &str {
        given(self.base_url.as_deref()).unwrap_or(OPENAIS_OWN)
    }

    fn account(&self) -> Account<'_> {
        Account {
            key: given(self.api_key.as_ref().map(Secret::expose)),
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

    fn party(&self, id: &str) -> Party {
        let setting = |name: &str| format!("engines.{id}.{name}");
        let inherits = id == ID;
        let or_shared = |name: &str, shared: &str| match inherits {
            true => format!("{shared} or {}", setting(name)),
            false => setting(name),
        };
        Party {
            noun: failures::engine(id).into(),
            trade: Trade::Speech,
            key_setting: or_shared("api_key", "OPENAI_API_KEY"),
            model_setting: setting("model"),
            url_setting: or_shared("base_url", "OPENAI_BASE_URL"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(base_url: &str) -> OpenAiSpeechConfig {
        OpenAiSpeechConfig { base_url: Some(base_url.to_owned()), ..OpenAiSpeechConfig::default() }
    }

    fn shared(key: Option<&str>, base_url: Option<&str>) -> OpenAiConfig {
        OpenAiConfig {
            api_key: key.map(Secret::new),
            base_url: base_url.map(str::to_owned),
            ..OpenAiConfig::default()
        }
    }

    fn settings(problems: &[String]) -> Vec<&str> {
        problems.iter().filter_map(|problem| Some(problem.split_once(": ")?.0)).collect()
    }

    #[test]
    fn engine_of_the_providers_name_has_its_server_and_is_off_without_one() {
        let (none, config) = (shared(None, None), OpenAiSpeechConfig::default());
        assert_eq!(config.off_reason("openai", &none), Some("no OPENAI_API_KEY"));
        assert!(config.problems("openai", &none).is_empty());
        let openai = shared(Some("sk-hunter2"), None);
        assert_eq!(config.off_reason("openai", &openai), None);
        assert_eq!(config.problems("openai", &openai), Vec::<String>::new());
        assert_eq!(config.joined("openai", &openai).api_key, openai.api_key);
        assert_eq!(config.joined("other", &openai).api_key, None);
    }

    #[test]
    fn provider_elsewhere_makes_no_engine_unless_its_voices_are_known() {
        let ollama = shared(None, Some("http://localhost:11434/v1"));
        let config = OpenAiSpeechConfig::default();
        assert!(config.off_reason("openai", &ollama).is_some_and(|reason| reason.contains("voices")));
        let voice = OpenAiVoice { id: "af_heart".to_owned(), language: None, name: None, gender: None };
        let config = OpenAiSpeechConfig {
            model: Some("kokoro".to_owned()),
            voices: vec![voice],
            ..OpenAiSpeechConfig::default()
        };
        assert_eq!(config.off_reason("openai", &ollama), None);
        assert!(config.problems("openai", &ollama).is_empty());
    }

    #[test]
    fn key_and_address_are_never_mixed() {
        let openai = shared(Some("sk-hunter2"), Some("https://gateway.example.com/v1"));
        assert_eq!(at("http://localhost:8880/v1").joined("openai", &openai).api_key, None);
        let own_key =
            OpenAiSpeechConfig { api_key: Some(Secret::new("sk-own")), ..OpenAiSpeechConfig::default() };
        assert_eq!(own_key.joined("openai", &openai).base_url, None);
    }

    #[test]
    fn all_problems_are_told_at_once_and_begin_with_the_setting() {
        let none = shared(None, None);
        let config = OpenAiSpeechConfig {
            languages: vec!["english".to_owned()],
            formats: Vec::new(),
            pcm_sample_rate: 1,
            max_chars: 0,
            idle_timeout_ms: 0,
            ..at("http://localhost:8880/v1/audio/speech")
        };
        assert_eq!(
            settings(&config.problems("kokoro", &none)),
            [
                "engines.kokoro.base_url",
                "engines.kokoro.model",
                "engines.kokoro.voices",
                "engines.kokoro.languages",
                "engines.kokoro.formats",
                "engines.kokoro.pcm_sample_rate",
                "engines.kokoro.max_chars",
                "engines.kokoro.idle_timeout_ms"
            ]
        );
        let nowhere = OpenAiSpeechConfig::default().problems("kokoro", &none);
        assert_eq!(settings(&nowhere), ["engines.kokoro.base_url"]);
        let keyless = at("https://api.openai.com/v1").problems("kokoro", &none);
        assert_eq!(settings(&keyless), ["engines.kokoro.api_key"]);
    }

    #[test]
    fn voice_that_is_listed_twice_is_a_problem() {
        let voice = |id: &str| OpenAiVoice { id: id.to_owned(), language: None, name: None, gender: None };
        let config = OpenAiSpeechConfig {
            model: Some("kokoro".to_owned()),
            voices: vec![voice("a"), voice("a@de")],
            languages: vec!["en-US".to_owned(), "de".to_owned()],
            ..at("http://localhost:8880/v1")
        };
        assert_eq!(settings(&config.problems("x", &shared(None, None))), ["engines.x.voices"]);
    }
}
