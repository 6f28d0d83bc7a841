//! Where a redirect leads, and what goes along: the rules of browsers (the Fetch standard), and stricter where they trust the server.

use http::{HeaderMap, HeaderName, Method, StatusCode, header};

use super::{
    error::{EgressError, Kind},
    target::Target,
};

/// How many are followed.
pub(super) const REDIRECTS: usize = 5;

/// Headers about a body, which go when it does.
const OF_BODY: [HeaderName; 4] =
    [header::CONTENT_TYPE, header::CONTENT_ENCODING, header::CONTENT_LANGUAGE, header::CONTENT_LOCATION];
/// Headers that another server may see. All others stay: nobody but the plugin knows which of them hold a key.
const FOR_OTHERS: [HeaderName; 9] = [
    header::ACCEPT,
    header::ACCEPT_ENCODING,
    header::ACCEPT_LANGUAGE,
    header::CONTENT_TYPE,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CACHE_CONTROL,
    header::RANGE,
    header::USER_AGENT,
];

/// The next request.
#[derive(Debug)]
pub(super) struct Hop {
    pub(super) target: Target,
    pub(super) method: Method,
    pub(super) headers: HeaderMap,
    pub(super) has_body: bool,
}

impl Hop {
    /// What follows an answer with this status and these headers, or nothing where it is no redirect.
    ///
    /// # Errors
    /// When it is one that is not followed.
    pub(super) fn after(&self, status: StatusCode, answer: &HeaderMap) -> Result<Option<Self>, EgressError> {
        let is_redirect = matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308);
        let Some(location) = answer.get(header::LOCATION).filter(|_| is_redirect) else { return Ok(None) };
        // Servers write UTF-8 here, whatever they should.
        let location = String::from_utf8_lossy(location.as_bytes());
        let target = self.target.follow(&location)?;
        if self.target.is_secure() && !target.is_secure() {
            return Err(EgressError::new(
                Kind::Denied,
                format!("{} redirects from https to http, which is not followed.", self.target.label()),
            ));
        }
        let becomes_get = match status.as_u16() {
            301 | 302 => self.method == Method::POST,
            303 => ![Method::GET, Method::HEAD].contains(&self.method),
            _ => false,
        };
        let mut headers = self.headers.clone();
        if becomes_get {
            for name in &OF_BODY {
                headers.remove(name);
            }
        }
        if !target.has_origin_of(&self.target) {
            let private: Vec<HeaderName> =
                headers.keys().filter(|name| !FOR_OTHERS.contains(name)).cloned().collect();
            for name in &private {
                headers.remove(name);
            }
        }
        let method = if becomes_get { Method::GET } else { self.method.clone() };
        Ok(Some(Self { target, method, headers, has_body: self.has_body && !becomes_get }))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn hop(method: Method, url: &str) -> Hop {
        let mut headers = HeaderMap::new();
        for name in ["authorization", "cookie", "x-api-key", "accept", "content-type"] {
            headers.insert(name.parse::<HeaderName>().unwrap(), "x".parse().unwrap());
        }
        Hop { target: Target::parse(url).unwrap(), method, headers, has_body: true }
    }

    fn follow(from: &Hop, status: u16, location: &str) -> Result<Option<Hop>, EgressError> {
        let answer = HeaderMap::from_iter([(header::LOCATION, location.parse().unwrap())]);
        from.after(status.try_into().unwrap(), &answer)
    }

    #[test]
    fn methods_change_as_browsers_change_them() {
        for (status, method, next, has_body) in [
            (301, Method::POST, Method::GET, false),
            (302, Method::POST, Method::GET, false),
            (302, Method::PUT, Method::PUT, true),
            (303, Method::PUT, Method::GET, false),
            (303, Method::HEAD, Method::HEAD, true),
            (307, Method::POST, Method::POST, true),
            (308, Method::DELETE, Method::DELETE, true),
        ] {
            let hop = follow(&hop(method.clone(), "https://a.test/"), status, "/b").unwrap().unwrap();
            assert_eq!((hop.method, hop.has_body), (next, has_body), "{status} {method}");
            assert_eq!(hop.headers.contains_key("content-type"), has_body);
        }
    }

    #[test]
    fn other_answers_are_not_followed() {
        for status in [200, 201, 300, 304, 305, 404] {
            assert!(
                follow(&hop(Method::GET, "https://a.test/"), status, "/b").unwrap().is_none(),
                "{status}"
            );
        }
        let without = hop(Method::GET, "https://a.test/").after(StatusCode::FOUND, &HeaderMap::new());
        assert!(without.unwrap().is_none());
    }

    #[test]
    fn another_server_sees_no_keys() {
        let names = |hop: Hop| {
            let mut names: Vec<String> = hop.headers.keys().map(ToString::to_string).collect();
            names.sort();
            names
        };
        let from = hop(Method::GET, "https://a.test/");
        assert_eq!(names(follow(&from, 307, "/b").unwrap().unwrap()).len(), 5);
        for location in ["https://b.test/", "https://a.test:8443/", "https://x.a.test/"] {
            assert_eq!(
                names(follow(&from, 307, location).unwrap().unwrap()),
                ["accept", "content-type"],
                "{location}"
            );
        }
    }

    #[test]
    fn a_secure_request_stays_secure() {
        let error = follow(&hop(Method::GET, "https://a.test/"), 302, "http://a.test/").unwrap_err();
        assert_eq!(error.kind, Kind::Denied);
        assert!(follow(&hop(Method::GET, "http://a.test/"), 302, "https://a.test/").unwrap().is_some());
    }
}
