//! BCP 47 language tags, as far as anybody here needs them.

/// Whether the text has the shape of a tag.
pub fn is_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default();
    tag.len() <= 35
        && (2..=3).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Whether two tags are of one language, whatever the region and the script.
pub fn is_same(a: &str, b: &str) -> bool {
    primary(a).eq_ignore_ascii_case(primary(b))
}

/// The language of a tag without region and script. `_` is taken for `-`, as POSIX and several engines write it.
pub fn primary(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_told_from_other_text() {
        for tag in ["en", "en-US", "zh-Hant-TW", "de-CH-1996", "yue"] {
            assert!(is_tag(tag), "{tag}");
        }
        for text in ["", "e", "english", "en_US", "en-", "en--US", "12", "en-US'>", "en-123456789"] {
            assert!(!is_tag(text), "{text}");
        }
    }

    #[test]
    fn region_does_not_make_another_language() {
        assert!(is_same("en-GB", "EN-us"));
        assert!(is_same("pt_BR", "pt"));
        assert!(!is_same("de", "den"));
    }
}
