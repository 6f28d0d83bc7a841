//! Connections that are used again, and those that must not be.

use std::time::Duration;

use wheelhouse_core::speech::Utterance;
use wheelhouse_doubles::edge::{Fault, audio::WORD_BYTES};

use super::{Edge, TEXT};

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn connection_whose_answer_was_whole_is_used_again_for_a_while() {
    let edge = Edge::start().await;
    edge.whole().await;
    edge.whole().await;
    assert_eq!(edge.double.seen().connections, 1);
    edge.clock.advance(Duration::from_secs(30));
    edge.whole().await;
    assert_eq!(edge.double.seen().connections, 2);
    edge.double.until(|seen| seen.ended == 1).await;
}

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn connection_of_a_failure_is_not_used_again() {
    let edge = Edge::start().await;
    for fault in [Fault::EndEarly, Fault::StallAfter(WORD_BYTES), Fault::CloseAt(WORD_BYTES)] {
        let before = edge.double.seen().connections;
        edge.double.set_fault(fault);
        match fault {
            Fault::StallAfter(_) => edge.stalled().await,
            _ => edge.broken().await,
        };
        edge.double.set_fault(None);
        let heard = edge.speak(Utterance::new("Own audio.")).await.unwrap();
        assert_eq!(
            (heard.said(), heard.end),
            (vec!["Own".to_owned(), "audio".to_owned()], Ok(())),
            "{fault:?}"
        );
        assert_eq!(edge.double.seen().connections - before, if before == 0 { 2 } else { 1 }, "{fault:?}");
    }
}

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn connection_that_was_closed_while_it_waited_is_replaced() {
    let edge = Edge::start().await;
    edge.double.set_fault(Fault::CloseAfterTurn);
    for _ in 0..3 {
        edge.whole().await;
    }
    let long = "One more sentence. ".repeat(500);
    assert_eq!(edge.speak(Utterance::new(long)).await.unwrap().end, Ok(()));
    assert_eq!(edge.double.seen().requests.len(), 6, "each text was said once");
}

#[tokio::test]
#[ignore = "run by edge_speaks"]
async fn connection_that_was_kept_and_fails_is_tried_once_more_and_no_more() {
    let edge = Edge::start().await;
    edge.whole().await;
    edge.double.set_fault(Fault::CutAt(0));
    // The word that comes first is an answer: whoever has begun is not asked again.
    edge.refused().await;
    assert_eq!(edge.double.seen().requests.len(), 2);
    edge.double.set_fault(None);
    edge.whole().await;
    edge.double.set_fault(Fault::Garbage);
    edge.refused().await;
    let texts: Vec<String> = edge.double.seen().requests.into_iter().map(|request| request.text).collect();
    assert_eq!(texts, vec![TEXT; 5]);
}
