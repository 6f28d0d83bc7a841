//! What is PostgreSQL's alone.

use uuid::Uuid;
use wheelhouse_core::Secret;
use wheelhouse_store::{Store, StoreConfig, StoreOpenError};

use crate::{
    document::random::{random_figures_are_those_of_the_model, random_lists_are_those_of_the_model},
    ground::{DATABASE, execute, finally, on_schema, runtime, separator, server},
    open::{opened_at_once_all_serve, reopened_store_has_what_was_stored},
};

#[test]
fn reopened_database_has_what_was_stored() {
    on_schema(async |config| reopened_store_has_what_was_stored(&config, "/nowhere".as_ref()).await);
}

#[test]
fn database_opened_at_once_by_several_serves_all() {
    on_schema(async |config| opened_at_once_all_serve(&config, "/nowhere".as_ref()).await);
}

#[test]
fn url_of_sqlalchemy_is_accepted() {
    on_schema(async |config| {
        let url = config.database_url.as_ref().unwrap().expose();
        let (_, rest) = url.split_once("://").unwrap();
        let config = StoreConfig {
            database_url: Some(Secret::new(format!("postgresql+asyncpg://{rest}&ssl=prefer"))),
            ..config
        };
        Store::open(&config, "/nowhere".as_ref()).await.unwrap().close().await;
    });
}

#[test]
fn statements_need_not_be_prepared_for_long() {
    // As behind a pooler that gives each transaction another connection.
    on_schema(async |config| {
        let url = config.database_url.as_ref().unwrap().expose();
        let url = Secret::new(format!("{url}&prepared_statement_cache_size=0"));
        let config = StoreConfig { database_url: Some(url), ..config };
        reopened_store_has_what_was_stored(&config, "/nowhere".as_ref()).await;
    });
}

#[test]
fn database_of_a_later_release_is_told() {
    on_schema(async |config| {
        Store::open(&config, "/nowhere".as_ref()).await.unwrap().close().await;
        change(
            &config,
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'later', TRUE, '', 0)",
        )
        .await;
        let error = Store::open(&config, "/nowhere".as_ref()).await.unwrap_err();
        assert!(matches!(error, StoreOpenError::DatabaseNewer { version: 9999, .. }), "{error:?}");
        // The lock is given back: another try is not kept waiting.
        change(&config, "DELETE FROM _sqlx_migrations WHERE version = 9999").await;
        Store::open(&config, "/nowhere".as_ref()).await.unwrap().close().await;
    });
}

/// A database whose texts are in the order of a dictionary: nothing that the contract says may rest on its default.
#[test]
fn order_is_that_of_the_contract_whatever_the_databases_language() {
    let Some(url) = server(DATABASE) else { return };
    runtime().block_on(async {
        let name = format!("test_{}", Uuid::new_v4().simple());
        let create = format!(
            "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"
        );
        execute(&url, &create).await;
        let test = async {
            let config = StoreConfig {
                // A later parameter has the last word.
                database_url: Some(Secret::new(format!("{url}{}dbname={name}", separator(&url)))),
                ..StoreConfig::default()
            };
            for sentence in [0, 1] {
                let store = Store::open(&config, "/nowhere".as_ref()).await.unwrap();
                match sentence {
                    0 => random_lists_are_those_of_the_model(&store).await,
                    _ => random_figures_are_those_of_the_model(&store).await,
                }
                store.close().await;
                change(&config, "DELETE FROM documents").await;
            }
        };
        finally(Box::pin(test), execute(&url, &format!("DROP DATABASE {name} WITH (FORCE)"))).await;
    });
}

async fn change(config: &StoreConfig, sql: &str) {
    execute(config.database_url.as_ref().unwrap().expose(), sql).await;
}
