//! Tools in a turn.

use std::time::Duration;

use serde_json::{Map, json};
use tokio::time::Instant;
use wheelhouse_core::{
    Failure,
    chat::ChatMessage,
    tool::{ToolOutcome, UiAction},
};

use super::{Talk, pam, say, say_in, user};
use crate::fakes::{FakeTool, Plugin, Step, answer, call, calls};

fn action(kind: &str) -> UiAction {
    UiAction {
        kind: kind.to_owned(),
        entity_id: None,
        entity_type: None,
        entity_title: None,
        metadata: Map::new(),
    }
}

fn one(name: &str) -> Step {
    calls(vec![call("c1", name, json!({ "amount": 60 }))])
}

/// Text and failure mark of the results that the provider was shown last.
fn results(talk: &Talk) -> Vec<(String, bool)> {
    let shown = talk.shown().into_iter();
    let result = |message| match message {
        ChatMessage::Tool { text, failed, .. } => Some((text, failed)),
        _ => None,
    };
    shown.filter_map(result).collect()
}

#[tokio::test]
async fn tools_run_in_rounds_and_their_results_go_back() {
    let create = FakeTool::doing("create_expense", |_| {
        Ok(ToolOutcome {
            data: Some(json!({ "id": 1 })),
            text: "Saved $60.".to_owned(),
            actions: vec![action("reload_expenses")],
        })
    });
    let summary = FakeTool::doing("get_spending_summary", |_| {
        Ok(ToolOutcome {
            data: None,
            text: "$60 this week.".to_owned(),
            actions: vec![action("reload_expenses"), action("open_map")],
        })
    });
    let script = vec![one("create_expense"), one("get_spending_summary"), answer("Saved; $60 this week.")];
    let talk = Talk::new(script, vec![Plugin::tool(&create), Plugin::tool(&summary)]);
    let answered = talk.turn(say_in("s1", "I spent $60; how much is it this week?")).await.unwrap();
    assert_eq!(answered.text, "Saved; $60 this week.");
    let ran: Vec<_> = answered.tools.iter().map(|run| (run.tool.as_str(), run.succeeded)).collect();
    assert_eq!(ran, [("create_expense", true), ("get_spending_summary", true)]);
    assert_eq!(answered.tools[0].data, Some(json!({ "id": 1 })));
    assert_eq!(answered.ui_actions, [action("reload_expenses"), action("open_map")], "each once");
    assert_eq!(answered.usage.input_tokens, 30);
    assert_eq!(results(&talk), [("Saved $60.".to_owned(), false), ("$60 this week.".to_owned(), false)]);

    let (ctx, arguments) = create.calls()[0].clone();
    assert_eq!(arguments["amount"], 60);
    assert_eq!(ctx.conversation, Some(answered.conversation_id));
    assert_eq!(ctx.user().unwrap().id.as_str(), "ada");
    assert!(ctx.time_left() <= Duration::from_secs(20));

    let kept = talk.world.store.messages();
    assert_eq!(kept.len(), 6);
    assert_eq!(kept.last(), Some(&pam("Saved; $60 this week.")));
}

#[tokio::test]
async fn provider_sees_every_tool_with_its_schema_and_sentences() {
    let talk = Talk::new(vec![answer("Hi.")], vec![Plugin::tool(&FakeTool::new("create_expense"))]);
    talk.turn(say("Hi!")).await.unwrap();
    let tools = talk.provider.asked()[0].tools.clone();
    assert_eq!(tools.len(), 1);
    assert_eq!((tools[0].name.as_str(), &tools[0].sentences[0][..]), ("create_expense", "do create_expense"));
    assert_eq!(tools[0].input_schema, json!({ "type": "object" }));
}

#[tokio::test(start_paused = true)]
async fn every_call_gets_a_result_whatever_comes_of_it() {
    let good = FakeTool::new("good");
    let wrong = FakeTool::doing("wrong", |_| {
        Err(Failure::invalid("That is no expense.")
            .with_field("amount", "must be a number")
            .with_detail("secret"))
    });
    let slow = FakeTool::slow("slow", Duration::from_secs(60), |_| {});
    let ids = ["good", "wrong", "slow", "unheard_of"];
    let script = vec![calls(ids.map(|name| call(name, name, json!({}))).into()), answer("One of four.")];
    let talk = Talk::new(script, vec![Plugin::tool(&good), Plugin::tool(&wrong), Plugin::tool(&slow)]);
    let answered = talk.turn(say("Do all")).await.unwrap();
    let results = results(&talk);
    assert_eq!(results[0], ("good was done.".to_owned(), false));
    assert_eq!(results[1], ("Failed: That is no expense. amount: must be a number.".to_owned(), true));
    assert!(results[2].1 && results[2].0.contains("in time"), "{}", results[2].0);
    assert!(results[3].1 && results[3].0.contains("there is no tool `unheard_of`"), "{}", results[3].0);
    assert!(results[3].0.contains("good, slow, wrong"), "{}", results[3].0);
    let ran: Vec<_> = answered.tools.iter().map(|run| (run.tool.as_str(), run.succeeded)).collect();
    assert_eq!(ran, [("good", true), ("wrong", false), ("slow", false)]);
}

#[tokio::test]
async fn tool_that_needs_confirmation_is_not_run_whatever_is_said() {
    let post = FakeTool::with("create_post", |definition| definition.needs_confirmation = true);
    let script =
        vec![one("create_post"), answer("I have not posted it."), one("create_post"), answer("Still not.")];
    let talk = Talk::new(script, vec![Plugin::tool(&post)]);
    for message in ["Post it", "Yes, yes, I booked it yesterday"] {
        let answered = talk.turn(say(message)).await.unwrap();
        assert!(answered.tools.is_empty());
        let (text, failed) = results(&talk).remove(0);
        assert!(failed && text.contains("needs the user's confirmation"), "{text}");
    }
    assert!(post.calls().is_empty());
}

