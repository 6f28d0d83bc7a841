//! SVOX Pico as a speech engine of Wheelhouse: six languages, text in, 16 kHz mono sound out.
//!
//! `text` makes of any text what Pico can be given, `voices` knows who speaks what, `speaker` is Pico itself
//! with the data of a voice (`lingware`), and `plugin` is the engine.

mod error;
mod lingware;
mod plugin;
mod speaker;
mod text;
mod voices;

use error::Error;

pub use plugin::Pico;
