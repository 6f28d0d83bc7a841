//! Requests of plugins to other servers, and what must not come of them.

use std::time::Duration;

use serde_json::{Value, json};
use wheelhouse_core::{Failure, FailureClass};

use crate::{
    servers::{Reply, Server, answer, redirect},
    support::{Setup, TestHost, ann},
};

/// A host whose plugin may send requests to `grants`, with names that lead to servers of the test.
async fn host(grants: &[&str], names: &[(&str, &Server)]) -> TestHost {
    start(Setup::new(&["echo", "fetches"]), grants, names).await
}

async fn start(setup: Setup, grants: &[&str], names: &[(&str, &Server)]) -> TestHost {
    for (name, server) in names {
        setup.names.lead(name, &[server.address]);
    }
    setup.grant("fetches", grants).start().await
}

async fn fetch(host: &TestHost, request: Value) -> Result<Value, Failure> {
    Ok(host.call(&ann(), "fetch", request).await?.data.unwrap())
}

/// Why a request has no answer, and nothing is left of it.
async fn refusal(host: &TestHost, request: Value) -> Failure {
    let failure = fetch(host, request).await.unwrap_err();
    host.assert_unharmed().await;
    failure
}

/// What lets a name that is granted lead to a server of the test.
const HERE: &str = "http:127.0.0.0/8";

#[tokio::test]
async fn a_granted_request_is_answered_whole() {
    let server = Server::start(|_| answer(207, &[("X-One", "1"), ("x-one", "2")], "hello")).await;
    let host = host(&["http:a.test", HERE], &[("a.test", &server)]).await;
    let request =
        json!({"url": "http://a.test/x?y=1", "method": "POST", "headers": [["x-key", "k"]], "body": "hi"});
    let answered = fetch(&host, request).await.unwrap();
    assert_eq!((&answered["status"], &answered["body"]), (&json!(207), &json!("hello")));
    assert_eq!(answered["headers"], json!([["content-length", "5"], ["x-one", "1"], ["x-one", "2"]]));
    let requests = server.requests();
    assert!(
        requests[0].starts_with("POST /x?y=1 HTTP/1.1\r\n") && requests[0].ends_with("\r\n\r\nhi"),
        "{requests:?}"
    );
    for line in [
        "host: a.test",
        "content-length: 2",
        "x-key: k",
        "content-type: text/plain",
        "user-agent: wheelhouse/",
    ] {
        assert!(requests[0].contains(&format!("\r\n{line}")), "{line}: {requests:?}");
    }
}

#[tokio::test]
async fn an_answer_that_is_no_success_is_an_answer() {
    let server = Server::start(|_| answer(500, &[], "sorry")).await;
    let host = host(&["http:a.test", HERE], &[("a.test", &server)]).await;
    assert_eq!(fetch(&host, json!({"url": "http://a.test/"})).await.unwrap()["status"], 500);
}

#[tokio::test]
async fn a_host_that_is_not_granted_is_denied_by_the_name_of_the_grant() {
    let host = host(&["http:a.test", HERE], &[]).await;
    for (url, grant) in [
        ("http://b.test/", "http:b.test"),
        ("http://a.test:8080/", "http:a.test:8080"),
        ("http://x.a.test/", "http:x.a.test"),
        ("https://example.com/", "http:example.com"),
    ] {
        let failure = refusal(&host, json!({"url": url})).await;
        assert_eq!(failure.class, FailureClass::Denied);
        assert!(
            failure.message.contains(&format!("grants = [\"{grant}\"] in [plugins.fetches]")),
            "{failure}"
        );
    }
    assert!(host.setup.names.asked().is_empty(), "what is denied is not even looked up");
    assert!(!host.status("fetches").info.as_ref().unwrap().asks[0].granted);
}

#[tokio::test]
async fn without_any_grant_every_host_is_denied() {
    let host = host(&[], &[]).await;
    let failure = refusal(&host, json!({"url": "http://a.test/"})).await;
    assert!(failure.message.contains("grants = [\"http:a.test\"]"), "{failure}");
}

