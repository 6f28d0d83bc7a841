//! `wheelhouse plugin new`.

use std::path::PathBuf;

use super::{CommandError, print};
use crate::{
    cli::NewArgs,
    project::{self, ProjectError},
};

pub(super) fn run(args: &NewArgs) -> Result<(), CommandError> {
    let folder = args.dir.clone().unwrap_or_else(|| PathBuf::from(&args.name));
    project::create(&args.name, args.lang, &folder)?;
    let mut text = format!("{} is a plugin in {} now. What comes next:\n\n", folder.display(), args.lang);
    text.push_str(&format!("    cd {}\n", folder.display()));
    for command in project::next_steps(&args.name, args.lang) {
        text.push_str(&format!("    {command}\n"));
    }
    text.push_str("\nIts README.md says what each does.\n");
    print(&text)
}

impl From<ProjectError> for CommandError {
    fn from(error: ProjectError) -> Self {
        match error {
            ProjectError::Usage(text) => Self::Usage(text),
            ProjectError::Failed(text) => Self::Failed(text),
        }
    }
}
