//! A message that is sent again acts once.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tokio::time::sleep;
use uuid::Uuid;
use wheelhouse_core::{Failure, FailureClass};
use wheelhouse_services::{Connection, TurnRequest};

use super::{Talk, say, say_in};
use crate::fakes::{FakeTool, Plugin, Step, answer, call, calls};

fn expense() -> Step {
    calls(vec![call("1", "create_expense", json!({ "amount": 60 }))])
}

fn talk(tool: &Arc<FakeTool>) -> Talk {
    Talk::new(vec![expense(), answer("Noted."), expense(), answer("Noted again.")], vec![Plugin::tool(tool)])
}

fn with_id(id: &str, message: &str) -> TurnRequest {
    TurnRequest { request_id: Some(id.to_owned()), ..say_in("s1", message) }
}

#[tokio::test]
async fn same_request_id_acts_once_however_late() {
    let tool = FakeTool::new("create_expense");
    let talk = talk(&tool);
    let first = talk.turn(with_id("r1", "I spent $60")).await.unwrap();
    talk.world.clock.advance(Duration::from_secs(3_600));
    let again = talk.turn(with_id("r1", "I spent $60")).await.unwrap();
    assert_eq!(again, first);
    assert_eq!(tool.calls().len(), 1);
    assert_eq!(
        talk.world.store.messages().len(),
        4,
        "the user's message, the call, its result and the answer"
    );
}

#[tokio::test]
async fn another_request_id_or_text_is_another_message() {
    let tool = FakeTool::new("create_expense");
    let talk = talk(&tool);
    talk.turn(with_id("1", "I spent $60")).await.unwrap();
    // A client that numbers its messages from 1 whenever it starts.
    assert_eq!(talk.turn(with_id("1", "I spent $60 again")).await.unwrap().text, "Noted again.");
    assert_eq!(tool.calls().len(), 2);
}

#[tokio::test]
async fn same_text_in_the_same_session_within_a_minute_acts_once() {
    let tool = FakeTool::new("create_expense");
    let talk = talk(&tool);
    let first = talk.turn(say_in("s1", "I spent $60")).await.unwrap();
    // From 1:03:00 to 1:03:59: no boundary of the clock makes it two.
    talk.world.clock.advance(Duration::from_secs(59));
    assert_eq!(talk.turn(say_in("s1", "I spent $60")).await.unwrap(), first);
    talk.world.clock.advance(Duration::from_secs(2));
    assert_eq!(talk.turn(say_in("s1", "I spent $60")).await.unwrap().text, "Noted again.", "a new expense");
    assert_eq!(tool.calls().len(), 2);
}

#[tokio::test]
async fn minute_may_cross_a_boundary_of_the_clock() {
    let tool = FakeTool::new("create_expense");
    let talk = talk(&tool);
    talk.world.clock.advance(Duration::from_secs(59));
    let first = talk.turn(say_in("s1", "I spent $60")).await.unwrap();
    talk.world.clock.advance(Duration::from_secs(2));
    assert_eq!(talk.turn(say_in("s1", "I spent $60")).await.unwrap(), first);
    assert_eq!(tool.calls().len(), 1);
}

