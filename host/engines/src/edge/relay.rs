//! A way to the service on which nothing is held back.
//!
//! The crate writes a request in two pieces and leaves Nagle's algorithm on, so that the second piece waits
//! until the first has been acknowledged, which takes whoever receives it 40 ms and more, when the connection
//! is made and with each request again. It takes no socket of its caller's, but it takes a proxy. So there is
//! one on this machine, for one connection each, that acknowledges at once and sends on at once. An
//! operator's proxy is spoken to from here, too.

use std::{io, sync::Arc, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    task::JoinSet,
    time::timeout,
};
use tokio_util::task::AbortOnDropHandle;
use wheelhouse_core::clock::Entropy;

/// The longest head of a request or an answer.
const HEAD: usize = 4 << 10;
/// As much as is passed on at once.
const PIECE: usize = 16 << 10;
/// Whoever else on this machine finds the port: so many at once, and not for long.
const STRANGERS: usize = 8;
const PATIENCE: Duration = Duration::from_secs(5);

/// How relays get to the service.
pub(super) struct Way {
    /// Host and port of the operator's proxy.
    proxy: Option<String>,
    entropy: Arc<dyn Entropy>,
}

/// A proxy for one connection. Dropping it breaks the connection.
pub(super) struct Relay {
    url: String,
    _task: AbortOnDropHandle<()>,
}

impl Way {
    pub(super) fn new(proxy: Option<String>, entropy: Arc<dyn Entropy>) -> Self {
        Self { proxy, entropy }
    }

    /// A proxy that waits for its connection.
    ///
    /// # Errors
    /// When this machine has no port left.
    pub(super) async fn open(&self) -> io::Result<Relay> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (port, word) = (listener.local_addr()?.port(), self.entropy.uuid(Timestamp::UNIX_EPOCH).simple());
        let expected = format!("Basic {}", BASE64_STANDARD.encode(format!("edge:{word}")));
        let task = tokio::spawn(listen(listener, expected.into(), self.proxy.clone()));
        let url = format!("http://edge:{word}@127.0.0.1:{port}");
        Ok(Relay { url, _task: AbortOnDropHandle::new(task) })
    }
}

impl Relay {
    /// As the crate wants it named.
    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

async fn listen(listener: TcpListener, expected: Arc<str>, proxy: Option<String>) {
    let mut guests = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if guests.len() < STRANGERS => {
                let Ok((socket, _)) = accepted else { return };
                let (expected, proxy) = (expected.clone(), proxy.clone());
                // Whoever breaks off is told to the other side by its end.
                guests.spawn(async move { drop(serve(socket, &expected, proxy.as_deref()).await) });
            }
            Some(_) = guests.join_next() => {}
        }
    }
}

async fn serve(mut near: TcpStream, expected: &str, proxy: Option<&str>) -> io::Result<()> {
    let request = timeout(PATIENCE, head(&mut near)).await??;
    let mut words = request.split(' ');
    let (Some("CONNECT"), Some(target)) = (words.next(), words.next()) else { return Ok(()) };
    let credentials = request.lines().filter_map(|line| line.split_once(": "));
    let known =
        |(name, value): (&str, &str)| name.eq_ignore_ascii_case("proxy-authorization") && value == expected;
    if !credentials.into_iter().any(known) {
        return Ok(());
    }
    let mut far = match reach(target, proxy).await {
        Ok(far) => far,
        Err((status, reason)) => {
            return near.write_all(format!("HTTP/1.1 {status} {reason}\r\n\r\n").as_bytes()).await;
        }
    };
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    near.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    acknowledge_at_once(&near);
    let ((near_in, near_out), (far_in, far_out)) = (near.split(), far.split());
    // The end of one direction is the end: neither side goes on alone.
    tokio::select! {
        ended = pass_on(near_in, far_out) => ended,
        ended = pass_on(far_in, near_out) => ended,
    }
}

/// A connection to the service, as far as its TLS.
///
/// # Errors
/// A status and a reason.
async fn reach(target: &str, proxy: Option<&str>) -> Result<TcpStream, (u16, String)> {
    let unreachable = |error: io::Error| (502, error.kind().to_string());
    let mut far = TcpStream::connect(proxy.unwrap_or(target)).await.map_err(unreachable)?;
    if proxy.is_some() {
        let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n");
        far.write_all(request.as_bytes()).await.map_err(unreachable)?;
        let answer = head(&mut far).await.map_err(unreachable)?;
        match answer.split(' ').nth(1).and_then(|status| status.parse().ok()) {
            Some(200) => {}
            Some(status) => return Err((status, "said the proxy".to_owned())),
            None => return Err((502, "no answer of a proxy".to_owned())),
        }
    }
    Ok(far)
}

/// A head of HTTP. What comes after it is not sent before it has been answered, or read.
async fn head(stream: &mut TcpStream) -> io::Result<String> {
    let mut bytes = Vec::with_capacity(256);
    while !bytes.ends_with(b"\r\n\r\n") {
        if bytes.len() == HEAD {
            return Err(io::ErrorKind::InvalidData.into());
        }
        bytes.push(stream.read_u8().await?);
    }
    String::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData.into())
}

async fn pass_on(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        let length = from.read(&mut piece).await?;
        if length == 0 {
            return Ok(());
        }
        acknowledge_at_once(from.as_ref());
        to.write_all(&piece[..length]).await?;
        acknowledge_at_once(to.as_ref());
    }
}

/// Until the system thinks better of it, which it does with every piece that is read or written.
fn acknowledge_at_once(socket: &TcpStream) {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // Where it cannot be had, it takes longer.
    let _ = socket.set_quickack(true);
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = socket;
}
