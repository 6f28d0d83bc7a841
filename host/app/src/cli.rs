//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::{
    config::{Overrides, Profile},
    project::Language,
};

/// The service host behind Wheels & Wins: REST, WebSocket, an assistant and speech.
///
/// Without a command it serves. Every setting can be given in a file, in the environment or here; `wheelhouse config show`
/// prints what is in force.
#[derive(Debug, Parser)]
#[command(name = "wheelhouse", version, propagate_version = true)]
pub struct Cli {
    /// Where settings come from.
    #[command(flatten)]
    pub settings: Settings,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// A file of settings [default: wheelhouse.toml, if it is there]
    #[arg(long, global = true, env = "WHEELHOUSE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What the host is run for [default: development]
    #[arg(long, global = true, env = "WHEELHOUSE_PROFILE", value_enum)]
    pub profile: Option<Profile>,
    /// Database file, compiled plugins, development secret [default: data]
    #[arg(long, global = true, env = "WHEELHOUSE_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Where plugins are dropped in [default: plugins]
    #[arg(long, global = true, env = "WHEELHOUSE_PLUGINS_DIR", value_name = "DIR")]
    pub plugins_dir: Option<PathBuf>,
    /// Address and port to serve on [default: 127.0.0.1:8000]
    #[arg(long, global = true, env = "WHEELHOUSE_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<String>,
}

impl From<Settings> for Overrides {
    fn from(settings: Settings) -> Self {
        Self {
            file: settings.config,
            profile: settings.profile,
            listen: settings.listen,
            data_dir: settings.data_dir,
            plugins_dir: settings.plugins_dir,
        }
    }
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve REST and WebSocket (this is the default)
    Serve,
    /// Speak a text into a file
    Say(SayArgs),
    /// Talk to PAM in the terminal, without a server
    Chat(ChatArgs),
    /// Write plugins, and look at those that are there
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// Say who looks after the host
    #[command(subcommand)]
    Account(AccountCommand),
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the OpenAPI document of the host and its plugins
    Openapi,
}

/// `wheelhouse say`.
#[derive(Debug, Args)]
pub struct SayArgs {
    /// What to say
    pub text: String,
    /// The file to write; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    #[cfg_attr(not(feature = "kiosk"), arg(required = true))]
    #[cfg_attr(feature = "kiosk", arg(required_unless_present = "aloud"))]
    pub output: Option<PathBuf>,
    /// Say it on this device, in its own voice
    #[cfg(feature = "kiosk")]
    #[arg(long, conflicts_with_all = ["output", "voice", "engine", "language", "format"])]
    pub aloud: bool,
    /// A voice [default: the engine's own]
    #[arg(long)]
    pub voice: Option<String>,
    /// The engine to begin with [default: the configured order]
    #[arg(long)]
    pub engine: Option<String>,
    /// The language of the text, as in `de-DE` [default: as the engine takes it]
    #[arg(long)]
    pub language: Option<String>,
    /// `wav`, `pcm`, `mp3`, `opus`, `flac` or `aac` [default: what the file's name ends in, or else `wav`]
    #[arg(long)]
    pub format: Option<String>,
    /// 1.0 is the voice's own pace
    #[arg(long)]
    pub speed: Option<f32>,
}

/// `wheelhouse chat`.
#[derive(Debug, Args)]
pub struct ChatArgs {
    /// Say this, print the answer and leave [default: ask line by line]
    pub message: Option<String>,
    /// Your time zone, as in `America/Denver` [default: the machine's]
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<String>,
}

/// `wheelhouse plugin`.
#[derive(Debug, Subcommand)]
pub enum PluginCommand {
    /// List plugins with what they bring, what they ask for, and why any of them is off
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// For those who write plugins.
    #[command(flatten)]
    Author(AuthorCommand),
}

/// What needs neither a configuration nor a data folder.
#[derive(Debug, Subcommand)]
pub enum AuthorCommand {
    /// Begin a plugin: a small, complete project with the kit inside
    New(NewArgs),
    /// Build a project into a component
    Build(BuildArgs),
    /// Say what a component brings and imports, without compiling it
    Inspect(InspectArgs),
    /// Hold a component against everything that a host expects of it
    Check(CheckArgs),
    /// Run a plugin's cases against it, with answers in the place of other servers
    Test(TestArgs),
}

/// `wheelhouse plugin new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// The plugin's id: kebab-case, unique in a host, never changed
    pub name: String,
    /// What it is written in
    #[arg(long, value_enum)]
    pub lang: Language,
    /// The project's folder [default: one named for the plugin]
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// `wheelhouse plugin build`.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// The project's folder
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// Where to put the component [default: into the project, named for it]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `wheelhouse plugin inspect`.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// A component
    pub file: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `wheelhouse plugin check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// A component
    pub file: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `wheelhouse plugin test`.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// A component
    pub file: PathBuf,
    /// A file of cases in TOML or JSON, or a folder of them [default: `cases` beside the component]
    #[arg(long, value_name = "FILE|DIR")]
    pub cases: Option<PathBuf>,
    /// Let requests go out, and write what was answered into the cases
    #[arg(long)]
    pub record: bool,
}

/// `wheelhouse account`.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Make an account an administrator's, who may switch plugins on and off, reload and remove them, and read the metrics
    Promote {
        /// The address that the account was registered with
        email: String,
    },
    /// Make an administrator's account a user's again
    Demote {
        /// The address that the account was registered with
        email: String,
    },
    /// List administrators
    List,
}

/// `wheelhouse config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every problem of the configuration at once
    Check,
    /// Print the settings in force, secrets left out
    Show,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::Cli;

    #[test]
    fn command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn speech_goes_into_a_file_or_where_it_can_aloud_and_not_both() {
        let takes = |options: &[&str]| {
            let words = ["wheelhouse", "say", "Hello."].iter().chain(options);
            Cli::try_parse_from(words).is_ok()
        };
        assert!(takes(&["-o", "hello.wav"]));
        assert!(!takes(&[]));
        assert_eq!(takes(&["--aloud", "--speed", "1.5"]), cfg!(feature = "kiosk"));
        assert!(!takes(&["--aloud", "-o", "hello.wav"]));
    }
}
