//! Whether what the host depends on is there.

use async_trait::async_trait;

use crate::Result;

/// Port: something that the host cannot serve without.
#[async_trait]
pub trait Dependency: Send + Sync + 'static {
    /// `database`, `cache`.
    fn name(&self) -> &'static str;

    /// What it is: `sqlite`, `postgresql`, `redis`, `memory`.
    fn kind(&self) -> &'static str;

    /// Asks it for a sign of life.
    async fn check(&self) -> Result<()>;
}
