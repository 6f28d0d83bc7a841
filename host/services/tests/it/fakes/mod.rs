//! Ports that do as a test tells them.

mod audio;
mod cache;
mod chat;
mod control;
mod loaded;
mod speech;
mod store;
mod time;
mod tool;

use std::{sync::Arc, time::Duration};

use wheelhouse_core::{
    CallContext, Caller, Secret, User, UserId,
    account::{Account, AccountStore, Role},
    catalog::CatalogPublisher,
    clock::Clock,
};
use wheelhouse_services::{AccountConfig, Ports, Services, ServicesConfig};

pub(crate) use audio::FakeAudioStore;
pub(crate) use cache::FakeCache;
pub(crate) use chat::{FakeProvider, Step, answer, call, calls};
pub(crate) use control::{Act, FakeControl, FakeProbe};
pub(crate) use loaded::{FakeDependency, FakeMount, FakeRoute, Plugin, catalog};
pub(crate) use speech::{FakeEngine, Take, pcm, voice};
pub(crate) use store::FakeStore;
pub(crate) use time::{Counter, FakeClock};
pub(crate) use tool::FakeTool;

pub(crate) const SECRET: &str = "a secret of more than thirty-two bytes";

/// A whole host's services, and everything that they stand on.
pub(crate) struct World {
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) cache: Arc<FakeCache>,
    pub(crate) audio: Arc<FakeAudioStore>,
    pub(crate) store: Arc<FakeStore>,
    pub(crate) control: Arc<FakeControl>,
    pub(crate) publisher: CatalogPublisher,
    pub(crate) config: ServicesConfig,
    pub(crate) ports: Ports,
}

impl World {
    pub(crate) fn new(plugins: Vec<Plugin>) -> Self {
        let clock = Arc::new(FakeClock::default());
        let cache = Arc::new(FakeCache::new(clock.clone()));
        let audio = Arc::new(FakeAudioStore::default());
        let store = Arc::new(FakeStore::default());
        let control = Arc::new(FakeControl::default());
        let publisher = CatalogPublisher::new(catalog(plugins));
        let accounts = AccountConfig { secret_key: Some(Secret::new(SECRET)), ..AccountConfig::default() };
        let ports = Ports {
            accounts: store.clone(),
            sessions: store.clone(),
            conversations: store.clone(),
            cache: cache.clone(),
            audio: audio.clone(),
            catalog: publisher.reader(),
            control: control.clone(),
            switches: store.clone(),
            dependencies: Vec::new(),
            off: Vec::new(),
            clock: clock.clone(),
            entropy: Arc::new(Counter::default()),
        };
        let mut config = ServicesConfig { accounts, ..ServicesConfig::default() };
        config.speech.fallback_engines = Vec::new();
        Self { clock, cache, audio, store, control, publisher, config, ports }
    }

    pub(crate) fn services(&self) -> Services {
        Services::new(&self.config, &self.ports, "0.0.0").unwrap()
    }

    pub(crate) fn publish(&self, plugins: Vec<Plugin>) {
        self.publisher.publish(catalog(plugins));
    }

    fn ctx(&self, caller: Caller) -> CallContext {
        CallContext::new("request-1", caller, self.clock.now(), Duration::from_secs(30))
    }

    pub(crate) fn anonymous(&self) -> CallContext {
        self.ctx(Caller::Anonymous)
    }

    pub(crate) fn host(&self) -> CallContext {
        self.ctx(Caller::Host)
    }

    /// Somebody with an account.
    pub(crate) async fn member(&self, id: &str, role: Role) -> CallContext {
        let ctx = self.user(id);
        let user = User { email: Some(format!("{id}@example.com")), ..ctx.user().unwrap().clone() };
        let account =
            Account { user, role, password_hash: "$argon2id$v=19$x".to_owned(), created: self.clock.now() };
        self.store.insert_account(&account).await.unwrap();
        ctx
    }

    pub(crate) fn user(&self, id: &str) -> CallContext {
        let user =
            User { id: UserId(id.to_owned()), email: None, full_name: Some(format!("{id} of the road")) };
        self.ctx(Caller::User { user, session: None })
    }
}

/// An empty catalog, for tests that need none.
pub(crate) fn nothing() -> Vec<Plugin> {
    Vec::new()
}
