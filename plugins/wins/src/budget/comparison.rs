//! What is left of this month's budgets.

use std::collections::BTreeMap;

use wheelhouse_sdk::{documents::Function, prelude::*};

use super::{BUDGETS, Budget};
use crate::{category::Category, expense::EXPENSES, period::Period, summary::and};

/// Says how this month's spending compares with the user's budgets, and which of them are exceeded.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompareVsBudget {
    /// Only the budget of this category.
    category: Option<String>,
}

/// Budgets and what was spent of them this month.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Comparison {
    /// The month.
    period: Period,
    /// One for each budget, those with the least left first.
    budgets: Vec<Standing>,
}

/// A budget and what was spent of it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Standing {
    category: String,
    currency: Currency,
    /// How much may be spent.
    budget: Amount,
    /// How much was.
    spent: Amount,
    /// How much is left; negative when more was spent.
    remaining: Amount,
    /// Whether more was spent.
    exceeded: bool,
}

pub(crate) fn compare_tool() -> Tool {
    Tool::new(compare_vs_budget)
        .sentences([
            "how am i doing (against|with|on|compared to) (my|the) [{category}] (budget|budgets) [this month]",
            "how (is|are|does) (my|the) [{category}] (budget|budgets) [doing|looking|look] [this month]",
            "how (is|are|does) (my|the) (budget|budgets) for {category} [doing|looking|look] [this month]",
            "am i [still] (over|under|within|on|in|below|above) [my|the] [{category}] budget [this month]",
            "am i [still] (over|under|within|on|in|below|above) [my|the] budget (on|for|with) {category} [this month]",
            "have i (exceeded|gone over|blown) my [{category}] budget [this month]",
            "how much [money] (is|do i have|have i got) left (in|of|on|for) [my|the] [{category}] budget [this month]",
            "how much [of] (my|the) [{category}] budget (is|do i have) left [this month]",
            "how much [money] (can|may) i still spend [on {category}] [this month]",
            "compare my spending (to|with|against) my (budget|budgets) [this month]",
            "[show [me]|give me] (my|the) (budget|budgets|budget status|budget overview|budget report)",
        ])
        .read_only()
}

fn compare_vs_budget(call: &Call, input: CompareVsBudget) -> Result<Outcome<Comparison>, Failure> {
    let category = input.category.as_deref().map(Category::parse).transpose()?;
    let comparison = compare(call, category.as_ref())?;
    let text = spoken(&comparison, category.as_ref());
    Ok(Outcome::new(comparison, text))
}

/// Sets this month's spending against the budgets.
pub(crate) fn compare(call: &Call, category: Option<&Category>) -> Result<Comparison, Failure> {
    let period = Period::this_month(call);
    let budgets: Vec<Budget> = match category {
        Some(category) => BUDGETS.find(&category.name)?.map(|document| document.body).into_iter().collect(),
        None => {
            BUDGETS.query().page(500, None)?.documents.into_iter().map(|document| document.body).collect()
        }
    };
    let mut spent: BTreeMap<Currency, BTreeMap<String, i64>> = BTreeMap::new();
    let mut standings = Vec::with_capacity(budgets.len());
    for Budget { category: name, amount, currency } in budgets {
        let by_category = match spent.get(&currency) {
            Some(known) => known,
            None => spent.entry(currency).or_insert(spent_by_category(period, currency, category)?),
        };
        let budget = Amount::from_minor(amount);
        let spent = Amount::from_minor(by_category.get(&name).copied().unwrap_or_default());
        let remaining = budget - spent;
        standings.push(Standing {
            category: name,
            currency,
            budget,
            spent,
            remaining,
            exceeded: remaining < Amount::ZERO,
        });
    }
    standings.sort_by_key(|standing| standing.remaining);
    Ok(Comparison { period, budgets: standings })
}

fn spent_by_category(
    period: Period,
    currency: Currency,
    category: Option<&Category>,
) -> Result<BTreeMap<String, i64>, Failure> {
    let mut query = EXPENSES.query().at_least("date", period.start).at_most("date", period.end);
    query = query.equal("currency", currency.as_str());
    if let Some(category) = category {
        query = query.equal("category", category.name.as_str());
    }
    let groups = query.aggregate(Function::Sum, Some("amount"), Some("category"))?;
    let sum = |group: wheelhouse_sdk::documents::Group| {
        Some((group.key.as_text()?.to_owned(), group.value.as_integer()?))
    };
    Ok(groups.into_iter().filter_map(sum).collect())
}

