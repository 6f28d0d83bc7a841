//! Budgets: how much may be spent on a category in a month.

mod comparison;

use wheelhouse_sdk::prelude::*;

use crate::{category::Category, currency};
pub(crate) use comparison::{Comparison, compare, compare_tool};

/// Budgets of the user, each under the name of its category.
pub(crate) const BUDGETS: Collection<Budget> = Collection::of_user("budgets");

/// A budget as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Budget {
    pub(crate) category: String,
    /// For a month, in hundredths.
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
}

/// A budget: how much may be spent on a category in a month.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct BudgetView {
    category: String,
    #[serde(flatten)]
    money: Money,
}

impl From<Budget> for BudgetView {
    fn from(budget: Budget) -> Self {
        let Budget { category, amount, currency } = budget;
        Self { category, money: Money::new(Amount::from_minor(amount), currency) }
    }
}

/// Sets how much the user wants to spend on a category in a month. Replaces the budget that the category has.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateBudget {
    /// What it is for: a word or two, such as `groceries`.
    category: String,
    /// How much in a month, 0 or more, with at most two decimal places.
    #[schemars(extend("minimum" = 0))]
    amount: Amount,
    /// ISO 4217 code of the currency; the user's own if it is not given.
    currency: Option<Currency>,
}

pub(crate) fn update_tool() -> Tool {
    Tool::new(update_budget)
        .sentences([
            "(set|change|update|raise|lower|increase|decrease|reduce|make) (my|our|the|a) [monthly] {category} budget (to|at|of) {amount:money} [(a|per|each|every) month]",
            "(set|change|update|raise|lower|increase|decrease|reduce|make) (my|our|the|a) [monthly] budget (for|on) {category} (to|at|of) {amount:money} [(a|per|each|every) month]",
            "(set|create|make|give me) (a|my) [monthly] budget of {amount:money} [(a|per|each|every) month] (for|on) {category} [(a|per|each|every) month]",
            "(set|create|make|give me) (a|my|an) {amount:money} [monthly] budget (for|on) {category}",
            "(budget|limit) {category} (to|at) {amount:money} [(a|per|each|every) month]",
            "budget {amount:money} [(a|per|each|every) month] for {category} [(a|per|each|every) month]",
            // What lacks something is asked about.
            "(set|change|update|create|make) (my|our|the|a|an) [new] [monthly] budget [for {category}]",
            "(set|change|update|raise|lower|increase|decrease|reduce) (my|our|the) [monthly] {category} budget",
        ])
        .destructive()
        .idempotent()
        .rest(Method::Put, "/budgets/{category}", 200)
}

fn update_budget(call: &Call, input: UpdateBudget) -> Result<Outcome<BudgetView>, Failure> {
    let category = Category::parse(&input.category)?;
    if input.amount < Amount::ZERO {
        return Err(Failure::invalid_field("amount", "The amount must be 0 or more."));
    }
    let budget = Budget {
        category: category.name,
        amount: input.amount.minor(),
        currency: input.currency.unwrap_or_else(|| currency::of(call)),
    };
    let before = put(&budget)?;

    let money = Money::new(input.amount, budget.currency);
    let mut text = format!("Your {} budget is now {money} a month", budget.category);
    if let Some(before) = before.filter(|before| *before != budget) {
        let before = Money::new(Amount::from_minor(before.amount), before.currency);
        text = format!("{text}; it was {before}");
    }
    text.push('.');
    let title = format!("{} {money}", budget.category);
    let action = UiAction::new("reload_expenses").entity("budget", &budget.category, title);
    Ok(Outcome::new(budget.into(), text).action(action))
}

/// Stores a budget in place of the one that the category has, which it answers.
fn put(budget: &Budget) -> Result<Option<Budget>, Failure> {
    let (mut document, is_new) = BUDGETS.insert_once(&budget.category, budget)?;
    if is_new {
        return Ok(None);
    }
    let before = std::mem::replace(&mut document.body, budget.clone());
    if before != *budget {
        BUDGETS.replace(&document)?;
    }
    Ok(Some(before))
}

/// Lists budgets by category.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListBudgets {
    /// How many at most, 1 to 100; 50 if it is not given.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// `next_cursor` of the part before.
    cursor: Option<String>,
}

pub(crate) fn list(_: &Call, input: ListBudgets) -> Result<Listing<BudgetView>, Failure> {
    let limit = input.limit.unwrap_or(50);
    if !(1..=100).contains(&limit) {
        return Err(Failure::invalid_field("limit", "`limit` must be from 1 to 100."));
    }
    // In the order of ids, which are the categories.
    Ok(BUDGETS.query().page(limit, input.cursor)?.into_listing(|document| document.body.into()))
}

/// Deletes the budget of a category. The expenses stay.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeleteBudget {
    /// Which.
    category: String,
}

pub(crate) fn delete(_: &Call, input: DeleteBudget) -> Result<(), Failure> {
    let category = Category::parse(&input.category)?;
    match BUDGETS.delete(&category.name)? {
        true => Ok(()),
        false => Err(Failure::not_found(format!("There is no budget for {}.", category.said))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};
    use wheelhouse_sdk::testing;

    use super::*;

    fn set(category: &str, amount: &Value) -> Result<Outcome<Value>, Failure> {
        update_tool().call(&testing::call(), &json!({ "category": category, "amount": amount }))
    }

    #[test]
    fn a_budget_is_set_and_set_again() {
        assert_eq!(
            set("groceries", &json!(400)).unwrap().text,
            "Your groceries budget is now $400.00 a month."
        );
        let outcome = set("Grocery", &json!("450.50")).unwrap();
        assert_eq!(outcome.text, "Your groceries budget is now $450.50 a month; it was $400.00.");
        assert_eq!(outcome.data, json!({ "category": "groceries", "amount": 450.5, "currency": "USD" }));
        assert_eq!(
            set("groceries", &json!(450.5)).unwrap().text,
            "Your groceries budget is now $450.50 a month."
        );
        assert_eq!(BUDGETS.query().count().unwrap(), 1);
    }

    #[test]
    fn a_budget_below_nothing_is_refused() {
        let failure = set("groceries", &json!(-1)).unwrap_err();
        assert_eq!(failure.fields().collect::<Vec<_>>(), ["amount"]);
    }
}
