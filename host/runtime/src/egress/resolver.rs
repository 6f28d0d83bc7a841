//! From a name to its addresses.

use std::{
    io,
    net::{SocketAddr, ToSocketAddrs},
    sync::Arc,
};

use async_trait::async_trait;
use tokio::sync::Semaphore;

/// Look-ups at once. The system's own block a thread each, for as long as name servers let them.
const LOOKUPS: usize = 16;

/// Port: says which addresses a name stands for.
#[async_trait]
pub trait Resolver: Send + Sync + 'static {
    /// Where to connect for this name and port. Nothing is connected to that has not been checked afterwards.
    ///
    /// # Errors
    /// When there is no such name, or nobody to ask.
    async fn resolve(&self, name: &str, port: u16) -> io::Result<Vec<SocketAddr>>;
}

/// The machine's own: its hosts file and its name servers. Looks up on threads of its own, a bounded number at once.
#[derive(Debug, Clone)]
pub struct SystemResolver {
    lookups: Arc<Semaphore>,
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self { lookups: Arc::new(Semaphore::new(LOOKUPS)) }
    }
}

#[async_trait]
impl Resolver for SystemResolver {
    async fn resolve(&self, name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        let permit = self.lookups.clone().acquire_owned().await.map_err(io::Error::other)?;
        let name = name.to_owned();
        let looked_up = tokio::task::spawn_blocking(move || {
            // Held until the look-up is over, and not only until nobody waits for it any more.
            let _permit = permit;
            (name.as_str(), port).to_socket_addrs().map(Iterator::collect)
        });
        looked_up.await.map_err(io::Error::other)?
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn this_machine_knows_itself() {
        let addresses = SystemResolver::default().resolve("localhost", 80).await.unwrap();
        assert!(
            !addresses.is_empty()
                && addresses.iter().all(|address| address.ip().is_loopback() && address.port() == 80)
        );
    }

    #[tokio::test]
    async fn a_name_that_cannot_be_has_no_address() {
        assert!(SystemResolver::default().resolve("no-such-name.invalid", 80).await.is_err());
    }
}
