//! One utterance: its pieces, one turn of the service after the other, as one audio.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use msedge_tts::tts::SpeechConfig;
use tokio::sync::OwnedSemaphorePermit;
use wheelhouse_core::{
    CallContext, Failure, Result,
    speech::{SpeechPiece, Word},
};

use super::{
    EdgeConfig,
    connection::{Broken, Connection, Heard},
    connections::Connections,
    failures,
    progress::{Progress, length_of},
    ssml,
};
use crate::{failures::midway, watch::Watch};

/// An utterance on its way. Dropping it closes its connection.
pub(super) struct Speaking {
    connections: Arc<Connections>,
    watch: Watch,
    answer: Duration,
    idle: Duration,
    manner: SpeechConfig,
    /// What is still to be sent.
    chunks: VecDeque<String>,
    turn: Option<Turn>,
    /// Between two turns.
    connection: Option<Connection>,
    ahead: VecDeque<SpeechPiece>,
    /// Bytes of all turns.
    audio: u64,
    _place: OwnedSemaphorePermit,
}

struct Turn {
    connection: Connection,
    chunk: String,
    progress: Progress,
    /// When its audio begins in the whole.
    start: Duration,
    /// Words that the service has told.
    told: usize,
    /// Whether anything has come of it, and its audio.
    answered: bool,
    begun: bool,
}

impl Speaking {
    pub(super) fn new(
        ctx: &CallContext,
        connections: Arc<Connections>,
        config: &EdgeConfig,
        manner: SpeechConfig,
        chunks: Vec<String>,
        place: OwnedSemaphorePermit,
    ) -> Self {
        Self {
            watch: Watch::of(ctx, connections.noun().to_owned()),
            connections,
            answer: Duration::from_millis(config.answer_timeout_ms),
            idle: Duration::from_millis(config.idle_timeout_ms),
            manner,
            chunks: chunks.into(),
            turn: None,
            connection: None,
            ahead: VecDeque::new(),
            audio: 0,
            _place: place,
        }
    }

    /// Waits for the first byte.
    ///
    /// # Errors
    /// `Unavailable`, `RateLimited` or `Timeout`.
    pub(super) async fn begin(mut self) -> Result<BoxStream<'static, Result<SpeechPiece>>> {
        let mut before = VecDeque::new();
        while self.audio == 0 {
            match self.next().await? {
                Some(piece) => before.push_back(piece),
                None => return Err(failures::incomplete(self.connections.noun(), "nothing to say", false)),
            }
        }
        before.append(&mut self.ahead);
        self.ahead = before;
        self.watch = self.watch.without_deadline();
        Ok(stream::unfold(Some(self), |speaking| async move {
            let mut speaking = speaking?;
            match speaking.next().await {
                Ok(Some(piece)) => Some((Ok(piece), Some(speaking))),
                Ok(None) => None,
                Err(failure) => Some((Err(midway(failure)), None)),
            }
        })
        .boxed())
    }

    /// The next piece; `None` once all has been said.
    async fn next(&mut self) -> Result<Option<SpeechPiece>> {
        loop {
            if let Some(piece) = self.ahead.pop_front() {
                return Ok(Some(piece));
            }
            let Some(turn) = &mut self.turn else {
                match self.chunks.pop_front() {
                    Some(chunk) => self.turn = Some(self.say(chunk).await?),
                    None => {
                        self.connection.take().into_iter().for_each(|it| self.connections.keep(it));
                        return Ok(None);
                    }
                }
                continue;
            };
            let limit = if turn.begun { self.idle } else { self.answer };
            match self.watch.wait(limit, turn.connection.hear()).await? {
                Ok(Heard::Audio(bytes)) => return Ok(Some(self.audio(bytes))),
                Ok(Heard::Words(words)) => self.words(words),
                Ok(Heard::End) => self.end()?,
                Err(broken) => self.again(broken).await?,
            }
        }
    }

    /// Begins a turn. One that was kept may have been closed in the meantime: then a new one is made.
    async fn say(&mut self, chunk: String) -> Result<Turn> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connections.get(&self.watch).await?,
        };
        let text = ssml::escape(&chunk);
        loop {
            match self.watch.wait(self.answer, connection.say(&text, &self.manner)).await? {
                Ok(()) => break,
                Err(_) if connection.turns > 1 => connection = self.connections.open(&self.watch).await?,
                Err(broken) => return Err(self.broken(broken)),
            }
        }
        let (progress, start) = (Progress::of(&chunk), length_of(self.audio));
        Ok(Turn { connection, chunk, progress, start, told: 0, answered: false, begun: false })
    }

    /// Sends a text again of which nothing has come on a connection that was kept.
    async fn again(&mut self, broken: Broken) -> Result<()> {
        match self.turn.take() {
            Some(turn) if !turn.answered && turn.connection.turns > 1 => {
                self.connection = Some(self.connections.open(&self.watch).await?);
                self.turn = Some(self.say(turn.chunk).await?);
                Ok(())
            }
            _ => Err(self.broken(broken)),
        }
    }

    fn audio(&mut self, bytes: Bytes) -> SpeechPiece {
        self.audio += bytes.len() as u64;
        if let Some(turn) = &mut self.turn {
            turn.progress.heard(bytes.len());
            (turn.answered, turn.begun) = (true, true);
        }
        SpeechPiece::Audio(bytes)
    }

    fn words(&mut self, words: Vec<Word>) {
        let Some(turn) = &mut self.turn else { return };
        turn.answered = true;
        // There are no more words than bytes in a text.
        let left = turn.chunk.len().saturating_sub(turn.told);
        for mut word in words.into_iter().take(left) {
            turn.told += 1;
            turn.progress.said(&word);
            (word.start, word.end) = (word.start + turn.start, word.end + turn.start);
            self.ahead.push_back(SpeechPiece::Word(word));
        }
    }

    /// Ends a turn; its connection is used again only if all is in order.
    fn end(&mut self) -> Result<()> {
        let Some(turn) = self.turn.take() else { return Ok(()) };
        let noun = self.connections.noun();
        turn.progress.whole().map_err(|missing| failures::incomplete(noun, missing, self.audio > 0))?;
        self.connection = Some(turn.connection);
        Ok(())
    }

    fn broken(&self, broken: Broken) -> Failure {
        failures::broken(self.connections.noun(), broken, self.audio > 0)
    }
}
