//! `wheelhouse plugin inspect`.

use std::path::Path;

use wheelhouse_runtime::{Need, Outline, outline};

use super::{CommandError, json, print, read};
use crate::{cli::InspectArgs, text::size};

pub(super) fn run(args: &InspectArgs) -> Result<(), CommandError> {
    let outline = outline(&read(&args.file)?);
    print(&if args.json { json(&outline)? } else { page(&args.file, &outline) })?;
    if outline.problems.is_empty() {
        return Ok(());
    }
    let reasons: Vec<String> =
        outline.problems.iter().map(|problem| format!("this host cannot load it: {problem}")).collect();
    Err(CommandError::Failed(reasons.join("\n")))
}

fn page(file: &Path, outline: &Outline) -> String {
    let mut text = format!("{}: {}, SHA-256 {}\n", file.display(), size(outline.size), outline.sha256);
    let contract = outline.contract.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
    text.push_str(&format!("contract  {contract}\n"));
    let widest = outline.imports.iter().map(|import| import.name.len()).max().unwrap_or_default();
    rows(&mut text, "exports", outline.exports.iter().cloned());
    rows(
        &mut text,
        "imports",
        outline.imports.iter().map(|import| format!("{:<widest$}  {}", import.name, sentence(import.need))),
    );
    text
}

fn rows(text: &mut String, label: &str, rows: impl Iterator<Item = String>) {
    let mut label = label;
    for row in rows {
        text.push_str(&format!("{label:<10}{row}\n"));
        label = "";
    }
    if !label.is_empty() {
        text.push_str(&format!("{label:<10}nothing\n"));
    }
}

fn sentence(need: Need) -> String {
    match need {
        Need::Grant(grant) => format!("needs the grant \"{grant}\""),
        Need::Free => "free".to_owned(),
        Need::Nothing => "linked, with nothing behind it".to_owned(),
        Need::Missing => "this host does not have it".to_owned(),
    }
}
