//! What the crate makes of samples and bytes, as its callers see it.

mod resampling;
mod signal;
