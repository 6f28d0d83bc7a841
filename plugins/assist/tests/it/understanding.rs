//! Sentences and what they mean.

use wheelhouse_sdk::serde_json::{Value, json};

use crate::{Answered, answer, said, tools, user};

fn calls(text: &str) -> Vec<(String, Value)> {
    match said(text) {
        Answered::Calls(calls) => calls,
        Answered::Text(answer) => panic!("{text}: {answer}"),
    }
}

#[track_caller]
fn means(text: &str, tool: &str, arguments: Value) {
    assert_eq!(calls(text), [(tool.to_owned(), arguments)], "{text}");
}

#[test]
fn expenses_are_noted() {
    for (text, arguments) in [
        (
            "I spent $85.50 on gas yesterday",
            json!({ "amount": 85.5, "currency": "USD", "category": "gas", "date": "2026-11-21" }),
        ),
        (
            "I spent $60 on diesel today",
            json!({ "amount": 60, "currency": "USD", "category": "diesel", "date": "2026-11-22" }),
        ),
        (
            "paid 40 for camping on Nov 3",
            json!({ "amount": 40, "category": "camping", "date": "2026-11-03" }),
        ),
        ("log 20 dollars for groceries", json!({ "amount": 20, "currency": "USD", "category": "groceries" })),
        (
            "Log twenty bucks for groceries, please.",
            json!({ "amount": 20, "currency": "USD", "category": "groceries" }),
        ),
        (
            "Hey Pam, I've spent forty euros on lunch",
            json!({ "amount": 40, "currency": "EUR", "category": "lunch" }),
        ),
        (
            "hey pam can you please add €40 to food",
            json!({ "amount": 40, "currency": "EUR", "category": "food" }),
        ),
        (
            "I'd like to record 1,200 bucks for tires, thanks",
            json!({ "amount": 1200, "currency": "USD", "category": "tires" }),
        ),
        (
            "we paid 85 dollars and 50 cents for propane",
            json!({ "amount": 85.5, "currency": "USD", "category": "propane" }),
        ),
        (
            "I just spent 12.30 on coffee this morning",
            json!({ "amount": 12.3, "category": "coffee", "date": "2026-11-22" }),
        ),
        (
            "I spent 20 on Friday on parking",
            json!({ "amount": 20, "category": "parking", "date": "2026-11-20" }),
        ),
        (
            "Last Friday we spent 99.99 on a new awning",
            json!({ "amount": 99.99, "category": "new awning", "date": "2026-11-20" }),
        ),
        (
            "spent 33 on Joe's Diner two days ago",
            json!({ "amount": 33, "category": "Joe's Diner", "date": "2026-11-20" }),
        ),
        (
            "I spent 50 on Café Zoë on 11/3",
            json!({ "amount": 50, "category": "Café Zoë", "date": "2026-11-03" }),
        ),
        ("I SPENT 50 ON GAS!!!", json!({ "amount": 50, "category": "GAS" })),
        ("I spent about 50 on gas", json!({ "amount": 50, "category": "gas" })),
        ("add 15 to groceries expenses", json!({ "amount": 15, "category": "groceries" })),
        (
            "add an expense of $7 for ice the day before yesterday",
            json!({ "amount": 7, "currency": "USD", "category": "ice", "date": "2026-11-20" }),
        ),
        ("add a $7 expense for ice", json!({ "amount": 7, "currency": "USD", "category": "ice" })),
        (
            "I bought firewood for 12 dollars",
            json!({ "amount": 12, "currency": "USD", "category": "firewood" }),
        ),
        (
            "the oil change cost me 79.95 on the 5th",
            json!({ "amount": 79.95, "category": "oil change", "date": "2026-11-05" }),
        ),
        ("paid 30 for food and drinks", json!({ "amount": 30, "category": "food and drinks" })),
        ("Hello! I spent 20 on gas. Thank you!", json!({ "amount": 20, "category": "gas" })),
        (
            "spent £12 on a museum on the 3rd of November",
            json!({ "amount": 12, "currency": "GBP", "category": "museum", "date": "2026-11-03" }),
        ),
    ] {
        means(text, "create_expense", arguments);
    }
}

