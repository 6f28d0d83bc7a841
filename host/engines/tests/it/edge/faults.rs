//! Everything that can go wrong with the service, and that the next text has nothing of it.

use std::time::Duration;

use futures_util::StreamExt;
use wheelhouse_core::{
    FailureClass,
    failure::BUSY,
    speech::{SpeechEngine, Utterance},
};
use wheelhouse_doubles::{
    Authority,
    edge::{Fault, audio::WORD_BYTES},
};

use super::{Edge, Heard, TEXT, WORDS, context, harmless, within};

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn refused_handshake_is_unavailable_and_heals_by_itself() {
    let edge = Edge::start().await;
    for (status, class, code) in [
        (403, FailureClass::Unavailable, "provider_denied"),
        (401, FailureClass::Unavailable, "provider_denied"),
        (400, FailureClass::Unavailable, "provider_rejected"),
        (200, FailureClass::Unavailable, "provider_unreadable"),
        (429, FailureClass::RateLimited, "provider_rate_limited"),
        (503, FailureClass::Unavailable, "provider_unavailable"),
        (504, FailureClass::Timeout, "provider_timeout"),
    ] {
        edge.double.set_fault(Fault::Refuse(status));
        let failure = edge.refused().await;
        assert_eq!((failure.class, failure.code()), (class, code), "{status}");
        assert_eq!(failure.retry_after, (status == 429).then_some(Duration::from_secs(7)), "{status}");
    }
    assert_eq!(edge.double.seen().requests, [], "no text was sent to who refuses");
    edge.double.set_fault(None);
    edge.whole().await;
}

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn service_that_cannot_be_reached_or_trusted_is_unavailable() {
    let edge = Edge::with(|config| config.proxy = Some("http://127.0.0.1:1".to_owned())).await;
    let failure = edge.refused().await;
    assert_eq!((failure.class, failure.code()), (FailureClass::Unavailable, "provider_unreachable"));
    assert_eq!(failure.detail.as_deref(), Some("502 connection refused"));

    let folder = tempfile::tempdir().unwrap();
    Authority::new().unwrap().save(folder.path()).unwrap();
    let stranger = super::double(folder.path()).await;
    let edge = Edge::with(|config| config.proxy = Some(stranger.proxy())).await;
    let failure = edge.refused().await;
    assert_eq!((failure.class, failure.code()), (FailureClass::Unavailable, "provider_unreachable"));
    assert_eq!(stranger.seen().sockets, 0);
}

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn silence_is_out_of_time_and_the_connection_is_closed() {
    let edge = Edge::with(|config| config.answer_timeout_ms = 100).await;
    edge.double.set_fault(Fault::AcceptAndStaySilent);
    let failure = edge.refused().await;
    assert_eq!((failure.class, failure.code()), (FailureClass::Timeout, "provider_silent"));
    edge.double.until(|seen| seen.ended == 1).await;

    let edge = Edge::start().await;
    edge.double.set_fault(Fault::StallAfter(WORD_BYTES * 2));
    let failure = edge.stalled().await;
    assert_eq!((failure.class, failure.code()), (FailureClass::Timeout, "provider_silent"));
    edge.double.until(|seen| seen.ended == 1).await;
    edge.double.set_fault(None);
    edge.whole().await;
}

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn deadline_is_for_the_first_byte_alone() {
    let edge = Edge::with(|config| config.idle_timeout_ms = 90_000).await;
    edge.double.set_fault(Fault::AcceptAndStaySilent);
    let failure =
        edge.engine.synthesize(&within(Duration::from_millis(300)), Utterance::new(TEXT)).await.err();
    let failure = harmless(failure.unwrap());
    assert_eq!((failure.class, failure.code()), (FailureClass::Timeout, "deadline_exceeded"));

    edge.double.set_fault(Fault::StallAfter(WORD_BYTES));
    let failure = edge.stalled().await;
    assert_eq!(failure.code(), "provider_silent", "it was the silence that ended it, after the deadline");
}

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn cancellation_ends_an_utterance_and_so_does_a_listener_who_leaves() {
    let edge = Edge::start().await;
    edge.double.set_fault(Fault::StallAfter(WORD_BYTES));
    let ctx = context();
    let mut speech = edge.engine.synthesize(&ctx, Utterance::new(TEXT)).await.unwrap();
    ctx.cancellation.cancel();
    let failure = loop {
        match speech.pieces.next().await.unwrap() {
            Ok(_) => {}
            Err(failure) => break failure,
        }
    };
    assert_eq!((failure.class, failure.code()), (FailureClass::Timeout, "cancelled"));
    edge.double.until(|seen| seen.ended == 1).await;

    drop(edge.engine.synthesize(&context(), Utterance::new(TEXT)).await.unwrap());
    edge.double.until(|seen| seen.ended == 2).await;
}

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn answer_that_is_cut_is_truncated_however_it_was_cut() {
    let edge = Edge::start().await;
    for fault in [
        Fault::CutAt(1),
        Fault::CutAt(WORD_BYTES * 3),
        Fault::CutAt(WORD_BYTES * WORDS.len()),
        Fault::CloseAt(WORD_BYTES * 3),
        Fault::EndEarly,
        Fault::HalfAudio,
    ] {
        edge.double.set_fault(fault);
        let failure = edge.broken().await;
        assert_eq!(
            (failure.class, failure.code()),
            (FailureClass::Truncated, "provider_broke_off"),
            "{fault:?}"
        );
        edge.double.set_fault(None);
        edge.whole().await;
    }
}

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn answer_without_audio_is_none() {
    let edge = Edge::start().await;
    for fault in [Fault::NoAudio, Fault::CutAt(0), Fault::CloseAt(0)] {
        edge.double.set_fault(fault);
        let failure = edge.refused().await;
        assert_eq!(
            (failure.class, failure.code()),
            (FailureClass::Unavailable, "provider_no_audio"),
            "{fault:?}"
        );
    }
}

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn nonsense_is_unavailable_even_where_the_crate_falls_over() {
    let edge = Edge::start().await;
    for fault in [Fault::Garbage, Fault::ShortFrame] {
        edge.double.set_fault(fault);
        let failure = edge.refused().await;
        assert_eq!(
            (failure.class, failure.code()),
            (FailureClass::Unavailable, "provider_unreadable"),
            "{fault:?}"
        );
        edge.double.set_fault(None);
        edge.whole().await;
    }
}

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn more_at_once_than_may_be_wait_until_their_deadline() {
    let edge = Edge::with(|config| config.at_once = 1).await;
    let speech = edge.engine.synthesize(&context(), Utterance::new(TEXT)).await.unwrap();
    let busy = edge.engine.synthesize(&within(Duration::from_millis(10)), Utterance::new(TEXT)).await.err();
    assert_eq!(busy.unwrap().code(), BUSY);
    assert_eq!(Heard::of(speech).await.end, Ok(()));
    edge.whole().await;
}
