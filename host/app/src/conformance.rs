//! Whether a component is what hosts expect of a plugin: everything that can be found out without knowing what it is for.
//!
//! It is looked at, compiled, asked what it is, loaded with nothing granted and then with all that it asks for, and called in every way:
//! with arguments made from its schemas, with others that do not fit, given up half way and without time. Servers outside take no
//! connection, and documents are gone afterwards.

mod arguments;
mod bearing;
mod chat;
mod outline;
mod report;
mod routes;
mod sample;
mod speech;
mod subject;
mod tools;

use std::{path::Path, sync::Arc};

use wheelhouse_core::plugin::Export;
use wheelhouse_runtime::{
    Declared, Examination, OutgoingRequest, Outline, Outside, Passage, ServerAnswer, outline,
};

pub use report::{Figures, Finding, Report, Verdict};

use crate::{
    host::StartError,
    workbench::{Terms, Workbench, all_grants, with_settings},
};
use report::Recorder;
use subject::Subject;

/// Nobody takes a connection.
struct NobodyThere;

impl Outside for NobodyThere {
    fn request(&self, _: &OutgoingRequest) -> Passage {
        Passage::Refused("servers are not there while a plugin is checked".to_owned())
    }

    fn answered(&self, _: &OutgoingRequest, _: &ServerAnswer) {}
}

/// Checks the component in a file. `tell` hears of each finding as soon as it is there.
///
/// # Errors
/// When there is no host to check it with, or the file cannot be read: that says nothing about the plugin.
pub async fn check(file: &Path, tell: &mut dyn FnMut(&Finding)) -> Result<Report, StartError> {
    let unreadable =
        |error: std::io::Error| StartError::Failed(format!("cannot read {}: {error}", file.display()));
    let outline = outline(&std::fs::read(file).map_err(unreadable)?);
    let mut recorder = Recorder::new(tell);
    let figures = examine(file, &outline, &mut recorder).await?;
    Ok(Report { findings: recorder.findings, figures })
}

async fn examine(
    file: &Path,
    outline: &Outline,
    recorder: &mut Recorder<'_>,
) -> Result<Option<Figures>, StartError> {
    if !outline::check(outline, recorder) {
        return Ok(None);
    }
    let bench = Workbench::new(file).map_err(|error| StartError::Failed(error.to_string()))?;
    let Some(examination) = described(&bench, recorder).await else { return Ok(None) };
    let mut figures = Figures::of(outline, &examination);
    let Ok(declared) = &examination.declared else { return Ok(Some(figures)) };
    outline::check_asks(outline, declared, recorder);
    if serves_ungranted(&bench, declared, recorder).await {
        serves_granted(&bench, declared, recorder, &mut figures).await;
    }
    Ok(Some(figures))
}

/// Compiles it and has it say what it is.
async fn described(bench: &Workbench, recorder: &mut Recorder<'_>) -> Option<Examination> {
    let examination = match bench.examine().await {
        Ok(examination) => examination,
        Err(error) => {
            recorder.failed("compile and describe", error);
            return None;
        }
    };
    recorder.ok("compile and describe", crate::text::time(examination.compile));
    match examination.is_steady {
        true => recorder.ok("describe twice", "says the same both times"),
        false => recorder.failed(
            "describe twice",
            "what it says of itself differs from time to time; it must not depend on the time, on randomness or on an order that changes",
        ),
    }
    match &examination.declared {
        Ok(declared) => recorder.ok("declaration", format!("`{}` is in order", declared.id)),
        Err(problem) => recorder.failed("declaration", problem),
    }
    Some(examination)
}

async fn serves_ungranted(bench: &Workbench, declared: &Declared, recorder: &mut Recorder<'_>) -> bool {
    let config = with_settings(Vec::new(), sample::settings(declared.settings.as_ref()));
    let terms = Terms { plugin: Some((declared.id.clone(), config)), ..Terms::default() };
    match bench.start("ungranted", terms).await {
        Ok(host) => {
            host.stop().await;
            recorder.ok("start with nothing granted", "");
            true
        }
        Err(error) => {
            recorder.failed("start with nothing granted", error);
            false
        }
    }
}

async fn serves_granted(
    bench: &Workbench,
    declared: &Declared,
    recorder: &mut Recorder<'_>,
    figures: &mut Figures,
) {
    let config = with_settings(all_grants(declared), sample::settings(declared.settings.as_ref()));
    let terms = Terms {
        plugin: Some((declared.id.clone(), config)),
        outside: Some(Arc::new(NobodyThere)),
        ..Terms::default()
    };
    let host = match bench.start("granted", terms).await {
        Ok(host) => host,
        Err(error) => return recorder.failed("start with everything granted", error),
    };
    recorder.ok("start with everything granted", "servers outside take no connection");
    let subject = Subject::new(&host, &declared.id);
    tools::check(&subject, recorder).await;
    routes::check(&subject, recorder).await;
    if subject.exports(Export::Speech) {
        speech::check(&subject, recorder).await;
    }
    if subject.exports(Export::Chat) {
        chat::check(&subject, recorder).await;
    }
    bearing::check(&subject, recorder, figures).await;
    host.stop().await;
}
