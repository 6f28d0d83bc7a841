//! A stream to samples.

use crate::{AudioError, Layout, Result};

use super::{
    checksum,
    frame::{self, Header},
    stream_info::{self, StreamInfo},
};

/// Places in a frame whose checksum is right by chance that are tried. There are one or two in the longest
/// frames.
const MOST_TRIES: u32 = 64;

/// Decodes frame by frame. A frame does not say how long it is: it ends where its checksum is right and its
/// samples are complete.
pub(crate) struct FlacDecoder {
    held: Vec<u8>,
    /// Bytes of a block that nobody needs, still to come.
    skip: usize,
    stage: Stage,
    info: Option<StreamInfo>,
    /// Samples of each channel that have been given.
    given: u64,
}

enum Stage {
    Mark,
    Blocks,
    Frames(Scan),
}

/// How far a frame has been looked at.
#[derive(Default)]
struct Scan {
    header: Option<Header>,
    scanned: usize,
    sum: u16,
    tries: u32,
}

impl FlacDecoder {
    pub(crate) fn new() -> Self {
        Self { held: Vec::new(), skip: 0, stage: Stage::Mark, info: None, given: 0 }
    }

    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut Vec<i16>) -> Result<()> {
        self.held.extend_from_slice(bytes);
        let mut at = 0;
        let result = self.advance(&mut at, out);
        self.held.drain(..at);
        result
    }

    pub(crate) fn finish(&self) -> Result<()> {
        let whole = matches!(self.stage, Stage::Frames(_)) && self.held.is_empty();
        let missing = self.info.and_then(|info| info.samples).is_some_and(|samples| self.given < samples);
        if whole && !missing { Ok(()) } else { Err(AudioError::Truncated) }
    }

    pub(crate) fn layout(&self) -> Option<Layout> {
        self.info.map(|info| info.layout)
    }

    fn advance(&mut self, at: &mut usize, out: &mut Vec<i16>) -> Result<()> {
        loop {
            let skipped = self.skip.min(self.held.len() - *at);
            self.skip -= skipped;
            *at += skipped;
            let rest = &self.held[*at..];
            match &mut self.stage {
                Stage::Mark => {
                    if !b"fLaC".starts_with(&rest[..rest.len().min(4)]) {
                        return Err(unreadable("it does not begin as FLAC does"));
                    }
                    if rest.len() < 4 {
                        return Ok(());
                    }
                    *at += 4;
                    self.stage = Stage::Blocks;
                }
                Stage::Blocks => {
                    let Some([head, a, b, c]) = rest.first_chunk() else { return Ok(()) };
                    let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
                    if self.info.is_none() {
                        if head & 0x7F != 0 || length != stream_info::LENGTH {
                            return Err(unreadable("it does not begin with what the stream is"));
                        }
                        let Some(block) = rest[4..].first_chunk() else { return Ok(()) };
                        self.info = Some(StreamInfo::read(block)?);
                    }
                    self.skip = 4 + length;
                    if head & 0x80 != 0 {
                        self.stage = Stage::Frames(Scan::default());
                    }
                }
                Stage::Frames(scan) => {
                    let Some(info) = self.info else { return Err(unreadable("frames of an unknown stream")) };
                    if rest.is_empty() {
                        return Ok(());
                    }
                    let Some((length, channels)) = scan.look(rest, &info)? else { return Ok(()) };
                    *at += length;
                    *scan = Scan::default();
                    self.given += channels[0].len() as u64;
                    interleave(&channels, info.bits, out);
                }
            }
        }
    }
}

impl Scan {
    /// The length of the frame at the beginning of `rest`, and its samples; `None` while it is not whole.
    fn look(&mut self, rest: &[u8], info: &StreamInfo) -> Result<Option<(usize, Vec<Vec<i32>>)>> {
        if self.header.is_none() {
            self.header = Header::read(rest, info)?;
        }
        let Some(header) = &self.header else { return Ok(None) };
        while self.scanned < rest.len() {
            self.sum = checksum::frame(self.sum, &rest[self.scanned..=self.scanned]);
            self.scanned += 1;
            if self.sum != 0 {
                continue;
            }
            if let Some(channels) = frame::decode(header, &rest[..self.scanned]) {
                return Ok(Some((self.scanned, channels)));
            }
            self.tries += 1;
            if self.tries > MOST_TRIES {
                break;
            }
        }
        if self.tries > MOST_TRIES || self.scanned > header.longest() {
            return Err(unreadable("a FLAC frame without an end"));
        }
        Ok(None)
    }
}

/// To 16 bits, whatever they were.
fn interleave(channels: &[Vec<i32>], bits: u32, out: &mut Vec<i16>) {
    let to_16 = |sample: i32| {
        if bits > 16 { (sample >> (bits - 16)) as i16 } else { (sample << (16 - bits)) as i16 }
    };
    for frame in 0..channels[0].len() {
        out.extend(channels.iter().map(|channel| to_16(channel[frame])));
    }
}

fn unreadable(what: &str) -> AudioError {
    AudioError::Unreadable(what.to_owned())
}
