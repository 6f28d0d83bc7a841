//! Frames to samples.

use symphonia_codec_aac::AacDecoder as Codec;
use symphonia_core::{
    audio::layouts::{CHANNEL_LAYOUT_MONO, CHANNEL_LAYOUT_STEREO},
    codecs::audio::{AudioCodecParameters, AudioDecoderOptions, well_known::CODEC_ID_AAC},
};

use crate::{AudioError, Layout, Result, symphonia};

/// By the number that stands for them.
const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/// Decodes frame by frame.
pub(crate) struct AacDecoder {
    held: Vec<u8>,
    layout: Option<Layout>,
    codec: Option<Codec>,
}

/// What stands before a frame.
struct Header {
    layout: Layout,
    /// Bytes of the header, and with the frame.
    length: usize,
    size: usize,
}

impl Header {
    const LEAST: usize = 7;

    fn read(bytes: &[u8; Self::LEAST]) -> Result<Self> {
        let word = bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        let field = |shift: u32, bits: u32| (word >> shift) as usize & ((1 << bits) - 1);
        let length = if field(40, 1) == 1 { 7 } else { 9 };
        let size = field(13, 13);
        let (sync, layer) = (field(44, 12), field(41, 2));
        let rate = RATES.get(field(34, 4));
        let Some(sample_rate) = rate.copied().filter(|_| sync == 0xFFF && layer == 0 && size > length) else {
            return Err(AudioError::Unreadable("there is no ADTS frame where one must begin".to_owned()));
        };
        let (kind, channels, more) = (field(38, 2), field(30, 3), field(0, 2));
        if kind != 1 || !(1..=2).contains(&channels) || more != 0 {
            let what = format!("AAC of kind {kind} with {channels} channels and {more} more blocks a frame");
            return Err(AudioError::Unsupported(what));
        }
        Ok(Self { layout: Layout { sample_rate, channels: channels as u8 }, length, size })
    }
}

impl AacDecoder {
    pub(crate) fn new() -> Self {
        Self { held: Vec::new(), layout: None, codec: None }
    }

    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut Vec<i16>) -> Result<()> {
        self.held.extend_from_slice(bytes);
        let mut at = 0;
        let result = self.advance(&mut at, out);
        self.held.drain(..at);
        result
    }

    pub(crate) fn finish(&self) -> Result<()> {
        if self.held.is_empty() { Ok(()) } else { Err(AudioError::Truncated) }
    }

    pub(crate) fn layout(&self) -> Option<Layout> {
        self.layout
    }

    fn advance(&mut self, at: &mut usize, out: &mut Vec<i16>) -> Result<()> {
        while let Some(bytes) = self.held[*at..].first_chunk() {
            let header = Header::read(bytes)?;
            let Some(frame) = self.held[*at..].get(header.length..header.size) else { break };
            if *self.layout.get_or_insert(header.layout) != header.layout {
                let what = "its rate or its channels change in the middle";
                return Err(AudioError::Unreadable(what.to_owned()));
            }
            let codec = match &mut self.codec {
                Some(codec) => codec,
                none => none.insert(codec(header.layout)?),
            };
            symphonia::decode(codec, frame, out)?;
            *at += header.size;
        }
        Ok(())
    }
}

fn codec(layout: Layout) -> Result<Codec> {
    let mut parameters = AudioCodecParameters::new();
    let channels = if layout.channels == 1 { CHANNEL_LAYOUT_MONO } else { CHANNEL_LAYOUT_STEREO };
    parameters.for_codec(CODEC_ID_AAC).with_sample_rate(layout.sample_rate).with_channels(channels);
    Codec::try_new(&parameters, &AudioDecoderOptions::default())
        .map_err(|error| AudioError::Unsupported(error.to_string()))
}
