//! `/metrics`.

use std::net::IpAddr;

use salvo::{
    Request, Response, Writer,
    conn::SocketAddr,
    handler,
    http::{
        HeaderMap, HeaderValue,
        header::{ACCEPT, CONTENT_TYPE, HOST, VARY},
    },
};
use wheelhouse_core::Failure;
use wheelhouse_services::MetricsReader;

use crate::{
    call::{Call, token},
    endpoint::{Access, Docs, Endpoint, Tag},
    metrics::{Exposition, expose},
    problem::Problem,
};

/// What a proxy puts on a request that it passes on.
const FORWARDED: [&str; 5] = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

#[handler]
async fn show_metrics(call: Call, req: &mut Request, res: &mut Response) -> Result<(), Problem> {
    let headers = req.headers();
    let reader = MetricsReader { local: is_local(peer(req.remote_addr()), headers), token: token(headers)? };
    let exposition = Exposition::accepted(headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()));
    let snapshot = call.state.services.metrics.snapshot(&call.ctx, reader).await?;
    let written = expose(snapshot, &call.state.metrics, call.state.sockets.len(), exposition)
        .map_err(|_| Failure::internal("the metrics cannot be written"))?;
    res.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(exposition.content_type()));
    res.headers_mut().append(VARY, HeaderValue::from_static("accept"));
    res.body(written);
    Ok(())
}

fn peer(address: &SocketAddr) -> Option<IpAddr> {
    match address {
        SocketAddr::IPv4(address) => Some((*address.ip()).into()),
        SocketAddr::IPv6(address) => Some(address.ip().to_canonical()),
        _ => None,
    }
}

/// Whether the request was sent on this machine and not through a proxy on it: by its peer, by what proxies add, and by the name that
/// was asked for, as a page in a browser may have its own name lead here.
fn is_local(peer: Option<IpAddr>, headers: &HeaderMap) -> bool {
    let named = headers.get(HOST).and_then(|host| host.to_str().ok()).is_some_and(is_loopback_name);
    peer.is_some_and(|peer| peer.is_loopback())
        && named
        && !FORWARDED.iter().any(|header| headers.contains_key(*header))
}

fn is_loopback_name(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    ["localhost", "127.0.0.1", "[::1]"].contains(&name)
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/metrics", show_metrics).access(Access::Operator).docs(
            Docs::new(
                Tag::Health,
                "metrics",
                "How the host is in figures, for Prometheus",
                "Plugins with what they use of each limit, breakers, requests, sockets. For operators: with the metrics token or the \
                 access token of an administrator; from the same machine without one, unless the configuration says otherwise. \
                 OpenMetrics when it is asked for by `Accept`, else Prometheus' text format.",
            )
            .bytes("The figures.", &Exposition::MEDIA_TYPES, &[])
            .fails(&[404]),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().expect("a name"), HeaderValue::from_static(value)))
            .collect()
    }

    fn is_local_at(peer: &str, pairs: &[(&'static str, &'static str)]) -> bool {
        is_local(peer.parse().ok(), &headers(pairs))
    }

    #[test]
    fn request_on_the_same_machine_is_local() {
        for (peer, host) in [
            ("127.0.0.1", "127.0.0.1:8000"),
            ("127.0.0.1", "localhost"),
            ("::1", "[::1]:8000"),
            ("::1", "[::1]"),
        ] {
            assert!(is_local_at(peer, &[("host", host)]), "{peer} {host}");
        }
    }

    #[test]
    fn request_of_another_machine_through_a_proxy_or_by_another_name_is_not_local() {
        let host = ("host", "127.0.0.1:8000");
        assert!(!is_local_at("192.0.2.1", &[host]));
        assert!(!is_local_at("unknown", &[host]));
        assert!(!is_local_at("127.0.0.1", &[]));
        for name in ["evil.example.com", "localhost.example.com", "127.0.0.1.example.com:80", "::1", ""] {
            assert!(!is_local_at("127.0.0.1", &[("host", name)]), "{name}");
        }
        for header in FORWARDED {
            assert!(!is_local_at("127.0.0.1", &[host, (header, "192.0.2.1")]), "{header}");
        }
    }

    #[test]
    fn address_of_the_old_kind_in_the_new_form_is_the_same() {
        let mapped: std::net::SocketAddr = "[::ffff:127.0.0.1]:80".parse().expect("an address");
        assert!(peer(&mapped.into()).is_some_and(|peer| peer.is_loopback()));
    }
}
