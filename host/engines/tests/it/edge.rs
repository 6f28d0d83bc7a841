//! The engine kind `edge` by the crate as it is, against a server that plays the service.
//!
//! Whom the crate trusts is said by the environment, so that these tests, and those of `contract::edge`, are
//! run by [`edge_speaks`] in a process of its own.

mod faults;
mod input;
mod log;
mod reuse;
mod voices;

use std::{
    env,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::StreamExt;
use jiff::{SignedDuration, Timestamp};
use wheelhouse_core::{
    CallContext, Caller, Failure, Result,
    clock::{Clock, SystemEntropy},
    speech::{Speech, SpeechEngine, SpeechPiece, Utterance, Word},
};
use wheelhouse_doubles::{
    Authority,
    edge::{EdgeDouble, audio},
};
use wheelhouse_engines::{EdgeConfig, EdgeEngine};

/// Where the authority is that everybody in this process trusts.
const AUTHORITY: &str = "WHEELHOUSE_TEST_EDGE_AUTHORITY";
/// Said in all tests, and found in no log and no failure.
const TEXT: &str = "Turn left at the lakes, my secret friend.";
const WORDS: [&str; 8] = ["Turn", "left", "at", "the", "lakes", "my", "secret", "friend"];

#[test]
fn edge_speaks() {
    let folder = tempfile::tempdir().unwrap();
    Authority::new().unwrap().save(folder.path()).unwrap();
    let child = std::process::Command::new(env::current_exe().unwrap())
        .args(["edge::", "--include-ignored", "--skip", "edge::edge_speaks"])
        .env(AUTHORITY, folder.path())
        .env("SSL_CERT_FILE", folder.path().join("authority.pem"))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{told}{}", String::from_utf8_lossy(&child.stderr));
    for tests in ["edge::faults::", "contract::edge::"] {
        assert!(cfg!(not(unix)) || told.contains(&format!("test {tests}")), "{told}");
    }
}

/// A double that everybody in this process trusts.
pub async fn trusted_double() -> EdgeDouble {
    let folder = env::var_os(AUTHORITY).expect("these tests are run by `edge_speaks`");
    double(Path::new(&folder)).await
}

/// The service and an engine that knows only it.
struct Edge {
    double: EdgeDouble,
    engine: EdgeEngine,
    clock: Arc<SetClock>,
}

impl Edge {
    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut EdgeConfig)) -> Self {
        let double = trusted_double().await;
        let mut config = EdgeConfig { proxy: Some(double.proxy()), ..EdgeConfig::default() };
        change(&mut config);
        let clock = Arc::new(SetClock(Mutex::new(Timestamp::UNIX_EPOCH + Duration::from_secs(1))));
        let engine = EdgeEngine::new("edge", &config, clock.clone(), Arc::new(SystemEntropy)).unwrap();
        Self { double, engine, clock }
    }

    async fn speak(&self, utterance: Utterance) -> Result<Heard> {
        Ok(Heard::of(self.engine.synthesize(&context(), utterance).await?).await)
    }

    /// What is heard of [`TEXT`] when it must be whole.
    async fn whole(&self) {
        let heard = self.speak(Utterance::new(TEXT)).await.unwrap();
        assert_eq!(heard.end, Ok(()));
        assert_eq!(heard.said(), WORDS);
    }

    /// How [`TEXT`] fails, which must be before anything is heard.
    async fn refused(&self) -> Failure {
        match self.speak(Utterance::new(TEXT)).await {
            Err(failure) => harmless(failure),
            Ok(heard) => panic!("something was heard: {heard:?}"),
        }
    }

    /// How [`TEXT`] fails when the service falls silent after something has been heard, without waiting for it.
    async fn stalled(&self) -> Failure {
        let speech = self.engine.synthesize(&context(), Utterance::new(TEXT)).await.unwrap();
        tokio::time::pause();
        let heard = Heard::of(speech).await;
        tokio::time::resume();
        assert!(!heard.audio.is_empty());
        harmless(heard.end.unwrap_err())
    }

    /// How [`TEXT`] fails after something has been heard.
    async fn broken(&self) -> Failure {
        let heard = self.speak(Utterance::new(TEXT)).await.unwrap();
        assert!(!heard.audio.is_empty());
        harmless(heard.end.unwrap_err())
    }
}

async fn double(folder: &Path) -> EdgeDouble {
    let authority = Authority::load(folder).unwrap();
    EdgeDouble::start(&authority, "127.0.0.1:0".parse().unwrap()).await.unwrap()
}

/// A failure that a chain can pass over, and that tells nobody what it must not.
fn harmless(failure: Failure) -> Failure {
    assert!(!failure.class.is_callers_fault(), "the user has not done it: {failure:?}");
    let all = format!("{failure:?}");
    assert!(!WORDS.iter().any(|word| word.len() > 4 && all.contains(word)), "{all}");
    failure
}

fn context() -> CallContext {
    within(Duration::from_secs(60))
}

fn within(time: Duration) -> CallContext {
    CallContext::new("req-1", Caller::Host, Timestamp::UNIX_EPOCH, time)
}

#[derive(Debug)]
struct Heard {
    audio: Vec<u8>,
    words: Vec<Word>,
    end: Result<()>,
}

impl Heard {
    async fn of(mut speech: Speech) -> Self {
        let mut heard = Self { audio: Vec::new(), words: Vec::new(), end: Ok(()) };
        while let Some(piece) = speech.pieces.next().await {
            assert_eq!(heard.end, Ok(()), "a failure is the last item");
            match piece {
                Ok(SpeechPiece::Audio(bytes)) => heard.audio.extend(bytes),
                Ok(SpeechPiece::Word(word)) => heard.words.push(word),
                Err(failure) => heard.end = Err(failure),
            }
        }
        heard
    }

    /// What the audio says.
    fn said(&self) -> Vec<String> {
        audio::words(&self.audio).expect("whole frames")
    }
}

/// A clock that is set.
struct SetClock(Mutex<Timestamp>);

impl SetClock {
    fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += SignedDuration::try_from(by).unwrap();
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}
