//! How a plugin bears what hosts do to it: calls that are given up, calls without time, and many in a row.

use std::time::{Duration, Instant};

use futures_util::FutureExt;
use serde_json::{Map, Value};
use wheelhouse_core::{CallContext, Failure, FailureClass, failure::BUSY};

use super::{
    chat,
    report::{Figures, Recorder, millis},
    sample, speech,
    subject::{Subject, fault},
    tools,
};
use crate::text::size;

/// So many calls, but for no longer than this.
const CALLS: usize = 9;
const CALLING: Duration = Duration::from_secs(10);
/// A deadline that nothing but the quickest keeps.
const NO_TIME: Duration = Duration::from_micros(100);
/// How long an instance may take to be gone.
const GONE: Duration = Duration::from_secs(5);
/// How much of its memory limit a plugin should need for what is checked here, in percent.
const MEMORY: u64 = 80;

/// The plainest thing that a plugin can be asked.
enum Question {
    Tool(std::sync::Arc<dyn wheelhouse_core::tool::Tool>, Map<String, Value>),
    Voices(std::sync::Arc<dyn wheelhouse_core::speech::SpeechEngine>),
    Models(std::sync::Arc<dyn wheelhouse_core::chat::ChatProvider>),
}

impl Question {
    async fn of(subject: &Subject<'_>) -> Option<Self> {
        for tool in tools::of(subject) {
            let arguments = sample::required(&tool.definition().input_schema);
            let before = subject.vitals().calls;
            let answer = tool.call(&subject.call(), arguments.clone()).await;
            if subject.vitals().calls > before && answer.err().is_none_or(|failure| fault(&failure).is_none())
            {
                return Some(Self::Tool(tool, arguments));
            }
        }
        speech::engine(subject).map(Self::Voices).or_else(|| chat::provider(subject).map(Self::Models))
    }

    fn name(&self) -> String {
        match self {
            Self::Tool(tool, _) => tool.definition().name.clone(),
            Self::Voices(_) => "voices".to_owned(),
            Self::Models(_) => "models".to_owned(),
        }
    }

    async fn ask(&self, ctx: &CallContext) -> Result<(), Failure> {
        match self {
            Self::Tool(tool, arguments) => tool.call(ctx, arguments.clone()).await.map(drop),
            Self::Voices(engine) => engine.voices(ctx).await.map(drop),
            Self::Models(provider) => provider.models(ctx).await.map(drop),
        }
    }

    /// Whether the plugin says something that is not a fault.
    async fn is_answered(&self, subject: &Subject<'_>) -> Result<(), String> {
        match self.ask(&subject.call()).await {
            Ok(()) => Ok(()),
            Err(failure) => {
                fault(&failure).map_or(Ok(()), |fault| Err(format!("the next call fails: {fault}")))
            }
        }
    }
}

pub(super) async fn check(subject: &Subject<'_>, recorder: &mut Recorder<'_>, figures: &mut Figures) {
    let Some(question) = Question::of(subject).await else {
        recorder.skipped("calls that are given up", "there is nothing of it that could be called");
        return;
    };
    let given_up = gives_up(subject, &question).await;
    recorder.add_result("a call that is given up", given_up);
    let late = runs_late(subject, &question).await;
    recorder.add_result("a call without time", late);
    figures.call_ms = cost(subject, &question).await.map(millis);
    figures.call = figures.call_ms.map(|_| question.name());
    if let Some((used, limit)) = subject.used("memory_bytes").filter(|(used, _)| *used > 0) {
        figures.memory_peak_bytes = Some(used);
        let said = format!("{} of {}", size(used), size(limit));
        recorder.add_result(
            "memory",
            match used > limit / 100 * MEMORY {
                true => Err(format!(
                    "{said} at most: have it need less, or tell its operators to raise memory_bytes in [plugins.{}.limits]",
                    subject.id
                )),
                false => Ok(format!("{said} at most")),
            },
        );
    }
}

async fn gives_up(subject: &Subject<'_>, question: &Question) -> Result<String, String> {
    let ctx = subject.call();
    let answered = Box::pin(question.ask(&ctx)).now_or_never();
    let until = Instant::now() + GONE;
    while subject.used("concurrent_calls").is_some_and(|(running, _)| running > 0) {
        if Instant::now() > until {
            return Err("its instance goes on although nobody waits for it".to_owned());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    question.is_answered(subject).await?;
    Ok(match answered {
        Some(Ok(())) => "it had answered by then".to_owned(),
        Some(Err(failure)) => format!("it had ended by then: {}", failure.message),
        None => "its instance is gone, and the next call is answered".to_owned(),
    })
}

async fn runs_late(subject: &Subject<'_>, question: &Question) -> Result<String, String> {
    let said = match question.ask(&subject.call().with_time_limit(NO_TIME)).await {
        Err(failure) if failure.class == FailureClass::Timeout => {
            "it ends in `timeout`, and the next call is answered".to_owned()
        }
        Err(failure) if failure.code() == BUSY => {
            "it ends before it begins, and the next call is answered".to_owned()
        }
        Err(failure) => match fault(&failure) {
            Some(fault) => return Err(fault),
            None => format!("it had ended by then: {}", failure.message),
        },
        Ok(()) => "it had answered by then".to_owned(),
    };
    question.is_answered(subject).await?;
    Ok(said)
}

/// The median time of a call.
async fn cost(subject: &Subject<'_>, question: &Question) -> Option<Duration> {
    let until = Instant::now() + CALLING;
    let mut times = Vec::with_capacity(CALLS);
    while times.len() < CALLS && Instant::now() < until {
        let began = Instant::now();
        // Whether it is answered has been seen; a no costs as much.
        let _ = question.ask(&subject.call()).await;
        times.push(began.elapsed());
    }
    times.sort();
    times.get(times.len() / 2).copied()
}
