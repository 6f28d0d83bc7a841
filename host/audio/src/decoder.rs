//! Bytes of an engine to samples.

use wheelhouse_core::speech::{AudioFormat, Encoding};

use crate::{AudioError, Layout, Result, pcm::PcmDecoder};

/// Makes samples of an engine's bytes, as they come and in pieces of any size. After an error nothing more comes of it.
pub struct Decoder {
    form: Form,
}

enum Form {
    Pcm(PcmDecoder),
    Unsupported(Encoding),
}

impl Decoder {
    /// For bytes of this form. What such bytes say of their layout themselves holds, whatever was announced.
    pub fn new(format: AudioFormat) -> Self {
        let form = match format.encoding {
            Encoding::PcmS16le => Form::Pcm(PcmDecoder::new(format.into())),
            other => Form::Unsupported(other),
        };
        Self { form }
    }

    /// Takes bytes, gives the samples that they complete, in whole frames.
    ///
    /// # Errors
    /// `Unreadable` and `Unsupported`.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<i16>) -> Result<()> {
        match &mut self.form {
            Form::Pcm(decoder) => decoder.push(bytes, out),
            Form::Unsupported(encoding) => return Err(AudioError::Unsupported(format!("{encoding:?}"))),
        }
        Ok(())
    }

    /// Says that no more bytes come, and gives the last samples.
    ///
    /// # Errors
    /// `Truncated` when they ended in the middle of something, and what [`push`](Self::push) can fail with.
    pub fn finish(&mut self, _out: &mut Vec<i16>) -> Result<()> {
        match &mut self.form {
            Form::Pcm(decoder) => decoder.finish(),
            Form::Unsupported(encoding) => Err(AudioError::Unsupported(format!("{encoding:?}"))),
        }
    }

    /// What the samples are; unknown until the bytes have said it.
    pub fn layout(&self) -> Option<Layout> {
        match &self.form {
            Form::Pcm(decoder) => Some(decoder.layout()),
            Form::Unsupported(_) => None,
        }
    }
}
