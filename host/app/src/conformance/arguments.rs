//! Arguments that do not fit a tool's schema.

use serde_json::{Map, Value, json};

use super::sample;

/// Arguments with something in the wrong type, each with the name of what is wrong: the first few of the members.
pub(super) fn wrong(schema: &Value) -> Vec<(String, Map<String, Value>)> {
    let members = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let wrong = members.filter_map(|(name, member)| {
        let mut arguments = sample::required(schema);
        arguments.insert(name.clone(), of_wrong_type(member)?);
        Some((name.clone(), arguments))
    });
    wrong.take(MEMBERS).collect()
}

/// The most members that are tried.
const MEMBERS: usize = 8;

/// A value of a type that the schema does not have. `None` when it takes all, or says nothing of types.
fn of_wrong_type(schema: &Value) -> Option<Value> {
    let types = sample::types(schema);
    if types.is_empty() {
        return None;
    }
    let candidates = [
        ("object", json!({"wrong": true})),
        ("array", json!(["wrong"])),
        ("boolean", json!(true)),
        ("string", json!("wrong")),
    ];
    candidates.into_iter().find(|(kind, _)| !types.iter().any(|own| own == kind)).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_member_gets_a_value_of_another_type() {
        let schema = json!({
            "type": "object",
            "properties": {
                "count": {"type": "integer"},
                "place": {"type": ["object", "null"]},
                "whatever": {},
            },
            "required": ["count"],
        });
        let wrong = wrong(&schema);
        let expected = [
            ("count".to_owned(), json!({"count": {"wrong": true}})),
            ("place".to_owned(), json!({"count": 1, "place": ["wrong"]})),
        ];
        let wrong: Vec<(String, Value)> =
            wrong.into_iter().map(|(name, arguments)| (name, Value::Object(arguments))).collect();
        assert_eq!(wrong, expected);
    }
}
