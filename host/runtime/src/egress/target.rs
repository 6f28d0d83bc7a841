//! Where a request goes: one reading of a URL, by which it is checked, connected and written.

use std::net::IpAddr;

use http::Uri;
use url::{Host, Url};

use super::error::{EgressError, Kind};
use crate::config::DEFAULT_PORTS;

/// The longest URL.
const URL: usize = 8 << 10;

/// A URL of `http` or `https` in the form that it has once browsers have read it: `http://0x7f.1` is `http://127.0.0.1/`, names are in
/// lower case and ASCII. No user, no fragment.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    url: Url,
    host: Host<String>,
    port: u16,
    uri: Uri,
}

impl Target {
    /// # Errors
    /// `Invalid` for what is no such URL.
    pub(crate) fn parse(text: &str) -> Result<Self, EgressError> {
        if text.len() > URL {
            return Err(EgressError::invalid(format!(
                "A URL may have at most {URL} bytes; this one has {}.",
                text.len()
            )));
        }
        let url =
            Url::parse(text).map_err(|error| EgressError::invalid(format!("The URL is none: {error}.")))?;
        if url.fragment().is_some() {
            return Err(EgressError::invalid(
                "The URL has a fragment, which is not for servers: leave out what is behind `#`.",
            ));
        }
        Self::of(url)
    }

    /// Where a server's `Location` leads.
    ///
    /// # Errors
    /// `Broken` when it is no place for a request.
    pub(crate) fn follow(&self, location: &str) -> Result<Self, EgressError> {
        let joined = self.url.join(location).map_err(|error| error.to_string()).and_then(|mut url| {
            url.set_fragment(None);
            Self::of(url).map_err(|error| error.message)
        });
        joined.map_err(|error| {
            EgressError::new(
                Kind::Broken,
                format!("{} redirects to what is no place for a request.", self.label()),
            )
            .with_detail(error)
        })
    }

    fn of(mut url: Url) -> Result<Self, EgressError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(EgressError::invalid(format!(
                "`{}` is no scheme for requests: `https` or `http` is.",
                url.scheme()
            )));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(EgressError::invalid(
                "The URL has a user in it; send one in the header `Authorization`.",
            ));
        }
        // The root's dot is not part of a certificate's names, nor of grants.
        if let Some(Host::Domain(name)) = url.host()
            && let Some(name) = name.strip_suffix('.').map(str::to_owned)
        {
            url.set_host(Some(&name))
                .map_err(|error| EgressError::invalid(format!("The URL is none: {error}.")))?;
        }
        let host = match url.host().map(|host| host.to_owned()) {
            Some(Host::Domain(name)) if name.is_empty() || name.ends_with('.') => None,
            host => host,
        };
        let (Some(host), Some(port)) = (host, url.port_or_known_default().filter(|port| *port > 0)) else {
            return Err(EgressError::invalid(
                "The URL has no host and port that a request could be sent to.",
            ));
        };
        let uri: Uri = url
            .as_str()
            .parse()
            .map_err(|error| EgressError::invalid(format!("The URL is none: {error}.")))?;
        Ok(Self { url, host, port, uri })
    }

    pub(crate) fn host(&self) -> &Host<String> {
        &self.host
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The host, when it is an address.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        match self.host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(IpAddr::from(address).to_canonical()),
        }
    }

    /// What the request is written with.
    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }

    pub(crate) fn is_secure(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether both are the same server to a browser.
    pub(crate) fn has_origin_of(&self, other: &Self) -> bool {
        self.url.origin() == other.url.origin()
    }

    /// The server as a grant names it: `api.example.com`, `api.example.com:8443`.
    pub(crate) fn label(&self) -> String {
        if DEFAULT_PORTS.contains(&self.port) {
            self.host.to_string()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(text: &str) -> (String, u16, String) {
        let target = Target::parse(text).unwrap();
        (target.host().to_string(), target.port(), target.uri().to_string())
    }

    fn refusal(text: &str) -> String {
        let error = Target::parse(text).unwrap_err();
        assert_eq!(error.kind, Kind::Invalid);
        error.message
    }

    #[test]
    fn odd_ways_to_write_an_address_are_read_as_the_address() {
        for text in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://0x7f.0.0.1/",
            "http://0177.0.0.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://127.0.0.1./",
            "http://%31%32%37.0.0.1/",
            "http://１２７.0.0.1/",
        ] {
            assert_eq!(read(text), ("127.0.0.1".to_owned(), 80, "http://127.0.0.1/".to_owned()), "{text}");
        }
        let mapped = Target::parse("http://[::ffff:127.0.0.1]/").unwrap();
        assert_eq!(mapped.address(), Some("127.0.0.1".parse().unwrap()));
    }

    #[test]
    fn names_are_read_in_lower_case_in_ascii_and_without_the_roots_dot() {
        assert_eq!(read("https://API.Example.COM./x?y=1").2, "https://api.example.com/x?y=1");
        assert_eq!(read("https://bücher.example/").0, "xn--bcher-kva.example");
        assert_eq!(read("https://api.example.com").1, 443);
        assert_eq!(read("https://api.example.com:8443/").1, 8443);
    }

    #[test]
    fn what_stands_before_an_at_sign_is_never_taken_for_the_host() {
        for text in ["http://good.test@evil.test/", "http://a:b@good.test/", "http://@good.test:x@evil.test/"]
        {
            assert!(Target::parse(text).is_err(), "{text}");
        }
        assert_eq!(read("http://good.test\\@evil.test/").0, "good.test");
        assert_eq!(read("http://good.test/http://evil.test/").0, "good.test");
    }

    #[test]
    fn what_is_no_url_for_a_request_is_refused() {
        for (text, reason) in [
            ("", "none"),
            ("/path", "none"),
            ("ftp://a.test/", "no scheme"),
            ("file:///etc/passwd", "no scheme"),
            ("http://", "none"),
            ("http://a.test/#top", "fragment"),
            ("http://user@a.test/", "user"),
            ("http://a..b../", "no host"),
            ("http://a.test:0/", "no host and port"),
            ("http://a b.test/", "none"),
        ] {
            assert!(refusal(text).contains(reason), "{text}: {}", refusal(text));
        }
        assert!(refusal(&format!("http://a.test/{}", "x".repeat(URL))).contains("at most"));
    }

    #[test]
    fn line_ends_in_a_url_do_not_reach_the_request() {
        let (host, _, uri) = read("http://a.test/x\r\nHost: evil.test\r\n\r\n");
        assert_eq!((host.as_str(), uri.contains(['\r', '\n', ' '])), ("a.test", false));
    }

    #[test]
    fn redirects_are_read_against_the_url_before() {
        let target = Target::parse("https://a.test/x/y?z").unwrap();
        let follow = |location: &str| target.follow(location).map(|target| target.uri().to_string());
        assert_eq!(follow("../b#part").unwrap(), "https://a.test/b");
        assert_eq!(follow("//b.test/").unwrap(), "https://b.test/");
        for location in ["mailto:a@b.test", "https://user:secret@b.test/", "http://"] {
            assert_eq!(follow(location).unwrap_err().kind, Kind::Broken, "{location}");
        }
    }

    #[test]
    fn server_is_named_as_in_a_grant() {
        for (url, label) in [
            ("https://a.test/", "a.test"),
            ("http://a.test:443/", "a.test"),
            ("http://a.test:8080/", "a.test:8080"),
            ("http://[fd00::1]:9000/", "[fd00::1]:9000"),
        ] {
            assert_eq!(Target::parse(url).unwrap().label(), label);
        }
    }
}
