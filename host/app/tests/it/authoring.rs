//! The commands for those who write plugins.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use wheelhouse::conformance::{self, Report, Verdict};
use wheelhouse_guests::guest;

use crate::command_line::{command, errors};

fn wheelhouse(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A folder with a guest in it.
fn with_guest(name: &str) -> (TempDir, PathBuf) {
    with_component(guest(name).bytes)
}

fn with_component(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("guest.wasm");
    fs::write(&file, bytes).unwrap();
    (folder, file)
}

#[test]
fn new_project_is_written_whole_in_every_language_where_no_configuration_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("wheelhouse.toml"), "this is no configuration").unwrap();
    for (language, module) in [("rust", "src/lib.rs"), ("python", "app.py"), ("js", "app.js")] {
        let name = format!("trip-{language}");
        let output = wheelhouse(folder.path(), &["plugin", "new", "--lang", language, &name]);
        assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
        assert!(
            printed(&output).contains(&format!("wheelhouse plugin check {name}.wasm")),
            "{}",
            printed(&output)
        );
        let project = folder.path().join(&name);
        let code = fs::read_to_string(project.join(module)).unwrap();
        assert!(!code.to_lowercase().contains("tally") && code.contains(&format!("/{name}")), "{code}");
        for file in
            ["README.md", ".gitignore", "cases/example.toml", "kit/wit/types.wit", "kit/LICENSE-APACHE"]
        {
            assert!(project.join(file).is_file(), "{language} has no {file}");
        }
        let again = wheelhouse(folder.path(), &["plugin", "new", "--lang", language, &name]);
        assert_eq!(again.status.code(), Some(2));
        assert!(errors(&again).contains("not an empty folder"), "{}", errors(&again));
    }
    assert!(!folder.path().join("compiled").exists(), "no data folder is used");
}

