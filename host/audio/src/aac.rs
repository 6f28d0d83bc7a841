//! AAC in ADTS.

mod decode;
mod encode;

pub(crate) use decode::AacDecoder;
pub(crate) use encode::AacEncoder;
pub use encode::aac_available;
