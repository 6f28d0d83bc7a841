//! `wasi:http`'s handler, of WASI 0.2 and 0.3: a component that is a web service of its own.

use std::{convert::Infallible, future::poll_fn, time::Duration};

use bytes::Bytes;
use futures_util::{
    FutureExt,
    future::{BoxFuture, Either, select},
};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Uri};
use http_body::Frame;
use http_body_util::{BodyExt, Full};
use tokio::{sync::oneshot, task::unconstrained, time::timeout};
use wasmtime::component::InstancePre;
use wasmtime_wasi_http::{WasiBody, WasiHttpView, p2, p3};
use wheelhouse_core::{Failure, FailureClass, mount::MountRequest};

use crate::{
    contract::v0_1::{Answer, Guest},
    session::{Opened, Outlet, Verdict},
    state::State,
};

/// How long a component may go on once its answer is whole. Who waits for the answer's end waits as long.
const AFTERWARDS: Duration = Duration::from_millis(250);

/// Where a component's handler is.
pub(crate) enum Handler {
    P2(p2::bindings::exports::wasi::http::incoming_handler::GuestIndices),
    P3(p3::bindings::exports::wasi::http::handler::GuestIndices),
}

/// Status and headers of an answer.
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
}

impl Handler {
    /// The newer one, of a component that has both.
    ///
    /// # Errors
    /// When the component has neither, or something else under the name.
    pub(crate) fn of(pre: &InstancePre<State>) -> wasmtime::Result<Self> {
        match p3::bindings::exports::wasi::http::handler::GuestIndices::new(pre) {
            Ok(indices) => Ok(Self::P3(indices)),
            Err(_) => {
                p2::bindings::exports::wasi::http::incoming_handler::GuestIndices::new(pre).map(Self::P2)
            }
        }
    }
}

/// Has the service answer, its body into the outlet.
///
/// # Errors
/// When the guest does not answer.
pub(crate) async fn open_http(
    guest: Guest<'_>,
    request: MountRequest,
    outlet: Outlet<Bytes>,
) -> Answer<Opened<'_, Head>> {
    let request = match to_guest(request) {
        Ok(request) => request,
        Err(failure) => return Ok(Err(failure)),
    };
    match guest.handler()? {
        Handler::P2(indices) => open_p2(guest, indices, request, outlet).await,
        Handler::P3(indices) => open_p3(guest, indices, request, outlet).await,
    }
}

/// In 0.2 the guest hands over its answer before it writes the body, and has ended when that is written.
async fn open_p2<'g>(
    guest: Guest<'g>,
    indices: &'g p2::bindings::exports::wasi::http::incoming_handler::GuestIndices,
    request: Request<WasiBody>,
    outlet: Outlet<Bytes>,
) -> Answer<Opened<'g, Head>> {
    let accessor = guest.accessor;
    let (answer, answered) = oneshot::channel();
    let (handler, request, answer) = accessor.with(|mut access| {
        let handler = indices.load(&mut access, guest.instance)?.func_handle();
        let mut view = access.data_mut().http();
        let request = view.new_incoming_request(p2::bindings::http::types::Scheme::Http, request)?;
        wasmtime::Result::Ok((handler, request, view.new_response_outparam(answer)?))
    })?;
    let handling: BoxFuture<'g, wasmtime::Result<()>> =
        Box::pin(handler.call_concurrent(accessor, (request, answer)));
    let no_answer = || wasmtime::Error::msg("it never called `response-outparam.set`");
    let (answer, handling) = match select(answered, handling).await {
        Either::Left((Ok(answer), handling)) => (answer, Some(handling)),
        Either::Left((Err(_), handling)) => {
            handling.await?;
            return Err(no_answer());
        }
        Either::Right((ended, mut answered)) => {
            ended?;
            (answered.try_recv().map_err(|_| no_answer())?, None)
        }
    };
    let answer = match answer {
        Ok(answer) => answer,
        Err(code) => return Ok(Err(refused(&code))),
    };
    let (head, body) = head(answer);
    let ending = async move {
        let Some(handling) = handling else { return pass_on_rest(body, outlet).await };
        let (mut body, mut outlet) = (body, outlet);
        match select(Box::pin(pass_on(&mut body, &mut outlet)), handling).await {
            Either::Left((passed_on, handling)) => {
                drop(outlet);
                if let Ok(ended) = timeout(AFTERWARDS, handling).await {
                    ended?;
                }
                passed_on
            }
            Either::Right((ended, passing_on)) => {
                drop(passing_on);
                ended?;
                pass_on_rest(body, outlet).await
            }
        }
    };
    Ok(Ok(Opened { head, ending: Box::pin(ending) }))
}

