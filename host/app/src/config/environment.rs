//! Settings from environment variables.

use std::collections::BTreeMap;

use figment::{
    Metadata, Profile, Provider,
    value::{Dict, Map, Tag, Value},
};

/// Variables with a name of their own, and the setting that each sets.
pub(super) const WELL_KNOWN: &[(&str, &str)] = &[
    ("DATABASE_URL", "store.database_url"),
    ("REDIS_URL", "store.redis_url"),
    ("SECRET_KEY", "accounts.secret_key"),
    ("ALGORITHM", "accounts.algorithm"),
    ("ACCESS_TOKEN_EXPIRE_MINUTES", "accounts.access_token_expire_minutes"),
    ("OPENAI_API_KEY", "openai.api_key"),
    ("OPENAI_BASE_URL", "openai.base_url"),
    ("OPENAI_MODEL", "openai.model"),
    ("TTS_PRIMARY_ENGINE", "speech.primary_engine"),
    ("TTS_FALLBACK_ENGINES", "speech.fallback_engines"),
    ("AI_PROVIDERS", "assistant.providers"),
    ("METRICS_TOKEN", "metrics.token"),
    ("RUST_LOG", "log.filter"),
];

/// Variables that the command line reads, and `PORT`: no secrets, and needed before files are read.
const PLAIN: &[&str] = &[
    "WHEELHOUSE_LISTEN",
    "WHEELHOUSE_DATA_DIR",
    "WHEELHOUSE_PLUGINS_DIR",
    "WHEELHOUSE_CONFIG",
    "WHEELHOUSE_PROFILE",
    "PORT",
];

/// One variable that sets something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    /// Its name, without `_FILE`.
    pub(super) name: String,
    /// The setting's path with dots.
    pub(super) path: String,
    /// What it says, as text.
    pub(super) text: String,
}

/// Finds the variables that set something. Empty ones count as not set, as compose files leave them so.
///
/// # Errors
/// A sentence for each `*_FILE` that cannot be read or is not looked at, and each that is set beside the variable itself.
pub(super) fn variables(environment: &BTreeMap<String, String>) -> (Vec<Variable>, Vec<String>) {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    let mut named: Vec<(String, String)> =
        WELL_KNOWN.iter().map(|(name, path)| ((*name).to_owned(), (*path).to_owned())).collect();
    for name in environment.keys() {
        // `WHEELHOUSE_A__B_FILE` is the file form of `WHEELHOUSE_A__B`.
        let (plain, is_file) = match name.strip_suffix("_FILE") {
            Some(plain) => (plain, true),
            None => (name.as_str(), false),
        };
        if PLAIN.contains(&plain) {
            if is_file && environment.get(name).is_some_and(|text| !text.is_empty()) {
                problems
                    .push(format!("{name} is not looked at: {plain} is not read from a file; set it itself"));
            }
            continue;
        }
        let Some(rest) = plain.strip_prefix("WHEELHOUSE_") else { continue };
        let entry = (plain.to_owned(), path(rest));
        if !named.contains(&entry) {
            named.push(entry);
        }
    }
    for (name, path) in named {
        let file = format!("{name}_FILE");
        let set = |name: &str| environment.get(name).filter(|text| !text.is_empty());
        match (set(&name), set(&file)) {
            (Some(_), Some(_)) => problems.push(format!("{name} and {file} are both set; keep one of them")),
            (Some(text), None) => found.push(Variable { name, path, text: text.clone() }),
            (None, Some(from)) => match std::fs::read_to_string(from) {
                Ok(text) => found.push(Variable { name: file, path, text: text.trim_end().to_owned() }),
                Err(error) => problems.push(format!("{file}: cannot read `{from}`: {error}")),
            },
            (None, None) => {}
        }
    }
    (found, problems)
}

/// `PLUGINS__TRIP_WEATHER__SECRETS__API_KEY` is `plugins.trip-weather.secrets.api_key`: the ids of plugins have hyphens, for which the
/// names of variables have no letter.
fn path(rest: &str) -> String {
    let names = rest.to_lowercase();
    let mut names: Vec<String> = names.split("__").map(str::to_owned).collect();
    if let [section, id, ..] = &mut names[..]
        && matches!(section.as_str(), "plugins" | "engines")
    {
        *id = id.replace('_', "-");
    }
    names.join(".")
}

/// Hands variables to figment as what the built-in defaults are: figment's own provider guesses the type from the text, so
/// that a key of digits becomes a number and a list of one a string.
pub(super) struct Environment<'v> {
    pub(super) variable: &'v Variable,
    pub(super) default: Option<&'v Value>,
}

impl Provider for Environment<'_> {
    fn metadata(&self) -> Metadata {
        let name = self.variable.name.clone();
        Metadata::named("environment").source(figment::Source::Custom(name))
    }

    fn data(&self) -> figment::Result<Map<Profile, Dict>> {
        let value = coerce(&self.variable.text, self.default);
        let nested = figment::util::nest(&self.variable.path, value);
        Ok(Profile::Default.collect(nested.into_dict().unwrap_or_default()))
    }
}

fn coerce(text: &str, default: Option<&Value>) -> Value {
    let text = text.trim();
    match default {
        Some(Value::Num(..)) => {
            if let Ok(number) = text.parse::<u64>() {
                return Value::from(number);
            }
            if let Ok(number) = text.parse::<i64>() {
                return Value::from(number);
            }
            text.parse::<f64>().map_or_else(|_| Value::from(text), Value::from)
        }
        Some(Value::Bool(..)) => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Value::from(true),
            "false" | "no" | "off" | "0" => Value::from(false),
            _ => Value::from(text),
        },
        Some(Value::Array(..)) => {
            let members = text.split(',').map(str::trim).filter(|member| !member.is_empty());
            Value::Array(Tag::Default, members.map(Value::from).collect())
        }
        _ => Value::from(text),
    }
}
