//! The engines under test. One that speaks by a service has a double of it in `wheelhouse-doubles`, whose faults stand for the troubles.

use std::{fs, sync::Arc};

use serde_json::json;
use wheelhouse_core::{FailureClass, clock::SystemEntropy, speech::SpeechEngine};
use wheelhouse_doubles::{
    edge,
    openai::{self, OpenAiSpeech},
};
use wheelhouse_engines::{CommandEngine, EdgeConfig, EdgeEngine};

use super::{Stage, Subject, Trouble};
use crate::{
    edge::trusted_double,
    fixture::{FixedClock, KEY},
    speech,
};

/// The port of the discard service, which nobody has.
const NOBODY: &str = "http://127.0.0.1:9";

/// A shell script that reads a line and writes WAV of 250 ms a word; a file beside it says what goes wrong.
pub struct Command;

const SCRIPT: &str = r#"
wav() { printf 'RIFF\377\377\377\377WAVEfmt \020\000\000\000\001\000\001\000\300\135\000\000\200\273\000\000\002\000\020\000data\377\377\377\377'; }
silence() { head -c "$1" /dev/zero; }
IFS= read -r line
set -f
pace=$2
read -r trouble after < "$1"
set -- $line
bytes=$(($# * 6000 * 175 / pace * 2))
case $trouble in
    Refuse) exit 3;;
    AcceptAndStaySilent) exec sleep 1000;;
    StallAfter) wav; silence $after; exec sleep 1000;;
    CutAt) wav; silence $after; exit 3;;
    NoAudio) exit 0;;
    Garbage) echo "there is no voice of this name"; exit 0;;
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
            // `CutAt(4000)` is two words to a shell.
            let name = trouble.map(|trouble| format!("{trouble:?}")).unwrap_or_default();
            fs::write(&file, name.replace(['(', ')'], " ") + "\n").unwrap();
        };
        Stage { engine, set: Box::new(set), _outside: Box::new(folder) }
    }

    fn alone(variant: &str) -> Arc<dyn SpeechEngine> {
        Self::engine(&["/nowhere/speaker", variant])
    }

    fn refused(_status: u16) -> (FailureClass, &'static str) {
        // A program has one way to say no.
        (FailureClass::Unavailable, "provider_unavailable")
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
                Trouble::Refuse(status) => openai::Fault::Refuse(status),
                Trouble::AcceptAndStaySilent => openai::Fault::AcceptAndStaySilent,
                Trouble::StallAfter(bytes) => openai::Fault::StallAfter(bytes),
                Trouble::CutAt(bytes) => openai::Fault::CutAt(bytes),
                Trouble::NoAudio => openai::Fault::NoAudio,
                Trouble::Garbage => openai::Fault::Garbage,
                Trouble::Pings => panic!("HTTP has none"),
            }));
        };
        Stage { engine, set: Box::new(set), _outside: Box::new(double) }
    }

    fn alone(variant: &str) -> Arc<dyn SpeechEngine> {
        Self::engine(&format!("{NOBODY}/v1"), variant)
    }
}

/// Microsoft Edge's service. Only who trusts the double's authority can speak by it.
pub struct Edge;

impl Edge {
    fn engine(proxy: String, voice: &str) -> Arc<dyn SpeechEngine> {
        let config = EdgeConfig {
            voice: voice.to_owned(),
            proxy: Some(proxy),
            idle_timeout_ms: 500,
            at_once: 1,
            ..EdgeConfig::default()
        };
        Arc::new(EdgeEngine::new("edge", &config, Arc::new(FixedClock), Arc::new(SystemEntropy)).unwrap())
    }
}

impl Subject for Edge {
    async fn stage() -> Stage {
        let double = Arc::new(trusted_double().await);
        let engine = Self::engine(double.proxy(), "en-US-AriaNeural");
        let switched = double.clone();
        let set = move |trouble: Option<Trouble>| {
            switched.set_fault(trouble.map(|trouble| match trouble {
                Trouble::Refuse(status) => edge::Fault::Refuse(status),
                Trouble::AcceptAndStaySilent => edge::Fault::AcceptAndStaySilent,
                Trouble::StallAfter(bytes) => edge::Fault::StallAfter(bytes),
                Trouble::CutAt(bytes) => edge::Fault::CutAt(bytes),
                Trouble::NoAudio => edge::Fault::NoAudio,
                Trouble::Garbage => edge::Fault::Garbage,
                Trouble::Pings => edge::Fault::Pings,
            }));
        };
        Stage { engine, set: Box::new(set), _outside: Box::new(double) }
    }

    fn alone(variant: &str) -> Arc<dyn SpeechEngine> {
        Self::engine(NOBODY.to_owned(), &format!("en-US-{variant}Neural"))
    }
}
