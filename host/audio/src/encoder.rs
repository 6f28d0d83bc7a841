//! Samples to bytes for a client.

use crate::{
    AudioError, Container, Layout, Result, aac::AacEncoder, flac::FlacEncoder, layout_for, mp3::Mp3Encoder,
    opus::OpusEncoder, pcm, wav_header,
};

/// Makes bytes of samples, as they come and in pieces of any size.
pub struct Encoder {
    form: Form,
}

enum Form {
    /// With a header that has not been written yet.
    Samples(Option<[u8; 44]>),
    Mp3(Box<Mp3Encoder>),
    Opus(Box<OpusEncoder>),
    Flac(Box<FlacEncoder>),
    Aac(Box<AacEncoder>),
}

impl Encoder {
    /// The layout is one that [`layout_for`] gives.
    ///
    /// # Errors
    /// `Unsupported` when it is not, or when the machine lacks what AAC needs.
    pub fn new(container: Container, layout: Layout) -> Result<Self> {
        if layout_for(container, layout) != layout {
            let Layout { sample_rate, channels } = layout;
            let what = format!("{} with {channels} channels at {sample_rate} Hz", container.as_str());
            return Err(AudioError::Unsupported(what));
        }
        let form = match container {
            Container::Wav => Form::Samples(Some(wav_header(layout, None))),
            Container::Pcm => Form::Samples(None),
            Container::Mp3 => Form::Mp3(Box::new(Mp3Encoder::new(layout))),
            Container::Opus => Form::Opus(Box::new(OpusEncoder::new(layout)?)),
            Container::Flac => Form::Flac(Box::new(FlacEncoder::new(layout))),
            Container::Aac => Form::Aac(Box::new(AacEncoder::new(layout)?)),
        };
        Ok(Self { form })
    }

    /// Takes whole frames, gives the bytes that they complete.
    ///
    /// # Errors
    /// `Encoder`.
    pub fn push(&mut self, samples: &[i16], out: &mut Vec<u8>) -> Result<()> {
        match &mut self.form {
            Form::Samples(header) => {
                out.extend(header.take().into_iter().flatten());
                pcm::write(samples, out);
                Ok(())
            }
            Form::Mp3(encoder) => {
                encoder.push(samples, out);
                Ok(())
            }
            Form::Opus(encoder) => encoder.push(samples, out),
            Form::Flac(encoder) => {
                encoder.push(samples, out);
                Ok(())
            }
            Form::Aac(encoder) => encoder.push(samples, out),
        }
    }

    /// Gives the rest. Without it the bytes may lack their end; dropping the encoder instead stops whatever
    /// it does.
    ///
    /// # Errors
    /// `Encoder`.
    pub fn finish(self, out: &mut Vec<u8>) -> Result<()> {
        match self.form {
            Form::Samples(header) => {
                out.extend(header.into_iter().flatten());
                Ok(())
            }
            Form::Mp3(encoder) => {
                encoder.finish(out);
                Ok(())
            }
            Form::Opus(encoder) => encoder.finish(out),
            Form::Flac(encoder) => {
                encoder.finish(out);
                Ok(())
            }
            Form::Aac(encoder) => encoder.finish(out),
        }
    }
}
