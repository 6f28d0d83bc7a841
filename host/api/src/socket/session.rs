//! One open socket: reads, writes, pings, and starts chats without waiting for them.

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use futures_util::StreamExt;
use jiff::tz::TimeZone;
use salvo::websocket::{Message, WebSocket};
use serde_json::{Map, Value};
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout},
};
use tracing::Instrument;
use uuid::Uuid;
use wheelhouse_core::{CallContext, Caller, Failure, FailureClass, Result, User};
use wheelhouse_services::{Connection, TurnRequest};

use super::{
    Close, SEND_LIMIT,
    chat::{Chat, LastConversation},
    frames::{ChatFrame, ClientFrame, ServerFrame, Unreadable},
    rate::Allowance,
    say_goodbye, verify,
};
use crate::{client_context::ClientContext, state::State};

/// Frames of chats that wait to be sent.
const WAITING_FRAMES: usize = 32;

/// How a socket ends.
enum End {
    /// The host closes it.
    Close(Close),
    /// The client has closed it, or is gone.
    Gone,
}

type Flow = ControlFlow<End>;

/// One open socket.
pub(super) struct Session {
    id: Uuid,
    state: Arc<State>,
    caller: Caller,
    user: User,
    token: String,
    locale: Arc<str>,
    time_zone: TimeZone,
    context: ClientContext,
    conversation: LastConversation,
    allowance: Allowance,
    chats: JoinSet<()>,
    frames: mpsc::Sender<ServerFrame>,
    waiting: mpsc::Receiver<ServerFrame>,
    heard: Instant,
}

impl Session {
    pub(super) fn new(
        state: Arc<State>,
        caller: Caller,
        user: User,
        token: String,
        locale: Arc<str>,
        time_zone: TimeZone,
    ) -> Self {
        let (frames, waiting) = mpsc::channel(WAITING_FRAMES);
        let heard = Instant::now();
        Self {
            id: state.entropy.uuid(state.clock.now()),
            allowance: Allowance::new(&state.config.websocket, heard),
            state,
            caller,
            user,
            token,
            locale,
            time_zone,
            context: ClientContext::default(),
            conversation: LastConversation::default(),
            chats: JoinSet::new(),
            frames,
            waiting,
            heard,
        }
    }

    /// Serves the socket until either side ends it.
    pub(super) async fn run(mut self, mut socket: WebSocket) {
        tracing::info!(user = %self.user.id, "socket open");
        match self.serve(&mut socket).await {
            End::Close(close) => {
                tracing::info!(user = %self.user.id, code = close.code, "socket closed by the host");
                say_goodbye(&mut socket, close).await;
            }
            End::Gone => tracing::info!(user = %self.user.id, "socket closed by the client"),
        }
    }

    async fn serve(&mut self, socket: &mut WebSocket) -> End {
        let greeting = ServerFrame::Connection {
            status: "connected",
            message: "Connected to PAM.",
            user_id: self.user.id.0.clone(),
            timestamp: self.state.clock.now(),
        };
        if let Flow::Break(end) = send(socket, &greeting).await {
            return end;
        }
        let every = Duration::from_secs(self.state.config.websocket.ping_seconds);
        let mut pings = interval_at(Instant::now() + every, every);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let shutdown = self.state.shutdown.clone();
        // Once the host is told to stop, chats that run may end until then.
        let mut last_moment: Option<Instant> = None;
        loop {
            let flow = tokio::select! {
                () = shutdown.cancelled(), if last_moment.is_none() => {
                    last_moment = Some(Instant::now() + self.state.config.drain());
                    Flow::Continue(())
                }
                () = until(last_moment), if last_moment.is_some() => {
                    Flow::Break(End::Close(Close::GOING_AWAY))
                }
                message = socket.next() => match message {
                    Some(Ok(message)) => self.hear(socket, &message, last_moment.is_some()).await,
                    Some(Err(error)) => Flow::Break(broken(&error)),
                    None => Flow::Break(End::Gone),
                },
                Some(frame) = self.waiting.recv() => send(socket, &frame).await,
                Some(done) = self.chats.join_next() => self.finish(socket, done.is_err()).await,
                _ = pings.tick() => self.ping(socket).await,
            };
            if let Flow::Break(end) = flow {
                return end;
            }
            if last_moment.is_some() && self.chats.is_empty() && self.waiting.is_empty() {
                return End::Close(Close::GOING_AWAY);
            }
        }
    }

