//! The engines under test. One that speaks by a service has a double of it in `wheelhouse-doubles`, whose faults stand for the troubles.

use std::{fs, sync::Arc};

use serde_json::json;
use wheelhouse_core::speech::SpeechEngine;
use wheelhouse_doubles::openai::{Fault, OpenAiSpeech};
use wheelhouse_engines::CommandEngine;

use super::{Stage, Subject, Trouble};
use crate::{fixture::KEY, speech};

/// A shell script that reads a line and writes WAV of 250 ms a word; a file beside it says what goes wrong.
pub struct Command;

const SCRIPT: &str = r#"
wav() { printf 'RIFF\377\377\377\377WAVEfmt \020\000\000\000\001\000\001\000\300\135\000\000\200\273\000\000\002\000\020\000data\377\377\377\377'; }
silence() { head -c "$1" /dev/zero; }
IFS= read -r line
set -f
pace=$2
trouble=$(cat "$1")
set -- $line
bytes=$(($# * 6000 * 175 / pace * 2))
case $trouble in
    Refuses) exit 3;;
    SaysNothing) exec sleep 1000;;
    GivesNoAudio) exit 0;;
    GivesSomethingElse) echo "there is no voice of this name"; exit 0;;
    Stalls) wav; silence 4000; exec sleep 1000;;
    BreaksOff) wav; silence 4000; exit 3;;
esac
wav
silence $bytes
"#;

impl Command {
    fn engine(command: &[&str]) -> Arc<dyn SpeechEngine> {
        let config = json!({
            "command": command,
            "voices": [{ "id": "ann", "language": "en-US" }, { "id": "anna", "language": "de-DE" }],
            "seconds": 1, "at_once": 1,
        });
        Arc::new(CommandEngine::new("speaker", &serde_json::from_value(config).unwrap()).unwrap())
    }
}

impl Subject for Command {
    async fn stage() -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let (script, file) = (folder.path().join("speaker"), folder.path().join("trouble"));
        fs::write(&script, SCRIPT).unwrap();
        fs::write(&file, "").unwrap();
        let [script, said] = [&script, &file].map(|path| path.to_str().unwrap());
        let engine = Self::engine(&["/bin/sh", script, said, "{words_per_minute}"]);
        let set = move |trouble: Option<Trouble>| {
            let name = trouble.map(|trouble| format!("{trouble:?}")).unwrap_or_default();
            fs::write(&file, name).unwrap();
        };
        Stage { engine, set: Box::new(set), _outside: Box::new(folder) }
    }

    fn alone(variant: &str) -> Arc<dyn SpeechEngine> {
        Self::engine(&["/nowhere/speaker", variant])
    }
}

/// A server that speaks OpenAI's speech API.
pub struct OpenAi;

impl OpenAi {
    fn engine(base_url: &str, key: &str) -> Arc<dyn SpeechEngine> {
        let settings = json!({ "api_key": key, "idle_timeout_ms": 100 });
        Arc::new(speech::engine(&speech::config(base_url, &settings)))
    }
}

impl Subject for OpenAi {
    async fn stage() -> Stage {
        let double = Arc::new(OpenAiSpeech::start(Some(KEY)).await.unwrap());
        let engine = Self::engine(&double.base_url(), KEY);
        let switched = double.clone();
        let set = move |trouble: Option<Trouble>| {
            switched.set_fault(trouble.map(|trouble| match trouble {
                Trouble::Refuses => Fault::Refuse(503),
                Trouble::SaysNothing => Fault::AcceptAndStaySilent,
                Trouble::GivesNoAudio => Fault::NoAudio,
                Trouble::GivesSomethingElse => Fault::Garbage,
                Trouble::Stalls => Fault::StallAfter(4_000),
                Trouble::BreaksOff => Fault::CutAt(4_000),
            }));
        };
        Stage { engine, set: Box::new(set), _outside: Box::new(double) }
    }

    fn alone(variant: &str) -> Arc<dyn SpeechEngine> {
        // The port of the discard service, which nobody has.
        Self::engine("http://127.0.0.1:9/v1", variant)
    }
}