fn spoken(comparison: &Comparison, category: Option<&Category>) -> String {
    let money = |amount: Amount, standing: &Standing| Money::new(amount, standing.currency);
    match (comparison.budgets.as_slice(), category) {
        ([], Some(category)) => format!(
            "You have no budget for {}. You can say, for example: set my {} budget to 200.",
            category.said, category.name
        ),
        ([], None) => {
            "You have no budgets yet. You can say, for example: set my groceries budget to 400.".to_owned()
        }
        ([only], _) => {
            let (spent, budget) = (money(only.spent, only), money(only.budget, only));
            let left = money(only.remaining.abs(), only);
            match only.exceeded {
                true => format!(
                    "You have spent {spent} on {} this month: {left} over your budget of {budget}.",
                    only.category
                ),
                false => format!(
                    "You have spent {spent} of your {budget} {} budget this month, so {left} is left.",
                    only.category
                ),
            }
        }
        (many, _) => {
            let line = |standing: &Standing| {
                format!("{} by {}", standing.category, money(standing.remaining.abs(), standing))
            };
            let over: Vec<String> = many.iter().filter(|standing| standing.exceeded).map(line).collect();
            let left = |standing: &Standing| {
                format!("{} for {}", money(standing.remaining, standing), standing.category)
            };
            let rest: Vec<String> =
                many.iter().filter(|standing| !standing.exceeded).take(5).map(left).collect();
            match (over.is_empty(), rest.is_empty()) {
                (true, _) => format!(
                    "You are within all {} budgets this month. What is left: {}.",
                    many.len(),
                    and(&rest)
                ),
                (false, true) => format!("You are over every budget this month: {}.", and(&over)),
                (false, false) => format!(
                    "You are over {} of {} budgets this month: {}. What is left of the others: {}.",
                    over.len(),
                    many.len(),
                    and(&over),
                    and(&rest)
                ),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};
    use wheelhouse_sdk::testing;

    use super::*;
    use crate::expense;

    fn set(category: &str, amount: &Value) -> Result<Outcome<Value>, Failure> {
        super::super::update_tool().call(&testing::call(), &json!({ "category": category, "amount": amount }))
    }

    fn spend(amount: i64, category: &str) {
        let arguments = json!({ "amount": amount, "category": category });
        expense::create_tool().call(&testing::call(), &arguments).unwrap();
    }

    fn ask(arguments: &Value) -> Outcome<Value> {
        compare_tool().call(&testing::call(), arguments).unwrap()
    }

    #[test]
    fn one_budget_is_compared_in_full() {
        set("gas", &json!(100)).unwrap();
        spend(60, "diesel");
        assert_eq!(
            ask(&json!({})).text,
            "You have spent $60.00 of your $100.00 fuel budget this month, so $40.00 is left."
        );
        spend(60, "gas");
        let outcome = ask(&json!({ "category": "gas" }));
        assert_eq!(
            outcome.text,
            "You have spent $120.00 on fuel this month: $20.00 over your budget of $100.00."
        );
        assert_eq!(outcome.data["budgets"][0]["remaining"], -20);
        assert_eq!(outcome.data["budgets"][0]["exceeded"], true);
    }

    #[test]
    fn many_budgets_are_compared_by_what_is_left() {
        set("fuel", &json!(100)).unwrap();
        set("groceries", &json!(400)).unwrap();
        assert_eq!(
            ask(&json!({})).text,
            "You are within all 2 budgets this month. What is left: $100.00 for fuel and $400.00 for groceries."
        );
        spend(150, "fuel");
        assert_eq!(
            ask(&json!({})).text,
            "You are over 1 of 2 budgets this month: fuel by $50.00. What is left of the others: $400.00 for groceries."
        );
    }

    #[test]
    fn without_a_budget_it_says_how_to_set_one() {
        assert!(ask(&json!({})).text.starts_with("You have no budgets yet."));
        assert!(ask(&json!({ "category": "gas" })).text.starts_with("You have no budget for gas."));
    }
}
