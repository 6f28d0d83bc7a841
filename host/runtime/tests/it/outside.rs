//! What stands in the place of servers, where plugins are tried out.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use wheelhouse_core::{Failure, FailureClass};
use wheelhouse_runtime::{OutgoingRequest, Outside, Passage, ServerAnswer};

use crate::{
    servers::{Server, answer},
    support::{Setup, TestHost, ann},
};

/// Says the same to every request, and remembers what it has seen.
struct Stand {
    passage: Passage,
    asked: Mutex<Vec<OutgoingRequest>>,
    answered: Mutex<Vec<ServerAnswer>>,
}

impl Stand {
    fn new(passage: Passage) -> Arc<Self> {
        Arc::new(Self { passage, asked: Mutex::default(), answered: Mutex::default() })
    }

    fn answering(status: u16, headers: &[(&str, &str)], body: &str) -> Arc<Self> {
        let headers = headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self::new(Passage::Answered(ServerAnswer { status, headers, body: body.to_owned().into() }))
    }

    fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().map(|request| format!("{} {}", request.method, request.url)).collect()
    }
}

impl Outside for Stand {
    fn request(&self, request: &OutgoingRequest) -> Passage {
        self.asked.lock().unwrap().push(request.clone());
        self.passage.clone()
    }

    fn answered(&self, _: &OutgoingRequest, answer: &ServerAnswer) {
        self.answered.lock().unwrap().push(answer.clone());
    }
}

async fn host(stand: &Arc<Stand>, guest: &str, grants: &[&str], servers: &[(&str, &Server)]) -> TestHost {
    let mut setup = Setup::new(&[guest]).grant(&guest.replace('_', "-"), grants);
    for (name, server) in servers {
        setup.names.lead(name, &[server.address]);
    }
    setup.config.limits.http_response_bytes = 1_000;
    setup.config.limits.http_request_bytes = 1_000;
    setup.outside = Some(stand.clone());
    setup.start().await
}

async fn fetch(host: &TestHost, request: Value) -> Result<Value, Failure> {
    Ok(host.call(&ann(), "fetch", request).await?.data.unwrap())
}

#[tokio::test]
async fn it_answers_what_may_be_sent_and_no_name_is_looked_up() {
    let stand = Stand::answering(207, &[("x-one", "1")], "hello");
    let host = host(&stand, "fetches", &["http:a.test"], &[]).await;
    let request =
        json!({"url": "https://a.test/x?y=1", "method": "POST", "headers": [["x-key", "k"]], "body": "hi"});
    let answered = fetch(&host, request).await.unwrap();
    assert_eq!((&answered["status"], &answered["body"]), (&json!(207), &json!("hello")));
    assert_eq!(stand.asked(), ["POST https://a.test/x?y=1"]);
    let asked = stand.asked.lock().unwrap();
    assert_eq!(&asked[0].body[..], b"hi");
    assert!(asked[0].headers.contains(&("x-key".to_owned(), "k".to_owned())), "{asked:?}");
    assert!(host.setup.names.asked().is_empty());
}

#[tokio::test]
async fn what_is_not_granted_or_too_large_does_not_come_to_it() {
    let stand = Stand::answering(200, &[], "");
    let host = host(&stand, "fetches", &["http:a.test"], &[]).await;
    let denied = fetch(&host, json!({"url": "http://b.test/"})).await.unwrap_err();
    assert_eq!(denied.class, FailureClass::Denied, "{denied}");
    for request in [
        json!({"url": "http://a.test/", "method": "POST", "bytes": 1_001}),
        json!({"url": "http://a.test/", "headers": [["host", "b.test"]]}),
    ] {
        let refused = fetch(&host, request).await.unwrap_err();
        assert_eq!(refused.class, FailureClass::Invalid, "{refused}");
    }
    assert!(stand.asked().is_empty(), "{:?}", stand.asked());
}

#[tokio::test]
async fn its_answers_are_held_against_the_limits_and_its_redirects_against_the_grants() {
    let stand = Stand::answering(200, &[], &"x".repeat(1_001));
    let long = host(&stand, "fetches", &["http:a.test"], &[]).await;
    let failure = fetch(&long, json!({"url": "http://a.test/"})).await.unwrap_err();
    assert!(failure.message.contains("http_response_bytes"), "{failure}");
    let stand = Stand::answering(302, &[("location", "http://b.test/")], "");
    let elsewhere = host(&stand, "fetches", &["http:a.test"], &[]).await;
    let failure = fetch(&elsewhere, json!({"url": "http://a.test/"})).await.unwrap_err();
    assert_eq!((failure.class, stand.asked().len()), (FailureClass::Denied, 1), "{failure}");
}

#[tokio::test]
async fn refused_requests_are_those_of_a_server_that_is_down() {
    let stand = Stand::new(Passage::Refused("not today".to_owned()));
    let host = host(&stand, "fetches", &["http:a.test"], &[]).await;
    let failure = fetch(&host, json!({"url": "http://a.test/"})).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Unavailable);
    assert!(
        failure.message.contains("takes no connection") && !failure.message.contains("today"),
        "{failure}"
    );
}

#[tokio::test]
async fn what_is_sent_all_the_same_is_checked_further_and_its_answer_told() {
    let server = Server::start(|_| answer(201, &[("x-one", "1")], "made")).await;
    let stand = Stand::new(Passage::Sent);
    let inside = host(&stand, "fetches", &["http:a.test"], &[("a.test", &server)]).await;
    let failure = fetch(&inside, json!({"url": "http://a.test/"})).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Denied, "an address of this machine: {failure}");
    let host = host(&stand, "fetches", &["http:a.test", "http:127.0.0.0/8"], &[("a.test", &server)]).await;
    let answered =
        fetch(&host, json!({"url": "http://a.test/", "method": "POST", "body": "hi"})).await.unwrap();
    assert_eq!((&answered["status"], &answered["body"]), (&json!(201), &json!("made")));
    assert!(server.requests()[0].ends_with("\r\n\r\nhi"));
    let told = stand.answered.lock().unwrap();
    assert_eq!((told.len(), told[0].status, &told[0].body[..]), (1, 201, &b"made"[..]));
}

#[tokio::test]
async fn clients_of_wasi_http_come_to_it_as_well() {
    for guest in ["fetches_by_wasi_p2", "fetches_by_wasi_p3"] {
        let stand = Stand::answering(200, &[], "hello");
        let host = host(&stand, guest, &["http:a.test"], &[]).await;
        let answered = fetch(&host, json!({"authority": "a.test", "path": "/x"})).await.unwrap();
        assert_eq!(answered["body"], "hello", "{guest}: {answered}");
        assert_eq!(stand.asked(), ["GET http://a.test/x"], "{guest}");
    }
}
