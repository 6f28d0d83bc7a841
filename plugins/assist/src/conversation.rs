//! From a request of the host to the answer.

use wheelhouse_sdk::{
    Call,
    chat::{FinishReason, Message, Request, ToolCall},
    serde_json::{Map, Value},
};

use crate::{
    pending::{Step, follow},
    repertoire::Repertoire,
    reply,
    slots::Speaker,
};

/// Characters that a token stands for at least, on average.
const CHARS_PER_TOKEN: usize = 4;

/// What is answered.
#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    /// Words, and why they end.
    Say(String, FinishReason),
    /// Tools to call: id, name and arguments of each.
    Call(Vec<(String, String, Map<String, Value>)>),
}

/// Continues the conversation.
pub(crate) fn answer(call: &Call, request: &Request) -> Answer {
    match decide(call, request) {
        Answer::Say(text, reason) => cut(text, reason, request.max_output_tokens),
        calls @ Answer::Call(_) => calls,
    }
}

fn decide(call: &Call, request: &Request) -> Answer {
    let say = |text: String| Answer::Say(text, FinishReason::Stop);
    let results: Vec<_> = request
        .messages
        .iter()
        .rev()
        .map_while(|message| match message {
            Message::Tool(result) => Some(result),
            _ => None,
        })
        .collect();
    if !results.is_empty() {
        return say(reply::results(&results.into_iter().rev().collect::<Vec<_>>()));
    }
    let speaker = Speaker::new(call.today().0, &call.locale);
    let repertoire = Repertoire::new(&request.tools);
    match follow(&repertoire, &request.messages, &speaker) {
        Step::Requests(requests) => {
            match requests.iter().find_map(|request| Some((request, request.find_missing()?))) {
                Some((request, missing)) => say(format!("Sure. {}", reply::question(request, missing))),
                None => {
                    let first = next_id(&request.messages);
                    let calls = requests.into_iter().zip(first..);
                    Answer::Call(
                        calls
                            .map(|(request, id)| {
                                (format!("assist-{id}"), request.tool.name.to_owned(), request.arguments)
                            })
                            .collect(),
                    )
                }
            }
        }
        Step::StillOpen(requests) => {
            let question =
                requests.iter().find_map(|request| Some(reply::question(request, request.find_missing()?)));
            say(format!("I did not understand that. {}", question.unwrap_or_default()))
        }
        Step::Cancelled => say("All right, I have left it.".to_owned()),
        Step::Nothing => {
            let said = request.messages.iter().rev().find_map(|message| match message {
                Message::User(text) => Some(text.as_str()),
                _ => None,
            });
            let user = call.user.as_ref().and_then(|user| user.name.as_deref());
            say(reply::small_talk(said.unwrap_or_default(), &repertoire, &speaker, user))
        }
    }
}

/// A number for an id that no call in the conversation has: above all that can be seen, and above the number of messages, for the calls of
/// earlier turns may not be told.
fn next_id(messages: &[Message]) -> u64 {
    let calls = messages.iter().filter_map(|message| match message {
        Message::Assistant(answer) => Some(&answer.tool_calls),
        _ => None,
    });
    let number = |call: &ToolCall| call.id.strip_prefix("assist-")?.parse::<u64>().ok();
    let highest = calls.flatten().filter_map(number).max().unwrap_or(0);
    let told = messages.iter().filter(|message| !matches!(message, Message::System(_))).count();
    highest.saturating_add(1).max(told as u64)
}

/// Keeps to the longest answer that is asked for, and says so if that cuts it.
fn cut(text: String, reason: FinishReason, most_tokens: Option<u32>) -> Answer {
    let most = most_tokens.map_or(usize::MAX, |tokens| (tokens as usize).saturating_mul(CHARS_PER_TOKEN));
    match text.char_indices().nth(most) {
        Some((end, _)) => {
            let kept = &text[..end];
            let whole_words = kept.rfind(char::is_whitespace).map_or(kept, |space| &kept[..space]);
            Answer::Say(whole_words.to_owned(), FinishReason::Length)
        }
        None => Answer::Say(text, reason),
    }
}