    async fn hear(&mut self, socket: &mut WebSocket, message: &Message, stopping: bool) -> Flow {
        self.heard = Instant::now();
        if message.is_close() {
            // Reading on sends the answer to it.
            return Flow::Continue(());
        }
        if message.is_pong() {
            return Flow::Continue(());
        }
        if !self.allowance.take(self.heard) {
            let failure = Failure::new(FailureClass::RateLimited, "Too many frames; the socket is closed.");
            let _ = self.refuse(socket, failure, None).await;
            return Flow::Break(End::Close(Close::RATE));
        }
        if message.is_ping() {
            return Flow::Continue(());
        }
        if message.as_bytes().len() > self.state.config.websocket.message_bytes {
            return Flow::Break(End::Close(Close::TOO_LARGE));
        }
        let Ok(text) = message.as_str() else {
            let failure = Failure::invalid("Frames are JSON texts.").with_code("malformed_frame");
            return self.refuse(socket, failure, None).await;
        };
        let timestamp = self.state.clock.now();
        match ClientFrame::parse(text) {
            Ok(ClientFrame::Ping) => send(socket, &ServerFrame::Pong { timestamp }).await,
            Ok(ClientFrame::Pong) => Flow::Continue(()),
            Ok(ClientFrame::Context(context)) => match self.keep_context(&context) {
                Ok(()) => send(socket, &ServerFrame::ContextUpdated { timestamp }).await,
                Err(failure) => self.refuse(socket, failure, None).await,
            },
            Ok(ClientFrame::Chat(chat)) => {
                let request_id = chat.request_id.clone();
                let started = match verify(&self.state, &self.token).await {
                    Ok(_) => self.start(*chat, stopping),
                    Err(close) if close == Close::UNAUTHENTICATED => return Flow::Break(End::Close(close)),
                    Err(_) => Err(Failure::unavailable("The token cannot be checked for now; try again.")),
                };
                match started {
                    Ok(()) => Flow::Continue(()),
                    Err(failure) => self.refuse(socket, failure, request_id).await,
                }
            }
            Err(Unreadable { failure, request_id }) => self.refuse(socket, *failure, request_id).await,
        }
    }

    fn keep_context(&mut self, context: &Map<String, Value>) -> Result<()> {
        self.context = self.context.updated(ClientContext::parse(context)?);
        Ok(())
    }

    /// Begins a chat. Its frames come by `waiting`.
    fn start(&mut self, chat: ChatFrame, stopping: bool) -> Result<()> {
        if stopping {
            return Err(Failure::unavailable(
                "The host is going away; connect again and send the message again.",
            )
            .with_code("going_away"));
        }
        let limit = self.state.config.websocket.max_running_chats;
        if self.chats.len() >= limit {
            let message = format!("{limit} messages are being answered; wait for one of them.");
            return Err(
                Failure::new(FailureClass::RateLimited, message).with_retry_after(Duration::from_secs(2))
            );
        }
        let context = self.context.updated(ClientContext::parse(&chat.context.unwrap_or_default())?);
        let now = self.state.clock.now();
        let time_left = Duration::from_secs(self.state.config.deadlines.chat_seconds);
        let mut ctx =
            CallContext::new(self.state.entropy.uuid(now).to_string(), self.caller.clone(), now, time_left);
        ctx.locale = self.locale.clone();
        ctx.time_zone = self.time_zone.clone();
        context.apply(&mut ctx);
        let span = tracing::info_span!("chat", request_id = %ctx.request_id, user = %self.user.id);
        let chat = Chat {
            state: self.state.clone(),
            ctx,
            request: TurnRequest {
                message: chat.message,
                conversation_id: chat.conversation_id,
                session_id: chat.session_id.filter(|id| !id.is_empty()),
                request_id: chat.request_id.filter(|id| !id.is_empty()),
                page: context.page,
                connection: Some(Connection { id: self.id, conversation: self.conversation.get() }),
            },
            stream: chat.stream.unwrap_or_default(),
            frames: self.frames.clone(),
            conversation: self.conversation.clone(),
        };
        self.chats.spawn(chat.run().instrument(span));
        Ok(())
    }

    /// A chat's task is over. One that panicked has not answered.
    async fn finish(&mut self, socket: &mut WebSocket, panicked: bool) -> Flow {
        if !panicked {
            return Flow::Continue(());
        }
        let failure = Failure::internal("a chat panicked; the panic itself is on standard error");
        tracing::error!(user = %self.user.id, "a chat panicked");
        self.refuse(socket, failure, None).await
    }

    /// Asks for a sign of life, and looks whether the token still holds.
    async fn ping(&mut self, socket: &mut WebSocket) -> Flow {
        if self.heard.elapsed() >= Duration::from_secs(self.state.config.websocket.idle_seconds) {
            return Flow::Break(End::Close(Close::SILENT));
        }
        match verify(&self.state, &self.token).await {
            Err(close) if close == Close::UNAUTHENTICATED => Flow::Break(End::Close(close)),
            // A token that cannot be checked for now was good when it was.
            Ok(_) | Err(_) => write(socket, Message::ping("")).await,
        }
    }

    async fn refuse(&self, socket: &mut WebSocket, failure: Failure, request_id: Option<String>) -> Flow {
        tracing::debug!(user = %self.user.id, class = failure.class.as_str(), code = failure.code(), "frame refused");
        send(socket, &ServerFrame::error(failure, request_id, self.state.clock.now())).await
    }
}

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

async fn send(socket: &mut WebSocket, frame: &ServerFrame) -> Flow {
    write(socket, Message::text(frame.to_json())).await
}

/// A client that does not take what it is sent is as good as gone.
async fn write(socket: &mut WebSocket, message: Message) -> Flow {
    match timeout(SEND_LIMIT, socket.send(message)).await {
        Ok(Ok(())) => Flow::Continue(()),
        Ok(Err(_)) | Err(_) => Flow::Break(End::Gone),
    }
}

/// What to say to a client whose bytes cannot be read.
fn broken(error: &salvo::Error) -> End {
    use tungstenite::Error;
    let salvo::Error::Other(error) = error else { return End::Gone };
    match error.downcast_ref::<Error>() {
        Some(Error::Capacity(_)) => End::Close(Close::TOO_LARGE),
        Some(Error::Utf8(_)) => End::Close(Close::NOT_UTF8),
        Some(Error::Protocol(_)) => End::Close(Close::PROTOCOL),
        _ => End::Gone,
    }
}
