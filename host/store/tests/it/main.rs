//! One contract, on every database and cache that is there. `TEST_DATABASE_URL` and `TEST_REDIS_URL` name servers to test on;
//! each test gets a schema or a key prefix of its own. Without them those tests are skipped, loudly; with
//! `TEST_REQUIRE_SERVERS=1` they fail instead.
#![allow(clippy::unwrap_used, missing_docs)]

mod account;
mod agreement;
mod audio;
mod cache;
mod conversation;
mod document;
mod ground;
mod migrations;
mod open;
mod outage;
mod postgres;
mod session;
mod sqlite;
mod switch;

/// Makes a test on each database of each sentence: an `async fn(&Store)` of this name.
#[macro_export]
macro_rules! on_every_database {
    ($($sentence:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $sentence() { $crate::ground::on_sqlite(super::$sentence) })+
        }
        mod postgres {
            $(#[test] fn $sentence() { $crate::ground::on_postgres(super::$sentence) })+
        }
    };
}
