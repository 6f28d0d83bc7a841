/// Why a text could not be spoken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text has nothing that this voice can say: it is empty, or only punctuation, pictures or a script
    /// that the voice does not read.
    #[error("the text has no words that this voice can speak")]
    NothingToSay,
    /// The speed is not a number from 0.5 to 2.0.
    #[error("the speed must be between 0.5 and 2.0, not {0}")]
    Speed(f32),
    /// A network or a table inside this crate could not be loaded.
    #[error("{part} cannot be loaded: {reason}")]
    Load {
        /// Which one.
        part: &'static str,
        /// What its reader says.
        reason: String,
    },
    /// A network failed on an input that was prepared for it.
    #[error("{part} failed: {reason}")]
    Run {
        /// Which one.
        part: &'static str,
        /// What it says.
        reason: String,
    },
}

impl Error {
    pub(crate) fn load(part: &'static str, reason: &dyn ToString) -> Error {
        Error::Load { part, reason: reason.to_string() }
    }

    pub(crate) fn run(part: &'static str, reason: &dyn ToString) -> Error {
        Error::Run { part, reason: reason.to_string() }
    }
}
