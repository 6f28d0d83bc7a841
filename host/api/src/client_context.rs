//! What PAM's clients say about where the user is.

use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use wheelhouse_core::{CallContext, Failure, Result, context::Location, language::is_tag};

/// Keys that a context may have, known or not.
pub(crate) const MAX_KEYS: usize = 50;
const MAX_PAGE_CHARS: usize = 500;

/// The parts of a client's context that mean something here. Other keys are taken and have no effect; `current_date` is one of
/// them, as the host's own clock in the user's zone says what day it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ClientContext {
    location: Option<Location>,
    time_zone: Option<TimeZone>,
    language: Option<String>,
    /// The page that the user looks at.
    pub(crate) page: Option<String>,
}

impl ClientContext {
    /// Reads `user_location {lat, lng}` (also `userLocation`, or `latitude` and `longitude`), `timezone`, `language`,
    /// `current_page`. A key with null counts as absent.
    ///
    /// # Errors
    /// `Invalid` naming the key that is wrong, or for more than 50 keys.
    pub(crate) fn parse(context: &Map<String, Value>) -> Result<Self> {
        if context.len() > MAX_KEYS {
            let message = format!("has {} keys; at most {MAX_KEYS} are taken", context.len());
            return Err(Failure::invalid_field("context", message));
        }
        let location = match (present(context, "user_location"), present(context, "userLocation")) {
            (Some(place), _) => Some(location_in(place, "context.user_location")?),
            (None, Some(place)) => Some(location_in(place, "context.userLocation")?),
            (None, None) => location(context, "context")?,
        };
        let time_zone = match text(context, "timezone")? {
            Some(name) => Some(TimeZone::get(name).map_err(|_| {
                Failure::invalid_field(
                    "context.timezone",
                    "must be an IANA time zone such as `Europe/Berlin`",
                )
            })?),
            None => None,
        };
        let language = text(context, "language")?;
        if language.is_some_and(|tag| !is_tag(tag)) {
            let message = "must be a BCP 47 language tag such as `en` or `de-AT`";
            return Err(Failure::invalid_field("context.language", message));
        }
        let page = text(context, "current_page")?;
        if page.is_some_and(|page| page.chars().count() > MAX_PAGE_CHARS) {
            let message = format!("is longer than {MAX_PAGE_CHARS} characters");
            return Err(Failure::invalid_field("context.current_page", message));
        }
        Ok(Self { location, time_zone, language: language.map(str::to_owned), page: page.map(str::to_owned) })
    }

    /// What the newer one says, and for the rest what this one said.
    pub(crate) fn updated(&self, newer: Self) -> Self {
        let old = self.clone();
        Self {
            location: newer.location.or(old.location),
            time_zone: newer.time_zone.or(old.time_zone),
            language: newer.language.or(old.language),
            page: newer.page.or(old.page),
        }
    }

    /// Makes the call one from there.
    pub(crate) fn apply(&self, ctx: &mut CallContext) {
        if let Some(zone) = &self.time_zone {
            ctx.time_zone = zone.clone();
        }
        if let Some(language) = &self.language {
            ctx.locale = language.as_str().into();
        }
        if self.location.is_some() {
            ctx.location = self.location;
        }
    }
}

fn present<'c>(context: &'c Map<String, Value>, key: &str) -> Option<&'c Value> {
    context.get(key).filter(|value| !value.is_null())
}

/// Clients send the empty text for what they do not know.
fn text<'c>(context: &'c Map<String, Value>, key: &str) -> Result<Option<&'c str>> {
    match present(context, key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
        Some(_) => Err(Failure::invalid_field(format!("context.{key}"), "must be a string")),
    }
}

fn location_in(place: &Value, field: &str) -> Result<Location> {
    let needed = || Failure::invalid_field(field, "must be an object with the numbers `lat` and `lng`");
    location(place.as_object().ok_or_else(needed)?, field)?.ok_or_else(needed)
}

fn location(place: &Map<String, Value>, field: &str) -> Result<Option<Location>> {
    let degrees = |names: [&str; 2], bound: f64| {
        let Some((name, value)) = names.iter().find_map(|name| Some((name, present(place, name)?))) else {
            return Ok(None);
        };
        match value.as_f64() {
            Some(degrees) if degrees.abs() <= bound => Ok(Some(degrees)),
            _ => {
                let message = format!("must be a number of degrees from -{bound} to {bound}");
                Err(Failure::invalid_field(format!("{field}.{name}"), message))
            }
        }
    };
    match (degrees(["latitude", "lat"], 90.0)?, degrees(["longitude", "lng"], 180.0)?) {
        (Some(latitude), Some(longitude)) => Ok(Some(Location { latitude, longitude })),
        (None, None) => Ok(None),
        _ => {
            Err(Failure::invalid_field(field, "has one of latitude and longitude; it needs both or neither"))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(context: &Value) -> Result<ClientContext> {
        ClientContext::parse(context.as_object().expect("an object"))
    }

    #[test]
    fn location_is_read_in_all_three_spellings() {
        let expected = Some(Location { latitude: -33.9, longitude: 151.2 });
        for context in [
            json!({"user_location": {"lat": -33.9, "lng": 151.2}}),
            json!({"userLocation": {"latitude": -33.9, "longitude": 151.2, "accuracy": 5}}),
            json!({"latitude": -33.9, "longitude": 151.2}),
        ] {
            assert_eq!(parse(&context).map(|c| c.location), Ok(expected), "{context}");
        }
    }

    #[test]
    fn wrong_value_is_named_by_its_key() {
        for (context, field) in [
            (json!({"user_location": {"lat": 91, "lng": 0}}), "context.user_location.lat"),
            (json!({"user_location": {"lat": "a", "lng": 0}}), "context.user_location.lat"),
            (json!({"user_location": "Sydney"}), "context.user_location"),
            (json!({"user_location": {}}), "context.user_location"),
            (json!({"latitude": 1}), "context"),
            (json!({"timezone": "Mars/Olympus"}), "context.timezone"),
            (json!({"timezone": 3}), "context.timezone"),
            (json!({"language": "not a language"}), "context.language"),
            (json!({"current_page": "x".repeat(501)}), "context.current_page"),
        ] {
            let failure = parse(&context).expect_err("the context is wrong");
            assert_eq!(failure.fields[0].field, field, "{context}");
        }
    }

    #[test]
    fn unknown_keys_nulls_and_empty_texts_have_no_effect() {
        let context =
            json!({"timezone": null, "language": "", "weather": {"sunny": true}, "current_date": "today"});
        assert_eq!(parse(&context), Ok(ClientContext::default()));
    }

    #[test]
    fn more_than_fifty_keys_are_refused() {
        let context = |keys: usize| (0..keys).map(|n| (n.to_string(), json!(n))).collect::<Map<_, _>>();
        assert!(ClientContext::parse(&context(50)).is_ok());
        assert_eq!(
            ClientContext::parse(&context(51)).map_err(|f| f.fields[0].field.clone()),
            Err("context".into())
        );
    }

    #[test]
    fn newer_context_keeps_what_it_does_not_name() {
        let old = parse(&json!({"timezone": "Europe/Berlin", "language": "de"})).expect("it is right");
        let new = old.updated(parse(&json!({"language": "fr"})).expect("it is right"));
        assert_eq!(new.time_zone, old.time_zone);
        assert_eq!(new.language.as_deref(), Some("fr"));
    }
}
