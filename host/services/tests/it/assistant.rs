mod again;
mod providers;
mod stream;
mod tools;

use std::{sync::Arc, time::Duration};

use wheelhouse_core::{CallContext, FailureClass, Result, assistant::TurnAnswer, chat::ChatMessage};
use wheelhouse_services::{Services, TurnRequest};

use crate::fakes::{FakeProvider, Plugin, Step, World, answer};

/// A host whose only provider follows a script.
pub(crate) struct Talk {
    pub(crate) world: World,
    pub(crate) services: Services,
    pub(crate) provider: Arc<FakeProvider>,
}

impl Talk {
    pub(crate) fn new(script: Vec<Step>, mut plugins: Vec<Plugin>) -> Self {
        let provider = FakeProvider::new("assist", script);
        plugins.push(Plugin::provider(&provider));
        let mut world = World::new(plugins);
        world.config.assistant.providers = vec!["assist".to_owned()];
        let services = world.services();
        Self { world, services, provider }
    }

    pub(crate) fn ctx(&self) -> CallContext {
        self.world.user("ada")
    }

    pub(crate) async fn turn(&self, request: TurnRequest) -> Result<TurnAnswer> {
        self.services.assistant.turn(&self.ctx(), request).await
    }

    /// What the provider was shown the last time, without the instructions.
    pub(crate) fn shown(&self) -> Vec<ChatMessage> {
        self.provider.asked().last().unwrap().messages[1..].to_vec()
    }
}

pub(crate) fn say(message: &str) -> TurnRequest {
    TurnRequest { message: message.to_owned(), ..TurnRequest::default() }
}

pub(crate) fn say_in(session: &str, message: &str) -> TurnRequest {
    TurnRequest { session_id: Some(session.to_owned()), ..say(message) }
}

pub(crate) fn user(text: &str) -> ChatMessage {
    ChatMessage::User { text: text.to_owned() }
}

pub(crate) fn pam(text: &str) -> ChatMessage {
    ChatMessage::Assistant { text: text.to_owned(), tool_calls: Vec::new() }
}

#[tokio::test]
async fn message_is_answered_and_kept() {
    let talk = Talk::new(vec![answer("Hello, Ada.")], Vec::new());
    let answered = talk.turn(say_in("s1", "Hi!")).await.unwrap();
    assert_eq!(answered.text, "Hello, Ada.");
    assert_eq!((answered.provider.as_str(), answered.fallback_used), ("assist", false));
    assert_eq!(answered.session_id.as_deref(), Some("s1"));
    assert_eq!((answered.usage.input_tokens, answered.usage.output_tokens), (10, 2));
    assert_eq!(talk.world.store.messages(), [user("Hi!"), pam("Hello, Ada.")]);
    assert_eq!(talk.world.store.open_turns(), 0);
}

#[tokio::test]
async fn conversation_goes_on_by_session_or_id_in_any_process() {
    let talk = Talk::new(vec![answer("One."), answer("Two."), answer("Three.")], Vec::new());
    let first = talk.turn(say_in("s1", "first")).await.unwrap();
    // Another replica: nothing of the conversation is in the process.
    let replica = talk.world.services();
    let second = replica.assistant.turn(&talk.ctx(), say_in("s1", "second")).await.unwrap();
    assert_eq!(second.conversation_id, first.conversation_id);
    let request = TurnRequest { conversation_id: Some(first.conversation_id), ..say("third") };
    let third = talk.turn(request).await.unwrap();
    assert_eq!(third.session_id.as_deref(), Some("s1"));
    let expected = [user("first"), pam("One."), user("second"), pam("Two."), user("third")];
    assert_eq!(talk.shown(), expected);
}

#[tokio::test]
async fn without_session_each_message_begins_a_conversation() {
    let talk = Talk::new(vec![answer("One."), answer("Two.")], Vec::new());
    let (first, second) = (talk.turn(say("Hi!")).await.unwrap(), talk.turn(say("Hi!")).await.unwrap());
    assert_ne!(first.conversation_id, second.conversation_id);
}

#[tokio::test]
async fn conversation_of_another_user_is_not_there() {
    let talk = Talk::new(vec![answer("One."), answer("Two.")], Vec::new());
    let first = talk.turn(say_in("s1", "Hi!")).await.unwrap();
    let ben = talk.world.user("ben");
    let request = TurnRequest { conversation_id: Some(first.conversation_id), ..say("Hi!") };
    let failure = talk.services.assistant.turn(&ben, request).await.unwrap_err();
    assert_eq!((failure.class, failure.code()), (FailureClass::NotFound, "no_conversation"));
    let own = talk.services.assistant.turn(&ben, say_in("s1", "Hi!")).await.unwrap();
    assert_ne!(own.conversation_id, first.conversation_id, "sessions are each user's own");
    assert_eq!(talk.shown(), [user("Hi!")]);
}

#[tokio::test]
async fn strangers_do_not_talk_to_pam() {
    let talk = Talk::new(Vec::new(), Vec::new());
    let failure = talk.services.assistant.turn(&talk.world.anonymous(), say("Hi!")).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Unauthenticated);
    assert!(talk.world.store.conversations().is_empty());
}

