//! The tools that are loaded, and which of them a sentence means.

use std::cell::OnceCell;

use wheelhouse_sdk::{
    chat::ToolDefinition,
    serde_json::{Map, Value as Json},
};

use crate::{
    arguments::{Arguments, put},
    free_text::said,
    matching::{Match, Score, Sentence, find_match},
    template::{self, Kind, Template},
    words,
};

/// Most templates of one tool that are looked at.
const MOST_TEMPLATES: usize = 32;

/// A template that is read when it is first needed: most never are.
struct Phrase<'t> {
    written: &'t str,
    read: OnceCell<Option<Template>>,
}

impl Phrase<'_> {
    fn template(&self) -> Option<&Template> {
        self.read.get_or_init(|| template::parse(self.written)).as_ref()
    }
}

/// A tool and its sentences.
pub(crate) struct Tool<'t> {
    pub(crate) name: &'t str,
    phrases: Vec<Phrase<'t>>,
    input_schema: &'t str,
    arguments: OnceCell<Arguments>,
}

impl<'t> Tool<'t> {
    fn new(definition: &'t ToolDefinition) -> Self {
        let sentences = definition.sentences.iter().take(MOST_TEMPLATES);
        Self {
            name: &definition.name,
            phrases: sentences.map(|written| Phrase { written, read: OnceCell::new() }).collect(),
            input_schema: &definition.input_schema,
            arguments: OnceCell::new(),
        }
    }

    /// Its templates, without the malformed ones.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        self.phrases.iter().filter_map(Phrase::template)
    }

    /// Whether a template of it surely has a word with this stem, or its name does.
    pub(crate) fn is_about(&self, stem: &str) -> bool {
        let same = |word: &str| words::stem(word).eq_ignore_ascii_case(stem);
        self.name.split('_').any(same)
            || self.phrases.iter().any(|phrase| template::sure_words(phrase.written).any(same))
    }

    /// What it takes. The schema is read when it is first asked for: most tools are never asked.
    pub(crate) fn arguments(&self) -> &Arguments {
        self.arguments.get_or_init(|| Arguments::new(self.name, self.input_schema))
    }

    /// How each slot of a template is read; `None` if the tool has no argument for one of them.
    pub(crate) fn kinds(&self, template: &Template) -> Option<Vec<Kind>> {
        template.slots.iter().map(|slot| self.arguments().kind(slot)).collect()
    }

    fn find_match(&self, sentence: &Sentence<'_>, template: &Template) -> Option<Match> {
        find_match(sentence, template, &self.kinds(template)?, self.arguments())
    }

    /// The tool's best reading of a sentence.
    pub(crate) fn understand(&'t self, sentence: &Sentence<'_>) -> Option<Understood<'t>> {
        let mut best: Option<(Rank, &Template, Match)> = None;
        let likely = self.phrases.iter().filter(|phrase| sentence.may_match(phrase.written));
        for template in likely.filter_map(Phrase::template) {
            if let Some(found) = self.find_match(sentence, template) {
                let rank = Rank {
                    score: found.score,
                    complete: self.request(sentence, template, &found).is_complete(),
                };
                if best.as_ref().is_none_or(|(known, ..)| rank > *known) {
                    best = Some((rank, template, found));
                }
            }
        }
        let (rank, template, found) = best?;
        Some(Understood {
            rank,
            request: self.request(sentence, template, &found),
            leading: found.captures.first().map_or(sentence.words.len(), |capture| capture.start),
            start: found.start,
            is_typed: found.captures.iter().any(|capture| !template.slots[capture.slot].kind.is_free()),
            slots_from: found.captures.first().map(|first| first.start),
        })
    }

    fn request(&'t self, sentence: &Sentence<'_>, template: &Template, found: &Match) -> Request<'t> {
        let mut arguments = Map::new();
        let mut days = Vec::new();
        for capture in &found.captures {
            let slot = &template.slots[capture.slot];
            let words = &sentence.words[capture.start..capture.end];
            let said = said(sentence.text, words);
            if let Some(filled) = self.arguments().fill(slot, capture.value, said, sentence.speaker) {
                if matches!(slot.kind, Kind::Date | Kind::Period) {
                    days.extend(filled.iter().map(|(name, _)| name.clone()));
                }
                put(&mut arguments, filled);
            }
        }
        Request { tool: self, arguments, days }
    }
}

/// A call of a tool, perhaps not yet complete.
#[derive(Clone)]
pub(crate) struct Request<'t> {
    pub(crate) tool: &'t Tool<'t>,
    pub(crate) arguments: Map<String, Json>,
    /// Names of the arguments that say when.
    pub(crate) days: Vec<String>,
}

impl<'t> Request<'t> {
    /// The first argument that the tool must have and that was not said.
    pub(crate) fn find_missing(&self) -> Option<&'t str> {
        let required = &self.tool.arguments().schema.required;
        required.iter().map(String::as_str).find(|name| !self.arguments.contains_key(*name))
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.find_missing().is_none()
    }
}

/// What decides between readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    score: Score,
    complete: bool,
}

/// A reading of a sentence.
#[derive(Clone)]
pub(crate) struct Understood<'t> {
    pub(crate) rank: Rank,
    pub(crate) request: Request<'t>,
    /// The first word that is part of it.
    pub(crate) start: usize,
    /// The first word in a slot, or the end of the sentence.
    pub(crate) leading: usize,
    /// Where the first slot begins.
    pub(crate) slots_from: Option<usize>,
    /// Whether a slot is filled that is neither text nor place.
    pub(crate) is_typed: bool,
}

/// All tools, in the order in which the host names them.
pub(crate) struct Repertoire<'t> {
    pub(crate) tools: Vec<Tool<'t>>,
}

impl<'t> Repertoire<'t> {
    pub(crate) fn new(definitions: &'t [ToolDefinition]) -> Self {
        Self { tools: definitions.iter().map(Tool::new).collect() }
    }

    /// The best reading of a sentence. Of equal ones that of the tool that is named first.
    pub(crate) fn understand(&'t self, sentence: &Sentence<'_>) -> Option<Understood<'t>> {
        let mut best: Option<Understood<'t>> = None;
        for tool in &self.tools {
            if let Some(understood) = tool.understand(sentence)
                && best.as_ref().is_none_or(|known| understood.rank > known.rank)
            {
                best = Some(understood);
            }
        }
        best
    }
}
