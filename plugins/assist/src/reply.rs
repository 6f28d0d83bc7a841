//! What is said back, in plain sentences that can be spoken.

use wheelhouse_sdk::chat::ToolMessage;

use crate::{
    arguments::in_words,
    examples::find_example,
    filler,
    free_text::said,
    pending::asked_slot,
    repertoire::{Repertoire, Request, Tool},
    slots::{Speaker, no_day},
    template::Kind,
    words::{sentences, starts_with, stem, words},
};

/// Most examples in an answer.
const MOST_EXAMPLES: usize = 8;

/// What came of tool calls.
pub(crate) fn results(results: &[&ToolMessage]) -> String {
    let sentences = results.iter().map(|result| {
        let text = result.text.trim().replace('`', "");
        match (result.failed, text.is_empty()) {
            (false, false) => text,
            (false, true) => "Done.".to_owned(),
            (true, false) => format!("That did not work: {text}"),
            (true, true) => "That did not work.".to_owned(),
        }
    });
    sentences.map(|sentence| ended(&sentence)).collect::<Vec<_>>().join(" ")
}

fn ended(sentence: &str) -> String {
    let is_ended = sentence.ends_with(['.', '!', '?', '"', '”', ':', '…']);
    if is_ended { sentence.to_owned() } else { format!("{sentence}.") }
}

/// Asks for an argument that a request lacks.
pub(crate) fn question(request: &Request<'_>, missing: &str) -> String {
    let slot = asked_slot(request, missing);
    let name = in_words(missing);
    let choices: Vec<String> = request
        .tool
        .arguments()
        .schema
        .find_property(missing)
        .map(|property| property.choices().iter().map(|choice| choice.replace('_', " ")).collect())
        .unwrap_or_default();
    match slot.kind {
        Kind::Money if name == "amount" => "How much is it?".to_owned(),
        Kind::Date if name == "date" => "Which day?".to_owned(),
        _ if (1..=8).contains(&choices.len()) => format!("What is the {name}: {}?", listed(&choices)),
        _ => format!("What is the {name}?"),
    }
}

/// The answer to a message that asks for nothing that a tool could do.
pub(crate) fn small_talk(
    message: &str,
    repertoire: &Repertoire<'_>,
    speaker: &Speaker,
    user: Option<&str>,
) -> String {
    match Talk::of(message) {
        Talk::Greeting => match user {
            Some(name) => format!("Hello {name}! What can I do for you?"),
            None => "Hello! What can I do for you?".to_owned(),
        },
        Talk::Thanks => "You are welcome.".to_owned(),
        Talk::Goodbye => "Goodbye!".to_owned(),
        Talk::Help => abilities(message, repertoire, speaker),
        Talk::Other => {
            let words = words(message);
            match no_day::find(&words, speaker) {
                Some(day) => {
                    let day = said(message, &words[day]);
                    format!(
                        "There is no day {day}, so I did nothing. Please say it again with the right one."
                    )
                }
                None => format!("I did not understand that. {}", abilities(message, repertoire, speaker)),
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Talk {
    Greeting,
    Thanks,
    Goodbye,
    Help,
    Other,
}

impl Talk {
    fn of(message: &str) -> Self {
        let sentences = sentences(message);
        if sentences.iter().any(|words| is_one_of(words, &HELP)) && sentences.len() <= 3 {
            return Self::Help;
        }
        if !sentences.is_empty()
            && sentences.iter().all(|words| is_one_of(words, &GOODBYE) || filler::is_only_filler(words))
        {
            let says = |phrase: &[&str]| {
                sentences.iter().any(|words| (0..words.len()).any(|at| starts_with(words, at, phrase)))
            };
            return if sentences.iter().any(|words| is_one_of(words, &GOODBYE)) {
                Self::Goodbye
            } else if says(&["thanks"]) || says(&["thank", "you"]) {
                Self::Thanks
            } else {
                Self::Greeting
            };
        }
        Self::Other
    }
}

const HELP: [&[&str]; 14] = [
    &["help"],
    &["help", "me"],
    &["i", "need", "help"],
    &["what", "can", "you", "do"],
    &["what", "can", "you", "do", "for", "me"],
    &["what", "can", "i", "say"],
    &["what", "can", "i", "ask"],
    &["what", "can", "i", "ask", "you"],
    &["what", "do", "you", "do"],
    &["how", "can", "you", "help"],
    &["how", "can", "you", "help", "me"],
    &["what", "can", "you", "help", "me", "with"],
    &["what", "are", "you", "able", "to", "do"],
    &["show", "me", "what", "you", "can", "do"],
];

const GOODBYE: [&[&str]; 6] =
    [&["bye"], &["goodbye"], &["good", "bye"], &["good", "night"], &["see", "you"], &["see", "you", "later"]];

fn is_one_of(words: &[crate::words::Word], phrases: &[&[&str]]) -> bool {
    let ends = filler::endings(words);
    filler::beginnings(words).into_iter().any(|begin| {
        phrases
            .iter()
            .any(|phrase| starts_with(words, begin, phrase) && ends.get(begin + phrase.len()) == Some(&true))
    })
}

/// What can be done, by examples from the tools that are loaded; those first that have to do with what was said.
fn abilities(message: &str, repertoire: &Repertoire<'_>, speaker: &Speaker) -> String {
    if repertoire.tools.is_empty() {
        return "There is nothing that I can do right now, because no tools are loaded.".to_owned();
    }
    let said: Vec<String> = words(message).into_iter().map(|word| stem(&word.norm).to_owned()).collect();
    let mut tools: Vec<&Tool<'_>> = repertoire.tools.iter().collect();
    tools.sort_by_cached_key(|tool| std::cmp::Reverse(common_words(tool, &said)));
    let mut able = tools.into_iter().filter_map(|tool| find_example(tool, speaker));
    let examples: Vec<String> =
        able.by_ref().take(MOST_EXAMPLES).map(|example| format!("\"{example}\"")).collect();
    if examples.is_empty() {
        return "The tools that are loaded here come without sentences that I know, so that only an AI model can use them.".to_owned();
    }
    let more = if able.next().is_some() { " That is a part of what I can do." } else { "" };
    format!("You can say, for example, {}.{more}", listed(&examples))
}

fn common_words(tool: &Tool<'_>, said: &[String]) -> usize {
    const SAY_LITTLE: [&str; 10] =
        ["what", "much", "have", "does", "with", "this", "that", "about", "show", "tell"];
    let tells = |word: &&String| word.len() > 3 && !SAY_LITTLE.contains(&word.as_str());
    said.iter().take(64).filter(tells).filter(|word| tool.is_about(word)).count()
}

fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
