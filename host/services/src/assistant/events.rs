//! Who hears of a turn, and how: the answer alone, or everything as it happens.

use std::{collections::VecDeque, time::Duration};

use tokio::{
    sync::{
        mpsc::{self, error::TrySendError},
        oneshot,
    },
    time::timeout,
};
use wheelhouse_core::{
    Result,
    assistant::{AssistantEvent, TurnAnswer},
};

/// How long a finished turn waits for a slow reader to take its last events.
const LAST_WORDS: Duration = Duration::from_secs(30);

/// Who asked.
pub(super) enum Reader {
    Answer(oneshot::Sender<Result<TurnAnswer>>),
    Events(mpsc::Sender<Result<AssistantEvent>>),
}

/// Brings events to the reader without ever waiting for it: what it has not taken is kept, texts put together, so that the backlog
/// is no larger than the answer.
pub(super) struct Sink {
    reader: Reader,
    backlog: VecDeque<AssistantEvent>,
}

impl Sink {
    pub(super) fn new(reader: Reader) -> Self {
        Self { reader, backlog: VecDeque::new() }
    }

    /// Whether somebody sees texts as they come, so that they cannot be taken back.
    pub(super) fn is_watched(&self) -> bool {
        matches!(&self.reader, Reader::Events(events) if !events.is_closed())
    }

    /// Whether whoever asked has gone away.
    pub(super) fn is_gone(&self) -> bool {
        match &self.reader {
            Reader::Answer(reply) => reply.is_closed(),
            Reader::Events(events) => events.is_closed(),
        }
    }

    /// Something has happened.
    pub(super) fn emit(&mut self, event: AssistantEvent) {
        let Reader::Events(events) = &self.reader else { return };
        match (self.backlog.back_mut(), event) {
            (Some(AssistantEvent::Text(said)), AssistantEvent::Text(more)) => said.push_str(&more),
            (_, event) => self.backlog.push_back(event),
        }
        while !self.backlog.is_empty() {
            match events.try_reserve() {
                Ok(place) => {
                    if let Some(event) = self.backlog.pop_front() {
                        place.send(Ok(event));
                    }
                }
                Err(TrySendError::Full(())) => return,
                Err(TrySendError::Closed(())) => self.backlog.clear(),
            }
        }
    }

    /// The turn is over.
    pub(super) async fn finish(mut self, outcome: Result<TurnAnswer>) {
        match self.reader {
            // Whoever asked may have gone away; the answer is kept.
            Reader::Answer(reply) => drop(reply.send(outcome)),
            Reader::Events(events) => {
                let last = outcome.map(|answer| AssistantEvent::Finished(Box::new(answer)));
                let rest = self.backlog.drain(..).map(Ok).chain([last]).collect::<Vec<_>>();
                let sent = timeout(LAST_WORDS, async {
                    for event in rest {
                        if events.send(event).await.is_err() {
                            break;
                        }
                    }
                });
                if sent.await.is_err() {
                    tracing::debug!("the reader of a turn has stopped reading");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> AssistantEvent {
        AssistantEvent::Text(text.to_owned())
    }

    #[tokio::test]
    async fn slow_reader_gets_all_in_larger_pieces() {
        let (events, mut receiver) = mpsc::channel(1);
        let mut sink = Sink::new(Reader::Events(events));
        for piece in ["a", "b", "c"] {
            sink.emit(text(piece));
        }
        sink.emit(AssistantEvent::ToolStarted { tool: "t".to_owned() });
        sink.emit(text("d"));
        assert_eq!(sink.backlog.len(), 3, "b and c were put together");
        let reading = async {
            let mut seen = Vec::new();
            while let Some(event) = receiver.recv().await {
                seen.push(event);
            }
            seen
        };
        let failure = wheelhouse_core::Failure::timeout("over");
        let ((), seen) = tokio::join!(sink.finish(Err(failure.clone())), reading);
        let expected = [
            Ok(text("a")),
            Ok(text("bc")),
            Ok(AssistantEvent::ToolStarted { tool: "t".to_owned() }),
            Ok(text("d")),
            Err(failure),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn reader_that_is_gone_holds_nothing_up() {
        let (events, receiver) = mpsc::channel(1);
        let mut sink = Sink::new(Reader::Events(events));
        drop(receiver);
        for _ in 0..1_000 {
            sink.emit(text("a"));
        }
        assert!(sink.backlog.is_empty() && sink.is_gone() && !sink.is_watched());
    }
}
