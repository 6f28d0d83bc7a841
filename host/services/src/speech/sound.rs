//! From an engine's bytes to the listener's: decoded, shaped, brought into one layout, encoded.

use std::{ops::RangeInclusive, sync::LazyLock, thread, time::Duration};

use bytes::Bytes;
use tokio::{sync::Semaphore, task::spawn_blocking};
use wheelhouse_audio::{
    AudioError, Container, Decoder, Encoder, Layout, Mp3Frames, Resampler, Shaper, layout_for,
};
use wheelhouse_core::{
    Failure, FailureClass, Result,
    speech::{AudioFormat, Encoding},
};

/// Codecs at work at once: as many as there are processors, for more would only wait for each other.
static DESKS: LazyLock<Semaphore> = LazyLock::new(|| {
    Semaphore::new(thread::available_parallelism().map_or(2, |processors| processors.get()))
});

/// Samples a second that an engine may give.
const RATES: RangeInclusive<u32> = 8_000..=192_000;
/// Bytes that are decoded at once.
const PIECE: usize = 4 << 10;
/// The most that an engine may say for one sentence: three minutes at 48 kHz in stereo.
const MOST_SAMPLES: usize = 180 * 48_000 * 2;

/// What the host makes of an engine's samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shaping {
    /// Factor.
    pub(super) speed: f32,
    /// Semitones.
    pub(super) pitch: f32,
    /// Factor.
    pub(super) volume: f32,
}

impl Shaping {
    /// Nothing is changed.
    pub(super) const NONE: Self = Self { speed: 1.0, pitch: 0.0, volume: 1.0 };
}

/// Sound in the layout of the speech; never empty.
pub(super) enum Sound {
    /// Interleaved samples.
    Samples(Vec<i16>),
    /// Whole MP3 frames as the engine made them, and how many samples a channel they hold.
    Frames(Bytes, u64),
}

impl Sound {
    pub(super) fn silence(layout: Layout, length: Duration) -> Self {
        let frames = (length.as_secs_f64() * f64::from(layout.sample_rate)) as usize;
        Self::Samples(vec![0; frames.max(1) * usize::from(layout.channels)])
    }

    /// Samples a channel.
    pub(super) fn frames(&self, layout: Layout) -> u64 {
        match self {
            Self::Samples(samples) => (samples.len() / usize::from(layout.channels)) as u64,
            Self::Frames(_, frames) => *frames,
        }
    }
}

/// Takes the bytes of one sentence in.
pub(super) struct Intake {
    container: Container,
    source: Source,
    shaping: Shaping,
    /// Of what comes out; given when the speech has one already, else known with the first sound.
    layout: Option<Layout>,
    /// Made with the first samples, when it is known what they are.
    shop: Option<(Shaper, Resampler)>,
    /// Samples that were decoded.
    samples: usize,
    is_light: bool,
}

enum Source {
    Decoded(Decoder),
    Passed(Mp3Frames),
}

impl Intake {
    /// Of an engine's `format`, for `container`; into `layout` when the speech has one already.
    pub(super) fn new(
        format: AudioFormat,
        container: Container,
        layout: Option<Layout>,
        shaping: Shaping,
    ) -> Self {
        let own = Layout { sample_rate: format.sample_rate, channels: format.channels };
        let is_plain = shaping == Shaping::NONE && layout.is_none_or(|layout| layout == own);
        let source = if is_plain && container == Container::Mp3 && format.encoding == Encoding::Mp3 {
            Source::Passed(Mp3Frames::new())
        } else {
            Source::Decoded(Decoder::new(format))
        };
        let is_light = match &source {
            Source::Passed(_) => true,
            Source::Decoded(_) => {
                let target = layout.unwrap_or_else(|| layout_for(container, own));
                shaping == Shaping::NONE && own == target && format.encoding == Encoding::PcmS16le
            }
        };
        Self { container, source, shaping, layout, shop: None, samples: 0, is_light }
    }

    /// The layout of what comes out, once something has.
    pub(super) fn layout(&self) -> Option<Layout> {
        self.layout
    }

    /// Takes bytes, and gives what can be heard of them: nothing where they make no whole frame yet.
    ///
    /// # Errors
    /// `Unavailable` when they are no audio of the announced form.
    pub(super) async fn push(self, bytes: Bytes) -> (Self, Result<Option<Sound>>) {
        at_a_desk(self, self_is_light, move |intake| intake.take(&bytes)).await
    }

    /// What is left at the end.
    ///
    /// # Errors
    /// `Truncated` when the bytes end in the middle of something.
    pub(super) async fn finish(self) -> Result<Option<Sound>> {
        at_a_desk(self, self_is_light, Self::end).await.1
    }

    fn take(&mut self, bytes: &[u8]) -> Result<Option<Sound>> {
        match &mut self.source {
            Source::Passed(frames) => {
                let (mut whole, mut count) = (Vec::new(), 0);
                frames
                    .push(bytes, &mut |frame: &[u8], samples: u32| {
                        whole.extend_from_slice(frame);
                        count += u64::from(samples);
                    })
                    .map_err(failure)?;
                let (own, known) = (frames.layout(), self.layout);
                if let (Some(own), Some(known)) = (own, known)
                    && own != known
                {
                    return Err(Failure::unavailable(
                        "The speech engine gives another audio than it announces.",
                    ));
                }
                self.layout = known.or(own);
                Ok((!whole.is_empty()).then(|| Sound::Frames(whole.into(), count)))
            }
            Source::Decoded(decoder) => {
                let mut samples = Vec::new();
                // Few bytes can stand for many samples, and nobody says as much for so long.
                for piece in bytes.chunks(PIECE) {
                    let before = samples.len();
                    decoder.push(piece, &mut samples).map_err(failure)?;
                    self.samples += samples.len() - before;
                    if self.samples > MOST_SAMPLES {
                        let what = "The speech engine does not come to an end.";
                        return Err(Failure::new(FailureClass::Truncated, what));
                    }
                }
                let own = decoder.layout();
                self.shape(&samples, own, false)
            }
        }
    }