#[tokio::test]
async fn wrong_input_names_its_field_and_leaves_no_trace() {
    let talk = Talk::new(Vec::new(), Vec::new());
    let long = || Some("x".repeat(129));
    for (field, class, request) in [
        ("message", FailureClass::Invalid, say("")),
        ("message", FailureClass::Invalid, say(" \n")),
        ("message", FailureClass::TooLarge, say(&"x".repeat(2_001))),
        ("session_id", FailureClass::Invalid, TurnRequest { session_id: long(), ..say("Hi!") }),
        ("session_id", FailureClass::Invalid, say_in("", "Hi!")),
        ("request_id", FailureClass::Invalid, TurnRequest { request_id: long(), ..say("Hi!") }),
        ("page", FailureClass::Invalid, TurnRequest { page: Some("x".repeat(513)), ..say("Hi!") }),
    ] {
        let failure = talk.turn(request).await.unwrap_err();
        assert_eq!((failure.class, failure.fields[0].field.as_str()), (class, field));
    }
    assert!(talk.world.store.conversations().is_empty() && talk.world.cache.keys().is_empty());
}

#[tokio::test]
async fn longest_message_is_taken_whole() {
    let talk = Talk::new(vec![answer("Long.")], Vec::new());
    let message = "ü".repeat(2_000);
    talk.turn(say(&message)).await.unwrap();
    assert_eq!(talk.shown(), [user(&message)]);
}

#[tokio::test]
async fn ordinary_sentences_are_not_filtered() {
    let sentences = [
        "Run me through my budget",
        "Kill the engine noise, any tips?",
        "ignore the drop table by the exec office",
    ];
    let talk = Talk::new(sentences.map(|_| answer("Sure.")).into(), Vec::new());
    for sentence in sentences {
        assert_eq!(talk.turn(say(sentence)).await.unwrap().text, "Sure.");
        assert_eq!(talk.shown(), [user(sentence)], "it reaches the provider as it is");
    }
}

#[tokio::test]
async fn prompt_tells_who_asks_and_what_they_look_at() {
    let talk = Talk::new(vec![answer("Hi.")], Vec::new());
    let mut ctx = talk.ctx();
    ctx.time_zone = jiff::tz::TimeZone::get("America/Denver").unwrap();
    let request = TurnRequest { page: Some("/wins".to_owned()), ..say("Hi!") };
    talk.services.assistant.turn(&ctx, request).await.unwrap();
    let ChatMessage::System { text } = talk.provider.asked()[0].messages[0].clone() else {
        panic!("instructions come first")
    };
    for part in ["ada of the road", "Sunday, 22 November 2026, 18:03 (time zone America/Denver)", "`/wins`"] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
    assert_eq!(talk.world.store.messages().len(), 2, "instructions are not kept");
}

#[tokio::test(start_paused = true)]
async fn turn_goes_on_when_the_client_goes_away() {
    let tool = crate::fakes::FakeTool::gated("create_expense");
    let script = vec![
        crate::fakes::calls(vec![crate::fakes::call("1", "create_expense", serde_json::json!({}))]),
        answer("Noted."),
    ];
    let talk = Talk::new(script, vec![Plugin::tool(&tool)]);
    let ctx = talk.ctx();
    let request = || TurnRequest { request_id: Some("r1".to_owned()), ..say("I spent $60 on diesel") };
    let gone = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        ctx.cancellation.cancel();
    };
    let (outcome, ()) = tokio::join!(talk.services.assistant.turn(&ctx, request()), gone);
    assert_eq!(outcome.unwrap_err().class, FailureClass::Timeout);
    tool.let_through();
    let answered = talk.turn(request()).await.unwrap();
    assert_eq!(answered.text, "Noted.");
    assert_eq!(tool.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn client_that_waits_too_long_is_told_to_ask_again() {
    let tool = crate::fakes::FakeTool::slow("plan_trip", Duration::from_secs(15), |_| {});
    let plan = || crate::fakes::calls(vec![crate::fakes::call("", "plan_trip", serde_json::json!({}))]);
    let talk = Talk::new(vec![plan(), plan(), plan(), answer("Planned.")], vec![Plugin::tool(&tool)]);
    let failure = talk.turn(say_in("s1", "Plan a trip")).await.unwrap_err();
    assert_eq!((failure.class, failure.code()), (FailureClass::Timeout, "turn_running"));
    assert_eq!(talk.turn(say_in("s1", "Plan a trip")).await.unwrap().text, "Planned.");
    assert_eq!(tool.calls().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn host_that_stops_lets_turns_finish_and_then_stops_them() {
    let script = vec![Step::Hang];
    let talk = Talk::new(script, Vec::new());
    let before = tokio::time::Instant::now();
    let (outcome, ()) = tokio::join!(talk.turn(say("Hi!")), async {
        tokio::task::yield_now().await;
        talk.services.assistant.drain(Duration::from_secs(5)).await;
    });
    assert_eq!(outcome.unwrap_err().class, FailureClass::Timeout);
    assert_eq!(before.elapsed(), Duration::from_secs(5));
    assert_eq!(talk.world.store.open_turns(), 0);
}

#[tokio::test(start_paused = true)]
async fn one_user_cannot_keep_pam_busy_for_all() {
    let talk =
        Talk::new(vec![Step::Hang, Step::Hang, Step::Hang, Step::Hang, answer("Hi, Ben.")], Vec::new());
    let ada = async {
        let four =
            tokio::join!(talk.turn(say("1")), talk.turn(say("2")), talk.turn(say("3")), talk.turn(say("4")));
        assert!(four.0.is_err());
    };
    let others = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let failure = talk.turn(say("5")).await.unwrap_err();
        assert_eq!(failure.class, FailureClass::RateLimited);
        assert!(failure.retry_after.is_some());
        let ben = talk.services.assistant.turn(&talk.world.user("ben"), say("Hi!")).await;
        assert_eq!(ben.unwrap().text, "Hi, Ben.");
    };
    tokio::join!(ada, others);
}
