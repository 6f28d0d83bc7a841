//! Components that bring a client of `wasi:http`: the same gate, and the same limits.

use serde_json::{Value, json};

use crate::{
    servers::{Reply, Server, answer},
    support::{Setup, TestHost, ann},
};

const HERE: &str = "http:127.0.0.0/8";
const BOTH: [(&str, &str); 2] =
    [("fetches_by_wasi_p2", "fetches-by-wasi-p2"), ("fetches_by_wasi_p3", "fetches-by-wasi-p3")];

async fn host(setup: Setup, plugin: &str, grants: &[&str], server: &Server) -> TestHost {
    setup.names.lead("a.test", &[server.address]);
    setup.grant(plugin, grants).start().await
}

async fn fetch(host: &TestHost, request: Value) -> Value {
    host.call(&ann(), "fetch", request).await.unwrap().data.unwrap()
}

fn request() -> Value {
    json!({"authority": "a.test", "path": "/x?y=1"})
}

fn error(answer: &Value) -> &str {
    answer["error"].as_str().unwrap_or_else(|| panic!("{answer}"))
}

#[tokio::test]
async fn a_granted_request_is_answered() {
    for (guest, plugin) in BOTH {
        let server = Server::start(|_| answer(207, &[("x-one", "1")], "hello")).await;
        let host = host(Setup::new(&["echo", guest]), plugin, &["http:a.test", HERE], &server).await;
        let request = json!({"authority": "a.test", "path": "/x?y=1", "header": ["x-key", "k"]});
        assert_eq!(
            fetch(&host, request).await,
            json!({"status": 207, "headers": 2, "body": "hello"}),
            "{guest}"
        );
        let request = &server.requests()[0];
        assert!(
            request.starts_with("GET /x?y=1 HTTP/1.1\r\n") && request.contains("\r\nx-key: k\r\n"),
            "{request}"
        );
        assert_eq!(request.matches("host: a.test\r\n").count(), 1, "{request}");
    }
}

#[tokio::test]
async fn a_host_that_is_not_granted_is_denied() {
    for (guest, plugin) in BOTH {
        let server = Server::start(|_| answer(200, &[], "")).await;
        let none = host(Setup::new(&["echo", guest]), plugin, &[], &server).await;
        assert_eq!(error(&fetch(&none, request()).await), "ErrorCode::HttpRequestDenied");
        let other = host(Setup::new(&["echo", guest]), plugin, &["http:b.test", HERE], &server).await;
        assert_eq!(error(&fetch(&other, request()).await), "ErrorCode::HttpRequestDenied");
        assert_eq!(server.connections(), 0);
    }
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_prohibited() {
    for (guest, plugin) in BOTH {
        let server = Server::start(|_| answer(200, &[], "")).await;
        let host = host(Setup::new(&["echo", guest]), plugin, &["http:a.test"], &server).await;
        assert_eq!(error(&fetch(&host, request()).await), "ErrorCode::DestinationIpProhibited");
        assert_eq!(server.connections(), 0);
    }
}

#[tokio::test]
async fn absolute_paths_users_and_headers_of_the_host_lead_nowhere_else() {
    for (guest, plugin) in BOTH {
        let server = Server::start(|_| answer(200, &[], "")).await;
        let host = host(Setup::new(&["echo", guest]), plugin, &["http:a.test", HERE], &server).await;
        for odd in [
            json!({"authority": "a.test", "path": "http://b.test/"}),
            json!({"authority": "a", "path": ".test/"}),
            json!({"authority": "b.test@a.test", "path": "/"}),
            json!({"authority": "a.test@b.test", "path": "/"}),
            json!({"authority": "a.test", "path": "/", "header": ["host", "b.test"]}),
            json!({"authority": "a.test", "path": "/", "header": ["transfer-encoding", "chunked"]}),
            json!({"authority": "a.test", "path": "/", "header": ["connection", "close"]}),
        ] {
            error(&fetch(&host, odd.clone()).await);
            assert_eq!(server.connections(), 0, "{odd}");
        }
    }
}

#[tokio::test]
async fn a_redirect_is_the_components_own_to_follow() {
    for (guest, plugin) in BOTH {
        let server = Server::start(|_| answer(302, &[("location", "http://169.254.169.254/")], "")).await;
        let host = host(Setup::new(&["echo", guest]), plugin, &["http:a.test", HERE], &server).await;
        assert_eq!(fetch(&host, request()).await["status"], 302);
    }
}

#[tokio::test]
async fn more_than_the_limits_is_refused() {
    for (guest, plugin) in BOTH {
        let many: String = (0..50_000).map(|index| format!("x-{index}: {index}\r\n")).collect();
        let many = format!("HTTP/1.1 200 X\r\n{many}content-length: 0\r\n\r\n");
        let server = Server::start(move |_| Reply::Write(many.clone().into_bytes())).await;
        let host_of_many = host(Setup::new(&["echo", guest]), plugin, &["http:a.test", HERE], &server).await;
        assert!(error(&fetch(&host_of_many, request()).await).contains("HttpResponseHeaderSectionSize"));
        host_of_many.assert_unharmed().await;

        let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000)).into_bytes();
        let head = b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
        let server = Server::start(move |_| Reply::WriteAndRepeat(head.clone(), chunk.clone())).await;
        let setup = Setup::new(&["echo", guest]).config(|config| config.limits.http_response_bytes = 10_000);
        let host_of_endless = host(setup, plugin, &["http:a.test", HERE], &server).await;
        error(&fetch(&host_of_endless, request()).await);
        server.wait_for_ends(1).await;
        host_of_endless.assert_unharmed().await;
    }
}

