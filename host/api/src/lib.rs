//! The public surface: routes, PAM's WebSocket, the OpenAPI document, errors to HTTP.
//!
//! A handler takes a request apart, makes one service call and puts the answer together; what stands around it (ids, log, limits,
//! access, errors) is in [`middleware`], and what an address is (method, access, documentation) stands beside its handler in one list
//! that the router, the access check and the OpenAPI document are made of.

mod body;
mod call;
mod client_context;
mod config;
mod endpoint;
mod metrics;
mod middleware;
mod openapi;
mod problem;
mod reply;
mod routes;
mod server;
mod socket;
mod state;

pub use config::{ApiConfig, DeadlineConfig, LimitConfig, WebSocketConfig};
pub use endpoint::Access;
pub use openapi::openapi;
pub use server::{Address, Api, addresses};
