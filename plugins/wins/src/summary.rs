//! What was spent, by category.

use wheelhouse_sdk::{
    documents::{Function, Group},
    prelude::*,
};

use crate::{category::Category, expense::EXPENSES, period::Period};

/// Says how much the user has spent, in all and by category. Use it for questions about spending in the past.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GetSpendingSummary {
    /// So many days up to today; 30 if neither this nor `period` is given.
    #[schemars(range(min = 1, max = 3660))]
    days: Option<u32>,
    /// Only this category, such as `fuel`.
    category: Option<String>,
    /// First and last day instead of `days`, such as `2026-10-01/2026-10-31`.
    period: Option<String>,
}

/// What was spent in a period.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Summary {
    /// The days that it is about.
    pub(crate) period: Period,
    /// The one category that was asked for.
    pub(crate) category: Option<String>,
    /// One for each currency that was spent.
    pub(crate) totals: Vec<Total>,
}

/// What was spent in one currency.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Total {
    /// The sum.
    #[serde(flatten)]
    pub(crate) money: Money,
    /// How many expenses.
    pub(crate) count: u64,
    /// The sums by category, the largest first.
    pub(crate) categories: Vec<Share>,
}

/// What was spent on one category.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Share {
    pub(crate) category: String,
    /// The sum, in the total's currency.
    pub(crate) amount: Amount,
    /// How many expenses.
    pub(crate) count: u64,
}

pub(crate) fn tool() -> Tool {
    Tool::new(get_spending_summary)
        .sentences([
            "how much [money] (did|have|do) (i|we) (spend|spent|pay|paid) [(on|for) {category}] [{period:period}]",
            "how much [money] (did|have) (i|we) (spend|spent|pay|paid) {period:period} (on|for) {category}",
            "how much [money] (i|we) [have] (spend|spent|paid) [(on|for) {category}] [{period:period}]",
            "how much [money] went [to|into|on|for] {category} [{period:period}]",
            "how much (was|were) [my|our] {category} [{period:period}]",
            "what (did|have) (i|we) (spend|spent|pay|paid) [(on|for) {category}] [{period:period}]",
            "what (is|was|are|were) (my|our) [total] (spending|expenses|costs) [(on|for) {category}] [{period:period}]",
            "[show [me]|give me|tell me|get] [a|the|my|our] [total] (spending|expenses|spending summary|expense summary|summary of my spending|summary of my expenses) [(on|for) {category}] [{period:period}]",
            "[show [me]|give me|tell me|get] my {category} (spending|expenses|costs) [{period:period}]",
            "where (did|does) [all] my money go [{period:period}]",
        ])
        .read_only()
}

fn get_spending_summary(call: &Call, input: GetSpendingSummary) -> Result<Outcome<Summary>, Failure> {
    let period = Period::asked(call, input.days, input.period.as_deref())?;
    let category = input.category.as_deref().map(Category::parse).transpose()?;
    let summary = summarize(period, category.as_ref())?;
    let text = spoken(&summary, category.as_ref(), &period.spoken(call.today()));
    Ok(Outcome::new(summary, text))
}

/// Adds up the expenses of a period.
pub(crate) fn summarize(period: Period, category: Option<&Category>) -> Result<Summary, Failure> {
    let within = || {
        let query = EXPENSES.query().at_least("date", period.start).at_most("date", period.end);
        match category {
            Some(category) => query.equal("category", category.name.as_str()),
            None => query,
        }
    };
    let mut totals = Vec::new();
    for Group { key, .. } in within().aggregate(Function::Count, None, Some("currency"))? {
        let Some(currency) = key.as_text().and_then(|code| code.parse::<Currency>().ok()) else { continue };
        let groups = within().equal("currency", currency.as_str());
        let mut categories: Vec<Share> = groups
            .aggregate(Function::Sum, Some("amount"), Some("category"))?
            .into_iter()
            .map(|Group { key, value, count }| Share {
                category: key.as_text().unwrap_or_default().to_owned(),
                amount: Amount::from_minor(value.as_integer().unwrap_or_default()),
                count,
            })
            .collect();
        categories.sort_by(|a, b| b.amount.cmp(&a.amount).then_with(|| a.category.cmp(&b.category)));
        totals.push(Total {
            money: Money::new(categories.iter().map(|share| share.amount).sum(), currency),
            count: categories.iter().map(|share| share.count).sum(),
            categories,
        });
    }
    totals.sort_by_key(|total| std::cmp::Reverse(total.count));
    Ok(Summary { period, category: category.map(|category| category.name.clone()), totals })
}

