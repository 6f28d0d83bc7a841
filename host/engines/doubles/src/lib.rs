//! Local servers that play the services which speech engines talk to, for tests and benches.
//!
//! Each listens on a port of this machine, speaks its service's real protocol, keeps what it was asked, and
//! has a fault that can be switched while it serves. A fault that several can have is called the same in each.
//! Audio is made of a tone or of silence, so that nothing has to be fetched.

mod authority;
pub mod edge;
pub mod http;
pub mod openai;
pub mod tone;

pub use authority::Authority;
