//! Something in the place of the servers that plugins talk to, for whoever tries a plugin out. It sees what has passed every check that
//! does not need a connection, and what it answers is held against the same limits.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};

use super::{
    body::{AnswerBody, RequestBody},
    error::{EgressError, Kind},
    gate::{Gate, UnderWay},
};

/// A request that its plugin may send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingRequest {
    /// In capitals.
    pub method: String,
    /// Whole, as it would be written.
    pub url: String,
    /// In the order that they would be sent in, as far as they are text.
    pub headers: Vec<(String, String)>,
    /// Whole.
    pub body: Bytes,
}

/// What a server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerAnswer {
    /// HTTP status, 200 to 599.
    pub status: u16,
    /// In their order, as far as they are text.
    pub headers: Vec<(String, String)>,
    /// Whole.
    pub body: Bytes,
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passage {
    /// It is answered, and nothing is sent.
    Answered(ServerAnswer),
    /// Nobody takes it: the plugin learns what it would learn of a server that is down. The sentence is for the log.
    Refused(String),
    /// It is sent, with all further checks.
    Sent,
}

/// Port: stands in the place of servers.
pub trait Outside: Send + Sync + 'static {
    /// A plugin sends this.
    fn request(&self, request: &OutgoingRequest) -> Passage;

    /// What was [sent](Passage::Sent) has been answered.
    fn answered(&self, request: &OutgoingRequest, answer: &ServerAnswer);
}

impl Gate {
    /// Has a request answered by what stands in the server's place.
    pub(super) async fn pass(
        &self,
        outside: &dyn Outside,
        request: Request<RequestBody>,
        host: &str,
        under_way: &UnderWay,
    ) -> Result<Response<AnswerBody>, EgressError> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(|error| EgressError::of(&*error, host))?.to_bytes();
        let seen = OutgoingRequest {
            method: parts.method.to_string(),
            url: parts.uri.to_string(),
            headers: texts(&parts.headers),
            body: body.clone(),
        };
        match outside.request(&seen) {
            Passage::Answered(answer) => response(answer),
            Passage::Refused(why) => {
                Err(EgressError::new(Kind::Refused, format!("{host} takes no connection.")).with_detail(why))
            }
            Passage::Sent => {
                let request = Request::from_parts(parts, self.body(Full::new(body)));
                let (parts, body) = self.connect(request, host).await?.into_parts();
                let body = Bytes::from(self.answer(body, host, under_way.clone())?.read().await?);
                let (status, headers) = (parts.status.as_u16(), texts(&parts.headers));
                outside.answered(&seen, &ServerAnswer { status, headers, body: body.clone() });
                Ok(Response::from_parts(parts, whole(body)))
            }
        }
    }
}

fn response(answer: ServerAnswer) -> Result<Response<AnswerBody>, EgressError> {
    let mut response = Response::new(whole(answer.body));
    let broken = |error: http::Error| {
        EgressError::new(Kind::Broken, "The answer that stands for the server's is none.").with_detail(error)
    };
    *response.status_mut() = answer.status.try_into().map_err(|error| broken(http::Error::from(error)))?;
    for (name, value) in answer.headers {
        let name = HeaderName::try_from(name).map_err(|error| broken(error.into()))?;
        let value = HeaderValue::try_from(value).map_err(|error| broken(error.into()))?;
        response.headers_mut().append(name, value);
    }
    Ok(response)
}

fn whole(body: Bytes) -> AnswerBody {
    Full::new(body).map_err(|never| match never {}).boxed_unsync()
}

/// Headers in their order, as far as they are text.
pub(super) fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |(name, value): (&HeaderName, &HeaderValue)| {
        Some((name.as_str().to_owned(), std::str::from_utf8(value.as_bytes()).ok()?.to_owned()))
    };
    headers.iter().filter_map(text).collect()
}
