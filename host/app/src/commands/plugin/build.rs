//! `wheelhouse plugin build`.

use super::{CommandError, print};
use crate::{cli::BuildArgs, project, text::size};

pub(super) fn run(args: &BuildArgs) -> Result<(), CommandError> {
    let component = project::build(&args.dir, args.output.as_deref())?;
    let bytes = std::fs::metadata(&component)?.len();
    print(&format!("{}: {}\n", component.display(), size(bytes)))
}
