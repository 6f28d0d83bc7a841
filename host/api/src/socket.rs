//! PAM's WebSocket: `GET /api/v1/pam/ws/{user_id}?token=`.
//!
//! Close codes: 4001 the token is missing, not valid, expired or another user's; 4008 too many frames or sockets; 4009 a message is
//! too large; 1001 the host is going away, or the client has gone silent; 1013 the host is full or cannot check tokens now. They are
//! sent on the open socket, as browsers do not show a page why a handshake failed.

mod chat;
mod frames;
mod rate;
mod registry;
mod session;

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use salvo::{
    Depot, Request, Response, Writer, handler,
    http::{HeaderValue, StatusCode, header::UPGRADE},
    websocket::{Message, WebSocket, WebSocketUpgrade},
};
use tokio::time::timeout;
use tracing::Instrument;
use wheelhouse_core::{Caller, Failure, FailureClass, User};

use crate::{
    call::Call,
    endpoint::{Access, Deadline, Docs, Endpoint, Tag},
    problem::Problem,
    state::State,
};
use registry::Seat;
pub(crate) use registry::Sockets;
use session::Session;

/// How much more than allowed is still read, so that the close code reaches a client that is in the middle of sending.
const OVERSIZE_BYTES: usize = 2 << 20;
/// How long a client gets to take a frame, or to answer a close.
const SEND_LIMIT: Duration = Duration::from_secs(10);
const CLOSE_LIMIT: Duration = Duration::from_secs(2);
/// How long the cache may take to say whether a token still holds.
const VERIFY_LIMIT: Duration = Duration::from_secs(2);

/// Why a socket is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Close {
    code: u16,
    reason: &'static str,
}

impl Close {
    const UNAUTHENTICATED: Self = Self { code: 4001, reason: "the token is missing, not valid or expired" };
    const OTHER_USER: Self = Self { code: 4001, reason: "the token is another user's" };
    const RATE: Self = Self { code: 4008, reason: "too many frames" };
    const TOO_MANY_SOCKETS: Self = Self { code: 4008, reason: "too many sockets of one user" };
    const TOO_LARGE: Self = Self { code: 4009, reason: "the message is too large" };
    const GOING_AWAY: Self = Self { code: 1001, reason: "the host is going away" };
    const SILENT: Self = Self { code: 1001, reason: "no sign of life" };
    const TRY_LATER: Self = Self { code: 1013, reason: "try again later" };
    const PROTOCOL: Self = Self { code: 1002, reason: "not the WebSocket protocol" };
    const NOT_UTF8: Self = Self { code: 1007, reason: "a text that is not UTF-8" };
}

#[handler]
async fn connect(call: Call, req: &mut Request, depot: &mut Depot, res: &mut Response) {
    let Call { ctx, state } = call;
    let user_id = req.param::<String>("user_id").unwrap_or_default();
    let token = form_urlencoded::parse(req.uri().query().unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "token")
        .map(|(_, token)| token.into_owned());
    let admitted = admit(&state, &user_id, token.as_deref()).await;
    let limit = state.config.websocket.message_bytes + OVERSIZE_BYTES;
    let upgrade = WebSocketUpgrade::new().max_message_size(limit).max_frame_size(limit);
    let span = tracing::info_span!("socket", request_id = %ctx.request_id);
    let (locale, time_zone) = (ctx.locale, ctx.time_zone);
    let upgraded = upgrade
        .upgrade(req, res, move |mut socket| {
            async move {
                match admitted {
                    Ok((caller, user, seat)) => {
                        let session =
                            Session::new(state, caller, user, token.unwrap_or_default(), locale, time_zone);
                        session.run(socket).await;
                        drop(seat);
                    }
                    Err(close) => {
                        tracing::info!(code = close.code, "socket refused");
                        say_goodbye(&mut socket, close).await;
                    }
                }
            }
            .instrument(span)
        })
        .await;
    if upgraded.is_err() {
        let failure = Failure::invalid("This address speaks WebSocket; open it as `ws://` or `wss://`.")
            .with_code("upgrade_required");
        res.headers_mut().insert(UPGRADE, HeaderValue::from_static("websocket"));
        Problem::with_status(failure, StatusCode::UPGRADE_REQUIRED).render(req, depot, res);
    }
}

/// Whether this token may open this user's socket, and whether there is a place for it.
async fn admit(
    state: &Arc<State>,
    user_id: &str,
    token: Option<&str>,
) -> Result<(Caller, User, Seat), Close> {
    let token = token.filter(|token| !token.is_empty()).ok_or(Close::UNAUTHENTICATED)?;
    let caller = verify(state, token).await?;
    let Caller::User { user, .. } = &caller else { return Err(Close::UNAUTHENTICATED) };
    let user = user.clone();
    if user.id.as_str() != user_id {
        return Err(Close::OTHER_USER);
    }
    let seat = state.sockets.admit(&user.id, &state.config.websocket)?;
    Ok((caller, user, seat))
}

/// Whose the token is, by the host's one verifier.
async fn verify(state: &State, token: &str) -> Result<Caller, Close> {
    let checked = timeout(VERIFY_LIMIT, state.services.accounts.verify(token)).await;
    match checked.unwrap_or_else(|_| Err(Failure::timeout("The token was not checked in time."))) {
        Ok(caller) => Ok(caller),
        Err(failure) if failure.class == FailureClass::Unauthenticated => Err(Close::UNAUTHENTICATED),
        // Clients sign out on 4001, and this is not the token's fault.
        Err(failure) => {
            let (class, detail) = (failure.class.as_str(), failure.detail.as_deref().unwrap_or_default());
            tracing::warn!(class, detail, "a token cannot be checked");
            Err(Close::TRY_LATER)
        }
    }
}

/// Sends the close frame and waits a moment for the client's, as closing the connection before it would lose ours.
async fn say_goodbye(socket: &mut WebSocket, close: Close) {
    let closing = async {
        if socket.send(Message::close_with(close.code, close.reason)).await.is_ok() {
            while let Some(Ok(_)) = socket.next().await {}
        }
    };
    // A client that does not answer has had its time.
    let _ = timeout(CLOSE_LIMIT, closing).await;
}

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/pam/ws/{user_id}", connect)
            .access(Access::Socket)
            .deadline(Deadline::Socket)
            .docs(
                Docs::new(Tag::Pam, "socket", "Talk to PAM over a WebSocket", frames::DESCRIPTION)
                    .path("user_id", "The token's own user.", "0198a1f0-8c3e-7b5a-9d2e-4f6a8b0c1d2e")
                    .query(
                        "token",
                        "An access token. Without a valid one the socket is closed with 4001.",
                        "eyJhbGciOiJIUzI1NiJ9",
                    )
                    .empty(101, "The socket is open.")
                    .fails(&[426]),
            ),
    ]
}
