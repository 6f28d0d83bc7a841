//! One request at a time: sent once, bounded in time and size.

use std::{error::Error as _, fmt::Write as _, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use reqwest::{
    Client, Method, RequestBuilder, Response, StatusCode, Url,
    header::{CONTENT_TYPE, HeaderMap},
    redirect::Policy,
};
use wheelhouse_core::{CallContext, Failure, Result, clock::Clock};

use super::{
    complaint::{Complaint, Refusal, retry_after},
    config::OpenAiConfig,
    failures, tls,
    watch::Watch,
};

/// As much of an error's body as anybody reads.
const MAX_COMPLAINT: usize = 64 * 1024;
/// Shorter than what servers and balancers allow, so that a request rarely meets a connection that is just being closed.
const POOL_IDLE: Duration = Duration::from_secs(20);

/// The way to one server.
pub(super) struct Transport {
    client: Client,
    base: Url,
    headers: HeaderMap,
    /// To keep it out of what servers say.
    key: Option<String>,
    /// The longest silence before an answer.
    pub(super) answer_timeout: Duration,
    /// The longest silence within one.
    pub(super) idle_timeout: Duration,
    clock: Arc<dyn Clock>,
}

impl Transport {
    pub(super) fn new(config: &OpenAiConfig, clock: Arc<dyn Clock>) -> Result<Self> {
        let base = config.base().map_err(Failure::invalid)?;
        // reqwest repeats a request by itself only when the server has said, in HTTP/2, that it did not look at it.
        let mut client = Client::builder()
            .connect_timeout(Duration::from_millis(config.connect_timeout_ms))
            .pool_idle_timeout(POOL_IDLE)
            // A prompt goes where the operator has said, and nowhere else.
            .redirect(Policy::none())
            .referer(false)
            .user_agent(concat!("wheelhouse/", env!("CARGO_PKG_VERSION")))
            .tls_backend_preconfigured(tls::config(&base)?);
        if is_this_machine(&base) {
            client = client.no_proxy();
        } else if base.scheme() == "http" && config.key().is_some() {
            tracing::warn!(
                "openai.base_url is plain HTTP: the key and everything that users say can be read on the way"
            );
        }
        Ok(Self {
            client: client.build().map_err(Failure::internal)?,
            base,
            headers: config.headers().into_iter().collect(),
            key: config.key().map(str::to_owned),
            answer_timeout: Duration::from_millis(config.answer_timeout_ms),
            idle_timeout: Duration::from_millis(config.idle_timeout_ms),
            clock,
        })
    }

    /// The server's name for people.
    pub(super) fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }

    pub(super) async fn get(&self, ctx: &CallContext, path: &str) -> Result<Response> {
        self.send(ctx, self.request(Method::GET, path)).await.map_err(|refusal| refusal.failure)
    }

    /// Sends JSON and waits for the head of an answer.
    pub(super) async fn post(
        &self,
        ctx: &CallContext,
        path: &str,
        body: Vec<u8>,
    ) -> Result<Response, Refusal> {
        let request = self.request(Method::POST, path).header(CONTENT_TYPE, "application/json").body(body);
        self.send(ctx, request).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base.as_str())).headers(self.headers.clone())
    }

    async fn send(&self, ctx: &CallContext, request: RequestBuilder) -> Result<Response, Refusal> {
        let watch = Watch::of(ctx);
        let response = watch
            .wait(self.answer_timeout, request.send())
            .await?
            .map_err(|error| failures::unreachable(&error, &self.chain(&error)))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let wait = retry_after(response.headers(), self.clock.now());
        // What the status says holds even where the body does not come.
        let body = self.some_of_body(&watch, response).await;
        let complaint = Complaint::read(&body);
        Err(complaint.refusal(Some(status), wait, self.key.as_deref()))
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
    pub(super) async fn body(&self, watch: &Watch, mut response: Response, max: usize) -> Result<Bytes> {
        let mut body = BytesMut::new();
        let mut limit = self.answer_timeout;
        while let Some(piece) = watch
            .wait(limit, response.chunk())
            .await?
            .map_err(|error| failures::broken_off(self.chain(&error)))?
        {
            if body.len() + piece.len() > max {
                return Err(failures::oversized("body", max));
            }
            body.extend_from_slice(&piece);
            limit = self.idle_timeout;
        }
        Ok(body.freeze())
    }

    /// A complaint in the middle of an answer.
    pub(super) fn complaint(&self, body: &[u8]) -> Failure {
        Complaint::read(body).refusal(None, None, self.key.as_deref()).failure
    }

    /// An error with its causes and without the URL.
    pub(super) fn chain(&self, error: &reqwest::Error) -> String {
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

/// Whether nothing stands between the host and the server, least of all a proxy.
fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether the server calls its answer this.
pub(super) fn is_a(response: &Response, kind: &str) -> bool {
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type
        .is_some_and(|value| value.split(';').next().is_some_and(|it| it.trim().eq_ignore_ascii_case(kind)))
}

/// The status of a gateway that gave up waiting for the server behind it.
pub(super) fn is_timeout(status: StatusCode) -> bool {
    matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT)
}
