//! Models, and what the provider is without a key.

use std::sync::Arc;

use serde_json::json;
use wheelhouse_core::{
    FailureClass, Secret,
    chat::ChatProvider,
    clock::{Clock, Entropy},
    plugin::Export,
};
use wheelhouse_engines::{Absent, EnginesConfig, OpenAiConfig, contributions};

use crate::{
    fixture::{
        FixedClock, FixedEntropy, KEY, complete, config, context, hello, provider, refused, with_config,
    },
    server::{Answer, FakeServer},
};

fn list() -> Answer {
    Answer::json(
        200,
        &json!({"object": "list", "data": [{"id": "qwen"}, {"id": "llama", "max_model_len": 8192}]}),
    )
}

#[tokio::test]
async fn configured_model_is_listed_first() {
    let server = FakeServer::start([list()]).await;
    let models = provider(&server).models(&context()).await.unwrap();
    let ids: Vec<_> = models.iter().map(|model| (model.id.as_str(), model.context_window)).collect();
    assert_eq!(ids, [("llama", Some(8192)), ("qwen", None)]);
    let received = server.only_request();
    assert_eq!((received.method.as_str(), received.path.as_str()), ("GET", "/v1/models"));
    assert_eq!(received.header("authorization"), Some("Bearer sk-hunter2"));
}

#[tokio::test]
async fn configured_model_is_listed_even_where_the_server_does_not_know_it() {
    let server = FakeServer::start([list()]).await;
    let config = OpenAiConfig { model: Some("my-deployment".to_owned()), ..config(&server) };
    let models = with_config(&config).models(&context()).await.unwrap();
    assert_eq!(
        models.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(),
        ["my-deployment", "qwen", "llama"]
    );
}

#[tokio::test]
async fn first_listed_model_is_used_where_none_is_configured_and_asked_for_once() {
    let server = FakeServer::start([list(), Answer::stream(&hello()), Answer::stream(&hello())]).await;
    let provider = with_config(&OpenAiConfig { model: None, ..config(&server) });
    complete(&provider).await;
    complete(&provider).await;
    let received = server.received();
    let asked: Vec<_> = received.iter().map(|it| (it.path.as_str(), it.body["model"].as_str())).collect();
    let completion = ("/v1/chat/completions", Some("qwen"));
    assert_eq!(asked, [("/v1/models", None), completion, completion]);
}

#[tokio::test]
async fn server_without_models_names_the_setting() {
    let server = FakeServer::start([Answer::json(200, &json!({"data": []}))]).await;
    let failure = refused(&with_config(&OpenAiConfig { model: None, ..config(&server) })).await;
    assert_eq!((failure.class, failure.code()), (FailureClass::Unavailable, "provider_model_missing"));
    assert!(failure.message.contains("OPENAI_MODEL"));
}

#[tokio::test]
async fn list_that_is_none_is_a_failure() {
    for answer in [
        Answer::status(200, "text/html", "<html>"),
        Answer::status(500, "text/html", ""),
        Answer::json(200, &json!({})),
    ] {
        let server = FakeServer::start([answer]).await;
        assert_eq!(provider(&server).models(&context()).await.unwrap_err().class, FailureClass::Unavailable);
    }
}

fn native(openai: OpenAiConfig) -> wheelhouse_core::Result<wheelhouse_engines::Native> {
    native_of(openai, &["openai"])
}

fn native_of(openai: OpenAiConfig, chain: &[&str]) -> wheelhouse_core::Result<wheelhouse_engines::Native> {
    let chain = chain.iter().map(|&name| name.to_owned()).collect();
    contributions(
        &EnginesConfig { openai, chain, ..EnginesConfig::default() },
        &(Arc::new(FixedClock) as Arc<dyn Clock>),
        &(Arc::new(FixedEntropy) as Arc<dyn Entropy>),
    )
}

#[test]
fn without_key_and_base_url_nothing_is_contributed_and_the_reason_is_told() {
    let native = native(OpenAiConfig::default()).unwrap();
    assert!(native.contributions.is_empty());
    let off = |export| Absent { id: "openai".to_owned(), export, reason: "no OPENAI_API_KEY".to_owned() };
    assert_eq!(native.off, [off(Export::Chat), off(Export::Speech)]);
}

#[test]
fn service_that_no_operator_named_is_not_spoken_to() {
    let config = || OpenAiConfig { api_key: Some(Secret::new(KEY)), ..OpenAiConfig::default() };
    let native = native_of(config(), &[]).unwrap();
    assert!(native.contributions.iter().all(|contribution| contribution.engine.is_none()));
    let named = native_of(config(), &["edge"]).unwrap();
    let engines = named.contributions.iter().filter_map(|contribution| contribution.engine.as_ref());
    assert_eq!(engines.map(|engine| engine.id()).collect::<Vec<_>>(), ["edge"]);
}

#[test]
fn key_alone_turns_provider_and_engine_on_as_one_part_of_the_host() {
    let config = OpenAiConfig { api_key: Some(Secret::new(KEY)), ..OpenAiConfig::default() };
    let native = native(config).unwrap();
    assert!(native.off.is_empty());
    let [contribution] = &native.contributions[..] else { panic!("one contribution") };
    assert_eq!(contribution.provider.as_ref().unwrap().id(), "openai");
    assert_eq!(contribution.engine.as_ref().unwrap().id(), "openai");
    assert_eq!(
        contribution.info.summary,
        "Answers from api.openai.com with the model gpt-4.1-mini. Speaks at api.openai.com with the model gpt-4o-mini-tts."
    );
}

#[test]
fn base_url_alone_turns_the_provider_on_and_no_engine() {
    let config =
        OpenAiConfig { base_url: Some("http://localhost:11434/v1".to_owned()), ..OpenAiConfig::default() };
    let native = native(config).unwrap();
    let [off] = &native.off[..] else { panic!("the engine") };
    assert!(off.export == Export::Speech && off.reason.contains("engines.openai"), "{off:?}");
    let [contribution] = &native.contributions[..] else { panic!("one contribution") };
    assert_eq!(contribution.info.id, "openai");
    assert_eq!(contribution.provider.as_ref().unwrap().id(), "openai");
    assert!(contribution.engine.is_none());
    assert_eq!(contribution.info.summary, "Answers from localhost with the first model that it lists.");
}

#[test]
fn unusable_configuration_stops_the_start_with_all_problems() {
    let config =
        OpenAiConfig { base_url: Some("nowhere".to_owned()), idle_timeout_ms: 0, ..OpenAiConfig::default() };
    let failure = native(config).err().unwrap();
    assert_eq!(failure.class, FailureClass::Invalid);
    assert!(
        failure.message.contains("openai.base_url") && failure.message.contains("openai.idle_timeout_ms")
    );
}
