//! Failures to HTTP: the one place that decides on status, headers and body of an error.
//!
//! Errors are RFC 9457 `application/problem+json`. `type` is `urn:wheelhouse:problem:<code>`, `detail` is always a sentence, `code`
//! is the stable word for programs. Malformed requests are 400; requests that are well formed and wrong in a field are 422 and
//! name the field in `errors`. On the OpenAI-compatible routes errors have OpenAI's shape, and there a wrong field is 400, as its
//! clients expect.

use salvo::{
    Depot, Request, Response, Writer, async_trait,
    http::{
        HeaderValue, StatusCode,
        header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
};
use serde_json::{Value, json};
use wheelhouse_core::{Failure, FailureClass};

use crate::call::RequestInfo;

/// How a route tells its errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ErrorShape {
    /// RFC 9457.
    #[default]
    Problem,
    /// RFC 9457 with the members `error` and `error_description` of RFC 6749.
    OAuth,
    /// `{"error": {"message", "type", "param", "code"}}`.
    OpenAi,
}

/// An error on its way to a client.
#[derive(Debug)]
pub(crate) struct Problem {
    failure: Box<Failure>,
    /// Where the class alone would say something else.
    status: Option<StatusCode>,
    allow: Option<String>,
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self { failure: Box::new(failure), status: None, allow: None }
    }
}

impl Problem {
    /// A failure with a status that its class does not tell.
    pub(crate) fn with_status(failure: Failure, status: StatusCode) -> Self {
        Self { failure: Box::new(failure), status: Some(status), allow: None }
    }

    /// The request cannot be read at all.
    pub(crate) fn malformed(failure: Failure) -> Self {
        Self::with_status(failure, StatusCode::BAD_REQUEST)
    }

    /// The body is of a media type that the address does not take.
    pub(crate) fn unsupported_media_type(failure: Failure) -> Self {
        Self::with_status(failure, StatusCode::UNSUPPORTED_MEDIA_TYPE)
    }

    /// No such address.
    pub(crate) fn no_such_path() -> Self {
        Failure::not_found("There is nothing at this address; /docs lists what there is.").into()
    }

    /// The address is known, the method is not.
    pub(crate) fn method_not_allowed(method: &str, allow: String) -> Self {
        let message = format!("{method} does not work at this address; {allow} would.");
        Self {
            failure: Box::new(Failure::invalid(message).with_code("method_not_allowed")),
            status: Some(StatusCode::METHOD_NOT_ALLOWED),
            allow: Some(allow),
        }
    }

