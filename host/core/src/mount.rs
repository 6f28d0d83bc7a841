//! A plugin's own web service, mounted as a whole below one path.

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;

use crate::{CallContext, Result};

/// A request on its way to a mounted service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountRequest {
    /// In capitals; any that HTTP has.
    pub method: String,
    /// Host and port that the client asked for.
    pub authority: String,
    /// Path below the mount and query, as they came in. Begins with a slash.
    pub path_and_query: String,
    /// Without authorization and cookies.
    pub headers: Vec<(String, String)>,
    /// Bounded.
    pub body: Bytes,
}

/// A mounted service's answer.
pub struct MountResponse {
    /// 200 to 599.
    pub status: u16,
    /// As the service sets them; those that are the host's to say are removed by whoever sends the answer.
    pub headers: Vec<(String, String)>,
    /// Handed on while it is made. An error is the last item: the body is not whole then.
    pub body: BoxStream<'static, Result<Bytes>>,
}

/// Port: answers everything below `/api/v1/<plugin>`.
#[async_trait]
pub trait Mount: Send + Sync + 'static {
    /// Whether it answers callers who are not signed in.
    fn is_public(&self) -> bool;

    /// Answers. Access has been checked: unless it is public, the context has a user. Returns with the head of the answer; dropping the
    /// future, or the body, stops the service.
    async fn handle(&self, ctx: &CallContext, request: MountRequest) -> Result<MountResponse>;
}
