//! One answer as it streams.

use bytes::{Bytes, BytesMut};
use reqwest::{Response, header::CONTENT_TYPE};
use wheelhouse_core::{
    Result,
    speech::{AudioFormat, Encoding},
};

use super::form::Form;
use crate::{
    failures,
    http::transport::{Transport, is_a},
    watch::Watch,
    wav::{Head, Tally, Verdict},
};

/// Three hours of two channels at 48 kHz. Whoever sends more does not stop.
const MAX_AUDIO: u64 = 2 << 30;
/// As much of a complaint as anybody reads.
const MAX_COMPLAINT: usize = 64 << 10;

/// An answer that has begun.
pub(super) struct Answer {
    pub(super) format: AudioFormat,
    response: Response,
    /// Audio that came with the head.
    ahead: Option<Bytes>,
    tally: Tally,
}

impl Answer {
    /// Asks, and reads up to the first byte of audio.
    ///
    /// # Errors
    /// Whatever fails before that byte.
    pub(super) async fn open(
        transport: &Transport,
        watch: &Watch,
        form: Form,
        body: Vec<u8>,
    ) -> Result<Self> {
        let response = transport.post(watch, "/audio/speech", body).await;
        let mut response = response.map_err(|refusal| refusal.failure)?;
        if is_a(&response, "application/json") {
            // Gateways answer 200 before they know better.
            let body = transport.body(watch, response, MAX_COMPLAINT).await?;
            return Err(transport.complaint(&body));
        }
        let noun = transport.noun();
        let said = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let Some(form) = form.or_said(said) else {
            return Err(failures::unreadable(noun, "a content type that is no audio"));
        };
        let mut bytes = BytesMut::new();
        loop {
            let piece = watch.wait(transport.answer_timeout, response.chunk()).await?;
            let piece = piece.map_err(|error| failures::no_audio(noun, transport.chain(&error)))?;
            let is_over = piece.is_none();
            bytes.extend_from_slice(&piece.unwrap_or_default());
            let head = match form.parse(&bytes) {
                // Too short to be told from something else.
                Head::Begun if is_over && form.is_samples() && !bytes.is_empty() => form.samples(),
                head => head,
            };
            match head {
                Head::Whole { format, length, samples } if bytes.len() > samples => {
                    let tally = match format.encoding {
                        Encoding::PcmS16le => Tally::new(format.channels, length),
                        _ => Tally::of_bytes(),
                    };
                    let ahead = Some(bytes.split_off(samples).freeze());
                    return Ok(Self { format, response, ahead, tally });
                }
                Head::Wrong(what) => return Err(failures::unreadable(noun, what)),
                _ if is_over => {
                    let detail = format_args!("{} bytes, none of which is audio", bytes.len());
                    return Err(failures::no_audio(noun, detail));
                }
                _ => {}
            }
        }
    }

    /// The next audio; `None` at the end of all.
    ///
    /// # Errors
    /// `Truncated` when it ends early, `Timeout` when nothing comes.
    pub(super) async fn next(&mut self, transport: &Transport, watch: &Watch) -> Result<Option<Bytes>> {
        loop {
            let piece = match self.ahead.take() {
                Some(piece) => Some(piece),
                None => {
                    let piece = watch.wait(transport.idle_timeout, self.response.chunk()).await?;
                    piece.map_err(|error| transport.broken_off(&error))?
                }
            };
            let Some(piece) = piece else { break };
            if self.tally.read() > MAX_AUDIO {
                return Err(failures::broken_off(transport.noun(), "audio without an end"));
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
                Err(failures::broken_off(transport.noun(), detail))
            }
        }
    }
}
