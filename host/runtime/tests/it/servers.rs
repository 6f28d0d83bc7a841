//! Servers outside of the host, played by the test: they speak what they are told to, whether it is HTTP or not. And names that lead to
//! them.

use std::{
    collections::{HashMap, VecDeque},
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinHandle,
};
use wheelhouse_runtime::Resolver;

/// What a server does with a request.
pub(crate) enum Reply {
    /// Writes this and waits for the next request.
    Write(Vec<u8>),
    /// Writes this and ends the connection.
    WriteAndClose(Vec<u8>),
    /// Writes this, and nothing more for as long as the other side waits.
    WriteAndStall(Vec<u8>),
    /// Writes the first, and then the second again and again.
    WriteAndRepeat(Vec<u8>, Vec<u8>),
    /// Writes the first, and then a byte every now and then.
    WriteAndDribble(Vec<u8>),
}

/// A whole answer with this status, further headers and body.
pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
    let mut text = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    Reply::Write(format!("{text}\r\n{body}").into_bytes())
}

/// An answer that sends the client elsewhere.
pub(crate) fn redirect(status: u16, location: &str) -> Reply {
    answer(status, &[("location", location)], "")
}

#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<String>>,
    connections: AtomicUsize,
    ended: AtomicUsize,
    moved: Notify,
}

/// A server on a port of this machine.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts one that decides by the head of the request.
    pub(crate) async fn start(reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (seen, reply) = (Arc::new(Seen::default()), Arc::new(reply));
        let noted = seen.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                noted.connections.fetch_add(1, Ordering::Relaxed);
                let (seen, reply) = (noted.clone(), reply.clone());
                tokio::spawn(async move {
                    // The other side may go away at any time.
                    let _ = serve(stream, &seen, &*reply).await;
                    seen.ended.fetch_add(1, Ordering::Relaxed);
                    seen.moved.notify_waiters();
                });
            }
        });
        Self { address, seen, task }
    }

    /// Heads and bodies of the requests, in order.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::Relaxed)
    }

    /// Waits until so many requests have been read.
    pub(crate) async fn wait_for_requests(&self, count: usize) {
        self.wait(|seen| seen.requests.lock().unwrap().len() >= count).await;
    }

    /// Waits until so many connections are over.
    pub(crate) async fn wait_for_ends(&self, count: usize) {
        self.wait(|seen| seen.ended.load(Ordering::Relaxed) >= count).await;
    }

    async fn wait(&self, is_there: impl Fn(&Seen) -> bool) {
        loop {
            let moved = self.seen.moved.notified();
            tokio::pin!(moved);
            moved.as_mut().enable();
            if is_there(&self.seen) {
                return;
            }
            moved.await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    seen: &Seen,
    reply: &(dyn Fn(&str) -> Reply + Send + Sync),
) -> io::Result<()> {
    while let Some(request) = read(&mut stream).await? {
        let reply = reply(&request);
        seen.requests.lock().unwrap().push(request);
        seen.moved.notify_waiters();
        match reply {
            Reply::Write(bytes) => stream.write_all(&bytes).await?,
            Reply::WriteAndClose(bytes) => {
                stream.write_all(&bytes).await?;
                return stream.shutdown().await;
            }
            Reply::WriteAndStall(bytes) => {
                stream.write_all(&bytes).await?;
                // Until the other side gives up.
                while stream.read(&mut [0]).await? > 0 {}
                return Ok(());
            }
            Reply::WriteAndDribble(first) => {
                stream.write_all(&first).await?;
                let mut now_and_then = tokio::time::interval(Duration::from_millis(20));
                loop {
                    now_and_then.tick().await;
                    stream.write_all(b"x").await?;
                }
            }
            Reply::WriteAndRepeat(first, again) => {
                stream.write_all(&first).await?;
                loop {
                    stream.write_all(&again).await?;
                }
            }
        }
    }
    Ok(())
}

/// Reads up to and with this end; none when the other side is done before.
async fn read_to(stream: &mut TcpStream, end: &[u8]) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(end) {
        let mut byte = [0];
        if stream.read(&mut byte).await? == 0 {
            return Ok(None);
        }
        bytes.push(byte[0]);
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// One request with its body; none when the other side is done.
async fn read(stream: &mut TcpStream) -> io::Result<Option<String>> {
    let Some(head) = read_to(stream, b"\r\n\r\n").await? else { return Ok(None) };
    if head.to_lowercase().contains("transfer-encoding: chunked") {
        let body = read_to(stream, b"0\r\n\r\n").await?;
        return Ok(body.map(|body| head + &body));
    }
    let length =
        head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await?;
    Ok(Some(head + &String::from_utf8_lossy(&body)))
}

/// Names that lead where the test says, on whatever port.
#[derive(Default)]
pub(crate) struct Names {
    answers: Mutex<HashMap<String, VecDeque<Vec<SocketAddr>>>>,
    asked: Mutex<Vec<String>>,
}

impl Names {
    /// From here on the name leads there; told twice, it leads there the second time that somebody asks, and from then on.
    pub(crate) fn lead(&self, name: &str, to: &[SocketAddr]) {
        self.answers.lock().unwrap().entry(name.to_owned()).or_default().push_back(to.to_vec());
    }

    /// The names that were asked for, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

#[async_trait]
impl Resolver for Names {
    async fn resolve(&self, name: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
        self.asked.lock().unwrap().push(name.to_owned());
        let mut answers = self.answers.lock().unwrap();
        let answers = answers.get_mut(name).ok_or(io::ErrorKind::NotFound)?;
        if answers.len() > 1 { Ok(answers.pop_front().unwrap_or_default()) } else { Ok(answers[0].clone()) }
    }
}
