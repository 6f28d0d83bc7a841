//! One sentence by one engine.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use tokio::{
    sync::{
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
        oneshot,
    },
    task::JoinHandle,
    time::{sleep, timeout},
};
use wheelhouse_core::{
    CallContext, Failure, FailureClass, Result,
    speech::{AudioFormat, SpeechEngine, SpeechPiece, Utterance, Word},
};

use super::{
    cast::{Miscast, Role},
    slots::Slots,
};

/// The most that an engine may give for one sentence: a minute and a half of samples at 48 kHz in stereo.
const MOST_BYTES: usize = 16 << 20;

/// How a sentence is spoken.
pub(super) struct Order {
    pub(super) engine: Arc<dyn SpeechEngine>,
    pub(super) role: Role,
    pub(super) utterance: Utterance,
    /// Whether it is the first of its speech: the first one may be sent away.
    pub(super) is_first: bool,
    /// How long the engine may take to its first byte.
    pub(super) begin: Duration,
    /// How long it may pause.
    pub(super) stall: Duration,
    /// How long it may take for the whole sentence.
    pub(super) whole: Duration,
}

/// An engine has begun.
#[derive(Debug, Clone)]
pub(super) struct Begun {
    pub(super) voice: Option<String>,
    pub(super) format: AudioFormat,
}

/// How an engine did not speak.
pub(super) enum Refusal {
    /// It failed.
    Failed(Failure),
    /// It does not speak the language, but these.
    Language(Vec<String>),
    /// It was not asked, for there is no place.
    NoPlace(Failure),
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

enum Event {
    Begun(Begun),
    Piece(SpeechPiece),
    End,
}

/// An engine at work. It works as fast as it can, whoever reads; dropping the take stops it.
pub(super) struct Take {
    events: UnboundedReceiver<Result<Event, Refusal>>,
    /// Comes when it has a place.
    placed: Option<oneshot::Receiver<()>>,
    task: JoinHandle<()>,
}

impl Take {
    pub(super) fn start(ctx: &CallContext, slots: Arc<Slots>, order: Order) -> Self {
        let (sender, events) = unbounded_channel();
        let (has_place, placed) = oneshot::channel();
        let ctx = ctx.clone();
        let task = tokio::spawn(async move {
            if let Err(refusal) = speak(&ctx, &slots, order, has_place, &sender).await {
                let _ = sender.send(Err(refusal));
            }
        });
        Self { events, placed: Some(placed), task }
    }

    /// Waits until the engine has worked for so long, apart from the time in which there was no place for it.
    pub(super) fn works_for(&mut self, time: Duration) -> impl Future<Output = ()> + Send + use<> {
        let placed = self.placed.take();
        async move {
            if let Some(placed) = placed {
                // Also when it has come to nothing.
                let _ = placed.await;
            }
            sleep(time).await;
        }
    }

    /// Waits until the engine has begun: there is a first byte.
    ///
    /// # Errors
    /// Why it has not.
    pub(super) async fn begun(&mut self) -> Result<Begun, Refusal> {
        match self.events.recv().await {
            Some(Ok(Event::Begun(begun))) => Ok(begun),
            Some(Err(refusal)) => Err(refusal),
            Some(Ok(_)) | None => Err(lost().into()),
        }
    }

    /// The next piece; `None` when the sentence is whole.
    ///
    /// # Errors
    /// How the engine broke off.
    pub(super) async fn next(&mut self) -> Result<Option<SpeechPiece>> {
        match self.events.recv().await {
            Some(Ok(Event::Piece(piece))) => Ok(Some(piece)),
            Some(Ok(Event::End)) => Ok(None),
            Some(Err(Refusal::Failed(failure))) => Err(failure),
            Some(Ok(Event::Begun(_)) | Err(_)) | None => Err(lost()),
        }
    }
}

impl Drop for Take {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lost() -> Failure {
    Failure::internal("a sentence's task ended without a word")
}

async fn speak(
    ctx: &CallContext,
    slots: &Slots,
    order: Order,
    has_place: oneshot::Sender<()>,
    events: &UnboundedSender<Result<Event, Refusal>>,
) -> Result<(), Refusal> {
    let Order { engine, role, mut utterance, is_first, begin, stall, whole } = order;
    let place = if is_first { slots.first_sentence().await } else { slots.next_sentence().await };
    let _place = place.map_err(Refusal::NoPlace)?;
    let _ = has_place.send(());
    let ctx = ctx.clone().with_time_limit(whole);
    let opening = async {
        let voice = role.voice(&ctx, &engine).await.map_err(|miscast| match miscast {
            Miscast::Failed(failure) => Refusal::Failed(failure),
            Miscast::Language(known) => Refusal::Language(known),
        })?;
        utterance.voice.clone_from(&voice);
        let opening = ctx.clone().with_time_limit(begin);
        let speech = engine.synthesize(&opening, utterance).await?;
        let (format, mut pieces) = (speech.format, speech.pieces);
        let mut early = Vec::new();
        loop {
            match pieces.next().await {
                Some(Ok(SpeechPiece::Audio(bytes))) if bytes.is_empty() => {}
                Some(Ok(piece @ SpeechPiece::Word(_))) => early.push(piece),
                Some(Ok(piece @ SpeechPiece::Audio(_))) => {
                    early.push(piece);
                    return Ok::<_, Refusal>((Begun { voice, format }, early, pieces));
                }
                Some(Err(failure)) => return Err(failure.into()),
                None => return Err(Failure::unavailable("The speech engine gave no audio.").into()),
            }
        }
    };
    let (begun, early, mut pieces) = timeout(begin, opening)
        .await
        .unwrap_or_else(|_| Err(Failure::timeout("The speech engine did not begin in time.").into()))?;
    let send = |event| events.send(Ok(event)).map_err(|_| Refusal::Failed(lost()));
    send(Event::Begun(begun))?;
    let mut bytes = 0;
    for piece in early {
        bytes += length(&piece);
        send(Event::Piece(piece))?;
    }
    let rest = async {
        while let Some(piece) = timeout(stall, pieces.next())
            .await
            .map_err(|_| Failure::timeout("The speech engine stopped speaking."))?
        {
            let piece = piece?;
            bytes += length(&piece);
            if bytes > MOST_BYTES {
                let failure =
                    Failure::new(FailureClass::Truncated, "The speech engine does not come to an end.");
                return Err(failure.with_detail(format_args!("{bytes} bytes for a sentence")).into());
            }
            send(Event::Piece(piece))?;
        }
        Ok::<_, Refusal>(())
    };
    timeout(whole, rest).await.unwrap_or_else(|_| {
        Err(Failure::timeout("The speech engine took too long for a sentence.").into())
    })?;
    send(Event::End)
}

fn length(piece: &SpeechPiece) -> usize {
    match piece {
        SpeechPiece::Audio(bytes) => bytes.len(),
        SpeechPiece::Word(word) => size_of::<Word>() + word.text.len(),
    }
}
