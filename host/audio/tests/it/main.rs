//! What the crate makes of samples and bytes, as its callers see it. Tests that need an ffmpeg say so where
//! there is none; with `TEST_REQUIRE_FFMPEG=1` they fail instead.
#![allow(clippy::unwrap_used)]

mod aac;
mod coding;
mod ends;
mod ffmpeg;
mod garbage;
mod joining;
mod resampling;
mod round_trips;
mod shaping;
mod signal;
mod streaming;