#[test]
fn spending_is_asked_for() {
    for (text, arguments) in [
        ("how much did I spend", json!({})),
        (
            "how much did I spend on food this month",
            json!({ "category": "food", "period": "2026-11-01/2026-11-22" }),
        ),
        (
            "how much did I spend on fuel this week?",
            json!({ "category": "fuel", "period": "2026-11-16/2026-11-22" }),
        ),
        (
            "How much have we spent on gas in the last 30 days?",
            json!({ "category": "gas", "period": "2026-10-24/2026-11-22" }),
        ),
        (
            "how much money did I spend last week on groceries",
            json!({ "category": "groceries", "period": "2026-11-09/2026-11-15" }),
        ),
        ("how much did I spend in October", json!({ "period": "2026-10-01/2026-10-31" })),
        ("what did I spend today?", json!({ "period": "2026-11-22/2026-11-22" })),
        (
            "what've I spent on gas since Monday",
            json!({ "category": "gas", "period": "2026-11-16/2026-11-22" }),
        ),
        ("could you tell me how much I spent", json!(null)),
        (
            "show me my camping spending this year",
            json!({ "category": "camping", "period": "2026-01-01/2026-11-22" }),
        ),
        ("my spending", json!({})),
        ("can you show my spending for last month please", json!({ "period": "2026-10-01/2026-10-31" })),
    ] {
        if arguments.is_null() {
            assert!(matches!(said(text), Answered::Text(_)), "{text}");
        } else {
            means(text, "get_spending_summary", arguments);
        }
    }
}

#[test]
fn budgets_are_set_and_compared() {
    for (text, arguments) in [
        ("set my groceries budget to 400", json!({ "amount": 400, "category": "groceries" })),
        ("Set the budget for dog food to $55.50", json!({ "amount": 55.5, "category": "dog food" })),
        ("raise my gas budget to three hundred dollars a month", json!({ "amount": 300, "category": "gas" })),
        ("budget 1k for repairs", json!({ "amount": 1000, "category": "repairs" })),
        (
            "please lower back to school budget to 50 for me",
            json!({ "amount": 50, "category": "back to school" }),
        ),
    ] {
        means(text, "update_budget", arguments);
    }
    for (text, arguments) in [
        ("am I over budget on gas?", json!({ "category": "gas" })),
        ("am i still within my budget", json!({})),
        ("how's my grocery budget doing", json!({ "category": "grocery" })),
        ("How am I doing with my budget?", json!({})),
        ("how much is left in my camping budget", json!({ "category": "camping" })),
    ] {
        means(text, "compare_vs_budget", arguments);
    }
}

#[test]
fn plans_lie_ahead() {
    means(
        "remind me to buy milk and eggs on Friday",
        "create_calendar_event",
        json!({ "title": "buy milk and eggs", "start_date": "2026-11-27" }),
    );
    means(
        "remind me to put money on red tomorrow",
        "create_calendar_event",
        json!({ "title": "put money on red", "start_date": "2026-11-23" }),
    );
    means(
        "schedule a dentist appointment on December 3rd",
        "create_calendar_event",
        json!({ "title": "dentist appointment", "start_date": "2026-12-03" }),
    );
    means(
        "add vehicle inspection brakes tomorrow",
        "create_calendar_event",
        json!({ "event_type": "vehicle_inspection", "title": "brakes", "start_date": "2026-11-23" }),
    );
    means(
        "what's on my calendar next week?",
        "get_calendar_events",
        json!({ "start_date": "2026-11-23", "end_date": "2026-11-29" }),
    );
}

#[test]
fn places_numbers_and_lists_are_understood() {
    means(
        "plan a trip from St. Louis to Mt. Rushmore",
        "plan_trip",
        json!({ "origin": "St. Louis", "destination": "Mt. Rushmore" }),
    );
    means(
        "plan a trip from Denver to Salt Lake City via Moab, Zion and Provo",
        "plan_trip",
        json!({ "origin": "Denver", "destination": "Salt Lake City", "stops": ["Moab", "Zion", "Provo"] }),
    );
    means(
        "what does gas cost for 250 miles at $3.59",
        "calculate_gas_cost",
        json!({ "distance_miles": 250, "gas_price": "3.59" }),
    );
    means(
        "how much would the gas cost for two hundred and fifty miles",
        "calculate_gas_cost",
        json!({ "distance_miles": 250 }),
    );
}

