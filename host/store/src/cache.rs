//! The cache: in memory for one host, on Redis for several.

mod memory;
pub(crate) mod redis;

pub(crate) use self::{memory::MemoryCache, redis::RedisCache};
