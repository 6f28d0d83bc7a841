//! A host under test.

use std::{collections::HashMap, sync::Arc, time::Duration};

use bytes::Bytes;
use salvo::{
    Response, Service,
    http::{HeaderMap, Method, ResBody},
    test::{RequestBuilder, ResponseExt},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use wheelhouse_api::{Api, ApiConfig, openapi};
use wheelhouse_core::{CallContext, Caller, Secret, catalog::CatalogPublisher};
use wheelhouse_services::{AccountConfig, MetricsConfig, Off, Ports, Registration, Services, ServicesConfig};

use crate::fakes::{
    Counter, FakeAudioStore, FakeCache, FakeClock, FakeControl, FakeDependency, FakeProvider, FakeStore,
    speaking_catalog,
};

pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct Host {
    pub(crate) api: Arc<Api>,
    pub(crate) service: Service,
    pub(crate) services: Services,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) cache: Arc<FakeCache>,
    pub(crate) provider: Arc<FakeProvider>,
    pub(crate) dependency: Arc<FakeDependency>,
    pub(crate) control: Arc<FakeControl>,
    pub(crate) publisher: CatalogPublisher,
    pub(crate) shutdown: CancellationToken,
}

/// Somebody who is signed in.
pub(crate) struct Guest {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) refresh_token: String,
}

impl Host {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut ApiConfig)) -> Self {
        Self::with_metrics(MetricsConfig::default(), change)
    }

    pub(crate) fn with_metrics(metrics: MetricsConfig, change: impl FnOnce(&mut ApiConfig)) -> Self {
        let clock = Arc::new(FakeClock::default());
        let cache = Arc::new(FakeCache::new(clock.clone()));
        let store = Arc::new(FakeStore::default());
        let provider = Arc::new(FakeProvider::default());
        let dependency = Arc::new(FakeDependency::default());
        let control = Arc::new(FakeControl::default());
        let entropy = Arc::new(Counter::default());
        let publisher = CatalogPublisher::new(speaking_catalog(&provider));
        let ports = Ports {
            accounts: store.clone(),
            sessions: store.clone(),
            conversations: store.clone(),
            cache: cache.clone(),
            audio: Arc::new(FakeAudioStore::default()),
            catalog: publisher.reader(),
            control: control.clone(),
            switches: store,
            dependencies: vec![dependency.clone()],
            off: vec![Off { id: "openai".to_owned(), reason: "no OPENAI_API_KEY".to_owned() }],
            clock: clock.clone(),
            entropy: entropy.clone(),
        };
        let secret = Secret::new("a secret of more than thirty-two bytes");
        let mut config = ServicesConfig {
            accounts: AccountConfig { secret_key: Some(secret), ..AccountConfig::default() },
            metrics,
            ..ServicesConfig::default()
        };
        config.assistant.providers = vec!["assist".to_owned()];
        config.speech.fallback_engines = vec!["second".to_owned()];
        let services = Services::new(&config, &ports, "0.1.0").unwrap();
        let mut config = ApiConfig::default();
        change(&mut config);
        let shutdown = CancellationToken::new();
        let api = Api::new(services.clone(), ports.catalog, config, clock.clone(), entropy, shutdown.clone())
            .unwrap();
        let service = api.service();
        Self {
            api: Arc::new(api),
            service,
            services,
            clock,
            cache,
            provider,
            dependency,
            control,
            publisher,
            shutdown,
        }
    }

    /// Signs somebody new in.
    pub(crate) async fn guest(&self, name: &str) -> Guest {
        let registration = Registration {
            email: format!("{name}@example.com"),
            password: PASSWORD.to_owned(),
            full_name: Some(name.to_owned()),
        };
        let sign_in = self.services.accounts.register(&ctx(Caller::Anonymous), registration).await.unwrap();
        let id = sign_in.identity.user.id.0;
        Guest { id, token: sign_in.access_token, refresh_token: sign_in.refresh_token }
    }

    /// Signs a new administrator in.
    pub(crate) async fn administrator(&self, name: &str) -> Guest {
        let guest = self.guest(name).await;
        let email = format!("{name}@example.com");
        self.services.administrators.promote(&ctx(Caller::Host), &email).await.unwrap();
        guest
    }

    /// Takes back what an administrator has more than a user.
    pub(crate) async fn demote(&self, name: &str) {
        let email = format!("{name}@example.com");
        self.services.administrators.demote(&ctx(Caller::Host), &email).await.unwrap();
    }

    pub(crate) fn get(&self, path: &str) -> Ask<'_> {
        self.ask(Method::GET, path)
    }

    pub(crate) fn head(&self, path: &str) -> Ask<'_> {
        self.ask(Method::HEAD, path)
    }

    pub(crate) fn post(&self, path: &str) -> Ask<'_> {
        self.ask(Method::POST, path)
    }

    pub(crate) fn ask(&self, method: Method, path: &str) -> Ask<'_> {
        let request = RequestBuilder::new(format!("http://127.0.0.1{path}"), method.clone());
        Ask { host: self, method, path: path.to_owned(), request }
    }

    /// The present document.
    pub(crate) fn document(&self) -> Value {
        openapi(&self.publisher.reader().current())
    }

    /// Serves on a port of its own.
    pub(crate) async fn listen(&self) -> Listening {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let api = self.api.clone();
        let task = tokio::spawn(async move { api.serve(listener).await });
        Listening { address, task }
    }
}

