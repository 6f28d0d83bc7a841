//! FLAC, as RFC 9639 says it.

mod checksum;
mod decode;
mod encode;
mod frame;
mod predict;
mod stream_info;
mod subframe;

pub(crate) use decode::FlacDecoder;
pub(crate) use encode::FlacEncoder;
