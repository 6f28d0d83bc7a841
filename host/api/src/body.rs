//! Request bodies: bounded, strict, and every mistake named.

mod mistake;

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use salvo::{
    Depot, Request,
    extract::Metadata,
    http::{
        HeaderMap, ReqBody,
        header::{CONTENT_LENGTH, CONTENT_TYPE, EXPECT},
    },
};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use tokio::time::{Instant, timeout_at};
use wheelhouse_core::{Failure, FailureClass};

use crate::{problem::Problem, state::State};
pub(crate) use mistake::field_error;

/// How much of a body that is too long is still taken and thrown away, so that the client gets to read why.
const DISCARD_BYTES: usize = 8 << 20;
const DISCARD_TIME: Duration = Duration::from_secs(5);

/// A JSON object, read strictly: unknown members and wrong types are refused by name.
pub(crate) struct Json<T>(pub(crate) T);

impl<'ex, T: DeserializeOwned + Send> salvo::Extractible<'ex> for Json<T> {
    fn metadata() -> &'static Metadata {
        static METADATA: Metadata = Metadata::new("");
        &METADATA
    }

    #[allow(refining_impl_trait)]
    async fn extract(req: &'ex mut Request, depot: &'ex mut Depot) -> Result<Self, Problem> {
        let is_json = |kind: &str| kind == "application/json" || kind.ends_with("+json");
        require_media_type(req.headers(), "application/json", is_json)?;
        let body = read(req, limit(depot)?).await?;
        mistake::parse(&body).map(Self)
    }
}

/// Fields of an HTML form.
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// The first field of this name.
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// The first field of this name.
    ///
    /// # Errors
    /// `Invalid` when there is none, or it is empty.
    pub(crate) fn get(&self, name: &str) -> Result<&str, Failure> {
        self.find(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| Failure::invalid_field(name, "is required"))
    }
}

impl<'ex> salvo::Extractible<'ex> for Form {
    fn metadata() -> &'static Metadata {
        static METADATA: Metadata = Metadata::new("");
        &METADATA
    }

    #[allow(refining_impl_trait)]
    async fn extract(req: &'ex mut Request, depot: &'ex mut Depot) -> Result<Self, Problem> {
        const FORM: &str = "application/x-www-form-urlencoded";
        require_media_type(req.headers(), FORM, |kind| kind == FORM)?;
        let body = read(req, limit(depot)?).await?;
        Ok(Self(form_urlencoded::parse(&body).into_owned().collect()))
    }
}

fn limit(depot: &Depot) -> Result<usize, Failure> {
    match depot.get_typed::<Arc<State>>() {
        Ok(state) => Ok(state.config.limits.body_bytes),
        Err(_) => Err(Failure::internal("the route has no envelope")),
    }
}

/// A body without a type is taken for what the route expects.
fn require_media_type(
    headers: &HeaderMap,
    expected: &str,
    fits: impl Fn(&str) -> bool,
) -> Result<(), Problem> {
    let Some(value) = headers.get(CONTENT_TYPE) else { return Ok(()) };
    let kind = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if fits(&kind.to_ascii_lowercase()) {
        return Ok(());
    }
    Err(Problem::unsupported_media_type(Failure::unsupported_media_type(expected)))
}

/// The whole body.
///
/// # Errors
/// `TooLarge` past `limit` bytes; malformed when the client broke off.
pub(crate) async fn read(req: &mut Request, limit: usize) -> Result<Bytes, Problem> {
    let announced: Option<usize> = req
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok());
    let waits = req.headers().contains_key(EXPECT);
    let mut body = req.take_body();
    if announced.is_some_and(|length| length > limit) {
        // A client that waits for `100 Continue` has not sent anything yet, and need not.
        if !waits {
            discard(&mut body).await;
        }
        return Err(too_large(limit));
    }
    let mut whole = Bytes::new();
    let mut parts = BytesMut::new();
    while let Some(frame) = body.next().await {
        let frame = frame.map_err(|_| {
            let failure = Failure::invalid("The body broke off before its end.");
            Problem::malformed(failure.with_code("body_incomplete"))
        })?;
        let Ok(data) = frame.into_data() else { continue };
        if whole.len() + parts.len() + data.len() > limit {
            discard(&mut body).await;
            return Err(too_large(limit));
        }
        // Most bodies come in one piece, which is taken as it is.
        if whole.is_empty() && parts.is_empty() {
            whole = data;
        } else {
            parts.extend_from_slice(&std::mem::take(&mut whole));
            parts.extend_from_slice(&data);
        }
    }
    Ok(if parts.is_empty() { whole } else { parts.freeze() })
}

fn too_large(limit: usize) -> Problem {
    let message = format!("The body is too large; this address takes at most {limit} bytes.");
    Failure::new(FailureClass::TooLarge, message).into()
}

/// A client that is still sending would see a broken connection instead of the answer.
async fn discard(body: &mut ReqBody) {
    let until = Instant::now() + DISCARD_TIME;
    let mut seen = 0;
    while let Ok(Some(Ok(frame))) = timeout_at(until, body.next()).await {
        seen += frame.data_ref().map_or(0, Bytes::len);
        if seen > DISCARD_BYTES {
            return;
        }
    }
}
