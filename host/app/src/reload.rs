//! Puts another `[plugins]` of the operator's file in force while the host serves.
//!
//! Grants, limits and settings of plugins are hot; everything else takes effect at the next start, and a change of it is said in the log.

use std::{
    convert::Infallible,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::{MissedTickBehavior, interval};

use crate::{
    config::{Config, ConfigError},
    host::Host,
};

/// How often the file is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// Reads the whole configuration again, environment and command line included.
type Load = Box<dyn Fn() -> Result<Config, ConfigError> + Send + Sync>;

/// The operator's file, and what is in force.
pub struct Reload {
    file: PathBuf,
    load: Load,
    text: Option<Vec<u8>>,
    in_force: Config,
}

impl Reload {
    /// Begins with what is in force: the configuration as it was read for the start.
    pub fn new(file: &Path, in_force: Config, load: Load) -> Self {
        Self { file: file.to_owned(), load, text: fs::read(file).ok(), in_force }
    }

    /// Looks at the file every second, until it is dropped.
    pub async fn follow(mut self, host: &Host) -> Infallible {
        let mut seconds = interval(EVERY);
        seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            seconds.tick().await;
            let Some(config) = self.look() else { continue };
            match host.configure_plugins(config.plugins.clone()) {
                Ok(()) => {
                    tracing::info!(file = %self.file.display(), "the configuration of plugins is in force")
                }
                Err(failure) => {
                    tracing::error!(problems = %failure.message, "the configuration was not taken");
                }
            }
        }
    }

    /// The configuration with other plugins, if the file has changed and brings such. A file with problems changes nothing.
    fn look(&mut self) -> Option<&Config> {
        let text = fs::read(&self.file).ok();
        if text == self.text {
            return None;
        }
        self.text = text;
        match (self.load)() {
            Ok(config) => {
                let plugins = config.plugins.clone();
                let rest = Config { plugins: self.in_force.plugins.clone(), ..config };
                if rest != self.in_force {
                    tracing::warn!(
                        file = %self.file.display(),
                        "the file changes more than plugins; that takes effect at the next start"
                    );
                }
                if plugins == self.in_force.plugins {
                    return None;
                }
                self.in_force.plugins = plugins;
                Some(&self.in_force)
            }
            Err(ConfigError(problems)) => {
                for problem in problems {
                    tracing::error!(file = %self.file.display(), problem, "the configuration has changed and is not taken");
                }
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeMap;

    use super::*;
    use crate::config::Overrides;

    fn reload(dir: &tempfile::TempDir, text: &str) -> Reload {
        let file = dir.path().join("wheelhouse.toml");
        fs::write(&file, text).unwrap();
        let overrides = Overrides { file: Some(file.clone()), ..Overrides::default() };
        let load = move || Config::load(&overrides, &BTreeMap::new());
        Reload::new(&file, load().unwrap(), Box::new(load))
    }

    #[test]
    fn a_file_that_grants_more_brings_other_plugins_once() {
        let dir = tempfile::tempdir().unwrap();
        let mut reload = reload(&dir, "");
        assert!(reload.look().is_none());
        fs::write(&reload.file, "[plugins.tally]\ngrants = [\"documents\"]\n").unwrap();
        assert_eq!(reload.look().unwrap().plugins["tally"].grants.len(), 1);
        assert!(reload.look().is_none());
    }

    #[test]
    fn a_file_with_problems_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let mut reload = reload(&dir, "");
        fs::write(&reload.file, "[plugins.tally]\ngrants = [\"everything\"]\n").unwrap();
        assert!(reload.look().is_none());
        fs::write(&reload.file, "[plugins.tally]\nenabled = false\n").unwrap();
        assert!(!reload.look().unwrap().plugins["tally"].enabled);
    }

    #[test]
    fn a_file_that_is_gone_takes_its_plugins_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("wheelhouse.toml");
        let mut reload = reload(&dir, "[plugins.tally]\nenabled = false\n");
        reload.load = Box::new(|| Config::load(&Overrides::default(), &BTreeMap::new()));
        fs::remove_file(file).unwrap();
        assert!(!reload.look().unwrap().plugins.contains_key("tally"));
    }
}
