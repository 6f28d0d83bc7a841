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

use super::{
    Config, ConfigError, Profile,
    check::sentence,
    environment::{self, Environment, Variable},
    known::Known,
};

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

/// Everything that was set, one thing over the other.
pub(super) struct Sources {
    figment: Figment,
    /// The outcome.
    pub(super) merged: Value,
    /// What could not be read at all.
    pub(super) problems: Vec<String>,
    /// Whether a file is missing from the outcome, so that nothing can be said of the whole.
    pub(super) is_partial: bool,
}

impl Sources {
    /// Puts everything together.
    ///
    /// # Errors
    /// When not even the built-in defaults can be read.
    pub(super) fn read(
        known: &Known,
        overrides: &Overrides,
        environment: &BTreeMap<String, String>,
    ) -> Result<Self, ConfigError> {
        let (variables, mut problems) = environment::variables(environment);
        let unread = problems.len();
        let file = operators_file(overrides.file.as_deref(), &mut problems);
        let is_partial = problems.len() > unread;
        let profile = overrides.profile.or_else(|| file.as_ref().and_then(profile_of)).unwrap_or_default();

        let mut figment = Figment::from(Serialized::defaults(Config::default()))
            .merge(Toml::string(DEFAULTS))
            .merge(Toml::string(match profile {
                Profile::Development => DEVELOPMENT,
                Profile::Production => PRODUCTION,
            }));
        if let Some(file) = file {
            figment = figment.merge(file);
        }
        if let Some(port) = environment.get("PORT").filter(|port| !port.is_empty()) {
            let text = format!("0.0.0.0:{port}");
            let port = Variable { name: "PORT".to_owned(), path: "server.listen".to_owned(), text };
            figment = figment.merge(Environment { variable: &port, default: None });
        }
        for variable in &variables {
            figment = figment.merge(Environment { variable, default: known.find(&variable.path) });
        }
        if let Some(profile) = overrides.profile {
            figment = figment.merge(Serialized::default("profile", profile));
        }
        if let Some(listen) = &overrides.listen {
            figment = figment.merge(Serialized::default("server.listen", listen));
        }
        if let Some(dir) = &overrides.data_dir {
            figment = figment.merge(Serialized::default("data_dir", dir));
        }
        if let Some(dir) = &overrides.plugins_dir {
            figment = figment.merge(Serialized::default("plugins_dir", dir));
        }
        let merged = figment.extract().map_err(|error| ConfigError(sentences(error)))?;
        Ok(Self { figment, merged, problems, is_partial })
    }

    /// Where the setting at this path was set, as the end of a sentence; nothing for a default.
    pub(super) fn place(&self, path: &str) -> String {
        let value = self.merged.find_ref(path);
        let metadata = value.and_then(|value| self.figment.get_metadata(value.tag()));
        metadata.map(place).unwrap_or_default()
    }
}

fn place(metadata: &figment::Metadata) -> String {
    match &metadata.source {
        Some(figment::Source::Custom(variable)) => format!(" (in {variable})"),
        Some(figment::Source::File(file)) => format!(" (in {})", file.display()),
        _ => String::new(),
    }
}

/// The operator's file, if there is one and it is TOML.
fn operators_file(named: Option<&Path>, problems: &mut Vec<String>) -> Option<Figment> {
    let file = match named {
        Some(file) if file.is_file() => file.to_owned(),
        Some(file) => {
            problems.push(format!("the configuration file `{}` is not there", file.display()));
            return None;
        }
        None => Some(PathBuf::from(FILE)).filter(|file| file.is_file())?,
    };
    let figment = Figment::from(Toml::file_exact(file));
    match figment.extract::<Value>() {
        Ok(_) => Some(figment),
        Err(error) => {
            problems.extend(sentences(error));
            None
        }
    }
}

/// The profile decides which defaults stand under the operator's file, so it is looked for first. One that is none is told with all
/// other problems.
fn profile_of(file: &Figment) -> Option<Profile> {
    file.extract_inner("profile").ok()
}

fn sentences(error: figment::Error) -> Vec<String> {
    let sentences = error.into_iter().map(|error| {
        let place = error.metadata.as_ref().map(place).unwrap_or_default();
        format!("{}{place}", without_excerpt(&sentence(&error.kind)))
    });
    sentences.collect()
}

/// The reader of TOML shows the line at fault, in which a secret may stand.
fn without_excerpt(text: &str) -> String {
    let is_excerpt =
        |line: &&str| line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ').starts_with('|');
    text.lines().filter(|line| !is_excerpt(line)).collect::<Vec<_>>().join(": ")
}
