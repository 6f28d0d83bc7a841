//! Bytes of an engine to samples.

use wheelhouse_core::speech::{AudioFormat, Encoding};

use crate::{
    Layout, Result, aac::AacDecoder, flac::FlacDecoder, mp3::Mp3Decoder, opus::OpusDecoder, pcm::PcmDecoder,
};

/// Makes samples of an engine's bytes, as they come and in pieces of any size. After an error nothing more
/// comes of it.
pub struct Decoder {
    form: Form,
}

enum Form {
    Pcm(PcmDecoder),
    Mp3(Box<Mp3Decoder>),
    Opus(Box<OpusDecoder>),
    Flac(Box<FlacDecoder>),
    Aac(Box<AacDecoder>),
}

impl Decoder {
    /// For bytes of this form. What such bytes say of their layout themselves holds, whatever was announced.
    pub fn new(format: AudioFormat) -> Self {
        let layout = format.into();
        let form = match format.encoding {
            Encoding::PcmS16le => Form::Pcm(PcmDecoder::new(layout)),
            Encoding::Mp3 => Form::Mp3(Box::new(Mp3Decoder::new())),
            Encoding::Opus => Form::Opus(Box::new(OpusDecoder::new(layout))),
            Encoding::Flac => Form::Flac(Box::new(FlacDecoder::new())),
            Encoding::Aac => Form::Aac(Box::new(AacDecoder::new())),
        };
        Self { form }
    }

    /// Takes bytes, gives the samples that they complete, in whole frames. Silence can be very short: a few
    /// bytes of FLAC or Opus may stand for a third of a second, so whoever bounds what comes out pushes a few
    /// KiB at a time.
    ///
    /// # Errors
    /// `Unreadable` and `Unsupported`. Samples before that have been given.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<i16>) -> Result<()> {
        match &mut self.form {
            Form::Pcm(decoder) => {
                decoder.push(bytes, out);
                Ok(())
            }
            Form::Mp3(decoder) => decoder.push(bytes, out),
            Form::Opus(decoder) => decoder.push(bytes, out),
            Form::Flac(decoder) => decoder.push(bytes, out),
            Form::Aac(decoder) => decoder.push(bytes, out),
        }
    }

    /// Says that no more bytes come. No samples are held back until then: there is none to give.
    ///
    /// # Errors
    /// `Truncated` when the bytes ended in the middle of something, or before an end that their form has:
    /// Opus says which page is the last one, FLAC may say how many samples there are.
    pub fn finish(&mut self, _out: &mut Vec<i16>) -> Result<()> {
        match &mut self.form {
            Form::Pcm(decoder) => decoder.finish(),
            Form::Mp3(decoder) => decoder.finish(),
            Form::Opus(decoder) => decoder.finish(),
            Form::Flac(decoder) => decoder.finish(),
            Form::Aac(decoder) => decoder.finish(),
        }
    }

    /// What the samples are; unknown until the bytes have said it.
    pub fn layout(&self) -> Option<Layout> {
        match &self.form {
            Form::Pcm(decoder) => Some(decoder.layout()),
            Form::Mp3(decoder) => decoder.layout(),
            Form::Opus(decoder) => decoder.layout(),
            Form::Flac(decoder) => decoder.layout(),
            Form::Aac(decoder) => decoder.layout(),
        }
    }
}
