//! Addresses of the web: only what one would say of them.

use std::sync::LazyLock;

use super::rules::{Found, Rules};

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    Rules::new(&[
        (r"\b([A-Za-z0-9][A-Za-z0-9._+-]*)@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})\b", |found| {
            Some(format!("{} at {}", dotted(found.get(1)), dotted(found.get(2))))
        }),
        (r"\b(?:https?://|www\.)(?:www\.)?([A-Za-z0-9.-]+)(?::[0-9]+)?([/?#][^\s<>]*)?", site),
        (
            r"\b((?:[A-Za-z0-9-]+\.)+(?:com|org|net|io|dev|edu|gov|app|info|ai|co|uk|us|ca|de|eu))\b(/[^\s<>]*)?",
            site,
        ),
        // Names of files and the like: `main.rs`.
        (r"\b([A-Za-z0-9_-]{2,})\.([a-z][a-z0-9]{1,9})\b", |found| Some(dotted(found.get(0)))),
    ])
});

/// Replaces addresses: `https://www.example.com/a/b?c=d` becomes "example dot com".
pub(super) fn speak(text: String) -> String {
    RULES.apply(text)
}

fn site(found: &Found<'_>) -> Option<String> {
    let host = found.get(1).trim_end_matches(['.', '-']);
    let whole = found.get(0);
    let stop = whole.chars().next_back().filter(|c| ".,!?;:".contains(*c));
    Some(format!("{}{}", dotted(host), stop.map(String::from).unwrap_or_default()))
}

fn dotted(name: &str) -> String {
    name.replace('.', " dot ").replace(['-', '_'], " ").replace('+', " plus ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, words) in [
            ("see https://www.example.com/a/b?c=d.", "see example dot com."),
            ("see (http://docs.example.org:8080/x)", "see (docs dot example dot org"),
            ("www.example.com", "example dot com"),
            ("go to example.com, then", "go to example dot com, then"),
            ("write to jo.doe@my-mail.co.uk!", "write to jo dot doe at my mail dot co dot uk!"),
            ("open main.rs, p.m. and 2.5kg", "open main dot rs, p.m. and 2.5kg"),
            ("e.g. this", "e.g. this"),
            ("the end.Next", "the end.Next"),
        ] {
            assert_eq!(speak(text.to_owned()), words);
        }
    }
}
