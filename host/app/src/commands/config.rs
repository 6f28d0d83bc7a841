//! `wheelhouse config`.

use super::{CommandError, print};
use crate::{
    cli::ConfigCommand,
    config::{Config, ConfigError, Reading},
    names,
};

pub(super) fn run(
    command: &ConfigCommand,
    reading: Result<Reading, ConfigError>,
) -> Result<(), CommandError> {
    match command {
        ConfigCommand::Check => check(reading?),
        ConfigCommand::Show => show(&reading?.finish()?),
    }
}

/// Everything that can be told without a server and without compiling.
fn check(mut reading: Reading) -> Result<(), CommandError> {
    let open = match reading.whole().map(names::check) {
        Some(Ok(names)) => {
            reading.extend(names.unknown);
            names.open
        }
        Some(Err(failure)) => {
            reading.extend([format!("plugins_dir: {}", failure.message)]);
            Vec::new()
        }
        None => Vec::new(),
    };
    reading.finish()?;
    let mut text = "The configuration is in order.\n".to_owned();
    for sentence in open {
        text.push_str(&format!("{sentence}.\n"));
    }
    print(&text)
}

fn show(config: &Config) -> Result<(), CommandError> {
    let text = toml::to_string(config).map_err(|error| CommandError::Failed(error.to_string()))?;
    print(&text)
}
