use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use wasmtime::{
    StoreContextMut,
    component::{Source, StreamConsumer, StreamResult},
};
use wheelhouse_core::speech::{AudioFormat, Encoding, Gender, Utterance, Voice};

use super::{Answer, CallRecord, Guest, exports::speech as wit, failure};
use crate::{
    session::{Ending, Opening, Outlet, Verdict},
    state::State,
};

/// The largest piece of audio that is passed on at once.
const PIECE: usize = 32 << 10;

impl Guest<'_> {
    /// The engine's voices.
    ///
    /// # Errors
    /// When the guest does not answer.
    pub(crate) async fn voices(&self, call: CallRecord) -> Answer<Vec<Voice>> {
        let answer = self.speech()?.call_voices(self.accessor, call).await?;
        Ok(answer.map(|voices| voices.into_iter().map(voice).collect()).map_err(failure::from_guest))
    }
}

/// Has the engine speak, and waits for the end of it.
///
/// # Errors
/// When the guest does not answer.
pub(crate) async fn open_speech(
    guest: Guest<'_>,
    call: CallRecord,
    utterance: Utterance,
    opening: Opening<AudioFormat, Bytes>,
) -> Verdict {
    let utterance = wit::Utterance {
        text: utterance.text,
        voice: utterance.voice,
        language: utterance.language,
        speed: utterance.speed,
    };
    let synthesis = match guest.speech()?.call_synthesize(guest.accessor, call, utterance).await? {
        Ok(synthesis) => synthesis,
        Err(failure) => return Ok(Some(Err(failure::from_guest(failure)))),
    };
    let format = format(synthesis.format);
    let (ending, end, closed) = Ending::new();
    let outlet = opening.open(format);
    guest.accessor.with(|mut access| {
        synthesis.audio.pipe(&mut access, AudioItems { outlet, _closed: closed })?;
        synthesis.ended.pipe(&mut access, failure::EndItem::new(end))
    })?;
    ending.verdict().await
}

/// Takes the bytes of a guest's stream as fast as somebody listens.
struct AudioItems {
    outlet: Outlet<Bytes>,
    /// Dropped with the stream.
    _closed: tokio::sync::oneshot::Sender<()>,
}

impl StreamConsumer<State> for AudioItems {
    type Item = u8;

    fn poll_consume(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        store: StoreContextMut<'_, State>,
        source: Source<'_, u8>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        let this = self.get_mut();
        match this.outlet.poll_ready(cx) {
            Poll::Pending if finish => return Poll::Ready(Ok(StreamResult::Cancelled)),
            Poll::Pending => return Poll::Pending,
            Poll::Ready(false) => return Poll::Ready(Ok(StreamResult::Dropped)),
            Poll::Ready(true) => {}
        }
        let mut source = source.as_direct(store);
        let bytes = source.remaining();
        if !bytes.is_empty() {
            let piece = Bytes::copy_from_slice(&bytes[..bytes.len().min(PIECE)]);
            let length = piece.len();
            source.mark_read(length);
            this.outlet.send(piece, length)?;
        }
        Poll::Ready(Ok(StreamResult::Completed))
    }
}

fn voice(voice: wit::Voice) -> Voice {
    Voice {
        id: voice.id,
        name: voice.name,
        language: voice.language,
        gender: match voice.gender {
            wit::Gender::Female => Gender::Female,
            wit::Gender::Male => Gender::Male,
            wit::Gender::Neutral => Gender::Neutral,
        },
        summary: voice.summary,
    }
}

fn format(format: wit::Format) -> AudioFormat {
    AudioFormat {
        encoding: match format.encoding {
            wit::Encoding::PcmS16le => Encoding::PcmS16le,
            wit::Encoding::Mp3 => Encoding::Mp3,
            wit::Encoding::Opus => Encoding::Opus,
            wit::Encoding::Flac => Encoding::Flac,
            wit::Encoding::Aac => Encoding::Aac,
        },
        sample_rate: format.sample_rate,
        channels: format.channels,
    }
}
