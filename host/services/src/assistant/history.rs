//! What a provider gets to see of the conversation so far.

use wheelhouse_core::{
    chat::{ChatMessage, ToolCall},
    conversation::StoredMessage,
};

/// The newest messages that fit, from a user's message on, in which every tool call has its result and every result its call.
/// `next` is what the user says now.
pub(super) fn to_show(stored: Vec<StoredMessage>, next: &str, most_chars: usize) -> Vec<ChatMessage> {
    let mut messages = without_orphans(stored.into_iter().map(|stored| stored.message).collect());
    // A message that was never answered and is sent again would stand there twice.
    while matches!(messages.last(), Some(ChatMessage::User { text }) if text == next) {
        messages.pop();
    }
    newest(messages, most_chars)
}

/// Orphans come from a process that died between a call and its result, or from where the list was cut.
fn without_orphans(messages: Vec<ChatMessage>) -> Vec<ChatMessage> {
    let mut kept = Vec::with_capacity(messages.len());
    let mut rest = messages.into_iter().peekable();
    while let Some(message) = rest.next() {
        match message {
            ChatMessage::System { .. } | ChatMessage::Tool { .. } => {}
            ChatMessage::Assistant { text, tool_calls } if !tool_calls.is_empty() => {
                let mut results = Vec::with_capacity(tool_calls.len());
                while let Some(result) = rest.next_if(|next| matches!(next, ChatMessage::Tool { .. })) {
                    results.push(result);
                }
                results.retain(|result| tool_calls.iter().any(|call| answers(result, call)));
                let whole = tool_calls.len() == results.len()
                    && tool_calls.iter().all(|call| results.iter().any(|result| answers(result, call)));
                if whole {
                    kept.push(ChatMessage::Assistant { text, tool_calls });
                    kept.append(&mut results);
                } else if !text.is_empty() {
                    kept.push(ChatMessage::Assistant { text, tool_calls: Vec::new() });
                }
            }
            message => kept.push(message),
        }
    }
    kept
}

fn answers(result: &ChatMessage, call: &ToolCall) -> bool {
    matches!(result, ChatMessage::Tool { call_id, .. } if *call_id == call.id)
}

/// Cuts at a user's message, so that no exchange is shown in part.
fn newest(mut messages: Vec<ChatMessage>, most_chars: usize) -> Vec<ChatMessage> {
    let (mut chars, mut from) = (0, messages.len());
    for (index, message) in messages.iter().enumerate().rev() {
        chars += length(message);
        if chars > most_chars {
            break;
        }
        if matches!(message, ChatMessage::User { .. }) {
            from = index;
        }
    }
    messages.drain(..from);
    messages
}

fn length(message: &ChatMessage) -> usize {
    match message {
        ChatMessage::System { text } | ChatMessage::User { text } | ChatMessage::Tool { text, .. } => {
            text.len()
        }
        ChatMessage::Assistant { text, tool_calls } => {
            let calls = tool_calls.iter().map(|call| {
                let arguments =
                    call.arguments.iter().map(|(name, value)| name.len() + value.to_string().len());
                call.name.len() + arguments.sum::<usize>()
            });
            text.len() + calls.sum::<usize>()
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::Map;
    use uuid::Uuid;

    use super::*;

    fn user(text: &str) -> ChatMessage {
        ChatMessage::User { text: text.to_owned() }
    }

    fn said(text: &str, calls: &[&str]) -> ChatMessage {
        let call = |id: &&str| ToolCall { id: (*id).to_owned(), name: "t".to_owned(), arguments: Map::new() };
        ChatMessage::Assistant { text: text.to_owned(), tool_calls: calls.iter().map(call).collect() }
    }

    fn result(id: &str) -> ChatMessage {
        ChatMessage::Tool {
            call_id: id.to_owned(),
            name: "t".to_owned(),
            text: "ok".to_owned(),
            failed: false,
        }
    }

    fn shown(messages: Vec<ChatMessage>, most_chars: usize) -> Vec<ChatMessage> {
        let stored = messages.into_iter().map(|message| StoredMessage {
            id: Uuid::nil(),
            message,
            created: Timestamp::UNIX_EPOCH,
        });
        to_show(stored.collect(), "now", most_chars)
    }

    #[test]
    fn whole_exchanges_stay_as_they_are() {
        let whole = vec![user("a"), said("", &["1", "2"]), result("1"), result("2"), said("b", &[])];
        assert_eq!(shown(whole.clone(), 1_000), whole);
    }

    #[test]
    fn call_without_result_is_left_out() {
        let messages =
            vec![user("a"), said("let me see", &["1", "2"]), result("1"), user("b"), said("", &["3"])];
        assert_eq!(shown(messages, 1_000), [user("a"), said("let me see", &[]), user("b")]);
    }

    #[test]
    fn result_without_call_is_left_out() {
        let messages = vec![result("0"), user("a"), said("", &["1"]), result("9"), result("1"), result("2")];
        assert_eq!(shown(messages, 1_000), [user("a"), said("", &["1"]), result("1")]);
    }

    #[test]
    fn cut_falls_before_a_users_message() {
        let messages = vec![
            user("aaaa"),
            said("bbbb", &[]),
            user("cccc"),
            said("", &["1"]),
            result("1"),
            said("dd", &[]),
        ];
        // The last exchange has 4 + 1 + 2 + 2 characters; the answer before it would fit as well.
        assert_eq!(shown(messages.clone(), 14), messages[2..]);
        assert_eq!(shown(messages, 8), []);
    }

    #[test]
    fn unanswered_message_that_is_sent_again_stands_there_once() {
        assert_eq!(
            shown(vec![user("a"), said("b", &[]), user("now"), user("now")], 100),
            [user("a"), said("b", &[])]
        );
    }
}
