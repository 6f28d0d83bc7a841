//! Connects to the very addresses that were checked.

use std::{
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::{
    net::TcpStream,
    time::{Instant, timeout_at},
};
use tower_service::Service;
use url::Host;

use super::{
    error::{EgressError, Kind},
    policy::Policy,
    resolver::Resolver,
    socket::{Open, Socket},
    target::Target,
};

/// How long it may take from a name to a connection, TLS included.
const CONNECT: Duration = Duration::from_secs(10);
/// How many addresses of a name are tried.
const ADDRESSES: usize = 8;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Makes the connections of one plugin.
#[derive(Clone)]
pub(crate) struct Connector {
    https: HttpsConnector<Direct>,
}

impl Connector {
    pub(crate) fn new(
        policy: Arc<Policy>,
        resolver: Arc<dyn Resolver>,
        tls: Arc<ClientConfig>,
        open: Open,
    ) -> Self {
        Self { https: HttpsConnector::from((Direct { policy, resolver, open }, tls)) }
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<TokioIo<Socket>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.https.poll_ready(cx)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let until = Instant::now() + CONNECT;
        let host = uri.host().unwrap_or_default().to_owned();
        let connecting = self.https.call(uri);
        Box::pin(async move {
            match timeout_at(until, connecting).await {
                Ok(connected) => connected,
                Err(_) => Err(too_late(&host).into()),
            }
        })
    }
}

/// Makes a connection without TLS.
#[derive(Clone)]
struct Direct {
    policy: Arc<Policy>,
    resolver: Arc<dyn Resolver>,
    open: Open,
}

impl Service<Uri> for Direct {
    type Response = TokioIo<Socket>;
    type Error = EgressError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, EgressError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), EgressError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let direct = self.clone();
        Box::pin(async move { direct.connect(&uri).await })
    }
}

impl Direct {
    async fn connect(&self, uri: &Uri) -> Result<TokioIo<Socket>, EgressError> {
        let target = Target::parse(&uri.to_string())?;
        // Asked again, so that no way to this place gets around it.
        self.policy.check_host(&target)?;
        let addresses = self.resolve(&target).await?;
        self.policy.check_addresses(target.host(), &addresses)?;
        let stream = reach(&target, &addresses).await?;
        // What is written is written whole: waiting for more would only cost time.
        stream.set_nodelay(true).map_err(|error| refused(&target, &error))?;
        Ok(TokioIo::new(Socket::new(stream, &self.open)))
    }

    async fn resolve(&self, target: &Target) -> Result<Vec<SocketAddr>, EgressError> {
        let Host::Domain(name) = target.host() else {
            return Ok(target
                .address()
                .map(|address| SocketAddr::new(address, target.port()))
                .into_iter()
                .collect());
        };
        let unknown = || EgressError::new(Kind::Unknown, format!("There is no address for {name}."));
        let addresses =
            self.resolver.resolve(name, target.port()).await.map_err(|error| unknown().with_detail(error))?;
        if addresses.is_empty() { Err(unknown()) } else { Ok(addresses) }
    }
}

/// The first that answers. Each but the last gets half of the time that is left: a network that swallows packets of IPv6 must not use
/// up the time of IPv4.
async fn reach(target: &Target, addresses: &[SocketAddr]) -> Result<TcpStream, EgressError> {
    let until = Instant::now() + CONNECT;
    let mut last = too_late(&target.label());
    let tried = &addresses[..addresses.len().min(ADDRESSES)];
    for (index, address) in tried.iter().enumerate() {
        let left = until.saturating_duration_since(Instant::now());
        let share = if index + 1 < tried.len() { left / 2 } else { left };
        match timeout_at(Instant::now() + share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = refused(target, &error),
            Err(_) => last = too_late(&target.label()),
        }
    }
    Err(last)
}

fn refused(target: &Target, error: &std::io::Error) -> EgressError {
    EgressError::new(Kind::Refused, format!("{} takes no connection.", target.label())).with_detail(error)
}

fn too_late(host: &str) -> EgressError {
    EgressError::new(
        Kind::ConnectTimeout,
        format!("No connection to {host} came about within {} s.", CONNECT.as_secs()),
    )
}
