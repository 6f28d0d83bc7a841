//! A configuration as far as it could be read, with all that is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Config, ConfigError, Overrides, check, known::Known, sources::Sources};

/// A configuration and its problems. What could not be read stands at its default.
pub struct Reading {
    config: Option<Config>,
    sources: Sources,
    /// Settings that something is wrong with already: what stands there now was never asked for.
    settled: BTreeSet<String>,
    problems: Vec<String>,
}

impl Reading {
    /// Reads built-in defaults, the profile's, the operator's file, the environment, the command line.
    ///
    /// # Errors
    /// When not even the built-in defaults can be read.
    pub(super) fn new(
        overrides: &Overrides,
        environment: &BTreeMap<String, String>,
    ) -> Result<Self, ConfigError> {
        let known = Known::new()?;
        let mut sources = Sources::read(&known, overrides, environment)?;
        let (config, wrong) = check::read(&known, &sources.merged);
        let problems = std::mem::take(&mut sources.problems);
        let mut reading = Self { config, sources, settled: BTreeSet::new(), problems };
        for problem in &wrong {
            reading.add(&problem.path, &problem.text);
        }
        reading.settled = wrong.into_iter().map(|problem| problem.path).collect();
        if let Some(config) = reading.whole() {
            let problems = config.problems();
            reading.extend(problems);
        }
        Ok(reading)
    }

    /// The configuration, unless a part of it is missing so that nothing can be said of the whole.
    pub fn whole(&self) -> Option<&Config> {
        self.config.as_ref().filter(|_| !self.sources.is_partial)
    }

    /// Adds what else was found out: sentences that begin with a setting and a colon. One about a setting that could not be read is
    /// left out.
    pub fn extend(&mut self, found: impl IntoIterator<Item = String>) {
        for sentence in found {
            match sentence.split_once(": ") {
                Some((path, text)) if !self.is_settled(path) => self.add(path, text),
                Some(_) => {}
                None => self.problems.push(sentence),
            }
        }
    }

    /// The configuration, if all is well.
    ///
    /// # Errors
    /// All problems at once.
    pub fn finish(self) -> Result<Config, ConfigError> {
        match self.config {
            Some(config) if self.problems.is_empty() => Ok(config),
            _ => Err(ConfigError(self.problems)),
        }
    }

    fn add(&mut self, path: &str, text: &str) {
        self.problems.push(format!("{path}: {text}{}", self.sources.place(path)));
    }

    fn is_settled(&self, path: &str) -> bool {
        let within = |inner: &str, outer: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.settled.iter().any(|wrong| within(path, wrong) || within(wrong, path))
    }
}
