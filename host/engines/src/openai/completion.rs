//! An answer as it streams.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};
use reqwest::Response;
use wheelhouse_core::{
    Failure, Result,
    chat::{ChatEvent, Completion},
    clock::{Clock, Entropy},
};

use super::{answer::Answer, chunk::Chunk, failures, sse::SseDecoder};
use crate::{
    http::transport::{Transport, is_a},
    watch::Watch,
};

/// The largest answer, with everything that is around the text on the wire.
const MAX_ANSWER: usize = 16 * 1024 * 1024;
/// How long figures and the end mark may take once the answer itself is whole.
const TAIL: Duration = Duration::from_secs(2);
/// How long the end of the body may take after the end mark.
const LINGER: Duration = Duration::from_millis(100);

/// Makes ids for tool calls that came without one.
pub(super) struct CallIds {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
}

impl CallIds {
    fn make(&self) -> String {
        format!("call_{}", self.entropy.uuid(self.clock.now()).simple())
    }
}

/// Reads an answer up to its first event, which decides whether there is one.
///
/// # Errors
/// Whatever fails before the first event.
pub(super) async fn begin(
    transport: Arc<Transport>,
    watch: Watch,
    response: Response,
    ids: CallIds,
) -> Result<Completion> {
    if is_a(&response, "text/html") {
        return Err(failures::unreadable("a page of HTML; openai.base_url may lack its path, such as /v1"));
    }
    if is_a(&response, "application/json") {
        let body = transport.body(&watch, response, MAX_ANSWER).await?;
        let mut intake = Intake { whole: true, ..Intake::default() };
        intake.take(&body, &transport)?;
        intake.answer.finish(true, || ids.make(), &mut intake.events)?;
        return Ok(stream::iter(intake.events.into_iter().map(Ok)).boxed());
    }
    let mut reader = Box::new(Reader {
        transport,
        watch,
        response,
        ids,
        sse: SseDecoder::default(),
        intake: Intake::default(),
        received: 0,
        state: State::Reading,
    });
    if let Some(first) = reader.next().await.transpose()? {
        reader.intake.events.push_front(first);
    }
    Ok(stream::unfold(reader, |mut reader| async { reader.next().await.map(|event| (event, reader)) })
        .boxed())
}

/// What has been read of an answer.
#[derive(Default)]
struct Intake {
    answer: Answer,
    /// Not given out yet.
    events: VecDeque<ChatEvent>,
    /// The answer comes in one rather than in chunks.
    whole: bool,
    /// `[DONE]` was there, or what stands for it.
    done: bool,
    /// There has been an event, after which a fault is a truncation.
    begun: bool,
}

impl Intake {
    fn take(&mut self, data: &[u8], transport: &Transport) -> Result<()> {
        if self.done {
            return Ok(());
        }
        if data.trim_ascii() == b"[DONE]" {
            self.done = true;
            return Ok(());
        }
        let outcome = match serde_json::from_slice::<Chunk>(data) {
            Ok(chunk) if chunk.is_error() => Err(transport.complaint(data)),
            Ok(chunk) => self.answer.take(chunk, self.whole, &mut self.events),
            // The error's own sentence may quote the chunk.
            Err(error) => {
                let place = (data.len(), error.column());
                let detail =
                    format!("a chunk of {} bytes that is no JSON of a chunk, at {}", place.0, place.1);
                Err(if self.begun { failures::broken_off(detail) } else { failures::unreadable(detail) })
            }
        };
        self.begun |= !self.events.is_empty();
        match outcome {
            // The answer is whole: what came after it does not take that back.
            Err(failure) if self.answer.is_finished() => {
                tracing::debug!(
                    provider = super::ID,
                    detail = failure.detail.as_deref(),
                    "fault after the end"
                );
                self.done = true;
                Ok(())
            }
            outcome => outcome,
        }
    }
}

enum State {
    Reading,
    /// No more to read; the failure comes after what is left of events.
    Over(Option<Failure>),
}

/// Reads as fast as it is asked. Dropping it closes the connection.
struct Reader {
    transport: Arc<Transport>,
    watch: Watch,
    response: Response,
    ids: CallIds,
    sse: SseDecoder,
    intake: Intake,
    received: usize,
    state: State,
}

impl Reader {
    async fn next(&mut self) -> Option<Result<ChatEvent>> {
        loop {
            if let Some(event) = self.intake.events.pop_front() {
                return Some(Ok(event));
            }
            if let State::Over(failure) = &mut self.state {
                return failure.take().map(Err);
            }
            match self.read().await {
                Ok(true) => {}
                Ok(false) => self.state = State::Over(self.finish().err()),
                Err(failure) => self.state = State::Over(Some(failure)),
            }
        }
    }

    /// Reads a piece; whether there may be more.
    async fn read(&mut self) -> Result<bool> {
        let finished = self.intake.answer.is_finished();
        let limit = match (finished, self.intake.begun) {
            (true, _) => TAIL.min(self.transport.idle_timeout),
            (false, true) => self.transport.idle_timeout,
            (false, false) => self.transport.answer_timeout,
        };
        let piece = match self.watch.wait(limit, self.response.chunk()).await {
            Ok(Ok(Some(piece))) => piece,
            Ok(Ok(None)) => {
                let Self { sse, intake, transport, .. } = self;
                // Half an event at the end says that the rest is missing, not that the server speaks another language.
                intake.begun = true;
                sse.end(|data| intake.take(data, transport))?;
                return Ok(false);
            }
            // Without its figures and end mark the answer is still whole.
            Ok(Err(_)) | Err(_) if finished => return Ok(false),
            Ok(Err(error)) => return Err(self.transport.broken_off(&error)),
            Err(failure) => return Err(failure),
        };
        self.received += piece.len();
        if self.received > MAX_ANSWER {
            return Err(failures::oversized("answer", MAX_ANSWER));
        }
        let Self { sse, intake, transport, .. } = self;
        sse.push(&piece, |data| intake.take(data, transport))?;
        if self.intake.done {
            // Once the end of the body is read, which mostly comes with the mark, the connection can carry the next round of the turn.
            let _ = self.watch.wait(LINGER, self.response.chunk()).await;
        }
        Ok(!self.intake.done)
    }

    fn finish(&mut self) -> Result<()> {
        let Self { intake, ids, .. } = self;
        intake.answer.finish(intake.done, || ids.make(), &mut intake.events)
    }
}
