//! What the API answers to a request.

use serde_json::{Value, json};

use super::{Fault, Settings, audio};
use crate::http::{Framing, Request};

/// The longest text that OpenAI takes, in characters.
const MAX_INPUT: usize = 4096;

/// Audio for a request.
pub(super) struct Answer {
    pub(super) content_type: &'static str,
    pub(super) audio: Vec<u8>,
}

/// An error as OpenAI words it.
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) body: Value,
}

fn refusal(status: u16, message: &str, kind: &str, parameter: Option<&str>, code: &str) -> Refusal {
    let error = json!({ "message": message, "type": kind, "param": parameter, "code": code });
    Refusal { status, body: json!({ "error": error }) }
}

fn invalid(parameter: &str, message: &str, code: &str) -> Refusal {
    refusal(400, message, "invalid_request_error", Some(parameter), code)
}

/// The audio, or why there is none.
pub(super) fn answer(request: &Request, body: &Value, settings: &Settings) -> Result<Answer, Refusal> {
    if request.method != "POST" || request.path != "/v1/audio/speech" {
        return Err(refusal(404, "Unknown request URL", "invalid_request_error", None, "unknown_url"));
    }
    let expected = settings.key.as_ref().map(|key| format!("Bearer {key}"));
    let is_wrong = expected.is_some() && expected.as_deref() != request.header("authorization");
    match settings.fault {
        Some(Fault::Refuse(401)) => return Err(wrong_key(request)),
        Some(Fault::Refuse(status)) => return Err(refused(status)),
        _ if is_wrong => return Err(wrong_key(request)),
        Some(Fault::NoCredit) => {
            let message = "You exceeded your current quota, please check your plan and billing details.";
            return Err(refusal(429, message, "insufficient_quota", None, "insufficient_quota"));
        }
        _ => {}
    }
    let (text, form) = checked(body, settings)?;
    let model = body["model"].as_str().unwrap_or_default();
    let own_pace = model.starts_with("gpt-4o-mini-tts");
    let speed = if own_pace { 1.0 } else { body["speed"].as_f64().unwrap_or(1.0) };
    let (content_type, audio) = match settings.fault {
        Some(Fault::NoAudio) => (form.content_type(), Vec::new()),
        Some(Fault::Garbage) => {
            ("text/html", b"<html><body>Welcome to our guest network</body></html>".to_vec())
        }
        _ => (form.content_type(), form.speak(text, speed as f32, settings.framing != Framing::Chunked)),
    };
    Ok(Answer { content_type, audio })
}

fn checked<'b>(body: &'b Value, settings: &Settings) -> Result<(&'b str, audio::Form), Refusal> {
    if body["model"].as_str().is_none_or(str::is_empty) {
        return Err(invalid("model", "you must provide a model parameter", "missing_required_parameter"));
    }
    let text = body["input"].as_str().unwrap_or_default();
    if text.is_empty() {
        return Err(invalid("input", "'input' must not be empty", "empty_string"));
    }
    if text.chars().count() > MAX_INPUT {
        return Err(invalid("input", "'input' is longer than 4096 characters", "string_above_max_length"));
    }
    let voice = body["voice"].as_str().unwrap_or_default();
    if !settings.voices.iter().any(|known| known == voice) {
        let message = format!("Invalid value: '{voice}'. There are: {}.", settings.voices.join(", "));
        return Err(invalid("voice", &message, "invalid_value"));
    }
    if !body["speed"].is_null() && body["speed"].as_f64().is_none_or(|speed| !(0.25..=4.0).contains(&speed)) {
        return Err(invalid("speed", "'speed' must be from 0.25 to 4.0", "invalid_value"));
    }
    let name = body["response_format"].as_str().unwrap_or("mp3");
    let form = audio::Form::find(name)
        .ok_or_else(|| invalid("response_format", "the form cannot be made", "invalid_value"))?;
    Ok((text, form))
}

/// OpenAI repeats a key that it does not know.
fn wrong_key(request: &Request) -> Refusal {
    let key = request.header("authorization").unwrap_or_default().trim_start_matches("Bearer ");
    let message = format!("Incorrect API key provided: {key}.");
    refusal(401, &message, "invalid_request_error", None, "invalid_api_key")
}

fn refused(status: u16) -> Refusal {
    match status {
        403 => refusal(403, "Country not supported", "request_forbidden", None, "unsupported_country"),
        429 => refusal(429, "Rate limit reached", "requests", None, "rate_limit_exceeded"),
        _ => refusal(status, "The server had an error", "server_error", None, ""),
    }
}
