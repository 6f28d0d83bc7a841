//! The voice of the device that the host runs on. It plays there and gives no audio, so it is no engine.

use std::{
    collections::VecDeque,
    mem,
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::sync::oneshot;
use tts::Tts;
use wheelhouse_core::{Failure, Result};

/// The paces that can be asked for: factors of the voice's own.
const SPEEDS: (f32, f32) = (0.25, 4.0);

/// How often a voice that is speaking is asked whether it is still there.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long a voice that was told to stop may take to say that it has.
const STOP_WITHIN: Duration = Duration::from_secs(2);

/// The device's own voice. It says one text after the other, in the order in which they come.
///
/// Dropping it stops it, which may take the time of a short sound.
pub struct SystemVoice {
    messages: Sender<Message>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread of a voice hears of.
enum Message {
    /// There is something to say.
    Speak(Order),
    /// The device has said it to its end.
    Said,
    /// The device has stopped before that, because it was told to, by whomever.
    Stopped,
    /// Somebody does not wait any more.
    Left,
    /// Stop, and end.
    Close,
}

struct Order {
    text: String,
    speed: f32,
    said: oneshot::Sender<Result<()>>,
}

/// Somebody who waits for an order. When they leave, the device need not go on.
struct Listener<'a> {
    said: oneshot::Receiver<Result<()>>,
    messages: &'a Sender<Message>,
}

impl Drop for Listener<'_> {
    fn drop(&mut self) {
        self.said.close();
        // Nobody hears it when the thread has ended, and then nothing speaks.
        let _ = self.messages.send(Message::Left);
    }
}

impl SystemVoice {
    /// Connects to the device's speech service. Blocks until that has answered, which takes longer where it
    /// must be started first.
    ///
    /// # Errors
    /// `Unavailable` when the device has no such service or it does not start.
    pub fn start() -> Result<Self> {
        let (messages, inbox) = mpsc::channel();
        let (started, starting) = mpsc::channel();
        let events = messages.clone();
        // The crate's type counts its references without atomics, whatever it says of being `Send`: it is
        // made, used and dropped here.
        let thread = thread::Builder::new().name("system-voice".to_owned()).spawn(move || {
            let device = match Device::open(&events) {
                Ok(device) => device,
                Err(error) => {
                    let _ = started.send(Err(unavailable(error)));
                    return;
                }
            };
            // Whoever has gone meanwhile has dropped the other end of the inbox, too.
            let _ = started.send(Ok(()));
            Worker { device, inbox, waiting: VecDeque::new(), is_closed: false }.run();
        });
        let thread = thread.map_err(Failure::internal)?;
        starting.recv().map_err(|_| unavailable("its thread has died"))??;
        Ok(Self { messages, thread: Some(thread) })
    }

    /// Says the text, after what is being said. Returns when it has been heard to its end; dropping the
    /// future stops it.
    ///
    /// # Errors
    /// `Invalid` for a text with nothing in it or a speed that is not from 0.25 to 4.0; `Unavailable` when
    /// the device's service refuses it, breaks off, is told by others to stop, or goes away.
    pub async fn speak(&self, text: &str, speed: f32) -> Result<()> {
        if !(SPEEDS.0..=SPEEDS.1).contains(&speed) {
            let message = format!("must be from {:.2} to {:.1}", SPEEDS.0, SPEEDS.1);
            return Err(Failure::invalid_field("speed", message));
        }
        if text.trim().is_empty() {
            return Err(Failure::invalid_field("text", "there is nothing to say"));
        }
        let (said, hearing) = oneshot::channel();
        // It ends strings of C, in which the text is handed on.
        let order = Order { text: text.replace('\0', " "), speed, said };
        let gone = || unavailable("its thread has ended");
        self.messages.send(Message::Speak(order)).map_err(|_| gone())?;
        let mut listener = Listener { said: hearing, messages: &self.messages };
        (&mut listener.said).await.map_err(|_| gone())?
    }
}

impl Drop for SystemVoice {
    fn drop(&mut self) {
        let _ = self.messages.send(Message::Close);
        if let Some(thread) = self.thread.take() {
            // A thread that has panicked has nothing left to stop.
            let _ = thread.join();
        }
    }
}

/// What the thread of a voice works with.
struct Worker {
    device: Device,
    inbox: Receiver<Message>,
    waiting: VecDeque<Order>,
    is_closed: bool,
}

/// How an utterance ended.
enum End {
    Said,
    BrokenOff,
    Left,
    Closed,
    Lost(Failure),
}

impl Worker {
    /// Says what is ordered until it is closed or the device's service is gone.
    fn run(mut self) {
        while let Some(order) = self.next_order() {
            if order.said.is_closed() {
                continue;
            }
            if let Err(failure) = self.device.speak(&order.text, order.speed) {
                let _ = order.said.send(Err(failure));
                continue;
            }
            let end = self.await_end(&order.said);
            let stops = matches!(end, End::Left | End::Closed);
            let is_lost = matches!(end, End::Lost(_)) || (stops && !self.stop());
            // Nobody hears it who has left.
            let _ = order.said.send(match end {
                End::Said => Ok(()),
                End::BrokenOff | End::Left | End::Closed => Err(unavailable("it was stopped")),
                End::Lost(failure) => Err(failure),
            });
            if is_lost {
                // A service that still has something to say of this connection would find nobody to tell,
                // which the crate answers with the end of the process.
                mem::forget(self.device);
                return;
            }
        }
    }

