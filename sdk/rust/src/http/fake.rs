//! The other side of requests on the build machine: what a test says.

use std::cell::RefCell;

use super::{Request, Response};
use crate::Failure;

type Answer = Box<dyn FnMut(&Request) -> Result<Response, Failure>>;

thread_local! {
    static ANSWER: RefCell<Option<Answer>> = const { RefCell::new(None) };
}

/// Headers that a host refuses.
const OF_THE_HOST: [&str; 13] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

pub(crate) fn answer(answer: impl FnMut(&Request) -> Result<Response, Failure> + 'static) {
    ANSWER.set(Some(Box::new(answer)));
}

pub(super) fn send(request: &Request) -> Result<Response, Failure> {
    check(request)?;
    // Taken out, so that an answer may send requests itself.
    let Some(mut answer) = ANSWER.take() else {
        return Err(Failure::denied(
            "No host is granted; in a test, `testing::answer_http` says what servers answer.",
        ));
    };
    let answered = answer(request);
    ANSWER.with_borrow_mut(|present| {
        present.get_or_insert(answer);
    });
    answered
}

fn check(request: &Request) -> Result<(), Failure> {
    let rest = ["https://", "http://"].iter().find_map(|scheme| request.url.strip_prefix(scheme));
    let authority = rest.and_then(|rest| rest.split(['/', '?']).next());
    if authority.is_none_or(|authority| authority.is_empty() || authority.contains('@'))
        || request.url.contains('#')
    {
        return Err(Failure::invalid(format!(
            "`{}` is no URL for a request: https:// or http://, a host without a user, a path, no fragment.",
            request.url
        )));
    }
    match request.headers.iter().find(|(name, _)| OF_THE_HOST.contains(&name.to_ascii_lowercase().as_str())) {
        Some((name, _)) => {
            Err(Failure::invalid(format!("The header `{name}` is the host's to set: leave it out.")))
        }
        None => Ok(()),
    }
}
