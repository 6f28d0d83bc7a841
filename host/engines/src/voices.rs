//! Which voice of an engine speaks.

use wheelhouse_core::{
    Failure, Result, language,
    speech::{Utterance, Voice},
};

/// The place of the voice that is asked for by its name, or else the first of the language, or else the first of all.
///
/// # Errors
/// `Invalid` naming the field that asks for what the engine does not have.
pub(crate) fn choose(voices: &[Voice], utterance: &Utterance, engine: &str) -> Result<usize> {
    let unknown = |field, wanted| unknown(field, wanted, engine);
    match (&utterance.voice, &utterance.language) {
        (Some(id), _) => voices.iter().position(|voice| voice.id == *id).ok_or_else(|| unknown("voice", id)),
        (None, Some(wished)) => voices
            .iter()
            .position(|voice| language::is_same(&voice.language, wished))
            .ok_or_else(|| unknown("language", wished)),
        (None, None) if voices.is_empty() => Err(Failure::internal("a speech engine without voices")),
        (None, None) => Ok(0),
    }
}

/// Nobody of this engine is what the field asks for.
pub(crate) fn unknown(field: &str, wanted: &str, engine: &str) -> Failure {
    // It stands in a sentence, whatever was sent.
    let wanted: String = wanted.chars().filter(|c| !c.is_control()).take(64).collect();
    Failure::invalid_field(field, format!("the speech engine `{engine}` has no `{wanted}`"))
}
