//! Requests that lack something, and answers that bring it.

use wheelhouse_sdk::{
    chat::{AssistantMessage, Event, Message, ToolCall, ToolMessage},
    serde_json::{Value, json},
};

use crate::{Answered, answer, assistant, events, request, text, tools, user};

/// A conversation in which the user says these, one after the other; what is answered in the end.
fn talk(said: &[&str]) -> Answered {
    let mut messages = vec![Message::System("You are PAM.".to_owned())];
    let (last, earlier) = said.split_last().unwrap();
    for said in earlier {
        messages.push(user(said));
        let answered = text(answer(messages.clone(), tools::all()));
        messages.push(assistant(&answered));
    }
    messages.push(user(last));
    answer(messages, tools::all())
}

fn expense(arguments: Value) -> Answered {
    Answered::Calls(vec![("create_expense".to_owned(), arguments)])
}

#[test]
fn what_is_missing_is_asked_for() {
    assert_eq!(text(talk(&["I spent 85.50"])), "Sure. What is the category?");
    assert_eq!(text(talk(&["add an expense for gas"])), "Sure. How much is it?");
    assert_eq!(text(talk(&["remind me to call Bob"])), "Sure. What is the start date?");
    assert_eq!(text(talk(&["plan a trip to Moab"])), "Sure. What is the origin?");
}

#[test]
fn the_missing_piece_alone_completes_the_request() {
    for answer in ["on gas", "gas", "Gas.", "It was for gas, thanks", "the category is gas"] {
        let Answered::Calls(calls) = talk(&["I spent 85.50 yesterday", answer]) else { panic!("{answer}") };
        let category = calls[0].1["category"].as_str().unwrap().to_lowercase();
        assert_eq!(
            (category.as_str(), &calls[0].1["amount"], &calls[0].1["date"]),
            ("gas", &json!(85.5), &json!("2026-11-21")),
            "{answer}"
        );
    }
    for answer in ["85.50", "it was $85.50", "eighty five dollars and fifty cents", "about 85.5 please"] {
        let Answered::Calls(calls) = talk(&["add an expense for gas", answer]) else { panic!("{answer}") };
        assert_eq!(
            (&calls[0].1["amount"], &calls[0].1["category"]),
            (&json!(85.5), &json!("gas")),
            "{answer}"
        );
    }
    let answered = talk(&["remind me to call Bob", "on Friday"]);
    let arguments = json!({ "title": "call Bob", "start_date": "2026-11-27" });
    assert_eq!(answered, Answered::Calls(vec![("create_calendar_event".to_owned(), arguments)]));
}

#[test]
fn one_thing_is_asked_after_the_other() {
    assert_eq!(text(talk(&["add an expense", "20"])), "Sure. What is the category?");
    assert_eq!(talk(&["add an expense", "20", "gas"]), expense(json!({ "amount": 20, "category": "gas" })));
}

#[test]
fn an_answer_that_is_none_is_asked_for_again() {
    let again = text(talk(&["add an expense for gas", "a lot"]));
    assert_eq!(again, "I did not understand that. How much is it?");
    assert_eq!(
        talk(&["add an expense for gas", "a lot", "20"]),
        expense(json!({ "amount": 20, "category": "gas" }))
    );
}

#[test]
fn a_new_request_takes_the_place_of_the_old_one() {
    let answered = talk(&["I spent 85.50", "am I over budget on gas?"]);
    assert_eq!(
        answered,
        Answered::Calls(vec![("compare_vs_budget".to_owned(), json!({ "category": "gas" }))])
    );
}

#[test]
fn a_request_can_be_left() {
    for answer in ["never mind", "No, thanks.", "cancel that please", "forget it"] {
        assert_eq!(text(talk(&["I spent 85.50", answer])), "All right, I have left it.");
    }
    assert!(matches!(talk(&["I spent 85.50", "never mind", "gas"]), Answered::Text(_)));
}

#[test]
fn an_answer_needs_a_question() {
    let logged = assistant("Logged.");
    assert!(matches!(
        answer(vec![user("I spent 85.50"), logged, user("gas")], tools::all()),
        Answered::Text(_)
    ));
    let call = ToolCall { id: "assist-7".into(), name: "create_expense".into(), arguments: "{}".into() };
    let called = Message::Assistant(AssistantMessage { text: "One moment?".into(), tool_calls: vec![call] });
    let result = ToolMessage {
        call_id: "assist-7".into(),
        name: "create_expense".into(),
        text: "Done?".into(),
        failed: false,
    };
    let messages =
        vec![user("I spent 85.50"), called, Message::Tool(result), assistant("Done?"), user("gas")];
    assert!(matches!(answer(messages, tools::all()), Answered::Text(_)));
}

#[test]
fn ids_of_calls_are_new_in_the_conversation() {
    let ids = |messages| {
        let ids = events(request(messages, tools::all())).into_iter().filter_map(|event| match event {
            Event::ToolCall(call) => Some(call.id),
            _ => None,
        });
        ids.collect::<Vec<_>>()
    };
    let said = "I spent 20 on gas and 30 on food";
    assert_eq!(ids(vec![user(said)]), ["assist-1", "assist-2"]);
    let call = |id: &str| ToolCall { id: id.into(), name: "create_expense".into(), arguments: "{}".into() };
    let before = AssistantMessage {
        text: String::new(),
        tool_calls: vec![call("call_abc"), call("assist-4"), call("assist-3")],
    };
    assert_eq!(ids(vec![user("x"), Message::Assistant(before), user(said)]), ["assist-5", "assist-6"]);
}
