//! What a server says when it does not answer, and what that means.
//!
//! Whatever it is, the user did not do it: no class here is the caller's fault, so that a fallback chain goes on to its next member.

use std::{fmt::Write as _, time::Duration};

use jiff::Timestamp;
use reqwest::{
    StatusCode,
    header::{HeaderMap, RETRY_AFTER},
};
use serde_json::Value;
use wheelhouse_core::{Failure, FailureClass, failure::CREDENTIAL_REFUSED};

use super::{Party, Trade, endpoint::Endpoint, transport::is_timeout};
use crate::failures;

/// As much of a server's sentence as the log takes.
const MAX_MESSAGE: usize = 300;
/// As much of one of its words.
const MAX_WORD: usize = 64;
/// Where validators begin to quote what was sent to them, which may be what a user said.
const QUOTES: [&str; 3] = ["input_value", "'input'", "\"input\""];

/// Why there is no answer.
pub(crate) struct Refusal {
    pub(crate) failure: Failure,
    /// What the server objects to, where it has read the request and does not take it as it is.
    pub(crate) objection: Option<Complaint>,
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self { failure, objection: None }
    }
}

/// An error object in any of the forms that vendors give it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(crate) message: String,
    kind: String,
    code: String,
    pub(crate) parameter: String,
    /// Given by gateways that have answered 200 before they knew better.
    status: Option<StatusCode>,
}

impl Complaint {
    /// Reads a body. One that is no JSON object, such as a gateway's HTML page, says nothing.
    pub(crate) fn read(body: &[u8]) -> Self {
        let value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let outer = value.get(0).unwrap_or(&value);
        let error = outer.get("error").filter(|error| !error.is_null()).unwrap_or(outer);
        let message = error.as_str().map(str::to_owned).or_else(|| {
            ["message", "detail", "error_description"].iter().find_map(|key| sentence(error.get(key)?))
        });
        let code = error.get("code").unwrap_or(&Value::Null);
        Self {
            message: message.unwrap_or_default(),
            kind: word(error.get("type").or_else(|| error.get("status"))),
            code: word(Some(code)),
            parameter: word(error.get("param")),
            status: code
                .as_u64()
                .and_then(|code| StatusCode::from_u16(code.try_into().ok()?).ok())
                .filter(|status| status.is_client_error() || status.is_server_error()),
        }
    }

    /// What it means, with the status and the wait of the response's head if the complaint came with one. The key stands in no detail.
    pub(crate) fn refusal(
        self,
        status: Option<StatusCode>,
        wait: Option<Duration>,
        endpoint: &Endpoint,
    ) -> Refusal {
        let detail = self.detail(status, endpoint);
        let status = status.or(self.status);
        let mut failure = self.meaning(status, &endpoint.party).with_detail(detail);
        if matches!(failure.class, FailureClass::RateLimited | FailureClass::Unavailable) {
            failure.retry_after = wait;
        }
        let objects = matches!(status.map(|status| status.as_u16()), Some(400 | 422));
        Refusal { failure, objection: objects.then_some(self) }
    }

