//! `wheelhouse chat`.

use std::io::{BufRead, IsTerminal};

use futures_util::StreamExt;
use jiff::tz::TimeZone;
use tokio::sync::mpsc;
use uuid::Uuid;
use wheelhouse_core::{CallContext, assistant::AssistantEvent};
use wheelhouse_services::TurnRequest;

use super::{CommandError, print, start};
use crate::{cli::ChatArgs, config::Config, host::Host};

pub(super) async fn run(config: Config, args: ChatArgs) -> Result<(), CommandError> {
    let time_zone = match &args.time_zone {
        Some(name) => TimeZone::get(name).map_err(|_| {
            CommandError::Usage(format!("`{name}` is no time zone; they read like America/Denver"))
        })?,
        None => TimeZone::system(),
    };
    let host = start(config).await?;
    let talked = talk(&host, &time_zone, args.message).await;
    host.stop().await;
    talked
}

async fn talk(host: &Host, time_zone: &TimeZone, message: Option<String>) -> Result<(), CommandError> {
    host.check_names().await?;
    if let Some(message) = message {
        return turn(host, time_zone, message, None).await.map(|_| ());
    }
    let interactive = std::io::stdin().is_terminal();
    if interactive {
        print("Talk to PAM; an empty line or Ctrl-D ends it.\n")?;
    }
    let mut lines = lines();
    let mut conversation = None;
    loop {
        if interactive {
            print("\n> ")?;
        }
        let Some(line) = lines.recv().await else { return Ok(()) };
        let line = line?;
        if line.trim().is_empty() {
            if interactive {
                return Ok(());
            }
            continue;
        }
        match turn(host, time_zone, line, conversation).await {
            Ok(id) => conversation = Some(id),
            Err(error) if interactive => print(&format!("{error}\n"))?,
            Err(error) => return Err(error),
        }
    }
}

async fn turn(
    host: &Host,
    time_zone: &TimeZone,
    message: String,
    conversation_id: Option<Uuid>,
) -> Result<Uuid, CommandError> {
    let ctx = CallContext { time_zone: time_zone.clone(), ..host.terminal_context() };
    let request = TurnRequest { message, conversation_id, ..TurnRequest::default() };
    let mut events = host.services.assistant.stream(&ctx, request).await?;
    let mut said = false;
    while let Some(event) = events.next().await {
        match event? {
            AssistantEvent::Text(text) => {
                said = true;
                print(&text)?;
            }
            AssistantEvent::ToolStarted { .. } | AssistantEvent::ToolFinished(_) => {}
            AssistantEvent::Finished(answer) => {
                // The pieces may not have been sent one by one.
                print(if said { "\n" } else { &answer.text })?;
                if !said {
                    print("\n")?;
                }
                return Ok(answer.conversation_id);
            }
        }
    }
    Err(CommandError::Failed("the answer broke off".to_owned()))
}

/// Standard input by lines, read on a thread of its own: a read from a terminal cannot be cancelled, and must not hold up the
/// end of the process.
fn lines() -> mpsc::Receiver<std::io::Result<String>> {
    let (sender, receiver) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receiver
}
