//! The voices of a server, and the languages that they speak.

use serde::{Deserialize, Serialize};
use wheelhouse_core::speech::{Gender, Voice};

/// One voice of a server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenAiVoice {
    /// What the server calls it.
    pub id: String,
    /// BCP 47 tag, of a voice that speaks one language. Without it, it speaks all of the engine's `languages`.
    #[serde(default)]
    pub language: Option<String>,
    /// For people. Without it, the id.
    #[serde(default)]
    pub name: Option<String>,
    /// How it sounds. Without it, neutral.
    #[serde(default)]
    pub gender: Option<Gender>,
}

/// OpenAI's own, those first that it recommends.
const OPENAIS: [(&str, Gender); 13] = [
    ("marin", Gender::Female),
    ("cedar", Gender::Male),
    ("alloy", Gender::Neutral),
    ("ash", Gender::Male),
    ("ballad", Gender::Male),
    ("coral", Gender::Female),
    ("echo", Gender::Male),
    ("fable", Gender::Neutral),
    ("nova", Gender::Female),
    ("onyx", Gender::Male),
    ("sage", Gender::Female),
    ("shimmer", Gender::Female),
    ("verse", Gender::Male),
];

/// Those that its first models do not have.
const NOT_OF_TTS_1: [&str; 4] = ["marin", "cedar", "ballad", "verse"];

/// OpenAI's voices for one of its models.
pub(super) fn openais(model: &str) -> Vec<OpenAiVoice> {
    let has = |id: &str| !model.starts_with("tts-1") || !NOT_OF_TTS_1.contains(&id);
    let voices = OPENAIS.into_iter().filter(|(id, _)| has(id));
    voices
        .map(|(id, gender)| OpenAiVoice {
            id: id.to_owned(),
            language: None,
            name: Some(capitalized(id)),
            gender: Some(gender),
        })
        .collect()
}

/// The port's voices, each with what the server calls it. A voice of several languages is one voice for each: by its own id in the first
/// language, and as `<id>@<language>` in the others.
pub(super) fn listed(voices: &[OpenAiVoice], languages: &[String]) -> Vec<(Voice, String)> {
    let mut listed = Vec::new();
    for (place, language) in languages.iter().enumerate() {
        for voice in voices {
            let name = voice.name.as_ref().unwrap_or(&voice.id);
            let (id, name, language) = match (&voice.language, place) {
                (Some(only), 0) => (voice.id.clone(), name.clone(), only),
                (Some(_), _) => continue,
                (None, 0) => (voice.id.clone(), name.clone(), language),
                (None, _) => (format!("{}@{language}", voice.id), format!("{name} ({language})"), language),
            };
            let gender = voice.gender.unwrap_or(Gender::Neutral);
            let entry = Voice { id, name, language: language.clone(), gender, summary: None };
            listed.push((entry, voice.id.clone()));
        }
    }
    listed
}

fn capitalized(id: &str) -> String {
    let mut letters = id.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(voices: &[OpenAiVoice], languages: &[&str]) -> Vec<(String, String, String)> {
        let languages: Vec<String> = languages.iter().map(|tag| (*tag).to_owned()).collect();
        let listed = listed(voices, &languages).into_iter();
        listed.map(|(voice, name)| (voice.id, voice.language, name)).collect()
    }

    #[test]
    fn voice_of_several_languages_is_one_voice_for_each() {
        let voice = |id: &str, language: Option<&str>| OpenAiVoice {
            id: id.to_owned(),
            language: language.map(str::to_owned),
            name: None,
            gender: None,
        };
        let voices = [voice("nova", None), voice("af_heart", Some("fr"))];
        let entry = |id: &str, tag: &str, name: &str| (id.to_owned(), tag.to_owned(), name.to_owned());
        assert_eq!(
            ids(&voices, &["en-US", "de"]),
            [
                entry("nova", "en-US", "nova"),
                entry("af_heart", "fr", "af_heart"),
                entry("nova@de", "de", "nova")
            ]
        );
    }

    #[test]
    fn first_models_have_fewer_voices() {
        assert_eq!(openais("gpt-4o-mini-tts").len(), 13);
        assert_eq!(openais("tts-1-hd").len(), 9);
        assert_eq!(openais("tts-1")[0].id, "alloy");
    }
}
