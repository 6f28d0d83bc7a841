//! Components of the Python and the JavaScript kit in a host: `.ci/kits` builds them out of the kits' examples.

use std::{
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use reqwest::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::app::{TestApp, Visitor, expect};

/// Engine and provider of the examples alone, so that nothing steps in where they fail.
const ALONE: &[(&str, &str)] =
    &[("TTS_PRIMARY_ENGINE", "beep"), ("TTS_FALLBACK_ENGINES", ","), ("AI_PROVIDERS", "parrot")];

/// The folder with the examples' components, or `None` (said loudly) where nobody built them. `TEST_REQUIRE_KITS` makes that a failure.
#[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
fn components() -> Option<PathBuf> {
    let folder = std::env::var_os("TEST_KITS_DIR").filter(|folder| !folder.is_empty());
    if folder.is_none() {
        assert!(
            std::env::var_os("TEST_REQUIRE_KITS").is_none(),
            "TEST_KITS_DIR must be set: .ci/kits builds them"
        );
        eprintln!("SKIPPED: TEST_KITS_DIR is not set");
    }
    folder.map(PathBuf::from)
}

/// A data folder with the examples of a kit dropped in, and the greeter granted what it asks for.
fn data_with_examples(components: &Path, language: &str) -> TempDir {
    let data = tempfile::tempdir().unwrap();
    let plugins = data.path().join("plugins");
    std::fs::create_dir_all(&plugins).unwrap();
    for example in ["greeter", "beep", "parrot"] {
        let name = format!("{language}-{example}.wasm");
        let from = components.join(&name);
        std::fs::copy(&from, plugins.join(&name))
            .unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    }
    let settings = "[plugins.greeter]\ngrants = [\"documents\"]\n";
    std::fs::write(data.path().join("wheelhouse.toml"), settings).unwrap();
    data
}

/// The examples of a kit bring what the host lists, exactly.
async fn are_listed(ada: &Visitor<'_>) {
    let plugins = ada.get("/api/v1/plugins").await;
    for (id, exports) in
        [("greeter", vec!["tools", "routes"]), ("beep", vec!["speech"]), ("parrot", vec!["chat"])]
    {
        let found = plugins["data"].as_array().unwrap().iter().find(|plugin| plugin["id"] == id);
        let found = found.unwrap_or_else(|| panic!("{id} is not in {plugins}"));
        let mut listed: Vec<&str> =
            found["exports"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        listed.sort_by_key(|name| exports.iter().position(|export| export == name));
        assert_eq!(listed, exports, "{found}");
    }
}

/// PAM and REST reach the tool, each user has documents of their own, and input that does not fit is named.
async fn tool_and_route_serve(components: &Path, language: &str) {
    let data = data_with_examples(components, language);
    let app = TestApp::start(data.path(), &[]).await;
    app.settled().await;
    let (ada, bob) = (app.newcomer().await, app.newcomer().await);
    are_listed(&ada).await;

    let answer = ada.chat("say hello to Grace").await;
    assert_eq!(answer["response"], "Hello Grace!", "{answer}");
    let answer = ada.post("/api/v1/greetings", &json!({"name": "Grace"})).await;
    assert_eq!(expect(answer, StatusCode::OK).await, json!({"name": "Grace", "times": 2}));
    let answer = ada.chat("greet Grace").await;
    assert_eq!(answer["response"], "Hello Grace, greeted 3 times by now!", "{answer}");

    let listing = ada.get("/api/v1/greetings?limit=5").await;
    let expected = json!({"data": [{"name": "Grace", "times": 3}], "has_more": false, "next_cursor": null});
    assert_eq!(listing, expected);
    assert_eq!(bob.get("/api/v1/greetings").await["data"], json!([]), "documents are each user's own");

    for (body, field) in [
        (json!({"name": " "}), "name"),
        (json!({"name": 7}), "name"),
        (json!({}), "name"),
        (json!({"name": "Grace", "colour": "red"}), "colour"),
    ] {
        let answer = ada.post("/api/v1/greetings", &body).await;
        let problem = expect(answer, StatusCode::UNPROCESSABLE_ENTITY).await;
        assert_eq!(problem["errors"][0]["field"], field, "{body}: {problem}");
    }
    let answer = ada.request(reqwest::Method::GET, "/api/v1/greetings?limit=1000").send().await.unwrap();
    let problem = expect(answer, StatusCode::UNPROCESSABLE_ENTITY).await;
    assert_eq!(problem["errors"][0]["field"], "limit", "{problem}");
    app.stop().await;
}

/// Speech and answers arrive whole, or are known to be broken.
async fn streams_end_as_they_should(components: &Path, language: &str) {
    let data = data_with_examples(components, language);
    let app = TestApp::start(data.path(), ALONE).await;
    app.settled().await;
    let ada = app.newcomer().await;
    let say = |text: &str| {
        let body = json!({"text": text, "format": "pcm"});
        ada.request(reqwest::Method::POST, "/api/v1/tts/synthesize").json(&body).send()
    };

    let answer = say("Hi there").await.unwrap();
    assert_eq!((answer.status(), &answer.headers()["x-engine"]), (StatusCode::OK, &"beep".parse().unwrap()));
    // A tone of 60 ms for each letter and a pause of 50 ms for each word, at 16 kHz.
    assert_eq!(answer.bytes().await.unwrap().len(), 2 * (7 * 960 + 2 * 800));
    let long = say(&"word ".repeat(200)).await.unwrap().bytes().await.unwrap();
    assert_eq!(long.len(), 200 * 2 * (4 * 960 + 800));

    // When it breaks off before anything was heard, the answer is an error from its beginning.
    let broken = async { say("Hi ✗").await?.error_for_status()?.bytes().await };
    assert!(broken.await.is_err(), "speech that breaks off is not taken for whole");
    let problem = expect(say("✗").await.unwrap(), StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(problem["detail"].is_string(), "{problem}");

    let answer = ada.chat("polly wants a cracker").await;
    assert_eq!(
        (&answer["response"], &answer["provider"]),
        (&json!("You said: polly wants a cracker"), &json!("parrot"))
    );
    assert_eq!(answer["usage"]["input_tokens"], 4, "{answer}");
    let answer = ada.chat("use greet_somebody Grace").await;
    assert_eq!(answer["response"], "greet_somebody says: Hello Grace!", "{answer}");
    for text in ["polly ✗", "✗"] {
        let answer = ada.post("/api/v1/pam/chat", &json!({"message": text})).await;
        assert!(answer.status().is_server_error(), "{text}: {}", answer.status());
    }
    app.stop().await;
}

#[tokio::test]
async fn tool_and_route_in_python_serve() {
    let Some(components) = components() else { return };
    tool_and_route_serve(&components, "python").await;
}

#[tokio::test]
async fn tool_and_route_in_javascript_serve() {
    let Some(components) = components() else { return };
    tool_and_route_serve(&components, "js").await;
}

#[tokio::test]
async fn streams_in_python_end_as_they_should() {
    let Some(components) = components() else { return };
    streams_end_as_they_should(&components, "python").await;
}

#[tokio::test]
async fn streams_in_javascript_end_as_they_should() {
    let Some(components) = components() else { return };
    streams_end_as_they_should(&components, "js").await;
}

/// A new plugin goes all the way: written, built, checked and tried out. `furnish` puts the kit, which is installed already, into the project.
fn new_plugin_goes_all_the_way(language: &str, furnish: impl Fn(&Path)) {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_wheelhouse"))
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        said
    };
    run(&["plugin", "new", "--lang", language, "trip-log"]);
    let project = folder.path().join("trip-log");
    furnish(&project);
    assert!(run(&["plugin", "build", "trip-log"]).starts_with("trip-log/trip-log.wasm: "));
    let checked = run(&["plugin", "check", "trip-log/trip-log.wasm"]);
    assert!(checked.contains("ok       tool count_trip_log"), "{checked}");
    let tested = run(&["plugin", "test", "trip-log/trip-log.wasm"]);
    assert!(tested.contains("4 cases are as expected"), "{tested}");
}

#[test]
fn new_plugin_in_python_goes_all_the_way() {
    let Some(components) = components() else { return };
    new_plugin_goes_all_the_way("python", |project| {
        symlink(components.join("venv"), project.join(".venv")).unwrap();
    });
}

#[test]
fn new_plugin_in_javascript_goes_all_the_way() {
    let Some(_) = components() else { return };
    let kit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sdk/js").canonicalize().unwrap();
    new_plugin_goes_all_the_way("js", |project| {
        let modules = project.join("node_modules");
        std::fs::create_dir(&modules).unwrap();
        symlink(&kit, modules.join("wheelhouse-sdk")).unwrap();
    });
}
