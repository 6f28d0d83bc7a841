//! Whether a sentence is one of a template's, and what stands in its slots.
//!
//! A template's steps only go forward, so each of them meets each word at most once: the best way on from every (step, word) is
//! found once and kept. A slot tries each of its possible ends, which bounds a match by steps × words². The best way has the most of the
//! template's own words, then the most slots, then the fewest words in free slots; of equal ways the first that is written, with
//! the shortest free texts.

use std::cell::RefCell;

use crate::{
    arguments::Arguments,
    filler,
    free_text::{belongs_elsewhere, has_second_amount, said},
    slots::{self, Lean, Reading, Speaker, Value},
    template::{self, Kind, Op, Template},
    words::Word,
};

/// Longest value of a free slot, in words.
const LONGEST_TEXT: usize = 64;

/// A sentence, and what is known about it whichever template it is held against.
pub(crate) struct Sentence<'a> {
    /// The message that the words stand in.
    pub(crate) text: &'a str,
    pub(crate) words: &'a [Word],
    pub(crate) speaker: &'a Speaker,
    beginnings: Vec<usize>,
    endings: Vec<bool>,
    /// By kind, lean and place: what typed slots read there.
    readings: RefCell<Vec<Option<std::rc::Rc<[Reading]>>>>,
}

impl<'a> Sentence<'a> {
    pub(crate) fn new(text: &'a str, words: &'a [Word], speaker: &'a Speaker) -> Self {
        Self {
            text,
            words,
            speaker,
            beginnings: filler::beginnings(words),
            endings: filler::endings(words),
            readings: RefCell::new(vec![None; words.len() * 8]),
        }
    }

    /// Whether it has words without which the template, as it is written, cannot match: quick, and mostly not so.
    pub(crate) fn may_match(&self, template: &str) -> bool {
        template::may_match(template, |stem| self.words.iter().any(|word| word.stem() == stem))
    }

    /// What a typed slot reads at a place.
    pub(crate) fn readings(&self, kind: Kind, lean: Lean, at: usize) -> std::rc::Rc<[Reading]> {
        let row = match kind {
            Kind::Text | Kind::Place => return std::rc::Rc::default(),
            Kind::Money => 0,
            Kind::Number => 1,
            Kind::Date => 2,
            Kind::Period => 3,
        } * 2
            + usize::from(lean == Lean::Future);
        let cell = row * self.words.len() + at;
        if let Some(Some(known)) = self.readings.borrow().get(cell) {
            return known.clone();
        }
        let read: std::rc::Rc<[Reading]> = slots::read(kind, self.words, at, self.speaker, lean).into();
        if let Some(unknown) = self.readings.borrow_mut().get_mut(cell) {
            *unknown = Some(read.clone());
        }
        read
    }
}

/// A slot that has been filled.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Capture {
    /// Number of the template's slot.
    pub(crate) slot: usize,
    /// Words from here …
    pub(crate) start: usize,
    /// … to before here.
    pub(crate) end: usize,
    pub(crate) value: Value,
}

/// A match.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Match {
    /// The first word that is part of it.
    pub(crate) start: usize,
    pub(crate) score: Score,
    /// In the order of the sentence.
    pub(crate) captures: Vec<Capture>,
}

/// How specific a match is; more is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Score {
    /// The template's own words.
    words: i16,
    /// Slots that are filled.
    slots: i16,
    /// Negative: words that free slots took, and words that were passed over.
    free: i16,
}

impl Score {
    fn and(self, other: Self) -> Self {
        Self {
            words: self.words + other.words,
            slots: self.slots + other.slots,
            free: self.free + other.free,
        }
    }
}

/// The best match of the template with the whole sentence, fillers aside. `kinds` says for each slot how it is read.
pub(crate) fn find_match(
    sentence: &Sentence<'_>,
    template: &Template,
    kinds: &[Kind],
    arguments: &Arguments,
) -> Option<Match> {
    let width = sentence.words.len() + 1;
    let cells = template.program.len() * width;
    let mut matcher = Matcher {
        sentence,
        template,
        kinds,
        arguments,
        width,
        best: vec![Cell::Unknown; cells],
        leads: vec![None; cells * 2],
    };
    let mut found: Option<(Score, usize)> = None;
    for &start in &sentence.beginnings {
        if let Some(score) = matcher.best(0, start)
            && found.is_none_or(|(best, _)| score > best)
        {
            found = Some((score, start));
        }
    }
    let (score, start) = found?;
    Some(Match { start, score, captures: matcher.captures(start) })
}

#[derive(Clone, Copy)]
enum Cell {
    Unknown,
    No,
    /// The score from here to the end, and the way on. For a typed slot also which of its readings it was.
    Yes {
        score: Score,
        step: u16,
        at: u16,
        reading: u16,
    },
}

struct Matcher<'a> {
    sentence: &'a Sentence<'a>,
    template: &'a Template,
    kinds: &'a [Kind],
    arguments: &'a Arguments,
    width: usize,
    best: Vec<Cell>,
    leads: Vec<Option<bool>>,
}

