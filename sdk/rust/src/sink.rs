//! Where an engine or a provider puts its answer, piece by piece.

use std::future::Future;

use futures_channel::oneshot;
use wit_bindgen::{FutureReader, FutureWriter, StreamReader, StreamWriter};

use crate::Failure;

/// How an answer ended.
type End = Result<(), Failure>;

/// What goes into a stream of the contract, and into a test's list on the build machine.
pub(crate) struct Sink<T: 'static> {
    target: Target<T>,
    begun: Option<oneshot::Sender<()>>,
}

enum Target<T: 'static> {
    Stream(StreamWriter<T>),
    #[cfg_attr(target_arch = "wasm32", allow(dead_code, reason = "tests run on the build machine"))]
    List(Vec<T>),
}

impl<T: 'static> Sink<T> {
    pub(crate) async fn write(&mut self, items: Vec<T>) -> Result<(), Failure> {
        if items.is_empty() {
            return Ok(());
        }
        if let Some(begun) = self.begun.take() {
            // Whoever waited for the beginning may have given up; the write below finds out.
            let _ = begun.send(());
        }
        match &mut self.target {
            Target::Stream(writer) => {
                let left = writer.write_all(items).await;
                if left.is_empty() {
                    Ok(())
                } else {
                    Err(Failure::unavailable("Nobody is listening any more."))
                }
            }
            Target::List(list) => {
                list.extend(items);
                Ok(())
            }
        }
    }
}

/// Runs `produce` beside the running call, and answers once its first piece is there, so that a failure before it is a failure of
/// the call. The stream ends before its end is told; a producer that is dropped half way has ended in failure.
pub(crate) async fn begin<T, F, P>(
    (writer, reader): (StreamWriter<T>, StreamReader<T>),
    (end, ended): (FutureWriter<End>, FutureReader<End>),
    produce: P,
) -> Result<(StreamReader<T>, FutureReader<End>), Failure>
where
    T: 'static,
    P: FnOnce(Sink<T>) -> F,
    F: Future<Output = (Sink<T>, End)> + 'static,
{
    let (begun, has_begun) = oneshot::channel();
    let (failed, has_failed) = oneshot::channel();
    let running = produce(Sink { target: Target::Stream(writer), begun: Some(begun) });
    wit_bindgen::spawn_local(async move {
        let (sink, result) = running.await;
        let never_begun = sink.begun.is_some();
        let result = judged(result, never_begun);
        if never_begun && let Err(failure) = &result {
            let _ = failed.send(failure.clone());
        }
        // Dropping the sink closes the stream, and gives `has_begun` its answer if nothing was written.
        drop(sink);
        if !never_begun {
            // An error here means that the host does not want to know any more.
            let _ = end.write(result).await;
        }
    });
    match has_begun.await {
        Ok(()) => Ok((reader, ended)),
        Err(_) => Err(has_failed.await.unwrap_or_else(|_| stopped())),
    }
}

/// An answer that ended well must have been one.
fn judged(result: End, is_empty: bool) -> End {
    match result {
        Ok(()) if is_empty => Err(Failure::internal("The plugin ended without an answer.")),
        result => result,
    }
}

/// What is told of an answer whose producer is gone.
pub(crate) fn stopped() -> Failure {
    Failure::internal("The plugin stopped before the end of its answer.")
}

/// Runs `produce` to its end and returns what it wrote.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn collect<T, F>(produce: impl FnOnce(Sink<T>) -> F) -> (Vec<T>, End)
where
    T: 'static,
    F: Future<Output = (Sink<T>, End)>,
{
    let (sink, result) =
        crate::testing::block_on(produce(Sink { target: Target::List(Vec::new()), begun: None }));
    match sink.target {
        Target::List(list) => {
            let result = judged(result, list.is_empty());
            (list, result)
        }
        Target::Stream(_) => unreachable!("collect makes lists"),
    }
}
