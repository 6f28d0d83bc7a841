//! The binary itself.

use std::{
    path::Path,
    process::{Command, Output},
};

/// The binary with this data folder and nothing else set.
pub(crate) fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wheelhouse"));
    command
        .args(arguments)
        .env_clear()
        .env("WHEELHOUSE_DATA_DIR", data)
        .env("WHEELHOUSE_PLUGINS_DIR", data.join("plugins"))
        .current_dir(data);
    command
}

fn wheelhouse(data: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    command(data, arguments).envs(variables.iter().copied()).output().unwrap()
}

pub(crate) fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn unknown_setting_is_refused_with_the_nearest_known_one() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("wheelhouse.toml"), "[speech]\nprimary_engin = \"hibari\"\n").unwrap();
    let output = wheelhouse(data.path(), &["config", "check"], &[]);
    assert_eq!(output.status.code(), Some(2));
    let errors = errors(&output);
    assert!(errors.contains("speech.primary_engin") && errors.contains("`primary_engine`"), "{errors}");
}

#[test]
fn every_problem_of_the_configuration_is_said_at_once() {
    let data = tempfile::tempdir().unwrap();
    let file =
        "[plugins.wins]\ngrant = [\"documents\"]\ngrants = [\"documents:all\"]\nlimits = { cpu_m = 5 }\n";
    std::fs::write(data.path().join("wheelhouse.toml"), file).unwrap();
    let variables = [
        ("WHEELHOUSE_PROFILE", "production"),
        ("ACCESS_TOKEN_EXPIRE_MINUTES", "soon"),
        ("WHEELHOUSE_API__DRAIN_SECOND", "5"),
        ("ALGORITHM", "none"),
        ("PORT", "http"),
        ("DATABASE_URL", "mysql://ann:hunter2@h/d"),
        ("REDIS_URL", "http://:hunter2@h"),
        ("TTS_PRIMARY_ENGINE", "hibary"),
        ("AI_PROVIDERS", "openai,assit"),
        ("OPENAI_API_KEY_FILE", "/nowhere"),
    ];
    let output = wheelhouse(data.path(), &["config", "check"], &variables);
    assert_eq!(output.status.code(), Some(2));
    let errors = errors(&output);
    for said in [
        "OPENAI_API_KEY_FILE: cannot read `/nowhere`",
        "accounts.access_token_expire_minutes: expected a number (in ACCESS_TOKEN_EXPIRE_MINUTES)",
        "accounts.algorithm: is none of HS256, HS384, HS512 (in ALGORITHM)",
        "accounts.secret_key: the production profile needs a secret; set SECRET_KEY to at least 32 bytes",
        "api.drain_second: there is no such setting; did you mean `drain_seconds`? (in WHEELHOUSE_API__DRAIN_SECOND)",
        "assistant.providers: there is no AI provider `assit`; there are: assist, openai (did you mean `assist`?) (in AI_PROVIDERS)",
        "plugins.wins.grant: there is no such setting; did you mean `grants`? (in wheelhouse.toml)",
        "plugins.wins.grants: `all` is no target of `documents`; there is user, shared (in wheelhouse.toml)",
        "plugins.wins.limits.cpu_m: there is no such setting; did you mean `cpu_ms`? (in wheelhouse.toml)",
        "server.listen: `0.0.0.0:http` is no address with a port, such as 127.0.0.1:8000 (in PORT)",
        "speech.primary_engine: there is no speech engine `hibary`; there are: edge, hibari, openai, pico (did you mean `hibari`?) (in TTS_PRIMARY_ENGINE)",
        "store.database_url: `mysql` is no database that this program knows; it reads postgresql://user:password@host:5432/database",
        "store.redis_url:",
    ] {
        assert!(errors.contains(&format!("wheelhouse: {said}")), "{said} is missing in: {errors}");
    }
    assert_eq!(errors.lines().count(), 13, "{errors}");
    assert!(!errors.contains("hunter2"), "{errors}");
}

