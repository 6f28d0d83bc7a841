//! What is said when there is nothing to call.

use assist::Assist;
use wheelhouse_sdk::{
    ChatProvider, Failure,
    chat::{self, AssistantMessage, Event, FinishReason, Message, ToolCall, ToolDefinition, ToolMessage},
    serde_json::json,
};

use crate::{Answered, answer, call, request, said, text, tools, user};

fn result(text: &str, failed: bool) -> Message {
    Message::Tool(ToolMessage {
        call_id: "assist-1".into(),
        name: "create_expense".into(),
        text: text.into(),
        failed,
    })
}

fn after_results(results: Vec<Message>) -> String {
    let call = ToolCall { id: "assist-1".into(), name: "create_expense".into(), arguments: "{}".into() };
    let called = Message::Assistant(AssistantMessage { text: String::new(), tool_calls: vec![call] });
    let mut messages = vec![user("I spent 20 on gas"), called];
    messages.extend(results);
    text(answer(messages, tools::all()))
}

#[test]
fn results_of_tools_are_said() {
    assert_eq!(after_results(vec![result("I noted $20.00 for gas.", false)]), "I noted $20.00 for gas.");
    assert_eq!(after_results(vec![result("One", false), result("Two!", false)]), "One. Two!");
    assert_eq!(after_results(vec![result(" ", false)]), "Done.");
}

#[test]
fn failures_of_tools_are_explained() {
    let failed = result("`amount` must be more than 0.", true);
    assert_eq!(after_results(vec![failed.clone()]), "That did not work: amount must be more than 0.");
    assert_eq!(
        after_results(vec![result("Noted.", false), failed]),
        "Noted. That did not work: amount must be more than 0."
    );
    assert_eq!(after_results(vec![result("", true)]), "That did not work.");
}

#[test]
fn politeness_is_answered() {
    for greeting in ["hi", "Hello!", "Hey PAM", "good morning, Pam"] {
        assert_eq!(text(said(greeting)), "Hello Ann! What can I do for you?", "{greeting}");
    }
    for thanks in ["thanks", "Thank you so much!", "ok thanks Pam"] {
        assert_eq!(text(said(thanks)), "You are welcome.", "{thanks}");
    }
    assert_eq!(text(said("Good night, Pam")), "Goodbye!");
}

const EXAMPLES: [&str; 8] = [
    "I spent 20 dollars on groceries yesterday",
    "How much did I spend on groceries this month",
    "Set my groceries budget to 20 dollars",
    "Am I over my budget on groceries",
    "Remind me to call Ann tomorrow",
    "What is on my calendar this week",
    "Plan a trip from Denver to Moab via Zion",
    "What is gas for 3 miles at 20 dollars",
];

#[test]
fn help_gives_an_example_of_every_tool() {
    for question in
        ["help", "What can you do?", "Hey Pam, what can you do for me?", "Hi! How can you help me?"]
    {
        let help = text(said(question));
        assert!(help.starts_with("You can say, for example, \"I spent"), "{help}");
        for example in EXAMPLES {
            assert!(help.contains(&format!("\"{example}\"")), "{help}");
        }
    }
}

#[test]
fn every_example_is_understood() {
    for example in EXAMPLES {
        assert!(matches!(said(example), Answered::Calls(_)), "{example}");
    }
}

#[test]
fn what_is_not_understood_is_said_with_what_is() {
    let answer = text(said("what about my budget"));
    let first =
        "I did not understand that. You can say, for example, \"Set my groceries budget to 20 dollars\"";
    assert!(answer.starts_with(first), "{answer}");
}

#[test]
fn day_that_there_is_not_is_named_and_nothing_is_noted() {
    for day in ["2026-02-30", "13/32/2026", "2/30", "November 31st"] {
        let expected =
            format!("There is no day {day}, so I did nothing. Please say it again with the right one.");
        assert_eq!(text(said(&format!("I spent $5 on gas on {day}"))), expected);
    }
}

#[test]
fn only_loaded_tools_are_named() {
    let help = text(answer(vec![user("help")], vec![tools::compare_vs_budget()]));
    assert_eq!(help, "You can say, for example, \"Am I over my budget on groceries\".");
    let nothing = "There is nothing that I can do right now, because no tools are loaded.";
    assert_eq!(text(answer(vec![user("help")], Vec::new())), nothing);
    let mute = tools::tool("mute", &json!({}), &[], &["(broken"]);
    let without = text(answer(vec![user("help")], vec![mute]));
    assert!(without.contains("only an AI model can use them"), "{without}");
}

#[test]
fn examples_are_at_most_eight() {
    let numbers = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let many: Vec<ToolDefinition> = numbers
        .iter()
        .map(|number| tools::tool(number, &json!({}), &[], &[&format!("say {number}")]))
        .collect();
    let help = text(answer(vec![user("help")], many));
    assert_eq!(help.matches('"').count(), 16);
    assert!(help.ends_with("That is a part of what I can do."), "{help}");
}

#[test]
fn examples_have_values_that_fit() {
    let properties = json!({
        "kind": { "enum": ["rental_car", "boat"] },
        "place": { "type": "string", "examples": ["Lake Tahoe"] },
    });
    let tool = tools::tool("rent_vehicle", &properties, &["kind"], &["rent me a {kind} [in {place:place}]"]);
    let help = text(answer(vec![user("help")], vec![tool]));
    assert_eq!(help, "You can say, for example, \"Rent me a rental car in Lake Tahoe\".");
}

#[test]
fn a_conversation_without_a_user_is_answered_too() {
    assert!(text(answer(Vec::new(), tools::all())).contains("You can say"));
    assert!(text(answer(vec![Message::System("x".into())], tools::all())).contains("You can say"));
}

#[test]
fn there_is_one_model_and_no_other() {
    let models = Assist.models(&call()).unwrap();
    assert_eq!(
        (models.len(), models[0].id.as_str(), models[0].name.as_str()),
        (1, "assist", "Sentence templates")
    );
    let mut asked = request(vec![user("hi")], Vec::new());
    asked.model = Some("assist".into());
    assert_eq!(chat::collect(&Assist, &call(), asked.clone()).1, Ok(()));
    asked.model = Some("gpt-5".into());
    let (events, ended) = chat::collect(&Assist, &call(), asked);
    assert!(events.is_empty());
    assert!(matches!(ended, Err(Failure::NotFound(_))));
}

#[test]
fn an_answer_that_is_cut_says_so() {
    let mut asked = request(vec![user("help")], tools::all());
    asked.max_output_tokens = Some(5);
    let (events, _) = chat::collect(&Assist, &call(), asked);
    let [Event::Text(text), Event::Finished(FinishReason::Length)] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert!(text.len() <= 20 && !text.is_empty());
}
