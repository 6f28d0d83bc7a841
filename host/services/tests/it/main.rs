//! The services on fakes and a clock that stands still.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod accounts;
mod administrators;
mod assistant;
mod fakes;
mod health;
mod metrics;
mod names;
mod plugins;
mod routes;
mod speech;