#[tokio::test]
async fn a_host_that_was_not_asked_for_is_denied_whatever_is_granted() {
    let host = Setup::new(&["fetches_unasked"]).grant("fetches-unasked", &["http:a.test"]).start().await;
    let failure = host.call(&ann(), "sneak_out", json!({})).await.unwrap_err();
    assert!(failure.class == FailureClass::Denied && failure.message.contains("ask for `http`"), "{failure}");
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_denied() {
    let server = Server::start(|_| answer(200, &[], "secret")).await;
    let host = host(&["http:a.test"], &[("a.test", &server)]).await;
    let failure = refusal(&host, json!({"url": "http://a.test/"})).await;
    assert_eq!(failure.class, FailureClass::Denied);
    assert!(
        failure.message.contains("private network") && !failure.message.contains("127.0.0.1"),
        "{failure}"
    );
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_name_with_one_forbidden_address_is_denied_whole() {
    let server = Server::start(|_| answer(200, &[], "")).await;
    let host = host(&["http:a.test", "http:127.0.0.1"], &[]).await;
    host.setup.names.lead("a.test", &[server.address, "10.0.0.1:80".parse().unwrap()]);
    assert_eq!(refusal(&host, json!({"url": "http://a.test/"})).await.class, FailureClass::Denied);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn what_was_checked_is_what_is_connected_to_however_a_name_changes() {
    let good =
        Server::start(|_| Reply::WriteAndClose(b"HTTP/1.1 200 X\r\ncontent-length: 4\r\n\r\ngood".to_vec()))
            .await;
    let evil = Server::start(|_| answer(200, &[], "evil")).await;
    let grants = ["http:a.test".to_owned(), format!("http:127.0.0.1:{}", good.address.port())];
    let host = host(&grants.each_ref().map(String::as_str), &[("a.test", &good), ("a.test", &evil)]).await;
    assert_eq!(fetch(&host, json!({"url": "http://a.test/"})).await.unwrap()["body"], "good");
    assert_eq!(host.setup.names.asked(), ["a.test"], "asked once, for check and connection");
    assert_eq!(refusal(&host, json!({"url": "http://a.test/"})).await.class, FailureClass::Denied);
    assert_eq!((good.connections(), evil.connections()), (1, 0));
}

#[tokio::test]
async fn localhost_by_name_is_this_machine_and_nothing_else() {
    let server = Server::start(|_| answer(200, &[], "here")).await;
    let host = host(&["http:localhost"], &[("localhost", &server)]).await;
    assert_eq!(fetch(&host, json!({"url": "http://localhost/"})).await.unwrap()["body"], "here");
    let elsewhere = start(Setup::new(&["echo", "fetches"]), &["http:localhost"], &[]).await;
    elsewhere.setup.names.lead("localhost", &["10.0.0.1:80".parse().unwrap()]);
    assert_eq!(refusal(&elsewhere, json!({"url": "http://localhost/"})).await.class, FailureClass::Denied);
}

#[tokio::test]
async fn odd_spellings_of_an_address_are_held_against_the_grant_of_the_address() {
    let host = host(&["http:a.test", "http:127.0.0.2"], &[]).await;
    for url in ["http://127.1/", "http://0x7f000001/", "http://2130706433/", "http://[::ffff:127.0.0.1]/"] {
        let failure = refusal(&host, json!({"url": url})).await;
        assert!(
            failure.class == FailureClass::Denied && failure.message.contains("[\"http:"),
            "{url}: {failure}"
        );
    }
}

#[tokio::test]
async fn redirects_are_followed_inside_of_the_grant() {
    let other = Server::start(|_| answer(200, &[], "there")).await;
    let server = Server::start(|_| redirect(302, "http://b.test/landed")).await;
    let host = host(&["http:*.test", HERE], &[("a.test", &server), ("b.test", &other)]).await;
    let request = json!({"url": "http://a.test/", "method": "POST", "body": "hi", "headers": [["x-api-key", "k"], ["accept", "text/plain"]]});
    assert_eq!(fetch(&host, request).await.unwrap()["body"], "there");
    let landed = &other.requests()[0];
    assert!(
        landed.starts_with("GET /landed HTTP/1.1\r\n") && landed.contains("\r\nhost: b.test"),
        "{landed}"
    );
    assert!(landed.contains("accept: text/plain") && !landed.contains("x-api-key"), "{landed}");
    assert!(server.requests()[0].contains("x-api-key: k"));
}

#[tokio::test]
async fn redirects_out_of_the_grant_are_denied() {
    for location in
        ["http://b.test/", "http://169.254.169.254/latest/meta-data/", "http://127.0.0.2/", "http://[::1]/"]
    {
        let server = Server::start(move |_| redirect(307, location)).await;
        let host = host(&["http:a.test", HERE], &[("a.test", &server), ("b.test", &server)]).await;
        let failure = refusal(&host, json!({"url": "http://a.test/"})).await;
        assert_eq!(failure.class, FailureClass::Denied, "{location}: {failure}");
        assert_eq!(server.requests().len(), 1, "{location}");
    }
}

#[tokio::test]
async fn a_metadata_address_that_is_asked_for_needs_the_grant_of_the_address() {
    let host = host(&["http:a.test"], &[]).await;
    let failure = refusal(&host, json!({"url": "http://169.254.169.254/latest/"})).await;
    assert!(failure.message.contains("grants = [\"http:169.254.169.254\"]"), "{failure}");
}

#[tokio::test]
async fn a_redirect_to_a_name_that_leads_inside_is_denied() {
    let server = Server::start(|_| redirect(302, "http://b.test/")).await;
    let host = host(&["http:*.test", HERE], &[("a.test", &server)]).await;
    host.setup.names.lead("b.test", &["169.254.169.254:80".parse().unwrap()]);
    assert_eq!(refusal(&host, json!({"url": "http://a.test/"})).await.class, FailureClass::Denied);
}

#[tokio::test]
async fn redirects_end_after_five() {
    let server = Server::start(|_| redirect(302, "/again")).await;
    let host = host(&["http:a.test", HERE], &[("a.test", &server)]).await;
    let failure = refusal(&host, json!({"url": "http://a.test/"})).await;
    assert!(
        failure.class == FailureClass::Unavailable && failure.message.contains("more than 5"),
        "{failure}"
    );
    assert_eq!(server.requests().len(), 6);
}

#[tokio::test]
async fn a_url_in_a_url_changes_nothing_about_whom_is_asked() {
    let server = Server::start(|_| answer(200, &[], "")).await;
    let host = host(&["http:a.test", HERE], &[("a.test", &server)]).await;
    fetch(&host, json!({"url": "http://a.test/http://b.test/"})).await.unwrap();
    fetch(&host, json!({"url": "http://a.test\\@b.test/"})).await.unwrap();
    fetch(&host, json!({"url": "http://a.test/?x=\r\nhost: b.test\r\n\r\n"})).await.unwrap();
    for request in server.requests() {
        assert!(request.starts_with("GET /") && request.contains("\r\nhost: a.test\r\n"), "{request}");
        assert_eq!(request.matches("\nhost:").count(), 1, "{request}");
    }
    for url in [
        "http://a.test@b.test/",
        "http://a.test:80@b.test/",
        "http://a.test/#b.test",
        "a.test",
        "ftp://a.test/",
    ] {
        assert_eq!(refusal(&host, json!({"url": url})).await.class, FailureClass::Invalid, "{url}");
    }
}

#[tokio::test]
async fn headers_of_the_host_are_refused_by_name() {
    let host = host(&["http:a.test", HERE], &[]).await;
    for (name, value) in [
        ("Host", "b.test"),
        ("Content-Length", "0"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "upgrade"),
        ("Expect", "100-continue"),
        ("Proxy-Authorization", "x"),
        ("x-a\r\nhost", "b.test"),
        ("x-a", "1\r\nhost: b.test"),
    ] {
        let request = json!({"url": "http://a.test/", "headers": [[name, value]]});
        let failure = refusal(&host, request).await;
        assert_eq!(failure.class, FailureClass::Invalid);
        let named = name.split('\r').next().unwrap().to_lowercase();
        assert!(failure.message.contains(&named), "{failure}");
    }
}

#[tokio::test]
async fn methods_that_are_not_about_a_resource_are_refused() {
    let host = host(&["http:a.test", HERE], &[]).await;
    for method in ["CONNECT", "TRACE", "GET /x", ""] {
        let failure = refusal(&host, json!({"url": "http://a.test/", "method": method})).await;
        assert!(failure.class == FailureClass::Invalid && failure.message.contains("method"), "{failure}");
    }
}

#[tokio::test]
async fn more_headers_than_the_limit_are_refused() {
    let many: String = (0..50_000).map(|index| format!("x-{index}: {index}\r\n")).collect();
    let huge = format!("x-huge: {}\r\n", "h".repeat(1 << 20));
    let a_few_too_many: String = (0..200).map(|index| format!("x-{index}: 1\r\n")).collect();
    for headers in [many, huge, a_few_too_many] {
        let text = format!("HTTP/1.1 200 X\r\n{headers}content-length: 0\r\n\r\n");
        let server = Server::start(move |_| Reply::Write(text.clone().into_bytes())).await;
        let host = host(&["http:a.test", HERE], &[("a.test", &server)]).await;
        let failure = refusal(&host, json!({"url": "http://a.test/"})).await;
        assert!(
            failure.class == FailureClass::Unavailable && failure.message.contains("http_header_bytes"),
            "{failure}"
        );
    }
}

#[tokio::test]
async fn a_body_longer_than_the_limit_is_refused_and_never_cut() {
    let head = |length: &str| format!("HTTP/1.1 200 X\r\n{length}\r\n").into_bytes();
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000)).into_bytes();
    let endless = move |_: &str| Reply::WriteAndRepeat(head("transfer-encoding: chunked\r\n"), chunk.clone());
    let announced =
        |_: &str| Reply::WriteAndStall(b"HTTP/1.1 200 X\r\ncontent-length: 20000\r\n\r\n".to_vec());
    for server in [Server::start(endless).await, Server::start(announced).await] {
        let setup =
            Setup::new(&["echo", "fetches"]).config(|config| config.limits.http_response_bytes = 10_000);
        let host = start(setup, &["http:a.test", HERE], &[("a.test", &server)]).await;
        let failure = refusal(&host, json!({"url": "http://a.test/"})).await;
        assert_eq!(failure.class, FailureClass::Unavailable);
        assert!(
            failure.message.contains("http_response_bytes") && failure.message.contains("10000"),
            "{failure}"
        );
        server.wait_for_ends(1).await;
    }
}

#[tokio::test]
async fn a_body_as_long_as_the_limit_is_read() {
    let body = "x".repeat(10_000);
    let server = Server::start(move |_| answer(200, &[], &body)).await;
    let setup = Setup::new(&["echo", "fetches"]).config(|config| config.limits.http_response_bytes = 10_000);
    let host = start(setup, &["http:a.test", HERE], &[("a.test", &server)]).await;
    assert_eq!(fetch(&host, json!({"url": "http://a.test/"})).await.unwrap()["bytes"], 10_000);
}

#[tokio::test]
async fn a_request_longer_than_the_limit_is_not_sent() {
    let server = Server::start(|_| answer(200, &[], "")).await;
    let setup = Setup::new(&["echo", "fetches"]).config(|config| config.limits.http_request_bytes = 100);
    let host = start(setup, &["http:a.test", HERE], &[("a.test", &server)]).await;
    let failure = refusal(&host, json!({"url": "http://a.test/", "method": "POST", "bytes": 101})).await;
    assert!(
        failure.class == FailureClass::Invalid && failure.message.contains("http_request_bytes"),
        "{failure}"
    );
    assert_eq!(server.connections(), 0);
    fetch(&host, json!({"url": "http://a.test/", "method": "POST", "bytes": 100})).await.unwrap();
}

#[tokio::test]
async fn a_server_that_stalls_leaves_the_plugin_time_to_say_so() {
    let half = |_: &str| Reply::WriteAndStall(b"HTTP/1.1 200 X\r\ncontent-length: 10\r\n\r\nhalf".to_vec());
    let silent = |_: &str| Reply::WriteAndStall(Vec::new());
    for server in [Server::start(half).await, Server::start(silent).await] {
        let setup = Setup::new(&["echo", "fetches"]).config(|config| config.limits.call_ms = 2_000);
        let host = start(setup, &["http:a.test", HERE], &[("a.test", &server)]).await;
        let failure = refusal(&host, json!({"url": "http://a.test/"})).await;
        assert!(
            failure.class == FailureClass::Unavailable && failure.message.contains("in time"),
            "{failure}"
        );
        server.wait_for_ends(1).await;
    }
}

#[tokio::test]
async fn a_server_that_dribbles_gets_no_more_time_than_one_that_stalls() {
    let body = |_: &str| Reply::WriteAndDribble(b"HTTP/1.1 200 X\r\ncontent-length: 100000\r\n\r\n".to_vec());
    let head = |_: &str| Reply::WriteAndDribble(b"HTTP/1.1 200 X\r\nx-a: ".to_vec());
    for server in [Server::start(body).await, Server::start(head).await] {
        let setup = Setup::new(&["echo", "fetches"]).config(|config| config.limits.call_ms = 2_000);
        let host = start(setup, &["http:a.test", HERE], &[("a.test", &server)]).await;
        let failure = refusal(&host, json!({"url": "http://a.test/"})).await;
        assert!(
            failure.class == FailureClass::Unavailable && failure.message.contains("in time"),
            "{failure}"
        );
        server.wait_for_ends(1).await;
    }
}

#[tokio::test]
async fn odd_ways_to_say_where_to_go_lead_nowhere_else() {
    for location in [
        "//b.test/",
        "\\\\b.test/",
        "/\\b.test/",
        "http:\\\\b.test/",
        "HTTP://B.TEST:80/",
        "http:///b.test/",
        "http://a.test@b.test/",
        "http://b.test\\@a.test@b.test/",
        "\t//b.test/",
        "http://b.test%2f@/",
        "javascript:fetch('http://b.test/')",
        "file:///etc/passwd",
        "http://",
        "\u{ff42}.test//",
    ] {
        let other = Server::start(|_| answer(200, &[], "there")).await;
        let server = Server::start(move |_| redirect(302, location)).await;
        let setup = Setup::new(&["echo", "fetches"]);
        let host = start(setup, &["http:a.test", HERE], &[("a.test", &server), ("b.test", &other)]).await;
        let failure = refusal(&host, json!({"url": "http://a.test/"})).await;
        assert!(
            matches!(failure.class, FailureClass::Denied | FailureClass::Unavailable),
            "{location}: {failure}"
        );
        assert_eq!(other.connections(), 0, "{location}");
    }
}

#[tokio::test]
async fn a_request_ends_when_it_has_said_that_it_would() {
    let server = Server::start(|_| Reply::WriteAndStall(Vec::new())).await;
    let host = host(&["http:a.test", HERE], &[("a.test", &server)]).await;
    let failure = refusal(&host, json!({"url": "http://a.test/", "timeout_ms": 50})).await;
    assert!(failure.class == FailureClass::Unavailable && failure.message.contains("in time"), "{failure}");
}

#[tokio::test]
async fn a_cancelled_call_takes_its_request_with_it() {
    let server = Server::start(|_| Reply::WriteAndStall(Vec::new())).await;
    let host = host(&["http:a.test", HERE], &[("a.test", &server)]).await;
    let ctx = ann();
    let calling = host.call(&ctx, "fetch", json!({"url": "http://a.test/"}));
    let (called, ()) = tokio::join!(calling, async {
        server.wait_for_requests(1).await;
        ctx.cancellation.cancel();
    });
    assert!(called.unwrap_err().message.contains("cancelled"));
    server.wait_for_ends(1).await;
    host.assert_unharmed().await;
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_none() {
    for text in [
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 X\r\ncontent-length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "220 mail.test ESMTP\r\n",
        "HTTP/1.1 101 X\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
    ] {
        let server = Server::start(move |_| Reply::WriteAndClose(text.into())).await;
        let host = host(&["http:a.test", HERE], &[("a.test", &server)]).await;
        let failure = refusal(&host, json!({"url": "http://a.test/"})).await;
        assert_eq!(failure.class, FailureClass::Unavailable, "{text}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let address = Server::start(|_| answer(200, &[], "")).await.address;
    let host = host(&["http:*.test", HERE], &[]).await;
    host.setup.names.lead("a.test", &[address]);
    // The port is free again, or taken by a test that speaks no HTTP to strangers.
    assert_eq!(refusal(&host, json!({"url": "http://a.test/"})).await.class, FailureClass::Unavailable);
    let failure = refusal(&host, json!({"url": "http://b.test/"})).await;
    assert!(
        failure.class == FailureClass::Unavailable && failure.message.contains("no address"),
        "{failure}"
    );
}

#[tokio::test]
async fn requests_beyond_the_limit_are_refused_until_one_is_done() {
    let server = Server::start(|head| match head.contains("/wait") {
        true => Reply::WriteAndStall(Vec::new()),
        false => answer(200, &[], "quick"),
    })
    .await;
    let setup = Setup::new(&["echo", "fetches"]).config(|config| config.limits.http_requests = 1);
    let host = start(setup, &["http:a.test", HERE], &[("a.test", &server)]).await;
    let waiting = ann();
    let (_, refused) =
        tokio::join!(host.call(&waiting, "fetch", json!({"url": "http://a.test/wait"})), async {
            server.wait_for_requests(1).await;
            let refused = fetch(&host, json!({"url": "http://a.test/"})).await.unwrap_err();
            waiting.cancellation.cancel();
            refused
        });
    assert_eq!(refused.class, FailureClass::RateLimited);
    assert!(
        refused.message.contains("http_requests") && refused.retry_after == Some(Duration::from_secs(1)),
        "{refused:?}"
    );
    assert_eq!(fetch(&host, json!({"url": "http://a.test/"})).await.unwrap()["body"], "quick");
}
