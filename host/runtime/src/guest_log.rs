//! What a plugin writes to stdout and stderr: the host's log gets it, with the plugin's id, in measure.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::{
    cli::{IsTerminal, StdoutStream},
    p2::{OutputStream, Pollable, StreamResult},
};

/// Longer lines are cut.
const LINE: usize = 1024;
/// So many lines a plugin may write in each period; the rest are counted.
const LINES: u32 = 50;
const PERIOD: Duration = Duration::from_secs(10);
/// The most that a guest may hand over at once.
const CHUNK: usize = 64 << 10;

/// One plugin's log, shared by all of its instances.
#[derive(Debug)]
pub(crate) struct GuestLog {
    plugin: Arc<str>,
    rate: Mutex<Rate>,
}

#[derive(Debug)]
struct Rate {
    since: Instant,
    lines: u32,
    dropped: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Out,
    Err,
}

impl GuestLog {
    pub(crate) fn new(plugin: &str) -> Arc<Self> {
        let rate = Rate { since: Instant::now(), lines: 0, dropped: 0 };
        Arc::new(Self { plugin: plugin.into(), rate: Mutex::new(rate) })
    }

    /// A stream of one instance.
    pub(crate) fn stream(self: &Arc<Self>, level: Level) -> GuestStream {
        GuestStream { log: self.clone(), level, line: Arc::default() }
    }

    /// Writes what the host has to say about what the plugin does, under the same measure.
    pub(crate) fn note(&self, line: impl std::fmt::Display) {
        self.write(Level::Err, &line.to_string());
    }

    fn write(&self, level: Level, line: &str) {
        let allowed =
            self.rate.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take(Instant::now());
        let plugin = &*self.plugin;
        match allowed {
            Allowed::No => return,
            Allowed::Yes => {}
            Allowed::NoMore => {
                tracing::warn!(plugin, "the plugin writes too many log lines; from here on they are counted");
                return;
            }
            Allowed::YesAfter(dropped) => {
                tracing::warn!(plugin, dropped, "the plugin wrote too many log lines")
            }
        }
        match level {
            Level::Out => tracing::info!(plugin, "{line}"),
            Level::Err => tracing::warn!(plugin, "{line}"),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Allowed {
    Yes,
    YesAfter(u64),
    /// The first that is left out.
    NoMore,
    No,
}

impl Rate {
    fn take(&mut self, now: Instant) -> Allowed {
        if now.duration_since(self.since) >= PERIOD {
            let dropped = std::mem::take(&mut self.dropped);
            *self = Self { since: now, lines: 1, dropped: 0 };
            return if dropped > 0 { Allowed::YesAfter(dropped) } else { Allowed::Yes };
        }
        if self.lines >= LINES {
            self.dropped += 1;
            return if self.dropped == 1 { Allowed::NoMore } else { Allowed::No };
        }
        self.lines += 1;
        Allowed::Yes
    }
}

/// Cuts what one instance writes into lines.
#[derive(Debug, Clone)]
pub(crate) struct GuestStream {
    log: Arc<GuestLog>,
    level: Level,
    line: Arc<Mutex<Vec<u8>>>,
}

impl GuestStream {
    fn push(&self, bytes: &[u8]) {
        let mut line = self.line.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        cut(&mut line, bytes, |text| self.log.write(self.level, text));
    }
}

impl Drop for GuestStream {
    fn drop(&mut self) {
        if Arc::strong_count(&self.line) == 1 {
            self.push(b"\n");
        }
    }
}

/// Adds bytes to a line that has begun, and emits every line that ends in them, without what is not printable.
fn cut(line: &mut Vec<u8>, bytes: &[u8], mut emit: impl FnMut(&str)) {
    for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
        let (text, ended) = match piece.strip_suffix(b"\n") {
            Some(text) => (text, true),
            None => (piece, false),
        };
        let room = LINE.saturating_sub(line.len());
        line.extend_from_slice(&text[..text.len().min(room)]);
        if ended {
            let printable: String =
                String::from_utf8_lossy(line).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            if !printable.trim().is_empty() {
                emit(printable.trim_end());
            }
            line.clear();
        }
    }
}

impl IsTerminal for GuestStream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for GuestStream {
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }

    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for GuestStream {
    async fn ready(&mut self) {}
}

impl OutputStream for GuestStream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.push(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(CHUNK)
    }
}

impl AsyncWrite for GuestStream {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        self.push(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<String> {
        let (mut line, mut lines) = (Vec::new(), Vec::new());
        for piece in pieces {
            cut(&mut line, piece, |text| lines.push(text.to_owned()));
        }
        lines
    }

    #[test]
    fn lines_are_put_together_from_pieces() {
        assert_eq!(lines(&[b"one\ntw", b"o\n", b"\nthree"]), ["one", "two"]);
    }

    #[test]
    fn long_lines_are_cut_and_controls_are_blanked() {
        let long = [b'a'; 5000];
        let all = lines(&[&long, b"\n", b"x\x1b[31my\r\n"]);
        assert_eq!(all[0].len(), LINE);
        assert_eq!(all[1], "x [31my");
    }

    #[test]
    fn lines_beyond_the_rate_are_counted_and_reported_in_the_next_period() {
        let start = Instant::now();
        let mut rate = Rate { since: start, lines: 0, dropped: 0 };
        for _ in 0..LINES {
            assert_eq!(rate.take(start), Allowed::Yes);
        }
        assert_eq!(rate.take(start), Allowed::NoMore, "said when it begins");
        assert_eq!(rate.take(start), Allowed::No);
        assert_eq!(rate.take(start + PERIOD), Allowed::YesAfter(2), "and counted when it is over");
        assert_eq!(rate.take(start + PERIOD), Allowed::Yes);
    }
}
