//! `wheelhouse config`.

use super::{CommandError, print};
use crate::{
    cli::ConfigCommand,
    config::{Config, ConfigError},
};

pub(super) fn run(command: &ConfigCommand, loaded: Result<Config, ConfigError>) -> Result<(), CommandError> {
    let config = loaded?;
    match command {
        ConfigCommand::Check => print("The configuration is in order.\n"),
        ConfigCommand::Show => {
            let text = toml::to_string(&config).map_err(|error| CommandError::Failed(error.to_string()))?;
            print(&text)
        }
    }
}
