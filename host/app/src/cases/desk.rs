//! Stands in the place of other servers while a case runs.

use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use wheelhouse_runtime::{OutgoingRequest, Outside, Passage, ServerAnswer};

use super::case::Exchange;

/// Answers from the exchanges of the case that runs, or lets requests go out and remembers what was answered.
#[derive(Debug)]
pub(super) struct Desk {
    at_hand: Mutex<AtHand>,
    record: bool,
}

#[derive(Debug, Default)]
struct AtHand {
    exchanges: Vec<Exchange>,
    unexpected: Vec<String>,
    recorded: Vec<Recorded>,
}

/// A request that went out, and its answer.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    pub(super) request: OutgoingRequest,
    pub(super) answer: ServerAnswer,
}

/// What is left when a case is over.
#[derive(Debug, Default)]
pub(super) struct Leftovers {
    /// Sentences.
    pub(super) problems: Vec<String>,
    pub(super) recorded: Vec<Recorded>,
}

impl Desk {
    /// With `record`, requests go out.
    pub(super) fn new(record: bool) -> Self {
        Self { at_hand: Mutex::default(), record }
    }

    /// A case begins.
    pub(super) fn open(&self, exchanges: &[Exchange]) {
        *self.lock() = AtHand { exchanges: exchanges.to_vec(), ..AtHand::default() };
    }

    /// It is over.
    pub(super) fn close(&self) -> Leftovers {
        let AtHand { exchanges, unexpected, recorded } = std::mem::take(&mut *self.lock());
        let mut problems: Vec<String> = unexpected
            .into_iter()
            .map(|request| format!("it sends an unexpected request: {request}"))
            .collect();
        if !self.record {
            let unused = exchanges.iter().map(|exchange| &exchange.request);
            problems.extend(unused.map(|request| format!("it does not send what is expected: {request}")));
        }
        Leftovers { problems, recorded }
    }

    fn lock(&self) -> MutexGuard<'_, AtHand> {
        self.at_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outside for Desk {
    fn request(&self, request: &OutgoingRequest) -> Passage {
        if self.record {
            return Passage::Sent;
        }
        let line = format!("{} {}", request.method, request.url);
        let mut at_hand = self.lock();
        let Some(place) = at_hand.exchanges.iter().position(|exchange| matches(&exchange.request, &line))
        else {
            let why = format!("no exchange of the case is for {line}");
            at_hand.unexpected.push(line);
            return Passage::Refused(why);
        };
        let exchange = at_hand.exchanges.remove(place);
        match exchange.refused {
            true => Passage::Refused("the case has it refused".to_owned()),
            false => Passage::Answered(answer(exchange)),
        }
    }

    fn answered(&self, request: &OutgoingRequest, answer: &ServerAnswer) {
        self.lock().recorded.push(Recorded { request: request.clone(), answer: answer.clone() });
    }
}

fn answer(exchange: Exchange) -> ServerAnswer {
    let mut headers: Vec<(String, String)> = exchange.headers.into_iter().collect();
    let body = match (exchange.json, exchange.body, exchange.body_base64) {
        (Some(json), ..) => {
            if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
                headers.push(("content-type".to_owned(), "application/json".to_owned()));
            }
            Bytes::from(json.to_string())
        }
        (None, Some(text), _) => Bytes::from(text),
        // That it is Base64 was seen when it was read.
        (None, None, Some(text)) => Bytes::from(BASE64_STANDARD.decode(text).unwrap_or_default()),
        (None, None, None) => Bytes::new(),
    };
    ServerAnswer { status: exchange.status, headers, body }
}

/// Whether a pattern, in which `*` stands for any text, stands for all of this one.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn star_stands_for_any_text() {
        for (pattern, text, is_match) in [
            ("GET https://a.test/", "GET https://a.test/", true),
            ("GET https://a.test/", "GET https://a.test/x", false),
            ("GET https://a.test/*", "GET https://a.test/x", true),
            ("* https://a.test/*", "POST https://a.test/", true),
            ("GET https://a.test/?x=*&y=2", "GET https://a.test/?x=1&y=2", true),
            ("GET https://a.test/?x=*&y=2", "GET https://a.test/?x=1&y=3", false),
            ("GET https://*.test/*a*b", "GET https://x.test/aab", true),
            ("GET a*a", "GET a", false),
        ] {
            assert_eq!(matches(pattern, text), is_match, "{pattern} {text}");
        }
    }
}
