//! OpenAI's speech API: `POST /v1/audio/speech`, with the checks and refusals of the real one.
//!
//! Speaks a tone of [`WORD_MS`](crate::tone::WORD_MS) a word as `pcm`, `wav` or `mp3`, in pieces as it would be made. Refuses a wrong key
//! with 401, and an unknown voice or form, an empty and a too long text with 400. A model whose name begins with `gpt-4o-mini-tts` speaks at
//! its own pace whatever is asked for.

mod audio;
mod speech;

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

pub use audio::SAMPLE_RATE;

use crate::http::{Framing, Request, read_request, write_answer, write_end, write_head, write_piece};

/// The voices that OpenAI has, which are the double's unless it is told others.
pub const VOICES: [&str; 13] = [
    "alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx", "sage", "shimmer",
    "verse",
];

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Every request is refused with this status, as OpenAI words it. 429 says `Retry-After: 7`.
    Refuse(u16),
    /// The account has no credit left: 429, which is no rate limit.
    NoCredit,
    /// Requests are read and never answered.
    AcceptAndStaySilent,
    /// The first byte of the head comes so much later.
    SlowFirstByte(Duration),
    /// So many bytes of the body, and then nothing more on an open connection.
    StallAfter(usize),
    /// So many bytes of the body, and then the connection is closed.
    CutAt(usize),
    /// A whole answer without a byte of audio.
    NoAudio,
    /// A page of something that stands between, with a status that says that all is well.
    Garbage,
}

/// One call of the speech API.
#[derive(Debug, Clone)]
pub struct Call {
    /// `Authorization`, as it came.
    pub authorization: Option<String>,
    /// The body, or null where it is no JSON.
    pub body: Value,
}

/// What the double is while it serves.
#[derive(Debug, Clone)]
struct Settings {
    key: Option<String>,
    voices: Vec<String>,
    fault: Option<Fault>,
    /// Requests that go well all the same.
    spared: usize,
    framing: Framing,
}

impl Settings {
    /// Those for one more request.
    fn next(&mut self) -> Self {
        let mut own = self.clone();
        if self.fault.is_some() && self.spared > 0 {
            self.spared -= 1;
            own.fault = None;
        }
        own
    }
}

struct Shared {
    settings: Mutex<Settings>,
    calls: Mutex<Vec<Call>>,
    /// Connections that the client has closed while the double was silent.
    abandoned: watch::Sender<usize>,
}

/// The double, which serves until it is dropped.
pub struct OpenAiSpeech {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Drop for OpenAiSpeech {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl OpenAiSpeech {
    /// Serves on a free port of this machine; who sends another key than this is refused.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn start(key: Option<&str>) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            settings: Mutex::new(Settings {
                key: key.map(str::to_owned),
                voices: VOICES.map(str::to_owned).to_vec(),
                fault: None,
                spared: 0,
                framing: Framing::default(),
            }),
            calls: Mutex::default(),
            abandoned: watch::Sender::new(0),
        });
        let serving = shared.clone();
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let shared = serving.clone();
                tokio::spawn(async move {
                    // A client that goes away is no concern of a server.
                    let _ = serve(socket, &shared).await;
                });
            }
        });
        Ok(Self { address, shared, task })
    }

    /// What belongs into `base_url`.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// What goes wrong from the next request on; `None`: nothing.
    pub fn set_fault(&self, fault: Option<Fault>) {
        let mut settings = lock(&self.shared.settings);
        (settings.fault, settings.spared) = (fault, 0);
    }

    /// What goes wrong once so many more requests have gone well.
    pub fn set_fault_after(&self, requests: usize, fault: Fault) {
        let mut settings = lock(&self.shared.settings);
        (settings.fault, settings.spared) = (Some(fault), requests);
    }

    /// How the ends of bodies are told from the next request on. WAV says its length unless it comes in chunks.
    pub fn set_framing(&self, framing: Framing) {
        lock(&self.shared.settings).framing = framing;
    }

    /// Which voices there are.
    pub fn set_voices(&self, voices: &[&str]) {
        lock(&self.shared.settings).voices = voices.iter().map(|voice| (*voice).to_owned()).collect();
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<Call> {
        lock(&self.shared.calls).clone()
    }

    /// Returns when clients have closed so many connections on which the double was silent.
    pub async fn abandoned(&self, count: usize) {
        let mut abandoned = self.shared.abandoned.subscribe();
        // The sender lives as long as `self`.
        let _ = abandoned.wait_for(|so_far| *so_far >= count).await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(mut socket: TcpStream, shared: &Shared) -> io::Result<()> {
    socket.set_nodelay(true)?;
    while let Some(request) = read_request(&mut socket).await? {
        if !answer(&mut socket, &request, shared).await? {
            break;
        }
    }
    Ok(())
}

/// Answers one request; whether the connection can carry another.
async fn answer(socket: &mut TcpStream, request: &Request, shared: &Shared) -> io::Result<bool> {
    let body = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
    let authorization = request.header("authorization").map(str::to_owned);
    lock(&shared.calls).push(Call { authorization, body: body.clone() });
    let settings = lock(&shared.settings).next();

    match settings.fault {
        Some(Fault::AcceptAndStaySilent) => return stay_silent(socket, shared).await,
        Some(Fault::SlowFirstByte(wait)) => tokio::time::sleep(wait).await,
        _ => {}
    }
    let speech = match speech::answer(request, &body, &settings) {
        Ok(speech) => speech,
        Err(refusal) => {
            let text = refusal.body.to_string();
            let mut headers = vec![("content-type", "application/json")];
            headers.extend((refusal.status == 429).then_some(("retry-after", "7")));
            return write_answer(socket, refusal.status, &headers, text.as_bytes()).await.map(|()| true);
        }
    };
    let (framing, audio) = (settings.framing, &speech.audio);
    let headers = [("content-type", speech.content_type)];
    write_head(socket, 200, &headers, framing, audio.len()).await?;
    let end = match settings.fault {
        Some(Fault::StallAfter(bytes) | Fault::CutAt(bytes)) => bytes.min(audio.len()),
        _ => audio.len(),
    };
    for piece in audio[..end].chunks(audio::PIECE) {
        write_piece(socket, framing, piece).await?;
    }
    match settings.fault {
        Some(Fault::StallAfter(_)) => stay_silent(socket, shared).await,
        Some(Fault::CutAt(_)) => Ok(false),
        _ => write_end(socket, framing).await,
    }
}

async fn stay_silent(socket: &mut TcpStream, shared: &Shared) -> io::Result<bool> {
    // Nothing comes but the end of the connection.
    let _ = socket.read(&mut [0; 64]).await;
    shared.abandoned.send_modify(|count| *count += 1);
    Ok(false)
}