impl Matcher<'_> {
    /// The best score from this step and word to the end. Each call goes at least one step on, so it is never deeper than the
    /// program is long, save for the few words of noise that are passed over.
    fn best(&mut self, step: usize, at: usize) -> Option<Score> {
        let cell = step * self.width + at;
        match self.best[cell] {
            Cell::No => return None,
            Cell::Yes { score, .. } => return Some(score),
            Cell::Unknown => {}
        }
        let mut best = Cell::No;
        let template = self.template;
        match &template.program[step] {
            Op::End => {
                if self.sentence.endings[at] {
                    best = yes(Score::default(), step, at, 0);
                }
            }
            Op::Jump(target) => self.consider(&mut best, *target, at, Score::default(), 0),
            Op::Split(targets) => {
                for target in targets {
                    self.consider(&mut best, *target, at, Score::default(), 0);
                }
            }
            Op::Word(stem) => {
                if self.sentence.words.get(at).is_some_and(|word| word.stem() == stem) {
                    self.consider(&mut best, step + 1, at + 1, Score { words: 1, ..Score::default() }, 0);
                }
                self.pass_noise(&mut best, step, at);
            }
            Op::Slot(slot) => {
                if self.kinds[*slot].is_free() {
                    self.free(&mut best, step, at, *slot);
                } else {
                    self.typed(&mut best, step, at, *slot);
                }
                self.pass_noise(&mut best, step, at);
            }
        }
        self.best[cell] = best;
        match best {
            Cell::Yes { score, .. } => Some(score),
            _ => None,
        }
    }

    fn consider(&mut self, best: &mut Cell, step: usize, at: usize, gained: Score, reading: usize) {
        let Some(rest) = self.best(step, at) else { return };
        let score = gained.and(rest);
        if !matches!(best, Cell::Yes { score: known, .. } if *known >= score) {
            *best = yes(score, step, at, reading);
        }
    }

    fn pass_noise(&mut self, best: &mut Cell, step: usize, at: usize) {
        if self.sentence.words.get(at).is_some_and(Word::is_noise) {
            self.consider(best, step, at + 1, Score { free: -1, ..Score::default() }, 0);
        }
    }

    fn typed(&mut self, best: &mut Cell, step: usize, at: usize, slot: usize) {
        if at >= self.sentence.words.len() {
            return;
        }
        for (number, reading) in
            self.sentence.readings(self.kinds[slot], self.arguments.lean, at).iter().enumerate()
        {
            if self.fits(slot, at, *reading) {
                self.consider(best, step + 1, reading.end, Score { slots: 1, ..Score::default() }, number);
            }
        }
    }

    fn free(&mut self, best: &mut Cell, step: usize, at: usize, slot: usize) {
        let last = self.sentence.words.len().min(at + LONGEST_TEXT);
        for end in at + 1..=last {
            let taken = i16::try_from(end - at).unwrap_or(i16::MAX);
            // What comes next is looked at first: it is cheaper than to see whether the words fit.
            if self.best(step + 1, end).is_some()
                && self.fits(slot, at, Reading { end, value: Value::Text })
                && !self.is_something_else(slot, at, end)
            {
                self.consider(best, step + 1, end, Score { slots: 1, free: -taken, ..Score::default() }, 0);
            }
            if self.leads_on(step + 1, end, false) {
                break;
            }
        }
    }

    fn is_something_else(&self, slot: usize, at: usize, end: usize) -> bool {
        let (words, speaker) = (&self.sentence.words[at..end], self.sentence.speaker);
        belongs_elsewhere(&self.template.slots[slot], words, speaker, self.arguments.lean)
            || (self.kinds.contains(&Kind::Money) && has_second_amount(words, speaker))
    }

    fn fits(&self, slot: usize, at: usize, reading: Reading) -> bool {
        let words = &self.sentence.words[at..reading.end];
        let said = said(self.sentence.text, words);
        self.arguments.fill(&self.template.slots[slot], reading.value, said, self.sentence.speaker).is_some()
    }

    /// Whether the template's words from here on lead to a typed slot that reads something: then a free slot before them is over,
    /// or "set gas budget to 40 and food budget to 30" would set the budget of "gas budget to 40 and food".
    fn leads_on(&mut self, step: usize, at: usize, after_word: bool) -> bool {
        let cell = (step * self.width + at) * 2 + usize::from(after_word);
        if let Some(known) = self.leads[cell] {
            return known;
        }
        let template = self.template;
        let leads = match &template.program[step] {
            Op::End => false,
            Op::Jump(target) => self.leads_on(*target, at, after_word),
            Op::Split(targets) => targets.iter().any(|target| self.leads_on(*target, at, after_word)),
            Op::Word(stem) => {
                self.sentence.words.get(at).is_some_and(|word| word.stem() == stem)
                    && self.leads_on(step + 1, at + 1, true)
            }
            Op::Slot(slot) => {
                after_word
                    && at < self.sentence.words.len()
                    && !self.sentence.readings(self.kinds[*slot], self.arguments.lean, at).is_empty()
            }
        };
        self.leads[cell] = Some(leads);
        leads
    }

    fn captures(&self, start: usize) -> Vec<Capture> {
        let mut captures = Vec::new();
        let (mut step, mut at) = (0, start);
        while let Cell::Yes { step: next_step, at: next_at, reading, .. } = self.best[step * self.width + at]
        {
            let (next_step, next_at) = (usize::from(next_step), usize::from(next_at));
            match &self.template.program[step] {
                Op::End => break,
                // A step to itself is a word of noise.
                Op::Slot(slot) if next_step != step => {
                    let readings = self.sentence.readings(self.kinds[*slot], self.arguments.lean, at);
                    let value =
                        readings.get(usize::from(reading)).map_or(Value::Text, |reading| reading.value);
                    captures.push(Capture { slot: *slot, start: at, end: next_at, value });
                }
                _ => {}
            }
            (step, at) = (next_step, next_at);
        }
        captures
    }
}

fn yes(score: Score, step: usize, at: usize, reading: usize) -> Cell {
    // Programs and sentences are far shorter than that.
    let small = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
    Cell::Yes { score, step: small(step), at: small(at), reading: small(reading) }
}
