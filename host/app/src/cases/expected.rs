//! What is expected, held against what came: objects may have more members, everything else is the same.

use serde_json::Value;

/// The most differences that are told.
const DIFFERENCES: usize = 10;

/// Where the two differ, a sentence each.
pub(super) fn differences(expected: &Value, got: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(expected, got, "", &mut found);
    found.truncate(DIFFERENCES);
    found
}

fn compare(expected: &Value, got: &Value, path: &str, found: &mut Vec<String>) {
    let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            for (name, value) in expected {
                match got.get(name) {
                    Some(got) => compare(value, got, &at(name), found),
                    None => found.push(format!("{} is not there: {value} is expected", at(name))),
                }
            }
        }
        (Value::Array(expected), Value::Array(got)) if expected.len() == got.len() => {
            for (index, (expected, got)) in expected.iter().zip(got).enumerate() {
                compare(expected, got, &at(&index.to_string()), found);
            }
        }
        (Value::Number(expected), Value::Number(got)) if expected.as_f64() == got.as_f64() => {}
        _ if expected == got => {}
        _ => {
            let what = if path.is_empty() { "the answer" } else { path };
            found.push(format!("{what} is {got}, and {expected} is expected"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn more_members_are_no_difference() {
        let got = json!({"data": {"a": 1, "b": [{"c": 1.0, "d": 2}]}, "text": "x"});
        assert!(differences(&json!({"data": {"b": [{"c": 1}]}}), &got).is_empty());
    }

    #[test]
    fn differences_are_named_by_their_path() {
        let got = json!({"data": {"a": 1, "b": [1, 2]}});
        let expected = json!({"data": {"a": "1", "b": [1], "c": null}, "text": "x"});
        assert_eq!(
            differences(&expected, &got),
            [
                "data.a is 1, and \"1\" is expected",
                "data.b is [1,2], and [1] is expected",
                "data.c is not there: null is expected",
                "text is not there: \"x\" is expected",
            ]
        );
    }
}
