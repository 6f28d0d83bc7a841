//! What can go wrong with audio.

/// What can go wrong with audio, named by what the caller can do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AudioError {
    /// The bytes end in the middle of something. What came before it has been given; whether that is enough
    /// is the caller's to say.
    #[error("the audio ends in the middle of a frame")]
    Truncated,
    /// The bytes are not what they were said to be. Nothing more comes of them: another engine may do better.
    #[error("the audio cannot be read: {0}")]
    Unreadable(String),
    /// It is what it was said to be, of a kind that is not read or made here. Asking for another form or
    /// layout helps.
    #[error("such audio is not supported: {0}")]
    Unsupported(String),
    /// The encoder failed. The samples are not at fault: another form, or a later time, may do.
    #[error("the audio cannot be encoded: {0}")]
    Encoder(String),
}

/// A result of this crate.
pub type Result<T, E = AudioError> = std::result::Result<T, E>;