fn spoken(summary: &Summary, category: Option<&Category>, period: &str) -> String {
    let on = category.map_or_else(String::new, |category| format!(" on {}", category.said));
    if summary.totals.is_empty() {
        return format!("You have no expenses{on} {period}.");
    }
    let sums: Vec<String> = summary.totals.iter().map(|total| total.money.to_string()).collect();
    let mut text = format!("You spent {}{on} {period}", and(&sums));
    let count: u64 = summary.totals.iter().map(|total| total.count).sum();
    if count > 1 {
        text = format!("{text}, in {count} expenses");
    }
    text.push('.');
    // Which things it went to, where there is something to tell apart.
    if let [Total { money, categories, .. }] = summary.totals.as_slice()
        && categories.len() > 1
    {
        let shares: Vec<String> = categories
            .iter()
            .take(3)
            .map(|share| format!("{} for {}", Money::new(share.amount, money.currency), share.category))
            .collect();
        let lead = if categories.len() > 3 { "Most of it went to" } else { "That is" };
        let shares: Vec<String> = match lead {
            "That is" => shares,
            _ => categories
                .iter()
                .take(3)
                .map(|share| format!("{} ({})", share.category, Money::new(share.amount, money.currency)))
                .collect(),
        };
        text = format!("{text} {lead} {}.", and(&shares));
    }
    text
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn and(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};
    use wheelhouse_sdk::testing;

    use super::*;
    use crate::expense::{self, Expense};

    fn spend(minor: i64, currency: &str, category: &str, date: &str) {
        let expense = Expense {
            amount: minor,
            currency: currency.parse().unwrap(),
            category: category.into(),
            description: None,
            date: date.parse().unwrap(),
        };
        EXPENSES.insert(&expense).unwrap();
    }

    fn ask(arguments: &Value) -> Outcome<Value> {
        tool().call(&testing::call(), arguments).unwrap()
    }

    #[test]
    fn diesel_of_today_is_found_under_fuel_of_this_week() {
        expense::create_tool()
            .call(&testing::call(), &json!({ "amount": 60, "category": "diesel" }))
            .unwrap();
        let outcome = ask(&json!({ "category": "fuel", "period": "2026-11-16/2026-11-22" }));
        assert_eq!(outcome.text, "You spent $60.00 on fuel this week.");
        assert_eq!(outcome.data["totals"][0]["amount"], 60);
    }

    #[test]
    fn sums_are_exact_and_of_the_period_alone() {
        spend(10, "USD", "coffee", "2026-11-22");
        spend(20, "USD", "coffee", "2026-11-01");
        spend(99_999, "USD", "coffee", "2026-10-31");
        let outcome = ask(&json!({ "period": "2026-11-01/2026-11-22" }));
        assert_eq!(outcome.text, "You spent $0.30 this month, in 2 expenses.");
        assert_eq!(outcome.data["totals"][0]["amount"], json!(0.3));
    }

    #[test]
    fn currencies_are_never_added_up() {
        spend(1_000, "USD", "food", "2026-11-20");
        spend(500, "USD", "fuel", "2026-11-20");
        spend(4_000, "EUR", "camping", "2026-11-20");
        let outcome = ask(&json!({ "days": 7 }));
        assert_eq!(outcome.text, "You spent $15.00 and €40.00 this week, in 3 expenses.");
    }

    #[test]
    fn a_summary_names_what_it_went_to() {
        spend(1_000, "USD", "food", "2026-11-20");
        spend(2_500, "USD", "fuel", "2026-11-20");
        assert_eq!(
            ask(&json!({})).text,
            "You spent $35.00 in the last 30 days, in 2 expenses. That is $25.00 for fuel and $10.00 for food."
        );
        spend(100, "USD", "tolls", "2026-11-20");
        spend(50, "USD", "parking", "2026-11-20");
        assert_eq!(
            ask(&json!({})).text,
            "You spent $36.50 in the last 30 days, in 4 expenses. Most of it went to fuel ($25.00), food ($10.00) and tolls ($1.00)."
        );
    }

    #[test]
    fn nothing_is_said_as_nothing() {
        let outcome = ask(&json!({ "category": "gas", "days": 1 }));
        assert_eq!(outcome.text, "You have no expenses on gas today.");
        assert_eq!(outcome.data["totals"], json!([]));
    }

    #[test]
    fn another_user_sees_nothing_of_it() {
        spend(1_000, "USD", "food", "2026-11-20");
        testing::act_for(Some("bob"));
        assert_eq!(ask(&json!({})).text, "You have no expenses in the last 30 days.");
    }
}
