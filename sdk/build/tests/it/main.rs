//! The contract and what is built on it.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod contract;
