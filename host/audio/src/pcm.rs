//! Samples as bytes: signed, 16 bits, little-endian.

use crate::{AudioError, Layout, Result};

/// Reads samples.
pub(crate) struct PcmDecoder {
    layout: Layout,
    /// The beginning of a frame whose end has not come.
    begun: Vec<u8>,
}

impl PcmDecoder {
    pub(crate) fn new(layout: Layout) -> Self {
        Self { layout, begun: Vec::new() }
    }

    pub(crate) fn push(&mut self, mut bytes: &[u8], out: &mut Vec<i16>) {
        let frame = self.layout.width() * 2;
        if !self.begun.is_empty() {
            let (more, rest) = bytes.split_at(bytes.len().min(frame - self.begun.len()));
            self.begun.extend_from_slice(more);
            bytes = rest;
            if self.begun.len() < frame {
                return;
            }
            read(&self.begun, out);
            self.begun.clear();
        }
        let (whole, rest) = bytes.split_at(bytes.len() - bytes.len() % frame);
        read(whole, out);
        self.begun.extend_from_slice(rest);
    }

    pub(crate) fn finish(&self) -> Result<()> {
        if self.begun.is_empty() { Ok(()) } else { Err(AudioError::Truncated) }
    }

    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }
}

fn read(bytes: &[u8], out: &mut Vec<i16>) {
    out.extend(bytes.as_chunks().0.iter().map(|pair| i16::from_le_bytes(*pair)));
}

/// Writes samples.
pub(crate) fn write(samples: &[i16], out: &mut Vec<u8>) {
    out.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
}
