//! Frames to samples.

use symphonia_bundle_mp3::MpaDecoder;
use symphonia_core::codecs::audio::{AudioCodecParameters, AudioDecoderOptions, well_known::CODEC_ID_MP3};

use crate::{AudioError, Layout, Result, symphonia};

use super::Mp3Frames;

/// Decodes frame by frame.
pub(crate) struct Mp3Decoder {
    frames: Mp3Frames,
    codec: Option<MpaDecoder>,
}

impl Mp3Decoder {
    pub(crate) fn new() -> Self {
        Self { frames: Mp3Frames::new(), codec: None }
    }

    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut Vec<i16>) -> Result<()> {
        let codec = match &mut self.codec {
            Some(codec) => codec,
            none => none.insert(codec()?),
        };
        let mut failure = None;
        let split = self.frames.push(bytes, &mut |frame, _| {
            if failure.is_none() {
                failure = symphonia::decode(codec, frame, out).err();
            }
        });
        failure.map_or(split, Err)
    }

    pub(crate) fn finish(&self) -> Result<()> {
        self.frames.finish()
    }

    pub(crate) fn layout(&self) -> Option<Layout> {
        self.frames.layout()
    }
}

fn codec() -> Result<MpaDecoder> {
    let mut parameters = AudioCodecParameters::new();
    parameters.for_codec(CODEC_ID_MP3);
    MpaDecoder::try_new(&parameters, &AudioDecoderOptions::default())
        .map_err(|error| AudioError::Unsupported(error.to_string()))
}
