//! A server on a local port: HTTP/1.1 by hand, so that it can misbehave on every level.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    pub method: String,
    pub path: String,
    headers: Vec<(String, String)>,
    pub body: Value,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// How an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// As it should.
    Whole,
    /// Says nothing more, and waits for the client to go.
    Stall,
    /// Sends comments until the client goes.
    KeepAlive,
    /// Closes the connection in the middle of the body.
    Close,
    /// Resets it.
    Reset,
}

/// What the server does with one request.
#[derive(Debug, Clone)]
pub struct Answer {
    /// `None` for not even a head.
    status: Option<u16>,
    headers: Vec<(&'static str, String)>,
    pieces: Vec<Vec<u8>>,
    ending: Ending,
}

impl Answer {
    /// An answer with this status and body.
    pub fn status(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        Self { status: Some(status), headers, pieces: vec![body.into()], ending: Ending::Whole }
    }

    pub fn json(status: u16, body: &Value) -> Self {
        Self::status(status, "application/json", body.to_string())
    }

    /// Takes the request and says nothing.
    pub fn silence() -> Self {
        Self { status: None, headers: Vec::new(), pieces: Vec::new(), ending: Ending::Stall }
    }

    /// A stream of these chunks and `[DONE]`, each chunk in a piece of its own.
    pub fn stream(chunks: &[Value]) -> Self {
        Self::open_stream(chunks).then("data: [DONE]\n\n")
    }

    /// A stream of these chunks without `[DONE]`.
    pub fn open_stream(chunks: &[Value]) -> Self {
        let pieces = chunks.iter().map(|chunk| format!("data: {chunk}\n\n").into_bytes()).collect();
        let headers = vec![("content-type", "text/event-stream; charset=utf-8".to_owned())];
        Self { status: Some(200), headers, pieces, ending: Ending::Whole }
    }

    /// Bytes as they are.
    pub fn raw(pieces: &[&[u8]]) -> Self {
        let pieces = pieces.iter().map(|piece| piece.to_vec()).collect();
        Self { pieces, ..Self::open_stream(&[]) }
    }

    pub fn then(mut self, piece: &str) -> Self {
        self.pieces.push(piece.as_bytes().to_vec());
        self
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn and_stalls(self) -> Self {
        Self { ending: Ending::Stall, ..self }
    }

    pub fn and_keeps_alive(self) -> Self {
        Self { ending: Ending::KeepAlive, ..self }
    }

    pub fn and_closes(self) -> Self {
        Self { ending: Ending::Close, ..self }
    }

    pub fn and_resets(self) -> Self {
        Self { ending: Ending::Reset, ..self }
    }
}

/// Answers requests in the order of its script, and keeps them. A request beyond the script gets a 500 that no test expects.
pub struct FakeServer {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    connections: watch::Receiver<usize>,
    written: watch::Receiver<usize>,
    /// Connections that the client has closed while the server stalled.
    abandoned: watch::Receiver<usize>,
    task: JoinHandle<()>,
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Shared {
    script: Mutex<VecDeque<Answer>>,
    received: Arc<Mutex<Vec<Received>>>,
    connections: watch::Sender<usize>,
    written: watch::Sender<usize>,
    abandoned: watch::Sender<usize>,
}

impl FakeServer {
    pub async fn start(script: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::default();
        let (connections_in, connections) = watch::channel(0);
        let (written_in, written) = watch::channel(0);
        let (abandoned_in, abandoned) = watch::channel(0);
        let shared = Arc::new(Shared {
            script: Mutex::new(script.into_iter().collect()),
            received: Arc::clone(&received),
            connections: connections_in,
            written: written_in,
            abandoned: abandoned_in,
        });
        let task = tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                shared.connections.send_modify(|count| *count += 1);
                tokio::spawn(serve(socket, shared.clone()));
            }
        });
        Self { address, received, connections, written, abandoned, task }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// The only request that there was.
    pub fn only_request(&self) -> Received {
        let received = self.received();
        assert_eq!(received.len(), 1, "{received:#?}");
        received.into_iter().next().unwrap()
    }

    pub fn connections(&self) -> usize {
        *self.connections.borrow()
    }

    /// Pieces that the sockets have taken.
    pub fn written(&self) -> usize {
        *self.written.borrow()
    }

    /// Returns when the client has closed a connection on which the server stalled.
    pub async fn abandoned(&mut self) {
        self.abandoned.wait_for(|&count| count > 0).await.unwrap();
    }
}

async fn serve(mut socket: TcpStream, shared: Arc<Shared>) {
    while let Some(request) = read_request(&mut socket).await {
        shared.received.lock().unwrap().push(request);
        let answer = shared.script.lock().unwrap().pop_front();
        let answer = answer.unwrap_or_else(|| Answer::status(500, "text/plain", "no more in the script"));
        if write_answer(&mut socket, answer, &shared).await.is_none() {
            break;
        }
    }
}

async fn read_request(socket: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if socket.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
    let mut lines = head.lines();
    let mut request_line = lines.next().unwrap().split(' ').map(str::to_owned);
    let headers: Vec<(String, String)> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = bytes.split_off(head_end + 4);
    while body.len() < length {
        if socket.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
    Some(Received { method: request_line.next().unwrap(), path: request_line.next().unwrap(), headers, body })
}

/// Whether the connection can carry another request.
async fn write_answer(socket: &mut TcpStream, answer: Answer, shared: &Shared) -> Option<()> {
    socket.set_nodelay(true).unwrap();
    if let Some(status) = answer.status {
        let mut head = format!("HTTP/1.1 {status} Whatever\r\ntransfer-encoding: chunked\r\n");
        for (name, value) in &answer.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        socket.write_all(head.as_bytes()).await.ok()?;
    }
    for piece in &answer.pieces {
        write_piece(socket, piece).await?;
        shared.written.send_modify(|count| *count += 1);
    }
    match answer.ending {
        Ending::Whole => socket.write_all(b"0\r\n\r\n").await.ok(),
        Ending::Stall => {
            // Nothing comes but the end of the connection.
            let _ = socket.read(&mut [0; 64]).await;
            shared.abandoned.send_modify(|count| *count += 1);
            None
        }
        Ending::KeepAlive => {
            let mut ticks = tokio::time::interval(Duration::from_millis(5));
            while write_piece(socket, b": keep-alive\n\n").await.is_some() {
                ticks.tick().await;
            }
            shared.abandoned.send_modify(|count| *count += 1);
            None
        }
        Ending::Close => None,
        Ending::Reset => {
            socket.set_zero_linger().unwrap();
            None
        }
    }
}

async fn write_piece(socket: &mut TcpStream, piece: &[u8]) -> Option<()> {
    let mut chunk = format!("{:x}\r\n", piece.len()).into_bytes();
    chunk.extend_from_slice(piece);
    chunk.extend_from_slice(b"\r\n");
    socket.write_all(&chunk).await.ok()?;
    socket.flush().await.ok()
}