#[test]
fn wrong_address_of_a_server_is_a_matter_of_configuration() {
    let data = tempfile::tempdir().unwrap();
    for name in ["DATABASE_URL", "REDIS_URL"] {
        let output = wheelhouse(data.path(), &["serve"], &[(name, "hunter2")]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        let errors = errors(&output);
        assert!(errors.contains(name) && !errors.contains("hunter2"), "{errors}");
    }
}

#[test]
fn profile_is_not_looked_for_in_a_file_and_the_host_says_so() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("profile");
    std::fs::write(&file, "production").unwrap();
    let variables = [("WHEELHOUSE_PROFILE_FILE", file.to_str().unwrap()), ("PORT_FILE", "/nowhere")];
    let output = wheelhouse(data.path(), &["serve"], &variables);
    assert_eq!(output.status.code(), Some(2));
    let errors = errors(&output);
    assert!(
        errors.contains("WHEELHOUSE_PROFILE_FILE is not looked at")
            && errors.contains("PORT_FILE is not looked at"),
        "{errors}"
    );
}

#[test]
fn secrets_that_stand_wrong_are_not_repeated() {
    let data = tempfile::tempdir().unwrap();
    for text in [
        "[accounts]\nsecret_key = 1234567890\n",
        "[accounts]\nsecret_key = sk-1234567890\n",
        "[accounts]\nsecret_key = [\"sk-1234567890\"]\n",
        "[accounts]\nalgorithm = \"sk-1234567890\"\n",
        "[store]\ndatabase_url = 1234567890\n",
    ] {
        std::fs::write(data.path().join("wheelhouse.toml"), text).unwrap();
        let output = wheelhouse(data.path(), &["config", "check"], &[]);
        assert_eq!(output.status.code(), Some(2), "{text}");
        let errors = errors(&output);
        assert!(errors.contains("wheelhouse.toml") && !errors.contains("1234567890"), "{errors}");
    }
}

#[test]
fn file_that_is_no_toml_hides_no_other_problem() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("wheelhouse.toml"), "profile = \"production\"\n[speech\n").unwrap();
    let output = wheelhouse(data.path(), &["config", "check"], &[("ALGORITHM", "none")]);
    assert_eq!(output.status.code(), Some(2));
    let errors = errors(&output);
    assert!(errors.contains("line 2") && errors.contains("accounts.algorithm"), "{errors}");
    // The file may have said what it is run for, and all that hangs on it.
    assert!(!errors.contains("secret_key"), "{errors}");
}

#[test]
fn engine_that_a_new_component_may_be_is_left_to_the_start() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("plugins");
    std::fs::create_dir(&folder).unwrap();
    let voice = wheelhouse::host::BUNDLED.iter().find(|plugin| plugin.id == "hibari").unwrap();
    std::fs::write(folder.join("mystery.wasm"), voice.bytes).unwrap();
    let variables = [("TTS_FALLBACK_ENGINES", "mystery")];
    let output = wheelhouse(data.path(), &["config", "check"], &variables);
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert!(said.contains("speech.fallback_engines: whether `mystery` is mystery.wasm"), "{said}");
}

#[test]
fn production_does_not_start_without_a_secret_or_with_a_short_one() {
    let data = tempfile::tempdir().unwrap();
    for secret in ["", "short"] {
        let output = wheelhouse(data.path(), &["--profile", "production"], &[("SECRET_KEY", secret)]);
        assert_eq!(output.status.code(), Some(2));
        assert!(errors(&output).contains("at least 32"), "{}", errors(&output));
    }
}

#[test]
fn secrets_are_not_shown() {
    let data = tempfile::tempdir().unwrap();
    let variables = [
        ("SECRET_KEY", "0123456789abcdef0123456789abcdef"),
        ("OPENAI_API_KEY", "sk-1234567890"),
        ("DATABASE_URL", "postgres://me:hunter2@db/wheelhouse"),
        ("WHEELHOUSE_PLUGINS__TRIP_WEATHER__SECRETS__API_KEY", "correct horse"),
    ];
    let output = wheelhouse(data.path(), &["config", "show"], &variables);
    let shown = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    for secret in ["0123456789abcdef", "sk-1234567890", "hunter2", "correct horse"] {
        assert!(!shown.contains(secret), "{secret} is in: {shown}");
    }
    assert!(shown.contains("primary_engine = \"hibari\""), "{shown}");
}

