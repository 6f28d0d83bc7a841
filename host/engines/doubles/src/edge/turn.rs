//! One answer: `turn.start`, `response`, words and audio by turns, `turn.end`.

use std::io;

use futures_util::{SinkExt, StreamExt, TryFutureExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::{Fault, Request, audio, service::Socket, ssml};

/// The most that one frame carries.
const PIECE: usize = 720;
/// A tick is 100 ns.
const TICKS: usize = 10_000;
/// Before the first word.
const LEAD_MS: usize = 100;

pub(super) struct Turn<'t> {
    id: &'t str,
    words: Vec<&'t str>,
    /// Hundredths of the voice's own.
    pace: usize,
}

/// What becomes of the connection in the middle of an answer.
enum Step {
    Goes,
    Stalls,
    Cuts,
    Closes,
}

impl<'t> Turn<'t> {
    pub(super) fn new(id: &'t str, request: &'t Request) -> Self {
        let more: isize = request.rate.trim_end_matches('%').parse().unwrap_or_default();
        Self { id, words: ssml::words(&request.text), pace: 100_usize.saturating_add_signed(more).max(1) }
    }

    /// Answers; gives the socket back for the next one unless that is over.
    pub(super) async fn answer(
        &self,
        mut socket: Socket,
        fault: Option<Fault>,
    ) -> io::Result<Option<Socket>> {
        match self.go(&mut socket, fault).map_err(io::Error::other).await? {
            Step::Goes => return Ok(Some(socket)),
            // Pongs and the like are not waited for; the client's going is.
            Step::Stalls => while socket.next().await.is_some_and(|message| message.is_ok()) {},
            Step::Cuts => {}
            Step::Closes => {
                socket.close(None).await.map_err(io::Error::other)?;
                while socket.next().await.is_some_and(|message| message.is_ok()) {}
            }
        }
        Ok(None)
    }

    async fn go(
        &self,
        socket: &mut Socket,
        fault: Option<Fault>,
    ) -> Result<Step, tokio_tungstenite::tungstenite::Error> {
        use Fault::*;
        if fault == Some(AcceptAndStaySilent) {
            return Ok(Step::Stalls);
        }
        let ping = async |socket: &mut Socket| match fault {
            Some(Pings) => socket.send(Message::Ping("are you there?".into())).await,
            _ => Ok(()),
        };
        let context = json!({"context": {"serviceTag": self.id}});
        ping(socket).await?;
        socket.send(self.text("turn.start", &context)).await?;
        socket.send(self.text("response", &json!({"context": {}, "audio": {"type": "inline"}}))).await?;
        match fault {
            Some(Garbage) => socket.send(Message::text("HTTP/1.1 418 teapot")).await?,
            Some(ShortFrame) => socket.send(Message::binary(vec![0])).await?,
            _ => {}
        }
        let said = if fault == Some(EndEarly) { self.words.len() / 2 } else { self.words.len() };
        let heard = match fault {
            Some(NoAudio) => 0,
            Some(HalfAudio) => said / 2,
            _ => said,
        };
        let mut sent = 0;
        for (place, word) in self.words[..said].iter().enumerate() {
            socket.send(self.text("audio.metadata", &self.metadata(place, word))).await?;
            let audio = if place < heard { audio::of_word(word, self.pace) } else { Vec::new() };
            for piece in audio.chunks(PIECE) {
                let (until, step) = match fault {
                    Some(StallAfter(until)) => (until, Step::Stalls),
                    Some(CutAt(until)) => (until, Step::Cuts),
                    Some(CloseAt(until)) => (until, Step::Closes),
                    _ => (usize::MAX, Step::Goes),
                };
                let piece = &piece[..piece.len().min(until - sent)];
                if !piece.is_empty() {
                    socket.send(self.binary(piece)).await?;
                }
                sent += piece.len();
                if sent == until {
                    return Ok(step);
                }
            }
            ping(socket).await?;
        }
        socket.send(self.text("turn.end", &json!({}))).await?;
        ping(socket).await?;
        Ok(if fault == Some(CloseAfterTurn) { Step::Closes } else { Step::Goes })
    }

    fn text(&self, path: &str, body: &Value) -> Message {
        let (id, kind) = (self.id, "application/json; charset=utf-8");
        Message::text(format!("X-RequestId:{id}\r\nContent-Type:{kind}\r\nPath:{path}\r\n\r\n{body}"))
    }

    fn binary(&self, audio: &[u8]) -> Message {
        let id = self.id;
        let head =
            format!("X-RequestId:{id}\r\nContent-Type:audio/mpeg\r\nX-StreamId:{id}\r\nPath:audio\r\n");
        let length = u16::try_from(head.len()).expect("a head of some lines");
        Message::binary([&length.to_be_bytes(), head.as_bytes(), audio].concat())
    }

    fn metadata(&self, place: usize, word: &str) -> Value {
        let (each, kind) = (audio::of_word(word, self.pace).len() / 6 * TICKS, "WordBoundary");
        json!({"Metadata": [{
            "Type": kind,
            "Data": {
                "Offset": place * each + LEAD_MS * TICKS,
                "Duration": each / 2,
                "text": {"Text": ssml::escape(word), "Length": word.chars().count(), "BoundaryType": kind},
            },
        }]})
    }
}
