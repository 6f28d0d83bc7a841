//! An answer as it streams.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use reqwest::{Response, header::CONTENT_TYPE};
use wheelhouse_core::{
    Result,
    speech::{Encoding, Speech},
};

use super::form::Form;
use crate::{
    http::{
        failures,
        transport::{Transport, is_a},
    },
    watch::Watch,
    wav::{Head, Tally, Verdict},
};

/// Three hours of two channels at 48 kHz. Whoever sends more does not stop.
const MAX_AUDIO: u64 = 2 << 30;
/// As much of a complaint as anybody reads.
const MAX_COMPLAINT: usize = 64 << 10;

/// Reads an answer up to its first byte of audio, which decides whether there is any.
///
/// # Errors
/// Whatever fails before that byte: `Unavailable`, or `Timeout`.
pub(super) async fn begin(
    transport: Arc<Transport>,
    watch: Watch,
    response: Response,
    form: Form,
) -> Result<Speech> {
    if is_a(&response, "application/json") {
        // Gateways answer 200 before they know better.
        let body = transport.body(&watch, response, MAX_COMPLAINT).await?;
        return Err(transport.complaint(&body));
    }
    let said = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Some(form) = form.or_said(said) else {
        return Err(failures::unreadable(transport.noun(), "a content type that is no audio"));
    };
    let mut reader = Reader { transport, watch, response, ahead: None, tally: Tally::of_bytes() };
    let mut bytes = BytesMut::new();
    let (format, length, samples) = loop {
        let piece = reader.read_ahead().await?;
        let is_over = piece.is_none();
        bytes.extend_from_slice(&piece.unwrap_or_default());
        let head = match form.parse(&bytes) {
            // Too short to be told from something else.
            Head::Begun if is_over && form.is_samples() && !bytes.is_empty() => form.samples(),
            head => head,
        };
        match head {
            Head::Whole { format, length, samples } if bytes.len() > samples => {
                break (format, length, samples);
            }
            Head::Wrong(what) => return Err(failures::unreadable(reader.transport.noun(), what)),
            _ if is_over => {
                let detail = format_args!("{} bytes, none of which is audio", bytes.len());
                return Err(failures::no_audio(reader.transport.noun(), detail));
            }
            _ => {}
        }
    };
    if format.encoding == Encoding::PcmS16le {
        reader.tally = Tally::new(format.channels, length);
    }
    reader.ahead = Some(bytes.split_off(samples).freeze());
    reader.watch = reader.watch.without_deadline();
    let audio = stream::unfold(Some(reader), |reader| async move {
        let mut reader = reader?;
        match reader.next().await {
            Ok(Some(piece)) => Some((Ok(piece), Some(reader))),
            Ok(None) => None,
            Err(failure) => Some((Err(failure), None)),
        }
    });
    Ok(Speech::of_audio(format, audio.boxed()))
}

/// Reads as fast as it is asked. Dropping it closes the connection.
struct Reader {
    transport: Arc<Transport>,
    watch: Watch,
    response: Response,
    /// Audio that came with the head.
    ahead: Option<Bytes>,
    tally: Tally,
}

impl Reader {
    /// A piece before there is any audio.
    async fn read_ahead(&mut self) -> Result<Option<Bytes>> {
        let piece = self.watch.wait(self.transport.answer_timeout, self.response.chunk()).await?;
        piece.map_err(|error| failures::no_audio(self.transport.noun(), self.transport.chain(&error)))
    }

    async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            let piece = match self.ahead.take() {
                Some(piece) => Some(piece),
                None => {
                    let piece = self.watch.wait(self.transport.idle_timeout, self.response.chunk()).await?;
                    piece.map_err(|error| self.transport.broken_off(&error))?
                }
            };
            let Some(piece) = piece else { break };
            if self.tally.read() > MAX_AUDIO {
                return Err(failures::broken_off(self.transport.noun(), "audio without an end"));
            }
            let piece = self.tally.take(piece);
            if !piece.is_empty() {
                return Ok(Some(piece));
            }
        }
        match self.tally.verdict() {
            Verdict::Whole => Ok(None),
            Verdict::Nothing | Verdict::Short => {
                let detail = format_args!("ended in good order after {} bytes of audio", self.tally.read());
                Err(failures::broken_off(self.transport.noun(), detail))
            }
        }
    }
}