#[test]
fn settings_and_secrets_of_a_plugin_come_from_file_and_environment() {
    let data = tempfile::tempdir().unwrap();
    let (config, key) = (data.path().join("w.toml"), data.path().join("key"));
    std::fs::write(
        &config,
        "[plugins.trip-weather]\ngrants = [\"http:*.example.com\"]\nsettings = { days = 3 }\n",
    )
    .unwrap();
    std::fs::write(&key, "correct horse\n").unwrap();
    let variables = [
        ("WHEELHOUSE_PLUGINS__TRIP_WEATHER__SECRETS__API_KEY_FILE", key.to_str().unwrap()),
        ("WHEELHOUSE_PLUGINS__TRIP_WEATHER__SECRETS__PIN", "123456"),
        ("WHEELHOUSE_PLUGINS__TRIP_WEATHER__SETTINGS__UNITS", "metric"),
    ];
    let output =
        wheelhouse(data.path(), &["--config", config.to_str().unwrap(), "config", "show"], &variables);
    let shown = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    for line in [
        "[plugins.trip-weather.settings]",
        "days = 3",
        "units = \"metric\"",
        "api_key = \"(set, not shown)\"",
        "pin = \"(set",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
}

#[test]
fn grant_that_is_none_is_refused_with_the_reason() {
    let data = tempfile::tempdir().unwrap();
    for (grant, reason) in
        [("http", "needs a host"), ("files", "documents, keyvalue, http, public"), ("http:a:b", "no port")]
    {
        let output =
            wheelhouse(data.path(), &["config", "check"], &[("WHEELHOUSE_PLUGINS__WINS__GRANTS", grant)]);
        assert_eq!(output.status.code(), Some(2));
        assert!(errors(&output).contains(reason), "{}", errors(&output));
    }
}

#[test]
fn key_of_digits_and_list_of_one_are_what_they_are() {
    let data = tempfile::tempdir().unwrap();
    let variables = [("OPENAI_API_KEY", "123456"), ("TTS_FALLBACK_ENGINES", "hibari"), ("AI_PROVIDERS", "")];
    let output = wheelhouse(data.path(), &["config", "show"], &variables);
    let shown = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert!(shown.contains("fallback_engines = [\"hibari\"]"), "{shown}");
}

#[test]
fn engine_of_the_hosts_own_is_set_by_variables() {
    let data = tempfile::tempdir().unwrap();
    let variables = [
        ("WHEELHOUSE_ENGINES__OPENAI__MODEL", "tts-1"),
        ("WHEELHOUSE_ENGINES__OPENAI__SPEED", "true"),
        ("WHEELHOUSE_ENGINES__OPENAI__PCM_SAMPLE_RATE", "16000"),
        ("WHEELHOUSE_ENGINES__OPENAI__LANGUAGES", "en-US,de"),
        ("WHEELHOUSE_ENGINES__OPENAI__API_KEY", "sk-hunter2"),
    ];
    let output = wheelhouse(data.path(), &["config", "show"], &variables);
    let shown = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    for line in ["model = \"tts-1\"", "speed = true", "pcm_sample_rate = 16000"] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    assert!(shown.contains("\"de\"") && !shown.contains("hunter2"), "{shown}");
    let output = wheelhouse(
        data.path(),
        &["config", "check"],
        &[("OPENAI_API_KEY", "sk-hunter2"), ("WHEELHOUSE_ENGINES__OPENAI__MODLE", "tts-1")],
    );
    assert!(errors(&output).contains("did you mean `model`?"), "{}", errors(&output));
}

#[test]
fn secret_comes_from_a_file() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("key");
    std::fs::write(&file, "0123456789abcdef0123456789abcdef\n").unwrap();
    let variables = [("WHEELHOUSE_PROFILE", "production"), ("SECRET_KEY_FILE", file.to_str().unwrap())];
    let output = wheelhouse(data.path(), &["config", "check"], &variables);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
}

#[test]
fn unknown_engine_stops_the_start_with_the_list_of_known_ones() {
    let data = crate::app::data_with_compiled_plugins();
    let output = wheelhouse(data.path(), &["--listen", "127.0.0.1:0"], &[("TTS_PRIMARY_ENGINE", "hibary")]);
    assert_eq!(output.status.code(), Some(2));
    let errors = errors(&output);
    assert!(errors.contains("hibary") && errors.contains("hibari"), "{errors}");
}

