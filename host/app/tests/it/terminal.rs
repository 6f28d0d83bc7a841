//! What somebody, or a script, does with the host in a terminal.

use std::{
    io::Write,
    path::Path,
    process::{Output, Stdio},
};

use serde_json::{Value, json};

use crate::{
    app::data_with_compiled_plugins,
    command_line::{command, errors},
};

/// What a command that must succeed has printed.
fn printed(output: Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// `wheelhouse chat` with these lines.
fn chat(data: &Path, lines: &str) -> Output {
    let mut command = command(data, &["chat"]);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn list_of_plugins_as_json_is_what_the_api_tells() {
    let data = data_with_compiled_plugins();
    let list: Value =
        serde_json::from_str(&printed(command(data.path(), &["plugin", "list", "--json"]).output().unwrap()))
            .unwrap();
    let wins = list.as_array().unwrap().iter().find(|plugin| plugin["id"] == "wins").unwrap();
    assert_eq!((&wins["state"], &wins["source"]["kind"]), (&json!("active"), &json!("bundled")), "{wins}");
    assert!(wins["tools"].as_array().unwrap().contains(&json!("create_expense")), "{wins}");
    assert!(wins["routes"].as_array().unwrap().contains(&json!("POST /api/v1/expenses")), "{wins}");
    assert_eq!(
        (&wins["asks"][0]["name"], &wins["asks"][0]["granted"]),
        (&json!("documents"), &json!(true)),
        "{wins}"
    );
}

#[test]
fn document_of_the_api_is_printed_with_routes_of_host_and_plugins() {
    let data = data_with_compiled_plugins();
    let document: Value =
        serde_json::from_str(&printed(command(data.path(), &["openapi"]).output().unwrap())).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    for path in ["/api/v1/pam/chat", "/api/v1/expenses"] {
        assert!(document["paths"][path]["post"].is_object(), "{path} is missing");
    }
}

#[test]
fn sentence_is_said_to_standard_output() {
    let data = data_with_compiled_plugins();
    let output = command(data.path(), &["say", "Hello there.", "-o", "-"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert_eq!((&output.stdout[..4], &output.stdout[8..16]), (&b"RIFF"[..], &b"WAVEfmt "[..]));
    assert!(output.stdout.len() > 20_000, "{} bytes", output.stdout.len());
}

#[test]
fn lines_of_a_chat_belong_to_one_conversation() {
    let data = data_with_compiled_plugins();
    // The second line is an answer to what the first one makes PAM ask.
    let output = chat(data.path(), "I spent money on coffee\n\n12 dollars\n");
    let said = printed(output);
    let answers: Vec<&str> = said.lines().collect();
    let [question, answer] = answers[..] else { panic!("two answers in {said}") };
    assert!(question.ends_with("How much is it?"), "{question}");
    assert!(answer.contains("$12") && answer.contains("coffee"), "{answer}");
}

#[test]
fn line_that_cannot_be_answered_ends_the_chat_with_a_failure() {
    let data = data_with_compiled_plugins();
    let output = chat(data.path(), &format!("{}\n", "word ".repeat(1_000)));
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("2,000") || errors(&output).contains("2000"), "{}", errors(&output));
}
