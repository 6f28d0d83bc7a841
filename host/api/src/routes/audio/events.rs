//! Spoken audio as events: OpenAI's `speech.audio.delta` and `speech.audio.done`, and between them what is said when and by whom.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use serde_json::{Value, json};
use wheelhouse_core::{Failure, Result};
use wheelhouse_services::{Mark, SpokenPiece};

use super::super::sending::Outgoing;

/// One event a piece. A failure is the last event, and no `speech.audio.done` follows it.
pub(super) fn encode(
    pieces: BoxStream<'static, Result<SpokenPiece>>,
) -> BoxStream<'static, Result<Outgoing>> {
    stream::unfold(Some(pieces), |pieces| async move {
        let mut pieces = pieces?;
        match pieces.next().await? {
            Ok(piece) => Some((Ok(event(&of_piece(&piece))), Some(pieces))),
            Err(failure) => Some((Ok(event(&of_failure(&failure))), None)),
        }
    })
    .boxed()
}

fn event(data: &Value) -> Outgoing {
    Outgoing::Bytes(Bytes::from(format!("data: {data}\n\n")))
}

fn of_piece(piece: &SpokenPiece) -> Value {
    match piece {
        SpokenPiece::Audio(bytes) => {
            json!({"type": "speech.audio.delta", "audio": STANDARD.encode(bytes)})
        }
        SpokenPiece::Mark(Mark::Sentence { text, start }) => {
            json!({"type": "speech.sentence", "text": text, "start": seconds(*start)})
        }
        SpokenPiece::Mark(Mark::Word(word)) => {
            let (start, end) = (seconds(word.start), seconds(word.end));
            json!({"type": "speech.word", "text": word.text, "start": start, "end": end})
        }
        SpokenPiece::Mark(Mark::Engine { engine, voice, start }) => {
            json!({"type": "speech.engine", "engine": engine, "voice": voice, "start": seconds(*start)})
        }
        SpokenPiece::Mark(Mark::End { length }) => json!({
            "type": "speech.audio.done",
            "length": seconds(*length),
            // OpenAI's clients expect it; nothing here is counted in tokens.
            "usage": {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0},
        }),
    }
}

fn of_failure(failure: &Failure) -> Value {
    json!({"type": "error", "error": {"message": failure.message, "code": failure.code()}})
}

/// To the millisecond.
fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1_000.0).round() / 1_000.0
}
