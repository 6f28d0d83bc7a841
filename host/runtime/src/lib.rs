//! Loads WebAssembly components, enforces grants and limits, and adapts their exports to the ports of the domain.
//!
//! [`PluginHost::start`] looks at the plugins inside the binary and in the drop-in folder and loads them in the background: inspect,
//! compile or take from the cache, describe with nothing granted, check, grant, link, try out, publish. What comes out is a
//! [`Catalog`](wheelhouse_core::catalog::Catalog) of speech engines, AI providers, tools and routes that nobody can tell from native
//! ones.
//!
//! It goes on from there: [`watch`] sees files come, change and go, [`loader`] decides what serves, [`queue`] and [`workshop`] do the work.
//! A new version takes its place only when it can serve; calls end on the version that they began with.
//!
//! A call runs in an instance of its own, or in a kept one where the plugin asks for that. It has a deadline, a share of
//! processor time, a bound on everything that it can grow, and reaches nothing that was not granted. One that takes long goes on in the
//! [`lane`], where no other call waits for it.

mod access;
mod breaker;
mod cache;
mod config;
mod contract;
mod contribution;
mod control;
mod declaration;
mod egress;
mod engine;
mod examine;
mod fault;
mod front;
mod guest_log;
mod host;
mod inspect;
mod keyvalue;
mod known;
mod lane;
mod limiter;
mod loader;
mod meter;
mod outline;
mod plugin;
mod ports;
mod prepared;
mod program;
mod queue;
mod sandbox;
mod scan;
mod schema;
mod session;
mod settings;
mod slot;
mod state;
mod ticker;
mod usage;
mod warm;
mod wasi;
mod watch;
mod workshop;

pub use config::{BreakerConfig, Grant, LimitOverrides, Limits, PluginConfig, PoolConfig, RuntimeConfig};
pub use egress::{OutgoingRequest, Outside, Passage, Resolver, ServerAnswer, SystemResolver};
pub use examine::{Declared, Examination};
pub use host::{Bundled, PluginHost, PluginHostParts};
pub use known::{KnownPlugin, known_plugins};
pub use outline::{Import, Need, Outline, outline};
