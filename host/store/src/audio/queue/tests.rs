use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Semaphore;

use super::*;

/// Writes when it is let.
struct Gate {
    permits: Semaphore,
    written: Mutex<Vec<(AudioId, usize)>>,
    works: AtomicBool,
}

impl Gate {
    fn new() -> Self {
        Self { permits: Semaphore::new(0), written: Mutex::default(), works: true.into() }
    }

    fn written(&self) -> Vec<(AudioId, usize)> {
        lock(&self.written).clone()
    }
}

#[async_trait]
impl Sink for Gate {
    const NAME: &'static str = "a gate";

    async fn write(&self, id: &AudioId, audio: &KeptAudio) -> bool {
        self.permits.acquire().await.expect("it is not closed").forget();
        lock(&self.written).push((*id, audio.audio.len()));
        self.works.load(Ordering::Relaxed)
    }
}

fn id(number: usize) -> AudioId {
    AudioId(std::array::from_fn(|n| (number >> (8 * (n % 2))) as u8))
}

fn audio(bytes: usize) -> KeptAudio {
    KeptAudio { about: Default::default(), audio: vec![0; bytes].into() }
}

#[tokio::test]
async fn close_waits_for_all_writes_and_nothing_comes_after() {
    let queue = Queue::start(Gate::new());
    for number in 0..10 {
        queue.push(id(number), audio(number));
    }
    assert_eq!(queue.find(&id(9)), Some(audio(9)), "what waits is found");
    queue.sink().permits.add_permits(20);
    queue.close().await;
    queue.push(id(11), audio(11));
    queue.close().await;
    assert_eq!(queue.sink().written(), (0..10).map(|n| (id(n), n)).collect::<Vec<_>>());
    assert_eq!(queue.find(&id(9)), None);
    assert_eq!(queue.pending.lock().bytes, 0);
}

#[tokio::test]
async fn write_that_waits_is_replaced_and_one_that_is_begun_is_followed_by_the_next() {
    let queue = Queue::start(Gate::new());
    queue.push(id(1), audio(1));
    while !queue.pending.lock().writes[&id(1)].is_begun {
        tokio::task::yield_now().await;
    }
    queue.push(id(1), audio(2));
    queue.push(id(1), audio(3));
    queue.sink().permits.add_permits(9);
    queue.close().await;
    assert_eq!(queue.sink().written(), [(id(1), 1), (id(1), 3)]);
}

#[tokio::test]
async fn writes_beyond_the_bounds_are_dropped() {
    let queue = Queue::start(Gate::new());
    for number in 0..2 * MAX_WRITES {
        queue.push(id(number), audio(1));
    }
    queue.sink().permits.add_permits(2 * MAX_WRITES);
    queue.close().await;
    assert_eq!(queue.sink().written().len(), MAX_WRITES);

    let queue = Queue::start(Gate::new());
    queue.push(id(1), audio(MAX_BYTES + 1));
    queue.push(id(2), audio(1));
    queue.sink().permits.add_permits(2);
    queue.close().await;
    assert_eq!(queue.sink().written(), [(id(1), MAX_BYTES + 1)], "one alone may be larger");
}

#[tokio::test]
async fn sink_that_fails_does_not_hold_up_the_end() {
    let queue = Queue::start(Gate::new());
    queue.sink().works.store(false, Ordering::Relaxed);
    queue.sink().permits.add_permits(9);
    for number in 0..3 {
        queue.push(id(number), audio(1));
    }
    queue.close().await;
    assert_eq!(queue.sink().written().len(), 1);
}
