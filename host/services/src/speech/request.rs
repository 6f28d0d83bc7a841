//! What is asked for, and whether it can be.

use wheelhouse_audio::Container;
use wheelhouse_core::{Failure, FailureClass, Result, language, speech::Gender};

use super::script::{self, Line, Prosody};

/// So long may the name of a conversation be, in bytes.
const MOST_CONVERSATION: usize = 128;
/// So long may a word be that says how a voice should sound, in bytes.
const MOST_STYLE: usize = 64;

/// What to say, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct SpeechRequest {
    /// 1 to `speech.max_text_chars` characters, not all blank. Markdown, addresses and emoji are spoken as a person would read them out.
    /// What begins with `<speak` is SSML.
    pub text: String,
    /// A voice of an engine, alone or as `engine:voice`; or a generic one such as `pam_default`.
    pub voice: Option<String>,
    /// The engine to ask first.
    pub engine: Option<String>,
    /// BCP 47 tag of the text.
    pub language: Option<String>,
    /// How the voice should sound, where no real one is asked for.
    pub gender: Option<Gender>,
    /// A word that describes the voice, such as `calm`; where an engine describes its voices so, one of those is taken.
    pub style: Option<String>,
    /// 0.25 to 4.0; 1.0 is the voice's own pace.
    pub speed: Option<f32>,
    /// Semitones above the voice's own pitch, -12 to 12.
    pub pitch: Option<f32>,
    /// 0.0 to 2.0; 1.0 is the voice's own volume.
    pub volume: Option<f32>,
    /// The form of the audio.
    pub format: Container,
    /// Whether what is made is kept for others who ask for the same, and may be what was kept for others.
    pub is_kept: bool,
    /// A conversation, in which one engine goes on as long as it can.
    pub conversation: Option<String>,
}

impl SpeechRequest {
    /// A text, with everything else as the host is configured.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            voice: None,
            engine: None,
            language: None,
            gender: None,
            style: None,
            speed: None,
            pitch: None,
            volume: None,
            format: Container::Wav,
            is_kept: true,
            conversation: None,
        }
    }

    /// What is to be said.
    ///
    /// # Errors
    /// `Invalid` or `TooLarge` naming the field at fault.
    pub(super) fn lines(&self, max_text_chars: usize) -> Result<Vec<Line>> {
        let chars = self.text.chars().count();
        if chars > max_text_chars {
            let message = format!("has {chars} characters and may have {max_text_chars}");
            return Err(Failure::new(FailureClass::TooLarge, format!("text: {message}"))
                .with_code("text_too_long")
                .with_field("text", message));
        }
        if self.text.trim().is_empty() {
            return Err(Failure::invalid_field("text", "is empty; say something"));
        }
        self.check()?;
        let lines = if script::is_ssml(&self.text) {
            script::of_ssml(&self.text, self.language.as_deref())?
        } else {
            script::of_text(&self.text, self.language.as_deref())
        };
        if !lines.iter().any(|line| matches!(line, Line::Say(_))) {
            return Err(Failure::invalid_field("text", "has nothing in it that can be spoken"));
        }
        Ok(lines)
    }

    fn check(&self) -> Result<()> {
        for (field, value, from, to) in [
            ("speed", self.speed, 0.25, 4.0),
            ("pitch", self.pitch, -12.0, 12.0),
            ("volume", self.volume, 0.0, 2.0),
        ] {
            if let Some(value) = value
                && !(from..=to).contains(&value)
            {
                return Err(Failure::invalid_field(
                    field,
                    format!("is {value} and must be from {from} to {to}"),
                ));
            }
        }
        if let Some(tag) = &self.language
            && !language::is_tag(tag)
        {
            let message = format!("`{}` is no BCP 47 tag such as `en-US`", shorten(tag));
            return Err(Failure::invalid_field("language", message));
        }
        for (field, value, most) in
            [("conversation", &self.conversation, MOST_CONVERSATION), ("style", &self.style, MOST_STYLE)]
        {
            if let Some(value) = value
                && !(1..=most).contains(&value.len())
            {
                return Err(Failure::invalid_field(field, format!("must have 1 to {most} bytes")));
            }
        }
        if !super::format::can_be_made(self.format) {
            return Err(super::format::cannot_be_made(self.format.as_str()));
        }
        Ok(())
    }

    /// What holds for every sentence.
    pub(super) fn prosody(&self) -> Prosody {
        Prosody {
            speed: self.speed.unwrap_or(1.0),
            pitch: self.pitch.unwrap_or(0.0),
            volume: self.volume.unwrap_or(1.0),
        }
    }
}

/// What a stranger sent, as far as it belongs into a message.
pub(super) fn shorten(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}
