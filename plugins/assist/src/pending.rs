//! Requests that still lack something, and answers that bring just that.
//!
//! Nothing is remembered between calls: what was asked is worked out again from the conversation.

use wheelhouse_sdk::chat::Message;

use crate::{
    arguments::put,
    filler,
    free_text::said,
    repertoire::{Repertoire, Request},
    requests,
    slots::{self, Speaker, Value},
    template::{Kind, Slot},
    words::{Word, sentences, starts_with},
};

/// Questions in a row that are followed back.
const MOST_QUESTIONS: usize = 6;
/// Longest answer to a question, in words.
const LONGEST_ANSWER: usize = 16;

/// What came of a message.
pub(crate) enum Step<'t> {
    /// These are asked for now; the first that is incomplete has to be asked about.
    Requests(Vec<Request<'t>>),
    /// The message is no answer, and these are still incomplete.
    StillOpen(Vec<Request<'t>>),
    /// What was asked for is to be left.
    Cancelled,
    /// Nothing is asked for.
    Nothing,
}

/// What the last message of the user, after all the others, asks for.
pub(crate) fn follow<'t>(
    repertoire: &'t Repertoire<'t>,
    messages: &[Message],
    speaker: &Speaker,
) -> Step<'t> {
    let mut open = Vec::new();
    let said = exchange(messages);
    let Some((last, earlier)) = said.split_last() else { return Step::Nothing };
    for message in earlier {
        open = match step(repertoire, open, message, speaker) {
            Step::Requests(requests) if requests.iter().any(|request| !request.is_complete()) => requests,
            Step::StillOpen(requests) => requests,
            _ => Vec::new(),
        };
    }
    step(repertoire, open, last, speaker)
}

/// The user's last message, and before it those that were answered with a question, oldest first.
fn exchange(messages: &[Message]) -> Vec<&str> {
    let mut said = Vec::new();
    let mut rest = messages.iter().rev().filter(|message| !matches!(message, Message::System(_)));
    while said.len() <= MOST_QUESTIONS {
        let Some(Message::User(text)) = rest.next() else { break };
        said.push(text.as_str());
        match rest.next() {
            Some(Message::Assistant(answer))
                if answer.tool_calls.is_empty() && answer.text.trim_end().ends_with('?') => {}
            _ => break,
        }
    }
    said.reverse();
    said
}

fn step<'t>(
    repertoire: &'t Repertoire<'t>,
    open: Vec<Request<'t>>,
    message: &str,
    speaker: &Speaker,
) -> Step<'t> {
    if open.is_empty() {
        let requests = requests::understand(repertoire, message, speaker);
        return if requests.is_empty() { Step::Nothing } else { Step::Requests(requests) };
    }
    let mut parts = sentences(message);
    parts.retain(|words| !filler::is_only_filler(words));
    if parts.iter().any(|words| is_cancelling(words)) {
        return Step::Cancelled;
    }
    let answer = match parts.as_slice() {
        [words] if words.len() <= LONGEST_ANSWER => Some(words.as_slice()),
        _ => None,
    };
    // An amount or a day is an answer; any other words are one only if they are not a request of their own.
    if let Some(words) = answer
        && let Some(requests) = complete(&open, message, words, speaker, false)
    {
        return Step::Requests(requests);
    }
    let requests = requests::understand(repertoire, message, speaker);
    if !requests.is_empty() {
        return Step::Requests(requests);
    }
    match answer.and_then(|words| complete(&open, message, words, speaker, true)) {
        Some(requests) => Step::Requests(requests),
        None => Step::StillOpen(open),
    }
}

/// The requests with the answer in the place of the first thing that is missing.
fn complete<'t>(
    open: &[Request<'t>],
    text: &str,
    words: &[Word],
    speaker: &Speaker,
    free: bool,
) -> Option<Vec<Request<'t>>> {
    let (number, name) =
        open.iter().enumerate().find_map(|(number, request)| Some((number, request.find_missing()?)))?;
    let slot = asked_slot(&open[number], name);
    if slot.kind.is_free() != free {
        return None;
    }
    let arguments = open[number].tool.arguments();
    let ends = filler::endings(words);
    let end = ends.iter().position(|end| *end).filter(|end| *end > 0).unwrap_or(words.len());
    let begin = beginning_of_answer(&words[..end], name);
    let (value, end) = if free {
        (Value::Text, end)
    } else {
        let readings = slots::read(slot.kind, words, begin, speaker, arguments.lean);
        let whole = readings.into_iter().find(|reading| ends.get(reading.end) == Some(&true))?;
        (whole.value, whole.end)
    };
    let filled = arguments.fill(&slot, value, said(text, words.get(begin..end)?), speaker)?;
    let mut requests = open.to_vec();
    put(&mut requests[number].arguments, filled);
    Some(requests)
}

/// The slot in which an argument is said: as in the tool's own sentences, or else by its schema and name.
pub(crate) fn asked_slot(request: &Request<'_>, name: &str) -> Slot {
    let arguments = request.tool.arguments();
    let own = request.tool.templates().flat_map(|template| &template.slots).find(|slot| slot.name == name);
    let kind = own.and_then(|slot| arguments.kind(slot)).unwrap_or_else(|| {
        let is_money = ["amount", "price", "cost", "budget", "total"].iter().any(|word| name.contains(word));
        match arguments.schema.find_property(name) {
            Some(property) if property.has_format("date") => Kind::Date,
            Some(property) if property.takes("number") && is_money => Kind::Money,
            Some(property) if property.takes("number") || property.takes("integer") => Kind::Number,
            _ => Kind::Text,
        }
    });
    Slot { name: name.to_owned(), kind }
}

/// Where an answer begins, behind "it was", "the category is", "on" and the like.
fn beginning_of_answer(words: &[Word], name: &str) -> usize {
    const LEADS: [&[&str]; 18] = [
        &["it", "was"],
        &["it", "is"],
        &["that", "was"],
        &["that", "is"],
        &["make", "it"],
        &["make", "that"],
        &["let", "us", "say"],
        &["i", "think"],
        &["maybe"],
        &["on"],
        &["for"],
        &["in"],
        &["at"],
        &["to"],
        &["from"],
        &["of"],
        &["called"],
        &["as"],
    ];
    let own = crate::arguments::in_words(name);
    let own: Vec<&str> = own.split(' ').collect();
    let mut begin = filler::beginnings(words).into_iter().rfind(|begin| *begin < words.len()).unwrap_or(0);
    loop {
        let the = begin + usize::from(starts_with(words, begin, &["the"]));
        let after_own = the + own.len();
        let lead = if starts_with(words, the, &own) && starts_with(words, after_own, &["is"]) {
            after_own + 1
        } else {
            match LEADS.iter().find(|lead| starts_with(words, begin, lead)) {
                Some(lead) => begin + lead.len(),
                None => return begin,
            }
        };
        if lead >= words.len() {
            return begin;
        }
        begin = lead;
    }
}

fn is_cancelling(words: &[Word]) -> bool {
    const WAYS: [&[&str]; 13] = [
        &["never", "mind"],
        &["nevermind"],
        &["cancel"],
        &["cancel", "that"],
        &["cancel", "it"],
        &["forget", "it"],
        &["forget", "that"],
        &["stop"],
        &["no"],
        &["nothing"],
        &["leave", "it"],
        &["do", "not"],
        &["nope"],
    ];
    let ends = filler::endings(words);
    filler::beginnings(words).into_iter().any(|begin| {
        WAYS.iter().any(|way| starts_with(words, begin, way) && ends.get(begin + way.len()) == Some(&true))
    })
}
