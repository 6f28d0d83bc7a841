use std::{fmt, time::Duration};

use serde::Serialize;
use wheelhouse_runtime::{Examination, Outline};

use crate::text::{size, time};

/// What one check came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub check: String,
    /// How it is.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// How it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", content = "text", rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be; what there is to say about it.
    Ok(String),
    /// Not so, and what to do.
    Failed(String),
    /// It was not looked at, and why.
    Skipped(String),
}

/// All findings, and what was measured on the way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// In the order of the checks.
    pub findings: Vec<Finding>,
    /// None where it never came to that.
    pub figures: Option<Figures>,
}

/// What a plugin costs on this machine.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Size of the component.
    pub component_bytes: u64,
    /// Size of the code that it is compiled to.
    pub compiled_bytes: u64,
    /// How long compiling takes, in milliseconds.
    pub compile_ms: f64,
    /// From nothing to an instance's first answer, the code being there, in milliseconds.
    pub cold_start_ms: f64,
    /// What was called to find out what a call costs.
    pub call: Option<String>,
    /// Median time of that call, in milliseconds.
    pub call_ms: Option<f64>,
    /// The most memory that an instance has had.
    pub memory_peak_bytes: Option<u64>,
}

impl Figures {
    pub(super) fn of(outline: &Outline, examination: &Examination) -> Self {
        Self {
            component_bytes: outline.size,
            compiled_bytes: examination.compiled_bytes,
            compile_ms: millis(examination.compile),
            cold_start_ms: millis(examination.cold_start),
            call: None,
            call_ms: None,
            memory_peak_bytes: None,
        }
    }
}

pub(super) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

impl Report {
    /// Whether nothing failed.
    pub fn is_ok(&self) -> bool {
        !self.findings.iter().any(|finding| matches!(finding.verdict, Verdict::Failed(_)))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, text) = match &self.verdict {
            Verdict::Ok(text) => ("ok", text),
            Verdict::Failed(text) => ("FAILED", text),
            Verdict::Skipped(text) => ("skipped", text),
        };
        write!(f, "{word:<8} {}", self.check)?;
        if text.is_empty() { Ok(()) } else { write!(f, ": {text}") }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |millis: f64| time(Duration::from_secs_f64(millis / 1e3));
        writeln!(f, "component   {}", size(self.component_bytes))?;
        writeln!(f, "compiled    {}, in {}", size(self.compiled_bytes), ms(self.compile_ms))?;
        writeln!(f, "cold start  {}", ms(self.cold_start_ms))?;
        if let (Some(call), Some(cost)) = (&self.call, self.call_ms) {
            writeln!(f, "a call      {}, the median of `{call}`", ms(cost))?;
        }
        if let Some(memory) = self.memory_peak_bytes {
            writeln!(f, "memory      {} at most", size(memory))?;
        }
        Ok(())
    }
}

/// Collects findings, and tells of each.
pub(super) struct Recorder<'t> {
    pub(super) findings: Vec<Finding>,
    tell: &'t mut dyn FnMut(&Finding),
}

impl<'t> Recorder<'t> {
    pub(super) fn new(tell: &'t mut dyn FnMut(&Finding)) -> Self {
        Self { findings: Vec::new(), tell }
    }

    pub(super) fn ok(&mut self, check: impl Into<String>, text: impl fmt::Display) {
        self.add(check.into(), Verdict::Ok(text.to_string()));
    }

    pub(super) fn failed(&mut self, check: impl Into<String>, text: impl fmt::Display) {
        self.add(check.into(), Verdict::Failed(text.to_string()));
    }

    pub(super) fn skipped(&mut self, check: impl Into<String>, text: impl fmt::Display) {
        self.add(check.into(), Verdict::Skipped(text.to_string()));
    }

    /// `Ok` or `Failed`, as it came out.
    pub(super) fn add_result(&mut self, check: impl Into<String>, result: Result<String, String>) {
        match result {
            Ok(text) => self.ok(check, text),
            Err(text) => self.failed(check, text),
        }
    }

    fn add(&mut self, check: String, verdict: Verdict) {
        let finding = Finding { check, verdict };
        (self.tell)(&finding);
        self.findings.push(finding);
    }
}
