//! What a caller can do about an error of the database.

use std::time::Duration;

use sqlx::Error;
use wheelhouse_core::{Failure, FailureClass};

/// Sorts an error by what can be done about it. The caller reads nothing of the database's own words.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(crate) fn failure(error: Error) -> Failure {
    let class = class_of(&error);
    let message = match class {
        FailureClass::Conflict => "This exists already.",
        FailureClass::TooLarge => "This is too large to be stored.",
        FailureClass::Unavailable => "The database does not answer for now; try again in a moment.",
        _ => return Failure::internal(format_args!("database: {error}")),
    };
    let failure = Failure::new(class, message).with_detail(format_args!("database: {error}"));
    if class == FailureClass::Unavailable {
        failure.with_retry_after(Duration::from_secs(1))
    } else {
        failure
    }
}

fn class_of(error: &Error) -> FailureClass {
    match error {
        Error::Io(_)
        | Error::Tls(_)
        | Error::PoolTimedOut
        | Error::PoolClosed
        | Error::WorkerCrashed
        | Error::BeginFailed => FailureClass::Unavailable,
        Error::Database(error) if error.is_unique_violation() => FailureClass::Conflict,
        Error::Database(error) => error.code().map_or(FailureClass::Internal, |code| class_of_code(&code)),
        _ => FailureClass::Internal,
    }
}

/// PostgreSQL's codes have five characters, the first two are a class. SQLite's are numbers, the low byte is a class.
fn class_of_code(code: &str) -> FailureClass {
    const BUSY: i32 = 5;
    const LOCKED: i32 = 6;
    const READONLY: i32 = 8;
    const IO: i32 = 10;
    const FULL: i32 = 13;
    const CANTOPEN: i32 = 14;
    const TOO_BIG: i32 = 18;
    if code.len() == 5 {
        return match &code[..2] {
            // Connection, resources, shutdown, a transaction that lost against another, a read-only standby.
            "08" | "53" | "57" | "40" | "25" => FailureClass::Unavailable,
            "54" => FailureClass::TooLarge,
            _ => FailureClass::Internal,
        };
    }
    match code.parse::<i32>().map(|code| code & 0xff) {
        Ok(BUSY | LOCKED | READONLY | IO | FULL | CANTOPEN) => FailureClass::Unavailable,
        Ok(TOO_BIG) => FailureClass::TooLarge,
        _ => FailureClass::Internal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_databases_are_sorted_by_what_can_be_done() {
        assert_eq!(class_of_code("57P01"), FailureClass::Unavailable);
        assert_eq!(class_of_code("40001"), FailureClass::Unavailable);
        assert_eq!(class_of_code("54000"), FailureClass::TooLarge);
        assert_eq!(class_of_code("42601"), FailureClass::Internal);
        assert_eq!(class_of_code("5"), FailureClass::Unavailable);
        assert_eq!(class_of_code("517"), FailureClass::Unavailable, "SQLITE_BUSY_SNAPSHOT");
        assert_eq!(class_of_code("1"), FailureClass::Internal);
    }

    #[test]
    fn database_words_are_for_the_log_alone() {
        let failure = failure(Error::Protocol("relation secrets".to_owned()));
        assert!(!failure.message.contains("secrets"));
        assert!(failure.detail.is_some_and(|detail| detail.contains("secrets")));
    }
}
