//! A stream to samples.

use ropus::{Channels, DecodeMode, Decoder};

use crate::{AudioError, Layout, Result};

use super::{
    CLOCK,
    head::{self, Head},
    page::{Page, PageReader},
};

/// Rates that samples can be had at.
const RATES: [u32; 5] = [8_000, 12_000, 16_000, 24_000, CLOCK];
/// Of the longest packet, in milliseconds.
const LONGEST: u32 = 120;

/// Decodes page by page. A stream does not say at which rate it has to be decoded: it is the announced one
/// where that can be.
pub(crate) struct OpusDecoder {
    pages: PageReader,
    sample_rate: u32,
    stage: Stage,
    layout: Option<Layout>,
    /// For a packet's samples.
    buffer: Vec<i16>,
}

enum Stage {
    Head,
    Tags(Head),
    Sound(Box<Sound>),
    /// Behind the end.
    Over,
}

/// The sound of a stream.
struct Sound {
    codec: Decoder,
    /// Samples of each channel that are still to be left out.
    skip: usize,
    /// Where it is, in [`CLOCK`].
    position: u64,
}

impl OpusDecoder {
    pub(crate) fn new(announced: Layout) -> Self {
        let sample_rate = RATES.into_iter().find(|rate| *rate == announced.sample_rate).unwrap_or(CLOCK);
        Self {
            pages: PageReader::default(),
            sample_rate,
            stage: Stage::Head,
            layout: None,
            buffer: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut Vec<i16>) -> Result<()> {
        self.pages.push(bytes);
        while let Some(page) = self.pages.next()? {
            self.take(page, out)?;
        }
        Ok(())
    }

    pub(crate) fn finish(&self) -> Result<()> {
        let whole = matches!(self.stage, Stage::Over) && self.pages.is_between_pages();
        if whole { Ok(()) } else { Err(AudioError::Truncated) }
    }

    pub(crate) fn layout(&self) -> Option<Layout> {
        self.layout
    }

    fn take(&mut self, page: Page, out: &mut Vec<i16>) -> Result<()> {
        if page.is_first != matches!(self.stage, Stage::Head | Stage::Over) {
            return Err(unreadable("an Ogg stream begins in another, or does not begin"));
        }
        let before = out.len();
        let mut here = 0;
        for packet in page.packets {
            match &mut self.stage {
                Stage::Head | Stage::Over => {
                    let head = Head::read(&packet)?;
                    let layout = Layout { sample_rate: self.sample_rate, channels: head.channels };
                    if self.layout.is_some_and(|known| known != layout) {
                        return Err(unreadable("its channels change in the middle"));
                    }
                    self.layout = Some(layout);
                    self.stage = Stage::Tags(head);
                }
                Stage::Tags(head) => {
                    if !head::is_tags(&packet) {
                        return Err(unreadable("the Ogg stream is not one of Opus"));
                    }
                    self.stage = Stage::Sound(Box::new(Sound::new(*head, self.sample_rate)?));
                }
                Stage::Sound(sound) => {
                    here += sound.decode(&packet, self.sample_rate, &mut self.buffer, out)?;
                }
            }
        }
        if let Stage::Sound(sound) = &mut self.stage {
            let width = self.layout.map_or(1, Layout::width);
            let per_sample = u64::from(CLOCK / self.sample_rate);
            // Of the last packet the end may be left out.
            if let Some(position) = page.position.filter(|_| page.is_last) {
                let more = sound.position.saturating_sub(position).min(here) / per_sample;
                out.truncate(before.max(out.len().saturating_sub(more as usize * width)));
            }
            if page.is_last {
                self.stage = Stage::Over;
            }
        }
        Ok(())
    }
}

impl Sound {
    fn new(head: Head, sample_rate: u32) -> Result<Self> {
        let channels = if head.channels == 1 { Channels::Mono } else { Channels::Stereo };
        let mut codec = Decoder::new(sample_rate, channels).map_err(wrong)?;
        codec.set_gain(head.gain.into()).map_err(wrong)?;
        let skip = u32::from(head.skip).div_ceil(CLOCK / sample_rate) as usize;
        Ok(Self { codec, skip, position: 0 })
    }

    /// Decodes a packet. Gives how long it is in [`CLOCK`].
    fn decode(
        &mut self,
        packet: &[u8],
        sample_rate: u32,
        buffer: &mut Vec<i16>,
        out: &mut Vec<i16>,
    ) -> Result<u64> {
        if packet.is_empty() {
            return Err(unreadable("a packet of Opus without content"));
        }
        let width = self.codec.channels().count();
        buffer.resize((sample_rate / 1_000 * LONGEST) as usize * width, 0);
        let samples = self.codec.decode(packet, buffer, DecodeMode::Normal).map_err(wrong)?;
        let skipped = self.skip.min(samples);
        self.skip -= skipped;
        out.extend_from_slice(&buffer[skipped * width..samples * width]);
        let length = samples as u64 * u64::from(CLOCK / sample_rate);
        self.position += length;
        Ok(length)
    }
}

fn wrong(error: impl std::fmt::Debug) -> AudioError {
    AudioError::Unreadable(format!("{error:?}"))
}

fn unreadable(what: &str) -> AudioError {
    AudioError::Unreadable(what.to_owned())
}
