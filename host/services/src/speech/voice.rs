//! Which voice of an engine speaks: real ids, generic ids, and what is known of each engine's voices.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use jiff::Timestamp;
use wheelhouse_core::{
    CallContext, Result,
    clock::Clock,
    language,
    speech::{Gender, SpeechEngine, Voice},
};

use super::GenericVoice;

/// A list of voices is asked for again after this, as an engine's own service may get new ones.
const KEPT_FOR: Duration = Duration::from_secs(600);

/// How a voice should sound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wish {
    /// Its id, on an engine that has one of this id.
    pub(super) id: Option<String>,
    /// A word of its description.
    pub(super) style: Option<String>,
    pub(super) gender: Option<Gender>,
    /// BCP 47 tag.
    pub(super) language: Option<String>,
}

impl Wish {
    /// Whether it does not matter how the voice sounds.
    pub(super) fn is_of_language_alone(&self) -> bool {
        Self { language: None, ..self.clone() } == Self::default()
    }
}

/// Names that stand for a voice of whichever engine speaks: gender and language that each means.
const GENERIC: &[(&str, Option<Gender>, Option<&str>)] = &[
    ("pam_default", None, None),
    ("pam_female_professional", Some(Gender::Female), Some("en-US")),
    ("pam_male_calm", Some(Gender::Male), Some("en-US")),
    ("pam_travel_guide", None, Some("en-US")),
    ("pam_british_female", Some(Gender::Female), Some("en-GB")),
    ("pam_australian_mature", None, Some("en-AU")),
];

/// Voices that OpenAI's clients name, and the generic voice that each is like where the engine that speaks has none of this name.
const OPENAI: &[(&str, &str)] = &[
    ("alloy", "pam_default"),
    ("ash", "pam_male_calm"),
    ("ballad", "pam_male_calm"),
    ("cedar", "pam_male_calm"),
    ("coral", "pam_female_professional"),
    ("echo", "pam_male_calm"),
    ("fable", "pam_default"),
    ("marin", "pam_female_professional"),
    ("nova", "pam_female_professional"),
    ("onyx", "pam_male_calm"),
    ("sage", "pam_female_professional"),
    ("shimmer", "pam_female_professional"),
    ("verse", "pam_male_calm"),
];

/// The names, for messages.
pub(super) fn generic_ids() -> impl Iterator<Item = &'static str> {
    GENERIC.iter().map(|(id, ..)| *id)
}

/// What a generic name means.
pub(super) fn find_generic(id: &str) -> Option<Wish> {
    if let Some((name, like)) = OPENAI.iter().find(|(name, _)| *name == id) {
        return Some(Wish { id: Some((*name).to_owned()), ..find_generic(like)? });
    }
    let (_, gender, language) = GENERIC.iter().find(|(known, ..)| *known == id)?;
    Some(Wish { gender: *gender, language: language.map(str::to_owned), ..Wish::default() })
}

/// What each generic name stands for on an engine with these voices.
pub(super) fn generic_voices(voices: &[Voice]) -> Vec<GenericVoice> {
    let voice = |wish: Wish| closest(voices, &wish).map(|voice| voice.id.clone());
    let generic =
        |id: &'static str| GenericVoice { id: id.to_owned(), voice: find_generic(id).and_then(voice) };
    generic_ids().map(generic).collect()
}

/// The voice that comes closest to a wish; of equals the first in the engine's own order. `None` leaves the choice to the
/// engine, as nothing was wished for or it has no voices to choose from.
pub(super) fn closest<'v>(voices: &'v [Voice], wish: &Wish) -> Option<&'v Voice> {
    if let Some(id) = &wish.id
        && let Some(same) = voices.iter().find(|voice| voice.id == *id)
    {
        return Some(same);
    }
    if (Wish { id: None, ..wish.clone() }) == Wish::default() {
        return None;
    }
    let described = |voice: &Voice| {
        let wished = wish.style.as_ref()?.to_lowercase();
        Some(format!("{} {}", voice.name, voice.summary.as_deref()?).to_lowercase().contains(&wished))
    };
    let score = |voice: &Voice| {
        let tag = wish.language.as_deref();
        // To be understood comes first, then to sound alike, then the accent.
        (
            tag.is_some_and(|wished| language::is_same(wished, &voice.language)),
            wish.gender.is_some_and(|wished| wished == voice.gender),
            described(voice) == Some(true),
            tag.is_some_and(|wished| wished.eq_ignore_ascii_case(&voice.language)),
        )
    };
    // `max_by_key` would take the last of equals.
    voices.iter().rev().max_by_key(|voice| score(voice))
}