#[test]
fn plugins_are_listed_in_the_terminal() {
    let data = crate::app::data_with_compiled_plugins();
    let output = wheelhouse(data.path(), &["plugin", "list"], &[]);
    let list = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    for plugin in ["assist 0.1.0", "hibari 0.1.0", "pico 0.1.0", "wins 0.1.0"] {
        assert!(list.contains(plugin), "{list}");
    }
}

#[test]
fn sentence_is_said_into_a_file_of_known_length() {
    let data = crate::app::data_with_compiled_plugins();
    let output = wheelhouse(data.path(), &["say", "Hello there.", "-o", "hello.wav"], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    let wav = std::fs::read(data.path().join("hello.wav")).unwrap();
    let length = |at: usize| u32::from_le_bytes([wav[at], wav[at + 1], wav[at + 2], wav[at + 3]]) as usize;
    assert_eq!((length(4) + 8, length(40) + 44), (wav.len(), wav.len()));
    assert!(wav.len() > 20_000, "{} bytes", wav.len());
}

#[test]
fn failed_sentence_leaves_no_file_behind() {
    let data = crate::app::data_with_compiled_plugins();
    let output = wheelhouse(data.path(), &["say", "Hello.", "--voice", "nobody", "-o", "hello.wav"], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("nobody"), "{}", errors(&output));
    let left = std::fs::read_dir(data.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("hello"));
    assert_eq!(left.count(), 0);
}

/// `cat` speaks the text's own bytes, in samples.
const PROGRAM: &str = r#"
[speech]
primary_engine = "gone"
fallback_engines = ["parrot"]
[engines.gone]
kind = "command"
command = ["/nowhere/speaker"]
voices = [{ id = "nobody", language = "en" }]
[engines.parrot]
kind = "command"
command = ["cat"]
output = { pcm = { sample_rate = 16000 } }
voices = [{ id = "polly", language = "en" }]
"#;

#[cfg(unix)]
#[test]
fn program_of_the_machine_speaks_when_the_one_before_it_is_not_there() {
    let data = crate::app::data_with_compiled_plugins();
    std::fs::write(data.path().join("wheelhouse.toml"), PROGRAM).unwrap();
    let output = wheelhouse(data.path(), &["say", "Hello there", "-o", "hello.wav"], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    let wav = std::fs::read(data.path().join("hello.wav")).unwrap();
    assert_eq!(
        (&wav[..4], &wav[24..28], &wav[44..]),
        (&b"RIFF"[..], &16_000_u32.to_le_bytes()[..], &b"Hello there\n"[..])
    );
}

#[test]
fn chain_that_names_an_engine_without_its_key_goes_on_without_it() {
    let data = crate::app::data_with_compiled_plugins();
    let chain = [("TTS_PRIMARY_ENGINE", "openai"), ("TTS_FALLBACK_ENGINES", "hibari")];
    let output = wheelhouse(data.path(), &["say", "Hello there.", "-o", "hello.wav"], &chain);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert!(data.path().join("hello.wav").exists());
}

#[test]
fn engine_that_cannot_be_worked_with_is_said_with_its_setting() {
    let data = tempfile::tempdir().unwrap();
    let text = PROGRAM.replace("\"cat\"", "\"cat\", \"{voic}\"").replace("parrot\"]", "parot\"]");
    std::fs::write(data.path().join("wheelhouse.toml"), text).unwrap();
    let output = wheelhouse(data.path(), &["config", "check"], &[]);
    let errors = errors(&output);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains("engines.parrot.command: there is no `{voic}`"), "{errors}");
    assert!(
        errors.contains(
            "speech.fallback_engines: there is no speech engine `parot`; there are: edge, gone, hibari, openai, parrot, pico"
        ),
        "{errors}"
    );
}

#[test]
fn pam_answers_in_the_terminal() {
    let data = crate::app::data_with_compiled_plugins();
    let output = wheelhouse(data.path(), &["chat", "I spent 12 dollars on coffee"], &[]);
    let answer = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert!(answer.contains("12") && answer.to_lowercase().contains("coffee"), "{answer}");
}

#[test]
fn address_that_is_taken_is_said_clearly() {
    let data = tempfile::tempdir().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let output = wheelhouse(data.path(), &["--listen", &address], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        errors(&output).contains(&address) && errors(&output).contains("--listen"),
        "{}",
        errors(&output)
    );
}
