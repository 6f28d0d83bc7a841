//! What a registration's fields may hold.

use wheelhouse_core::{Failure, Result};

use super::Registration;

const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 8..=128;
/// Four bytes are the longest character.
const PASSWORD_BYTES: usize = 128 * 4;
/// RFC 5321: a path is at most 256 octets with its brackets.
const EMAIL_BYTES: usize = 254;
const LOCAL_PART_BYTES: usize = 64;
const NAME_CHARS: usize = 200;

pub(super) struct NewAccount {
    pub(super) email: String,
    pub(super) password: String,
    pub(super) full_name: Option<String>,
}

/// Checks all fields, so that one answer names all that is wrong.
pub(super) fn check_registration(registration: Registration) -> Result<NewAccount> {
    let Registration { email, password, full_name } = registration;
    let mut failure = Failure::invalid("The registration cannot be taken as it is.");
    let email = normalise_email(&email);
    if email.is_none() {
        failure = failure.with_field("email", "is no e-mail address such as `ada@example.com`");
    }
    let chars = password.chars().count();
    if !PASSWORD_CHARS.contains(&chars) {
        failure = failure.with_field(
            "password",
            format!(
                "has {chars} characters; {} to {} are needed",
                PASSWORD_CHARS.start(),
                PASSWORD_CHARS.end()
            ),
        );
    }
    let full_name = full_name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    if let Some(name) = &full_name
        && (name.chars().count() > NAME_CHARS || name.chars().any(char::is_control))
    {
        failure =
            failure.with_field("full_name", format!("must be one line of at most {NAME_CHARS} characters"));
    }
    match email {
        Some(email) if failure.fields.is_empty() => Ok(NewAccount { email, password, full_name }),
        _ => Err(failure),
    }
}

/// Whether it is worth the cost of a hash.
pub(super) fn may_be_password(password: &str) -> bool {
    !password.is_empty() && password.len() <= PASSWORD_BYTES
}

/// The address in lower case, or `None` when it cannot be one. Whether somebody reads it, only a message to it can tell.
pub(crate) fn normalise_email(email: &str) -> Option<String> {
    let email = email.trim();
    if email.len() > EMAIL_BYTES || email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let (local, domain) = email.rsplit_once('@')?;
    let local_fits = !local.is_empty()
        && local.len() <= LOCAL_PART_BYTES
        && !local.contains(['@', '"', '(', ')', '<', '>', ',', ';', ':', '\\', '[', ']'])
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let label_fits = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let domain_fits = domain.contains('.') && domain.split('.').all(label_fits);
    (local_fits && domain_fits).then(|| email.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_in_lower_case() {
        for (given, kept) in [
            (" Ada.Lovelace+van@Example.COM ", "ada.lovelace+van@example.com"),
            ("o'neil@mail.example.co.uk", "o'neil@mail.example.co.uk"),
            ("jörg@bücher.example", "jörg@bücher.example"),
        ] {
            assert_eq!(normalise_email(given).as_deref(), Some(kept));
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(250));
        for given in [
            "",
            "ada",
            "ada@",
            "@example.com",
            "ada@localhost",
            "a b@example.com",
            "a@b@example.com",
            "a..b@example.com",
            ".a@example.com",
            "ada@-x.com",
            "ada@exa_mple.com",
            "ada@example..com",
            "ada@exam\nple.com",
            &long,
        ] {
            assert_eq!(normalise_email(given), None, "{given:?}");
        }
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let failure = check_registration(Registration {
            email: "nobody".to_owned(),
            password: "short".to_owned(),
            full_name: Some("a\nb".to_owned()),
        })
        .err()
        .expect("all three are wrong");
        let fields: Vec<_> = failure.fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!(fields, ["email", "password", "full_name"]);
    }

    #[test]
    fn blank_name_is_no_name() {
        let new = check_registration(Registration {
            email: "ada@example.com".to_owned(),
            password: "correct horse".to_owned(),
            full_name: Some("  ".to_owned()),
        });
        assert_eq!(new.map(|new| new.full_name).unwrap_or_else(|_| Some("refused".to_owned())), None);
    }
}
