//! What guests keep, in the databases that keep it: SQLite always, PostgreSQL where `TEST_DATABASE_URL` names a server.

use std::{env, path::Path, sync::Arc};

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;
use wheelhouse_core::{CallContext, FailureClass, Secret, document::DocumentStore};
use wheelhouse_store::{Store, StoreConfig};

use crate::support::{Setup, TestHost, ann, failed, user};

async fn host(guest: &str, grant: &str, store: Arc<dyn DocumentStore>) -> TestHost {
    let mut setup = Setup::new(&["echo", guest]).grant(&guest.replace('_', "-"), &[grant]);
    setup.store = Some(store);
    setup.start().await
}

async fn done(host: &TestHost, ctx: &CallContext, tool: &str, arguments: Value) -> Value {
    host.call(ctx, tool, arguments).await.unwrap().data.unwrap_or_default()
}

/// Values by key: kept, counted, listed in parts, and apart for each user.
async fn keep_values(store: Arc<dyn DocumentStore>) {
    let host = host("keeps_values", "keyvalue", store).await;
    let values = async |ctx: &CallContext, action: &str, key: &str, number: Option<u64>| {
        let arguments = json!({"bucket": "", "action": action, "key": key, "value": "v", "number": number});
        done(&host, ctx, "values", arguments).await
    };
    let (ann, bob) = (ann(), user("bob"));
    assert_eq!(values(&ann, "get", "a", None).await, json!(null));
    values(&ann, "set", "a", None).await;
    values(&ann, "set", "a", None).await;
    assert_eq!(values(&ann, "get", "a", None).await, json!("v"));
    assert_eq!(values(&bob, "get", "a", None).await, json!(null), "another user's");
    assert_eq!(values(&ann, "set_bytes", "bytes", Some(10_000)).await, json!(true));
    assert_eq!(values(&ann, "increment", "n", Some(2)).await, json!(2));
    assert_eq!(values(&ann, "increment", "n", Some(3)).await, json!(5));
    assert_eq!(values(&bob, "increment", "n", Some(1)).await, json!(1));
    for action in ["delete", "delete"] {
        values(&ann, action, "a", None).await;
    }
    assert_eq!(values(&ann, "exists", "a", None).await, json!(false));

    let keys: Vec<String> = (0..60).map(|index| format!("k{index:02}")).collect();
    values(&bob, "set_many", &keys.join(","), None).await;
    let first = values(&bob, "keys", "", None).await;
    let second = values(&bob, "keys", "", first["cursor"].as_u64()).await;
    assert_eq!((first["keys"].as_array().unwrap().len(), &second["cursor"]), (50, &json!(null)));
    assert_eq!(second["keys"].as_array().unwrap().len(), 11, "sixty and a number");
    assert_eq!(values(&ann, "keys", "", None).await["keys"], json!(["bytes", "n"]));
    host.assert_unharmed().await;
}

/// Documents: odd ones come back as they were, and those of another user are as good as none.
async fn keep_documents(store: Arc<dyn DocumentStore>) {
    let host = host("keeps_what_it_is_told", "documents:user", store).await;
    let (ann, bob) = (ann(), user("bob"));
    let odd = json!({
        "__proto__": {"admin": true}, "constructor": {"prototype": 1}, "a.b": 1, "a": {"b": 2}, "$where": "sleep(1000)",
        "$value": 1, "": "empty", "quo\"te'": "\\", "nul\0": "\0", "n": "nul \0 inside", "\u{202e}": "\u{feff}",
    });
    for (id, body) in [("a", "{}".to_owned()), ("odd", odd.to_string())] {
        done(&host, &ann, "documents", json!({"action": "insert", "id": id, "body": body})).await;
    }
    done(&host, &ann, "documents", json!({"action": "insert", "id": "z'; --", "depth": 100})).await;
    let kept = done(&host, &ann, "documents", json!({"action": "get", "id": "odd"})).await;
    assert_eq!(serde_json::from_str::<Value>(kept["body"].as_str().unwrap()).unwrap(), odd);
    let found = done(&host, &ann, "documents", json!({"action": "list", "field": "a.b"})).await;
    assert_eq!(found["documents"], json!([]), "a name with a dot in it is no path");

    let page = done(&host, &ann, "documents", json!({"action": "list"})).await;
    assert_eq!(page["documents"][0]["id"], "a");
    let stolen = host.call(&bob, "documents", json!({"action": "list", "cursor": page["next"]})).await;
    assert_eq!(failed(stolen).class, FailureClass::Invalid);
    for action in ["get", "delete", "replace"] {
        let act = async |id: &str| {
            let arguments = json!({"action": action, "id": id, "revision": 1, "body": "{}"});
            host.call(&bob, "documents", arguments).await
        };
        assert_eq!(act("odd").await, act("never").await, "{action}");
    }
    assert_eq!(done(&host, &ann, "documents", json!({"action": "get", "id": "odd"})).await, kept);
    host.assert_unharmed().await;
}

#[tokio::test]
async fn guests_keep_things_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreConfig::default(), folder.path()).await.unwrap();
    keep_values(store.documents()).await;
    keep_documents(store.documents()).await;
    store.close().await;
}

#[tokio::test]
async fn guests_keep_things_in_postgresql() {
    let Some(url) = server() else { return };
    let schema = format!("test_{}", Uuid::new_v4().simple());
    execute(&url, &format!("CREATE SCHEMA {schema}")).await;
    let separator = if url.contains('?') { '&' } else { '?' };
    let config = StoreConfig {
        database_url: Some(Secret::new(format!("{url}{separator}options[search_path]={schema}"))),
        postgres_connections: 4,
        ..StoreConfig::default()
    };
    let store = Store::open(&config, Path::new("/nowhere")).await.unwrap();
    keep_values(store.documents()).await;
    keep_documents(store.documents()).await;
    store.close().await;
    execute(&url, &format!("DROP SCHEMA {schema} CASCADE")).await;
}

/// The address of a server to test on; where there is none, it is said.
#[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
fn server() -> Option<String> {
    let url = env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty());
    if url.is_none() {
        assert!(env::var_os("TEST_REQUIRE_SERVERS").is_none(), "TEST_DATABASE_URL is not set");
        eprintln!("SKIPPED: TEST_DATABASE_URL is not set");
    }
    url
}

async fn execute(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}
