//! Samples to a stream.

use ropus::{Application, Bitrate, Channels, Encoder, Signal};

use crate::{AudioError, Layout, Result};

use super::{
    CLOCK,
    head::{self, Head},
    page::PageWriter,
};

/// Bits a second, by the number of channels.
const BIT_RATES: [u32; 2] = [32_000, 48_000];
/// How hard it tries, of 10. More is hardly heard, and less hardly quicker.
const COMPLEXITY: u8 = 8;
/// Packets a second.
const PACKETS: u32 = 50;
/// Packets a page. The first page is short, so that something can be heard.
const FIRST_PAGE: usize = 2;
const PAGE: usize = 10;
const LONGEST_PACKET: usize = 1_275;
/// Streams need different numbers where several are in one file. This one is always alone.
const STREAM: u32 = 0x7768_6C6F;

/// Encodes at a variable bit rate, in packets of 20 and pages of 200 milliseconds.
pub(crate) struct OpusEncoder {
    layout: Layout,
    codec: Encoder,
    pages: PageWriter,
    /// Samples by which what is decoded comes later than what was encoded, of each channel.
    delay: u32,
    begun: bool,
    held: Vec<i16>,
    packets: Vec<Vec<u8>>,
    page: usize,
    /// Samples of each channel that came, and that have been encoded.
    taken: u64,
    encoded: u64,
}

impl OpusEncoder {
    pub(crate) fn new(layout: Layout) -> Result<Self> {
        let channels = if layout.channels == 1 { Channels::Mono } else { Channels::Stereo };
        let codec = Encoder::builder(layout.sample_rate, channels, Application::Audio)
            .signal(Signal::Voice)
            .bitrate(Bitrate::Bits(BIT_RATES[layout.width().min(2) - 1]))
            .vbr(true)
            .complexity(COMPLEXITY)
            .build()
            .map_err(failed)?;
        Ok(Self {
            layout,
            delay: codec.lookahead(),
            codec,
            pages: PageWriter::new(STREAM),
            begun: false,
            held: Vec::new(),
            packets: Vec::new(),
            page: FIRST_PAGE,
            taken: 0,
            encoded: 0,
        })
    }

    pub(crate) fn push(&mut self, samples: &[i16], out: &mut Vec<u8>) -> Result<()> {
        self.begin(out);
        self.taken += (samples.len() / self.layout.width()) as u64;
        self.held.extend_from_slice(samples);
        self.encode(out)
    }

    pub(crate) fn finish(mut self, out: &mut Vec<u8>) -> Result<()> {
        self.begin(out);
        // Silence brings out the end, of which the last position says where it is.
        let frame = u64::from(self.layout.sample_rate / PACKETS);
        let all = (self.taken + u64::from(self.delay)).next_multiple_of(frame).max(frame);
        let silence = (all - self.taken) as usize * self.layout.width();
        self.held.extend(std::iter::repeat_n(0, silence));
        self.encode(out)?;
        let position = self.clock(self.taken + u64::from(self.delay));
        self.pages.write(&self.packets, position, true, out);
        Ok(())
    }

    fn begin(&mut self, out: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.begun, true) {
            let skip = self.clock(self.delay.into()) as u16;
            let head = Head { channels: self.layout.channels, skip, gain: 0 };
            self.pages.write(&[head.write(self.layout)], 0, false, out);
            self.pages.write(&[head::tags()], 0, false, out);
        }
    }

    /// Encodes what is whole. A full page waits for the next packet, as it may be the last one.
    fn encode(&mut self, out: &mut Vec<u8>) -> Result<()> {
        let frame = (self.layout.sample_rate / PACKETS) as usize * self.layout.width();
        let whole = self.held.len() / frame * frame;
        let mut packet = [0; LONGEST_PACKET];
        for samples in self.held[..whole].chunks_exact(frame) {
            if self.packets.len() == self.page {
                let position = self.encoded * u64::from(CLOCK / self.layout.sample_rate);
                self.pages.write(&self.packets, position, false, out);
                self.packets.clear();
                self.page = PAGE;
            }
            let length = self.codec.encode(samples, &mut packet).map_err(failed)?;
            self.packets.push(packet[..length].to_vec());
            self.encoded += u64::from(self.layout.sample_rate / PACKETS);
        }
        self.held.drain(..whole);
        Ok(())
    }

    fn clock(&self, samples: u64) -> u64 {
        samples * u64::from(CLOCK / self.layout.sample_rate)
    }
}

fn failed(error: impl std::fmt::Debug) -> AudioError {
    AudioError::Encoder(format!("{error:?}"))
}
