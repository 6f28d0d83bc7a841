//! Samples to bytes for a client.

use crate::{AudioError, Container, Layout, Result, layout_for, pcm, wav_header};

/// Makes bytes of samples, as they come and in pieces of any size.
pub struct Encoder {
    form: Form,
}

enum Form {
    /// With a header that has not been written yet.
    Samples(Option<[u8; 44]>),
}

impl Encoder {
    /// The layout is one that [`layout_for`] gives.
    ///
    /// # Errors
    /// `Unsupported` when it is not.
    pub fn new(container: Container, layout: Layout) -> Result<Self> {
        if layout_for(container, layout) != layout {
            let Layout { sample_rate, channels } = layout;
            let what = format!("{} with {channels} channels at {sample_rate} Hz", container.as_str());
            return Err(AudioError::Unsupported(what));
        }
        let form = match container {
            Container::Wav => Form::Samples(Some(wav_header(layout, None))),
            Container::Pcm => Form::Samples(None),
            other => return Err(AudioError::Unsupported(other.as_str().to_owned())),
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
            }
        }
        Ok(())
    }

    /// Gives the rest.
    ///
    /// # Errors
    /// `Encoder`.
    pub fn finish(self, out: &mut Vec<u8>) -> Result<()> {
        match self.form {
            Form::Samples(header) => out.extend(header.into_iter().flatten()),
        }
        Ok(())
    }
}