    /// Whether its type or code has one of these words in it.
    pub(crate) fn says(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.kind.contains(word) || self.code.contains(word))
    }

    /// Whether it is the voice that the server does not take.
    fn is_about_voice(&self) -> bool {
        self.parameter.contains("voice") || self.message.to_lowercase().contains("voice")
    }

    fn meaning(&self, status: Option<StatusCode>, party: &Party) -> Failure {
        let Party { noun, trade, .. } = party;
        let number = status.map_or(0, |status| status.as_u16());
        if number == 402
            || self.says(&["insufficient_quota", "insufficient_balance", "exceeded_current_quota", "billing"])
        {
            let message = format!("{noun}'s account has no credit left.");
            return Failure::new(FailureClass::Quota, message).with_code("provider_quota");
        }
        if number == 429 || self.says(&["rate_limit"]) {
            return failures::rate_limited(noun);
        }
        if number == 413 || self.says(&["context_length", "string_above_max_length"]) {
            let message = format!("{} is too long for {}.", trade.matter(), lower(noun));
            return Failure::unavailable(message).with_code("provider_too_long");
        }
        if self.says(&["content_filter", "content_policy"]) {
            let message = format!("{noun} refuses to {} this.", trade.act());
            return Failure::unavailable(message).with_code("provider_refused");
        }
        let failure = |code: &'static str, sentence: &str, at: &str| {
            let message = format!("{noun} {sentence} This server's operator should look at {at}.");
            Failure::unavailable(message).with_code(code)
        };
        match number {
            401 => failure(CREDENTIAL_REFUSED, "does not accept this server's key.", &party.key_setting),
            403 => {
                let mut denied = failures::denied(noun);
                denied.message.push_str(" This server's operator should look at the key's rights.");
                denied
            }
            404 => {
                let settings = format!("{} and {}", party.model_setting, party.url_setting);
                failure("provider_model_missing", "has no such model.", &settings)
            }
            300..400 => failure("provider_moved", "is somewhere else.", &party.url_setting),
            // Which voices there are the host says, and its operator has said them to the host.
            400 | 422 if *trade == Trade::Speech && self.is_about_voice() => {
                failure("provider_voice_missing", "does not have the voice.", "its `voices`")
            }
            _ if status.is_some_and(is_timeout) => failures::out_of_time(noun),
            400..500 => {
                let mut rejected = failures::rejected(noun);
                if *trade == Trade::Chat {
                    rejected.class = FailureClass::Internal;
                }
                rejected
            }
            _ => failures::out_of_order(noun),
        }
    }

    fn detail(&self, status: Option<StatusCode>, endpoint: &Endpoint) -> String {
        let mut detail = match status {
            Some(status) => format!("HTTP {}", status.as_u16()),
            None => "error in the stream".to_owned(),
        };
        for (name, word) in [("type", &self.kind), ("code", &self.code), ("param", &self.parameter)] {
            if !word.is_empty() {
                write!(detail, ", {name} {word}").expect("writing to a String does not fail");
            }
        }
        // Who refuses a key repeats it, and who refuses a text quotes it.
        let quotes = status == Some(StatusCode::UNAUTHORIZED) || endpoint.party.trade == Trade::Speech;
        if !quotes && !self.message.is_empty() {
            let message = QUOTES
                .iter()
                .filter_map(|quote| self.message.find(quote))
                .min()
                .map_or(&self.message[..], |quote| &self.message[..quote]);
            detail.push_str(": ");
            let key = endpoint.key.as_deref();
            let message = key.map_or_else(|| message.to_owned(), |key| message.replace(key, "(the key)"));
            detail.extend(printable(&message).take(MAX_MESSAGE));
        }
        detail
    }
}

