//! `wasi:http`'s handler, of WASI 0.2 and 0.3: a component that is a web service of its own.

use std::{
    convert::Infallible,
    future::poll_fn,
    pin::pin,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use futures_util::{
    FutureExt,
    future::{Either, select},
};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Uri};
use http_body::Frame;
use http_body_util::{BodyExt, Full};
use tokio::{
    sync::oneshot::{self, error::TryRecvError},
    task::unconstrained,
};
use wasmtime::component::InstancePre;
use wasmtime_wasi_http::{FieldMap, WasiBody, WasiHttpView, p2, p3};
use wheelhouse_core::{Failure, FailureClass, mount::MountRequest};

use crate::{
    contract::v0_1::Guest,
    session::{Opening, Outlet, Verdict},
    state::State,
};

/// An answer that has not begun.
type HttpOpening = Opening<Head, Bytes>;

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

/// Has the service answer, and waits for the end of it.
///
/// # Errors
/// When the guest does not answer.
pub(crate) async fn open_http(guest: Guest<'_>, request: MountRequest, opening: HttpOpening) -> Verdict {
    let request = match to_guest(request) {
        Ok(request) => request,
        Err(failure) => return Ok(Some(Err(failure))),
    };
    match guest.handler()? {
        Handler::P2(indices) => open_p2(guest, indices, request, opening).await,
        Handler::P3(indices) => open_p3(guest, indices, request, opening).await,
    }
}

/// In 0.2 the guest hands over its answer, writes the body, and has ended when that is done. While it waits for room to write, nothing else
/// runs in its store: the body is taken by a task of its own.
async fn open_p2(
    guest: Guest<'_>,
    indices: &p2::bindings::exports::wasi::http::incoming_handler::GuestIndices,
    request: Request<WasiBody>,
    opening: HttpOpening,
) -> Verdict {
    let (guest_ends, guest_ended) = oneshot::channel();
    let (end, ended) = oneshot::channel();
    let once = Mutex::new(Some((opening, guest_ended, end)));
    let answer = move |answer: Result<Response<WasiBody>, p2::bindings::http::types::ErrorCode>| {
        let first = once.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((opening, guest_ended, end)) = first else { return };
        match answer {
            Ok(answer) => {
                let (head, body) = head(answer);
                let outlet = opening.open(head);
                tokio::spawn(async move {
                    // Nobody waits for it when the guest was stopped.
                    let _ = end.send(take(body, outlet, guest_ended).await);
                });
            }
            Err(code) => {
                let _ = end.send(Ok(Some(Err(refused(&code)))));
            }
        }
    };
    let (handler, request, answer) = guest.accessor.with(|mut access| {
        let handler = indices.load(&mut access, guest.instance)?.func_handle();
        let mut view = access.data_mut().http();
        let request = view.new_incoming_request(p2::bindings::http::types::Scheme::Http, request)?;
        wasmtime::error::Ok((handler, request, view.new_response_outparam_from_callback(answer)?))
    })?;
    handler.call_concurrent(guest.accessor, (request, answer)).await?;
    let _ = guest_ends.send(());
    ended.await.unwrap_or_else(|_| Err(wasmtime::Error::msg("it never called `response-outparam.set`")))
}

/// In 0.3 the answer is a value, whose body is a stream that the guest goes on to write.
async fn open_p3(
    guest: Guest<'_>,
    indices: &p3::bindings::exports::wasi::http::handler::GuestIndices,
    request: Request<WasiBody>,
    opening: HttpOpening,
) -> Verdict {
    let accessor = guest.accessor;
    let (handler, request, received) = accessor.with(|mut access| {
        let handler = indices.load(&mut access, guest.instance)?;
        let view = access.data_mut().http();
        let (parts, body) = request.into_parts();
        let uri = parts.uri.into_parts();
        let headers = FieldMap::new_immutable(view.hooks, parts.headers);
        let (request, received) = p3::Request::new(
            parts.method,
            uri.scheme,
            uri.authority,
            uri.path_and_query,
            headers,
            None,
            body,
        );
        wasmtime::error::Ok((handler, view.table.push(request)?, received))
    })?;
    let answer = match handler.call_handle(accessor, request).await? {
        Ok(answer) => answer,
        Err(code) => return Ok(Some(Err(refused(&code)))),
    };
    let answer = accessor.with(|mut access| {
        let answer = access.data_mut().http().table.delete(answer)?;
        answer.into_http(&mut access, received)
    })?;
    let (head, mut body) = head(answer);
    let mut outlet = opening.open(head);
    let end = pass_on(&mut body, &mut outlet).await?;
    if matches!(end, Some(Ok(()))) {
        outlet.finish();
    }
    // What the guest still does is not over.
    poll_fn(|cx| accessor.poll_no_interesting_tasks(cx)).await;
    Ok(end)
}

/// Takes a body for the listener, to its end or to what there is of it when the guest has ended.
async fn take(
    mut body: WasiBody,
    mut outlet: Outlet<Bytes>,
    mut guest_ended: oneshot::Receiver<()>,
) -> Verdict {
    let passed_on = {
        let passing_on = pin!(pass_on(&mut body, &mut outlet));
        match select(passing_on, &mut guest_ended).await {
            Either::Left((passed_on, _)) => Some(passed_on?),
            Either::Right((Ok(()), _)) => None,
            Either::Right((Err(_), _)) => return Ok(None),
        }
    };
    let end = match passed_on {
        // A guest that was stopped leaves a body that looks as if it had ended.
        Some(_) if guest_ended.try_recv() == Err(TryRecvError::Closed) => return Ok(None),
        Some(end) => end,
        None => pass_on_rest(&mut body, &mut outlet).await?,
    };
    if matches!(end, Some(Ok(()))) {
        outlet.finish();
    }
    Ok(end)
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
async fn pass_on_rest(body: &mut WasiBody, outlet: &mut Outlet<Bytes>) -> Verdict {
    loop {
        if !poll_fn(|cx| outlet.poll_ready(cx)).await {
            return Ok(NOBODY_LISTENS);
        }
        // Unconstrained, or the runtime might have it wait for the sake of others.
        let Some(frame) = unconstrained(body.frame()).now_or_never() else { return Ok(None) };
        if let Some(end) = hand_on(frame, outlet)? {
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