#[tokio::test]
async fn turn_that_ran_nothing_fails_when_its_provider_does() {
    let script = vec![one("unheard_of"), Step::Fail(Failure::unavailable("down"))];
    let talk = Talk::new(script, Vec::new());
    assert!(talk.turn(say("Hi!")).await.is_err(), "what the model was told is not for the user");
}

#[tokio::test]
async fn there_is_an_answer_even_when_a_provider_never_stops_calling() {
    let tool = FakeTool::new("again");
    let mut script: Vec<Step> = (0..8).map(|_| one("again")).collect();
    script.push(answer("That is enough."));
    let talk = Talk::new(script, vec![Plugin::tool(&tool)]);
    assert_eq!(talk.turn(say("Go")).await.unwrap().text, "That is enough.");
    assert_eq!(tool.calls().len(), 8);
    let asked = talk.provider.asked();
    assert_eq!(asked.len(), 9);
    assert!(asked[7].tools.len() == 1 && asked[8].tools.is_empty(), "the last time without tools");
}

#[tokio::test]
async fn provider_that_calls_tools_when_there_are_none_is_not_obeyed() {
    let tool = FakeTool::new("again");
    let script = (0..9).map(|_| one("again")).collect();
    let talk = Talk::new(script, vec![Plugin::tool(&tool)]);
    let answered = talk.turn(say("Go")).await.unwrap();
    assert_eq!(tool.calls().len(), 8);
    assert!(answered.text.starts_with("again was done."), "in the tools' words: {}", answered.text);
}

#[tokio::test]
async fn calls_beyond_the_bound_are_told_so() {
    let tool = FakeTool::new("t");
    let script =
        vec![calls((0..20).map(|n| call(&n.to_string(), "t", json!({}))).collect()), answer("Done.")];
    let talk = Talk::new(script, vec![Plugin::tool(&tool)]);
    talk.turn(say("Go")).await.unwrap();
    assert_eq!(tool.calls().len(), 16);
    let results = results(&talk);
    assert_eq!(results.len(), 20);
    assert!(results[16].1 && results[16].0.starts_with("Not run: only 16"));
}

#[tokio::test(start_paused = true)]
async fn tools_that_only_read_run_at_once_and_others_in_order() {
    for (read_only, seconds) in [(true, 10), (false, 20)] {
        let slow = |name: &str| {
            FakeTool::slow(name, Duration::from_secs(10), |definition| {
                definition.annotations.read_only = read_only;
            })
        };
        let (a, b) = (slow("a"), slow("b"));
        let script = vec![calls(vec![call("1", "a", json!({})), call("2", "b", json!({}))]), answer("Done.")];
        let talk = Talk::new(script, vec![Plugin::tool(&a), Plugin::tool(&b)]);
        let before = Instant::now();
        talk.turn(say("Go")).await.unwrap();
        assert_eq!(before.elapsed(), Duration::from_secs(seconds));
        let names: Vec<_> = results(&talk).into_iter().map(|(text, _)| text).collect();
        assert_eq!(names, ["a was done.", "b was done."]);
    }
}

#[tokio::test]
async fn endless_result_is_shortened_for_the_model() {
    let long = FakeTool::doing("long", |_| {
        Ok(ToolOutcome { data: None, text: "ü".repeat(100_000), actions: Vec::new() })
    });
    let talk = Talk::new(vec![one("long"), answer("Long.")], vec![Plugin::tool(&long)]);
    talk.turn(say("Go")).await.unwrap();
    let text = &results(&talk)[0].0;
    assert!(text.len() < 17_000 && text.ends_with("left out as too long)"));
}

#[tokio::test]
async fn conversation_never_has_an_orphan() {
    let script = vec![one("t"), answer("Done."), answer("Again.")];
    let talk = Talk::new(script, vec![Plugin::tool(&FakeTool::new("t"))]);
    talk.turn(say_in("s1", "Go")).await.unwrap();
    talk.turn(say_in("s1", "And now?")).await.unwrap();
    let shown = talk.shown();
    assert_eq!((shown.len(), &shown[0], &shown[4]), (5, &user("Go"), &user("And now?")));
    let (ChatMessage::Assistant { tool_calls, .. }, ChatMessage::Tool { call_id, .. }) =
        (&shown[1], &shown[2])
    else {
        panic!("a call and its result")
    };
    assert_eq!(&tool_calls[0].id, call_id);
}

#[tokio::test]
async fn answer_is_given_even_when_it_cannot_be_kept() {
    let store = |talk: &Talk| talk.world.store.clone();
    let tool = FakeTool::new("t");
    let talk = Talk::new(vec![one("t"), answer("Done.")], vec![Plugin::tool(&tool)]);
    let failing = store(&talk);
    failing.messages_down.store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(talk.turn(say("Go")).await.is_err(), "nothing has happened yet");
    assert!(tool.calls().is_empty());

    let failing_later = FakeTool::doing("t", {
        let failing = failing.clone();
        move |_| {
            failing.messages_down.store(true, std::sync::atomic::Ordering::Relaxed);
            Ok(ToolOutcome { data: None, text: "Saved.".to_owned(), actions: Vec::new() })
        }
    });
    failing.messages_down.store(false, std::sync::atomic::Ordering::Relaxed);
    talk.world.publish(vec![Plugin::provider(&talk.provider), Plugin::tool(&failing_later)]);
    assert_eq!(talk.turn(say("Go")).await.unwrap().text, "Done.", "a second try would save it twice");
}
