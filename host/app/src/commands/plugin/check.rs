//! `wheelhouse plugin check`.

use super::{CommandError, block_on, json, print, read};
use crate::{cli::CheckArgs, conformance};

pub(super) fn run(args: &CheckArgs) -> Result<(), CommandError> {
    // Whoever asks for a file that is not there has mistyped it.
    read(&args.file)?;
    // What goes wrong is what is looked for, and is told below.
    block_on("off", async {
        let mut told = Ok(());
        let mut tell = |finding: &conformance::Finding| {
            if !args.json && told.is_ok() {
                told = print(&format!("{finding}\n"));
            }
        };
        let report = conformance::check(&args.file, &mut tell).await?;
        told?;
        if args.json {
            print(&json(&report)?)?;
        } else if let Some(figures) = &report.figures {
            print(&format!("\n{figures}"))?;
        }
        if report.is_ok() {
            return Ok(());
        }
        Err(CommandError::Failed(format!("{} is not what hosts expect of a plugin", args.file.display())))
    })
}
