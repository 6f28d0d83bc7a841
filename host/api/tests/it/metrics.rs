//! `/metrics`.

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use wheelhouse_core::Secret;
use wheelhouse_services::{MetricsAccess, MetricsConfig};

use crate::host::{Host, Listening, Told};

const TOKEN: &str = "a token of more than thirty-two bytes";

fn host(access: MetricsAccess) -> Host {
    Host::with_metrics(MetricsConfig { access, token: Some(Secret::new(TOKEN)) }, |_| {})
}

async fn scrape(host: &Host, accept: &str) -> (Told, String) {
    let told = host
        .get("/metrics")
        .header("authorization", &format!("Bearer {TOKEN}"))
        .header("accept", accept)
        .send()
        .await;
    let text = String::from_utf8(told.bytes.to_vec()).unwrap();
    assert_eq!(told.status, 200, "{text}");
    (told, text)
}

/// The value of the series that is written so.
fn value(text: &str, series: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
    Some(line.parse().unwrap())
}

/// Asks on the wire, as in process there is no peer.
async fn ask(listening: &Listening, headers: &str) -> String {
    let mut stream = TcpStream::connect(&listening.address).await.unwrap();
    let request = format!("GET /metrics HTTP/1.1\r\n{headers}connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn plugins_are_measured_with_their_limits() {
    let host = host(MetricsAccess::Token);
    let (_, text) = scrape(&host, "*/*").await;
    for (series, expected) in [
        (r#"wheelhouse_plugin_used{plugin="wins",limit="memory_bytes"}"#, 65_536.0),
        (r#"wheelhouse_plugin_limit{plugin="wins",limit="memory_bytes"}"#, 1_048_576.0),
        (r#"wheelhouse_plugin_used{plugin="wins",limit="concurrent_calls"}"#, 1.0),
        (r#"wheelhouse_plugin_calls_total{plugin="wins"}"#, 12.0),
        (r#"wheelhouse_plugin_failures_total{plugin="wins"}"#, 5.0),
        (r#"wheelhouse_plugin_resting_seconds{plugin="wins"}"#, 5.0),
        (r#"wheelhouse_plugin_state{plugin="wins",state="failing"}"#, 1.0),
        (r#"wheelhouse_plugin_state{plugin="wins",state="active"}"#, 0.0),
        (r#"wheelhouse_plugin_state{plugin="things",state="active"}"#, 1.0),
        (r#"wheelhouse_plugin_state{plugin="broken.wasm",state="refused"}"#, 1.0),
        (r#"wheelhouse_build_info{version="0.1.0"}"#, 1.0),
        ("wheelhouse_uptime_seconds", 0.0),
        ("wheelhouse_websockets_open", 0.0),
    ] {
        assert_eq!(value(&text, series), Some(expected), "{series} in {text}");
    }
}

#[tokio::test]
async fn speech_is_counted_by_where_it_came_from() {
    let host = host(MetricsAccess::Token);
    let mia = host.guest("mia").await;
    let mut text = String::new();
    for _ in 0..3 {
        host.post("/api/v1/tts/synthesize").by(&mia).json(&json!({"text": "hello"})).await;
        // Until it is kept, which is after its last byte.
        while value(&text, r#"wheelhouse_speech_kept_bytes{tier="memory"}"#).is_none_or(|kept| kept == 0.0) {
            tokio::task::yield_now().await;
            text = scrape(&host, "*/*").await.1;
        }
    }
    let (_, text) = scrape(&host, "*/*").await;
    let from = |source| value(&text, &format!(r#"wheelhouse_speeches_total{{source="{source}"}}"#));
    assert_eq!((from("made"), from("found"), from("joined")), (Some(1.0), Some(2.0), Some(0.0)), "{text}");
    assert_eq!(value(&text, r#"wheelhouse_speech_breaks_total{chain="speech"}"#), Some(0.0));
    assert_eq!(value(&text, "wheelhouse_speech_sentences_working"), Some(0.0));
    assert_eq!(value(&text, "wheelhouse_speeches_waiting"), Some(0.0));
}

#[tokio::test]
async fn breakers_of_both_chains_are_measured() {
    let host = host(MetricsAccess::Token);
    let mia = host.guest("mia").await;
    let failing = json!({"text": "never", "engine": "second", "format": "pcm"});
    for _ in 0..3 {
        host.post("/api/v1/tts/synthesize").by(&mia).json(&failing).await;
    }
    let (_, text) = scrape(&host, "*/*").await;
    for (chain, member, state, expected) in [
        ("speech", "hibari", "closed", 0.0),
        ("speech", "second", "open", 1.0),
        ("speech", "second", "closed", 0.0),
        ("chat", "assist", "closed", 1.0),
    ] {
        let series =
            format!(r#"wheelhouse_chain_breaker_state{{chain="{chain}",member="{member}",state="{state}"}}"#);
        assert_eq!(value(&text, &series), Some(expected), "{series} in {text}");
    }
    let ready = r#"wheelhouse_chain_member_state{chain="chat",member="assist",state="ready"}"#;
    assert_eq!(value(&text, ready), Some(1.0));
}

#[tokio::test]
async fn requests_are_counted_by_template_method_and_class_and_never_by_address() {
    let host = host(MetricsAccess::Token);
    let mia = host.guest("mia").await;
    host.get("/api/v1/things/marker-of-an-address?q=marker").by(&mia).send().await;
    host.get("/api/v1/things/another").by(&mia).send().await;
    host.get("/api/v1/things/another").send().await;
    host.get("/marker/of/nothing").send().await;
    host.get("/api/v1/panics").send().await;
    host.ask(salvo::http::Method::from_bytes(b"MARKER").unwrap(), "/health").send().await;
    let (_, text) = scrape(&host, "*/*").await;
    for (route, method, status, expected) in [
        ("/api/v1/things/{id}", "GET", "2xx", 2.0),
        ("/api/v1/things/{id}", "GET", "4xx", 1.0),
        ("/api/v1/panics", "GET", "5xx", 1.0),
        ("unmatched", "GET", "4xx", 1.0),
        ("/health", "other", "4xx", 1.0),
    ] {
        let series = format!(
            r#"wheelhouse_http_requests_total{{route="{route}",method="{method}",status="{status}"}}"#
        );
        assert_eq!(value(&text, &series), Some(expected), "{series} in {text}");
    }
    let asked = r#"route="/api/v1/things/{id}",method="GET""#;
    let count = value(&text, &format!("wheelhouse_http_request_duration_seconds_count{{{asked}}}"));
    let rest =
        value(&text, &format!(r#"wheelhouse_http_request_duration_seconds_bucket{{{asked},le="+Inf"}}"#));
    assert_eq!((count, rest), (Some(3.0), Some(3.0)), "{text}");
    assert!(!text.to_lowercase().contains("marker") && !text.contains("another"), "{text}");
    assert!(!text.contains(&mia.id) && !text.contains("mia"), "no user is among the figures: {text}");
}

#[tokio::test]
async fn open_sockets_are_counted() {
    let host = host(MetricsAccess::Token);
    let mia = host.guest("mia").await;
    let listening = host.listen().await;
    let _client = crate::socket::Client::join(&listening, &mia).await;
    let (_, text) = scrape(&host, "*/*").await;
    assert_eq!(value(&text, "wheelhouse_websockets_open"), Some(1.0), "{text}");
}

#[tokio::test]
async fn format_is_the_one_that_is_asked_for() {
    let host = host(MetricsAccess::Token);
    let (told, text) = scrape(&host, "application/openmetrics-text;version=1.0.0,text/plain;q=0.5").await;
    assert_eq!(told.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(text.ends_with("# EOF\n"), "{text}");
    let (told, text) = scrape(&host, "*/*").await;
    assert_eq!(told.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    assert!(!text.contains("# EOF"), "{text}");
    assert!(told.header("vary").contains("accept") && told.header("cache-control") == "no-store");
}

#[tokio::test]
async fn every_series_has_one_value() {
    let (_, text) = scrape(&host(MetricsAccess::Token), "*/*").await;
    let mut series: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.rsplit_once(' ').unwrap().0)
        .collect();
    let all = series.len();
    series.sort_unstable();
    series.dedup();
    assert_eq!(series.len(), all, "{text}");
}

#[tokio::test]
async fn users_are_refused_and_administrators_are_not() {
    let host = host(MetricsAccess::Token);
    let (mia, tom) = (host.administrator("mia").await, host.guest("tom").await);
    assert_eq!(host.get("/metrics").by(&mia).send().await.status, 200);
    let told = host.get("/metrics").by(&tom).send().await;
    assert_eq!((told.status, &told.body["code"]), (403, &json!("not_administrator")));
    let told = host.get("/metrics").send().await;
    assert_eq!((told.status, told.header("www-authenticate")), (401, r#"Bearer realm="wheelhouse""#));
    assert!(told.body["detail"].as_str().unwrap().contains("metrics token"), "{}", told.body);
}

#[tokio::test]
async fn metrics_that_are_off_are_nowhere() {
    let host = host(MetricsAccess::Off);
    let told = host.get("/metrics").header("authorization", &format!("Bearer {TOKEN}")).send().await;
    assert_eq!(told.status, 404);
}

#[tokio::test]
async fn scraper_on_the_same_machine_needs_no_token_unless_it_comes_through_a_proxy() {
    let host = host(MetricsAccess::Loopback);
    let listening = host.listen().await;
    let own = format!("host: {}\r\n", listening.address);
    let answer = ask(&listening, &own).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("wheelhouse_plugin_limit"), "{answer}");
    for headers in [
        format!("{own}x-forwarded-for: 192.0.2.1\r\n"),
        format!("{own}via: 1.1 proxy\r\n"),
        "host: evil.example.com\r\n".to_owned(),
    ] {
        let answer = ask(&listening, &headers).await;
        assert!(answer.starts_with("HTTP/1.1 401"), "{headers}: {answer}");
    }
}
