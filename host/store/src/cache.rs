//! The cache: in memory for one host, on Redis for several.

mod memory;
mod redis;

pub(crate) use self::{memory::MemoryCache, redis::RedisCache};
