//! Servers that do not take every parameter are asked again without it, and are never sent it again.

use serde_json::{Value, json};
use wheelhouse_core::{FailureClass, chat::ChatRequest};

use crate::{
    fixture::{complete, context, events_of, hello, hello_events, provider, refused, request},
    server::{Answer, FakeServer},
};

fn does_not_take(parameter: &str) -> Answer {
    let message = format!("Unsupported parameter: '{parameter}' is not supported with this model.");
    Answer::json(
        400,
        &json!({"error": {"message": message, "param": parameter, "code": "unsupported_parameter"}}),
    )
}

#[tokio::test]
async fn server_without_stream_options_answers_without_figures() {
    let script = [does_not_take("stream_options"), Answer::stream(&hello()), Answer::stream(&hello())];
    let server = FakeServer::start(script).await;
    let provider = provider(&server);
    for _ in 0..2 {
        assert_eq!(complete(&provider).await, hello_events());
    }
    let sent: Vec<bool> =
        server.received().iter().map(|it| it.body.get("stream_options").is_some()).collect();
    assert_eq!(sent, [true, false, false]);
}

#[tokio::test]
async fn bound_and_temperature_are_said_in_the_way_that_the_server_takes() {
    let script = [does_not_take("max_tokens"), does_not_take("temperature"), Answer::stream(&hello())];
    let server = FakeServer::start(script).await;
    let asked = ChatRequest { max_output_tokens: Some(100), temperature: Some(0.5), ..request() };
    let (events, failure) = events_of(&provider(&server), &context(), asked).await;
    assert_eq!((events, failure), (hello_events(), None));
    let sent: Vec<[Value; 3]> = server
        .received()
        .iter()
        .map(|it| ["max_tokens", "max_completion_tokens", "temperature"].map(|key| it.body[key].clone()))
        .collect();
    assert_eq!(
        sent,
        [
            [json!(100), Value::Null, json!(0.5)],
            [Value::Null, json!(100), json!(0.5)],
            [Value::Null, json!(100), Value::Null],
        ]
    );
}

#[tokio::test]
async fn server_that_refuses_the_same_twice_is_not_asked_a_third_time() {
    let server = FakeServer::start([does_not_take("stream_options"), does_not_take("stream_options")]).await;
    assert_eq!(refused(&provider(&server)).await.class, FailureClass::Internal);
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn server_that_takes_no_bound_in_any_form_is_not_asked_for_ever() {
    let server =
        FakeServer::start(["max_tokens", "max_completion_tokens", "max_tokens"].map(does_not_take)).await;
    let asked = ChatRequest { max_output_tokens: Some(100), ..request() };
    let (_, failure) = events_of(&provider(&server), &context(), asked).await;
    // An answer without the bound that was asked for would be worse than none.
    assert_eq!(failure.unwrap().code(), "provider_rejected");
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn parameter_that_was_not_sent_is_no_reason_to_ask_again() {
    let server = FakeServer::start([does_not_take("temperature")]).await;
    refused(&provider(&server)).await;
    server.only_request();
}
