//! One module a command.

mod account;
mod chat;
mod config;
mod openapi;
mod plugin;
mod say;
mod serve;

use std::{
    collections::BTreeMap,
    fmt,
    io::{IsTerminal, Write},
    process::ExitCode,
};

use wheelhouse_core::Failure;

use crate::{
    cli::{Cli, Command, PluginCommand},
    config::{Config, ConfigError, LogConfig, Overrides},
    host::{Host, StartError},
    progress,
    reload::Reload,
    telemetry,
};

/// Why a command ended without success, with the exit code that tells it apart.
#[derive(Debug)]
pub enum CommandError {
    /// Configuration or usage: exit code 2.
    Usage(String),
    /// While running: exit code 1.
    Failed(String),
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Usage(text) | Self::Failed(text)) = self;
        f.write_str(text)
    }
}

impl From<ConfigError> for CommandError {
    fn from(error: ConfigError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<StartError> for CommandError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Config(error) => error.into(),
            StartError::Failed(text) => Self::Failed(text),
        }
    }
}

impl From<Failure> for CommandError {
    fn from(failure: Failure) -> Self {
        // On one's own terminal nothing needs to be kept from the reader.
        Self::Failed(match &failure.detail {
            Some(detail) => format!("{} ({detail})", failure.message),
            None => failure.message,
        })
    }
}

impl From<std::io::Error> for CommandError {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Runs the command to its end: exit code 0, 1 for a failure while running, 2 for configuration or usage.
pub fn run(cli: Cli) -> ExitCode {
    match dispatch(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let text = error.to_string();
            let mut stderr = std::io::stderr().lock();
            for line in text.lines() {
                // Nothing is left to be done when even this cannot be written.
                let _ = writeln!(stderr, "wheelhouse: {line}");
            }
            ExitCode::from(if matches!(error, CommandError::Usage(_)) { 2 } else { 1 })
        }
    }
}

fn dispatch(cli: Cli) -> Result<(), CommandError> {
    let overrides = Overrides::from(cli.settings);
    let environment: BTreeMap<String, String> = std::env::vars().collect();
    match cli.command.unwrap_or(Command::Serve) {
        Command::Config(command) => config::run(&command, Config::read(&overrides, &environment)),
        Command::Plugin(PluginCommand::Author(command)) => plugin::author(&command),
        command => {
            let mut config = Config::load(&overrides, &environment)?;
            // In a terminal the answer is what counts, unless somebody has asked for more.
            if !matches!(command, Command::Serve) && config.log == LogConfig::default() {
                config.log.filter = "warn".to_owned();
            }
            telemetry::start(&config.log);
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(async move {
                match command {
                    Command::Serve => {
                        let (file, in_force) = (overrides.file(), config.clone());
                        let load = move || Config::load(&overrides, &environment);
                        serve::run(config, Reload::new(&file, in_force, Box::new(load))).await
                    }
                    Command::Say(args) => say::run(config, args).await,
                    Command::Chat(args) => chat::run(config, args).await,
                    Command::Account(command) => account::run(&config, &command).await,
                    Command::Plugin(PluginCommand::List { json }) => plugin::list(config, json).await,
                    Command::Openapi => openapi::run(config).await,
                    Command::Config(_) | Command::Plugin(PluginCommand::Author(_)) => Ok(()),
                }
            })
        }
    }
}

/// Starts the host for a command that ends by itself. Who sits at a terminal learns what the first start takes its time for.
async fn start(config: Config) -> Result<Host, CommandError> {
    let host = Host::start(config).await?;
    if let Some(sentence) = progress::first_time(&host.catalog.current()) {
        let mut stderr = std::io::stderr().lock();
        if stderr.is_terminal() {
            // Nothing depends on its being read.
            let _ = writeln!(stderr, "wheelhouse: {sentence}");
        }
    }
    Ok(host)
}

/// Runs a command that needs a host of its own and no configuration.
fn block_on(log: &str, work: impl Future<Output = Result<(), CommandError>>) -> Result<(), CommandError> {
    telemetry::start(&LogConfig { filter: log.to_owned(), ..LogConfig::default() });
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// A value as people and programs read it.
fn json(value: &impl serde::Serialize) -> Result<String, CommandError> {
    let text =
        serde_json::to_string_pretty(value).map_err(|error| CommandError::Failed(error.to_string()))?;
    Ok(format!("{text}\n"))
}

/// Prints to standard output; a reader that has gone away, such as `head`, is no error.
fn print(text: &str) -> Result<(), CommandError> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
