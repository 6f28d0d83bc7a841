//! The catalog, put together from made-up plugins.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod catalog;
