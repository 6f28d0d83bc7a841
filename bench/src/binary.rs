//! The whole binary, as an operator starts it.

use std::{
    error::Error,
    fs,
    net::TcpListener,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use reqwest::Client;
use serde_json::{Value, json};
use tokio::{
    process::{Child, Command},
    time::{sleep, timeout},
};

/// What fails here fails the benchmark.
pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Long enough for a first start on any machine.
const PATIENCE: Duration = Duration::from_secs(600);

/// The binary, serving.
pub struct Running {
    child: Child,
    /// What asks it.
    pub client: Client,
    /// Where it is.
    pub url: String,
    /// From the command to the first good answer of `/health/ready`.
    pub ready: Duration,
    /// To the first that says that no plugin is being loaded.
    pub settled: Duration,
}

impl Running {
    /// Starts it in this folder with these variables alone.
    ///
    /// # Errors
    /// When it does not get ready.
    pub async fn start(binary: &Path, folder: &Path, variables: &[(&str, &str)]) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let (url, client) = (format!("http://{address}"), Client::new());
        let began = Instant::now();
        let mut command = Command::new(binary);
        command.args(["--listen", &address.to_string()]).env_clear().current_dir(folder);
        command.envs(variables.iter().copied());
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn()?;
        let mut ready = None;
        loop {
            if let Ok(answer) = client.get(format!("{url}/health/ready")).send().await
                && answer.status().is_success()
            {
                let ready = *ready.get_or_insert_with(|| began.elapsed());
                let report: Value = answer.json().await?;
                if report["plugins"]["loading"] == json!([]) {
                    return Ok(Self { child, client, url, ready, settled: began.elapsed() });
                }
            }
            if began.elapsed() > PATIENCE {
                return Err("the host does not get ready".into());
            }
            sleep(Duration::from_millis(2)).await;
        }
    }

    /// As an operator stops it.
    ///
    /// # Errors
    /// When it does not stop.
    pub async fn stop(mut self) -> Result<()> {
        let id = self.child.id().ok_or("the host has ended")?;
        Command::new("kill").arg(id.to_string()).status().await?;
        timeout(Duration::from_secs(60), self.child.wait()).await??;
        Ok(())
    }

    /// Resident memory in MB (10⁶ bytes).
    ///
    /// # Errors
    /// Where the system does not tell.
    pub fn resident(&self) -> Result<f64> {
        let id = self.child.id().ok_or("the host has ended")?;
        let status = fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kibibytes * 1_024.0 / 1e6)
    }

    /// Somebody's token.
    ///
    /// # Errors
    /// When nobody can be registered.
    pub async fn token(&self) -> Result<String> {
        let account = json!({"email": "ada@example.com", "password": "correct horse battery"});
        let request = self.client.post(format!("{}/api/v1/auth/register", self.url)).json(&account);
        let answer: Value = request.send().await?.error_for_status()?.json().await?;
        Ok(answer["access_token"].as_str().ok_or("no token")?.to_owned())
    }
}
