//! JSON answers.

use salvo::{
    Response, Scribe,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
};
use serde::Serialize;

use crate::problem::Problem;

/// What most handlers answer.
pub(crate) type Answer<T> = Result<Reply<T>, Problem>;

/// A status and a JSON body.
pub(crate) struct Reply<T> {
    status: StatusCode,
    body: T,
}

impl<T> Reply<T> {
    /// 200.
    pub(crate) fn ok(body: T) -> Self {
        Self { status: StatusCode::OK, body }
    }

    /// 201.
    pub(crate) fn created(body: T) -> Self {
        Self { status: StatusCode::CREATED, body }
    }

    /// Any other status.
    pub(crate) fn with_status(status: StatusCode, body: T) -> Self {
        Self { status, body }
    }
}

impl<T: Serialize + Send> Scribe for Reply<T> {
    fn render(self, res: &mut Response) {
        match serde_json::to_vec(&self.body) {
            Ok(bytes) => {
                res.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                res.status_code(self.status);
                res.body(bytes);
            }
            Err(error) => {
                // Without a body the envelope says what a client may read of it.
                tracing::error!(%error, "an answer cannot be written as JSON");
                res.status_code(StatusCode::INTERNAL_SERVER_ERROR);
            }
        }
    }
}

/// 204.
pub(crate) struct NoContent;

impl Scribe for NoContent {
    fn render(self, res: &mut Response) {
        res.status_code(StatusCode::NO_CONTENT);
    }
}
