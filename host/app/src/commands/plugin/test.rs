//! `wheelhouse plugin test`.

use std::path::Path;

use super::{CommandError, block_on, print, read};
use crate::{
    cases::{self, CaseError, CaseResult, TestError},
    cli::TestArgs,
};

/// What a plugin prints is of use to whoever looks for the reason.
const LOG: &str = "warn,wheelhouse_runtime::guest_log=info";

pub(super) fn run(args: &TestArgs) -> Result<(), CommandError> {
    read(&args.file)?;
    let beside = args.file.parent().unwrap_or(Path::new("")).join("cases");
    let files = cases::find(args.cases.as_deref().unwrap_or(&beside))?;
    block_on(LOG, async {
        let (mut told, mut count, mut failed) = (Ok(()), 0, 0);
        let mut tell = |file: &Path, result: &CaseResult| {
            count += 1;
            failed += usize::from(!result.problems.is_empty());
            if told.is_ok() {
                told = print(&line(file, result));
            }
        };
        cases::run(&args.file, &files, args.record, &mut tell).await?;
        told?;
        match failed {
            0 if count == 1 => print("1 case is as expected\n"),
            0 => print(&format!("{count} cases are as expected\n")),
            _ => Err(CommandError::Failed(format!("{failed} of {count} cases are not as expected"))),
        }
    })
}

fn line(file: &Path, result: &CaseResult) -> String {
    let word = if result.problems.is_empty() { "ok" } else { "FAILED" };
    let mut text = format!("{word:<8} {}: {}\n", file.display(), result.name);
    for problem in &result.problems {
        text.push_str(&format!("         {problem}\n"));
    }
    text
}

impl From<CaseError> for CommandError {
    fn from(error: CaseError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<TestError> for CommandError {
    fn from(error: TestError) -> Self {
        match error {
            TestError::Cases(error) => error.into(),
            TestError::Start(error) => error.into(),
        }
    }
}
