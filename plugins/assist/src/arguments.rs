//! From what was said to a tool's arguments.
//!
//! Money becomes a JSON number with at most two places (`85.5`), or a text (`"85.50"`) where the schema wants one, and fills `currency` too where
//! the tool has it and a currency was said. A day becomes `2026-11-22`. A period becomes
//! - a whole number (`days`): how many days, today counted, reach back to its first day; for tools that look ahead, forward to its last;
//! - `start_date` and `end_date`, where the tool has both;
//! - an interval, such as `2026-10-01/2026-10-31`, where the argument of the slot's own name is a text; its first day, if the schema says
//!   that the text is a date; the choice that was named, if it lists choices.

use wheelhouse_sdk::{
    jiff::civil::Date,
    serde_json::{Map, Value as Json},
};

use crate::{
    schema::{Property, Schema},
    slots::{Decimal, Lean, Money, Period, Speaker, Value},
    template::{Kind, Slot},
    words,
};

/// Where what is said in a slot goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target<'t> {
    /// The argument of this name.
    Named(&'t str),
    /// Two arguments, for a period.
    StartAndEnd,
}

/// A tool that templates are matched for.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) schema: Schema,
    pub(crate) lean: Lean,
}

impl Arguments {
    /// Those of the tool with this name and schema. Tools whose names speak of plans look ahead, all others back.
    pub(crate) fn new(tool_name: &str, input_schema: &str) -> Self {
        const AHEAD: [&str; 18] = [
            "plan",
            "schedule",
            "calendar",
            "event",
            "trip",
            "remind",
            "reminder",
            "timer",
            "alarm",
            "appointment",
            "book",
            "booking",
            "forecast",
            "weather",
            "itinerary",
            "route",
            "reservation",
            "upcoming",
        ];
        let ahead = tool_name.split('_').any(|word| AHEAD.contains(&word));
        let lean = if ahead { Lean::Future } else { Lean::Past };
        Self { schema: Schema::parse(input_schema), lean }
    }

    fn target<'t>(&self, slot: &'t Slot) -> Option<Target<'t>> {
        let has = |name: &str| self.schema.find_property(name).is_some();
        if has(&slot.name) {
            return Some(Target::Named(&slot.name));
        }
        match slot.kind {
            Kind::Period if has("start_date") && has("end_date") => Some(Target::StartAndEnd),
            Kind::Period if has("days") => Some(Target::Named("days")),
            _ => None,
        }
    }

    /// How a slot is to be read, given the argument that it fills. `None` if the tool has no such argument.
    pub(crate) fn kind(&self, slot: &Slot) -> Option<Kind> {
        let target = self.target(slot)?;
        match (slot.kind, target) {
            (Kind::Text | Kind::Place, Target::Named(name)) => {
                let property = self.schema.find_property(name)?;
                let is_text =
                    property.takes("string") || property.takes("array") || property.takes_anything();
                let is_number = property.takes("number") || property.takes("integer");
                match (is_text || !property.choices().is_empty(), is_number) {
                    (true, _) => Some(slot.kind),
                    (false, true) => Some(Kind::Number),
                    _ => None,
                }
            }
            (kind, _) => Some(kind),
        }
    }

    /// What a slot's value means for the arguments: `None` if it does not fit.
    pub(crate) fn fill(
        &self,
        slot: &Slot,
        value: Value,
        said: &str,
        speaker: &Speaker,
    ) -> Option<Vec<(String, Json)>> {
        let value = self.so_far(value, speaker);
        let name = match self.target(slot)? {
            Target::Named(name) => name,
            Target::StartAndEnd => {
                let Value::Period(Period { first, last }) = value else { return None };
                let day = |name: &str, day: Date| (name.to_owned(), Json::from(day.to_string()));
                return Some(vec![day("start_date", first), day("end_date", last)]);
            }
        };
        let property = self.schema.find_property(name)?;
        let json = match value {
            Value::Money(money) => {
                let mut filled = vec![(name.to_owned(), amount(property, money.minor)?)];
                filled.extend(
                    self.currency(money, speaker)?.map(|code| ("currency".to_owned(), Json::from(code))),
                );
                return Some(filled);
            }
            Value::Number(number) => decimal(property, number)?,
            Value::Date(date) if property.takes("string") || property.takes_anything() => {
                Json::from(date.to_string())
            }
            Value::Date(_) => return None,
            Value::Period(period) => self.period(property, period, said, speaker)?,
            Value::Text => text(property, said)?,
        };
        Some(vec![(name.to_owned(), json)])
    }

    /// The currency, if one was said and the tool has an argument for it. A tool without one thinks in the speaker's own: another
    /// must not be dropped silently, so that the amount does not fit (outer `None`).
    fn currency(&self, money: Money, speaker: &Speaker) -> Option<Option<&'static str>> {
        match (money.currency, self.schema.find_property("currency")) {
            (Some(code), Some(property)) => {
                let choices = property.choices();
                let choice = choices.iter().any(|choice| choice.eq_ignore_ascii_case(code));
                (choices.is_empty() || choice).then_some(Some(code))
            }
            (Some(code), None) => (code == speaker.currency()).then_some(None),
            (None, _) => Some(None),
        }
    }

    /// For tools that look back, a period that is not over yet ends today: there is nothing beyond.
    fn so_far(&self, value: Value, speaker: &Speaker) -> Value {
        match value {
            Value::Period(Period { first, last }) if self.lean == Lean::Past && first <= speaker.today => {
                Value::Period(Period { first, last: last.min(speaker.today) })
            }
            value => value,
        }
    }

    fn period(&self, property: Property<'_>, period: Period, said: &str, speaker: &Speaker) -> Option<Json> {
        if property.takes("integer") || property.takes("number") {
            let span = match self.lean {
                Lean::Past => speaker.today.since(period.first),
                Lean::Future => period.last.since(speaker.today),
            };
            let days = span.ok()?.get_days();
            return (days >= 0).then(|| Json::from(days + 1));
        }
        if property.has_format("date") {
            return Some(Json::from(period.first.to_string()));
        }
        if property.choices().is_empty() {
            let interval = format!("{}/{}", period.first, period.last);
            return (property.takes("string") || property.takes_anything()).then(|| Json::from(interval));
        }
        text(property, said)
    }
}