#[tokio::test]
async fn same_text_of_another_session_or_user_is_another_message() {
    let tool = FakeTool::new("create_expense");
    let talk = talk(&tool);
    talk.turn(say_in("s1", "I spent $60")).await.unwrap();
    talk.turn(say_in("s2", "I spent $60")).await.unwrap();
    assert_eq!(tool.calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn message_sent_again_while_it_is_worked_on_gets_its_answer() {
    let tool = FakeTool::gated("create_expense");
    let talk = talk(&tool);
    // What a client of today does: again after 30 s without an answer, without an id.
    let ctx = talk.ctx();
    let first = talk.services.assistant.turn(&ctx, say_in("s1", "I spent $60"));
    let replica = talk.world.services();
    let again = async {
        sleep(Duration::from_secs(10)).await;
        let other = talk.ctx();
        tokio::join!(replica.assistant.turn(&other, say_in("s1", "I spent $60")), async {
            sleep(Duration::from_secs(10)).await;
            tool.let_through();
        })
        .0
    };
    let (first, again) = tokio::join!(first, again);
    assert_eq!(first.unwrap(), again.unwrap());
    assert_eq!(tool.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn long_turn_is_not_begun_again_after_its_minute() {
    let tool = FakeTool::slow("create_expense", Duration::from_secs(19), |_| {});
    let slow = || calls(vec![call("", "create_expense", json!({}))]);
    let talk = Talk::new(
        vec![slow(), slow(), slow(), slow(), answer("At last."), slow()],
        vec![Plugin::tool(&tool)],
    );
    let sends = async {
        for _ in 0..2 {
            // Its deadline is 30 s.
            assert_eq!(talk.turn(say_in("s1", "Go")).await.unwrap_err().code(), "turn_running");
            talk.world.clock.advance(Duration::from_secs(31));
        }
        talk.turn(say_in("s1", "Go")).await
    };
    assert_eq!(sends.await.unwrap().text, "At last.");
    assert_eq!(tool.calls().len(), 4);
    let begun = talk.world.store.messages().iter().filter(|message| **message == super::user("Go")).count();
    assert_eq!(begun, 1);
}

#[tokio::test]
async fn turn_that_failed_before_any_tool_ran_can_be_tried_again() {
    let tool = FakeTool::new("create_expense");
    let script = vec![Step::Fail(Failure::unavailable("The model is down.")), expense(), answer("Noted.")];
    let talk = Talk::new(script, vec![Plugin::tool(&tool)]);
    let failure = talk.turn(with_id("r1", "I spent $60")).await.unwrap_err();
    assert_eq!((failure.class, failure.message.as_str()), (FailureClass::Unavailable, "The model is down."));
    assert_eq!(talk.world.store.open_turns(), 0);
    assert_eq!(talk.turn(with_id("r1", "I spent $60")).await.unwrap().text, "Noted.");
    assert_eq!(talk.shown()[0], super::user("I spent $60"));
    let said = talk.shown().iter().filter(|message| **message == super::user("I spent $60")).count();
    assert_eq!(said, 1, "the provider sees the message once");
}

#[tokio::test]
async fn turn_of_a_process_that_died_is_taken_over() {
    let tool = FakeTool::new("create_expense");
    let talk = talk(&tool);
    talk.turn(with_id("r1", "I spent $60")).await.unwrap();
    talk.world.store.forget_answers();
    talk.world.clock.advance(Duration::from_secs(121));
    assert_eq!(talk.turn(with_id("r1", "I spent $60")).await.unwrap().text, "Noted again.");
}

#[tokio::test]
async fn old_turns_are_forgotten() {
    let talk = Talk::new(vec![answer("Hi.")], Vec::new());
    talk.turn(with_id("r1", "Hi!")).await.unwrap();
    assert_eq!(talk.services.assistant.prune().await, Ok(0));
    talk.world.clock.advance(Duration::from_secs(86_401));
    assert_eq!(talk.services.assistant.prune().await, Ok(1));
}

fn by_connection(id: u128, conversation: Option<Uuid>, message: &str) -> TurnRequest {
    TurnRequest { connection: Some(Connection { id: Uuid::from_u128(id), conversation }), ..say(message) }
}

#[tokio::test]
async fn same_request_id_acts_once_when_the_client_has_connected_anew() {
    let tool = FakeTool::new("create_expense");
    let script = vec![answer("Hello."), expense(), answer("Noted."), expense(), answer("Noted again.")];
    let talk = Talk::new(script, vec![Plugin::tool(&tool)]);
    let hello = talk.turn(by_connection(1, None, "hello")).await.unwrap();
    let spent = |connection, conversation| TurnRequest {
        request_id: Some("r1".to_owned()),
        ..by_connection(connection, conversation, "I spent $60")
    };
    let first = talk.turn(spent(1, Some(hello.conversation_id))).await.unwrap();
    assert_eq!(first.conversation_id, hello.conversation_id);
    assert_eq!(talk.turn(spent(2, None)).await.unwrap(), first);
    assert_eq!(tool.calls().len(), 1);
}

#[tokio::test]
async fn same_text_without_session_counts_as_sent_again_on_its_connection_alone() {
    let tool = FakeTool::new("create_expense");
    let talk = talk(&tool);
    let first = talk.turn(by_connection(1, None, "I spent $60")).await.unwrap();
    let again = by_connection(1, Some(first.conversation_id), "I spent $60");
    assert_eq!(talk.turn(again).await.unwrap(), first);
    let other = talk.turn(by_connection(2, None, "I spent $60")).await.unwrap();
    assert_eq!(other.text, "Noted again.");
    assert_ne!(other.conversation_id, first.conversation_id);
}

#[tokio::test]
async fn connection_whose_conversation_is_gone_begins_a_new_one() {
    let talk = Talk::new(vec![answer("Hello.")], Vec::new());
    let gone = Uuid::from_u128(7);
    let hello = talk.turn(by_connection(1, Some(gone), "hello")).await.unwrap();
    assert_ne!(hello.conversation_id, gone);
}

#[tokio::test]
async fn messages_without_session_and_id_are_never_taken_for_one() {
    let tool = FakeTool::new("create_expense");
    let talk = talk(&tool);
    talk.turn(say("I spent $60")).await.unwrap();
    talk.turn(say("I spent $60")).await.unwrap();
    assert_eq!(tool.calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn minute_begins_with_the_message_and_not_with_its_answer() {
    let tool = FakeTool::gated("create_expense");
    let talk = talk(&tool);
    let (first, ()) = tokio::join!(talk.turn(say_in("s1", "I spent $60")), async {
        sleep(Duration::from_secs(1)).await;
        talk.world.clock.advance(Duration::from_secs(40));
        tool.let_through();
    });
    assert_eq!(first.unwrap().text, "Noted.");
    talk.world.clock.advance(Duration::from_secs(19));
    assert_eq!(talk.turn(say_in("s1", "I spent $60")).await.unwrap().text, "Noted.");
    talk.world.clock.advance(Duration::from_secs(2));
    tool.let_through();
    assert_eq!(talk.turn(say_in("s1", "I spent $60")).await.unwrap().text, "Noted again.");
}
