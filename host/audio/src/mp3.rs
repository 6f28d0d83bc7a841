//! MPEG layer 3.

mod analysis;
mod decode;
mod encode;
mod frames;
mod header;
mod huffman;
mod quantize;

pub(crate) use decode::Mp3Decoder;
pub(crate) use encode::Mp3Encoder;
pub use frames::Mp3Frames;