fn ctx(caller: Caller) -> CallContext {
    CallContext::new("test", caller, jiff::Timestamp::UNIX_EPOCH, Duration::from_secs(30))
}

pub(crate) struct Listening {
    pub(crate) address: String,
    pub(crate) task: JoinHandle<std::io::Result<()>>,
}

/// A request in the making.
pub(crate) struct Ask<'h> {
    host: &'h Host,
    method: Method,
    path: String,
    request: RequestBuilder,
}

impl Ask<'_> {
    pub(crate) fn by(self, guest: &Guest) -> Self {
        self.header("authorization", &format!("Bearer {}", guest.token))
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.request = self.request.add_header(name, value, true);
        self
    }

    pub(crate) async fn json(mut self, body: &Value) -> Told {
        self.request = self.request.json(body);
        self.send().await
    }

    pub(crate) async fn raw(mut self, body: impl Into<String>) -> Told {
        self.request = self.request.raw_json(body);
        self.send().await
    }

    pub(crate) async fn form(mut self, fields: &[(&str, &str)]) -> Told {
        let fields: HashMap<_, _> = fields.iter().copied().collect();
        self.request = self.request.form(&fields);
        self.send().await
    }

    /// Sends it, and holds a JSON answer against the document.
    pub(crate) async fn send(self) -> Told {
        let mut response = self.request.send(&self.host.service).await;
        let told = Told::of(&mut response).await;
        if told.json() {
            crate::document::check_answer(&self.host.document(), &self.method, &self.path, &told);
        }
        told
    }
}

/// What came back.
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
    /// Null for anything but JSON.
    pub(crate) body: Value,
}

impl Told {
    async fn of(response: &mut Response) -> Self {
        let headers = response.headers().clone();
        let status = response.status_code.map_or(200, |status| status.as_u16());
        let bytes = match response.body_mut() {
            ResBody::None => Bytes::new(),
            _ => response.take_bytes(None).await.unwrap_or_default(),
        };
        let mut told = Self { status, headers, bytes, body: json!(null) };
        if told.json() {
            told.body = serde_json::from_slice(&told.bytes).unwrap();
        }
        told
    }

    fn json(&self) -> bool {
        let kind = self.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        kind.ends_with("json") && !self.bytes.is_empty()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The fields that an error names.
    pub(crate) fn fields(&self) -> Vec<&str> {
        self.body["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect()
    }
}
