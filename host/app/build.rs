//! Builds the bundled plugins and embeds them.

use std::process::ExitCode;

use wheelhouse_build::{Build, BuildError, embed};

fn main() -> ExitCode {
    match bundle() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Cargo shows this when the script fails; returning the error would show its debug form.
            #[expect(clippy::print_stderr)]
            {
                eprintln!("\n{error}\n");
            }
            ExitCode::FAILURE
        }
    }
}

fn bundle() -> Result<(), BuildError> {
    let plugins = Build::new().package("assist").package("wins").package("hibari").run()?;
    embed(&plugins, "wheelhouse_runtime::Bundled")
}