    fn end(&mut self) -> Result<Option<Sound>> {
        match &mut self.source {
            Source::Passed(frames) => frames.finish().map_err(failure).map(|()| None),
            Source::Decoded(decoder) => {
                let mut samples = Vec::new();
                decoder.finish(&mut samples).map_err(failure)?;
                let own = decoder.layout();
                self.shape(&samples, own, true)
            }
        }
    }

    fn shape(&mut self, samples: &[i16], own: Option<Layout>, is_end: bool) -> Result<Option<Sound>> {
        let Some(own) = own else { return Ok(None) };
        // The engine says it, and it tells how much is made of every sample.
        if !RATES.contains(&own.sample_rate) || !(1..=2).contains(&own.channels) {
            let detail = format!("{} samples a second, {} channels", own.sample_rate, own.channels);
            return Err(Failure::unavailable("The speech engine gives audio that nobody can hear.")
                .with_detail(detail));
        }
        let layout = *self.layout.get_or_insert_with(|| layout_for(self.container, own));
        let (shaper, resampler) = self.shop.get_or_insert_with(|| {
            let Shaping { speed, pitch, volume } = self.shaping;
            (Shaper::new(own, speed, pitch, volume), Resampler::new(own, layout))
        });
        let (mut shaped, mut made) = (Vec::new(), Vec::new());
        shaper.push(samples, &mut shaped);
        if is_end {
            shaper.finish(&mut shaped);
        }
        resampler.push(&shaped, &mut made);
        if is_end {
            resampler.finish(&mut made);
        }
        Ok((!made.is_empty()).then_some(Sound::Samples(made)))
    }
}

fn self_is_light(intake: &Intake) -> bool {
    intake.is_light
}

/// Writes the bytes that a listener gets.
pub(super) struct Output {
    container: Container,
    layout: Layout,
    /// `None` between passed frames, which need none.
    encoder: Option<Encoder>,
}

impl Output {
    pub(super) fn new(container: Container, layout: Layout) -> Self {
        Self { container, layout, encoder: None }
    }

    /// The bytes that this sound makes; empty where the codec waits for more.
    ///
    /// # Errors
    /// `Internal` when the codec cannot do it.
    pub(super) async fn write(self, sound: Sound) -> (Self, Result<Bytes>) {
        at_a_desk(self, Self::is_light, move |output| output.encode(sound)).await
    }

    /// The last bytes.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub(super) async fn finish(self) -> Result<Bytes> {
        let finish = |output: &mut Self| {
            let mut bytes = Vec::new();
            output.close(&mut bytes)?;
            Ok(bytes.into())
        };
        at_a_desk(self, Self::is_light, finish).await.1
    }

    fn is_light(&self) -> bool {
        matches!(self.container, Container::Wav | Container::Pcm)
    }

    fn encode(&mut self, sound: Sound) -> Result<Bytes> {
        let mut bytes = Vec::new();
        match sound {
            Sound::Frames(frames, _) => {
                self.close(&mut bytes)?;
                if bytes.is_empty() {
                    return Ok(frames);
                }
                bytes.extend_from_slice(&frames);
            }
            Sound::Samples(samples) => {
                if self.encoder.is_none() {
                    self.encoder =
                        Some(Encoder::new(self.container, self.layout).map_err(|error| broken(&error))?);
                }
                if let Some(encoder) = &mut self.encoder {
                    encoder.push(&samples, &mut bytes).map_err(|error| broken(&error))?;
                }
            }
        }
        Ok(bytes.into())
    }

    fn close(&mut self, bytes: &mut Vec<u8>) -> Result<()> {
        match self.encoder.take() {
            Some(encoder) => encoder.finish(bytes).map_err(|error| broken(&error)),
            None => Ok(()),
        }
    }
}

/// Does work of a codec where it keeps nobody waiting: here when it is light, else on a thread of its own.
async fn at_a_desk<T, R>(
    mut of: T,
    is_light: fn(&T) -> bool,
    work: impl FnOnce(&mut T) -> Result<R> + Send + 'static,
) -> (T, Result<R>)
where
    T: Send + 'static,
    R: Send + 'static,
{
    if is_light(&of) {
        let done = work(&mut of);
        return (of, done);
    }
    let _desk = DESKS.acquire().await;
    let done = spawn_blocking(move || {
        let done = work(&mut of);
        (of, done)
    });
    match done.await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// What an engine's bytes are at fault.
fn failure(error: AudioError) -> Failure {
    match error {
        AudioError::Truncated => {
            Failure::new(FailureClass::Truncated, "The speech engine stopped in the middle of its audio.")
        }
        error => {
            Failure::unavailable("The speech engine gives audio that cannot be read.").with_detail(error)
        }
    }
}

fn broken(error: &AudioError) -> Failure {
    Failure::internal(format_args!("audio cannot be encoded: {error}"))
}
