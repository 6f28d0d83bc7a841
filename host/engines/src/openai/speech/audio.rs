//! What is said, from the first byte to the end: as many answers as the text takes requests.

use std::{collections::VecDeque, sync::Arc};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use wheelhouse_core::{Failure, Result, speech::Speech};

use super::{answer::Answer, form::Form};
use crate::{failures, http::transport::Transport, watch::Watch};

/// Begins to speak; comes back with the first byte of audio, which decides whether there is any. `bodies` are the requests in order.
///
/// # Errors
/// Whatever fails before that byte: never `Truncated`.
pub(super) async fn begin(
    transport: Arc<Transport>,
    watch: Watch,
    form: Form,
    mut bodies: VecDeque<Vec<u8>>,
) -> Result<Speech> {
    let first = bodies.pop_front().ok_or_else(|| Failure::internal("a text without a part"))?;
    let answer = Answer::open(&transport, &watch, form, first).await?;
    let format = answer.format;
    let reader = Reader { transport, watch: watch.without_deadline(), form, bodies, answer };
    let audio = stream::unfold(Some(reader), |reader| async move {
        let mut reader = reader?;
        match reader.next().await {
            Ok(Some(piece)) => Some((Ok(piece), Some(reader))),
            Ok(None) => None,
            Err(failure) => Some((Err(failure), None)),
        }
    });
    Ok(Speech::of_audio(format, audio.boxed()))
}

/// Reads as fast as it is asked. Dropping it closes the connection.
struct Reader {
    transport: Arc<Transport>,
    watch: Watch,
    form: Form,
    /// What is still to be asked for.
    bodies: VecDeque<Vec<u8>>,
    answer: Answer,
}

impl Reader {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            if let Some(piece) = self.answer.next(&self.transport, &self.watch).await? {
                return Ok(Some(piece));
            }
            let Some(body) = self.bodies.pop_front() else { return Ok(None) };
            let next = Answer::open(&self.transport, &self.watch, self.form, body).await;
            let next = next.map_err(failures::midway)?;
            if next.format != self.answer.format {
                return Err(failures::broken_off(self.transport.noun(), "the form changed in the middle"));
            }
            self.answer = next;
        }
    }
}
