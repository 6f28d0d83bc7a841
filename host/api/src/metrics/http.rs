//! Requests, counted by the envelope.

use std::{
    borrow::Cow,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::{Registry, Unit},
};
use salvo::http::{Method, StatusCode};

/// Of requests that no route was found for.
const UNMATCHED: &str = "unmatched";
/// Of routes that came when there were too many.
const OTHER: &str = "other";
/// Templates come and go with plugins. What has been counted stays, so there is an end to it.
const MOST_SERIES: usize = 5_000;

/// Upper bounds in seconds: a look into the cache, a database, a sentence's first byte, a turn of the assistant.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 20.0, 100.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: Cow<'static, str>,
    method: &'static str,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    route: Cow<'static, str>,
    method: &'static str,
}

/// What came in and how it went. A request whose client went away before there was an answer is not among it.
pub(crate) struct HttpMetrics {
    requests: Family<Answered, Counter>,
    durations: Family<Asked, Histogram, fn() -> Histogram>,
    /// How many templates and methods have been counted, or would have been.
    series: AtomicUsize,
}

impl Default for HttpMetrics {
    fn default() -> Self {
        Self {
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
            series: AtomicUsize::new(0),
        }
    }
}

impl HttpMetrics {
    /// Counts an answer. `route` is the address's template, or `None` when there is no such address.
    pub(crate) fn count(
        &self,
        route: Option<Cow<'static, str>>,
        method: &Method,
        status: StatusCode,
        took: Duration,
    ) {
        let mut asked = Asked { route: route.unwrap_or(Cow::Borrowed(UNMATCHED)), method: known(method) };
        let is_new = self.durations.get(&asked).is_none();
        if is_new && self.series.fetch_add(1, Ordering::Relaxed) >= MOST_SERIES {
            asked.route = Cow::Borrowed(OTHER);
        }
        self.durations.get_or_create(&asked).observe(took.as_secs_f64());
        let Asked { route, method } = asked;
        self.requests.get_or_create(&Answered { route, method, status: class(status) }).inc();
    }

    /// Puts the figures on a page.
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "http_requests",
            "Requests by the address's template, method and class of the answer's status",
            self.requests.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "Time to the answer's head; audio and sockets go on after it",
            Unit::Seconds,
            self.durations.clone(),
        );
    }
}

/// A client may call its method anything.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_beyond_the_bound_are_counted_together() {
        let metrics = HttpMetrics::default();
        let count = |route: String| {
            metrics.count(Some(route.into()), &Method::GET, StatusCode::OK, Duration::from_millis(1));
        };
        (0..MOST_SERIES + 100).for_each(|n| count(format!("/api/v1/route-{n}")));
        count("/api/v1/route-0".to_owned());
        let counted = |route: &'static str| {
            let labels = Answered { route: route.into(), method: "GET", status: "2xx" };
            metrics.requests.get(&labels).map(|counter| counter.get())
        };
        assert_eq!(counted(OTHER), Some(100));
        assert_eq!(counted("/api/v1/route-5000"), None);
        assert_eq!(counted("/api/v1/route-0"), Some(2), "those that are known are counted on");
    }

    #[test]
    fn method_of_a_strangers_making_has_no_series_of_its_own() {
        let method = Method::from_bytes(b"BREW").expect("a method");
        assert_eq!(known(&method), "other");
    }
}
