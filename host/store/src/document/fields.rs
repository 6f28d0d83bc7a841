//! The ranks of a body's values, in the shape of the body, as they stand in the column `fields`.
//!
//! A member that is an object has a rank like any other, and its own members below its name with a dot, which no name of a
//! path contains: `{"place": {"city": "Ely"}}` is kept as `{"place": "0", "place.": {"city": "3Ely"}}`. Nulls are left out,
//! as they are the same as nothing to every query.

use serde_json::{Map, Value};
use wheelhouse_core::document::FieldPath;

use super::rank;

/// How deep a path reaches.
const MAX_DEPTH: usize = 8;

/// The ranks of what paths can reach in this body.
pub(super) fn fields(body: &Map<String, Value>) -> Value {
    Value::Object(ranks(body, 1))
}

fn ranks(members: &Map<String, Value>, depth: usize) -> Map<String, Value> {
    let mut ranks_of_members = Map::new();
    for (name, value) in members.iter().filter(|(name, value)| is_reachable(name) && !value.is_null()) {
        ranks_of_members.insert(name.clone(), Value::String(rank::of_json(value)));
        if let Value::Object(inner) = value
            && depth < MAX_DEPTH
        {
            ranks_of_members.insert(object(name), Value::Object(ranks(inner, depth + 1)));
        }
    }
    ranks_of_members
}

fn is_reachable(name: &str) -> bool {
    FieldPath::parse(name).is_ok_and(|path| path.names().len() == 1)
}

/// The name that an object's members are kept below.
pub(super) fn object(name: &str) -> String {
    format!("{name}.")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields_of(body: &Value) -> Value {
        fields(body.as_object().expect("an object"))
    }

    #[test]
    fn objects_and_their_members_have_ranks() {
        assert_eq!(
            fields_of(&json!({"place": {"city": "Ely", "tags": ["a"]}, "open": true, "note": null})),
            json!({"place": "0", "place.": {"city": "3Ely", "tags": "0"}, "open": "1t"})
        );
    }

    #[test]
    fn what_no_path_reaches_is_left_out() {
        assert_eq!(fields_of(&json!({"place.": {"city": 1}, "a.b": 1, "ä": 1, "": 1, "a b": 1})), json!({}));
        let mut deep = json!(1);
        for _ in 0..10 {
            deep = json!({ "a": deep });
        }
        let text = fields_of(&deep).to_string();
        assert_eq!(text.matches("\"a\"").count(), 8, "{text}");
    }
}
