//! Samples to a stream.

use crate::{Layout, bits::BitWriter};

use super::{
    checksum,
    frame::{RATES, Stereo},
    stream_info::StreamInfo,
    subframe::Plan,
};

/// The longest frame that every decoder of a stream must take, at usual rates.
const MOST_SAMPLES: u32 = 4_608;
/// Frames are of a multiple of this, so that they can be halved.
const MULTIPLE: u32 = 64;

/// Encodes in frames of about a tenth of a second.
pub(crate) struct FlacEncoder {
    layout: Layout,
    /// Samples of each channel in a frame.
    block: usize,
    begun: bool,
    frames: u32,
    held: Vec<i16>,
}

impl FlacEncoder {
    pub(crate) fn new(layout: Layout) -> Self {
        let block = (layout.sample_rate / 10 / MULTIPLE * MULTIPLE).clamp(MULTIPLE, MOST_SAMPLES) as usize;
        Self { layout, block, begun: false, frames: 0, held: Vec::new() }
    }

    pub(crate) fn push(&mut self, samples: &[i16], out: &mut Vec<u8>) {
        self.begin(out);
        self.held.extend_from_slice(samples);
        let mut held = std::mem::take(&mut self.held);
        let whole = held.chunks_exact(self.block * self.layout.width());
        let rest = whole.remainder().len();
        whole.for_each(|block| self.write(block, out));
        held.drain(..held.len() - rest);
        self.held = held;
    }

    pub(crate) fn finish(mut self, out: &mut Vec<u8>) {
        self.begin(out);
        let held = std::mem::take(&mut self.held);
        if !held.is_empty() {
            self.write(&held, out);
        }
    }

    fn begin(&mut self, out: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.begun, true) {
            // The only block, and so the last.
            out.extend_from_slice(b"fLaC\x80\0\0\x22");
            out.extend(StreamInfo::write(self.layout, self.block as u16));
        }
    }

    fn write(&mut self, block: &[i16], out: &mut Vec<u8>) {
        let width = self.layout.width();
        let count = block.len() / width;
        let channel = |index: usize| -> Vec<i32> {
            block.iter().skip(index).step_by(width).copied().map(i32::from).collect()
        };
        let first = channel(0);
        if width == 1 {
            return self.put(0, count, &[Plan::new(&first, 16)], out);
        }
        let second = channel(1);
        let mid: Vec<i32> = first.iter().zip(&second).map(|(left, right)| (left + right) >> 1).collect();
        let side: Vec<i32> = first.iter().zip(&second).map(|(left, right)| left - right).collect();
        let (left, right) = (Plan::new(&first, 16), Plan::new(&second, 16));
        let (mid, side) = (Plan::new(&mid, 16), Plan::new(&side, 17));
        let costs = [
            (Stereo::Apart, left.cost + right.cost),
            (Stereo::LeftSide, left.cost + side.cost),
            (Stereo::SideRight, right.cost + side.cost),
            (Stereo::MidSide, mid.cost + side.cost),
        ];
        let best = costs.into_iter().min_by_key(|(_, cost)| *cost).map_or(Stereo::Apart, |(way, _)| way);
        match best {
            Stereo::Apart => self.put(1, count, &[left, right], out),
            Stereo::LeftSide => self.put(8, count, &[left, side], out),
            Stereo::SideRight => self.put(9, count, &[side, right], out),
            Stereo::MidSide => self.put(10, count, &[mid, side], out),
        }
    }

    fn put(&mut self, assignment: u32, count: usize, plans: &[Plan<'_>], out: &mut Vec<u8>) {
        let rate = self.layout.sample_rate;
        let known = RATES.iter().position(|known| *known == rate).map(|index| index as u32 + 1);
        let (code, extra) = match known {
            Some(code) => (code, None),
            None if rate <= 0xFFFF => (13, Some(rate)),
            None => (14, Some(rate / 10)),
        };
        let mut writer = BitWriter::default();
        writer.put(0b1111_1111_1111_1000, 16);
        writer.put(7, 4);
        writer.put(code, 4);
        writer.put(assignment, 4);
        // 16 bits a sample.
        writer.put(4 << 1, 4);
        put_number(self.frames, &mut writer);
        writer.put(count as u32 - 1, 16);
        if let Some(extra) = extra {
            writer.put(extra, 16);
        }
        let sum = checksum::header(writer.bytes());
        writer.put(sum.into(), 8);
        plans.iter().for_each(|plan| plan.write(&mut writer));
        writer.align();
        let sum = checksum::frame(0, writer.bytes());
        writer.put(sum.into(), 16);
        out.extend_from_slice(writer.bytes());
        // It has 31 bits: 6 years of frames.
        self.frames = (self.frames + 1) & 0x7FFF_FFFF;
    }
}

/// In as many bytes as UTF-8 would need.
fn put_number(number: u32, writer: &mut BitWriter) {
    let more = match number {
        0..0x80 => return writer.put(number, 8),
        0x80..0x800 => 1,
        0x800..0x1_0000 => 2,
        0x1_0000..0x20_0000 => 3,
        0x20_0000..0x400_0000 => 4,
        _ => 5,
    };
    writer.put(0xFF << (7 - more) | number >> (6 * more), 8);
    for index in (0..more).rev() {
        writer.put(0x80 | number >> (6 * index) & 0x3F, 8);
    }
}
