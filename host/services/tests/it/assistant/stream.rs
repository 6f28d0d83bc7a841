//! A turn as it happens.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::json;
use wheelhouse_core::{Failure, FailureClass, Result, assistant::AssistantEvent, chat::ChatEvent};
use wheelhouse_services::TurnRequest;

use super::{Talk, say, say_in};
use crate::fakes::{FakeProvider, FakeTool, Plugin, Step, World, answer, call, calls};

async fn events(talk: &Talk, request: TurnRequest) -> Vec<Result<AssistantEvent>> {
    talk.services.assistant.stream(&talk.ctx(), request).await.unwrap().collect().await
}

/// What the events say, put together.
fn said(events: &[Result<AssistantEvent>]) -> String {
    let text = |event: &Result<AssistantEvent>| match event {
        Ok(AssistantEvent::Text(text)) => Some(text.clone()),
        _ => None,
    };
    events.iter().filter_map(text).collect()
}

#[tokio::test]
async fn events_come_in_order_and_end_with_the_answer() {
    let tool = FakeTool::new("create_expense");
    let script = vec![calls(vec![call("1", "create_expense", json!({}))]), answer("Noted: $60.")];
    let talk = Talk::new(script, vec![Plugin::tool(&tool)]);
    let events = events(&talk, say("I spent $60")).await;
    assert_eq!(events[0], Ok(AssistantEvent::ToolStarted { tool: "create_expense".to_owned() }));
    assert!(matches!(&events[1], Ok(AssistantEvent::ToolFinished(run)) if run.succeeded));
    assert_eq!(said(&events), "Noted: $60.");
    let Some(Ok(AssistantEvent::Finished(answered))) = events.last() else { panic!("the answer comes last") };
    assert_eq!(answered.text, "Noted: $60.");
}

#[tokio::test]
async fn failure_before_the_first_event_is_no_stream() {
    let talk = Talk::new(vec![Step::Fail(Failure::unavailable("down"))], Vec::new());
    let failure = talk.services.assistant.stream(&talk.ctx(), say("Hi!")).await.err().unwrap();
    assert_eq!(failure.class, FailureClass::Unavailable);
    let failure = talk.services.assistant.stream(&talk.ctx(), say("")).await.err().unwrap();
    assert_eq!(failure.class, FailureClass::Invalid);
}

#[tokio::test]
async fn what_somebody_has_seen_is_not_taken_back() {
    let broken = Step::Give(vec![
        Ok(ChatEvent::Text("Let me".to_owned())),
        Err(Failure::unavailable("connection reset")),
    ]);
    let openai = FakeProvider::new("openai", vec![broken]);
    let assist = FakeProvider::new("assist", vec![answer("Hi.")]);
    let world = World::new(vec![Plugin::provider(&openai), Plugin::provider(&assist)]);
    let services = world.services();
    let stream = services.assistant.stream(&world.user("ada"), say("Hi!")).await.unwrap();
    let events: Vec<_> = stream.collect().await;
    assert_eq!(events.len(), 2);
    assert_eq!(said(&events), "Let me");
    assert!(events[1].is_err());
    assert!(assist.asked().is_empty());
}

#[tokio::test]
async fn reader_that_goes_away_does_not_stop_the_turn() {
    let tool = FakeTool::gated("create_expense");
    let script = vec![calls(vec![call("1", "create_expense", json!({}))]), answer("Noted.")];
    let talk = Talk::new(script, vec![Plugin::tool(&tool)]);
    let mut stream = talk.services.assistant.stream(&talk.ctx(), say_in("s1", "I spent $60")).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    drop(stream);
    tool.let_through();
    assert_eq!(talk.turn(say_in("s1", "I spent $60")).await.unwrap().text, "Noted.");
    assert_eq!(tool.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn slow_reader_does_not_hold_the_turn_up_and_misses_nothing() {
    let words: Vec<String> = (0..5_000).map(|n| format!("word{n} ")).collect();
    let mut steps: Vec<_> = words.iter().map(|word| Ok(ChatEvent::Text(word.clone()))).collect();
    steps.push(Ok(ChatEvent::Finished(wheelhouse_core::chat::FinishReason::Stop)));
    let talk = Talk::new(vec![Step::Give(steps)], Vec::new());
    let mut stream = talk.services.assistant.stream(&talk.ctx(), say_in("s1", "Go on")).await.unwrap();
    let first = stream.next().await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(talk.world.store.messages().len(), 2, "the turn is over and kept");
    let mut events = vec![first];
    events.extend(stream.collect::<Vec<_>>().await);
    assert_eq!(said(&events), words.concat());
    assert!(events.len() < 100, "put together to {} events", events.len());
}

#[tokio::test]
async fn message_sent_again_streams_its_answer() {
    let talk = Talk::new(vec![answer("Hello.")], Vec::new());
    let answered = talk.turn(say_in("s1", "Hi!")).await.unwrap();
    let events = events(&talk, say_in("s1", "Hi!")).await;
    let expected =
        [Ok(AssistantEvent::Text("Hello.".to_owned())), Ok(AssistantEvent::Finished(Box::new(answered)))];
    assert_eq!(events, expected);
}
