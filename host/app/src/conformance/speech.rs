//! A speech engine: it has voices, speaks a sentence to its end, and can be stopped.

use std::{collections::BTreeSet, sync::Arc};

use futures_util::StreamExt;
use wheelhouse_core::speech::{Speech, SpeechEngine, Utterance};

use super::{
    report::Recorder,
    subject::{Subject, fault, named},
};
use crate::text::size;

const SENTENCE: &str = "The coffee is ready.";
/// Long enough that there is something left to be stopped.
const LONG: &str = "The coffee is ready, and the road to the north is open again. We leave in the morning, before it gets hot.";

pub(super) async fn check(subject: &Subject<'_>, recorder: &mut Recorder<'_>) {
    let Some(engine) = engine(subject) else {
        return recorder.failed("speech", "it exports speech, and no engine came of it");
    };
    let voices = voices(subject, &*engine).await;
    recorder.add_result("speech: voices", voices);
    let spoken = speaks(subject, &*engine, SENTENCE).await;
    recorder.add_result("speech: a sentence", spoken);
    let stopped = stops(subject, &*engine).await;
    recorder.add_result("speech: stopped half way", stopped);
}

pub(super) fn engine(subject: &Subject<'_>) -> Option<Arc<dyn SpeechEngine>> {
    subject.catalog.engines().iter().find(|engine| engine.id() == subject.id).cloned()
}

async fn voices(subject: &Subject<'_>, engine: &dyn SpeechEngine) -> Result<String, String> {
    let voices = engine.voices(&subject.call()).await.map_err(|failure| named(&failure))?;
    let ids: BTreeSet<&str> = voices.iter().map(|voice| voice.id.as_str()).collect();
    match (voices.len(), ids.len()) {
        (0, _) => {
            Err("it has none; the first is the one that speaks where nobody asks for another".to_owned())
        }
        (all, unique) if all > unique => Err("two of them have the same id".to_owned()),
        (all, _) => Ok(format!("{all}, the first is {} ({})", voices[0].id, voices[0].language)),
    }
}

async fn begin(
    subject: &Subject<'_>,
    engine: &dyn SpeechEngine,
    text: &str,
) -> Result<Speech, Option<String>> {
    let utterance = Utterance::new(text);
    engine.synthesize(&subject.call(), utterance).await.map_err(|failure| fault(&failure))
}

async fn speaks(subject: &Subject<'_>, engine: &dyn SpeechEngine, text: &str) -> Result<String, String> {
    let speech = match begin(subject, engine, text).await {
        Ok(speech) => speech,
        Err(Some(fault)) => return Err(fault),
        Err(None) => return Ok("it says before the first byte that it cannot".to_owned()),
    };
    let (format, mut audio, mut bytes) = (speech.format, speech.into_audio(), 0);
    while let Some(piece) = audio.next().await {
        bytes += piece.map_err(|failure| named(&failure))?.len() as u64;
    }
    if bytes == 0 {
        return Err("its audio is empty, and it says that it has ended well".to_owned());
    }
    Ok(format!("{} at {} Hz, to its end", size(bytes), format.sample_rate))
}

async fn stops(subject: &Subject<'_>, engine: &dyn SpeechEngine) -> Result<String, String> {
    let speech = match begin(subject, engine, LONG).await {
        Ok(speech) => speech,
        Err(Some(fault)) => return Err(fault),
        Err(None) => return Ok("it says before the first byte that it cannot".to_owned()),
    };
    let mut audio = speech.into_audio();
    if let Some(Err(failure)) = audio.next().await {
        return Err(named(&failure));
    }
    drop(audio);
    speaks(subject, engine, SENTENCE).await.map(|_| "it speaks the next sentence".to_owned())
}
