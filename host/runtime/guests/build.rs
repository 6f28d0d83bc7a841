//! Builds the examples of this package as components and embeds them in its library.

use std::process::ExitCode;

use wheelhouse_build::{Build, BuildError, embed};

fn main() -> ExitCode {
    match components() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "cargo shows this when the script fails")]
            {
                eprintln!("\n{error}\n");
            }
            ExitCode::FAILURE
        }
    }
}

fn components() -> Result<(), BuildError> {
    // The examples are built by cargo once more, for WebAssembly, and with them comes this very script.
    let is_guest = std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm");
    let components = if is_guest { Vec::new() } else { Build::new().examples(".").run()? };
    embed(&components, "crate::Guest")
}
