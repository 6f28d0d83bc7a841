//! Finds unknown settings and wrong types, all of them, where serde would stop at the first.

use figment::{
    error::{Actual, Kind},
    value::{Dict, Empty, Value},
};

use super::{Config, known::Known};

/// Something that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// The setting with its sections, dots between them.
    pub(super) path: String,
    /// What is wrong with it.
    pub(super) text: String,
}

/// Reads as much as can be read: what is of no use is a problem, and stands at its default. `None` where that cannot be read either.
pub(super) fn read(known: &Known, merged: &Value) -> (Option<Config>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut usable = fit(known, known.built_in(), merged, "", &mut problems);
    loop {
        let error = match usable.deserialize::<Config>() {
            Ok(config) => return (Some(config), problems),
            Err(error) => error,
        };
        // A list is named as a whole: which of its members is meant changes as others are taken away.
        let names = error.path.iter().filter(|name| name.parse::<usize>().is_err());
        let path = names.map(String::as_str).collect::<Vec<_>>().join(".");
        let default = known.find(&path);
        let problem = Problem { text: sentence(&error.kind), path };
        if !problems.contains(&problem) {
            problems.push(problem);
        }
        if !take_away(&mut usable, &error.path, default) {
            return (None, problems);
        }
    }
}

/// The settings that there are and that are of the right type; the built-in value where the type is wrong.
fn fit(known: &Known, expected: &Value, actual: &Value, path: &str, problems: &mut Vec<Problem>) -> Value {
    let (Value::Dict(_, settings), Value::Dict(tag, given)) = (expected, actual) else {
        let Some(wanted) = mismatch(expected, actual) else { return actual.clone() };
        problems.push(Problem { path: path.to_owned(), text: format!("expected {wanted}") });
        return expected.clone();
    };
    let mut usable = Dict::new();
    for (key, value) in given {
        let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let engine;
        let setting = match path {
            "plugins" => Some(known.plugin()),
            "engines" => {
                if let Some(text) = wrong_kind(known, key, value) {
                    problems.push(Problem { path: format!("{below}.kind"), text });
                    usable.extend(settings.get(key).map(|setting| (key.clone(), setting.clone())));
                    continue;
                }
                engine = known.engine(value);
                Some(&engine)
            }
            _ => settings.get(key),
        };
        match setting {
            Some(setting) => {
                usable.insert(key.clone(), fit(known, setting, value, &below, problems));
            }
            // A section that is empty by default may hold anything; serde has the last word.
            None if settings.is_empty() && !path.is_empty() => {
                usable.insert(key.clone(), value.clone());
            }
            None => {
                let text = format!("there is no such setting{}", nearest(key, settings.keys()));
                problems.push(Problem { path: below, text });
            }
        }
    }
    Value::Dict(*tag, usable)
}

/// What is wrong with an engine's kind, of which all else that it may say depends.
fn wrong_kind(known: &Known, id: &str, engine: &Value) -> Option<String> {
    let given = engine.find_ref("kind").and_then(Value::as_str);
    if let Some(own) = known.kind_of_built_in(id).filter(|own| given != Some(own)) {
        let text = format!("`{id}` is the host's own engine of the kind `{own}`");
        return Some(format!("{text}; give one of another kind another name"));
    }
    let kinds: Vec<&String> = known.kinds().collect();
    let all = kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
    match given {
        None => Some(format!("say which kind of engine it is: {all}")),
        Some(given) if kinds.iter().any(|kind| *kind == given) => None,
        Some(given) => Some(format!("is none of {all}{}", nearest(given, kinds.into_iter()))),
    }
}

/// What belongs there instead, or `None` when the value fits.
fn mismatch(expected: &Value, actual: &Value) -> Option<&'static str> {
    match (expected, actual) {
        (Value::String(..) | Value::Char(..), Value::String(..)) => None,
        (Value::String(..) | Value::Char(..), _) => Some("a text"),
        (Value::Bool(..), Value::Bool(..)) => None,
        (Value::Bool(..), _) => Some("true or false"),
        (Value::Num(_, wanted), Value::Num(_, given)) => {
            let whole = wanted.to_f64().is_none();
            if whole && given.to_f64().is_some() { Some("a whole number") } else { None }
        }
        (Value::Num(..), _) => Some("a number"),
        (Value::Array(..), Value::Array(..)) => None,
        (Value::Array(..), _) => Some("a list"),
        (Value::Dict(..), Value::Dict(..)) => None,
        (Value::Dict(..), _) => Some("a section"),
        // Something that is not set by default and may be anything; serde has the last word.
        (Value::Empty(_, Empty::None | Empty::Unit), _) => None,
    }
}

