//! Sentences that a tool understands, made from its own templates.

use wheelhouse_sdk::jiff::civil::Date;

use crate::{
    arguments::Arguments,
    matching::Sentence,
    repertoire::Tool,
    slots::{Lean, Speaker},
    template::{Kind, Part, Slot, Template},
    words::words,
};

/// A sentence that means this tool and says all that it needs, if its templates have one; else one that it asks back about. Every
/// sentence has been tried: the tool understands it.
pub(crate) fn find_example(tool: &Tool<'_>, speaker: &Speaker) -> Option<String> {
    let mut incomplete = None;
    for template in tool.templates() {
        let Some(text) = write(tool, template, speaker) else { continue };
        let words = words(&text);
        match tool.understand(&Sentence::new(&text, &words, speaker)) {
            Some(understood) if understood.request.is_complete() => return Some(text),
            Some(_) if incomplete.is_none() => incomplete = Some(text),
            _ => {}
        }
    }
    incomplete
}

/// The template's first alternatives with sample values in the slots; of what may be left out, only that which has a slot, and the
/// small words that make a sentence sound whole.
fn write(tool: &Tool<'_>, template: &Template, speaker: &Speaker) -> Option<String> {
    let kinds = tool.kinds(template)?;
    let writer = Writer { template, kinds: &kinds, arguments: tool.arguments(), speaker };
    let mut said: Vec<String> = Vec::new();
    writer.parts(&template.parts, &mut said);
    let text = said.join(" ");
    let mut chars = text.chars();
    let first = chars.next()?;
    Some(first.to_uppercase().chain(chars).collect())
}

struct Writer<'a> {
    template: &'a Template,
    kinds: &'a [Kind],
    arguments: &'a Arguments,
    speaker: &'a Speaker,
}

impl Writer<'_> {
    fn parts(&self, parts: &[Part], said: &mut Vec<String>) {
        for part in parts {
            match part {
                Part::Word { shown, .. } if shown.is_empty() => {}
                Part::Word { shown, .. } => {
                    said.push(if shown == "i" { "I".to_owned() } else { shown.clone() })
                }
                Part::Slot(slot) => {
                    let sample = self.sample(*slot, said.last().map_or("", String::as_str));
                    said.push(sample);
                }
                Part::Choice { options, optional } => {
                    let chosen = match optional {
                        true => options.iter().find(|option| has_slot(option) || is_small(option)),
                        false => options.first(),
                    };
                    self.parts(chosen.map_or(&[], Vec::as_slice), said);
                }
            }
        }
    }

    fn sample(&self, slot: usize, before: &str) -> String {
        let (slot, kind) = (&self.template.slots[slot], self.kinds[slot]);
        let property = self.arguments.schema.find_property(&slot.name);
        if let Some(choice) =
            property.and_then(|property| property.choices().first().map(|choice| choice.replace('_', " ")))
        {
            return choice;
        }
        let ahead = self.arguments.lean == Lean::Future;
        match kind {
            Kind::Money => format!("20 {}", self.currency()),
            Kind::Number => "3".to_owned(),
            Kind::Date if matches!(before, "on" | "by" | "until" | "since" | "for") => "Friday".to_owned(),
            Kind::Date => if ahead { "tomorrow" } else { "yesterday" }.to_owned(),
            Kind::Period if before == "in" => month_name(self.speaker.today).to_owned(),
            Kind::Period => if ahead { "this week" } else { "this month" }.to_owned(),
            Kind::Text | Kind::Place => match property.and_then(|property| property.example()) {
                Some(example) => example.to_owned(),
                None => sample_text(slot, kind, before).to_owned(),
            },
        }
    }

    fn currency(&self) -> &'static str {
        match self.speaker.currency() {
            "EUR" => "euros",
            "GBP" => "pounds",
            "MXN" => "pesos",
            "INR" => "rupees",
            "JPY" => "yen",
            "CHF" => "francs",
            _ => "dollars",
        }
    }
}

fn has_slot(parts: &[Part]) -> bool {
    parts.iter().any(|part| match part {
        Part::Slot(_) => true,
        Part::Word { .. } => false,
        Part::Choice { options, .. } => options.iter().any(|option| has_slot(option)),
    })
}

/// Whether it begins with a word such as the "I" of "[I] spent" or the "my" of "over [my] budget".
fn is_small(option: &[Part]) -> bool {
    match option.first() {
        Some(Part::Word { norm, .. }) => matches!(norm.as_str(), "i" | "my"),
        Some(Part::Choice { options, optional: false }) => {
            options.first().is_some_and(|first| is_small(first))
        }
        _ => false,
    }
}

/// Words that make sense for an argument of this name, behind this word.
fn sample_text(slot: &Slot, kind: Kind, before: &str) -> &'static str {
    const SAMPLES: [(&[&str], &str); 10] = [
        (&["stop"], "Zion"),
        (&["category"], "groceries"),
        (&["origin", "from"], "Denver"),
        (&["destination", "location", "place", "city", "region", "address"], "Moab"),
        (&["month"], "October"),
        (&["description", "note", "item"], "lunch"),
        (&["title", "event"], "dentist"),
        (&["vehicle", "name"], "camper"),
        (&["friend", "person", "recipient"], "Ann"),
        (&["message", "text", "content", "post"], "hello"),
    ];
    let fitting = SAMPLES.iter().find(|(names, _)| names.iter().any(|name| slot.name.contains(name)));
    match fitting {
        // "Remind me to …".
        Some((_, "dentist" | "lunch" | "hello")) if before == "to" => "call Ann",
        Some((_, sample)) => sample,
        None if kind == Kind::Place => "Moab",
        None => "something",
    }
}

fn month_name(day: Date) -> &'static str {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    usize::try_from(day.month() - 1).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or(MONTHS[0])
}
