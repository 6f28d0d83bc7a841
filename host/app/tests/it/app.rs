//! A whole host in this process, on a port of its own and a data folder that goes with it.

use std::{
    collections::BTreeMap,
    fs::DirBuilder,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{net::TcpListener, runtime::Runtime, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use wheelhouse::{
    config::{Config, Overrides},
    host::{Host, Surroundings},
};
use wheelhouse_core::catalog::CatalogReader;

/// Of every visitor.
const PASSWORD: &str = "correct horse battery";

/// Compiled components, kept between runs: compiling the voice takes seconds, and is not what these tests are about.
fn compiled() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("wheelhouse-compiled")
}

fn share_compiled(data: &Path) {
    std::fs::create_dir_all(compiled()).unwrap();
    if !data.join("compiled").exists() {
        std::os::unix::fs::symlink(compiled(), data.join("compiled")).unwrap();
    }
}

/// A data folder for a process of its own, with the bundled plugins compiled.
pub(crate) fn data_with_compiled_plugins() -> TempDir {
    on_shared_app(|app| app.settled());
    let data = tempfile::tempdir().unwrap();
    share_compiled(data.path());
    data
}

/// The same with compiled code that no other test sees.
pub(crate) fn data_with_copies_of_compiled_plugins() -> TempDir {
    on_shared_app(|app| app.settled());
    let data = tempfile::tempdir().unwrap();
    let own = data.path().join("compiled");
    DirBuilder::new().mode(0o700).create(&own).unwrap();
    for file in std::fs::read_dir(compiled()).unwrap().map(Result::unwrap) {
        // What another test has just begun to write may be gone already.
        let _ = std::fs::copy(file.path(), own.join(file.file_name()));
    }
    data
}

pub(crate) struct TestApp {
    pub(crate) url: String,
    pub(crate) client: reqwest::Client,
    catalog: CatalogReader,
    stop: CancellationToken,
    served: JoinHandle<()>,
}

impl TestApp {
    /// A host with these variables in its environment and nothing else.
    pub(crate) async fn start(data: &Path, variables: &[(&str, &str)]) -> Self {
        Self::start_in(data, variables, Surroundings::default()).await
    }

    /// The same with another clock or random source.
    pub(crate) async fn start_in(
        data: &Path,
        variables: &[(&str, &str)],
        surroundings: Surroundings,
    ) -> Self {
        std::fs::create_dir_all(data.join("plugins")).unwrap();
        share_compiled(data);
        let host = Host::start_in(config(data, variables), surroundings).await.unwrap();
        host.check_names().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, catalog) = (CancellationToken::new(), host.catalog.clone());
        let api = host.api(stop.clone()).unwrap();
        let served = tokio::spawn(async move {
            api.serve(listener).await.unwrap();
            host.stop().await;
        });
        Self { url, client: client(), catalog, stop, served }
    }

    /// Waits until no plugin is being loaded any more.
    pub(crate) async fn settled(&self) {
        self.catalog.wait_until(|catalog| catalog.is_settled()).await;
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.served.await.unwrap();
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    /// Somebody who was here before, by their token.
    pub(crate) fn returning(&self, token: String) -> Visitor<'_> {
        Visitor { app: self, token, id: String::new(), email: String::new() }
    }

    /// Somebody with an account of their own.
    pub(crate) async fn newcomer(&self) -> Visitor<'_> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let email = format!("visitor{}@example.com", COUNT.fetch_add(1, Ordering::Relaxed));
        self.enter("/api/v1/auth/register", email, StatusCode::CREATED).await
    }

    /// Somebody who has an account already.
    pub(crate) async fn regular(&self, email: &str) -> Visitor<'_> {
        self.enter("/api/v1/auth/login", email.to_owned(), StatusCode::OK).await
    }

    async fn enter(&self, door: &str, email: String, status: StatusCode) -> Visitor<'_> {
        let body = json!({"email": email, "password": PASSWORD});
        let answer = self.request(Method::POST, door).json(&body).send().await.unwrap();
        let account = expect(answer, status).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Visitor { app: self, token: text(&account["access_token"]), id: text(&account["user"]["id"]), email }
    }
}

/// The configuration of a host with these variables in its environment, and the `wheelhouse.toml` of its data folder if there is one.
pub(crate) fn config(data: &Path, variables: &[(&str, &str)]) -> Config {
    let overrides = Overrides {
        file: Some(data.join("wheelhouse.toml")).filter(|file| file.is_file()),
        data_dir: Some(data.to_owned()),
        plugins_dir: Some(data.join("plugins")),
        ..Overrides::default()
    };
    let environment: BTreeMap<String, String> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Config::load(&overrides, &environment).unwrap()
}

/// A client for the loopback. The workspace's reqwest brings no provider for TLS, and wants one all the same.
pub(crate) fn client() -> reqwest::Client {
    // An error means that another test was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// Somebody who has signed in.
pub(crate) struct Visitor<'a> {
    app: &'a TestApp,
    pub(crate) token: String,
    pub(crate) id: String,
    pub(crate) email: String,
}

impl Visitor<'_> {
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.app.request(method, path).bearer_auth(&self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        expect(self.request(Method::GET, path).send().await.unwrap(), StatusCode::OK).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Response {
        self.request(Method::POST, path).json(body).send().await.unwrap()
    }

    /// What PAM answers.
    pub(crate) async fn chat(&self, message: &str) -> Value {
        expect(self.post("/api/v1/pam/chat", &json!({"message": message})).await, StatusCode::OK).await
    }
}

/// The JSON body of an answer with this status.
pub(crate) async fn expect(answer: Response, status: StatusCode) -> Value {
    let (got, text) = (answer.status(), answer.text().await.unwrap());
    assert_eq!(got, status, "{text}");
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"))
}

/// A host that tests share, each with an account of its own: most of them need no other configuration.
pub(crate) struct Shared {
    runtime: Runtime,
    app: TestApp,
    _data: TempDir,
}

static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    let runtime = Runtime::new().unwrap();
    let data = tempfile::tempdir().unwrap();
    let app = runtime.block_on(TestApp::start(data.path(), &[]));
    Shared { runtime, app, _data: data }
});

/// Runs a test against the shared host.
pub(crate) fn on_shared_app<F: Future<Output = ()>>(test: impl FnOnce(&'static TestApp) -> F) {
    let shared = &*SHARED;
    shared.runtime.block_on(test(&shared.app));
}
