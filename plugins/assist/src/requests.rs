//! What a message asks for: one request, or several, in sentences of their own or joined by "and".
//!
//! All of a message is understood, or nothing: half of it done would surprise whoever said the other half.

use crate::{
    filler,
    matching::Sentence,
    repertoire::{Repertoire, Request, Understood},
    slots::{Lean, Speaker, no_day},
    template::Kind,
    words::{LONGEST_SENTENCE, Word, sentences},
};

/// Most sentences of a message.
const MOST_SENTENCES: usize = 8;
/// Most places at which a sentence may be joined.
const MOST_JOINTS: usize = 6;

/// The requests of a message, in order. Empty if there is none, or if something in the message is not understood.
pub(crate) fn understand<'t>(
    repertoire: &'t Repertoire<'t>,
    message: &str,
    speaker: &Speaker,
) -> Vec<Request<'t>> {
    let mut sentences = sentences(message);
    sentences.retain(|words| !filler::is_only_filler(words));
    if sentences.len() > MOST_SENTENCES || sentences.iter().any(|words| words.len() > LONGEST_SENTENCE) {
        return Vec::new();
    }
    // Nothing is noted for today because the day that was said is none.
    if sentences.iter().any(|words| no_day::find(words, speaker).is_some()) {
        return Vec::new();
    }
    let mut requests = Vec::new();
    for words in &sentences {
        let mut found = understand_sentence(repertoire, message, words, speaker);
        if found.is_empty() {
            return Vec::new();
        }
        requests.append(&mut found);
    }
    requests
}

fn understand_sentence<'t>(
    repertoire: &'t Repertoire<'t>,
    text: &str,
    words: &[Word],
    speaker: &Speaker,
) -> Vec<Request<'t>> {
    let sentence = Sentence::new(text, words, speaker);
    let joints = joints(&sentence);
    if !joints.is_empty() && joints.len() <= MOST_JOINTS {
        let splitter = Splitter { repertoire, text, words, speaker, joints: &joints };
        if let Some(parts) = splitter.split(0, None)
            && parts.len() > 1
        {
            return share_days(parts);
        }
    }
    repertoire.understand(&sentence).map(|understood| understood.request).into_iter().collect()
}

/// Where one request may end and the next begin: the words before and from there. Not inside "85 dollars and 50 cents".
fn joints(sentence: &Sentence<'_>) -> Vec<(usize, usize)> {
    let words = sentence.words;
    let mut joints = Vec::new();
    let mut at = 1;
    while at < words.len() {
        let mut next = at;
        while words.get(next).is_some_and(|word| word.is("and") || word.is("then") || word.is("plus")) {
            next += 1;
        }
        let joined = next > at || words[at].after_comma;
        if joined && next < words.len() && !is_inside_value(sentence, at) {
            joints.push((at, next));
        }
        at = next.max(at + 1);
    }
    joints
}

fn is_inside_value(sentence: &Sentence<'_>, at: usize) -> bool {
    (at.saturating_sub(8)..at).any(|start| {
        [Kind::Money, Kind::Number, Kind::Period]
            .into_iter()
            .any(|kind| sentence.readings(kind, Lean::Past, start).iter().any(|reading| reading.end > at))
    })
}

struct Splitter<'a, 't> {
    repertoire: &'t Repertoire<'t>,
    text: &'a str,
    words: &'a [Word],
    speaker: &'a Speaker,
    joints: &'a [(usize, usize)],
}

impl<'t> Splitter<'_, 't> {
    /// The requests from word `from` on, each complete. `before` is the one that came before them.
    fn split(&self, from: usize, before: Option<&Part<'t>>) -> Option<Vec<Part<'t>>> {
        let later = self.joints.iter().filter(|(end, _)| *end > from).copied();
        for (end, next) in later.chain([(self.words.len(), self.words.len())]) {
            let Some(part) = self.part(from, end, before) else { continue };
            if next == self.words.len() {
                return Some(vec![part]);
            }
            if let Some(mut rest) = self.split(next, Some(&part)) {
                rest.insert(0, part);
                return Some(rest);
            }
        }
        None
    }

    fn part(&self, from: usize, to: usize, before: Option<&Part<'t>>) -> Option<Part<'t>> {
        let words = &self.words[from..to];
        let sentence = Sentence::new(self.text, words, self.speaker);
        if let Some(understood) =
            self.repertoire.understand(&sentence).filter(|understood| understood.request.is_complete())
        {
            let lead = words[understood.start..understood.leading].to_vec();
            return Some(Part { understood, lead, goes_on: false });
        }
        self.continuation(words, before?)
    }

    /// "30 on food" after "I spent 20 on gas": the words that led up to the first slot are said again, or as many of them as make
    /// sense. It counts only if it brings an amount, a number or a day of its own, or "remind me to buy milk and eggs" would be two.
    fn continuation(&self, words: &[Word], before: &Part<'t>) -> Option<Part<'t>> {
        let mut best: Option<Understood<'t>> = None;
        for length in (1..=before.lead.len()).rev() {
            let whole = [&before.lead[..length], words].concat();
            let sentence = Sentence::new(self.text, &whole, self.speaker);
            let understood = before.understood.request.tool.understand(&sentence).filter(|understood| {
                understood.request.is_complete()
                    && understood.slots_from.is_some_and(|slot| slot >= length)
                    && understood.is_typed
            });
            if let Some(understood) = understood
                && best.as_ref().is_none_or(|known| understood.rank > known.rank)
            {
                best = Some(understood);
            }
        }
        Some(Part { understood: best?, lead: before.lead.clone(), goes_on: true })
    }
}

struct Part<'t> {
    understood: Understood<'t>,
    /// The words before its first slot.
    lead: Vec<Word>,
    /// Whether it only makes sense after the one before.
    goes_on: bool,
}

/// A day that is said once holds for all that hangs together: "I spent 20 on gas and 30 on food yesterday".
fn share_days(parts: Vec<Part<'_>>) -> Vec<Request<'_>> {
    let mut groups: Vec<Vec<Request<'_>>> = Vec::new();
    for part in parts {
        match groups.last_mut() {
            Some(group) if part.goes_on => group.push(part.understood.request),
            _ => groups.push(vec![part.understood.request]),
        }
    }
    for group in &mut groups {
        let mut dated = group.iter().filter(|request| !request.days.is_empty());
        let (Some(only), None) = (dated.next(), dated.next()) else { continue };
        let days: Vec<_> = only
            .days
            .iter()
            .filter_map(|name| Some((name.clone(), only.arguments.get(name)?.clone())))
            .collect();
        for request in group.iter_mut() {
            for (name, day) in &days {
                request.arguments.entry(name).or_insert_with(|| day.clone());
            }
        }
    }
    groups.into_iter().flatten().collect()
}
