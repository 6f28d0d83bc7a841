//! What the service takes: one voice, one prosody, text.

/// A text to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// As it was sent.
    pub ssml: String,
    /// The voice's name.
    pub voice: String,
    /// `+0Hz`.
    pub pitch: String,
    /// `+0%`.
    pub rate: String,
    /// Without XML's escapes.
    pub text: String,
}

/// The longest text in bytes, with its escapes.
const LONGEST: usize = 4_096;
const ESCAPES: [(&str, char); 5] =
    [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&apos;", '\''), ("&quot;", '"')];

/// Reads SSML in the one form that the browser sends it in, and takes no other.
///
/// # Errors
/// What the service says when it closes.
pub(super) fn read(ssml: &str) -> Result<Request, &'static str> {
    let between = |before: &str, after: &str| {
        let (_, rest) = ssml.split_once(before)?;
        Some(rest.split_once(after)?.0.to_owned())
    };
    let form = "no SSML of the browser's";
    let voice = between("<voice name='", "'><prosody").ok_or(form)?;
    let pitch = between("<prosody pitch='", "' rate=").ok_or(form)?;
    let rate = between(" rate='", "' volume=").ok_or(form)?;
    let (_, rest) = ssml.split_once(" volume='").ok_or(form)?;
    let (_, rest) = rest.split_once("'>").ok_or(form)?;
    let escaped = rest.strip_suffix("</prosody></voice></speak>").ok_or(form)?;
    if escaped.len() > LONGEST {
        return Err("the text is too long");
    }
    if voice.contains(['<', '>', '\'', '"', '&']) {
        return Err("Unsupported voice");
    }
    Ok(Request { ssml: ssml.to_owned(), voice, pitch, rate, text: unescape(escaped)? })
}

fn unescape(escaped: &str) -> Result<String, &'static str> {
    let (mut text, mut rest) = (String::new(), escaped);
    while let Some(character) = rest.chars().next() {
        match character {
            '&' => {
                let known = ESCAPES.iter().find(|(escape, _)| rest.starts_with(escape));
                let (escape, meant) = known.ok_or("an ampersand that escapes nothing")?;
                text.push(*meant);
                rest = &rest[escape.len()..];
                continue;
            }
            '<' => return Err("a tag inside of the text"),
            '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'.. => text.push(character),
            _ => return Err("a character that XML cannot carry"),
        }
        rest = &rest[character.len_utf8()..];
    }
    Ok(text)
}

/// The words of a text as the service tells them: without what is no part of a word at their ends.
pub(super) fn words(text: &str) -> Vec<&str> {
    let bare = |word| str::trim_matches(word, |c: char| !c.is_alphanumeric());
    text.split_whitespace().map(bare).filter(|word| !word.is_empty()).collect()
}

/// As the service writes it into its metadata.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
