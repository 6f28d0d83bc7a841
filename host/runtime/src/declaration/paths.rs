//! Path templates of plugins' routes.

/// First segments below `/api/v1` that are the host's own.
const RESERVED: &[&str] = &["auth", "pam", "tts", "audio", "plugins", "chat", "models", "ws"];

/// The names in a template such as `/expenses/{id}`, in their order.
///
/// # Errors
/// A sentence's end about what is wrong with it.
pub(super) fn parameters(path: &str) -> Result<Vec<&str>, String> {
    let segments = path.strip_prefix('/').ok_or("does not begin with `/`")?;
    if path.len() > 256 {
        return Err("is longer than 256 bytes".to_owned());
    }
    let mut names = Vec::new();
    for (index, segment) in segments.split('/').enumerate() {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
        if let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            if index == 0 {
                return Err("begins with a parameter".to_owned());
            }
            if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                return Err(format!("has a parameter `{{{name}}}`; names are of letters, digits and `_`"));
            }
            if names.contains(&name) {
                return Err(format!("has the parameter `{name}` twice"));
            }
            names.push(name);
        } else if segment.is_empty() || !segment.chars().all(plain) || segment.starts_with('.') {
            return Err(format!(
                "has a segment `{segment}`; segments are of `a-z`, `0-9`, `-`, `_` and `.`, or `{{name}}`"
            ));
        } else if index == 0 && RESERVED.contains(&segment) {
            return Err(format!("begins with `/{segment}`, which is the host's own"));
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn names_come_in_their_order() {
        assert_eq!(parameters("/trips/{trip}/stops/{stop}").unwrap(), ["trip", "stop"]);
        assert_eq!(parameters("/expenses").unwrap(), Vec::<&str>::new());
    }

    #[test]
    fn the_hosts_own_paths_are_refused() {
        for path in ["/auth", "/pam/x", "/tts", "/audio/speech", "/plugins/x", "/chat", "/models", "/ws"] {
            assert!(parameters(path).unwrap_err().contains("host's own"), "{path}");
        }
        assert!(parameters("/chatter").is_ok());
    }

    #[test]
    fn odd_templates_are_refused() {
        for path in
            ["", "expenses", "/", "//", "/a/", "/A", "/{id}", "/a/{*rest}", "/a/{x}/{x}", "/a/..", "/a b"]
        {
            assert!(parameters(path).is_err(), "{path}");
        }
    }
}
