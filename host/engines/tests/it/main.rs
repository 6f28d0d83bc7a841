//! The provider `openai` against a server that speaks the real protocol on a real socket, and speaks it badly where a test says so; the
//! engine kind `command` with real programs.
#![allow(clippy::unwrap_used, unreachable_pub)]

mod answers;
mod command;
mod dialects;
mod faults;
mod fixture;
mod logs;
mod models;
mod refusals;
mod requests;
mod server;
mod tls;
