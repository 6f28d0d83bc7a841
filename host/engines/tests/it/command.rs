//! The engine kind `command` with programs that every Unix has.
#![cfg(unix)]

use std::{path::Path, time::Duration};

use futures_util::StreamExt;
use jiff::Timestamp;
use serde_json::json;
use wheelhouse_core::{
    CallContext, Caller, Failure, FailureClass, Result, Secret,
    failure::BUSY,
    speech::{AudioFormat, Encoding, SpeechEngine, Utterance},
};
use wheelhouse_engines::{CommandConfig, CommandEngine, CommandOutput, CommandVoice};

/// A shell stands in for a speech program; the engine itself starts none.
fn config(script: &str) -> CommandConfig {
    let voice = |id: &str, language: &str| CommandVoice {
        id: id.to_owned(),
        language: language.to_owned(),
        argument: None,
        name: None,
        gender: None,
    };
    serde_json::from_value(json!({
        "command": ["/bin/sh", "-c", script, "speaker", "{voice}", "{language}", "{speed}"],
        "output": {"pcm": {"sample_rate": 16_000}},
        "voices": [voice("ann", "en-US"), voice("anna", "de-DE")],
    }))
    .unwrap()
}

fn engine(config: &CommandConfig) -> CommandEngine {
    CommandEngine::new("speaker", config).unwrap()
}

fn context(time: Duration) -> CallContext {
    CallContext::new("req-1", Caller::Host, Timestamp::UNIX_EPOCH, time)
}

fn utterance(text: &str) -> Utterance {
    Utterance::new(text)
}

/// What was heard, and how it ended.
async fn hear(engine: &CommandEngine, utterance: Utterance) -> Result<(AudioFormat, String, Result<()>)> {
    let speech = engine.synthesize(&context(Duration::from_secs(60)), utterance).await?;
    let (format, mut pieces) = (speech.format, speech.into_audio());
    let (mut audio, mut end) = (Vec::new(), Ok(()));
    while let Some(piece) = pieces.next().await {
        match piece {
            Ok(piece) => audio.extend(piece),
            Err(failure) => end = Err(failure),
        }
    }
    Ok((format, String::from_utf8(audio).unwrap(), end))
}

async fn failure(script: &str) -> Failure {
    match hear(&engine(&config(script)), utterance("hello")).await {
        Ok((_, audio, end)) => end.expect_err(&audio),
        Err(failure) => failure,
    }
}

#[tokio::test]
async fn text_goes_in_as_one_line_and_samples_come_out() {
    let (format, audio, end) =
        hear(&engine(&config("cat")), utterance("Turn left\n\nat the lakes.")).await.unwrap();
    assert_eq!(format, AudioFormat { encoding: Encoding::PcmS16le, sample_rate: 16_000, channels: 1 });
    assert_eq!((audio.as_str(), end), ("Turn left at the lakes.\n", Ok(())));
}

