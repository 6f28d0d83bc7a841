//! Where settings come from, and which of them wins.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use figment::{
    Figment,
    providers::{Format, Serialized, Toml},
    value::Value,
};

use super::{Config, ConfigError, Profile, check, environment};

/// What the command line says; it wins over all else.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// The operator's file. `None`: `wheelhouse.toml` in the working directory, if there is one.
    pub file: Option<PathBuf>,
    /// What the host is run for.
    pub profile: Option<Profile>,
    /// Address and port.
    pub listen: Option<String>,
    /// The data folder.
    pub data_dir: Option<PathBuf>,
    /// The drop-in folder.
    pub plugins_dir: Option<PathBuf>,
}

impl Overrides {
    /// The operator's file, whether or not it is there.
    pub fn file(&self) -> PathBuf {
        self.file.clone().unwrap_or_else(|| PathBuf::from(FILE))
    }
}

/// The operator's file, where none is named.
const FILE: &str = "wheelhouse.toml";

const DEFAULTS: &str = include_str!("../../../../config/default.toml");
const PRODUCTION: &str = include_str!("../../../../config/production.toml");
const DEVELOPMENT: &str = include_str!("../../../../config/development.toml");

pub(super) fn load(
    overrides: &Overrides,
    environment: &BTreeMap<String, String>,
) -> Result<Config, ConfigError> {
    let built_in =
        Value::serialize(Config::default()).map_err(|error| ConfigError(vec![error.to_string()]))?;
    let (variables, mut problems) = environment::variables(environment);

    let mut figment = Figment::from(Serialized::defaults(Config::default())).merge(Toml::string(DEFAULTS));
    let file = operators_file(overrides.file.as_deref(), &mut problems);
    let profile = profile(overrides, file.as_deref(), &mut problems);
    figment = figment.merge(Toml::string(match profile {
        Profile::Development => DEVELOPMENT,
        Profile::Production => PRODUCTION,
    }));
    if let Some(file) = &file {
        figment = figment.merge(Toml::file_exact(file));
    }
    if let Some(port) = environment.get("PORT").filter(|port| !port.is_empty()) {
        figment = figment.merge(Serialized::default("server.listen", format!("0.0.0.0:{port}")));
    }
    for variable in &variables {
        let default = check::known(&built_in, &variable.path);
        figment = figment.merge(environment::Environment { variable, default });
    }
    figment = figment.merge(Serialized::default("profile", profile));
    if let Some(listen) = &overrides.listen {
        figment = figment.merge(Serialized::default("server.listen", listen));
    }
    if let Some(dir) = &overrides.data_dir {
        figment = figment.merge(Serialized::default("data_dir", dir));
    }
    if let Some(dir) = &overrides.plugins_dir {
        figment = figment.merge(Serialized::default("plugins_dir", dir));
    }

    let merged: Value = match figment.extract() {
        Ok(merged) => merged,
        // A file that is not TOML at all: nothing further can be said.
        Err(error) => {
            problems.extend(error.into_iter().map(|error| check::sentence(&error)));
            return Err(ConfigError(problems));
        }
    };
    problems.extend(check::problems(&figment, &built_in, &merged));
    if !problems.is_empty() {
        return Err(ConfigError(problems));
    }
    figment.extract().map_err(|error| ConfigError(error.into_iter().map(|e| check::sentence(&e)).collect()))
}

fn operators_file(named: Option<&Path>, problems: &mut Vec<String>) -> Option<PathBuf> {
    match named {
        Some(file) if file.is_file() => Some(file.to_owned()),
        Some(file) => {
            problems.push(format!("the configuration file `{}` is not there", file.display()));
            None
        }
        None => Some(PathBuf::from(FILE)).filter(|file| file.is_file()),
    }
}

/// The profile decides which defaults stand under the operator's file, so it is looked for first.
fn profile(overrides: &Overrides, file: Option<&Path>, problems: &mut Vec<String>) -> Profile {
    if let Some(profile) = overrides.profile {
        return profile;
    }
    let Some(file) = file else { return Profile::default() };
    match Figment::from(Toml::file_exact(file)).extract_inner::<Profile>("profile") {
        Ok(profile) => profile,
        Err(error) if error.missing() => Profile::default(),
        Err(_) => {
            problems.push("profile: is `development` or `production`".to_owned());
            Profile::default()
        }
    }
}
