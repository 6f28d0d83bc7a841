//! What the operator set for the plugin, secrets included.
//!
//! A struct says what there is: [`Plugin::settings`](crate::Plugin::settings) puts its schema into the plugin's description, so that the host
//! checks what is set before the plugin serves, and fills in the schema's defaults. Which of the settings are secrets is up to the
//! operator: the plugin reads them alike.
//!
//! ```
//! # use wheelhouse_sdk::{prelude::*, settings, testing};
//! #[derive(Deserialize, JsonSchema)]
//! struct Settings {
//!     /// The key of the weather service.
//!     api_key: String,
//!     /// How many days a forecast has.
//!     #[serde(default = "days")]
//!     days: u8,
//! }
//!
//! fn days() -> u8 { 3 }
//!
//! let plugin = Plugin::new("Weather", "Forecasts.").settings::<Settings>();
//! # testing::set_settings(serde_json::json!({"api_key": "k"}));
//! let settings: Settings = settings::read()?;
//! assert_eq!((settings.api_key.as_str(), settings.days), ("k", 3));
//! # Ok::<(), Failure>(())
//! ```
//!
//! While a plugin describes itself, nothing is set.

#[cfg(not(target_arch = "wasm32"))]
mod fake;
mod setting;

use serde::de::{DeserializeOwned, value::MapDeserializer};

use crate::Failure;
#[cfg(target_arch = "wasm32")]
use crate::bindings::imports::wasi::config::store as backend;
#[cfg(not(target_arch = "wasm32"))]
use fake as backend;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use fake::set;
use setting::Setting;

/// One setting as text; none when it is not set and has no default. What is no text is given as JSON.
pub fn get(key: &str) -> Option<String> {
    // The host never fails here.
    backend::get(key).ok().flatten()
}

/// All settings.
///
/// # Errors
/// `Internal`, with the setting's name and without its value, when one is not of the type that the struct wants: the schema said something else
/// to the host than the struct says here.
pub fn read<T: DeserializeOwned>() -> Result<T, Failure> {
    let all = backend::get_all().unwrap_or_default().into_iter().map(|(key, text)| (key, Setting(text)));
    let settings = MapDeserializer::<_, serde_json::Error>::new(all);
    serde_path_to_error::deserialize(settings).map_err(|error| {
        let path = error.path().to_string();
        Failure::internal(match path.as_str() {
            // A message about a value would hold the value; one about a missing member holds its name alone.
            "." => format!("The plugin's settings cannot be read: {}.", error.into_inner()),
            path => format!("The plugin's setting `{path}` cannot be read."),
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, dead_code)]
    use schemars::JsonSchema;
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::testing;

    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    struct Settings {
        api_key: String,
        limit: u32,
        ratio: Option<f64>,
        fast: bool,
        units: Units,
        #[serde(default)]
        tags: Vec<String>,
        place: Option<Place>,
    }

    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    enum Units {
        Metric,
        Imperial,
    }

    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    struct Place {
        city: String,
    }

    #[test]
    fn settings_are_read_into_the_types_of_a_struct() {
        testing::set_settings(json!({
            "api_key": "12345", "limit": 5, "ratio": 0.5, "fast": true, "units": "imperial", "tags": ["a"], "place": {"city": "Moab"},
            "other": "ignored",
        }));
        let read: Settings = read().unwrap();
        assert_eq!(
            read,
            Settings {
                api_key: "12345".to_owned(),
                limit: 5,
                ratio: Some(0.5),
                fast: true,
                units: Units::Imperial,
                tags: vec!["a".to_owned()],
                place: Some(Place { city: "Moab".to_owned() }),
            }
        );
        assert_eq!(get("limit").as_deref(), Some("5"));
        assert_eq!(get("nothing"), None);
    }

    #[test]
    fn a_setting_that_cannot_be_read_is_named_and_not_shown() {
        testing::set_settings(json!({"api_key": "k", "limit": "hunter2", "fast": true, "units": "metric"}));
        let failure = read::<Settings>().unwrap_err();
        assert!(
            failure.message().contains("`limit`") && !failure.message().contains("hunter2"),
            "{failure:?}"
        );
        testing::set_settings(json!({"api_key": "k"}));
        assert!(read::<Settings>().unwrap_err().message().contains("`limit`"));
    }

    #[test]
    fn nothing_is_set_at_first() {
        assert_eq!(get("api_key"), None);
    }
}