fn amount(property: Property<'_>, minor: i64) -> Option<Json> {
    if property.takes("number") || property.takes_anything() {
        return decimal(property, Decimal { digits: minor, scale: 2 });
    }
    if property.takes("integer") {
        return (minor % 100 == 0).then(|| Json::from(minor / 100));
    }
    property.takes("string").then(|| Json::from(Decimal { digits: minor, scale: 2 }.to_string()))
}

fn decimal(property: Property<'_>, number: Decimal) -> Option<Json> {
    let whole = number.as_whole().map(Json::from);
    if property.takes("number") || property.takes_anything() {
        // The nearest float to a decimal of at most 15 digits is written as that decimal again.
        return whole.or_else(|| number.to_string().parse::<f64>().ok().map(Json::from));
    }
    if property.takes("integer") {
        return whole;
    }
    property.takes("string").then(|| Json::from(number.to_string()))
}

fn text(property: Property<'_>, said: &str) -> Option<Json> {
    let said = plain(said);
    if said.is_empty() {
        return None;
    }
    if !property.choices().is_empty() {
        return property.find_choice(&said).map(Json::from);
    }
    if property.takes("array") {
        let listed = said.replace(" and ", ", ");
        let items = listed.split(',').map(str::trim).filter(|item| !item.is_empty());
        return Some(items.map(Json::from).collect());
    }
    (property.takes("string") || property.takes_anything()).then(|| Json::from(said))
}

/// A text as it was said, without an article before it and with single spaces.
fn plain(said: &str) -> String {
    let mut parts: Vec<&str> = said.split_whitespace().collect();
    if let [article, _, ..] = parts.as_slice()
        && matches!(*article, "the" | "a" | "an" | "some")
    {
        parts.remove(0);
    }
    parts.join(" ")
}

/// Puts what fits into the arguments of a call; what was said first stays.
pub(crate) fn put(arguments: &mut Map<String, Json>, filled: Vec<(String, Json)>) {
    for (name, json) in filled {
        arguments.entry(name).or_insert(json);
    }
}

