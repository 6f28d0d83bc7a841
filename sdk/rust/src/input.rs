//! From what a caller sends to what a function takes, with the field named where it does not fit.

mod explain;
mod part;

use serde::de::{DeserializeOwned, value::MapDeserializer};
use serde_json::{Map, Value};

use crate::Failure;
use explain::explain;
pub(crate) use part::Part;

/// Reads a JSON object.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    let object: Map<String, Value> = read_object(text.as_bytes())?;
    serde_path_to_error::deserialize(Value::Object(object)).map_err(|error| explain(&error))
}

/// Reads the JSON object that a body holds; an empty body is an empty object.
pub(crate) fn read_object(bytes: &[u8]) -> Result<Map<String, Value>, Failure> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Failure::invalid("The input must be a JSON object.")),
        Err(error) => Err(Failure::invalid(format!("The input is not valid JSON: {error}."))),
    }
}

/// Reads fields that come from different places of a request.
pub(crate) fn from_parts<T: DeserializeOwned>(parts: Vec<(String, Part)>) -> Result<T, Failure> {
    let fields = MapDeserializer::<_, serde_json::Error>::new(parts.into_iter());
    serde_path_to_error::deserialize(fields).map_err(|error| explain(&error))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, dead_code)]
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::{Amount, Date};

    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Input {
        amount: Amount,
        count: u32,
        date: Option<Date>,
        kind: Option<Kind>,
        #[serde(default)]
        tags: Vec<i64>,
        place: Option<Place>,
    }

    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Gas,
        RentalCar,
    }

    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Place {
        city: String,
    }

    fn refused(json: &Value) -> (String, String) {
        let failure = from_json::<Input>(&json.to_string()).unwrap_err();
        let fields: Vec<&str> = failure.fields().collect();
        (fields.join(" "), failure.message().to_owned())
    }

    #[test]
    fn every_mistake_names_its_field() {
        for (json, field, message) in [
            (json!({ "count": 1 }), "amount", "`amount` is missing."),
            (
                json!({ "amount": 1, "count": 1, "colour": 2 }),
                "colour",
                "`colour` is not a known field: it must be one of `amount`, `count`, `date`, `kind`, `tags`, `place`.",
            ),
            (json!({ "amount": "lots", "count": 1 }), "amount", "`amount` must be an amount such as 12.50."),
            (
                json!({ "amount": true, "count": 1 }),
                "amount",
                "`amount` must be an amount such as 12.50, not true.",
            ),
            (
                json!({ "amount": 1.005, "count": 1 }),
                "amount",
                "`amount` must be an amount with at most two decimal places, such as 12.50.",
            ),
            (
                json!({ "amount": 1, "count": "x" }),
                "count",
                "`count` must be a whole number from 0, not \"x\".",
            ),
            (json!({ "amount": 1, "count": -1 }), "count", "`count` must be a whole number from 0, not -1."),
            (
                json!({ "amount": 1, "count": 1, "date": "soon" }),
                "date",
                "`date` must be a day such as 2026-11-22, not \"soon\".",
            ),
            (
                json!({ "amount": 1, "count": 1, "kind": "boat" }),
                "kind",
                "`kind` must be `gas` or `rental_car`, not `boat`.",
            ),
            (
                json!({ "amount": 1, "count": 1, "tags": [1, "a"] }),
                "tags[1]",
                "`tags[1]` must be a whole number, not \"a\".",
            ),
            (json!({ "amount": 1, "count": 1, "place": {} }), "place.city", "`place.city` is missing."),
            (
                json!({ "amount": 1, "count": 1, "place": { "city": "x", "zip": 1 } }),
                "place.zip",
                "`place.zip` is not a known field: it must be `city`.",
            ),
        ] {
            assert_eq!(refused(&json), (field.to_owned(), message.to_owned()));
        }
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in ["[]", "3", "null", "{", "\u{0}"] {
            assert!(matches!(from_json::<Input>(text), Err(Failure::Invalid(_))), "{text}");
        }
    }

    #[test]
    fn long_input_is_not_repeated_whole() {
        let (_, message) = refused(&json!({ "amount": 1, "count": "é".repeat(10_000) }));
        assert!(message.len() < 300, "{message}");
    }

    fn text(name: &str, values: &[&str]) -> (String, Part) {
        (name.to_owned(), Part::Text(values.iter().map(|&v| v.to_owned()).collect()))
    }

    #[test]
    fn texts_of_path_and_query_become_what_the_struct_wants() {
        let parts = vec![
            text("amount", &["85.50"]),
            text("count", &["3"]),
            text("date", &["2026-11-22"]),
            text("kind", &["rental_car"]),
            text("tags", &["1", "2"]),
            ("place".to_owned(), Part::Json(json!({ "city": "Moab" }))),
        ];
        let input: Input = from_parts(parts).unwrap();
        assert_eq!(
            input,
            Input {
                amount: Amount::from_minor(8_550),
                count: 3,
                date: Some("2026-11-22".parse().unwrap()),
                kind: Some(Kind::RentalCar),
                tags: vec![1, 2],
                place: Some(Place { city: "Moab".into() }),
            }
        );
    }

    #[test]
    fn a_text_that_is_no_number_names_its_field() {
        let parts = vec![text("amount", &["1"]), text("count", &["many"])];
        let failure = from_parts::<Input>(parts).unwrap_err();
        assert_eq!(failure.message(), "`count` must be a whole number from 0, not \"many\".");
    }
}
