//! `wasi:http`'s client, of WASI 0.2 and 0.3: for components that bring it. It ends at the same gate as the import `http`, and under the
//! same limits; only redirects are the component's own to follow, one request each.

use std::{pin::Pin, sync::Arc, time::Duration};

use http::{Request, Response};
use http_body_util::BodyExt;
use tokio::time::{Instant, timeout};
use wasmtime_wasi_http::{
    Error, ForbiddenHeaderFilter, RequestOptions, WasiBody, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

use crate::{
    egress::{EgressError, Gate, Target, denied, is_of_connection, silent},
    guest_log::GuestLog,
    state::State,
};

/// The most that a guest hands over at once of a request's body.
const CHUNK: usize = 64 << 10;

/// What one instance sends.
pub(crate) struct Outgoing {
    pub(crate) plugin: Arc<str>,
    /// Only where something was granted.
    pub(crate) gate: Option<Arc<Gate>>,
    /// Says what `wasi:http` has no words for.
    pub(crate) log: Arc<GuestLog>,
    /// The longest that one request may take, whatever the guest says.
    pub(crate) longest: Duration,
}

type Io = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.outgoing, table: &mut self.table, ctx: &mut self.http }
    }
}

impl WasiHttpHooks for Outgoing {
    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        Arc::new(is_of_connection)
    }

    fn set_host_header(&mut self) -> bool {
        // The client writes it, by the URL that was checked.
        false
    }

    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        CHUNK
    }

    fn p3_outgoing_body_chunk_size(&mut self) -> usize {
        CHUNK
    }

    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Io,
    ) -> Box<dyn Future<Output = Result<(Response<WasiBody>, Io), Error>> + Send> {
        let (plugin, gate, log, longest) =
            (self.plugin.clone(), self.gate.clone(), self.log.clone(), self.longest);
        Box::new(async move {
            let sent = send(&plugin, gate.as_deref(), request, options.unwrap_or_default(), longest).await;
            // The client drives its connections by itself.
            let io: Io = Box::new(std::future::ready(Ok(())));
            sent.map(|response| (response, io)).map_err(|error| {
                log.note(&error);
                error.to_wasi()
            })
        })
    }
}

async fn send(
    plugin: &str,
    gate: Option<&Gate>,
    request: Request<WasiBody>,
    options: RequestOptions,
    longest: Duration,
) -> Result<Response<WasiBody>, EgressError> {
    let until = Instant::now() + longest;
    let target = Target::parse(&request.uri().to_string())?;
    let gate = gate.ok_or_else(|| denied(plugin, &target))?;
    let under_way = gate.begin()?;
    let request = request.map(|body| gate.body(body));
    let limit = |option: Option<Duration>| option.unwrap_or(longest).min(longest);
    let head = limit(options.connect_timeout).saturating_add(limit(options.first_byte_timeout)).min(longest);
    let sending: Pin<Box<_>> = Box::pin(gate.send(&target, request, under_way));
    let response = timeout(head, sending).await.map_err(|_| silent(&target.label()))??;
    let pause = limit(options.between_bytes_timeout);
    Ok(response.map(|body| body.with_patience(pause, until).map_err(|error| error.to_wasi()).boxed_unsync()))
}