#[test]
fn name_that_is_none_is_refused_with_one_that_is() {
    let folder = tempfile::tempdir().unwrap();
    let output = wheelhouse(folder.path(), &["plugin", "new", "--lang", "rust", "Trip_Weather"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        errors(&output).contains("kebab-case") && errors(&output).contains("`trip-weather`"),
        "{}",
        errors(&output)
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn folder_without_a_project_and_missing_tools_are_said_plainly() {
    let folder = tempfile::tempdir().unwrap();
    let output = wheelhouse(folder.path(), &["plugin", "build"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(errors(&output).contains("wheelhouse plugin new"), "{}", errors(&output));
    for (language, advice) in [("rust", "https://rustup.rs"), ("python", "Python 3.11"), ("js", "Node.js 20")]
    {
        wheelhouse(folder.path(), &["plugin", "new", "--lang", language, &format!("x-{language}")]);
        // No variable is set, PATH among them.
        let output = command(folder.path(), &["plugin", "build", &format!("x-{language}")])
            .env("PATH", folder.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{language}");
        assert!(errors(&output).contains(advice), "{language}: {}", errors(&output));
    }
}

#[test]
fn component_is_inspected() {
    let (folder, _) = with_guest("keeps");
    let output = wheelhouse(folder.path(), &["plugin", "inspect", "guest.wasm"]);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    let page = printed(&output);
    for said in
        ["contract  0.1.0", "wheelhouse:plugin/tools@0.1.0", "needs the grant \"documents\"", "SHA-256"]
    {
        assert!(page.contains(said), "{said} is not in {page}");
    }
    let output = wheelhouse(folder.path(), &["plugin", "inspect", "guest.wasm", "--json"]);
    let outline: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&outline["contract"], &outline["problems"]), (&json!("0.1.0"), &json!([])));
    let documents = outline["imports"].as_array().unwrap().iter();
    let documents =
        documents.clone().find(|import| import["name"] == "wheelhouse:plugin/documents@0.1.0").unwrap();
    assert_eq!((&documents["need"], &documents["grant"]), (&json!("grant"), &json!("documents")));
}

#[test]
fn what_cannot_be_loaded_is_told_by_the_exit_code() {
    let (folder, file) = with_guest("exports_nothing");
    let output = wheelhouse(folder.path(), &["plugin", "inspect", "guest.wasm"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("this host cannot load it"), "{}", errors(&output));
    fs::write(&file, "hello").unwrap();
    for command in ["inspect", "check"] {
        let output = wheelhouse(folder.path(), &["plugin", command, "guest.wasm"]);
        assert_eq!(output.status.code(), Some(1), "{command}");
        let said = errors(&output) + &printed(&output);
        assert!(said.contains("it is not WebAssembly"), "{said}");
        let output = wheelhouse(folder.path(), &["plugin", command, "nowhere.wasm"]);
        assert_eq!(output.status.code(), Some(2), "{command}");
    }
}

async fn check(name: &str) -> Report {
    let (_folder, file) = with_guest(name);
    conformance::check(&file, &mut |_| {}).await.unwrap()
}

/// What failed, in one text.
fn failures(report: &Report) -> String {
    let failed = report.findings.iter().filter(|finding| matches!(finding.verdict, Verdict::Failed(_)));
    failed.map(|finding| format!("{finding}\n")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn plugins_that_are_as_they_should_be_pass() {
    for (name, looked_at) in [
        ("echo", "tool echo: input that does not fit"),
        ("keeps", "start with everything granted"),
        ("has_settings", "tool show_settings: what it requires and nothing else"),
        ("fetches", "tool fetch: what it requires and nothing else"),
        ("counts_warm", "a call that is given up"),
        ("speaks", "speech: stopped half way"),
        ("chats", "chat: an answer"),
    ] {
        let report = check(name).await;
        assert!(report.is_ok(), "{name}: {:#?}", report.findings);
        let found = report.findings.iter().find(|finding| finding.check == looked_at);
        assert!(
            found.is_some_and(|finding| matches!(finding.verdict, Verdict::Ok(_))),
            "{name}: {:#?}",
            report.findings
        );
        let figures = report.figures.unwrap();
        assert!(
            figures.compiled_bytes > figures.component_bytes / 2 && figures.call_ms.is_some(),
            "{figures:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn plugins_that_are_not_fail_with_the_reason() {
    for (name, reasons) in [
        ("traps", &["FAILED   tool traps: what it requires", "the next call fails"][..1]),
        ("traps_in_describe", &["FAILED   compile and describe"]),
        ("describes_badly", &["FAILED   declaration", "kebab-case"]),
        ("asks_for_the_moon", &["FAILED   declaration", "`moon`"]),
        ("keeps_unasked", &["FAILED   imports", "without asking for `documents`"]),
        ("fetches_unasked", &["FAILED   imports", "without asking for `http`"]),
        ("allocates", &["FAILED   tool allocates", "of memory"]),
        ("speaks_truncated", &["FAILED   speech: a sentence", "truncated"]),
        ("chats_then_traps", &["FAILED   chat: an answer"]),
    ] {
        let report = check(name).await;
        let failures = failures(&report);
        for reason in reasons {
            assert!(failures.contains(reason), "{name}: {reason} is not in {failures}");
        }
    }
}

#[test]
fn check_prints_a_line_for_each_finding_and_what_was_measured() {
    let (folder, _) = with_guest("echo");
    let output = wheelhouse(folder.path(), &["plugin", "check", "guest.wasm"]);
    assert_eq!(output.status.code(), Some(0), "{}\n{}", errors(&output), printed(&output));
    let page = printed(&output);
    for said in [
        "ok       inspect: contract 0.1.0",
        "ok       a call without time",
        "\ncompiled    ",
        "\na call      ",
    ] {
        assert!(page.contains(said), "{said} is not in {page}");
    }
    let (folder, _) = with_guest("traps");
    let output = wheelhouse(folder.path(), &["plugin", "check", "guest.wasm", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(
        report["findings"].as_array().unwrap().iter().any(|finding| finding["verdict"] == "failed"),
        "{report}"
    );
    assert!(report["figures"]["compile_ms"].is_number(), "{report}");
}

/// Runs cases against a guest.
fn test(name: &str, cases: &str, more: &[&str]) -> (Output, String) {
    test_component(guest(name).bytes, cases, more)
}

/// Runs cases against a component; what they are afterwards.
fn test_component(bytes: &[u8], cases: &str, more: &[&str]) -> (Output, String) {
    let (folder, _) = with_component(bytes);
    fs::create_dir(folder.path().join("cases")).unwrap();
    let file = folder.path().join("cases/a.toml");
    fs::write(&file, cases).unwrap();
    let output = wheelhouse(folder.path(), &[&["plugin", "test", "guest.wasm"], more].concat());
    (output, fs::read_to_string(file).unwrap())
}

const FORECAST: &str = r#"
[[case]]
name = "reads"
tool = "fetch"
arguments = { url = "https://api.test/forecast?place=Moab&key=1" }
expect = { data = { status = 203, body = '{"high":21.5}' } }
[[case.exchange]]
request = "GET https://api.test/forecast?place=Moab*"
status = 203
json = { high = 21.5 }
"#;

#[test]
fn requests_are_answered_by_the_exchanges_of_a_case() {
    let (output, _) = test("fetches", FORECAST, &[]);
    assert_eq!(output.status.code(), Some(0), "{}{}", printed(&output), errors(&output));
    assert!(printed(&output).contains("a.toml: reads\n1 case is as expected"), "{}", printed(&output));
}

#[test]
fn unexpected_and_unused_exchanges_fail_a_case_by_name() {
    let cases = FORECAST.replace("GET https://api.test/forecast", "GET https://api.test/elsewhere");
    let (output, _) = test("fetches", &cases, &[]);
    assert_eq!(output.status.code(), Some(1));
    let said = printed(&output);
    for problem in [
        "FAILED",
        "it fails, `unavailable`",
        "it sends an unexpected request: GET https://api.test/forecast?place=Moab&key=1",
        "it does not send what is expected: GET https://api.test/elsewhere?place=Moab*",
    ] {
        assert!(said.contains(problem), "{problem} is not in {said}");
    }
    assert!(errors(&output).contains("1 of 1 cases"), "{}", errors(&output));
}

#[test]
fn failures_settings_users_routes_and_time_are_said_in_cases() {
    let cases = r#"
[[case]]
name = "is told who asks, and when"
tool = "echo"
arguments = { text = "hi" }
user = "ann"
time_zone = "America/Denver"
now = "2026-11-22T18:00:00Z"
expect = { text = "hi", data = { user = "ann", time_zone = "America/Denver" } }
[[case]]
name = "is asked over REST"
route = "GET /echo?text=hi&times=2"
expect = { status = 200, body = { input = { text = "hi", times = 2 } } }
[[case]]
name = "refuses"
tool = "echo"
arguments = { text = 7 }
fails = "invalid"
field = "text"
[[case]]
name = "wants somebody"
route = "GET /echo?text=hi"
user = ""
fails = "unauthenticated"
[[case]]
name = "answers nobody where it is public"
route = "POST /raw/a%20b"
body = "raw"
user = ""
expect = { status = 418, headers = { x-name = "a b" }, body = "raw" }
[[case]]
name = "understands"
say = "echo good morning"
expect = { tools = ["echo"] }
"#;
    let (output, _) = test("echo", cases, &[]);
    assert_eq!(output.status.code(), Some(0), "{}{}", printed(&output), errors(&output));
    let wrong = r#"
[[case]]
tool = "echo"
arguments = { text = "hi" }
expect = { text = "ho" }
[[case]]
tool = "ecko"
[[case]]
tool = "echo"
arguments = { text = "hi" }
fails = "conflict"
"#;
    let (output, _) = test("echo", wrong, &[]);
    assert_eq!(output.status.code(), Some(1));
    for problem in
        ["text is \"hi\", and \"ho\" is expected", "There is no tool `ecko`", "`conflict` is expected"]
    {
        assert!(printed(&output).contains(problem), "{problem} is not in {}", printed(&output));
    }
}

#[test]
fn cases_that_are_none_are_a_matter_of_usage() {
    let (output, _) = test("echo", "[[case]]\ntol = \"echo\"\n", &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(errors(&output).contains("a.toml") && errors(&output).contains("tol"), "{}", errors(&output));
    let (output, _) = test("echo", "", &["--cases", "nowhere"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(errors(&output).contains("nowhere"), "{}", errors(&output));
}

#[test]
fn documents_of_one_case_are_there_for_the_next_of_its_file_even_with_other_settings() {
    let cases = r#"
[[case]]
tool = "show_settings"
settings = { api_key = "first" }
expect = { data = { settings = { api_key = "first", limit = 20 } } }
[[case]]
tool = "show_settings"
settings = { limit = 5 }
secrets = { api_key = "NO_SUCH_VARIABLE" }
expect = { data = { settings = { api_key = "no-api-key", limit = 5 } } }
"#;
    let (output, _) = test("has_settings", cases, &[]);
    assert_eq!(output.status.code(), Some(0), "{}{}", printed(&output), errors(&output));
}

#[test]
fn what_servers_answer_is_recorded_and_serves_from_then_on() {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let answer = "HTTP/1.1 200 OK\r\nset-cookie: id=1\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\nhello";
        stream.write_all(answer.as_bytes()).unwrap();
    });
    // The guest asks for an address of the same length.
    let here = format!("127.0.0.1:{port}");
    let mut bytes = guest("fetches").bytes.to_vec();
    let elsewhere = b"169.254.169.254";
    let at = bytes.windows(elsewhere.len()).position(|window| window == elsewhere).unwrap();
    assert_eq!(here.len(), elsewhere.len(), "ports that are given out have five digits");
    bytes[at..at + here.len()].copy_from_slice(here.as_bytes());

    let cases = format!(
        "# Mine.\n[[case]]\nname = \"fetches\"\ntool = \"fetch\"\n\
         arguments = {{ url = \"http://{here}/x\", headers = [[\"authorization\", \"Bearer hunter2\"]] }}\n"
    );
    let (output, written) = test_component(&bytes, &cases, &["--record"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", printed(&output), errors(&output));
    server.join().unwrap();
    assert!(written.starts_with("# Mine.") && written.contains("body = \"hello\""), "{written}");
    assert!(!written.contains("cookie") && written.matches("hunter2").count() == 1, "{written}");
    let (output, _) = test_component(&bytes, &written, &[]);
    assert_eq!(output.status.code(), Some(0), "{}{}", printed(&output), errors(&output));
}