    /// What to say where something else than a handler has set an error status and no body.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let failure = match status {
            StatusCode::NOT_FOUND => return Self::no_such_path(),
            StatusCode::PAYLOAD_TOO_LARGE => Failure::new(FailureClass::TooLarge, "The body is too large."),
            status if status.is_client_error() => Failure::invalid("The request cannot be served as it is."),
            _ => Failure::internal(format!("answered with status {status} and no body")),
        };
        Self::with_status(failure, status)
    }

    fn status(&self, shape: ErrorShape) -> StatusCode {
        if let Some(status) = self.status {
            return status;
        }
        match self.failure.class {
            FailureClass::Invalid if shape == ErrorShape::Problem => StatusCode::UNPROCESSABLE_ENTITY,
            FailureClass::Invalid => StatusCode::BAD_REQUEST,
            // RFC 6749, 5.2: a wrong password is `invalid_grant` with 400.
            FailureClass::Unauthenticated if shape == ErrorShape::OAuth => StatusCode::BAD_REQUEST,
            FailureClass::Unauthenticated => StatusCode::UNAUTHORIZED,
            FailureClass::Denied => StatusCode::FORBIDDEN,
            FailureClass::NotFound => StatusCode::NOT_FOUND,
            FailureClass::Conflict => StatusCode::CONFLICT,
            FailureClass::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            FailureClass::RateLimited | FailureClass::Quota => StatusCode::TOO_MANY_REQUESTS,
            FailureClass::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            FailureClass::Timeout => StatusCode::GATEWAY_TIMEOUT,
            FailureClass::Truncated => StatusCode::BAD_GATEWAY,
            FailureClass::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Only what is nobody's business but the operator's goes to the log, and never what the caller sent.
    fn log(&self, status: StatusCode) {
        let (class, code) = (self.failure.class.as_str(), self.failure.code());
        let detail = self.failure.detail.as_deref().unwrap_or_default();
        if self.failure.class == FailureClass::Internal {
            tracing::error!(class, code, status = status.as_u16(), detail, "request failed");
        } else if status.is_server_error() {
            tracing::warn!(class, code, status = status.as_u16(), detail, "request failed");
        } else {
            tracing::debug!(class, code, status = status.as_u16(), detail, "request refused");
        }
    }

    pub(crate) fn render(self, req: &Request, depot: &Depot, res: &mut Response) {
        let info = depot.get_typed::<RequestInfo>().ok();
        let shape = info.map(|info| info.shape).unwrap_or_default();
        let status = self.status(shape);
        self.log(status);
        let headers = res.headers_mut();
        for stale in ["content-length", "content-encoding", "content-range", "etag", "last-modified"] {
            headers.remove(stale);
        }
        let media_type = match shape {
            ErrorShape::OpenAi => "application/json",
            ErrorShape::Problem | ErrorShape::OAuth => "application/problem+json",
        };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, challenge(self.failure.code()));
        }
        if let Some(wait) = self.failure.retry_after {
            // Whole seconds, and never too early.
            headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_millis().div_ceil(1_000).max(1) as u64));
        }
        if let Some(allow) = self.allow.as_deref().and_then(|allow| HeaderValue::from_str(allow).ok()) {
            headers.insert(ALLOW, allow);
        }
        let request_id = info.map(|info| info.id.as_ref()).unwrap_or_default();
        let body = match shape {
            ErrorShape::OpenAi => openai(&self.failure, status),
            ErrorShape::Problem => problem(&self.failure, status, req.uri().path(), request_id),
            ErrorShape::OAuth => {
                let mut body = problem(&self.failure, status, req.uri().path(), request_id);
                body["error"] = oauth_error(&self.failure).into();
                body["error_description"] = body["detail"].clone();
                body
            }
        };
        res.status_code(status);
        res.body(body.to_string());
    }
}

#[async_trait]
impl Writer for Problem {
    async fn write(self, req: &mut Request, depot: &mut Depot, res: &mut Response) {
        self.render(req, depot, res);
    }
}

fn problem(failure: &Failure, status: StatusCode, path: &str, request_id: &str) -> Value {
    json!({
        "type": format!("urn:wheelhouse:problem:{}", failure.code()),
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "detail": sentence(failure),
        "instance": path,
        "code": failure.code(),
        "request_id": request_id,
        "errors": failure.fields,
    })
}

fn openai(failure: &Failure, status: StatusCode) -> Value {
    let kind = match failure.class {
        FailureClass::Unauthenticated => "authentication_error",
        FailureClass::Denied => "permission_error",
        FailureClass::RateLimited => "rate_limit_error",
        FailureClass::Quota => "insufficient_quota",
        _ if status.is_server_error() => "server_error",
        _ => "invalid_request_error",
    };
    json!({"error": {
        "message": sentence(failure),
        "type": kind,
        "param": failure.fields.first().map(|field| field.field.as_str()),
        "code": failure.code(),
    }})
}

fn oauth_error(failure: &Failure) -> &'static str {
    match (failure.class, failure.code()) {
        (_, "unsupported_grant_type") => "unsupported_grant_type",
        (FailureClass::Unauthenticated, _) => "invalid_grant",
        (class, _) if class.is_callers_fault() => "invalid_request",
        _ => "temporarily_unavailable",
    }
}

/// What the caller reads: never empty.
fn sentence(failure: &Failure) -> &str {
    match failure.message.as_str() {
        "" => "The request failed.",
        message => message,
    }
}

