//! The chain of providers in a turn.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tokio::time::Instant;
use wheelhouse_core::{
    Failure, FailureClass,
    chat::{ChatEvent, FinishReason},
    plugin::Export,
};
use wheelhouse_services::{BreakerState, Services};

use super::{Talk, say, user};
use crate::fakes::{FakeProvider, FakeTool, Plugin, Step, World, answer, call, calls};

/// Two providers and a tool.
struct Pair {
    world: World,
    services: Services,
    openai: Arc<FakeProvider>,
    assist: Arc<FakeProvider>,
    tool: Arc<FakeTool>,
}

impl Pair {
    fn new(openai: Vec<Step>, assist: Vec<Step>) -> Self {
        let (openai, assist) = (FakeProvider::new("openai", openai), FakeProvider::new("assist", assist));
        let tool = FakeTool::new("create_expense");
        let plugins = vec![Plugin::provider(&openai), Plugin::provider(&assist), Plugin::tool(&tool)];
        let world = World::new(plugins);
        let services = world.services();
        Self { world, services, openai, assist, tool }
    }

    async fn turn(&self) -> wheelhouse_core::Result<wheelhouse_core::assistant::TurnAnswer> {
        self.services.assistant.turn(&self.world.user("ada"), say("I spent $60")).await
    }
}

fn text(text: &str) -> ChatEvent {
    ChatEvent::Text(text.to_owned())
}

fn expense() -> Step {
    calls(vec![call("1", "create_expense", json!({ "amount": 60 }))])
}

#[tokio::test(start_paused = true)]
async fn provider_that_refuses_stalls_or_breaks_off_is_passed_over() {
    let broken = vec![
        Step::Fail(Failure::unavailable("down")),
        Step::Fail(Failure::new(FailureClass::Unauthenticated, "Incorrect API key provided.")),
        Step::Fail(Failure::not_found("The model does not exist.")),
        Step::Fail(Failure::invalid("The request is not understood.")),
        Step::Hang,
        Step::Stall(vec![text("Let me")]),
        Step::Give(vec![Ok(text("Let me")), Err(Failure::unavailable("connection reset"))]),
        Step::Give(vec![Ok(text("Let me"))]),
        Step::Give(vec![Ok(ChatEvent::Finished(FinishReason::Stop))]),
        Step::Give(vec![
            Ok(ChatEvent::ToolCall(call("1", "create_expense", json!({})))),
            Err(Failure::internal("x")),
        ]),
    ];
    for step in broken {
        let pair = Pair::new(vec![step], vec![answer("Noted.")]);
        let answered = pair.turn().await.unwrap();
        assert_eq!((answered.text.as_str(), answered.provider.as_str()), ("Noted.", "assist"));
        assert!(answered.fallback_used);
        assert!(pair.tool.calls().is_empty(), "half an answer has nothing run");
    }
}

#[tokio::test]
async fn prompt_tools_and_results_are_the_same_on_the_fallback() {
    let pair =
        Pair::new(vec![expense(), Step::Fail(Failure::unavailable("down"))], vec![answer("Noted: $60.")]);
    let answered = pair.turn().await.unwrap();
    assert_eq!((answered.text.as_str(), answered.provider.as_str()), ("Noted: $60.", "assist"));
    assert_eq!(pair.tool.calls().len(), 1, "what one provider had done is not done again");
    let (openai, assist) = (pair.openai.asked(), pair.assist.asked());
    assert_eq!(openai[1], assist[0]);
    assert_eq!(assist[0].messages.len(), 4, "instructions, message, call and result");
}

#[tokio::test(start_paused = true)]
async fn provider_that_was_passed_over_is_not_waited_for_again_in_the_same_turn() {
    let pair = Pair::new(vec![Step::Hang, answer("Hi.")], vec![expense(), answer("Noted.")]);
    let before = Instant::now();
    let answered = pair.turn().await.unwrap();
    assert_eq!((answered.text.as_str(), answered.provider.as_str()), ("Noted.", "assist"));
    assert!(answered.fallback_used);
    assert_eq!(before.elapsed(), Duration::from_secs(20), "first_event_seconds, once");
    assert_eq!(pair.turn().await.unwrap().provider, "openai", "the next turn asks it again");
}

