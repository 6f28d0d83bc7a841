//! Time and randomness, so that tests can hold both still.

use jiff::Timestamp;
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The present time.
    fn now(&self) -> Timestamp;
}

/// Gives random bytes.
pub trait Entropy: Send + Sync + 'static {
    /// Fills the buffer with bytes that nobody can guess.
    fn fill(&self, buffer: &mut [u8]);

    /// A version 7 UUID (RFC 9562): unique, and sorted by `now`.
    fn uuid(&self, now: Timestamp) -> Uuid {
        let mut random = [0; 10];
        self.fill(&mut random);
        let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The operating system's random source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        // A v4 UUID carries 122 random bits; filling from whole UUIDs would leave six fixed bits in each, so
        // only the bytes without version and variant bits are taken.
        for chunk in buffer.chunks_mut(8) {
            let id = Uuid::new_v4().into_bytes();
            let random = [id[0], id[1], id[2], id[3], id[4], id[5], id[7], id[9]];
            chunk.copy_from_slice(&random[..chunk.len()]);
        }
    }
}