#[tokio::test]
async fn placeholders_are_words_of_their_own_whatever_is_in_them() {
    let mut config = config(r#"printf '%s|%s|%s||' "$1" "$2" "$3""#);
    config.voices[0].argument = Some("a; $(reboot) \"b\"".to_owned());
    let heard = hear(&engine(&config), Utterance { speed: 1.5, ..utterance("hello") }).await.unwrap();
    assert_eq!((heard.1.as_str(), heard.2), ("a; $(reboot) \"b\"|en-US|1.500||", Ok(())));
}

#[tokio::test]
async fn voice_is_the_one_that_is_asked_for_or_one_of_the_language() {
    let engine = engine(&config(r#"printf '%s' "$1""#));
    let heard = async |voice: Option<&str>, language: Option<&str>| {
        let (voice, language) = (voice.map(str::to_owned), language.map(str::to_owned));
        hear(&engine, Utterance { voice, language, ..utterance("hello") }).await.map(|heard| heard.1)
    };
    assert_eq!(heard(Some("anna"), None).await.unwrap(), "anna");
    assert_eq!(heard(None, Some("de")).await.unwrap(), "anna");
    let failure = heard(None, Some("fr")).await.unwrap_err();
    assert_eq!((failure.class, failure.fields[0].field.as_str()), (FailureClass::Invalid, "language"));
    let voices = engine.voices(&context(Duration::from_secs(1))).await.unwrap();
    assert_eq!(voices.iter().map(|voice| voice.id.as_str()).collect::<Vec<_>>(), ["ann", "anna"]);
}

#[tokio::test]
async fn keys_of_the_host_are_not_passed_on() {
    let mut config = config("env; printf x");
    config.environment.insert("VOICES".to_owned(), Secret::new("/voices"));
    let shown = format!("{config:?} {}", serde_json::to_string(&config).unwrap());
    assert!(shown.contains("VOICES") && !shown.contains("/voices"), "a key may be among them: {shown}");
    let mut other = config.clone();
    other.environment.insert("VOICES".to_owned(), Secret::new("/others"));
    assert_ne!(engine(&config).revision(), engine(&other).revision());
    let (_, audio, _) = hear(&engine(&config), utterance("hello")).await.unwrap();
    let mut names: Vec<&str> = audio.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    // The shell's own.
    names.retain(|name| !matches!(*name, "PWD" | "OLDPWD" | "SHLVL" | "_"));
    assert!(
        std::env::var_os("CARGO_PKG_NAME").is_some(),
        "the test has variables that must not be passed on"
    );
    assert!(names.contains(&"VOICES"), "{names:?}");
    assert!(
        names.iter().all(|name| matches!(*name, "PATH" | "HOME" | "LANG" | "LC_ALL" | "VOICES")),
        "{names:?}"
    );
}

#[tokio::test]
async fn program_that_is_not_there_is_unavailable_and_named_in_the_log_alone() {
    let config = CommandConfig { command: vec!["/nowhere/speaker".to_owned()], ..config("") };
    let failure = hear(&engine(&config), utterance("hello")).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Unavailable);
    assert!(!failure.message.contains("nowhere"), "{failure}");
    assert!(failure.detail.unwrap().contains("/nowhere/speaker"));
}

#[tokio::test]
async fn failure_before_any_audio_lets_the_next_engine_speak_and_one_after_it_is_no_whole_answer() {
    assert_eq!(failure("exit 3").await.class, FailureClass::Unavailable);
    assert!(failure("exit 3").await.detail.unwrap().contains('3'));
    assert_eq!(failure("exit 0").await.class, FailureClass::Unavailable, "no audio is none");
    assert_eq!(failure("printf 1234; exit 3").await.class, FailureClass::Truncated);
    assert_eq!(failure("printf 1234; kill -9 $$").await.class, FailureClass::Truncated);
    assert_eq!(failure("printf 12345").await.class, FailureClass::Truncated, "half a sample");
}

#[tokio::test]
async fn program_that_reads_nothing_speaks_all_the_same() {
    let text = "word ".repeat(100_000);
    let heard = hear(&engine(&config("printf 1234")), utterance(&text)).await.unwrap();
    assert_eq!((heard.1.as_str(), heard.2), ("1234", Ok(())));
}

#[tokio::test]
async fn program_that_takes_too_long_is_out_of_time() {
    let config = CommandConfig { seconds: 1, ..config("printf 1234; exec sleep 1000") };
    let (_, audio, end) = hear(&engine(&config), utterance("hello")).await.unwrap();
    assert_eq!((audio.as_str(), end.unwrap_err().class), ("1234", FailureClass::Timeout));
}

/// A head of a WAV file that says so many bytes of samples, then `rest`.
fn wav(length: [u8; 4], rest: &str) -> CommandConfig {
    let octal = |bytes: &[u8]| bytes.iter().map(|byte| format!("\\{byte:03o}")).collect::<String>();
    let mut head = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    head.extend(22_050_u32.to_le_bytes());
    head.extend(44_100_u32.to_le_bytes());
    head.extend(b"\x02\0\x10\0data");
    head.extend(length);
    let script = format!("printf '{}'; {rest}", octal(&head));
    CommandConfig { output: CommandOutput::Wav, ..config(&script) }
}

#[tokio::test]
async fn wav_says_its_own_rate_and_only_its_samples_are_audio() {
    let (format, audio, end) =
        hear(&engine(&wav([4, 0, 0, 0], "printf 1234LIST-notes")), utterance("hello")).await.unwrap();
    assert_eq!((format.sample_rate, audio.as_str(), end), (22_050, "1234", Ok(())));
    let unknown = engine(&wav([0xff; 4], "printf 123456"));
    let (_, audio, end) = hear(&unknown, utterance("hello")).await.unwrap();
    assert_eq!((audio.as_str(), end), ("123456", Ok(())), "to the end where the length was not known");
}

#[tokio::test]
async fn wav_that_is_shorter_than_it_says_is_no_whole_answer() {
    let (_, audio, end) = hear(&engine(&wav([8, 0, 0, 0], "printf 1234")), utterance("hello")).await.unwrap();
    assert_eq!((audio.as_str(), end.unwrap_err().class), ("1234", FailureClass::Truncated));
    let text = CommandConfig { output: CommandOutput::Wav, ..config("printf 'no voice of this name'") };
    let failure = hear(&engine(&text), utterance("hello")).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Unavailable);
}

#[tokio::test]
async fn listener_that_leaves_ends_the_program_and_frees_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let script = format!("echo $$ > '{}'; printf 1234; exec sleep 1000", file.display());
    let engine = engine(&CommandConfig { at_once: 1, ..config(&script) });
    let mut audio =
        engine.synthesize(&context(Duration::from_secs(60)), utterance("hello")).await.unwrap().into_audio();
    assert!(audio.next().await.unwrap().is_ok());

    let busy =
        engine.synthesize(&context(Duration::from_millis(10)), utterance("hello")).await.err().unwrap();
    assert_eq!((busy.class, busy.code()), (FailureClass::Unavailable, BUSY));

    drop(audio);
    ended(&file).await;
    assert!(engine.synthesize(&context(Duration::from_secs(60)), utterance("hello")).await.is_ok());
}

#[tokio::test]
async fn listener_that_leaves_ends_what_the_program_has_started_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let script = format!("sleep 1000 & echo $! > '{}'; printf 1234; wait", file.display());
    let engine = engine(&config(&script));
    let mut audio =
        engine.synthesize(&context(Duration::from_secs(60)), utterance("hello")).await.unwrap().into_audio();
    assert!(audio.next().await.unwrap().is_ok());
    drop(audio);
    ended(&file).await;
}

/// Waits until the process has ended of which the file has the number.
async fn ended(file: &Path) {
    let process = std::fs::read_to_string(file).unwrap();
    let command = Path::new("/proc").join(process.trim()).join("cmdline");
    let ended = async {
        // One that nobody has waited for yet has no command any more.
        while std::fs::read(&command).is_ok_and(|command| !command.is_empty()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), ended).await.expect("it has ended");
}
