//! What the log is told.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use tracing::Level;
use wheelhouse_core::speech::{SpeechEngine, Utterance};
use wheelhouse_doubles::edge::Fault;

use super::{Edge, context};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn log_holds_nothing_of_what_is_said_even_at_its_most_talkative() {
    let (log, edge) = (Log::default(), Edge::start().await);
    let writer = log.clone();
    // For the whole process, as the libraries below the crate write by another facade.
    let subscriber = tracing_subscriber::fmt().with_max_level(Level::TRACE).with_ansi(false);
    subscriber.with_writer(move || writer.clone()).init();
    for fault in [None, Some(Fault::Pings), Some(Fault::EndEarly), Some(Fault::Garbage)] {
        edge.double.set_fault(fault);
        let _ = edge.speak(Utterance::new("albatross")).await;
    }
    assert_eq!(edge.double.seen().requests.len(), 4);
    edge.double.set_fault(Fault::NoList);
    edge.engine.voices(&context()).await.unwrap();
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let told = log.lines().filter(|line| line.contains("albatross"));
    assert_eq!(told.collect::<Vec<_>>(), Vec::<&str>::new());
    assert!(log.contains("the voices cannot be listed"), "it is listened to: {log}");
}