    /// The next order; `None` when the voice is closed.
    fn next_order(&mut self) -> Option<Order> {
        if let Some(order) = self.waiting.pop_front() {
            return Some(order);
        }
        while !self.is_closed {
            match self.inbox.recv() {
                Ok(Message::Speak(order)) => return Some(order),
                Ok(Message::Said | Message::Stopped | Message::Left) => {}
                Ok(Message::Close) | Err(_) => self.close(),
            }
        }
        None
    }

    /// Leaves what is waiting unsaid.
    fn close(&mut self) {
        self.is_closed = true;
        self.waiting.clear();
    }

    fn await_end(&mut self, said: &oneshot::Sender<Result<()>>) -> End {
        loop {
            match self.inbox.recv_timeout(self.device.look_every) {
                Ok(Message::Speak(order)) => self.waiting.push_back(order),
                Ok(Message::Said) => return End::Said,
                Ok(Message::Stopped) => return End::BrokenOff,
                Ok(Message::Left) if said.is_closed() => return End::Left,
                Ok(Message::Left) => {}
                Ok(Message::Close) | Err(RecvTimeoutError::Disconnected) => {
                    self.close();
                    return End::Closed;
                }
                Err(RecvTimeoutError::Timeout) => match self.device.is_speaking() {
                    Ok(true) => {}
                    Ok(false) => return End::Said,
                    Err(failure) => return End::Lost(failure),
                },
            }
        }
    }

    /// Stops the device; whether it has said that it has.
    fn stop(&mut self) -> bool {
        if self.device.tts.stop().is_err() {
            return false;
        }
        if !self.device.tells_ends {
            return true;
        }
        loop {
            match self.inbox.recv_timeout(STOP_WITHIN) {
                Ok(Message::Said | Message::Stopped) => return true,
                Ok(Message::Speak(order)) => self.waiting.push_back(order),
                Ok(Message::Left) => {}
                Ok(Message::Close) => self.close(),
                Err(_) => return false,
            }
        }
    }
}

/// The device's speech service.
struct Device {
    tts: Tts,
    rates: Rates,
    /// The rate of what is being said.
    rate: f32,
    tells_ends: bool,
    look_every: Duration,
}

impl Device {
    fn open(events: &Sender<Message>) -> Result<Self, tts::Error> {
        let tts = Tts::default()?;
        let tells_ends = tts.supported_features().utterance_callbacks;
        if tells_ends {
            let (said, stopped) = (events.clone(), events.clone());
            tts.on_utterance_end(Some(Box::new(move |_| drop(said.send(Message::Said)))))?;
            tts.on_utterance_stop(Some(Box::new(move |_| drop(stopped.send(Message::Stopped)))))?;
        }
        let rates = Rates { slowest: tts.min_rate(), normal: tts.normal_rate(), fastest: tts.max_rate() };
        let look_every = if tells_ends { LOOK_EVERY } else { LOOK_EVERY / 20 };
        Ok(Self { tts, rates, rate: rates.normal, tells_ends, look_every })
    }

    fn speak(&mut self, text: &str, speed: f32) -> Result<()> {
        if self.tts.supported_features().rate {
            self.rate = self.rates.of(speed);
            self.tts.set_rate(self.rate).map_err(unavailable)?;
        }
        self.tts.speak(text, false).map_err(unavailable)?;
        Ok(())
    }

    /// Whether it goes on, of a device that does not tell; of one that does, only whether it is still there.
    fn is_speaking(&mut self) -> Result<bool> {
        if self.tells_ends {
            // Changes nothing, and fails when the service has gone: of that nothing else tells.
            self.tts.set_rate(self.rate).map_err(unavailable)?;
            return Ok(true);
        }
        match self.tts.is_speaking() {
            Err(tts::Error::UnsupportedFeature) => Ok(false),
            answer => answer.map_err(unavailable),
        }
    }
}

/// The rates that a device's service takes, in its own measure.
#[derive(Debug, Clone, Copy)]
struct Rates {
    slowest: f32,
    normal: f32,
    fastest: f32,
}

impl Rates {
    /// The rate of a pace, a factor of the voice's own; the nearest that there is.
    fn of(self, speed: f32) -> f32 {
        let rate = if self.normal > 0.0 {
            self.normal * speed
        } else {
            // A scale around a middle, as speech-dispatcher has it, whose ends are about half and double.
            let octaves = speed.log2();
            let end = if octaves < 0.0 { self.slowest } else { self.fastest };
            self.normal + octaves.abs() * (end - self.normal)
        };
        rate.clamp(self.slowest, self.fastest)
    }
}

fn unavailable(error: impl std::fmt::Display) -> Failure {
    Failure::unavailable("The device's own voice does not work.").with_detail(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pace_on_a_scale_around_zero_goes_to_its_ends_at_half_and_double() {
        let rates = Rates { slowest: -100.0, normal: 0.0, fastest: 100.0 };
        for (speed, rate) in [(0.25, -100.0), (0.5, -100.0), (1.0, 0.0), (2.0, 100.0), (4.0, 100.0)] {
            assert_eq!(rates.of(speed), rate, "{speed}");
        }
        assert!((rates.of(1.5) - 58.496).abs() < 0.01, "{}", rates.of(1.5));
        assert!((rates.of(1.5) + rates.of(1.0 / 1.5)).abs() < 0.01, "as much slower as faster");
    }

    #[test]
    fn pace_of_a_rate_that_is_a_quantity_multiplies_it() {
        let words_a_minute = Rates { slowest: 10.0, normal: 175.0, fastest: 500.0 };
        for (speed, rate) in [(0.25, 43.75), (1.0, 175.0), (2.0, 350.0), (4.0, 500.0)] {
            assert_eq!(words_a_minute.of(speed), rate, "{speed}");
        }
    }
}
