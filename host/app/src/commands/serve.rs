//! `wheelhouse serve`.

use std::time::Instant;

use tokio::{net::TcpListener, signal};
use tokio_util::sync::CancellationToken;

use super::{CommandError, print};
use crate::{
    config::Config,
    host::Host,
    page::{StartPage, plugin_line},
};

pub(super) async fn run(config: Config) -> Result<(), CommandError> {
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
    let loading = tokio::spawn(tell_when_loaded(host.catalog.clone(), started));

    let catalog = host.catalog.current();
    let store = host.store_summary();
    print(
        &StartPage {
            address,
            profile: host.config.profile,
            database: store.database.to_string(),
            cache: store.cache.to_string(),
            engines: &host.config.speech.chain(),
            providers: &host.config.assistant.providers,
            catalog: &catalog,
            off: &host.off,
        }
        .to_string(),
    )?;
    drop(catalog);
    let served = tokio::select! {
        served = api.serve(listener) => served,
        never = host.housekeep() => match never {},
    };
    loading.abort();
    signals.abort();
    host.stop().await;
    Ok(served?)
}

/// While plugins are compiled for the first time, a line as each is done.
async fn tell_when_loaded(catalog: wheelhouse_core::catalog::CatalogReader, started: Instant) {
    let mut told: Vec<usize> = pending(&catalog.current());
    if told.is_empty() {
        return;
    }
    while !told.is_empty() {
        let before = told.clone();
        let now = catalog.wait_until(|catalog| pending(catalog) != before).await;
        let still = pending(&now);
        for index in told.iter().filter(|index| !still.contains(index)) {
            if let Some(plugin) = now.plugins().get(*index) {
                let _ = print(&format!("  {:>5.1} s    {}\n", started.elapsed().as_secs_f32(), plugin_line(plugin)));
            }
        }
        told = still;
    }
    let _ = print("  All plugins are loaded; the next start needs no compiling.\n");
}

fn pending(catalog: &wheelhouse_core::catalog::Catalog) -> Vec<usize> {
    let plugins = catalog.plugins().iter().enumerate();
    plugins.filter(|(_, plugin)| plugin.state.is_pending()).map(|(index, _)| index).collect()
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
