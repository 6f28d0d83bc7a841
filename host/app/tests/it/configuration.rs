//! The documented configuration is the one that is built in.

use std::{collections::BTreeMap, path::Path};

use figment::{
    Figment,
    providers::{Format, Toml},
    value::Value,
};
use wheelhouse::config::Config;

fn documented() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/default.toml");
    // A setting that is not set by default stands in the file as a comment.
    let text = std::fs::read_to_string(file).unwrap();
    Figment::from(Toml::string(&text)).extract().unwrap()
}

fn leaves(value: &Value, path: &str, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Dict(_, members) => {
            for (name, member) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                if path != "plugins" {
                    leaves(member, &path, found);
                }
            }
        }
        Value::Empty(..) => {}
        other => {
            found.insert(
                path.to_owned(),
                serde_json::to_string(other).unwrap().trim_end_matches(".0").to_owned(),
            );
        }
    }
}

#[test]
fn documented_defaults_are_the_ones_in_force() {
    let (mut written, mut built_in) = (BTreeMap::new(), BTreeMap::new());
    leaves(&documented(), "", &mut written);
    leaves(&Value::serialize(Config::default()).unwrap(), "", &mut built_in);
    assert_eq!(written, built_in, "config/default.toml (left) and the built-in defaults (right) differ");
}

#[test]
fn settings_without_a_default_are_documented() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/default.toml");
    let text = std::fs::read_to_string(file).unwrap();
    fn empty(value: &Value, name: &str, found: &mut Vec<String>) {
        match value {
            Value::Dict(_, members) => members.iter().for_each(|(name, member)| empty(member, name, found)),
            Value::Empty(..) => found.push(name.to_owned()),
            _ => {}
        }
    }
    let mut names = Vec::new();
    empty(&Value::serialize(Config::default()).unwrap(), "", &mut names);
    for name in names {
        assert!(text.contains(&format!("# {name} = ")), "config/default.toml does not mention `{name}`");
    }
}
