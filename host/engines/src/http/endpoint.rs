//! Where a server is, and what it is sent with every request.

use std::time::Duration;

use reqwest::{
    Url,
    header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue},
};

use super::Party;

/// OpenAI's own address.
pub(crate) const OPENAIS_OWN: &str = "https://api.openai.com/v1";
/// An hour. Whoever means "for ever" means no more than this.
const MAX_TIMEOUT_MS: u64 = 3_600_000;

/// One server.
pub(crate) struct Endpoint {
    pub(crate) party: Party,
    pub(crate) base: Url,
    /// None of them may be printed.
    pub(crate) headers: HeaderMap,
    /// To keep it out of what servers say.
    pub(crate) key: Option<String>,
    pub(crate) timeouts: Timeouts,
}

/// How long anybody waits for it, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Timeouts {
    /// For a connection.
    pub(crate) connect_ms: u64,
    /// Before an answer begins.
    pub(crate) answer_ms: u64,
    /// In the middle of one.
    pub(crate) idle_ms: u64,
}

impl Timeouts {
    pub(crate) fn connect(self) -> Duration {
        Duration::from_millis(self.connect_ms)
    }

    pub(crate) fn answer(self) -> Duration {
        Duration::from_millis(self.answer_ms)
    }

    pub(crate) fn idle(self) -> Duration {
        Duration::from_millis(self.idle_ms)
    }

    /// What is wrong with them, a sentence each that begins with the setting, of which `section` is the section.
    pub(crate) fn problems(self, section: &str) -> Vec<String> {
        let fields = [
            ("connect_timeout_ms", self.connect_ms),
            ("answer_timeout_ms", self.answer_ms),
            ("idle_timeout_ms", self.idle_ms),
        ];
        let wrong = fields.into_iter().filter(|(_, timeout)| !(1..=MAX_TIMEOUT_MS).contains(timeout));
        wrong.map(|(field, _)| format!("{section}.{field}: must be from 1 to {MAX_TIMEOUT_MS}")).collect()
    }
}

/// The key and whom it is charged to.
#[derive(Clone, Copy, Default)]
pub(crate) struct Account<'c> {
    pub(crate) key: Option<&'c str>,
    pub(crate) organization: Option<&'c str>,
    pub(crate) project: Option<&'c str>,
}

impl Account<'_> {
    /// The headers that say so.
    pub(crate) fn headers(self) -> HeaderMap {
        let named = [
            (AUTHORIZATION, self.key.map(|key| format!("Bearer {key}"))),
            (HeaderName::from_static("openai-organization"), self.organization.map(str::to_owned)),
            (HeaderName::from_static("openai-project"), self.project.map(str::to_owned)),
        ];
        let headers = named.into_iter().filter_map(|(name, value)| {
            let mut value = HeaderValue::from_str(&value?).ok()?;
            value.set_sensitive(true);
            Some((name, value))
        });
        headers.collect()
    }

    /// What is wrong with them, as for [`Timeouts::problems`].
    pub(crate) fn problems(self, section: &str) -> Vec<String> {
        let fields = [("api_key", self.key), ("organization", self.organization), ("project", self.project)];
        let wrong = fields
            .into_iter()
            .filter(|(_, value)| value.is_some_and(|value| HeaderValue::from_str(value).is_err()));
        wrong
            .map(|(field, _)| format!("{section}.{field}: has a character that no HTTP header can carry"))
            .collect()
    }
}

/// Reads a base URL; the address without a slash at its end.
///
/// # Errors
/// What is wrong with it. The text itself is in no message: somebody may have put a password into it.
pub(crate) fn base(text: &str, party: &Party) -> Result<Url, String> {
    let mut url = Url::parse(text).map_err(|_| "is no URL such as http://localhost:11434/v1")?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err("must begin with http:// or https:// and name a host".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("must not hold a name or password; set {}", party.key_setting));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must end with the path: no `?` and no `#`".to_owned());
    }
    let path = url.path().trim_end_matches('/');
    let route = party.trade.route();
    if path.ends_with(route) {
        return Err(format!("must end before `{route}`, which the host adds"));
    }
    let path = path.to_owned();
    url.set_path(&path);
    Ok(url)
}

/// Whether this is OpenAI or its model family at Azure, which take other parameters than the rest of the world.
pub(crate) fn is_openais_own(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    ["openai.com", "openai.azure.com", "azure.com"]
        .iter()
        .any(|own| host.strip_suffix(own).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// Whether nothing stands between the host and the server, least of all a proxy.
pub(crate) fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// An empty setting counts as none, as compose files leave them so.
pub(crate) fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}
