//! What an operator sets for a plugin: settings, which the plugin's schema describes, and secrets.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    config::PluginConfig,
    schema::{Arguments, takes_text},
};

/// A plugin's schema of its settings.
#[derive(Debug, Clone)]
pub(crate) struct SettingsSchema {
    schema: Value,
    arguments: Arguments,
}

impl SettingsSchema {
    /// For a schema that [`schema::parse`](crate::schema::parse) has returned.
    ///
    /// # Errors
    /// When it does not describe an object.
    pub(crate) fn new(schema: Value) -> Result<Self, String> {
        Ok(Self { arguments: Arguments::new(&schema)?, schema })
    }

    pub(crate) fn schema(&self) -> &Value {
        &self.schema
    }

    /// Whether it says anything about a key, or lets any be set.
    fn knows(&self, key: &str) -> bool {
        self.arguments.property(key).is_some()
            || self.schema.get("properties").is_none()
            || self.schema.get("patternProperties").is_some()
            || self.schema.get("additionalProperties").is_some_and(|others| *others != Value::Bool(false))
    }

    /// A text in the type that the schema wants: environment variables know no other.
    fn read(&self, key: &str, value: &Value) -> Value {
        let (Value::String(text), Some(schema)) = (value, self.arguments.property(key)) else {
            return value.clone();
        };
        if takes_text(schema) {
            return value.clone();
        }
        if let Ok(json @ (Value::Array(_) | Value::Object(_))) = serde_json::from_str(text) {
            return json;
        }
        let mut read = Map::new();
        self.arguments.read(&[(key.to_owned(), text.clone())], &mut read);
        read.remove(key).unwrap_or_default()
    }
}

/// What a plugin reads of its settings and secrets, as texts.
#[derive(Clone, Default)]
pub(crate) struct Settings(BTreeMap<String, String>);

