//! The sentences of the bundled tools, as they really are.

use wheelhouse_sdk::{
    chat::ToolDefinition,
    serde_json::{Value, json},
    testing,
};

use crate::{Answered, answer, text, user};

fn tools() -> Vec<ToolDefinition> {
    wins::tools().into_iter().map(testing::definition).collect()
}

fn said(text: &str) -> Answered {
    answer(vec![user(text)], tools())
}

#[test]
fn sentences_that_people_say_are_understood() {
    let table: [(&str, &str, Value); 15] = [
        (
            "I spent $60 on diesel today",
            "create_expense",
            json!({ "amount": 60, "currency": "USD", "category": "diesel", "date": "2026-11-22" }),
        ),
        (
            "I spent $85.50 on gas yesterday",
            "create_expense",
            json!({ "amount": 85.5, "currency": "USD", "category": "gas", "date": "2026-11-21" }),
        ),
        (
            "log 20 dollars for groceries",
            "create_expense",
            json!({ "amount": 20, "currency": "USD", "category": "groceries" }),
        ),
        (
            "Paid 40 for camping on Nov 3.",
            "create_expense",
            json!({ "amount": 40, "category": "camping", "date": "2026-11-03" }),
        ),
        (
            "we bought new tires for €640",
            "create_expense",
            json!({ "amount": 640, "currency": "EUR", "category": "new tires" }),
        ),
        (
            "how much did I spend on fuel this week?",
            "get_spending_summary",
            json!({ "category": "fuel", "period": "2026-11-16/2026-11-22" }),
        ),
        (
            "how much did I spend on food this month",
            "get_spending_summary",
            json!({ "category": "food", "period": "2026-11-01/2026-11-22" }),
        ),
        (
            "What did I spend last month?",
            "get_spending_summary",
            json!({ "period": "2026-10-01/2026-10-31" }),
        ),
        ("show me my spending", "get_spending_summary", json!({})),
        (
            "set my groceries budget to 400",
            "update_budget",
            json!({ "amount": 400, "category": "groceries" }),
        ),
        (
            "Please change the budget for eating out to 150 a month",
            "update_budget",
            json!({ "amount": 150, "category": "eating out" }),
        ),
        ("am I over budget on gas?", "compare_vs_budget", json!({ "category": "gas" })),
        ("how's my budget looking", "compare_vs_budget", json!({})),
        ("how much is left in my food budget", "compare_vs_budget", json!({ "category": "food" })),
        ("How much can I still spend on gas?", "compare_vs_budget", json!({ "category": "gas" })),
    ];
    for (text, tool, arguments) in table {
        assert_eq!(said(text), Answered::Calls(vec![(tool.to_owned(), arguments)]), "{text}");
    }
}

#[test]
fn every_bundled_tool_has_an_example_that_it_understands() {
    for tool in tools() {
        let help = text(answer(vec![user("help")], vec![tool.clone()]));
        let (_, quoted) = help.split_once('"').unwrap_or_else(|| panic!("{}: {help}", tool.name));
        let example = quoted.split('"').next().unwrap();
        let Answered::Calls(calls) = said(example) else { panic!("{}: {example}", tool.name) };
        assert_eq!((calls.len(), &calls[0].0), (1, &tool.name), "{example}");
    }
}
