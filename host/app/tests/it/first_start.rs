//! The process on a machine that has never seen it.

use std::{
    io::{BufRead, BufReader, Read},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;
use wheelhouse::host::BUNDLED;

/// A process that does not outlive its test.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn wheelhouse(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wheelhouse"));
    command.args(arguments).env_clear().current_dir(data);
    command
}

fn get(address: &str, path: &str) -> (u16, Value) {
    use std::io::Write;
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let json = body.find('{').zip(body.rfind('}')).map(|(from, to)| &body[from..=to]).unwrap();
    (status, serde_json::from_str(json).unwrap())
}

#[cfg(unix)]
#[test]
fn first_start_shows_its_page_compiles_serves_and_ends_well_on_sigterm() {
    let data = tempfile::tempdir().unwrap();
    let command = wheelhouse(data.path(), &["--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut serving = Serving(command.unwrap());
    let mut lines = BufReader::new(serving.0.stdout.take().unwrap()).lines().map(Result::unwrap);

    let page: Vec<String> = lines.by_ref().take_while(|line| !line.starts_with("  off")).collect();
    let row = |label: &str| {
        let label = format!("  {label:<11}");
        page.iter().find_map(|line| line.strip_prefix(&label)).unwrap_or_else(|| panic!("{page:#?}"))
    };
    assert_eq!(row("Wheelhouse"), env!("CARGO_PKG_VERSION"));
    assert_eq!((row("profile"), row("cache"), row("speech")), ("development", "memory", "hibari, then pico"));
    assert_eq!((row("database"), row("assistant")), ("sqlite data/wheelhouse.db", "assist"));
    let address = row("address").strip_prefix("http://").unwrap();
    assert_eq!(row("docs"), format!("http://{address}/docs"));

    // The rest of the first start: a line as each plugin is done, the last of them with all.
    let told: Vec<String> =
        lines.by_ref().take_while(|line| !line.contains("All plugins are loaded")).collect();
    let all = BUNDLED.len();
    assert!(told.iter().any(|line| line.contains(&format!("{all} of {all}"))), "{told:#?}");

    let (status, report) = get(address, "/health/ready");
    assert_eq!((status, &report["ready"], &report["plugins"]["ready"]), (200, &true.into(), &all.into()));
    assert_eq!(report["off"][0]["id"], "openai");

    let kill = Command::new("kill").args(["-TERM", &serving.0.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let mut rest = String::new();
    serving.0.stderr.take().unwrap().read_to_string(&mut rest).unwrap();
    assert_eq!(serving.0.wait().unwrap().code(), Some(0), "{rest}");
}

/// A data folder in which all but one plugin were compiled before.
#[cfg(target_os = "linux")]
fn data_with_a_new_plugin() -> tempfile::TempDir {
    let data = crate::app::data_with_compiled_plugins();
    // What is compiled here is not left to other tests: it shall be new for the next run too.
    let compiled = data.path().join("compiled");
    let shared = std::fs::read_link(&compiled).unwrap();
    std::fs::remove_file(&compiled).unwrap();
    std::fs::create_dir(&compiled).unwrap();
    for entry in std::fs::read_dir(shared).unwrap() {
        let entry = entry.unwrap();
        std::os::unix::fs::symlink(entry.path(), compiled.join(entry.file_name())).unwrap();
    }
    let folder = data.path().join("plugins");
    std::fs::create_dir(&folder).unwrap();
    let mut bytes = BUNDLED.iter().find(|plugin| plugin.id == "wins").unwrap().bytes.to_vec();
    bytes.extend([0, 4, 3, b'n', b'e', b'w']);
    std::fs::write(folder.join("new.wasm"), bytes).unwrap();
    data
}

#[cfg(target_os = "linux")]
#[test]
fn command_in_a_terminal_says_what_it_compiles() {
    let data = data_with_a_new_plugin();
    // Standard error alone is the terminal.
    let command = format!("'{}' --data-dir . plugin list > list.txt", env!("CARGO_BIN_EXE_wheelhouse"));
    let output = Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .current_dir(data.path())
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with("wheelhouse: compiling new.wasm, this once; it takes a moment\r\n"), "{said}");
    assert!(std::fs::read_to_string(data.path().join("list.txt")).unwrap().contains("wins"));
}

#[cfg(target_os = "linux")]
#[test]
fn command_whose_errors_go_elsewhere_says_nothing_of_compiling() {
    let data = data_with_a_new_plugin();
    let output = wheelhouse(data.path(), &["--data-dir", ".", "plugin", "list"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!said.contains("compiling"), "{said}");
}
