//! One request at a time: sent once, bounded in time and size.

use std::{error::Error as _, fmt::Write as _, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header::CONTENT_TYPE, redirect::Policy};
use wheelhouse_core::{CallContext, Failure, Result, clock::Clock};

use super::{
    complaint::{Complaint, Refusal, retry_after},
    endpoint::{Endpoint, is_this_machine},
    tls,
};
use crate::{failures, watch::Watch};

/// As much of an error's body as anybody reads.
const MAX_COMPLAINT: usize = 64 * 1024;
/// Shorter than what servers and balancers allow, so that a request rarely meets a connection that is just being closed.
const POOL_IDLE: Duration = Duration::from_secs(20);

/// The way to one server.
pub(crate) struct Transport {
    client: Client,
    endpoint: Endpoint,
    /// The longest silence before an answer.
    pub(crate) answer_timeout: Duration,
    /// The longest silence within one.
    pub(crate) idle_timeout: Duration,
    clock: Arc<dyn Clock>,
}

impl Transport {
    /// # Errors
    /// `Internal` when TLS cannot be set up.
    pub(crate) fn new(endpoint: Endpoint, clock: Arc<dyn Clock>) -> Result<Self> {
        let (base, timeouts) = (&endpoint.base, endpoint.timeouts);
        // reqwest repeats a request by itself only when the server has said, in HTTP/2, that it did not look at it.
        let mut client = Client::builder()
            .connect_timeout(timeouts.connect())
            .pool_idle_timeout(POOL_IDLE)
            // What users say goes where the operator has said, and nowhere else.
            .redirect(Policy::none())
            .referer(false)
            // Compiled in for Edge's voices. An event that waits in a compressor is late.
            .no_gzip()
            .user_agent(concat!("wheelhouse/", env!("CARGO_PKG_VERSION")))
            .tls_backend_preconfigured(tls::config(base)?);
        if is_this_machine(base) {
            client = client.no_proxy();
        } else if base.scheme() == "http" && endpoint.key.is_some() {
            tracing::warn!(
                setting = endpoint.party.url_setting,
                "the address is plain HTTP: the key and everything that users say can be read on the way"
            );
        }
        Ok(Self {
            client: client.build().map_err(Failure::internal)?,
            answer_timeout: timeouts.answer(),
            idle_timeout: timeouts.idle(),
            endpoint,
            clock,
        })
    }

    /// Who the server is to the host, at the beginning of a sentence.
    pub(crate) fn noun(&self) -> &str {
        &self.endpoint.party.noun
    }

    /// A watch over a call of this server.
    pub(crate) fn watch(&self, ctx: &CallContext) -> Watch {
        Watch::of(ctx, self.endpoint.party.noun.clone())
    }

    /// The server's name for people.
    pub(crate) fn host(&self) -> &str {
        self.endpoint.base.host_str().unwrap_or_default()
    }

    pub(crate) async fn get(&self, ctx: &CallContext, path: &str) -> Result<Response> {
        self.send(&self.watch(ctx), self.request(Method::GET, path)).await.map_err(|refusal| refusal.failure)
    }

    /// Sends JSON and waits for the head of an answer.
    pub(crate) async fn post(&self, watch: &Watch, path: &str, body: Vec<u8>) -> Result<Response, Refusal> {
        let request = self.request(Method::POST, path).header(CONTENT_TYPE, "application/json").body(body);
        self.send(watch, request).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.endpoint.base.as_str()))
            .headers(self.endpoint.headers.clone())
    }

    async fn send(&self, watch: &Watch, request: RequestBuilder) -> Result<Response, Refusal> {
        let response = watch
            .wait(self.answer_timeout, request.send())
            .await?
            .map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let wait = retry_after(response.headers(), self.clock.now());
        // What the status says holds even where the body does not come.
        let body = self.some_of_body(watch, response).await;
        let complaint = Complaint::read(&body);
        Err(complaint.refusal(Some(status), wait, &self.endpoint))
    }

    /// As much of a body as comes and fits.
    async fn some_of_body(&self, watch: &Watch, mut response: Response) -> BytesMut {
        let mut body = BytesMut::new();
        while let Ok(Ok(Some(piece))) = watch.wait(self.idle_timeout, response.chunk()).await {
            let room = MAX_COMPLAINT - body.len();
            body.extend_from_slice(&piece[..piece.len().min(room)]);
            if body.len() == MAX_COMPLAINT {
                break;
            }
        }
        body
    }

    /// The whole body.
    pub(crate) async fn body(&self, watch: &Watch, mut response: Response, max: usize) -> Result<Bytes> {
        let mut body = BytesMut::new();
        let mut limit = self.answer_timeout;
        while let Some(piece) =
            watch.wait(limit, response.chunk()).await?.map_err(|error| self.broken_off(&error))?
        {
            if body.len() + piece.len() > max {
                return Err(failures::oversized(self.noun(), "body", max));
            }
            body.extend_from_slice(&piece);
            limit = self.idle_timeout;
        }
        Ok(body.freeze())
    }

    /// A complaint in the middle of an answer.
    pub(crate) fn complaint(&self, body: &[u8]) -> Failure {
        Complaint::read(body).refusal(None, None, &self.endpoint).failure
    }

    /// No connection could be made, or it broke before there was an answer.
    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let (noun, detail) = (self.noun(), self.chain(error));
        if error.is_timeout() {
            failures::unreachable_in_time(noun, detail)
        } else {
            failures::unreachable(noun, detail)
        }
    }

    /// The connection broke in the middle of an answer.
    pub(crate) fn broken_off(&self, error: &reqwest::Error) -> Failure {
        failures::broken_off(self.noun(), self.chain(error))
    }

    /// An error with its causes and without the URL.
    pub(crate) fn chain(&self, error: &reqwest::Error) -> String {
        // The outermost sentence ends in the URL, and says no more than its causes do.
        let mut text = String::new();
        let mut cause = error.source();
        while let Some(error) = cause {
            let separator = if text.is_empty() { "" } else { ": " };
            write!(text, "{separator}{error}").expect("writing to a String does not fail");
            cause = error.source();
        }
        if text.is_empty() { "connection failed".to_owned() } else { text }
    }
}

/// Whether the server calls its answer this.
pub(crate) fn is_a(response: &Response, kind: &str) -> bool {
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type
        .is_some_and(|value| value.split(';').next().is_some_and(|it| it.trim().eq_ignore_ascii_case(kind)))
}

/// The status of a gateway that gave up waiting for the server behind it.
pub(crate) fn is_timeout(status: StatusCode) -> bool {
    matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT)
}