fn nearest<'k>(key: &str, known: impl Iterator<Item = &'k String>) -> String {
    known
        .map(|candidate| (strsim::damerau_levenshtein(key, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(3) / 2)
        .min()
        .map(|(_, candidate)| format!("; did you mean `{candidate}`?"))
        .unwrap_or_default()
}

/// Puts the default in the place of a value, or removes the value where there is none. Whether that changed anything.
fn take_away(value: &mut Value, path: &[String], default: Option<&Value>) -> bool {
    let Some((name, rest)) = path.split_first() else { return false };
    match value {
        Value::Dict(_, members) if rest.is_empty() => match default {
            Some(default) => members.insert(name.clone(), default.clone()).as_ref() != Some(default),
            None => members.remove(name).is_some(),
        },
        Value::Dict(_, members) => {
            members.get_mut(name).is_some_and(|member| take_away(member, rest, default))
        }
        Value::Array(_, members) => {
            let Some(index) = name.parse().ok().filter(|index| *index < members.len()) else { return false };
            if rest.is_empty() {
                members.remove(index);
                return true;
            }
            take_away(&mut members[index], rest, default)
        }
        _ => false,
    }
}

/// What serde has to say, without the value: a secret may stand where it does not belong.
pub(super) fn sentence(kind: &Kind) -> String {
    match kind {
        Kind::InvalidType(_, expected) => format!("expected {}", plain(expected)),
        Kind::InvalidValue(Actual::Unsigned(_) | Actual::Signed(_) | Actual::Float(_), expected) => {
            format!("is out of range; expected {}", plain(expected))
        }
        Kind::UnknownVariant(_, known) => format!("is none of {}", known.join(", ")),
        other => other.to_string(),
    }
}

fn plain(expected: &str) -> &str {
    match expected {
        "a string" | "str" | "path string" => "a text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "a section",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number that is not negative and not too large",
        "f32" | "f64" => "a number",
        other if other.starts_with("struct ") => "a section",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<(String, String)> {
        use figment::providers::{Format, Serialized, Toml};
        let figment =
            figment::Figment::from(Serialized::defaults(Config::default())).merge(Toml::string(text));
        let merged: Value = figment.extract().expect("the text is TOML");
        let known = Known::new().expect("the defaults can be read");
        let (_, problems) = read(&known, &merged);
        problems.into_iter().map(|problem| (problem.path, problem.text)).collect()
    }

    #[test]
    fn everything_that_is_wrong_is_found_in_one_pass() {
        let found = problems(
            r#"
            logg = 1
            profile = "staging"
            [accounts]
            secret_key = 12345
            algorithm = "none"
            hash_queue = -1
            [speech]
            fallback_engines = [1, 2, "hibari", 3]
            [store]
            postgres_connections = "many"
            [plugins.wins]
            grant = ["documents"]
            grants = ["documents:all", "documents"]
            limits = { cpu_m = 1, call_ms = "long" }
            [engines.openai]
            modle = "tts-1"
            [engines.kokoro]
            kind = "openai"
            pcm_sample_rat = 16000
            speed = "fast"
            [engines.piper]
            kind = "command"
            command = ["piper"]
            output = { pcm = { sample_rate = 22050 } }
            second = 5
            voices = [{ id = "amy", language = "en-US" }]
            [engines.odd]
            kind = "opanai"
            [engines.bare]
            command = ["say"]
            "#,
        );
        let mut found: Vec<_> = found.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        found.sort_unstable();
        assert_eq!(
            found,
            [
                ("accounts.algorithm", "is none of HS256, HS384, HS512"),
                (
                    "accounts.hash_queue",
                    "is out of range; expected a whole number that is not negative and not too large"
                ),
                ("accounts.secret_key", "expected a text"),
                ("engines.bare.kind", "say which kind of engine it is: command, edge, openai"),
                (
                    "engines.kokoro.pcm_sample_rat",
                    "there is no such setting; did you mean `pcm_sample_rate`?"
                ),
                ("engines.kokoro.speed", "expected true or false"),
                ("engines.odd.kind", "is none of command, edge, openai; did you mean `openai`?"),
                ("engines.openai.modle", "there is no such setting; did you mean `model`?"),
                ("engines.piper.second", "there is no such setting; did you mean `seconds`?"),
                ("logg", "there is no such setting; did you mean `log`?"),
                ("plugins.wins.grant", "there is no such setting; did you mean `grants`?"),
                ("plugins.wins.grants", "`all` is no target of `documents`; there is user, shared"),
                ("plugins.wins.limits.call_ms", "expected a number"),
                ("plugins.wins.limits.cpu_m", "there is no such setting; did you mean `cpu_ms`?"),
                ("profile", "is none of development, production"),
                ("speech.fallback_engines", "expected a text"),
                ("store.postgres_connections", "expected a number"),
            ]
        );
    }

    #[test]
    fn engine_of_the_hosts_own_keeps_its_kind() {
        let found = problems("[engines.openai]\nkind = \"command\"\ncommand = [\"say\"]\n");
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, "engines.openai.kind");
        assert!(found[0].1.contains("another name"), "{found:?}");
    }

    #[test]
    fn what_is_in_order_is_read_beside_what_is_not() {
        use figment::providers::{Format, Serialized, Toml};
        let text = "[server]\nlisten = \"127.0.0.1:1\"\n[accounts]\nalgorithm = \"none\"\n";
        let figment =
            figment::Figment::from(Serialized::defaults(Config::default())).merge(Toml::string(text));
        let merged: Value = figment.extract().expect("the text is TOML");
        let (config, problems) = read(&Known::new().expect("the defaults can be read"), &merged);
        let listen = config.map(|config| config.server.listen);
        assert_eq!((listen.as_deref(), problems.len()), (Some("127.0.0.1:1"), 1));
    }
}
