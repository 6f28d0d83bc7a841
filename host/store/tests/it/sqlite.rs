//! What is SQLite's alone.

use std::{fs, path::Path, time::Duration};

use serde_json::json;
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;
use wheelhouse_store::{Store, StoreConfig, StoreOpenError};

use crate::{
    document::{all, body, collection, ids},
    ground::{at, runtime},
    open::{opened_at_once_all_serve, reopened_store_has_what_was_stored},
};

fn in_folder(test: impl AsyncFnOnce(&Path)) {
    let folder = TempDir::new().unwrap();
    runtime().block_on(test(folder.path()));
}

async fn open(folder: &Path) -> Result<Store, StoreOpenError> {
    Store::open(&StoreConfig::default(), folder).await
}

/// Another program at the same file.
async fn connection(folder: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(folder.join("wheelhouse.db"));
    SqliteConnection::connect_with(&options).await.unwrap()
}

#[test]
fn reopened_file_has_what_was_stored() {
    in_folder(async |folder| reopened_store_has_what_was_stored(&StoreConfig::default(), folder).await);
}

#[test]
fn file_opened_at_once_by_several_serves_all() {
    in_folder(async |folder| opened_at_once_all_serve(&StoreConfig::default(), folder).await);
}

#[test]
fn readers_do_not_wait_for_a_writer() {
    in_folder(async |folder| {
        let store = open(folder).await.unwrap();
        let (documents, ann) = (store.documents(), collection("ann"));
        documents.insert(&ann, "before", body(&json!({})), at(0)).await.unwrap();

        let mut writer = connection(folder).await;
        sqlx::raw_sql("BEGIN IMMEDIATE; UPDATE documents SET revision = 9")
            .execute(&mut writer)
            .await
            .unwrap();
        let mut insert = documents.insert(&ann, "after", body(&json!({})), at(0));
        assert!(futures_util::poll!(&mut insert).is_pending());
        for _ in 0..10 {
            let page = documents.list(&ann, &all(10)).await.unwrap();
            assert_eq!((ids(&page), page.documents[0].revision), (vec!["before"], 1));
        }
        assert!(futures_util::poll!(&mut insert).is_pending(), "the other still writes");
        sqlx::raw_sql("ROLLBACK").execute(&mut writer).await.unwrap();
        insert.await.unwrap();
        store.close().await;
    });
}

#[test]
fn one_reader_is_the_least() {
    in_folder(async |folder| {
        let config = StoreConfig { sqlite_readers: 0, ..StoreConfig::default() };
        let store = Store::open(&config, folder).await.unwrap();
        assert!(store.documents().find(&collection("ann"), "x").await.unwrap().is_none());
        store.close().await;
    });
}

#[test]
fn file_is_in_wal_mode_and_for_its_owner_alone() {
    in_folder(async |folder| {
        let data = folder.join("new/data");
        let store = open(&data).await.unwrap();
        let mut connection = connection(&data).await;
        let mode: String =
            sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut connection).await.unwrap();
        assert_eq!(mode, "wal");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&data), 0o700);
            for file in ["wheelhouse.db", "wheelhouse.db-wal", "wheelhouse.db-shm"] {
                assert_eq!(mode(&data.join(file)), 0o600, "{file}");
            }
        }
        store.close().await;
    });
}

#[test]
fn folder_that_cannot_be_made_is_told() {
    in_folder(async |folder| {
        fs::write(folder.join("file"), "").unwrap();
        let error = open(&folder.join("file")).await.unwrap_err();
        assert!(matches!(error, StoreOpenError::NotWritable { .. }));
        let text = error.to_string();
        assert!(text.contains("file") && text.contains("--data-dir"), "{text}");
    });
}

/// The permission bits do not bind root, but /proc takes nobody's files.
#[cfg(target_os = "linux")]
#[test]
fn folder_that_cannot_be_written_is_told() {
    in_folder(async |folder| {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o500)).unwrap();
        let is_root = fs::write(folder.join("probe"), "").is_ok();
        let read_only = if is_root { Path::new("/proc/sys") } else { folder };
        let error = open(read_only).await.unwrap_err();
        assert!(
            matches!(&error, StoreOpenError::NotWritable { path, .. } if path.ends_with("wheelhouse.db")),
            "{error}"
        );
        assert!(error.to_string().contains("make it writable"), "{error}");
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).unwrap();
    });
}

#[test]
fn file_that_is_no_database_is_told() {
    in_folder(async |folder| {
        fs::write(folder.join("wheelhouse.db"), "this is no database, but it is long enough to look at")
            .unwrap();
        let error = open(folder).await.unwrap_err();
        assert!(matches!(error, StoreOpenError::DatabaseFile { .. }), "{error:?}");
        assert!(error.to_string().contains("backup"), "{error}");
    });
}

#[test]
fn file_of_a_later_release_is_told() {
    in_folder(async |folder| {
        open(folder).await.unwrap().close().await;
        let mut connection = connection(folder).await;
        sqlx::raw_sql(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'later', TRUE, x'00', 0)",
        )
        .execute(&mut connection)
        .await
        .unwrap();
        let error = open(folder).await.unwrap_err();
        assert!(matches!(error, StoreOpenError::DatabaseNewer { version: 9999, .. }), "{error:?}");
        assert!(error.to_string().contains("newer than this program"), "{error}");
    });
}

#[test]
fn file_with_another_migration_of_the_same_number_is_told() {
    in_folder(async |folder| {
        open(folder).await.unwrap().close().await;
        let mut connection = connection(folder).await;
        sqlx::raw_sql("UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 2")
            .execute(&mut connection)
            .await
            .unwrap();
        let error = open(folder).await.unwrap_err();
        assert!(matches!(error, StoreOpenError::DatabaseForeign { version: 2, .. }), "{error:?}");
    });
}

#[test]
fn failed_migration_leaves_nothing_behind() {
    in_folder(async |folder| {
        fs::write(folder.join("wheelhouse.db"), "").unwrap();
        let mut connection = connection(folder).await;
        // In the way of the last migration.
        sqlx::raw_sql("CREATE TABLE documents (x)").execute(&mut connection).await.unwrap();
        let error = open(folder).await.unwrap_err();
        assert!(matches!(error, StoreOpenError::Migration { .. }), "{error:?}");
        let tables: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'")
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert_eq!(tables, ["documents"]);
        sqlx::raw_sql("DROP TABLE documents").execute(&mut connection).await.unwrap();
        open(folder).await.unwrap().close().await;
    });
}

#[test]
fn dropped_call_leaves_the_writer_usable() {
    in_folder(async |folder| {
        let store = open(folder).await.unwrap();
        let conversation = wheelhouse_core::conversation::Conversation {
            id: uuid::Uuid::new_v4(),
            user: wheelhouse_core::UserId("ann".to_owned()),
            session_id: None,
            created: at(0),
        };
        store.conversations().insert_conversation(&conversation).await.unwrap();
        for steps in 0..40 {
            // Goes so many steps into a transaction, and is dropped there.
            let conversations = store.conversations();
            let mut call = conversations.append_messages(&conversation.user, conversation.id, &[]);
            for _ in 0..steps {
                if futures_util::poll!(&mut call).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        let insert = store.documents().insert(&collection("ann"), "x", body(&json!({})), at(0)).await;
        insert.unwrap();
        tokio::time::timeout(Duration::from_secs(5), store.close()).await.unwrap();
    });
}
