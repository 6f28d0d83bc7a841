//! Files of cases.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;

use super::case::{Case, Exchange};

/// What is wrong with a file of cases: all of it, a line each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CaseError(pub String);

/// A file, and what it has.
#[derive(Debug, Clone)]
pub(super) struct CaseFile {
    pub(super) path: PathBuf,
    pub(super) text: String,
    pub(super) cases: Vec<Case>,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Toml,
    Json,
}

impl Form {
    pub(super) fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "toml" => Some(Self::Toml),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// The files that somebody means: one, or all of a folder by name.
///
/// # Errors
/// When there is none.
pub fn find(place: &Path) -> Result<Vec<PathBuf>, CaseError> {
    if place.is_file() {
        return Ok(vec![place.to_owned()]);
    }
    let entries = fs::read_dir(place).map_err(|error| unreadable(place, &error))?;
    let mut files: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| Form::of(path).is_some()).collect();
    files.sort();
    if files.is_empty() {
        return Err(CaseError(format!("there are no cases in {}: no .toml and no .json", place.display())));
    }
    Ok(files)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    #[serde(rename = "case")]
    cases: Vec<Case>,
}

impl CaseFile {
    pub(super) fn read(path: &Path) -> Result<Self, CaseError> {
        let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
        let told = |error: String| CaseError(format!("{}: {}", path.display(), error.trim_end()));
        let content: Content = match Form::of(path) {
            Some(Form::Json) => serde_json::from_str(&text).map_err(|error| told(error.to_string()))?,
            Some(Form::Toml) => toml::from_str(&text).map_err(|error| told(error.to_string()))?,
            None => return Err(told("cases are in files named .toml or .json".to_owned())),
        };
        let mut problems = Vec::new();
        for (index, case) in content.cases.iter().enumerate() {
            let name = name(case, index);
            problems.extend(case.problems().into_iter().map(|problem| told(format!("{name}: {problem}")).0));
        }
        if problems.is_empty() {
            Ok(Self { path: path.to_owned(), text, cases: content.cases })
        } else {
            Err(CaseError(problems.join("\n")))
        }
    }
}

/// What a case is called.
pub(super) fn name(case: &Case, index: usize) -> String {
    case.name.clone().unwrap_or_else(|| format!("case {}", index + 1))
}

impl Case {
    /// What the types cannot say.
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let ways = [self.tool.is_some(), self.route.is_some(), self.say.is_some()];
        if ways.iter().filter(|is_there| **is_there).count() != 1 {
            problems.push("it needs one of `tool`, `route` and `say`".to_owned());
        }
        if self.expect.is_some() && self.fails.is_some() {
            problems.push(
                "it has both `expect` and `fails`: an answer or a failure can come, not both".to_owned(),
            );
        }
        if self.field.is_some() && self.fails.is_none() {
            problems.push("`field` belongs to `fails`".to_owned());
        }
        if let Some(now) = self.terms.now.as_ref().filter(|now| now.parse::<Timestamp>().is_err()) {
            problems.push(format!("`now` is no time: `{now}`; one is 2026-11-22T18:00:00Z"));
        }
        if let Some(zone) = self.time_zone.as_ref().filter(|zone| TimeZone::get(zone).is_err()) {
            problems.push(format!("`{zone}` is no time zone; one is America/Denver"));
        }
        problems.extend(self.exchanges.iter().filter_map(Exchange::problem));
        problems
    }
}

impl Exchange {
    fn problem(&self) -> Option<String> {
        let of = |problem: &str| Some(format!("the exchange `{}` {problem}", self.request));
        let bodies = [self.json.is_some(), self.body.is_some(), self.body_base64.is_some()];
        if !self.request.split_once(' ').is_some_and(|(_, url)| url.contains("://")) {
            return of("names no method and URL, such as `GET https://api.example.com/*`");
        }
        if !(200..600).contains(&self.status) {
            return of("has a status that is none: 200 to 599");
        }
        if bodies.iter().filter(|is_there| **is_there).count() > 1 {
            return of("has more than one body");
        }
        if self.body_base64.as_ref().is_some_and(|body| BASE64_STANDARD.decode(body).is_err()) {
            return of("has a `body_base64` that is no Base64");
        }
        None
    }
}

fn unreadable(path: &Path, error: &io::Error) -> CaseError {
    CaseError(format!("cannot read the cases in {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(name: &str, text: &str) -> Result<CaseFile, CaseError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        CaseFile::read(&path)
    }

    #[test]
    fn cases_are_the_same_in_both_forms() {
        let toml = r#"
            [[case]]
            tool = "add"
            arguments = { first = 1 }
            settings = { days = 3 }
            [[case.exchange]]
            request = "GET https://a.test/*"
            json = { high = 21.5 }
        "#;
        let json = r#"{"case": [{"tool": "add", "arguments": {"first": 1}, "settings": {"days": 3},
            "exchange": [{"request": "GET https://a.test/*", "json": {"high": 21.5}}]}]}"#;
        let [toml, json] = [("a.toml", toml), ("a.json", json)].map(|(name, text)| {
            let case = read(name, text).unwrap().cases.remove(0);
            (case.arguments, case.terms, case.exchanges)
        });
        assert_eq!(toml, json);
    }

    #[test]
    fn what_is_wrong_is_said_all_at_once_with_the_cases_name() {
        let text = r#"
            [[case]]
            name = "first"
            tool = "a"
            say = "b"
            [[case]]
            tool = "a"
            field = "x"
            now = "soon"
            exchange = [{ request = "a.test" }]
        "#;
        let CaseError(problems) = read("a.toml", text).unwrap_err();
        for said in
            ["first: it needs one of", "case 2: `field`", "case 2: `now`", "case 2: the exchange `a.test`"]
        {
            assert!(problems.contains(said), "{said} is not in {problems}");
        }
        assert!(read("a.toml", "[[case]]\ntol = \"a\"\n").unwrap_err().0.contains("tol"));
        assert!(read("a.txt", "").unwrap_err().0.contains(".toml or .json"));
    }
}