#[tokio::test]
async fn a_request_longer_than_the_limit_is_broken_off() {
    let server = Server::start(|_| answer(200, &[], "")).await;
    let setup = Setup::new(&["echo", "fetches_by_wasi_p2"])
        .config(|config| config.limits.http_request_bytes = 10_000);
    let host = host(setup, "fetches-by-wasi-p2", &["http:a.test", HERE], &server).await;
    let answer = fetch(&host, json!({"authority": "a.test", "path": "/", "bytes": 20_000})).await;
    assert!(error(&answer).contains("HttpRequestBodySize"), "{answer}");
    host.assert_unharmed().await;
}

#[tokio::test]
async fn a_length_that_is_not_the_bodys_is_broken_off_where_it_says() {
    for (length, bytes) in [("3", 10), ("10", 3), ("-1", 3), ("3, 3", 3)] {
        let server = Server::start(|_| answer(200, &[], "")).await;
        let setup = Setup::new(&["echo", "fetches_by_wasi_p2"]);
        let host = host(setup, "fetches-by-wasi-p2", &["http:a.test", HERE], &server).await;
        let header = json!(["content-length", length]);
        let request = json!({"authority": "a.test", "path": "/", "header": header, "bytes": bytes});
        error(&fetch(&host, request).await);
        for request in server.requests() {
            assert!(
                request.contains("\r\ncontent-length: 3\r\n") && request.ends_with("\r\n\r\nxxx"),
                "{request}"
            );
        }
        host.assert_unharmed().await;
    }
}

#[tokio::test]
async fn a_request_that_is_handed_over_in_drops_ends_with_the_call() {
    let server = Server::start(|_| answer(200, &[], "")).await;
    let setup = Setup::new(&["echo", "fetches_by_wasi_p2"]).config(|config| config.limits.call_ms = 1_000);
    let host = host(setup, "fetches-by-wasi-p2", &["http:a.test", HERE], &server).await;
    let request = json!({"authority": "a.test", "path": "/", "bytes": 100_000, "pause_ms": 20});
    let failure = host.call(&ann(), "fetch", request).await.unwrap_err();
    assert_eq!(failure.class, wheelhouse_core::FailureClass::Timeout);
    assert!(failure.message.contains("within 1000 ms"), "{failure}");
    server.wait_for_ends(1).await;
    host.assert_unharmed().await;
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_none() {
    for (guest, plugin) in BOTH {
        let half = b"HTTP/1.1 200 X\r\ncontent-length: 10\r\n\r\nhalf".to_vec();
        let server = Server::start(move |_| Reply::WriteAndClose(half.clone())).await;
        let host = host(Setup::new(&["echo", guest]), plugin, &["http:a.test", HERE], &server).await;
        error(&fetch(&host, request()).await);
        host.assert_unharmed().await;
    }
}

#[tokio::test]
async fn a_server_that_stalls_ends_with_the_call() {
    for (guest, plugin) in BOTH {
        let server = Server::start(|_| Reply::WriteAndStall(Vec::new())).await;
        let setup = Setup::new(&["echo", guest]).config(|config| config.limits.call_ms = 1_000);
        let host = host(setup, plugin, &["http:a.test", HERE], &server).await;
        let failure = host.call(&ann(), "fetch", request()).await.unwrap_err();
        assert_eq!(failure.class, wheelhouse_core::FailureClass::Timeout);
        server.wait_for_ends(1).await;
        host.assert_unharmed().await;
    }
}

#[tokio::test]
async fn requests_beyond_the_limit_are_refused() {
    for (guest, plugin) in BOTH {
        let server = Server::start(|_| Reply::WriteAndStall(Vec::new())).await;
        let setup = Setup::new(&["echo", guest]).config(|config| config.limits.http_requests = 1);
        let host = host(setup, plugin, &["http:a.test", HERE], &server).await;
        let waiting = ann();
        let (_, refused) = tokio::join!(host.call(&waiting, "fetch", request()), async {
            server.wait_for_requests(1).await;
            let refused = fetch(&host, request()).await;
            waiting.cancellation.cancel();
            refused
        });
        assert_eq!(error(&refused), "ErrorCode::ConnectionLimitReached");
        host.assert_unharmed().await;
    }
}
