//! Opus in Ogg, as RFC 7845 says it.

mod decode;
mod encode;
mod head;
mod page;

pub(crate) use decode::OpusDecoder;
pub(crate) use encode::OpusEncoder;

/// What positions are counted in, whatever the rate of the samples.
const CLOCK: u32 = 48_000;