/// In 0.3 the answer is a value, whose body is a stream that the guest goes on to write.
async fn open_p3<'g>(
    guest: Guest<'g>,
    indices: &'g p3::bindings::exports::wasi::http::handler::GuestIndices,
    request: Request<WasiBody>,
    outlet: Outlet<Bytes>,
) -> Answer<Opened<'g, Head>> {
    let accessor = guest.accessor;
    let (handler, request, received) = accessor.with(|mut access| {
        let handler = indices.load(&mut access, guest.instance)?;
        let view = access.data_mut().http();
        let (request, received) = p3::Request::from_http(view.hooks, request);
        wasmtime::Result::Ok((handler, view.table.push(request)?, received))
    })?;
    let answer = match handler.call_handle(accessor, request).await? {
        Ok(answer) => answer,
        Err(code) => return Ok(Err(refused(&code))),
    };
    let answer = accessor.with(|mut access| {
        let answer = access.data_mut().http().table.delete(answer)?;
        answer.into_http(&mut access, received)
    })?;
    let (head, body) = head(answer);
    let ending = async move {
        let (mut body, mut outlet) = (body, outlet);
        let passed_on = pass_on(&mut body, &mut outlet).await;
        drop(outlet);
        // Whether it takes that long or not: the answer is whole.
        let _ = timeout(AFTERWARDS, poll_fn(|cx| accessor.poll_no_interesting_tasks(cx))).await;
        passed_on
    };
    Ok(Ok(Opened { head, ending: Box::pin(ending) }))
}

/// Hands the body on, piece by piece, to its end.
async fn pass_on(body: &mut WasiBody, outlet: &mut Outlet<Bytes>) -> Verdict {
    loop {
        if !poll_fn(|cx| outlet.poll_ready(cx)).await {
            return Ok(NOBODY_LISTENS);
        }
        let frame = body.frame().await;
        if let Some(end) = hand_on(frame, outlet)? {
            return Ok(Some(end));
        }
    }
}

/// Hands on what a guest that has ended left behind. Nothing is added to it: a body that goes on has been cut off.
async fn pass_on_rest(mut body: WasiBody, mut outlet: Outlet<Bytes>) -> Verdict {
    loop {
        if !poll_fn(|cx| outlet.poll_ready(cx)).await {
            return Ok(NOBODY_LISTENS);
        }
        // Unconstrained, or the runtime might have it wait for the sake of others.
        let Some(frame) = unconstrained(body.frame()).now_or_never() else { return Ok(None) };
        if let Some(end) = hand_on(frame, &mut outlet)? {
            return Ok(Some(end));
        }
    }
}

/// And then nobody asks how it ended.
const NOBODY_LISTENS: Option<wheelhouse_core::Result<()>> = Some(Ok(()));

/// Hands on one piece. How the body ended, if it did.
fn hand_on(
    frame: Option<Result<Frame<Bytes>, wasmtime_wasi_http::Error>>,
    outlet: &mut Outlet<Bytes>,
) -> Verdict {
    match frame {
        None => Ok(Some(Ok(()))),
        Some(Ok(frame)) => {
            if let Ok(piece) = frame.into_data() {
                let bytes = piece.len();
                outlet.send(piece, bytes)?;
            }
            Ok(None)
        }
        Some(Err(error)) => {
            let message = "The answer broke off before its end.";
            let failure = Failure::new(FailureClass::Truncated, message).with_detail(format!("{error:?}"));
            Ok(Some(Err(failure)))
        }
    }
}

/// # Errors
/// `Invalid` when the client asked for a host that is none.
fn to_guest(request: MountRequest) -> Result<Request<WasiBody>, Failure> {
    let uri = Uri::builder()
        .scheme("http")
        .authority(request.authority)
        .path_and_query(request.path_and_query)
        .build()
        .map_err(|_| Failure::invalid_field("Host", "must be a host, with or without a port"))?;
    let body = Full::new(request.body).map_err(|never: Infallible| match never {}).boxed_unsync();
    let mut sent = Request::new(body);
    *sent.method_mut() = request.method.parse().map_err(|_| Failure::invalid("The method is none."))?;
    *sent.uri_mut() = uri;
    let headers = request.headers.into_iter().filter_map(|(name, value)| {
        Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?))
    });
    for (name, value) in headers {
        sent.headers_mut().append(name, value);
    }
    Ok(sent)
}

fn head(answer: Response<WasiBody>) -> (Head, WasiBody) {
    let (parts, body) = answer.into_parts();
    (Head { status: parts.status.as_u16(), headers: texts(&parts.headers) }, body)
}

/// Headers that are text.
fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect()
}

/// The guest has no answer and says so in the words of `wasi:http`.
fn refused(code: &impl std::fmt::Debug) -> Failure {
    Failure::internal(format!("the service gave an error for an answer: {code:?}"))
}
