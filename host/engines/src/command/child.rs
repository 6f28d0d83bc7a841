//! A program while it runs.

use std::{process::Stdio, sync::Arc};

use bytes::{Bytes, BytesMut};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{self, ChildStdout, Command},
    sync::OwnedSemaphorePermit,
    time::{Instant, timeout_at},
};
use tokio_util::sync::CancellationToken;
use wheelhouse_core::{Failure, FailureClass, Result};

use super::template::Words;
use crate::watch::given_up;

/// The most that is read at once.
const PIECE: usize = 16 << 10;
/// What of the host's environment a program gets.
const PASSED_ON: [&str; 4] = ["PATH", "HOME", "LANG", "LC_ALL"];

/// A program that has been started. Dropping it ends the program.
pub(super) struct Child {
    engine: Arc<str>,
    process: process::Child,
    audio: ChildStdout,
    until: Instant,
    cancellation: CancellationToken,
    _place: OwnedSemaphorePermit,
}

impl Child {
    /// Starts a program and hands it the text.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be started.
    pub(super) fn start(
        engine: &Arc<str>,
        words: &Words,
        environment: &[(String, String)],
        text: &str,
        until: Instant,
        cancellation: CancellationToken,
        place: OwnedSemaphorePermit,
    ) -> Result<Self> {
        let cannot = |error: std::io::Error| {
            Failure::unavailable(format!("The speech engine `{engine}` cannot be started."))
                .with_detail(format!("{}: {error}", words.program))
        };
        let passed_on = PASSED_ON.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        let mut process = Command::new(&words.program)
            .args(&words.arguments)
            .env_clear()
            .envs(passed_on)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // It may repeat the text, which is in no log.
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(cannot)?;
        let (Some(mut input), Some(audio)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(Failure::internal("a program without standard input and output"));
        };
        // Some programs speak line by line, and one text is one utterance.
        let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        line.push('\n');
        // Beside the reading: a program may want to be heard before it has read everything. It ends with the program, whose pipe breaks.
        tokio::spawn(async move {
            // What it does not read it does not need.
            let _ = input.write_all(line.as_bytes()).await;
        });
        Ok(Self { engine: engine.clone(), process, audio, until, cancellation, _place: place })
    }

    /// The next bytes; `None` at the end of all.
    ///
    /// # Errors
    /// `Timeout` when its time is over, or nobody waits for it.
    pub(super) async fn read(&mut self) -> Result<Option<Bytes>> {
        let mut piece = BytesMut::with_capacity(PIECE);
        let read = tokio::select! {
            biased;
            () = self.cancellation.cancelled() => return Err(given_up()),
            read = timeout_at(self.until, self.audio.read_buf(&mut piece)) => read,
        };
        let read = read.map_err(|_| self.too_long())?;
        match read.map_err(Failure::internal)? {
            0 => Ok(None),
            _ => Ok(Some(piece.freeze())),
        }
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// `Unavailable` when it says that it failed, `Timeout` when its time is over.
    pub(super) async fn end(&mut self) -> Result<()> {
        let status = timeout_at(self.until, self.process.wait()).await.map_err(|_| self.too_long())?;
        let status = status.map_err(Failure::internal)?;
        if status.success() {
            return Ok(());
        }
        Err(Failure::unavailable(format!("The speech engine `{}` failed.", self.engine))
            .with_detail(format!("the program ended with {status}")))
    }

    fn too_long(&self) -> Failure {
        Failure::timeout(format!("The speech engine `{}` took longer than it may.", self.engine))
    }

    /// A failure of what it writes.
    pub(super) fn wrong(&self, class: FailureClass, what: &str) -> Failure {
        Failure::new(class, format!("The speech engine `{}` {what}.", self.engine))
    }
}
