//! `wheelhouse serve`.

use std::time::{Duration, Instant};

use tokio::{net::TcpListener, signal, time::timeout};
use tokio_util::sync::CancellationToken;
use wheelhouse_core::catalog::CatalogReader;

use super::{CommandError, print};
use crate::{
    config::Config,
    heap,
    host::Host,
    page::{Introduction, StartPage},
    progress,
    reload::Reload,
};

/// How long the start-up page waits for plugins that need no compiling.
const SETTLING: Duration = Duration::from_millis(800);

pub(super) async fn run(config: Config, reload: Reload) -> Result<(), CommandError> {
    let started = Instant::now();
    // First of all: a port that is taken is the most common problem, and nothing else is of use then.
    let listener = TcpListener::bind(&config.server.listen).await.map_err(|error| {
        CommandError::Failed(format!(
            "cannot listen on {}: {error}; choose another address with --listen",
            config.server.listen
        ))
    })?;
    let address = format!("http://{}", listener.local_addr()?);
    let host = Host::start(config).await?;
    if let Err(error) = host.check_names().await {
        host.stop().await;
        return Err(error.into());
    }
    let stop = CancellationToken::new();
    let api = host.api(stop.clone())?;
    let signals = tokio::spawn(cancel_on_signal(stop));
    let introduced = tokio::spawn(introduce(address, host.introduction(), host.catalog.clone(), started));
    let served = tokio::select! {
        served = api.serve(listener) => served,
        never = host.housekeep() => match never {},
        never = reload.follow(&host) => match never {},
        never = heap::give_back_as_plugins_change(&host.catalog) => match never {},
    };
    introduced.abort();
    signals.abort();
    host.stop().await;
    Ok(served?)
}

/// Prints the start-up page, then a line as each plugin that is compiled for the first time is done.
async fn introduce(address: String, introduction: Introduction, catalog: CatalogReader, started: Instant) {
    // What was compiled before is there in no time, and then the page can tell all of it.
    let settled = catalog.wait_until(|catalog| catalog.is_settled());
    let present = timeout(SETTLING, settled).await.unwrap_or_else(|_| catalog.current());
    // Nobody is stopped by a terminal that has gone away.
    let tell = |text: &str| drop(print(text));
    tell(&StartPage { address, introduction, catalog: &present }.to_string());
    progress::follow(&catalog, &present, started, tell).await;
}

/// Stops at the first signal; a second one ends the process at once.
async fn cancel_on_signal(stop: CancellationToken) {
    wait_for_signal().await;
    stop.cancel();
    wait_for_signal().await;
    std::process::exit(1);
}

#[cfg(unix)]
async fn wait_for_signal() {
    let mut terminate = match signal::unix::signal(signal::unix::SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(error) => {
            tracing::warn!(%error, "cannot listen for SIGTERM");
            return std::future::pending().await;
        }
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn wait_for_signal() {
    let _ = signal::ctrl_c().await;
}
