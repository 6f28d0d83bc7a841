//! A program while it runs.

use std::{
    collections::BTreeMap,
    process::{ExitStatus, Stdio},
};

use bytes::{Bytes, BytesMut};
#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{self, ChildStdout, Command},
    sync::OwnedSemaphorePermit,
    time::Instant,
};
use wheelhouse_core::{Failure, Result, Secret};

use super::template::Words;
use crate::{failures, watch::Watch};

/// The most that is read at once.
const PIECE: usize = 16 << 10;
/// What of the host's environment a program gets.
const PASSED_ON: [&str; 4] = ["PATH", "HOME", "LANG", "LC_ALL"];

/// A process and those that it starts, unless they leave its group.
struct Group(process::Child);

impl Drop for Group {
    fn drop(&mut self) {
        // Once it has been waited for it has no id any more, which may be another's by now. The process itself is tokio's to end.
        #[cfg(unix)]
        if let Some(group) = self.0.id().and_then(|id| Pid::from_raw(id.cast_signed())) {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// A program that has been started. Dropping it ends the program, and what the program has started.
pub(super) struct Child {
    noun: String,
    process: Group,
    audio: ChildStdout,
    until: Instant,
    watch: Watch,
    _place: OwnedSemaphorePermit,
}

impl Child {
    /// Starts a program and hands it the text.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be started.
    pub(super) fn start(
        noun: &str,
        words: &Words,
        environment: &BTreeMap<String, Secret>,
        text: &str,
        until: Instant,
        watch: Watch,
        place: OwnedSemaphorePermit,
    ) -> Result<Self> {
        let cannot =
            |error: std::io::Error| failures::unreachable(noun, format_args!("{}: {error}", words.program));
        let passed_on = PASSED_ON.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        let mut command = Command::new(&words.program);
        #[cfg(unix)]
        command.process_group(0);
        let mut process = command
            .args(&words.arguments)
            .env_clear()
            .envs(passed_on)
            .envs(environment.iter().map(|(name, value)| (name, value.expose())))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // It may repeat the text, which is in no log.
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map(Group)
            .map_err(cannot)?;
        let (Some(mut input), Some(audio)) = (process.0.stdin.take(), process.0.stdout.take()) else {
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
        Ok(Self { noun: noun.to_owned(), process, audio, until, watch, _place: place })
    }

    /// The same without the call's deadline, which is for the beginning of speech alone.
    pub(super) fn without_deadline(self) -> Self {
        Self { watch: self.watch.without_deadline(), ..self }
    }

    /// Who it is at the beginning of a sentence.
    pub(super) fn noun(&self) -> &str {
        &self.noun
    }

    /// The next bytes; `None` at the end of all.
    ///
    /// # Errors
    /// `Timeout` when its time is over, or nobody waits for it.
    pub(super) async fn read(&mut self) -> Result<Option<Bytes>> {
        let mut piece = BytesMut::with_capacity(PIECE);
        let (limit, noun) = (self.until.saturating_duration_since(Instant::now()), &self.noun);
        let reading = self.audio.read_buf(&mut piece);
        let read = self.watch.wait_or(limit, reading, || failures::out_of_time(noun)).await?;
        match read.map_err(Failure::internal)? {
            0 => Ok(None),
            _ => Ok(Some(piece.freeze())),
        }
    }

    /// Waits for its end, and says how it ended.
    ///
    /// # Errors
    /// `Timeout` when its time is over, or nobody waits for it.
    pub(super) async fn end(&mut self) -> Result<ExitStatus> {
        let (limit, noun) = (self.until.saturating_duration_since(Instant::now()), &self.noun);
        let ended = self.watch.wait_or(limit, self.process.0.wait(), || failures::out_of_time(noun)).await?;
        ended.map_err(Failure::internal)
    }
}