/// RFC 6750: why a token was refused stands in the challenge, and nothing of it where there was none.
fn challenge(code: &str) -> HeaderValue {
    match code {
        "token_expired" => HeaderValue::from_static(
            r#"Bearer realm="wheelhouse", error="invalid_token", error_description="expired""#,
        ),
        code if code.starts_with("token_") => {
            HeaderValue::from_static(r#"Bearer realm="wheelhouse", error="invalid_token""#)
        }
        _ => HeaderValue::from_static(r#"Bearer realm="wheelhouse""#),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use salvo::http::ResBody;

    use super::*;

    fn render(problem: Problem, shape: ErrorShape) -> (Response, Value) {
        let (req, mut depot, mut res) = (Request::new(), Depot::new(), Response::new());
        depot.insert_typed(RequestInfo {
            shape,
            ..RequestInfo::new("req-1".into(), jiff::Timestamp::UNIX_EPOCH)
        });
        problem.render(&req, &depot, &mut res);
        let ResBody::Once(body) = res.take_body() else { panic!("the body is not one piece") };
        let body = serde_json::from_slice(&body).expect("an error is JSON");
        (res, body)
    }

    #[test]
    fn every_class_has_its_status() {
        use FailureClass::*;
        for (class, status) in [
            (Invalid, 422),
            (Unauthenticated, 401),
            (Denied, 403),
            (NotFound, 404),
            (Conflict, 409),
            (TooLarge, 413),
            (RateLimited, 429),
            (Quota, 429),
            (Unavailable, 503),
            (Timeout, 504),
            (Truncated, 502),
            (Internal, 500),
        ] {
            let (res, body) = render(Failure::new(class, "A sentence.").into(), ErrorShape::Problem);
            assert_eq!(res.status_code.map(|s| s.as_u16()), Some(status), "{class:?}");
            assert_eq!(body["status"], status, "{class:?}");
            assert_eq!(body["code"], class.as_str());
            assert_eq!(body["detail"], "A sentence.");
            assert_eq!(body["request_id"], "req-1");
        }
    }

    #[test]
    fn what_only_the_log_may_read_is_not_sent() {
        for shape in [ErrorShape::Problem, ErrorShape::OAuth, ErrorShape::OpenAi] {
            let (_, body) = render(Failure::internal("password=hunter2").into(), shape);
            assert!(!body.to_string().contains("hunter2"));
        }
    }

    #[test]
    fn wait_is_rounded_up_to_whole_seconds() {
        let failure =
            Failure::new(FailureClass::RateLimited, "Wait.").with_retry_after(Duration::from_millis(1_200));
        let (res, _) = render(failure.into(), ErrorShape::Problem);
        assert_eq!(res.headers()["retry-after"], "2");
    }

    #[test]
    fn detail_is_a_sentence_even_when_the_failure_brought_none() {
        let (_, body) = render(Failure::unavailable("").into(), ErrorShape::Problem);
        assert_eq!(body["detail"], "The request failed.");
    }

    #[test]
    fn openai_shape_names_the_parameter() {
        let failure = Failure::invalid_field("voice", "is not known");
        let (res, body) = render(failure.into(), ErrorShape::OpenAi);
        assert_eq!(res.status_code, Some(StatusCode::BAD_REQUEST));
        assert_eq!(body["error"]["param"], "voice");
        assert_eq!(body["error"]["type"], "invalid_request_error");
        assert_eq!(body["error"]["message"], "voice: is not known");
    }

    #[test]
    fn wrong_password_is_an_invalid_grant_in_oauth() {
        let failure = Failure::unauthenticated("Wrong.").with_code("wrong_credentials");
        let (res, body) = render(failure.into(), ErrorShape::OAuth);
        assert_eq!(res.status_code, Some(StatusCode::BAD_REQUEST));
        assert_eq!(body["error"], "invalid_grant");
        assert_eq!(body["error_description"], "Wrong.");
        assert_eq!(body["detail"], "Wrong.");
    }
}
