//! An AI provider: it has models, and finishes an answer.

use std::sync::Arc;

use futures_util::StreamExt;
use wheelhouse_core::{
    Failure,
    chat::{ChatEvent, ChatMessage, ChatProvider, ChatRequest},
};

use super::{
    report::Recorder,
    subject::{Subject, fault, named},
    tools::first_line,
};

pub(super) async fn check(subject: &Subject<'_>, recorder: &mut Recorder<'_>) {
    let Some(provider) = provider(subject) else {
        return recorder.failed("chat", "it exports chat, and no provider came of it");
    };
    let models = models(subject, &*provider).await;
    recorder.add_result("chat: models", models);
    let answered = completes(subject, &*provider).await;
    recorder.add_result("chat: an answer", answered);
}

pub(super) fn provider(subject: &Subject<'_>) -> Option<Arc<dyn ChatProvider>> {
    subject.catalog.providers().iter().find(|provider| provider.id() == subject.id).cloned()
}

fn judged(failure: &Failure) -> Result<String, String> {
    fault(failure).map_or_else(|| Ok(named(failure)), Err)
}

async fn models(subject: &Subject<'_>, provider: &dyn ChatProvider) -> Result<String, String> {
    match provider.models(&subject.call()).await {
        Ok(models) => match models.first() {
            Some(first) => Ok(format!("{}, the first is {}", models.len(), first.id)),
            None => Err("it has none; the first is the one that it uses by itself".to_owned()),
        },
        Err(failure) => judged(&failure),
    }
}

async fn completes(subject: &Subject<'_>, provider: &dyn ChatProvider) -> Result<String, String> {
    let request = ChatRequest {
        model: None,
        messages: vec![
            ChatMessage::System { text: "Answer in one sentence.".to_owned() },
            ChatMessage::User { text: "Good morning!".to_owned() },
        ],
        tools: Vec::new(),
        max_output_tokens: Some(100),
        temperature: None,
    };
    let mut answer = match provider.complete(&subject.call(), request).await {
        Ok(answer) => answer,
        Err(failure) => return judged(&failure),
    };
    let mut text = String::new();
    while let Some(event) = answer.next().await {
        match event {
            Ok(ChatEvent::Text(piece)) => text.push_str(&piece),
            Ok(ChatEvent::Finished(_)) => return Ok(first_line(&text)),
            Ok(_) => {}
            Err(failure) => return judged(&failure),
        }
    }
    Err("its answer ends without being finished".to_owned())
}