#[test]
fn several_requests_in_one_message_are_all_made() {
    let expense = |amount: f64, category: &str| {
        let amount = if amount.fract() == 0.0 { json!(amount as i64) } else { json!(amount) };
        ("create_expense".to_owned(), json!({ "amount": amount, "category": category }))
    };
    for text in [
        "I spent 20 on gas and 30.5 on food",
        "I spent 20 on gas, 30.5 on food",
        "I spent 20 on gas and I paid 30.5 for food",
        "I spent 20 on gas. I paid 30.5 for food.",
        "spent 20 on gas, and then 30.5 on food please",
    ] {
        assert_eq!(calls(text), [expense(20.0, "gas"), expense(30.5, "food")], "{text}");
    }
    assert_eq!(
        calls("spent 20 on food and drinks, 30 on gas and 5 on ice"),
        [expense(20.0, "food and drinks"), expense(30.0, "gas"), expense(5.0, "ice")]
    );
    assert_eq!(
        calls("set my gas budget to 100 and my food budget to 300"),
        [
            ("update_budget".to_owned(), json!({ "amount": 100, "category": "gas" })),
            ("update_budget".to_owned(), json!({ "amount": 300, "category": "food" })),
        ]
    );
    assert_eq!(
        calls("I spent 20 on gas and am I over budget?"),
        [expense(20.0, "gas"), ("compare_vs_budget".to_owned(), json!({}))]
    );
}

#[test]
fn a_day_said_once_holds_for_all_that_hangs_together() {
    let both = calls("I spent 20 on gas and 30 on food yesterday");
    assert_eq!(both[0].1["date"], "2026-11-21");
    assert_eq!(both[1].1["date"], "2026-11-21");
    let apart = calls("I spent 20 on gas and I paid 30 for food yesterday");
    assert_eq!(apart[0].1.get("date"), None);
}

#[test]
fn what_no_template_means_calls_nothing() {
    for text in [
        "",
        "   ",
        "?!",
        "tell me a joke",
        "I did not spend 20 on gas",
        "don't log 20 dollars for groceries",
        "I almost spent 20 on gas",
        "should I have spent 20 on gas",
        "did I spend 20 on gas",
        "I spent a lot on gas",
        "I spent 20 on gas and 30 or so dollars",
        "I spent 20 on gas, 30 something on food",
        "I spent -20 on gas",
        "I spent 20.555 on gas",
        "I spent 99999999999999999999 on gas",
        "I spent 20 on gas. Actually no, forget that.",
        "I spent 20 on gas and then my cat ran away in the night, and I cried. Why?",
        "set my budget",
        "set my groceries budget to blue",
        "the weather is nice",
        "run me through the plan",
        "yesterday",
        "on gas",
        "85.50",
        "budget",
        "how much wood would a woodchuck chuck",
        "add boat Titanic tomorrow and",
        "what is on my calendar",
        "ich habe 20 Euro für Benzin ausgegeben",
        "昨日ガソリンに20ドル使いました",
        "<script>alert(1)</script>",
        "{amount:money} (on|for) {category}",
    ] {
        assert!(matches!(said(text), Answered::Text(_)), "{text}");
    }
}

#[test]
fn the_most_specific_template_wins() {
    let any = tools::tool("take_note", &json!({ "note": { "type": "string" } }), &["note"], &["I {note}"]);
    let mut loaded = vec![any];
    loaded.extend(tools::all());
    let answered = answer(vec![user("I spent 20 on gas")], loaded.clone());
    assert!(matches!(answered, Answered::Calls(calls) if calls[0].0 == "create_expense"));
    let answered = answer(vec![user("I saw a bear")], loaded);
    assert_eq!(answered, Answered::Calls(vec![("take_note".to_owned(), json!({ "note": "saw a bear" }))]));
}

#[test]
fn of_equal_templates_the_first_wins() {
    let tool = |name: &str| tools::tool(name, &json!({}), &[], &["beep"]);
    let answered = answer(vec![user("beep")], vec![tool("one"), tool("two")]);
    assert_eq!(answered, Answered::Calls(vec![("one".to_owned(), json!({}))]));
}

#[test]
fn templates_that_cannot_be_used_are_passed_over() {
    let properties = json!({ "amount": { "type": "number" } });
    let sentences = [
        "(spent",
        "{x",
        "spent {amount:coins}",
        "spent {colour} coins",
        "[x]",
        "((((",
        "spent {amount:money}",
    ];
    let loaded = vec![tools::tool("spend", &properties, &["amount"], &sentences)];
    let answered = answer(vec![user("spent 5")], loaded.clone());
    assert_eq!(answered, Answered::Calls(vec![("spend".to_owned(), json!({ "amount": 5 }))]));
    assert!(matches!(answer(vec![user("spent red coins")], loaded), Answered::Text(_)));
}

#[test]
fn a_foreign_currency_is_never_dropped() {
    let properties = json!({ "amount": { "type": "number" } });
    let loaded = vec![tools::tool("spend", &properties, &["amount"], &["spent {amount:money}"])];
    assert!(matches!(answer(vec![user("spent 5 dollars")], loaded.clone()), Answered::Calls(_)));
    assert!(matches!(answer(vec![user("spent 5 euros")], loaded), Answered::Text(_)));
}
