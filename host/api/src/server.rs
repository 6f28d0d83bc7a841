//! The API as a whole: in process for tests, on a listener for the world.

use std::{io, sync::Arc, time::Duration};

use salvo::{Server, Service, conn::tcp::TcpAcceptor, fuse::FuseConfig};
use socket2::SockRef;
use tokio::{net::TcpListener, time::timeout};
use tokio_util::sync::CancellationToken;
use wheelhouse_core::{
    Failure, Result,
    catalog::CatalogReader,
    clock::{Clock, Entropy},
};
use wheelhouse_services::Services;

use crate::{
    config::ApiConfig,
    endpoint::Access,
    metrics::HttpMetrics,
    middleware::{Envelope, cors},
    openapi::DocumentCache,
    routes,
    socket::Sockets,
    state::State,
};

/// How long a client may pause in the middle of sending a body.
const BODY_PAUSE: Duration = Duration::from_secs(30);
/// How long a client may take nothing of what it is sent.
const WRITE_STALL: Duration = Duration::from_secs(60);
/// What a connection may be silent for beyond the longest deadline.
const IDLE_MARGIN: Duration = Duration::from_secs(30);

/// One method of one address of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// `GET`, `POST`.
    pub method: String,
    /// With `{name}` for parameters.
    pub path: &'static str,
    /// Who may call.
    pub access: Access,
    /// Whether it stands in the OpenAPI document.
    pub documented: bool,
}

/// Every address of the host itself; plugins bring others below `/api/v1`.
pub fn addresses() -> Vec<Address> {
    routes::endpoints()
        .iter()
        .map(|endpoint| Address {
            method: endpoint.method.to_string(),
            path: endpoint.path,
            access: endpoint.access,
            documented: endpoint.docs.is_some(),
        })
        .collect()
}

/// The public surface of one host.
pub struct Api {
    state: Arc<State>,
}

impl Api {
    /// Puts the surface together. When `shutdown` is cancelled, sockets are closed with 1001 as soon as their running chats have ended,
    /// and [`serve`](Self::serve) comes to its end.
    ///
    /// # Errors
    /// `Invalid` when the configuration has [problems](ApiConfig::problems).
    pub fn new(
        services: Services,
        catalog: CatalogReader,
        config: ApiConfig,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        shutdown: CancellationToken,
    ) -> Result<Self> {
        if let Some(problem) = config.problems().first() {
            return Err(Failure::invalid(problem));
        }
        let state = State {
            services,
            catalog,
            config,
            clock,
            entropy,
            shutdown,
            sockets: Sockets::default(),
            document: DocumentCache::default(),
            metrics: HttpMetrics::default(),
        };
        Ok(Self { state: Arc::new(state) })
    }

    /// The surface as a salvo service, to be called in process or put on an acceptor of one's own.
    pub fn service(&self) -> Service {
        Service::new(routes::router(&self.state))
            .hoop(cors(&self.state.config))
            .hoop(Envelope::new(self.state.clone()))
    }

    /// Serves HTTP/1.1 on this listener until the shutdown token is cancelled. Then nothing new is accepted, running requests, streams
    /// and chats may go on for `drain_seconds`, and whatever is left is cut off.
    ///
    /// # Errors
    /// Those of the listener.
    pub async fn serve(&self, listener: TcpListener) -> io::Result<()> {
        let config = &self.state.config;
        let deadlines = &config.deadlines;
        let longest = deadlines.request_seconds.max(deadlines.chat_seconds).max(deadlines.stream_seconds);
        let fuse = FuseConfig::default()
            .with_request_body_timeout(BODY_PAUSE)
            .with_write_stall_timeout(WRITE_STALL)
            .with_connection_idle_timeout(Duration::from_secs(longest) + IDLE_MARGIN);
        send_at_once(&listener)?;
        let server = Server::new(TcpAcceptor::try_from(listener)?)
            .fuse_config(fuse)
            .max_connections(config.max_connections);
        let handle = server.handle();
        let (shutdown, drain) = (self.state.shutdown.clone(), config.drain());
        let stop = async move {
            shutdown.cancelled().await;
            handle.stop_graceful(drain);
            // Only the server's end ends this.
            std::future::pending::<()>().await;
        };
        tokio::select! {
            served = server.try_serve(self.service()) => served?,
            () = stop => {}
        }
        // Sockets have left the server's connections behind; they end themselves within the drain and the time of a goodbye.
        if timeout(drain + IDLE_MARGIN, self.state.sockets.all_closed()).await.is_err() {
            tracing::warn!(sockets = self.state.sockets.len(), "sockets were cut off");
        }
        Ok(())
    }
}

/// Has what is written to a connection leave without waiting for the client to have acknowledged what came before. Nagle's algorithm would
/// hold a streamed answer's first piece back for as long as clients delay their acknowledgements: 40 ms, and more than a spoken sentence's
/// first byte takes. Connections have this from the listener that they were accepted by.
fn send_at_once(listener: &TcpListener) -> io::Result<()> {
    SockRef::from(listener).set_tcp_nodelay(true)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn connections_send_what_is_written_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        send_at_once(&listener).unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (connection, _) = listener.accept().await.unwrap();
        assert!(connection.nodelay().unwrap());
    }
}
