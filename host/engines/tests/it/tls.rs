//! Over TLS, with a certificate that only this machine may know.

use std::env;

use tokio::net::{TcpListener, TcpStream};
use wheelhouse_core::FailureClass;
use wheelhouse_doubles::Authority;
use wheelhouse_engines::OpenAiConfig;

use crate::{
    fixture::{complete, config, hello, hello_events, refused, with_config},
    server::{Answer, FakeServer},
};

/// Where a test has started itself again to have an environment of its own.
const CHILD_URL: &str = "WHEELHOUSE_TEST_TLS_URL";

/// Puts TLS in front of a server: its base URL, and whom to trust for it.
async fn behind_tls(server: &FakeServer) -> (String, Authority) {
    let authority = Authority::new().unwrap();
    let (acceptor, behind) = (authority.acceptor("127.0.0.1").unwrap(), server.address());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("https://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            // A client that does not trust the certificate goes away here.
            let Ok(mut front) = acceptor.accept(socket).await else { continue };
            let mut back = TcpStream::connect(behind).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut front, &mut back).await;
        }
    });
    (base_url, authority)
}

#[tokio::test]
async fn authority_that_nobody_knows_is_not_trusted() {
    let server = FakeServer::start([Answer::stream(&hello())]).await;
    let (base_url, _) = behind_tls(&server).await;
    let failure = refused(&with_config(&OpenAiConfig { base_url: Some(base_url), ..config(&server) })).await;
    assert_eq!((failure.class, failure.code()), (FailureClass::Unavailable, "provider_unreachable"));
    assert!(failure.detail.unwrap().contains("certificate"));
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn authority_of_this_machine_is_trusted() {
    let server = FakeServer::start([Answer::stream(&hello())]).await;
    if let Ok(base_url) = env::var(CHILD_URL) {
        let config = OpenAiConfig { base_url: Some(base_url), ..config(&server) };
        assert_eq!(complete(&with_config(&config)).await, hello_events());
        return;
    }
    let (base_url, authority) = behind_tls(&server).await;
    let folder = tempfile::tempdir().unwrap();
    authority.save(folder.path()).unwrap();
    let child = tokio::process::Command::new(env::current_exe().unwrap())
        .args(["--exact", "tls::authority_of_this_machine_is_trusted"])
        .env(CHILD_URL, base_url)
        .env("SSL_CERT_FILE", folder.path().join("authority.pem"))
        .output()
        .await
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
    server.only_request();
}