/// Keeps engines' lists of voices, since asking a component for its list costs an instance.
pub(super) struct VoiceBook {
    clock: Arc<dyn Clock>,
    kept: Mutex<HashMap<String, Kept>>,
}

struct Kept {
    /// Another version of the engine has voices of its own.
    engine: Weak<dyn SpeechEngine>,
    voices: Arc<[Voice]>,
    since: Timestamp,
}

impl VoiceBook {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, kept: Mutex::default() }
    }

    /// The engine's voices.
    pub(super) async fn voices(
        &self,
        ctx: &CallContext,
        engine: &Arc<dyn SpeechEngine>,
    ) -> Result<Arc<[Voice]>> {
        let now = self.clock.now();
        let this = Arc::downgrade(engine);
        if let Some(kept) = self.lock().get(engine.id())
            && kept.engine.ptr_eq(&this)
            && now.duration_since(kept.since).unsigned_abs() < KEPT_FOR
        {
            return Ok(kept.voices.clone());
        }
        let voices: Arc<[Voice]> = engine.voices(ctx).await?.into();
        let kept = Kept { engine: this, voices: voices.clone(), since: now };
        self.lock().insert(engine.id().to_owned(), kept);
        Ok(voices)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voice(id: &str, language: &str, gender: Gender) -> Voice {
        Voice { id: id.to_owned(), name: id.to_owned(), language: language.to_owned(), gender, summary: None }
    }

    fn pick<'v>(voices: &'v [Voice], generic: &str) -> Option<&'v str> {
        closest(voices, &find_generic(generic).expect("a generic id")).map(|voice| voice.id.as_str())
    }

    #[test]
    fn generic_voice_is_the_closest_that_the_engine_has() {
        let voices = [
            voice("katja", "de-DE", Gender::Female),
            voice("guy", "en-US", Gender::Male),
            voice("jenny", "en-US", Gender::Female),
            voice("sonia", "en-GB", Gender::Female),
            voice("william", "en-AU", Gender::Male),
        ];
        assert_eq!(pick(&voices, "pam_female_professional"), Some("jenny"));
        assert_eq!(pick(&voices, "pam_male_calm"), Some("guy"));
        assert_eq!(pick(&voices, "pam_travel_guide"), Some("guy"));
        assert_eq!(pick(&voices, "pam_british_female"), Some("sonia"));
        assert_eq!(pick(&voices, "pam_australian_mature"), Some("william"));
        assert_eq!(pick(&voices, "pam_default"), None, "the engine's own choice");
    }

    #[test]
    fn name_of_openais_is_the_voice_of_that_name_or_one_that_is_like_it() {
        let voices = [voice("heart", "en-US", Gender::Female), voice("onyx", "en-US", Gender::Male)];
        assert_eq!(pick(&voices, "onyx"), Some("onyx"));
        assert_eq!(pick(&voices, "nova"), Some("heart"));
        assert_eq!(pick(&voices, "alloy"), None, "the engine's own choice");
    }

    #[test]
    fn style_is_a_word_of_the_description() {
        let calm = Voice { summary: Some("A calm voice.".to_owned()), ..voice("b", "en-US", Gender::Male) };
        let voices = [voice("a", "en-US", Gender::Male), calm];
        let wish = Wish { style: Some("Calm".to_owned()), ..Wish::default() };
        assert_eq!(closest(&voices, &wish).map(|voice| voice.id.as_str()), Some("b"));
    }

    #[test]
    fn generic_voice_is_understood_before_it_sounds_right() {
        let voices = [voice("conrad", "de-DE", Gender::Male), voice("heart", "en-US", Gender::Female)];
        assert_eq!(pick(&voices, "pam_male_calm"), Some("heart"));
        assert_eq!(pick(&voices[..1], "pam_british_female"), Some("conrad"));
        assert_eq!(pick(&[], "pam_male_calm"), None);
    }
}
