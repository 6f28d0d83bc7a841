//! A tool, the same as a route, and a route of its own, with documents behind them.
//!
//! `cargo build -p wheelhouse-sdk --example greeter --target wasm32-wasip2 --profile plugin`

use wheelhouse_sdk::prelude::*;

/// Somebody who was greeted.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Greeting {
    /// Who.
    name: String,
    /// How often.
    times: i64,
}

const GREETINGS: Collection<Greeting> = Collection::of_user("greetings");

/// Greets somebody by name and counts how often. Use it when the user asks you to say hello to someone.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GreetSomebody {
    /// Who is greeted.
    name: String,
}

fn greet_somebody(_: &Call, input: GreetSomebody) -> Result<Outcome<Greeting>, Failure> {
    if input.name.trim().is_empty() {
        return Err(Failure::invalid_field("name", "Please say who is to be greeted."));
    }
    let mut known = GREETINGS.query().equal("name", input.name.as_str()).page(1, None)?.documents;
    let greeting = match known.pop() {
        Some(mut document) => {
            document.body.times += 1;
            GREETINGS.replace(&document)?.body
        }
        None => GREETINGS.insert(&Greeting { name: input.name, times: 1 })?.body,
    };
    let text = match greeting.times {
        1 => format!("Hello {}!", greeting.name),
        times => format!("Hello {}, greeted {times} times by now!", greeting.name),
    };
    Ok(Outcome::new(greeting, text))
}

/// Lists everybody who was greeted.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListGreetings {
    /// How many at most, 1 to 100; 20 if it is not given.
    limit: Option<u32>,
    /// `next_cursor` of the part before.
    cursor: Option<String>,
}

fn list_greetings(_: &Call, input: ListGreetings) -> Result<Listing<Greeting>, Failure> {
    let page = GREETINGS.query().order_by("name").page(input.limit.unwrap_or(20).min(100), input.cursor)?;
    Ok(page.into_listing(|document| document.body))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Greeter", "Greets people.").id("greeter").needs_documents("To count its greetings."),
    tools: [
        Tool::new(greet_somebody)
            .sentences(["(greet|say hello to) {name}"])
            .rest(Method::Post, "/greetings", 200),
    ],
    routes: [Route::get("/greetings", list_greetings)],
}
