//! Microsoft Edge's read-aloud service, for a client that cannot be told another address: a proxy that takes
//! `CONNECT` and plays the service itself behind it, with a certificate of an authority of its own. The
//! client needs that authority in `SSL_CERT_FILE`.
//!
//! It says what it was told: the audio is real MP3 of silence, and each frame has the word that it stands for
//! where decoders do not look ([`audio`]). Faults are set while it runs, by [`EdgeDouble::set_fault`] or by
//! `POST /fault` with a [`Fault`] as JSON.
//!
//! Parts: [`fault`], [`service`] (what is behind the proxy), [`ssml`] (what it takes), [`turn`] (one answer).

pub mod audio;
mod fault;
mod service;
mod ssml;
mod turn;

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;
use tracing::{Dispatch, instrument::WithSubscriber};

pub use fault::Fault;
pub use ssml::Request;

use crate::{
    Authority,
    http::{Framing, read_request, write_answer, write_head},
};

/// Whom it plays.
pub const HOST: &str = "speech.platform.bing.com";

/// What has come so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seen {
    /// Connections through the proxy, whatever became of them.
    pub connections: usize,
    /// WebSockets that were opened.
    pub sockets: usize,
    /// Texts to say, in their order.
    pub requests: Vec<Request>,
    /// How often the list of voices was asked for.
    pub lists: usize,
    /// Connections whose client has gone, or that were closed on it.
    pub ended: usize,
}

struct State {
    fault: Mutex<Option<Fault>>,
    seen: watch::Sender<Seen>,
}

impl State {
    fn fault(&self) -> Option<Fault> {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_fault(&self, fault: Option<Fault>) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    fn note(&self, change: impl FnOnce(&mut Seen)) {
        self.seen.send_modify(change);
    }
}

/// The service while it runs; dropping it ends it, with all of its connections left to themselves.
pub struct EdgeDouble {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

impl EdgeDouble {
    /// Starts it on this address, with port 0 for any.
    ///
    /// # Errors
    /// When it cannot listen, or the authority's key is none.
    pub async fn start(authority: &Authority, address: SocketAddr) -> io::Result<Self> {
        let tls = authority.acceptor(HOST)?;
        let listener = TcpListener::bind(address).await?;
        let state = Arc::new(State { fault: Mutex::default(), seen: watch::Sender::default() });
        let address = listener.local_addr()?;
        // What it hears must not be in the log of a test that looks whether somebody else writes it there.
        let task = tokio::spawn(listen(listener, tls, state.clone()).with_subscriber(Dispatch::none()));
        Ok(Self { address, state, task })
    }

    /// The proxy, as clients want it named.
    pub fn proxy(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Goes wrong from here on; `None` puts it in order again. What has begun goes on as it was.
    pub fn set_fault(&self, fault: impl Into<Option<Fault>>) {
        self.state.set_fault(fault.into());
    }

    /// What has come so far.
    pub fn seen(&self) -> Seen {
        self.state.seen.borrow().clone()
    }

    /// Waits until enough has come.
    pub async fn until(&self, enough: impl FnMut(&Seen) -> bool) {
        // The other end is in `self`.
        let _ = self.state.seen.subscribe().wait_for(enough).await;
    }
}

impl Drop for EdgeDouble {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(listener: TcpListener, tls: TlsAcceptor, state: Arc<State>) {
    while let Ok((socket, _)) = listener.accept().await {
        let (tls, state) = (tls.clone(), state.clone());
        let served = async move {
            // Whoever breaks off does what it is here to be used to.
            let _ = serve(socket, tls, &state).await;
        };
        tokio::spawn(served.with_current_subscriber());
    }
}

async fn serve(mut socket: TcpStream, tls: TlsAcceptor, state: &State) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let Some(request) = read_request(&mut socket).await? else { return Ok(()) };
    match (request.method.as_str(), request.path.as_str()) {
        ("CONNECT", host) if host == format!("{HOST}:443") => {
            state.note(|seen| seen.connections += 1);
            let served = async {
                write_head(&mut socket, 200, &[], Framing::NoBody, 0).await?;
                service::serve(tls.accept(socket).await?, state).await
            };
            let ended = served.await;
            state.note(|seen| seen.ended += 1);
            ended
        }
        ("POST", "/fault") => match serde_json::from_slice(&request.body) {
            Ok(fault) => {
                state.set_fault(fault);
                write_answer(&mut socket, 204, &[], b"").await
            }
            Err(error) => write_answer(&mut socket, 400, &[], error.to_string().as_bytes()).await,
        },
        _ => write_answer(&mut socket, 403, &[], b"").await,
    }
}