/// As it stands within a sentence.
fn lower(noun: &str) -> String {
    let mut letters = noun.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

fn printable(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().map(|c| if c.is_control() { ' ' } else { c })
}

fn word(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => printable(text).take(MAX_WORD).collect::<String>().to_lowercase(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// A sentence, or a validator's list of `{loc, msg}`, without what it quotes.
fn sentence(value: &Value) -> Option<String> {
    if let Some(text) = value.as_str() {
        return Some(text.to_owned());
    }
    let lines = value.as_array()?.iter().map(|item| {
        let place = item
            .get("loc")
            .and_then(Value::as_array)
            .map(|parts| parts.iter().map(|part| word(Some(part))).collect::<Vec<_>>().join("."));
        format!(
            "{}: {}",
            place.unwrap_or_default(),
            item.get("msg").and_then(Value::as_str).unwrap_or_default()
        )
    });
    Some(lines.collect::<Vec<_>>().join("; "))
}

/// How long the server asks to be left alone: milliseconds in OpenAI's own header, seconds, or a date.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let number = |text: &str, unit: f64| Duration::try_from_secs_f64(text.parse::<f64>().ok()? * unit).ok();
    if let Some(wait) = text("retry-after-ms").and_then(|text| number(text, 0.001)) {
        return Some(wait);
    }
    let wait = text(RETRY_AFTER.as_str())?;
    number(wait, 1.0).or_else(|| {
        let until = jiff::fmt::rfc2822::parse(wait).ok()?.timestamp();
        Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use reqwest::header::{HeaderMap, HeaderValue};

    use super::*;
    use crate::http::endpoint::Timeouts;

    fn said_to(trade: Trade, status: u16, body: &str) -> Refusal {
        let endpoint = Endpoint {
            party: Party {
                noun: if trade == Trade::Chat { "The AI provider" } else { "The speech engine" }.into(),
                trade,
                key_setting: "KEY".to_owned(),
                model_setting: "MODEL".to_owned(),
                url_setting: "URL".to_owned(),
            },
            base: "http://localhost/v1".parse().unwrap(),
            headers: HeaderMap::new(),
            key: Some("sk-hunter2".to_owned()),
            timeouts: Timeouts { connect_ms: 1, answer_ms: 1, idle_ms: 1 },
        };
        let status = Some(StatusCode::from_u16(status).unwrap());
        Complaint::read(body.as_bytes()).refusal(status, None, &endpoint)
    }

    fn refusal(status: u16, body: &str) -> Refusal {
        said_to(Trade::Chat, status, body)
    }

    #[test]
    fn no_status_is_the_callers_fault() {
        for status in (300..600).filter_map(|status| StatusCode::from_u16(status).ok()) {
            for trade in [Trade::Chat, Trade::Speech] {
                let failure = said_to(trade, status.as_u16(), "").failure;
                assert!(!failure.class.is_callers_fault(), "{status}: {failure:?}");
            }
        }
    }

    #[test]
    fn every_vendors_form_is_read() {
        for body in [
            r#"{"error": {"message": "too hot", "type": "rate_limit_error", "code": null, "param": null}}"#,
            r#"{"error": "too hot", "type": "x"}"#,
            r#"{"object": "error", "message": "too hot", "code": 429}"#,
            r#"[{"error": {"code": 429, "message": "too hot", "status": "RESOURCE_EXHAUSTED"}}]"#,
            r#"{"detail": "too hot"}"#,
            r#"{"detail": [{"loc": ["body", 0], "msg": "too hot", "input": "secret"}]}"#,
        ] {
            let failure = refusal(429, body).failure;
            assert_eq!(failure.class, FailureClass::RateLimited, "{body}");
            let detail = failure.detail.unwrap();
            assert!(detail.contains("too hot") && !detail.contains("secret"), "{detail}");
        }
    }

    #[test]
    fn page_of_html_leaves_only_its_status() {
        let failure = refusal(502, "<html>Bad gateway</html>").failure;
        assert_eq!(failure.class, FailureClass::Unavailable);
        assert_eq!(failure.detail.as_deref(), Some("HTTP 502"));
    }

    #[test]
    fn detail_holds_neither_the_key_nor_what_a_validator_quotes() {
        let body = r#"{"error": {"message": "Incorrect key sk-hunter2"}}"#;
        assert!(!refusal(401, body).failure.detail.unwrap().contains("Incorrect"));
        assert!(!refusal(400, body).failure.detail.unwrap().contains("hunter2"));
        let body = r#"{"message": "1 validation error [type=x, input_value='my diary', input_type=str]"}"#;
        let detail = refusal(400, body).failure.detail.unwrap();
        assert!(detail.contains("validation") && !detail.contains("diary"), "{detail}");
        let long = format!(r#"{{"error": "{}"}}"#, "ü\\n".repeat(5_000));
        assert!(refusal(400, &long).failure.detail.unwrap().chars().count() < MAX_MESSAGE + 30);
    }

    #[test]
    fn speech_is_refused_in_its_own_words() {
        let voice =
            r#"{"error": {"message": "Invalid value: 'x'", "param": "voice", "code": "invalid_value"}}"#;
        for (status, body, code) in [
            (401, "", CREDENTIAL_REFUSED),
            (403, "", "provider_denied"),
            (400, voice, "provider_voice_missing"),
            (422, voice, "provider_voice_missing"),
            (400, "", "provider_rejected"),
            (400, r#"{"error": {"code": "string_above_max_length"}}"#, "provider_too_long"),
        ] {
            let failure = said_to(Trade::Speech, status, body).failure;
            assert_eq!((failure.class, failure.code()), (FailureClass::Unavailable, code), "{body}");
            assert!(failure.message.contains("speech engine"), "{failure}");
            assert!(!failure.detail.unwrap().contains("Invalid value"), "it may be what a user said");
        }
    }

    #[test]
    fn wait_is_read_in_milliseconds_seconds_and_as_a_date() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let wait = |name: &'static str, value: &'static str| {
            retry_after(
                &[(name.parse().unwrap(), HeaderValue::from_static(value))].into_iter().collect(),
                now,
            )
        };
        assert_eq!(wait("retry-after-ms", "1500"), Some(Duration::from_millis(1500)));
        assert_eq!(wait("retry-after", "7"), Some(Duration::from_secs(7)));
        assert_eq!(wait("retry-after", "Sun, 22 Nov 2026 12:00:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(wait("retry-after", "Sun, 22 Nov 2026 11:00:00 GMT"), Some(Duration::ZERO));
        for nonsense in ["soon", "-1", "NaN", "1e300", ""] {
            assert_eq!(wait("retry-after", nonsense), None, "{nonsense}");
        }
    }
}
