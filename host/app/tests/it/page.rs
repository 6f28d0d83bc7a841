//! What a person reads when the host starts, to the letter.

use std::{sync::Arc, time::Instant};

use async_trait::async_trait;
use serde_json::{Map, Value, json};
use tokio::sync::Notify;
use wheelhouse::{
    config::Profile,
    page::{Introduction, StartPage},
    progress,
};
use wheelhouse_core::{
    CallContext, Failure, Result,
    catalog::{Catalog, CatalogEntry, CatalogPublisher, Contribution, Stage},
    plugin::{Ask, Capability, Export, PluginInfo, PluginSource, PluginState},
    speech::{Speech, SpeechEngine, Utterance, Voice},
    tool::{Annotations, Tool, ToolDefinition, ToolOutcome},
};
use wheelhouse_services::Off;

/// An engine and a tool that nobody calls.
struct Idle(ToolDefinition);

impl Idle {
    fn named(name: &str) -> Arc<Self> {
        Arc::new(Self(ToolDefinition {
            name: name.to_owned(),
            summary: "Waits.".to_owned(),
            input_schema: json!({"type": "object"}),
            output_schema: None,
            annotations: Annotations::default(),
            needs_confirmation: false,
            sentences: Vec::new(),
        }))
    }
}

#[async_trait]
impl Tool for Idle {
    fn definition(&self) -> &ToolDefinition {
        &self.0
    }

    async fn call(&self, _: &CallContext, _: Map<String, Value>) -> Result<ToolOutcome> {
        Err(Failure::internal("nobody calls it"))
    }
}

#[async_trait]
impl SpeechEngine for Idle {
    fn id(&self) -> &str {
        &self.0.name
    }

    fn revision(&self) -> &str {
        "1"
    }

    async fn voices(&self, _: &CallContext) -> Result<Vec<Voice>> {
        Ok(Vec::new())
    }

    async fn synthesize(&self, _: &CallContext, _: Utterance) -> Result<Speech> {
        Err(Failure::internal("nobody calls it"))
    }
}

fn bundled(id: &str, exports: &[Export], stage: Stage) -> CatalogEntry {
    CatalogEntry {
        source: PluginSource::Bundled { name: id.to_owned() },
        exports: exports.to_vec(),
        stage,
        next: None,
    }
}

fn info(id: &str, asks: &[&str]) -> PluginInfo {
    let ask = |name: &&str| Ask {
        capability: Capability { name: (*name).to_owned(), targets: Vec::new(), reason: String::new() },
        granted: false,
    };
    PluginInfo {
        id: id.to_owned(),
        version: "1.2.3".parse().unwrap(),
        name: id.to_owned(),
        summary: String::new(),
        asks: asks.iter().map(ask).collect(),
    }
}

fn ready(info: PluginInfo, fill: impl FnOnce(&mut Contribution)) -> Stage {
    let mut brings = Contribution::of(info);
    fill(&mut brings);
    Stage::Active(Arc::new(brings))
}

fn voice() -> CatalogEntry {
    let stage = ready(info("hibari", &[]), |plugin| plugin.engine = Some(Idle::named("hibari")));
    bundled("hibari", &[Export::Speech], stage)
}

fn tools() -> CatalogEntry {
    let stage = ready(info("wins", &["documents"]), |plugin| {
        plugin.tools = vec![Idle::named("create_expense"), Idle::named("update_budget")];
    });
    bundled("wins", &[Export::Tools], stage)
}

fn refused() -> CatalogEntry {
    CatalogEntry {
        source: PluginSource::File { name: "broken.wasm".to_owned() },
        exports: Vec::new(),
        stage: Stage::Absent {
            state: PluginState::Refused { reason: "the file is empty".to_owned() },
            info: None,
        },
        next: None,
    }
}

fn compiling(info: Option<PluginInfo>) -> Stage {
    Stage::Absent {
        state: PluginState::Compiling { reason: "is being compiled, this once".to_owned() },
        info,
    }
}

/// Being compiled for the first time.
fn new(id: &str) -> CatalogEntry {
    bundled(id, &[Export::Tools], compiling(None))
}

fn native() -> CatalogEntry {
    let stage = ready(info("openai", &[]), |_| {});
    CatalogEntry { source: PluginSource::Native, exports: vec![Export::Chat], stage, next: None }
}

fn introduction() -> Introduction {
    Introduction {
        profile: Profile::Development,
        database: "sqlite data/wheelhouse.db".to_owned(),
        cache: "memory".to_owned(),
        engines: vec!["hibari".to_owned(), "loud".to_owned()],
        providers: vec!["assist".to_owned()],
        off: vec![Off { id: "openai".to_owned(), reason: "no OPENAI_API_KEY".to_owned() }],
    }
}

#[test]
fn page_says_where_the_host_is_what_it_stands_on_and_what_is_off() {
    let catalog = Catalog::new([native(), new("assist"), voice(), tools(), refused()]);
    let address = "http://127.0.0.1:8000".to_owned();
    let page = StartPage { address, introduction: introduction(), catalog: &catalog }.to_string();
    let expected = "
  Wheelhouse 0.1.0

  address    http://127.0.0.1:8000
  docs       http://127.0.0.1:8000/docs
  profile    development
  database   sqlite data/wheelhouse.db
  cache      memory
  speech     hibari, then loud
  assistant  assist
  plugins    assist               is being compiled, this once
             hibari 1.2.3         a speech engine
             wins 1.2.3           2 tools; `documents` is not granted
             broken.wasm          off: the file is empty
  off        openai: no OPENAI_API_KEY

";
    assert_eq!(page, expected.replace("0.1.0", env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn each_plugin_that_is_compiled_is_told_with_how_many_are_done() {
    let publisher = CatalogPublisher::new(Catalog::new([voice(), new("wins"), new("assist"), refused()]));
    let reader = publisher.reader();
    let shown = reader.current();
    let mut told = String::new();
    let heard = Notify::new();
    let tell = |line: &str| {
        told.push_str(line);
        heard.notify_one();
    };
    let publishing = async {
        let assist = || bundled("assist", &[], ready(info("assist", &[]), |_| {}));
        publisher.publish(Catalog::new([voice(), new("wins"), assist(), refused()]));
        heard.notified().await;
        publisher.publish(Catalog::new([voice(), tools(), assist(), refused()]));
    };
    tokio::join!(progress::follow(&reader, &shown, Instant::now(), tell), publishing);
    // How long it took stands first.
    let lines: Vec<&str> =
        told.lines().map(|line| line.split_once(" s    ").map_or(line, |(_, rest)| rest)).collect();
    assert_eq!(
        lines,
        [
            "3 of 4    assist 1.2.3         nothing",
            "4 of 4    wins 1.2.3           2 tools; `documents` is not granted",
            "  All plugins are loaded; the next start needs no compiling.",
        ]
    );
}

#[tokio::test]
async fn start_with_everything_compiled_is_quiet() {
    let publisher = CatalogPublisher::new(Catalog::new([native(), voice(), refused()]));
    let shown = publisher.reader().current();
    progress::follow(&publisher.reader(), &shown, Instant::now(), |line| panic!("{line}")).await;
    assert_eq!(progress::first_time(&shown), None);
}

#[test]
fn what_is_compiled_for_the_first_time_is_told_by_name() {
    let known = bundled("wins", &[], compiling(Some(info("wins", &[]))));
    let catalog = Catalog::new([native(), known, new("assist"), new("hibari")]);
    let sentence = progress::first_time(&catalog);
    assert_eq!(sentence.as_deref(), Some("compiling assist, hibari, this once; it takes a moment"));
}