/// An argument's name in words: `start date`.
pub(crate) fn in_words(name: &str) -> String {
    words::words(&name.replace('_', " ")).into_iter().map(|word| word.norm).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use wheelhouse_sdk::{
        jiff::civil::date,
        serde_json::{Value as Json, json},
    };

    use super::*;
    use crate::slots;

    fn filled(tool: &str, properties: &Json, slot: (&str, Kind), text: &str) -> Option<Json> {
        let arguments =
            Arguments::new(tool, &json!({ "type": "object", "properties": properties }).to_string());
        let speaker = Speaker::new(date(2026, 11, 22), "en-US");
        let slot = Slot { name: slot.0.into(), kind: slot.1 };
        let said = words::words(text);
        let value = match arguments.kind(&slot)? {
            Kind::Text | Kind::Place => Value::Text,
            kind => {
                slots::read(kind, &said, 0, &speaker, arguments.lean)
                    .into_iter()
                    .find(|reading| reading.end == said.len())?
                    .value
            }
        };
        let filled = arguments.fill(&slot, value, text, &speaker)?;
        Some(Json::Object(filled.into_iter().collect()))
    }

    #[test]
    fn money_is_written_as_the_schema_wants_it() {
        let money = |schema: Json, text: &str| {
            filled("create_expense", &json!({ "amount": schema }), ("amount", Kind::Money), text)
        };
        assert_eq!(money(json!({ "type": "number" }), "$85.50").unwrap().to_string(), r#"{"amount":85.5}"#);
        assert_eq!(money(json!({ "type": "number" }), "$85").unwrap().to_string(), r#"{"amount":85}"#);
        assert_eq!(
            money(json!({ "type": ["number", "null"] }), "0.29").unwrap().to_string(),
            r#"{"amount":0.29}"#
        );
        assert_eq!(
            money(json!({ "type": "number" }), "999999999999.99").unwrap().to_string(),
            r#"{"amount":999999999999.99}"#
        );
        assert_eq!(money(json!({ "type": "string" }), "$85.5"), Some(json!({ "amount": "85.50" })));
        assert_eq!(money(json!({ "type": "integer" }), "$85"), Some(json!({ "amount": 85 })));
        assert_eq!(money(json!({ "type": "integer" }), "$85.50"), None);
        assert_eq!(money(json!({ "type": "boolean" }), "$85.50"), None);
    }

    #[test]
    fn a_currency_is_passed_on_or_is_the_speakers_own() {
        let with = json!({ "amount": { "type": "number" }, "currency": { "type": "string" } });
        let without = json!({ "amount": { "type": "number" } });
        let slot = ("amount", Kind::Money);
        assert_eq!(filled("t", &with, slot, "€40"), Some(json!({ "amount": 40, "currency": "EUR" })));
        assert_eq!(filled("t", &with, slot, "40"), Some(json!({ "amount": 40 })));
        assert_eq!(filled("t", &without, slot, "$40"), Some(json!({ "amount": 40 })));
        assert_eq!(filled("t", &without, slot, "€40"), None);
    }

    #[test]
    fn a_period_becomes_what_the_tool_takes() {
        let days = json!({ "days": { "type": ["integer", "null"] } });
        let slot = ("days", Kind::Period);
        for (text, count) in [
            ("today", 1),
            ("yesterday", 2),
            ("this week", 7),
            ("this month", 22),
            ("last 30 days", 30),
            ("last month", 53),
        ] {
            assert_eq!(
                filled("get_spending_summary", &days, slot, text),
                Some(json!({ "days": count })),
                "{text}"
            );
        }
        assert_eq!(
            filled("get_spending_summary", &days, ("period", Kind::Period), "today"),
            Some(json!({ "days": 1 }))
        );
        assert_eq!(filled("get_spending_summary", &days, slot, "next week"), None);
        assert_eq!(filled("get_weather_forecast", &days, slot, "next 3 days"), Some(json!({ "days": 3 })));
        let pair = json!({ "start_date": { "type": "string" }, "end_date": { "type": "string" } });
        assert_eq!(
            filled("get_calendar_events", &pair, ("period", Kind::Period), "next week"),
            Some(json!({ "start_date": "2026-11-23", "end_date": "2026-11-29" }))
        );
        let interval = json!({ "period": { "type": ["string", "null"] } });
        assert_eq!(
            filled("get_spending_summary", &interval, ("period", Kind::Period), "in October"),
            Some(json!({ "period": "2026-10-01/2026-10-31" }))
        );
        let words = json!({ "period": { "enum": ["this_month", "last_month"] } });
        assert_eq!(
            filled("t", &words, ("period", Kind::Period), "last month"),
            Some(json!({ "period": "last_month" }))
        );
    }

    #[test]
    fn texts_are_kept_as_they_were_said() {
        let text = json!({ "category": { "type": "string" }, "stops": { "type": "array" }, "miles": { "type": "number" } });
        assert_eq!(
            filled("t", &text, ("category", Kind::Text), "the  Joe’s Diner"),
            Some(json!({ "category": "Joe’s Diner" }))
        );
        assert_eq!(
            filled("t", &text, ("stops", Kind::Text), "Moab, Zion and Reno"),
            Some(json!({ "stops": ["Moab", "Zion", "Reno"] }))
        );
        assert_eq!(filled("t", &text, ("miles", Kind::Text), "twelve"), Some(json!({ "miles": 12 })));
        assert_eq!(filled("t", &text, ("colour", Kind::Text), "red"), None);
        let choice = json!({ "kind": { "enum": ["gas", "rental_car"] } });
        assert_eq!(
            filled("t", &choice, ("kind", Kind::Text), "a rental car"),
            Some(json!({ "kind": "rental_car" }))
        );
        assert_eq!(filled("t", &choice, ("kind", Kind::Text), "boat"), None);
    }
}