impl Settings {
    /// Settings as they are set, the schema's defaults where they are not, and secrets.
    ///
    /// A secret is to the plugin a setting like any other, and is checked where the schema has its key: a plugin describes all that it reads
    /// in one place, and the operator decides what of it is secret. Secrets that the schema does not have are passed on unchecked.
    ///
    /// # Errors
    /// What does not fit, with its key and never with a secret.
    pub(crate) fn of(id: &str, schema: Option<&SettingsSchema>, own: &PluginConfig) -> Result<Self, String> {
        let mut problems = Vec::new();
        for key in own.settings.keys().filter(|key| own.secrets.contains_key(*key)) {
            problems
                .push(format!("`{key}` is both a setting and a secret in [plugins.{id}]: keep one of them"));
        }
        let set = match schema {
            Some(schema) => checked(id, schema, own, &mut problems),
            None => {
                if let Some(key) = own.settings.keys().next() {
                    problems.push(format!(
                        "the plugin has no settings, but `{key}` is set in [plugins.{id}.settings]"
                    ));
                }
                Map::new()
            }
        };
        if !problems.is_empty() {
            return Err(problems.join("; "));
        }
        let mut texts: BTreeMap<String, String> =
            set.into_iter().map(|(key, value)| (key, text(value))).collect();
        for (key, secret) in &own.secrets {
            texts.insert(key.clone(), secret.expose().to_owned());
        }
        Ok(Self(texts))
    }

    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// In the order of the keys.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

/// The settings with the schema's defaults, once they and the secrets have been held against it.
fn checked(
    id: &str,
    schema: &SettingsSchema,
    own: &PluginConfig,
    problems: &mut Vec<String>,
) -> Map<String, Value> {
    let mut set = Map::new();
    for (key, value) in &own.settings {
        if !schema.knows(key) {
            problems.push(format!("`{key}` in [plugins.{id}.settings] is no setting of the plugin"));
        }
        set.insert(key.clone(), schema.read(key, value));
    }
    let mut with_secrets = set.clone();
    for (key, secret) in &own.secrets {
        if schema.arguments.property(key).is_some() {
            let value = Value::String(secret.expose().to_owned());
            with_secrets.insert(key.clone(), schema.read(key, &value));
        }
    }
    fill_in(&schema.schema, &mut with_secrets);
    fill_in(&schema.schema, &mut set);
    set.retain(|key, _| !own.secrets.contains_key(key));
    if let Err(failure) = schema.arguments.check(&Value::Object(with_secrets)) {
        // The failure's own sentence may repeat any of the values.
        for field in &failure.fields {
            let key = field.field.split('.').next().unwrap_or_default();
            let is_secret = own.secrets.contains_key(key);
            let what =
                if is_secret { "does not fit what the plugin says of it" } else { field.message.as_str() };
            problems.push(format!("`{}` in [plugins.{id}.settings] or its secrets: {what}", field.field));
        }
        if failure.fields.is_empty() {
            problems
                .push(format!("[plugins.{id}.settings] does not fit the plugin's schema of its settings"));
        }
    }
    set
}

/// Adds the schema's defaults for what is not set, inside of objects too.
fn fill_in(schema: &Value, set: &mut Map<String, Value>) {
    for (key, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if let Some(default) = schema.get("default").filter(|default| !default.is_null()) {
            set.entry(key.as_str()).or_insert_with(|| default.clone());
        }
        if let Some(Value::Object(inner)) = set.get_mut(key) {
            fill_in(schema, inner);
        }
    }
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;
    use wheelhouse_core::Secret;

    use super::*;

    fn schema() -> SettingsSchema {
        SettingsSchema::new(json!({
            "type": "object",
            "properties": {
                "base_url": {"type": "string", "pattern": "^https://"},
                "limit": {"type": "integer", "default": 20},
                "units": {"enum": ["metric", "imperial"], "default": "metric"},
                "tags": {"type": "array", "items": {"type": "string"}},
                "place": {"type": "object", "properties": {"city": {"type": "string", "default": "Moab"}}},
                "api_key": {"type": "string", "minLength": 8},
            },
            "required": ["api_key"],
        }))
        .unwrap()
    }

    fn settings(settings: &Value, secrets: &[(&str, &str)]) -> Result<Vec<(String, String)>, String> {
        let own = PluginConfig {
            settings: settings.as_object().unwrap().clone(),
            secrets: secrets.iter().map(|(key, value)| ((*key).to_owned(), Secret::new(*value))).collect(),
            ..PluginConfig::default()
        };
        let settings = Settings::of("trip", Some(&schema()), &own)?;
        Ok(settings.all().map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
    }

    const KEY: &[(&str, &str)] = &[("api_key", "correct horse")];

    #[test]
    fn settings_defaults_and_secrets_are_read_as_texts_in_the_order_of_keys() {
        let set = json!({"base_url": "https://a.test", "tags": ["a", "b"], "place": {}});
        let read = settings(&set, &[("api_key", "correct horse"), ("other", "x")]).unwrap();
        let expected = [
            ("api_key", "correct horse"),
            ("base_url", "https://a.test"),
            ("limit", "20"),
            ("other", "x"),
            ("place", r#"{"city":"Moab"}"#),
            ("tags", r#"["a","b"]"#),
            ("units", "metric"),
        ];
        assert_eq!(read, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }

    #[test]
    fn texts_of_the_environment_are_read_in_the_schemas_types() {
        let read = settings(&json!({"limit": "5", "tags": r#"["a"]"#}), KEY).unwrap();
        assert!(read.contains(&("limit".to_owned(), "5".to_owned())));
        assert!(read.contains(&("tags".to_owned(), r#"["a"]"#.to_owned())));
        assert!(settings(&json!({"limit": "many"}), KEY).unwrap_err().contains("`limit`"));
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_key() {
        for (set, named) in [
            (json!({"base_url": "http://a.test"}), "`base_url`"),
            (json!({"limit": 1.5}), "`limit`"),
            (json!({"units": "parsecs"}), "`units`"),
            (json!({"place": {"city": 5}}), "`place.city`"),
            (json!({"base_ulr": "https://a.test"}), "`base_ulr`"),
        ] {
            let problem = settings(&set, KEY).unwrap_err();
            assert!(problem.contains(named) && problem.contains("[plugins.trip.settings]"), "{problem}");
        }
    }

    #[test]
    fn a_setting_that_is_needed_and_not_set_is_named() {
        let problem = settings(&json!({}), &[]).unwrap_err();
        assert!(problem.contains("`api_key`") && problem.contains("is missing"), "{problem}");
    }

    #[test]
    fn secrets_do_not_show_in_what_is_wrong_with_them() {
        let problem = settings(&json!({}), &[("api_key", "hunter2")]).unwrap_err();
        assert!(problem.contains("`api_key`") && !problem.contains("hunter2"), "{problem}");
        let problem = settings(&json!({"api_key": "x"}), &[("api_key", "hunter2")]).unwrap_err();
        assert!(problem.contains("keep one") && !problem.contains("hunter2"), "{problem}");
    }

    #[test]
    fn settings_for_a_plugin_without_any_are_refused_and_secrets_are_not() {
        let mut own = PluginConfig {
            secrets: [("key".to_owned(), Secret::new("x"))].into(),
            ..PluginConfig::default()
        };
        assert_eq!(Settings::of("trip", None, &own).unwrap_or_default().get("key"), Some("x"));
        own.settings.insert("limit".to_owned(), json!(5));
        let Err(problem) = Settings::of("trip", None, &own) else { panic!("it was taken") };
        assert!(problem.contains("no settings") && problem.contains("`limit`"), "{problem}");
    }
}
