//! Samples to frames, by a program of the machine: there is no encoder for AAC that could be part of this
//! one.

use std::{
    io::{Read, Write},
    process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
    sync::{
        OnceLock,
        mpsc::{self, Receiver, Sender, SyncSender},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{AudioError, Layout, Result, pcm};

const PROGRAM: &str = "ffmpeg";
/// What of the host's environment the program gets.
const PASSED_ON: [&str; 1] = ["PATH"];
/// How long the program may do nothing. Samples are encoded a hundred times quicker than they are said.
const PATIENCE: Duration = Duration::from_secs(10);
/// The most bytes that are handed over at once, and how often that is done before the program has taken any.
const PIECE: usize = 16 << 10;
const AHEAD: usize = 4;

/// Whether the program is there and encodes. It is tried once; that may take a moment.
pub fn aac_available() -> bool {
    static AVAILABLE: OnceLock<bool> = OnceLock::new();
    let encodes = || {
        let mut frames = Vec::new();
        let mut encoder = AacEncoder::new(Layout { sample_rate: 24_000, channels: 1 })?;
        encoder.push(&[0; 4_096], &mut frames)?;
        encoder.finish(&mut frames)?;
        Ok::<_, AudioError>(!frames.is_empty())
    };
    *AVAILABLE.get_or_init(|| encodes().unwrap_or(false))
}

/// Encodes in a process of its own. Dropping it ends the process.
pub(crate) struct AacEncoder {
    process: Process,
    samples: Option<SyncSender<Vec<u8>>>,
    events: Receiver<Event>,
    /// Pieces that the program has not taken.
    ahead: usize,
    bytes: Vec<u8>,
}

enum Event {
    /// The program took a piece.
    Taken,
    Frames(Vec<u8>),
    /// The program closed its output.
    End,
}

impl AacEncoder {
    /// # Errors
    /// `Unsupported` when the program cannot be started.
    pub(crate) fn new(layout: Layout) -> Result<Self> {
        let kbits = 64 * u32::from(layout.channels);
        let number = |flag: &str, value: u32| [flag.to_owned(), value.to_string()];
        let passed_on = PASSED_ON.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        let mut child = Command::new(PROGRAM)
            .args(["-nostdin", "-hide_banner", "-loglevel", "quiet", "-f", "s16le"])
            .args(number("-ar", layout.sample_rate))
            .args(number("-ac", layout.channels.into()))
            // What it is was said: it need not be found out.
            .args(["-probesize", "32", "-analyzeduration", "0", "-fflags", "nobuffer", "-i", "pipe:0"])
            .args(["-c:a", "aac", "-b:a", &format!("{kbits}k"), "-threads", "1"])
            .args(["-f", "adts", "-flush_packets", "1", "pipe:1"])
            .env_clear()
            .envs(passed_on)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| AudioError::Unsupported(format!("AAC needs {PROGRAM}: {error}")))?;
        let pipes = (child.stdin.take(), child.stdout.take());
        let process = Process(child);
        let (Some(input), Some(output)) = pipes else {
            return Err(AudioError::Encoder(format!("{PROGRAM} has no standard input and output")));
        };
        let (tell, events) = mpsc::channel();
        let (samples, pieces) = mpsc::sync_channel(AHEAD);
        spawn("audio-aac-in", {
            let tell = tell.clone();
            move || write(input, &pieces, &tell)
        })?;
        spawn("audio-aac-out", move || read(output, &tell))?;
        Ok(Self { process, samples: Some(samples), events, ahead: 0, bytes: Vec::new() })
    }

    pub(crate) fn push(&mut self, samples: &[i16], out: &mut Vec<u8>) -> Result<()> {
        for piece in samples.chunks(PIECE / 2) {
            self.bytes.clear();
            pcm::write(piece, &mut self.bytes);
            let sent = self.samples.as_ref().is_some_and(|samples| samples.send(self.bytes.clone()).is_ok());
            if !sent {
                return Err(stopped());
            }
            self.ahead += 1;
            while self.ahead >= AHEAD {
                let event = self.events.recv_timeout(PATIENCE).map_err(|_| stopped())?;
                self.note(event, out)?;
            }
        }
        while let Ok(event) = self.events.try_recv() {
            self.note(event, out)?;
        }
        Ok(())
    }

    pub(crate) fn finish(mut self, out: &mut Vec<u8>) -> Result<()> {
        // It encodes the rest when its input ends.
        self.samples = None;
        loop {
            match self.events.recv_timeout(PATIENCE).map_err(|_| stopped())? {
                Event::Taken => {}
                Event::Frames(frames) => out.extend_from_slice(&frames),
                Event::End => break,
            }
        }
        let status = self.process.end()?;
        if status.success() {
            Ok(())
        } else {
            Err(AudioError::Encoder(format!("{PROGRAM} ended with {status}")))
        }
    }

    fn note(&mut self, event: Event, out: &mut Vec<u8>) -> Result<()> {
        match event {
            Event::Taken => self.ahead -= 1,
            Event::Frames(frames) => out.extend_from_slice(&frames),
            Event::End => return Err(stopped()),
        }
        Ok(())
    }
}

/// A process that does not outlive whoever started it.
struct Process(Child);

impl Process {
    /// Waits for its end, which comes soon after that of its output.
    fn end(&mut self) -> Result<ExitStatus> {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.0.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) if Instant::now() < until => thread::sleep(Duration::from_millis(2)),
                Ok(None) => return Err(stopped()),
                Err(error) => return Err(AudioError::Encoder(error.to_string())),
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing is left of it.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<()> {
    let thread = thread::Builder::new().name(name.to_owned()).spawn(work);
    thread.map(drop).map_err(|error| AudioError::Encoder(error.to_string()))
}

/// Ends when there are no more pieces, or when the program takes none.
fn write(mut input: ChildStdin, pieces: &Receiver<Vec<u8>>, tell: &Sender<Event>) {
    for piece in pieces {
        if input.write_all(&piece).is_err() || tell.send(Event::Taken).is_err() {
            return;
        }
    }
}

/// Ends with the program's output.
fn read(mut output: ChildStdout, tell: &Sender<Event>) {
    let mut piece = vec![0; PIECE];
    while let Ok(count @ 1..) = output.read(&mut piece) {
        if tell.send(Event::Frames(piece[..count].to_vec())).is_err() {
            return;
        }
    }
    // Nobody may be waiting any more.
    let _ = tell.send(Event::End);
}

fn stopped() -> AudioError {
    AudioError::Encoder(format!("{PROGRAM} stopped"))
}
