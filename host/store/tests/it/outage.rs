//! Servers that go away and come back.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use serde_json::json;
use tempfile::TempDir;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use wheelhouse_core::{FailureClass, Result, Secret, health::Dependency};
use wheelhouse_store::{Store, StoreConfig};

use crate::{
    document::{body, collection},
    ground::{REDIS, at, finally, on_schema, runtime, server},
};

/// Stands before a server, so that it can be cut off without being stopped.
pub(crate) struct Line {
    pub(crate) local: SocketAddr,
    server: String,
    connections: JoinSet<()>,
}

impl Line {
    pub(crate) async fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut line = Self {
            local: listener.local_addr().unwrap(),
            server: server.to_owned(),
            connections: JoinSet::new(),
        };
        line.serve(listener);
        line
    }

    fn serve(&mut self, listener: TcpListener) {
        let server = self.server.clone();
        self.connections.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut client, _)) = listener.accept().await {
                let server = server.clone();
                connections.spawn(async move {
                    if let Ok(mut server) = TcpStream::connect(server).await {
                        let _ = copy_bidirectional(&mut client, &mut server).await;
                    }
                });
            }
        });
    }

    pub(crate) async fn cut(&mut self) {
        self.connections.shutdown().await;
    }

    pub(crate) async fn mend(&mut self) {
        self.serve(TcpListener::bind(self.local).await.unwrap());
    }
}

/// Host and port of a URL, and the URL with others in their place.
pub(crate) fn redirect(url: &str, to: impl Fn(&str) -> SocketAddr) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (credentials, place) = rest.rsplit_once('@').map_or(("", rest), |(c, place)| (c, place));
    let end = place.find(['/', '?']).unwrap_or(place.len());
    let at = if credentials.is_empty() { "" } else { "@" };
    format!("{scheme}://{credentials}{at}{}{}", to(&place[..end]), &place[end..])
}

pub(crate) fn server_of(url: &str, default_port: u16) -> String {
    let mut server = String::new();
    let found = std::cell::RefCell::new(&mut server);
    redirect(url, |place| {
        **found.borrow_mut() =
            if place.contains(':') { place.to_owned() } else { format!("{place}:{default_port}") };
        SocketAddr::from(([127, 0, 0, 1], 0))
    });
    server
}

pub(crate) async fn healthy(dependency: &Arc<dyn Dependency>) {
    let answers = async {
        while dependency.check().await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), answers).await.expect("it comes back");
}

fn assert_unavailable<T>(outcome: Result<T>) {
    let failure = outcome.map(|_| ()).unwrap_err();
    assert_eq!(failure.class, FailureClass::Unavailable);
    assert!(failure.retry_after.is_some());
}

#[test]
fn redis_that_is_down_is_unavailable_until_it_comes_back() {
    let Some(url) = server(REDIS) else { return };
    runtime().block_on(async {
        let mut line = Line::to(&server_of(&url, 6379)).await;
        let folder = TempDir::new().unwrap();
        let config = StoreConfig {
            redis_url: Some(Secret::new(redirect(&url, |_| line.local))),
            redis_prefix: format!("test:{}:", uuid::Uuid::new_v4()),
            connect_seconds: 1,
            ..StoreConfig::default()
        };
        let store = Store::open(&config, folder.path()).await.unwrap();
        let (cache, health) = (store.cache(), store.dependencies()[1].clone());
        let minute = Duration::from_secs(60);
        cache.set("k", "1".into(), minute).await.unwrap();

        line.cut().await;
        assert_unavailable(cache.get("k").await);
        assert_unavailable(cache.set("k", "2".into(), minute).await);
        assert_unavailable(cache.add("k", "2".into(), minute).await);
        assert_unavailable(cache.increment("n", minute).await);
        assert_unavailable(cache.delete("k").await);
        assert_unavailable(health.check().await);

        line.mend().await;
        healthy(&health).await;
        assert_eq!(cache.get("k").await.unwrap(), Some("1".into()));
        cache.delete("k").await.unwrap();
        store.close().await;
    });
}

#[test]
fn postgres_that_is_down_is_unavailable_until_it_comes_back() {
    on_schema(async |config| {
        let url = config.database_url.as_ref().unwrap().expose().to_owned();
        let mut line = Line::to(&server_of(&url, 5432)).await;
        let config = StoreConfig {
            database_url: Some(Secret::new(redirect(&url, |_| line.local))),
            connect_seconds: 1,
            ..config
        };
        let store = Store::open(&config, "/nowhere".as_ref()).await.unwrap();
        let (documents, ann) = (store.documents(), collection("ann"));
        let test = async {
            documents.insert(&ann, "x", body(&json!({})), at(0)).await.unwrap();
            line.cut().await;
            assert_unavailable(documents.find(&ann, "x").await);
            assert_unavailable(documents.insert(&ann, "y", body(&json!({})), at(0)).await);
            line.mend().await;
            healthy(&store.dependencies()[0]).await;
            assert!(documents.find(&ann, "x").await.unwrap().is_some());
        };
        finally(test, store.close()).await;
    });
}
