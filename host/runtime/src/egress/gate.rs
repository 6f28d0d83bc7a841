//! One plugin's way out.

use std::{
    error::Error,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::BodyExt;
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioTimer},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wheelhouse_core::plugin::Usage;

use super::{
    Egress,
    body::{AnswerBody, RequestBody, ResponseBody, counted, request_too_large},
    connector::Connector,
    error::{EgressError, Kind},
    headers,
    outside::Outside,
    policy::Policy,
    socket::Open,
    target::Target,
};
use crate::{config::Limits, usage::raise};

/// How long a connection waits to be used again.
const IDLE: Duration = Duration::from_secs(15);
/// How much of an answer HTTP/2 lets a server send ahead, on one stream and on all of a connection.
const STREAM_WINDOW: u32 = 256 << 10;
const CONNECTION_WINDOW: u32 = 1 << 20;

/// Sends what is granted, within limits. Connections are this plugin's own: one that was made under its grants is of no use to another.
pub(crate) struct Gate {
    policy: Arc<Policy>,
    limits: GateLimits,
    /// Requests under way.
    requests: Arc<Semaphore>,
    connector: Connector,
    outside: Option<Arc<dyn Outside>>,
    open: Open,
    client: Mutex<Client<Connector, RequestBody>>,
    peaks: Arc<GatePeaks>,
}

/// The most that one request has used.
#[derive(Debug, Default)]
pub(super) struct GatePeaks {
    pub(super) request_bytes: AtomicU64,
    pub(super) response_bytes: AtomicU64,
    header_bytes: AtomicU64,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct GateLimits {
    pub(super) requests: u32,
    pub(super) request_bytes: u64,
    pub(super) response_bytes: u64,
    pub(super) header_bytes: u32,
}

/// A request under way: until it is dropped.
pub(crate) type UnderWay = Arc<OwnedSemaphorePermit>;

impl Gate {
    /// # Errors
    /// `Internal` when TLS cannot be set up.
    pub(crate) fn new(egress: &Egress, policy: Policy, limits: &Limits) -> wheelhouse_core::Result<Self> {
        let limits = GateLimits {
            requests: limits.http_requests,
            request_bytes: limits.http_request_bytes,
            response_bytes: limits.http_response_bytes,
            header_bytes: limits.http_header_bytes,
        };
        let policy = Arc::new(policy);
        let open = Open::default();
        let connector =
            Connector::new(policy.clone(), egress.resolver.clone(), egress.tls.config()?, open.clone());
        Ok(Self {
            policy,
            limits,
            requests: Arc::new(Semaphore::new(limits.requests as usize)),
            client: Mutex::new(client(limits, connector.clone())),
            connector,
            outside: egress.outside.clone(),
            open,
            peaks: Arc::default(),
        })
    }

    pub(super) fn limits(&self) -> GateLimits {
        self.limits
    }

    /// A body on its way, held against the limit.
    pub(crate) fn body<B>(&self, body: B) -> RequestBody
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        counted(body, self.limits.request_bytes, self.peaks.clone())
    }

    /// What is used of the limits.
    pub(crate) fn usage(&self) -> Vec<Usage> {
        let GateLimits { requests, request_bytes, response_bytes, header_bytes } = self.limits;
        let limit = u64::from(requests);
        let used = limit.saturating_sub(self.requests.available_permits() as u64);
        let peak = |name, peak: &AtomicU64, limit| Usage {
            name,
            used: Some(peak.load(Ordering::Relaxed)),
            limit,
            peak: true,
        };
        vec![
            Usage { name: "http_requests", used: Some(used), limit, peak: false },
            peak("http_request_bytes", &self.peaks.request_bytes, request_bytes),
            peak("http_response_bytes", &self.peaks.response_bytes, response_bytes),
            peak("http_header_bytes", &self.peaks.header_bytes, header_bytes.into()),
        ]
    }

    /// How many connections are open.
    #[cfg(test)]
    pub(super) fn open(&self) -> usize {
        self.open.count()
    }

    /// The right to send a request.
    ///
    /// # Errors
    /// `Busy` when the plugin has as many under way as it may.
    pub(crate) fn begin(&self) -> Result<UnderWay, EgressError> {
        self.requests.clone().try_acquire_owned().map(Arc::new).map_err(|_| {
            EgressError::new(
                Kind::Busy,
                format!(
                    "The plugin has {} requests under way, which is its limit http_requests.",
                    self.limits.requests
                ),
            )
        })
    }

    /// Sends a request to a place and returns as soon as the head of the answer is there. Redirects are answers. Dropping the future, or
    /// the body, ends the connection.
    ///
    /// # Errors
    /// Why there is no answer.
    pub(crate) async fn send(
        &self,
        target: &Target,
        mut request: Request<RequestBody>,
        under_way: UnderWay,
    ) -> Result<Response<ResponseBody>, EgressError> {
        self.policy.check_host(target)?;
        let method = request.method();
        if [Method::CONNECT, Method::TRACE].contains(method) {
            return Err(EgressError::invalid(format!("`{method}` is no method for a plugin.")));
        }
        headers::check_request(request.headers(), self.limits.header_bytes)?;
        raise(&self.peaks.header_bytes, headers::size(request.headers()));
        if request.body().size_hint().lower() > self.limits.request_bytes {
            return Err(request_too_large(self.limits.request_bytes));
        }
        *request.uri_mut() = target.uri().clone();
        let host: Arc<str> = target.label().into();
        let sent = match &self.outside {
            None => self.connect(request, &host).await?,
            Some(outside) => self.pass(&**outside, request, &host, &under_way).await?,
        };
        let (parts, body) = sent.into_parts();
        if parts.status == StatusCode::SWITCHING_PROTOCOLS {
            return Err(EgressError::new(
                Kind::Broken,
                format!("{host} wants to speak something else than HTTP."),
            ));
        }
        headers::check_response(&parts.headers, self.limits.header_bytes, &host)?;
        raise(&self.peaks.header_bytes, headers::size(&parts.headers));
        let body = self.answer(body, &host, under_way)?;
        Ok(Response::from_parts(parts, body))
    }

    /// Over a connection of this plugin's.
    pub(super) async fn connect(
        &self,
        request: Request<RequestBody>,
        host: &str,
    ) -> Result<Response<AnswerBody>, EgressError> {
        let sent = self.client().request(request).await;
        let response = sent.map_err(|error| EgressError::of(&error, host))?;
        Ok(response.map(|body| body.map_err(Into::into).boxed_unsync()))
    }

    /// The body of an answer, held against the limit.
    pub(super) fn answer(
        &self,
        body: AnswerBody,
        host: &str,
        under_way: UnderWay,
    ) -> Result<ResponseBody, EgressError> {
        ResponseBody::new(body, host.into(), self.limits.response_bytes, self.peaks.clone(), under_way)
    }

    /// The client, or a new one where too many connections of the old one wait for another request: with the old one they close.
    fn client(&self) -> Client<Connector, RequestBody> {
        let mut current = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if self.open.count() >= 2 * self.limits.requests as usize {
            *current = client(self.limits, self.connector.clone());
        }
        current.clone()
    }
}

fn client(limits: GateLimits, connector: Connector) -> Client<Connector, RequestBody> {
    Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(limits.requests as usize)
        .http1_max_buf_size(limits.header_bytes as usize)
        .http1_max_headers(headers::HEADERS)
        .http2_max_header_list_size(limits.header_bytes)
        .http2_initial_stream_window_size(STREAM_WINDOW)
        .http2_initial_connection_window_size(CONNECTION_WINDOW)
        .build(connector)
}
