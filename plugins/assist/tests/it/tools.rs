//! Tools like PAM's.

use wheelhouse_sdk::{
    chat::ToolDefinition,
    serde_json::{Value, json},
};

pub(crate) fn tool(name: &str, properties: &Value, required: &[&str], sentences: &[&str]) -> ToolDefinition {
    ToolDefinition {
        name: name.to_owned(),
        summary: String::new(),
        input_schema: json!({ "type": "object", "properties": properties, "required": required }).to_string(),
        sentences: sentences.iter().map(|&sentence| sentence.to_owned()).collect(),
    }
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn optional_text() -> Value {
    json!({ "type": ["string", "null"] })
}

pub(crate) fn create_expense() -> ToolDefinition {
    tool(
        "create_expense",
        &json!({
            "amount": { "type": "number", "format": "decimal" },
            "category": text(),
            "description": optional_text(),
            "date": { "type": ["string", "null"], "format": "date" },
            "currency": { "type": ["string", "null"], "pattern": "^[A-Za-z]{3}$" },
        }),
        &["amount", "category"],
        &[
            "[(I|we) [have]] (spent|paid) {amount:money} [(on|for) {category}] [yesterday|{date:date}]",
            "[(I|we) [have]] (spent|paid) {amount:money} {date:date} (on|for) {category}",
            "{date:date} (I|we) (spent|paid) {amount:money} (on|for) {category}",
            "(log|add|record) {amount:money} (on|for|to|under) {category} [expenses] [{date:date}]",
            "(log|add|record) (a|an) [{amount:money}] expense [of {amount:money}] [(on|for) {category}] [{date:date}]",
            "(I|we) (bought|got) {category} for {amount:money} [{date:date}]",
            "{category} cost [me|us] {amount:money} [{date:date}]",
        ],
    )
}

pub(crate) fn get_spending_summary() -> ToolDefinition {
    tool(
        "get_spending_summary",
        &json!({ "days": { "type": ["integer", "null"] }, "category": optional_text(), "period": optional_text() }),
        &[],
        &[
            "how much [money] (did|have) (I|we) (spend|spent) [(on|for) {category}] [{period:period}]",
            "how much [money] (did|have) (I|we) (spend|spent) {period:period} (on|for) {category}",
            "what (did|have) (I|we) (spend|spent) [on {category}] [{period:period}]",
            "[(show [me]|give me)] my [{category}] spending [{period:period}]",
        ],
    )
}

pub(crate) fn update_budget() -> ToolDefinition {
    tool(
        "update_budget",
        &json!({ "amount": { "type": "number" }, "category": text() }),
        &["amount", "category"],
        &[
            "(set|change|raise|lower) [my|the] {category} budget to {amount:money} [(a|per) month]",
            "(set|change|raise|lower) [my|the] budget for {category} to {amount:money}",
            "budget {amount:money} for {category}",
        ],
    )
}

pub(crate) fn compare_vs_budget() -> ToolDefinition {
    tool(
        "compare_vs_budget",
        &json!({ "category": optional_text() }),
        &[],
        &[
            "am I [still] (over|under|within) [my] budget [(on|for) {category}]",
            "how is my [{category}] budget [doing]",
            "how am I doing (on|with|against) my [{category}] budget",
            "how much is left (in|of) my {category} budget",
        ],
    )
}

fn create_calendar_event() -> ToolDefinition {
    tool(
        "create_calendar_event",
        &json!({
            "title": text(),
            "start_date": { "type": "string", "format": "date" },
            "event_type": { "enum": ["personal", "reminder", "trip", "vehicle_inspection"] },
        }),
        &["title", "start_date"],
        &[
            "remind me to {title} [{start_date:date}]",
            "(schedule|plan) [(a|an|my)] {title} on {start_date:date}",
            "add {event_type} {title} [{start_date:date}]",
        ],
    )
}

fn get_calendar_events() -> ToolDefinition {
    tool(
        "get_calendar_events",
        &json!({ "start_date": text(), "end_date": text() }),
        &[],
        &["what is on my calendar {when:period}", "(show|list) my events [{when:period}]"],
    )
}

fn plan_trip() -> ToolDefinition {
    tool(
        "plan_trip",
        &json!({ "origin": text(), "destination": text(), "stops": { "type": "array" }, "budget": { "type": "number" } }),
        &["origin", "destination"],
        &["plan a trip [from {origin:place}] to {destination:place} [(via|through) {stops}]"],
    )
}

fn calculate_gas_cost() -> ToolDefinition {
    tool(
        "calculate_gas_cost",
        &json!({ "distance_miles": { "type": "number" }, "gas_price": { "type": "string" } }),
        &[],
        &[
            "(what|how much) (is|does|would) [the] gas [cost] for {distance_miles:number} miles [at {gas_price:money}]",
        ],
    )
}

pub(crate) fn all() -> Vec<ToolDefinition> {
    vec![
        create_expense(),
        get_spending_summary(),
        update_budget(),
        compare_vs_budget(),
        create_calendar_event(),
        get_calendar_events(),
        plan_trip(),
        calculate_gas_cost(),
    ]
}
