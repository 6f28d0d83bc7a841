//! The provider `openai` against a server that speaks the real protocol on a real socket, and speaks it badly where a test says so; the
//! engine kinds `command` with real programs, `openai` and `edge` with doubles of their services, and one contract for them all.
#![allow(clippy::unwrap_used, unreachable_pub)]

mod answers;
mod command;
mod contract;
mod dialects;
mod edge;
mod faults;
mod fixture;
mod logs;
mod models;
mod refusals;
mod requests;
mod server;
mod speech;
mod tls;
