//! Whatever comes in, an answer comes out.

use wheelhouse_sdk::{
    chat::ToolDefinition,
    serde_json::{Value, json},
};

use crate::{Answered, answer, assistant, said, tools, user};

/// A small generator (SplitMix64), so that every run is the same.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

const PIECES: [&str; 78] = [
    "I",
    "spent",
    "paid",
    "set",
    "my",
    "budget",
    "to",
    "on",
    "for",
    "and",
    "how much",
    "did",
    "gas",
    "food",
    "please",
    "just",
    "hey pam",
    "thanks",
    "20",
    "$85.50",
    "€",
    "$",
    "-",
    "1,200",
    "1e9",
    "99999999999999999999",
    ".5",
    "5.",
    "3rd",
    "the",
    "31st",
    "of",
    "february",
    "may",
    "11/3",
    "2026-02-30",
    "0000-00-00",
    "9999-12-31",
    "yesterday",
    "last",
    "next",
    "friday",
    "ago",
    "in",
    "days",
    "weeks",
    "3660",
    "years",
    "since",
    "between",
    "from",
    "this",
    "month",
    "weekend",
    "twenty",
    "hundred",
    "million",
    "point",
    "half",
    "a",
    "dozen",
    "dollars",
    "cents",
    "remind me to",
    "plan a trip",
    "İstanbul",
    "ﬁ",
    "e\u{301}",
    "👩‍👩‍👧",
    "\u{202e}",
    "\u{0}",
    "\n",
    "日本",
    "ß's",
    "’s",
    "{amount:money}",
    "(",
    "|",
];

fn message(random: &mut Random, longest: usize) -> String {
    let mut message = String::new();
    for _ in 0..random.below(longest) {
        if random.below(20) == 0 {
            message.extend(char::from_u32(u32::try_from(random.below(0x11_0000)).unwrap()));
        } else {
            message.push_str(random.pick(&PIECES));
        }
        message.push_str(random.pick(&[" ", " ", " ", ", ", ". ", "", "\u{a0}"]));
    }
    message
}

#[test]
fn any_message_is_answered() {
    let mut random = Random(20_261_122);
    for _ in 0..300 {
        let text = message(&mut random, 24);
        let first = answer(vec![user(&text)], tools::all());
        assert_eq!(first, answer(vec![user(&text)], tools::all()), "{text:?}");
        if let Answered::Calls(calls) = &first {
            for (name, arguments) in calls {
                let tool = tools::all().into_iter().find(|tool| tool.name == *name).unwrap();
                assert_fits(&tool, arguments, &text);
            }
        }
        let next = message(&mut random, 8);
        answer(vec![user(&text), assistant("What?"), user(&next)], tools::all());
    }
}

fn assert_fits(tool: &ToolDefinition, arguments: &Value, text: &str) {
    let schema: Value = wheelhouse_sdk::serde_json::from_str(&tool.input_schema).unwrap();
    let arguments = arguments.as_object().unwrap();
    for required in schema["required"].as_array().unwrap() {
        assert!(arguments.contains_key(required.as_str().unwrap()), "{text:?}: {arguments:?}");
    }
    for (name, value) in arguments {
        let known = &schema["properties"][name];
        assert!(!known.is_null(), "{text:?}: {name}");
        let types = match &known["type"] {
            Value::String(one) => vec![one.clone()],
            Value::Array(several) => several.iter().map(|one| one.as_str().unwrap().to_owned()).collect(),
            _ => continue,
        };
        let fits = types.iter().any(|one| match one.as_str() {
            "string" => value.is_string(),
            "number" => value.is_number(),
            "integer" => value.is_i64(),
            "array" => value.is_array(),
            _ => false,
        });
        assert!(fits, "{text:?}: {name} is {value}");
    }
}

#[test]
fn any_template_and_schema_is_borne() {
    const BITS: [&str; 24] = [
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "|",
        ":",
        "{a}",
        "{a:money}",
        "{b:period}",
        "{c:date}",
        "{d:place}",
        "{e:number}",
        "spent",
        "on",
        "I",
        "'s",
        "what's",
        " ",
        " ",
        "é",
        "\u{0}",
        "{a:text} x",
    ];
    let mut random = Random(7);
    for round in 0..500 {
        let sentences: Vec<String> =
            (0..4).map(|_| (0..random.below(30)).map(|_| random.pick(&BITS)).collect::<String>()).collect();
        let kinds = ["number", "integer", "string", "array", "boolean", "odd"];
        let property = |random: &mut Random| json!({ "type": random.pick(&kinds) });
        let schema = json!({
            "properties": { "a": property(&mut random), "b": property(&mut random), "c": property(&mut random), "d": property(&mut random) },
            "required": ["a", "z", 3],
        });
        let mut input_schema = schema.to_string();
        if round % 10 == 0 {
            input_schema.truncate(random.below(input_schema.len()));
        }
        let tool = ToolDefinition { name: "t".into(), summary: String::new(), input_schema, sentences };
        answer(vec![user("I spent 20 on what's this on friday")], vec![tool.clone()]);
        answer(vec![user("help")], vec![tool]);
    }
}

#[test]
fn long_messages_end_quickly_enough_to_be_tested() {
    let greedy: Vec<ToolDefinition> = (0..20)
        .map(|number| {
            let properties =
                json!({ "a": { "type": "string" }, "b": { "type": "string" }, "c": { "type": "string" } });
            let sentences = [
                "[a|b] {a} [a|b|a b] {b} (a|b|a b) {c} [a [b [a [b]]]]",
                "{a} a {b} a {c}",
                "(a|a a) {a} [a] [a] [a] [a] {b} a",
            ];
            tools::tool(&format!("t{number}"), &properties, &["a", "b", "c"], &sentences)
        })
        .collect();
    let long = [
        "a ".repeat(256),
        "a ".repeat(1_000),
        "a b ".repeat(128),
        "a and ".repeat(300),
        "a, b. ".repeat(300),
        "please ".repeat(256),
        "hey pam ".repeat(128),
        "twenty ".repeat(256),
        "1 and 1 dollars and 1 cents and ".repeat(60),
        "last friday ".repeat(120),
        "(".repeat(2_000),
        "é’".repeat(1_000),
    ];
    for text in &long {
        answer(vec![user(text)], greedy.clone());
        assert!(matches!(said(text), Answered::Text(_)), "{text}");
    }
}
