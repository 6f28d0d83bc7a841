/// Why a text could not be spoken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Of the text nothing was heard: it is punctuation, pictures, or a script that the voice does not read.
    #[error("the text has no words that this voice can speak")]
    NothingToSay,
    /// Pico gave up on the text, or was asked for sound again and again and neither gave any nor came to an
    /// end. As every text has a Pico of its own, it is this text that does that.
    #[error("Pico cannot read the text to its end")]
    Unreadable,
    /// A call of Pico failed that has nothing to do with the text.
    #[error("Pico's {call} failed with {status}")]
    Pico {
        /// Which one.
        call: &'static str,
        /// What it returned.
        status: i32,
    },
}
