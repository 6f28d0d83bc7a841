//! Holds a mounted service against `wasmtime serve`:
//! `cargo run --release -p wheelhouse-bench --example serve -- target/release/wheelhouse wasmtime`.
//!
//! The same component behind both, with an instance of its own for each request, on both processors of two. They take turns under the same
//! load, so that what else the machine does falls on both. The exit code is 1 when the host answers fewer requests.
#![allow(clippy::print_stdout, reason = "its answer is what it prints")]

use std::{
    error::Error,
    fs,
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{ExitCode, Stdio},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::{Child, Command},
    time::sleep,
};
use wheelhouse_guests::guest;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(4);
const CONNECTIONS: usize = 16;
/// Long enough to compile on any machine.
const PATIENCE: Duration = Duration::from_secs(600);
/// The component, and how it is named below.
const SERVICES: [(&str, &str); 2] =
    [("serves_by_wasi_p2", "wasi:http 0.2"), ("serves_by_wasi_p3", "wasi:http 0.3")];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    let (Some(host), Some(wasmtime)) = (std::env::args().nth(1), std::env::args().nth(2)) else {
        return Err("serve WHEELHOUSE WASMTIME".into());
    };
    println!("| a second | the host | `wasmtime serve` | ratio |\n|---|---:|---:|---:|");
    let mut reached = true;
    for (service, name) in SERVICES {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("plugins/hello.wasm");
        fs::create_dir(folder.path().join("plugins"))?;
        fs::write(&file, guest(service).bytes)?;
        let ours = Server::host(Path::new(&host).canonicalize()?.as_path(), folder.path()).await?;
        let theirs = Server::wasmtime(&wasmtime, &file).await?;
        let (mut our_count, mut their_count) = (0, 0);
        for _ in 0..ROUNDS {
            our_count += ours.load().await?;
            their_count += theirs.load().await?;
        }
        let seconds = ROUND.as_secs() * ROUNDS as u64;
        let ratio = our_count as f64 / their_count as f64;
        println!("| {name} | {} | {} | {ratio:.2} |", our_count / seconds, their_count / seconds);
        reached &= ratio >= 1.0;
    }
    println!("\nat least as many: {}", if reached { "reached" } else { "MISSED" });
    Ok(if reached { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A process that serves the component.
struct Server {
    _child: Child,
    address: SocketAddr,
    request: String,
}

impl Server {
    async fn host(binary: &Path, folder: &Path) -> Result<Self> {
        let address = free()?;
        fs::write(
            folder.join("wheelhouse.toml"),
            "[plugins.hello]\nmount = \"hello.wasm\"\ngrants = [\"public\"]\n",
        )?;
        let mut command = Command::new(binary);
        command.args(["--listen", &address.to_string()]).env_clear().current_dir(folder);
        Self::start(command, address, "/api/v1/hello/").await
    }

    async fn wasmtime(binary: &str, component: &Path) -> Result<Self> {
        let address = free()?;
        let mut command = Command::new(binary);
        command
            .args(["serve", "--max-instance-reuse-count", "1", "-S", "p3,cli", "-W", "component-model-async"])
            .args(["--addr", &address.to_string()])
            .arg(component);
        Self::start(command, address, "/").await
    }

    /// Waits until it serves the component.
    async fn start(mut command: Command, address: SocketAddr, path: &str) -> Result<Self> {
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn()?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n");
        let began = Instant::now();
        loop {
            if let Ok(mut connection) = Connection::open(address).await
                && let Ok(200) = connection.ask(&request).await
            {
                return Ok(Self { _child: child, address, request });
            }
            if began.elapsed() > PATIENCE {
                return Err(format!("{command:?} does not serve").into());
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// How many requests it answers in a round.
    async fn load(&self) -> Result<u64> {
        let until = Instant::now() + ROUND;
        let connections = (0..CONNECTIONS).map(|_| async move {
            let mut connection = Connection::open(self.address).await?;
            let mut answers = 0;
            while Instant::now() < until {
                match connection.ask(&self.request).await? {
                    200 => answers += 1,
                    status => return Err(format!("it answered with {status}").into()),
                }
            }
            Result::Ok(answers)
        });
        Ok(futures_util::future::try_join_all(connections).await?.into_iter().sum())
    }
}

fn free() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// As little of a client as can be, for it shares the processors with the servers.
struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, answer: Vec::with_capacity(4096) })
    }

    /// The status of the whole answer.
    async fn ask(&mut self, request: &str) -> Result<u16> {
        self.stream.write_all(request.as_bytes()).await?;
        self.answer.clear();
        while !is_whole(&self.answer) {
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                return Err("the connection was closed".into());
            }
        }
        Ok(std::str::from_utf8(self.answer.get(9..12).ok_or("no status")?)?.parse()?)
    }
}

/// Whether an answer has arrived to its end: as long as it says, or to its last chunk.
fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let (head, body) = (String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase(), &answer[end + 4..]);
    match head.lines().find_map(|line| line.strip_prefix("content-length:")) {
        Some(length) => length.trim().parse().is_ok_and(|length: usize| body.len() >= length),
        None => body.ends_with(b"0\r\n\r\n"),
    }
}
