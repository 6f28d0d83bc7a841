//! HTTP/1.1 by hand, so that a double can misbehave on every level.

use std::io::{Error, Result};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// No double takes more.
const MAX_BODY: usize = 1 << 20;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Request {
    /// `POST`.
    pub method: String,
    /// With its query, if there is one.
    pub path: String,
    headers: Vec<(String, String)>,
    /// Empty where there is none.
    pub body: Vec<u8>,
}

impl Request {
    /// The header of this name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Reads the next request; `None` when the client has closed the connection before one. Of clients that send
/// nothing ahead of an answer, what follows is left to the next reader.
///
/// # Errors
/// When it breaks, or what comes is no HTTP.
pub async fn read_request(socket: &mut (impl AsyncRead + Unpin)) -> Result<Option<Request>> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if bytes.len() > MAX_BODY || socket.read_buf(&mut bytes).await? == 0 {
            return if bytes.is_empty() { Ok(None) } else { Err(Error::other("half a head")) };
        }
    };
    let mut body = bytes.split_off(head_end + 4);
    let head = String::from_utf8_lossy(&bytes);
    let mut lines = head.lines();
    let mut words = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else {
        return Err(Error::other("no request line"));
    };
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    if length > MAX_BODY {
        return Err(Error::other("a large body"));
    }
    while body.len() < length {
        if socket.read_buf(&mut body).await? == 0 {
            return Err(Error::other("half a body"));
        }
    }
    Ok(Some(Request { method, path, headers, body }))
}

/// How a body's end is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Framing {
    /// Each piece with its length, and a mark at the end.
    #[default]
    Chunked,
    /// By the length of the whole in the head.
    Length,
    /// By the end of the connection.
    UntilClose,
    /// There is none: something else than HTTP begins, such as a tunnel.
    NoBody,
}

/// Writes a head.
///
/// # Errors
/// When the client is gone.
pub async fn write_head(
    socket: &mut (impl AsyncWrite + Unpin),
    status: u16,
    headers: &[(&str, &str)],
    framing: Framing,
    length: usize,
) -> Result<()> {
    let mut head = format!("HTTP/1.1 {status} Whatever\r\n");
    match framing {
        Framing::Chunked => head.push_str("transfer-encoding: chunked\r\n"),
        Framing::Length => head.push_str(&format!("content-length: {length}\r\n")),
        Framing::UntilClose => head.push_str("connection: close\r\n"),
        Framing::NoBody => {}
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    socket.write_all(head.as_bytes()).await?;
    socket.flush().await
}

/// Writes a piece of a body. An empty one is nothing, where chunks would take it for the end.
///
/// # Errors
/// When the client is gone.
pub async fn write_piece(
    socket: &mut (impl AsyncWrite + Unpin),
    framing: Framing,
    piece: &[u8],
) -> Result<()> {
    if framing == Framing::Chunked && !piece.is_empty() {
        let mut chunk = format!("{:x}\r\n", piece.len()).into_bytes();
        chunk.extend_from_slice(piece);
        chunk.extend_from_slice(b"\r\n");
        return socket.write_all(&chunk).await;
    }
    socket.write_all(piece).await
}

/// Says that a body is whole. `false`: the connection can carry no other request.
///
/// # Errors
/// When the client is gone.
pub async fn write_end(socket: &mut (impl AsyncWrite + Unpin), framing: Framing) -> Result<bool> {
    if framing == Framing::Chunked {
        socket.write_all(b"0\r\n\r\n").await?;
    }
    socket.flush().await?;
    Ok(!matches!(framing, Framing::UntilClose | Framing::NoBody))
}

/// Writes a whole answer.
///
/// # Errors
/// When the client is gone.
pub async fn write_answer(
    socket: &mut (impl AsyncWrite + Unpin),
    status: u16,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<()> {
    write_head(socket, status, headers, Framing::Length, body.len()).await?;
    write_piece(socket, Framing::Length, body).await?;
    write_end(socket, Framing::Length).await.map(drop)
}
