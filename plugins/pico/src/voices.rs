//! Who speaks what.

use wheelhouse_sdk::{Failure, speech};

/// A voice of Pico.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Voice {
    /// Its id, which is its language.
    pub(crate) id: &'static str,
    name: &'static str,
    summary: &'static str,
    /// The files with what it knows of its language and with its sound.
    pub(crate) lingware: [&'static str; 2],
}

/// All of them; of those that speak one language the first is meant where nothing tells them apart.
pub(crate) static VOICES: [Voice; 6] = [
    Voice {
        id: "en-US",
        name: "American English",
        summary: "A small American voice that begins at once on any machine.",
        lingware: ["en-US_ta.bin", "en-US_lh0_sg.bin"],
    },
    Voice {
        id: "en-GB",
        name: "British English",
        summary: "A small British voice that begins at once on any machine.",
        lingware: ["en-GB_ta.bin", "en-GB_kh0_sg.bin"],
    },
    Voice {
        id: "de-DE",
        name: "Deutsch",
        summary: "A small German voice that begins at once on any machine.",
        lingware: ["de-DE_ta.bin", "de-DE_gl0_sg.bin"],
    },
    Voice {
        id: "es-ES",
        name: "Español",
        summary: "A small Spanish voice that begins at once on any machine.",
        lingware: ["es-ES_ta.bin", "es-ES_zl0_sg.bin"],
    },
    Voice {
        id: "fr-FR",
        name: "Français",
        summary: "A small French voice that begins at once on any machine.",
        lingware: ["fr-FR_ta.bin", "fr-FR_nk0_sg.bin"],
    },
    Voice {
        id: "it-IT",
        name: "Italiano",
        summary: "A small Italian voice that begins at once on any machine.",
        lingware: ["it-IT_ta.bin", "it-IT_cm0_sg.bin"],
    },
];

impl Voice {
    /// What the host is told of it. All of Pico's voices sound female.
    pub(crate) fn description(&self) -> speech::Voice {
        speech::Voice {
            id: self.id.to_owned(),
            name: self.name.to_owned(),
            language: self.id.to_owned(),
            gender: speech::Gender::Female,
            summary: Some(self.summary.to_owned()),
        }
    }
}

/// The voice that is meant: the one of this id, or else the one of this language and region, or else the
/// first of this language, or, where nothing is asked for, the first of all.
///
/// # Errors `Invalid` with the field `voice` when there is no such voice, and with `language` when there is
/// none of that language or the voice speaks another.
pub(crate) fn choose(voice: Option<&str>, language: Option<&str>) -> Result<&'static Voice, Failure> {
    let speaks = |voice: &Voice, language| primary(voice.id).eq_ignore_ascii_case(primary(language));
    match (voice, language) {
        (None, None) => Ok(&VOICES[0]),
        (None, Some(language)) => {
            let tag = language.replace('_', "-");
            let exact = VOICES.iter().find(|voice| voice.id.eq_ignore_ascii_case(&tag));
            exact.or_else(|| VOICES.iter().find(|voice| speaks(voice, language))).ok_or_else(|| {
                let message = format!("This engine does not speak `{language}`, only {}.", ids());
                Failure::invalid_field("language", message)
            })
        }
        (Some(id), language) => {
            let voice = VOICES.iter().find(|voice| voice.id.eq_ignore_ascii_case(id)).ok_or_else(|| {
                Failure::invalid_field("voice", format!("There is no voice `{id}`, only {}.", ids()))
            })?;
            match language.filter(|language| !speaks(voice, language)) {
                None => Ok(voice),
                Some(language) => {
                    let message = format!("The voice `{}` does not speak `{language}`.", voice.id);
                    Err(Failure::invalid_field("language", message))
                }
            }
        }
    }
}

fn ids() -> String {
    VOICES.iter().map(|voice| format!("`{}`", voice.id)).collect::<Vec<_>>().join(", ")
}

/// The language of a tag without its region.
fn primary(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_voice_is_chosen_by_language_and_then_by_region() {
        for (language, id) in [
            ("en-GB", "en-GB"),
            ("EN_gb", "en-GB"),
            ("en", "en-US"),
            ("en-AU", "en-US"),
            ("de", "de-DE"),
            ("de-AT", "de-DE"),
            ("fr-CA", "fr-FR"),
            ("es-419", "es-ES"),
            ("it", "it-IT"),
        ] {
            assert_eq!(choose(None, Some(language)).unwrap().id, id, "{language}");
        }
        assert_eq!(choose(None, None).unwrap().id, "en-US");
        assert_eq!(choose(Some("fr-FR"), None).unwrap().id, "fr-FR");
        assert_eq!(choose(Some("en-US"), Some("en-GB")).unwrap().id, "en-US");
    }

    #[test]
    fn what_no_voice_can_do_is_named() {
        for (voice, language, field) in [
            (None, Some("pt-BR"), "language"),
            (None, Some(""), "language"),
            (None, Some("deu"), "language"),
            (Some("heart"), None, "voice"),
            (Some("heart"), Some("en"), "voice"),
            (Some("de-DE"), Some("en"), "language"),
        ] {
            let failure = choose(voice, language).unwrap_err();
            assert_eq!(failure.fields().collect::<Vec<_>>(), [field], "{voice:?} {language:?}");
        }
    }
}
