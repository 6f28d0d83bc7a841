//! The gate on its own: what needs a certificate of the test's own, or a look at its connections.

#![allow(clippy::unwrap_used)]

use std::{io, net::SocketAddr, sync::Arc};

use async_trait::async_trait;
use http::Request;
use http_body_util::{BodyExt, Empty};
use rustls::{RootCertStore, ServerConfig, crypto::ring};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;
use wheelhouse_core::plugin::Capability;

use super::{Egress, EgressError, Fetch, Gate, Policy, Resolver, Target, error::Kind, tls::Tls};
use crate::config::Limits;

/// Every name leads to one server.
struct Everywhere(SocketAddr);

#[async_trait]
impl Resolver for Everywhere {
    async fn resolve(&self, _: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(vec![self.0])
    }
}

fn gate(server: SocketAddr, tls: Tls, limits: &Limits) -> Gate {
    let ask =
        Capability { name: "http".to_owned(), targets: vec!["*.test".to_owned()], reason: String::new() };
    let grants = ["http:*.test", "http:127.0.0.1"].map(|grant| grant.parse().unwrap());
    let policy = Policy::of(&"trip".into(), &[ask], &grants).unwrap();
    Gate::new(&Egress { resolver: Arc::new(Everywhere(server)), outside: None, tls }, policy, limits).unwrap()
}

async fn fetch(gate: &Gate, url: &str) -> Result<(u16, String), EgressError> {
    let target = Target::parse(url)?;
    let fetch = Fetch { method: "GET".to_owned(), target, headers: Vec::new(), body: None };
    let fetched = gate.fetch(fetch).await?;
    Ok((fetched.status, String::from_utf8(fetched.body).unwrap()))
}

/// A server of `a.test` that speaks one of these protocols, and the roots that vouch for it.
async fn secure(protocol: &'static [u8]) -> (SocketAddr, RootCertStore) {
    let certified = rcgen::generate_simple_self_signed(vec!["a.test".to_owned()]).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certified.cert.der().clone()).unwrap();
    let key = certified.signing_key.serialize_der().try_into().unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![protocol.to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            tokio::spawn(async move {
                if protocol == b"h2" {
                    h2(stream).await;
                } else {
                    read_head(&mut stream).await;
                    stream.write_all(b"HTTP/1.1 200 X\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
                }
            });
        }
    });
    (address, roots)
}

/// HTTP/2 by hand: settings, then for each request that comes an answer `200` with a body of `ok`.
async fn h2(mut stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin) {
    stream.read_exact(&mut [0; 24]).await.unwrap();
    stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).await.unwrap();
    loop {
        let mut head = [0; 9];
        if stream.read_exact(&mut head).await.is_err() {
            return;
        }
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        stream.read_exact(&mut vec![0; length as usize]).await.unwrap();
        let (kind, flags, id) = (head[3], head[4], &head[5..]);
        if kind == 4 && flags == 0 {
            stream.write_all(&[0, 0, 0, 4, 1, 0, 0, 0, 0]).await.unwrap();
        } else if kind == 1 {
            // Headers: the static table's entry 8 is `:status: 200`.
            stream.write_all(&[&[0, 0, 1, 1, 4][..], id, &[0x88]].concat()).await.unwrap();
            stream.write_all(&[&[0, 0, 2, 0, 1][..], id, b"ok"].concat()).await.unwrap();
        }
    }
}

async fn read_head(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> bool {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => bytes.push(byte),
            Err(_) => return false,
        }
    }
    true
}

#[tokio::test]
async fn secure_servers_are_spoken_to_in_either_protocol() {
    for protocol in [&b"http/1.1"[..], b"h2"] {
        let (address, roots) = secure(protocol).await;
        let gate = gate(address, Tls::with_roots(roots).unwrap(), &Limits::default());
        assert_eq!(fetch(&gate, "https://a.test/").await.unwrap(), (200, "ok".to_owned()));
        assert_eq!(fetch(&gate, "https://a.test/").await.unwrap().0, 200);
    }
}

#[tokio::test]
async fn a_certificate_of_another_or_of_nobody_is_refused() {
    let (address, roots) = secure(b"http/1.1").await;
    let known = gate(address, Tls::with_roots(roots).unwrap(), &Limits::default());
    assert_eq!(fetch(&known, "https://b.test/").await.unwrap_err().kind, Kind::Tls);
    let unknown = gate(address, Tls::with_roots(RootCertStore::empty()).unwrap(), &Limits::default());
    assert_eq!(fetch(&unknown, "https://a.test/").await.unwrap_err().kind, Kind::Tls);
}

/// A server that keeps every connection open.
async fn patient() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                while read_head(&mut stream).await {
                    stream.write_all(b"HTTP/1.1 200 X\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
                }
            });
        }
    });
    address
}

#[tokio::test]
async fn connections_that_wait_are_bounded_however_many_hosts_there_are() {
    let limits = Limits { http_requests: 2, ..Limits::default() };
    let gate = gate(patient().await, Tls::default(), &limits);
    for host in 0..50 {
        fetch(&gate, &format!("http://h{host}.test/")).await.unwrap();
        assert!(gate.open() <= 5, "{} connections after {host} hosts", gate.open());
    }
}

#[tokio::test]
async fn a_request_is_under_way_until_its_body_is_read_or_dropped() {
    let gate = gate(patient().await, Tls::default(), &Limits { http_requests: 1, ..Limits::default() });
    let target = Target::parse("http://a.test/").unwrap();
    let under_way = gate.begin().unwrap();
    let request = Request::new(gate.body(Empty::<bytes::Bytes>::new()));
    let response = gate.send(&target, request, under_way).await.unwrap();
    assert_eq!(gate.usage()[0].used, Some(1));
    assert_eq!(gate.begin().unwrap_err().kind, Kind::Busy);
    let body = response.into_body();
    let read = body.collect().await.unwrap().to_bytes();
    assert_eq!((&read[..], gate.usage()[0].used), (&b"ok"[..], Some(0)));
    assert!(gate.begin().is_ok());
}
