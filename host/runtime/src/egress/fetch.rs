//! A whole request and its whole answer, redirects followed.

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::Full;

use super::{
    body::{RequestBody, ResponseBody},
    error::{EgressError, Kind},
    gate::Gate,
    headers,
    outside::texts,
    redirect::{Hop, REDIRECTS},
    target::Target,
};

/// What a plugin wants to send.
#[derive(Debug)]
pub(crate) struct Fetch {
    pub(crate) method: String,
    pub(crate) target: Target,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Vec<u8>>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) status: u16,
    /// In the order of the server, as far as they are text.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Gate {
    /// Sends a request, follows where it is sent on as far as the grants reach, and reads the whole answer.
    ///
    /// # Errors
    /// Why there is none. A part of one is no answer.
    pub(crate) async fn fetch(&self, fetch: Fetch) -> Result<Fetched, EgressError> {
        let method = Method::from_bytes(fetch.method.as_bytes())
            .map_err(|_| EgressError::invalid(format!("`{}` is no method.", fetch.method.escape_debug())))?;
        let headers = headers::read(fetch.headers, self.limits().header_bytes)?;
        let has_body = fetch.body.is_some();
        let body = Bytes::from(fetch.body.unwrap_or_default());
        let under_way = self.begin()?;
        let mut hop = Hop { target: fetch.target, method, headers, has_body };
        for _ in 0..=REDIRECTS {
            let response = self.send(&hop.target, self.request(&hop, &body), under_way.clone()).await?;
            match hop.after(response.status(), response.headers())? {
                Some(next) => hop = next,
                None => return read(response).await,
            }
        }
        Err(EgressError::new(
            Kind::Redirects,
            format!("{} redirects more than {REDIRECTS} times.", hop.target.label()),
        ))
    }

    fn request(&self, hop: &Hop, body: &Bytes) -> Request<RequestBody> {
        let body = if hop.has_body { body.clone() } else { Bytes::new() };
        let mut request = Request::new(self.body(Full::new(body)));
        *request.method_mut() = hop.method.clone();
        *request.headers_mut() = hop.headers.clone();
        request
    }
}

async fn read(response: Response<ResponseBody>) -> Result<Fetched, EgressError> {
    let (parts, body) = response.into_parts();
    Ok(Fetched { status: parts.status.as_u16(), headers: texts(&parts.headers), body: body.read().await? })
}
