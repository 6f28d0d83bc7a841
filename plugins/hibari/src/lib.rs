//! A neural English voice in pure Rust: text in, 24 kHz mono sound out.
//!
//! The way of a text: `text` writes it out in plain words and cuts it into sentences, `phonemes` turns
//! words into sounds, `model` gives them a melody and a spectrum, `vocoder` makes them heard, and
//! `voice` does all of it a little at a time, so that speech begins long before it is finished. As a component
//! the crate is a speech engine of Wheelhouse (`plugin`); as a library it is [`Voice`].

mod error;
mod model;
mod phonemes;
mod plugin;
mod text;
mod vocoder;
mod voice;

pub use error::Error;
pub use plugin::Hibari;
pub use voice::{Pieces, SPEEDS, Voice};
