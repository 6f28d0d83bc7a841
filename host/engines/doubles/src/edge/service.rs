//! What is behind the proxy.

use std::io;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::server::TlsStream;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        handshake::derive_accept_key,
        protocol::{CloseFrame, Role, frame::coding::CloseCode},
    },
};

use super::{Fault, State, ssml, turn::Turn};
use crate::http::{Framing, read_request, write_answer, write_head};

pub(super) type Socket = WebSocketStream<TlsStream<TcpStream>>;

const SPEAK: &str = "/consumer/speech/synthesize/readaloud/edge/v1?";
const LIST: &str = "/consumer/speech/synthesize/readaloud/voices/list?";

/// Short name, gender, personality.
const VOICES: [(&str, &str, &str); 8] = [
    ("af-ZA-AdriNeural", "Female", "Friendly"),
    ("de-DE-KatjaNeural", "Female", "Friendly"),
    ("en-GB-SoniaNeural", "Female", "Positive"),
    ("en-US-AriaNeural", "Female", "Confident"),
    ("en-US-AvaMultilingualNeural", "Female", "Caring"),
    ("en-US-GuyNeural", "Male", "Passion"),
    ("nb-NO-FinnNeural", "Male", "Friendly"),
    ("zh-CN-liaoning-XiaobeiNeural", "Female", "Humorous"),
];

pub(super) async fn serve(mut stream: TlsStream<TcpStream>, state: &State) -> io::Result<()> {
    let Some(request) = read_request(&mut stream).await? else { return Ok(()) };
    if request.path.starts_with(LIST) {
        return list(&mut stream, state).await;
    }
    let fault = state.fault();
    if let Some(Fault::Refuse(status)) = fault {
        let wait: &[_] = if status == 429 { &[("Retry-After", "7")] } else { &[] };
        return write_answer(&mut stream, status, wait, b"no").await;
    }
    // 16 digits and 64: the form of the token since October 2026.
    let signed = request.path.split('&').filter_map(|part| part.strip_prefix("Sec-MS-GEC=")).any(|token| {
        token.split('-').map(str::len).eq([16, 64])
            && token.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
    });
    let key = request.header("sec-websocket-key").filter(|_| signed && request.path.starts_with(SPEAK));
    let Some(key) = key.map(|key| derive_accept_key(key.as_bytes())) else {
        return write_answer(&mut stream, 403, &[], b"no").await;
    };
    let upgrade = [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Accept", &key)];
    write_head(&mut stream, 101, &upgrade, Framing::NoBody, 0).await?;
    state.note(|seen| seen.sockets += 1);
    converse(WebSocketStream::from_raw_socket(stream, Role::Server, None).await, state).await
}

async fn list(stream: &mut TlsStream<TcpStream>, state: &State) -> io::Result<()> {
    state.note(|seen| seen.lists += 1);
    match state.fault() {
        Some(Fault::NoList) => return write_answer(stream, 503, &[], b"no").await,
        Some(Fault::SilentList) => return stream.read_u8().await.map(drop),
        _ => {}
    }
    let voices = VOICES.map(|(id, gender, personality)| {
        let (locale, name) = id.rsplit_once('-').unwrap_or_default();
        json!({
            "Name": format!("Microsoft Server Speech Text to Speech Voice ({locale}, {name})"),
            "ShortName": id,
            "Gender": gender,
            "Locale": locale,
            "SuggestedCodec": "audio-24khz-48kbitrate-mono-mp3",
            "FriendlyName": format!("Microsoft {name} Online (Natural)"),
            "Status": "GA",
            "VoiceTag": {"ContentCategories": ["General"], "VoicePersonalities": [personality]},
        })
    });
    let body = json!(voices).to_string();
    let headers = [("Content-Type", "application/json"), ("Connection", "close")];
    write_answer(stream, 200, &headers, body.as_bytes()).await?;
    stream.shutdown().await
}

async fn converse(mut socket: Socket, state: &State) -> io::Result<()> {
    let mut configured = false;
    while let Some(message) = socket.next().await {
        let Message::Text(text) = message.map_err(io::Error::other)? else { continue };
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            return refuse(socket, "a message without a head").await;
        };
        let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        match header("Path") {
            Some("speech.config") => {
                configured =
                    body.contains("audio-24khz-48kbitrate-mono-mp3") && body.contains("wordBoundaryEnabled");
            }
            Some("ssml") if matches!(state.fault(), Some(Fault::Refuse(_))) => return Ok(()),
            Some("ssml") if configured => {
                let request = match ssml::read(body) {
                    Ok(request) => request,
                    Err(reason) => return refuse(socket, reason).await,
                };
                let known = VOICES.iter().any(|(id, ..)| {
                    let (locale, name) = id.rsplit_once('-').unwrap_or_default();
                    request.voice
                        == format!("Microsoft Server Speech Text to Speech Voice ({locale}, {name})")
                });
                state.note(|seen| seen.requests.push(request.clone()));
                if !known {
                    return refuse(socket, "Unsupported voice").await;
                }
                let turn = Turn::new(header("X-RequestId").unwrap_or_default(), &request);
                match turn.answer(socket, state.fault()).await? {
                    Some(open) => socket = open,
                    None => return Ok(()),
                }
            }
            _ => return refuse(socket, "a message of no known kind").await,
        }
    }
    Ok(())
}

async fn refuse(mut socket: Socket, reason: &'static str) -> io::Result<()> {
    let frame = CloseFrame { code: CloseCode::Invalid, reason: reason.into() };
    socket.send(Message::Close(Some(frame))).await.map_err(io::Error::other)?;
    // Until the client has gone, as it may not have read the reason yet.
    while socket.next().await.is_some_and(|message| message.is_ok()) {}
    Ok(())
}
