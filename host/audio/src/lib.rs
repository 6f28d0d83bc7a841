//! Samples to bytes and back.
//!
//! What an engine gives becomes samples ([`Decoder`]), samples become what a client asked for ([`Encoder`]);
//! between the two [`Resampler`] and [`Shaper`] change rate, channels, pace, pitch and loudness.
//! [`Mp3Frames`] cuts a stream that is passed on as it is. All of it works piece by piece: something comes
//! out soon after something went in, and what is held is bounded whatever comes in. Nothing here waits for
//! anything, [`Container::Aac`] alone asks a program of the machine.
//!
//! Samples are signed 16-bit numbers with the channels interleaved. A piece of samples holds whole frames:
//! one sample of each channel.

mod aac;
mod bits;
mod container;
mod decoder;
mod encoder;
mod error;
mod flac;
mod layout;
mod mp3;
mod opus;
mod pcm;
mod product;
mod resampler;
mod shaper;
mod sinc;
mod stretch;
mod symphonia;
mod wav;

pub use aac::aac_available;
pub use container::{Container, layout_for};
pub use decoder::Decoder;
pub use encoder::Encoder;
pub use error::{AudioError, Result};
pub use layout::Layout;
pub use mp3::Mp3Frames;
pub use resampler::Resampler;
pub use shaper::Shaper;
pub use wav::wav_header;
