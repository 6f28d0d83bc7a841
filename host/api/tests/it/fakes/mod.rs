//! Ports that do what the text that they get tells them.

mod audio;
mod cache;
mod chat;
mod control;
mod plugin;
mod speech;
mod store;
mod time;

pub(crate) use audio::FakeAudioStore;
pub(crate) use cache::FakeCache;
pub(crate) use chat::FakeProvider;
pub(crate) use control::FakeControl;
pub(crate) use plugin::{FakeDependency, catalog, mounted, speaking_catalog};
pub(crate) use speech::FakeEngine;
pub(crate) use store::FakeStore;
pub(crate) use time::{Counter, FakeClock};
