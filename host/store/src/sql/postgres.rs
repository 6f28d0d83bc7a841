//! PostgreSQL: one pool, shared with other replicas of the host.

use std::time::Duration;

use sqlx::{Connection, Postgres, migrate::Migrator, pool::PoolOptions, postgres::PgConnectOptions};

use super::{Backend, SqlStore, statements_of};
use crate::{StoreConfig, StoreOpenError};

/// A connection that has been idle for longer is asked for a sign of life before it is used: the server, or something on the
/// way to it, may have closed it.
const TRUSTED_IDLE: Duration = Duration::from_secs(5);

static MIGRATOR: Migrator = sqlx::migrate!("../../migrations/postgres");

impl Backend for Postgres {
    const KIND: &'static str = "postgresql";
    const COLLATION: &'static str = "\"C\"";
    const POSITION: &'static str = "strpos";
    const BEGIN: &'static str = "BEGIN";

    statements_of!(Postgres);
}

/// Connects to the database and brings it up to date; replicas that start at once wait for each other. The second is where
/// it is.
pub(crate) async fn open(
    config: &StoreConfig,
    url: &str,
) -> Result<(SqlStore<Postgres>, String), StoreOpenError> {
    let options = connect_options(url).map_err(|reason| StoreOpenError::DatabaseUrl { reason })?;
    let place = place(&options);
    let pool = PoolOptions::<Postgres>::new()
        .max_connections(config.postgres_connections.max(1))
        .acquire_timeout(config.connect_timeout())
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > TRUSTED_IDLE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options)
        .await
        .map_err(|error| StoreOpenError::DatabaseUnreachable {
            place: place.clone(),
            reason: match error {
                sqlx::Error::PoolTimedOut => {
                    format!("no connection within {} s", config.connect_timeout().as_secs())
                }
                error => error.to_string(),
            },
        })?;
    if let Err(error) = MIGRATOR.run(&pool).await {
        // The connection that failed still holds the migrations' lock.
        pool.close().await;
        return Err(StoreOpenError::migration(&place, &error));
    }
    Ok((SqlStore { readers: pool.clone(), writers: pool }, place))
}

/// Reads `postgres://`, `postgresql://` and what SQLAlchemy calls them: `postgresql+asyncpg://`, with asyncpg's own names of
/// parameters.
///
/// # Errors
/// What is wrong with it, without what stands in it beside its scheme.
pub(crate) fn connect_options(url: &str) -> Result<PgConnectOptions, String> {
    let (scheme, rest) = url.split_once("://").ok_or("it has no scheme such as postgresql://")?;
    let dialect = scheme.split_once('+').map_or(scheme, |(dialect, _driver)| dialect);
    if !matches!(dialect, "postgres" | "postgresql") {
        return Err(format!("`{scheme}` is no database that this program knows"));
    }
    let (rest, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let parameters: Vec<String> = parameters
        .split('&')
        .filter(|parameter| !parameter.is_empty())
        .map(|parameter| match parameter.split_once('=') {
            Some(("ssl", "true" | "1")) => "sslmode=require".to_owned(),
            Some(("ssl", mode)) => format!("sslmode={mode}"),
            Some(("statement_cache_size" | "prepared_statement_cache_size", size)) => {
                format!("statement-cache-capacity={size}")
            }
            _ => parameter.to_owned(),
        })
        .collect();
    let options: PgConnectOptions = format!("postgresql://{rest}?{}", parameters.join("&"))
        .parse()
        .map_err(|error: sqlx::Error| error.to_string())?;
    Ok(match options.get_application_name() {
        Some(_) => options,
        None => options.application_name("wheelhouse"),
    })
}

/// Host, port and database.
fn place(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or_else(|| options.get_username());
    match options.get_socket() {
        Some(socket) => format!("{}/{database}", socket.display()),
        None => format!("{}:{}/{database}", options.get_host(), options.get_port()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place_of(url: &str) -> String {
        place(&connect_options(url).expect("a good URL"))
    }

    #[test]
    fn every_spelling_of_the_scheme_is_accepted() {
        for scheme in ["postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg"] {
            assert_eq!(
                place_of(&format!("{scheme}://ann:secret@db.example:6543/app")),
                "db.example:6543/app"
            );
        }
    }

    #[test]
    fn parameters_of_asyncpg_are_understood() {
        let options =
            connect_options("postgresql+asyncpg://a@h/d?ssl=verify-full&prepared_statement_cache_size=0")
                .expect("a good URL");
        assert!(matches!(options.get_ssl_mode(), sqlx::postgres::PgSslMode::VerifyFull));
    }

    #[test]
    fn another_scheme_is_refused_without_printing_the_rest() {
        for url in
            ["mysql://ann:hunter2@h/d", "ann:hunter2@h/d", "sqlite:hunter2", "postgresql://h:hunter2x/d"]
        {
            let error = connect_options(url).expect_err("a bad URL");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
