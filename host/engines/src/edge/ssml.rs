//! What may be sent, for the crate puts it between tags as it is.

use std::ops::RangeInclusive;

use msedge_tts::tts::SpeechConfig;
use wheelhouse_core::speech::{Gender, Voice};

/// The paces that the service speaks at.
pub(super) const SPEED: RangeInclusive<f32> = 0.5..=2.0;

/// The longest text of one request in bytes, with its escapes. Of a longer one the service drops the end.
const LONGEST: usize = 4_096;
/// 48 kbit/s, all frames of the same length, which tells how long audio is.
const AUDIO: &str = "audio-24khz-48kbitrate-mono-mp3";

/// Whether a name has the form of the service's voices: `zh-CN-liaoning-XiaobeiNeural`.
pub(super) fn is_voice(name: &str) -> bool {
    let mut parts = name.split('-');
    let language = parts.next().unwrap_or_default();
    name.len() <= 64
        && name.ends_with("Neural")
        && (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_lowercase())
        && (2..=4).contains(&parts.clone().count())
        && parts.all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Who speaks, and how. The voice's name must be [one](is_voice); `speed` is a factor, `pitch` in semitones.
pub(super) fn manner(voice: &Voice, speed: f32, pitch: f32) -> SpeechConfig {
    let (locale, name) = voice.id.rsplit_once('-').unwrap_or_default();
    let speed = speed.clamp(*SPEED.start(), *SPEED.end());
    // The service counts pitch in Hz from the voice's own, which nobody tells: so from what is usual of its
    // kind.
    let own = match voice.gender {
        Gender::Female => 210.0,
        Gender::Male => 120.0,
        Gender::Neutral => 165.0,
    };
    SpeechConfig {
        voice_name: format!("Microsoft Server Speech Text to Speech Voice ({locale}, {name})"),
        audio_format: AUDIO.to_owned(),
        pitch: whole(own * ((pitch / 12.0).exp2() - 1.0)),
        rate: whole((speed - 1.0) * 100.0),
        volume: 0,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "of some hundreds")]
fn whole(value: f32) -> i32 {
    value.round() as i32
}

/// Text with what XML needs: escapes, and a space for what it cannot carry (XML 1.0, 2.2).
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match escape_of(character) {
            Some(escape) => escaped.push_str(escape),
            None => escaped.push(character),
        }
    }
    escaped
}

fn escape_of(character: char) -> Option<&'static str> {
    match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '\t' | '\n' | '\r' | ' '..='\u{7e}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'.. => None,
        _ => Some(" "),
    }
}

/// What the service calls words, in its escapes.
pub(super) fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let quotes =
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&apos;", "'").replace("&quot;", "\"");
    quotes.replace("&amp;", "&")
}

/// A text in pieces of which each can be sent: ended where a sentence ends if that is possible, else between
/// words, else anywhere. Pieces with nothing to pronounce are left out where there are others.
pub(super) fn chunks(text: &str) -> Vec<String> {
    let (mut chunks, mut rest) = (Vec::new(), text.trim());
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(end_of_chunk(rest));
        chunks.push(chunk.trim_end().to_owned());
        rest = after.trim_start();
    }
    if chunks.iter().any(|chunk| is_said(chunk)) {
        chunks.retain(|chunk| is_said(chunk));
    }
    chunks
}

fn is_said(chunk: &str) -> bool {
    chunk.contains(char::is_alphanumeric)
}

/// Where the first chunk of a text ends that does not begin with a space.
fn end_of_chunk(text: &str) -> usize {
    let (mut size, mut sentence, mut word, mut before) = (0, None, None, ' ');
    for (place, character) in text.char_indices() {
        size += escape_of(character).map_or(character.len_utf8(), str::len);
        if size > LONGEST {
            // A sentence that ends long before would make many short requests of a few long ones.
            let sentence = sentence.filter(|end| *end > LONGEST / 8);
            return sentence.or(word).unwrap_or(place);
        }
        let after = place + character.len_utf8();
        if character.is_whitespace() {
            word = Some(after);
        }
        if matches!(character, '\n' | '。' | '！' | '？')
            || character.is_whitespace() && matches!(before, '.' | '!' | '?' | '…' | ':' | ';')
        {
            sentence = Some(after);
        }
        before = character;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_becomes_a_tag_or_a_character_that_xml_cannot_carry() {
        let text = "a</voice>&amp;\u{0}b\u{b}c\u{1f}\u{7f}\u{9f}\u{fffe}\u{ffff}d \"e\" 'f' \u{1f980}\n";
        assert_eq!(escape(text), "a&lt;/voice&gt;&amp;amp; b c     d \"e\" 'f' \u{1f980}\n");
        assert_eq!(unescape("R&amp;D &amp;lt; &lt;3"), "R&D &lt; <3");
    }

    #[test]
    fn only_names_in_the_services_form_are_voices() {
        for name in [
            "en-US-AriaNeural",
            "en-US-AvaMultilingualNeural",
            "zh-CN-liaoning-XiaobeiNeural",
            "iu-Cans-CA-TaqqiqNeural",
        ] {
            assert!(is_voice(name), "{name}");
        }
        let long = format!("en-US-{}Neural", "a".repeat(64));
        for name in [
            "",
            "Neural",
            "en-Neural",
            "en-US-Aria",
            "en-US-'Neural",
            "en-US-A Neural",
            "EN-US-ANeural",
            "en--ANeural",
            "en-US-ÄNeural",
            &long,
        ] {
            assert!(!is_voice(name), "{name}");
        }
    }

    #[test]
    fn pace_is_a_percentage_and_pitch_is_hertz_from_a_usual_voice() {
        let voice = |gender| Voice {
            id: "zh-CN-liaoning-XiaobeiNeural".to_owned(),
            name: String::new(),
            language: "zh-CN".to_owned(),
            gender,
            summary: None,
        };
        let manner = |gender, speed, pitch| {
            let manner = manner(&voice(gender), speed, pitch);
            (manner.rate, manner.pitch)
        };
        assert_eq!(manner(Gender::Female, 1.0, 0.0), (0, 0));
        assert_eq!(manner(Gender::Female, 1.25, 12.0), (25, 210));
        assert_eq!(manner(Gender::Male, 0.5, -12.0), (-50, -60));
        assert_eq!(manner(Gender::Neutral, 9.0, 2.0), (100, 20));
        assert_eq!(
            super::manner(&voice(Gender::Female), 1.0, 0.0).voice_name,
            "Microsoft Server Speech Text to Speech Voice (zh-CN-liaoning, XiaobeiNeural)"
        );
    }

    #[test]
    fn chunks_end_with_sentences_then_with_words_then_anywhere() {
        let sentence = format!("{}. ", "word ".repeat(100).trim_end());
        let all = chunks(&sentence.repeat(20));
        assert!(all.len() == 3 && all.iter().all(|chunk| chunk.ends_with("word.")), "{all:?}");
        assert_eq!(all.join(" "), sentence.repeat(20).trim_end());

        let all = chunks(&"5&6 ".repeat(2_000));
        assert!(all.iter().all(|chunk| escape(chunk).len() <= LONGEST && chunk.ends_with("5&6")));

        let all = chunks(&"語".repeat(3_000));
        assert!(all.len() == 3 && all.concat().chars().count() == 3_000);
    }

    #[test]
    fn chunk_with_nothing_to_pronounce_is_left_out_unless_it_is_all() {
        assert_eq!(chunks(&format!("One. {}", "-".repeat(5_000))), ["One."]);
        assert_eq!(chunks(" … "), ["…"]);
    }
}