#[tokio::test]
async fn when_all_fail_the_users_own_login_is_not_called_wrong() {
    let key = || Step::Fail(Failure::new(FailureClass::Unauthenticated, "Incorrect API key: sk-123"));
    let pair = Pair::new(vec![key()], vec![Step::Fail(Failure::unavailable("down"))]);
    let failure = pair.turn().await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Unavailable);
    assert!(!failure.message.contains("sk-123"), "{failure}");
    assert!(failure.detail.unwrap().contains("assist: down"));
}

#[tokio::test]
async fn provider_that_fails_again_and_again_is_left_alone() {
    let down = || Step::Fail(Failure::unavailable("down"));
    let pair = Pair::new(vec![down(), down(), down()], (0..4).map(|_| answer("Hi.")).collect());
    for _ in 0..4 {
        assert_eq!(pair.turn().await.unwrap().provider, "assist");
    }
    assert_eq!(pair.openai.asked().len(), 3);
    let providers = pair.services.assistant.providers(&pair.world.user("ada"));
    assert_eq!((providers[0].id.as_str(), providers[0].breaker), ("openai", BreakerState::Open));
    assert_eq!((providers[1].id.as_str(), providers[1].breaker), ("assist", BreakerState::Closed));
}

#[tokio::test(start_paused = true)]
async fn provider_that_is_slow_to_begin_leaves_time_for_the_next() {
    let pair = Pair::new(vec![Step::Hang], vec![answer("Hi.")]);
    let before = Instant::now();
    assert_eq!(pair.turn().await.unwrap().provider, "assist");
    assert_eq!(before.elapsed(), Duration::from_secs(20), "first_event_seconds");
}

#[tokio::test(start_paused = true)]
async fn provider_and_tools_that_are_being_loaded_are_waited_for() {
    for export in [Export::Chat, Export::Tools] {
        let pair = Pair::new(vec![answer("Hi.")], vec![answer("Not me.")]);
        pair.world.publish(vec![Plugin::provider(&pair.assist), Plugin::compiling(export)]);
        let (answered, ()) = tokio::join!(pair.turn(), async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            let all = vec![
                Plugin::provider(&pair.openai),
                Plugin::provider(&pair.assist),
                Plugin::tool(&pair.tool),
            ];
            pair.world.publish(all);
        });
        assert_eq!(answered.unwrap().provider, "openai");
        if export == Export::Tools {
            assert_eq!(pair.openai.asked()[0].tools[0].name, "create_expense");
        }
    }
}

#[tokio::test]
async fn once_a_tool_has_run_the_turn_answers_in_the_tools_words() {
    let talk = Talk::new(
        vec![expense(), Step::Fail(Failure::unavailable("down"))],
        vec![Plugin::tool(&FakeTool::new("create_expense"))],
    );
    let answered = talk.turn(say("I spent $60")).await.unwrap();
    assert_eq!(answered.text, "create_expense was done.");
    assert_eq!(answered.tools.len(), 1);
}

#[tokio::test]
async fn answer_that_was_cut_says_so() {
    let cut = Step::Give(vec![Ok(text("It goes on")), Ok(ChatEvent::Finished(FinishReason::Length))]);
    let refused = Step::Give(vec![Ok(ChatEvent::Finished(FinishReason::Refused))]);
    let talk = Talk::new(vec![cut, refused], Vec::new());
    assert_eq!(
        talk.turn(say("Tell me all")).await.unwrap().text,
        "It goes on […] I had to stop here; ask me to go on."
    );
    assert_eq!(talk.turn(say("Tell me more")).await.unwrap().text, "I cannot help with that.");
}

#[tokio::test]
async fn endless_answer_is_cut() {
    let pieces = (0..100_000).map(|_| Ok(text("ten bytes."))).collect();
    let talk = Talk::new(vec![Step::Give(pieces)], Vec::new());
    let answered = talk.turn(say("Tell me all")).await.unwrap();
    assert!(answered.text.len() < 70_000 && answered.text.contains("[…]"));
}

#[tokio::test]
async fn long_conversation_is_shown_from_its_newest_exchanges() {
    let mut talk = Talk::new((0..10).map(|n| answer(&format!("answer {n}"))).collect(), Vec::new());
    talk.world.config.assistant.history_messages = 5;
    talk.services = talk.world.services();
    for n in 0..10 {
        talk.turn(super::say_in("s1", &format!("message {n}"))).await.unwrap();
    }
    let shown = talk.shown();
    assert_eq!(shown.first(), Some(&user("message 7")), "a user's message comes first");
    assert_eq!(shown.last(), Some(&user("message 9")));
    assert_eq!(shown.len(), 5);
}
