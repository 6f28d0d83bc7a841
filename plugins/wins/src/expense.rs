//! Expenses: what was spent, on what and when.

use wheelhouse_sdk::{
    jiff::{Timestamp, ToSpan},
    prelude::*,
};

use crate::{
    category::Category,
    currency,
    period::{Period, day},
};

/// Expenses of the user.
pub(crate) const EXPENSES: Collection<Expense> = Collection::of_user("expenses");

/// An expense as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Expense {
    /// In hundredths.
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
    pub(crate) category: String,
    pub(crate) description: Option<String>,
    pub(crate) date: Date,
}

/// An expense.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ExpenseView {
    id: String,
    #[serde(flatten)]
    money: Money,
    /// What it was for, such as `groceries`.
    category: String,
    /// More about it.
    description: Option<String>,
    /// The day of it.
    date: Date,
    /// When it was noted: RFC 3339, in UTC.
    created_at: String,
}

impl From<Document<Expense>> for ExpenseView {
    fn from(document: Document<Expense>) -> Self {
        let Document { id, body, created, .. } = document;
        let created = i64::try_from(created).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        Self {
            id,
            money: Money::new(Amount::from_minor(body.amount), body.currency),
            category: body.category,
            description: body.description,
            date: body.date,
            created_at: created.unwrap_or_default().to_string(),
        }
    }
}

/// Notes an expense: money that the user has spent. Use it whenever the user says that they spent or paid something.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateExpense {
    /// How much, more than 0, with at most two decimal places.
    #[schemars(extend("exclusiveMinimum" = 0))]
    amount: Amount,
    /// What it was for: a word or two, such as `fuel`, `groceries` or `camping`.
    category: String,
    /// More about it, such as the name of the shop.
    description: Option<String>,
    /// The day of it; today if it is not given.
    date: Option<Date>,
    /// ISO 4217 code of the currency; the user's own if it is not given.
    currency: Option<Currency>,
}

pub(crate) fn create_tool() -> Tool {
    Tool::new(create_expense)
        .sentences([
            "[i|we] [have|just|have just] (spent|paid) {amount:money} (on|for) {category} [at {description}] [{date:date}]",
            "[i|we] [have|just|have just] (spent|paid) {amount:money} {date:date} (on|for) {category} [at {description}]",
            "[i|we] [have|just|have just] (spent|paid) {amount:money} at {description} (on|for) {category} [{date:date}]",
            "{date:date} [i|we] (spent|paid) {amount:money} (on|for) {category} [at {description}]",
            "[i|we] [have|just|have just] (bought|got) {category} for {amount:money} [at {description}] [{date:date}]",
            "[the|my|our] {category} cost [me|us] {amount:money} [{date:date}]",
            "(log|add|record|note|track|enter|put down) {amount:money} (on|for|in|to|under) {category} [expenses] [at {description}] [{date:date}]",
            "(log|add|record|note|track|enter|create) [a|an|another] {amount:money} {category} expense [{date:date}]",
            "(log|add|record|note|track|enter|create) [a|an|another] {amount:money} expense (on|for|under) {category} [{date:date}]",
            "(log|add|record|note|track|enter|create) [a|an|another|a new] expense of {amount:money} (on|for|under) {category} [{date:date}]",
            "(log|add|record|note|track|enter|create) [a|an|another|a new] {category} expense (of|for) {amount:money} [{date:date}]",
            // What lacks something is asked about.
            "[i|we] [have|just|have just] (spent|paid) {amount:money} [{date:date}]",
            "[i|we] [have|just|have just] (spent [some] money|paid) (on|for) {category} [{date:date}]",
            "(log|add|record|note|track|enter|create) [a|an|another|a new] expense [of {amount:money}] [(on|for|under) {category}] [{date:date}]",
        ])
        .rest(Method::Post, "/expenses", 201)
}

fn create_expense(call: &Call, input: CreateExpense) -> Result<Outcome<ExpenseView>, Failure> {
    let category = Category::parse(&input.category)?;
    let today = call.today();
    let description = match checked_description(input.description)? {
        // The word that was said is more exact than the category that it is kept under.
        None if category.said != category.name => Some(category.said.clone()),
        description => description,
    };
    let expense = Expense {
        amount: checked_amount(input.amount)?,
        currency: input.currency.unwrap_or_else(|| currency::of(call)),
        category: category.name,
        description,
        date: checked_date(input.date.unwrap_or(today), today)?,
    };
    let (document, _) = EXPENSES.insert_once(&call.once("create_expense", &expense), &expense)?;

    let money = Money::new(input.amount, expense.currency);
    let mut text = format!("I've noted {money} for {} {}", category.said, day(expense.date, today));
    if category.said != expense.category {
        text = format!("{text}, under {}", expense.category);
    }
    text.push('.');
    let action = UiAction::new("reload_expenses").entity(
        "expense",
        &document.id,
        format!("{money} {}", category.said),
    );
    Ok(Outcome::new(document.into(), text).action(action))
}

/// Lists expenses, the latest day first.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListExpenses {
    /// How many at most, 1 to 100; 20 if it is not given.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// `next_cursor` of the part before.
    cursor: Option<String>,
    /// Only expenses of this category.
    category: Option<String>,
    /// Only expenses of these days, such as `2026-10-01/2026-10-31`.
    period: Option<String>,
}

pub(crate) fn list(call: &Call, input: ListExpenses) -> Result<Listing<ExpenseView>, Failure> {
    let limit = input.limit.unwrap_or(20);
    if !(1..=100).contains(&limit) {
        return Err(Failure::invalid_field("limit", "`limit` must be from 1 to 100."));
    }
    let mut query = EXPENSES.query().order_by_descending("date").newest_first();
    if let Some(category) = &input.category {
        query = query.equal("category", Category::parse(category)?.name);
    }
    if let Some(period) = &input.period {
        let Period { start, end } = Period::asked(call, None, Some(period))?;
        query = query.at_least("date", start).at_most("date", end);
    }
    Ok(query.page(limit, input.cursor)?.into_listing(ExpenseView::from))
}

/// Gets one expense.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GetExpense {
    /// Which.
    id: String,
}

pub(crate) fn get(_: &Call, input: GetExpense) -> Result<ExpenseView, Failure> {
    find(&input.id).map(ExpenseView::from)
}

/// Changes an expense: what is given is changed, the rest stays.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateExpense {
    /// Which.
    id: String,
    /// How much, more than 0, with at most two decimal places.
    #[schemars(extend("exclusiveMinimum" = 0))]
    amount: Option<Amount>,
    /// What it was for.
    category: Option<String>,
    /// More about it; an empty text takes it away.
    description: Option<String>,
    /// The day of it.
    date: Option<Date>,
    /// ISO 4217 code of the currency.
    currency: Option<Currency>,
}

pub(crate) fn update(call: &Call, input: UpdateExpense) -> Result<ExpenseView, Failure> {
    let mut document = find(&input.id)?;
    let expense = &mut document.body;
    if let Some(amount) = input.amount {
        expense.amount = checked_amount(amount)?;
    }
    if let Some(category) = &input.category {
        expense.category = Category::parse(category)?.name;
    }
    if input.description.is_some() {
        expense.description = checked_description(input.description)?;
    }
    if let Some(date) = input.date {
        expense.date = checked_date(date, call.today())?;
    }
    if let Some(currency) = input.currency {
        expense.currency = currency;
    }
    EXPENSES.replace(&document).map(ExpenseView::from)
}

/// Deletes an expense.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeleteExpense {
    /// Which.
    id: String,
}

pub(crate) fn delete(_: &Call, input: DeleteExpense) -> Result<(), Failure> {
    match EXPENSES.delete(&checked_id(&input.id)?)? {
        true => Ok(()),
        false => Err(missing()),
    }
}

fn find(id: &str) -> Result<Document<Expense>, Failure> {
    EXPENSES.find(&checked_id(id)?)?.ok_or_else(missing)
}

fn missing() -> Failure {
    Failure::not_found("There is no such expense.")
}

/// An id that cannot be one is as good as one that is unknown.
fn checked_id(id: &str) -> Result<String, Failure> {
    if id.is_empty() || id.len() > 128 { Err(missing()) } else { Ok(id.to_owned()) }
}

fn checked_amount(amount: Amount) -> Result<i64, Failure> {
    if amount.is_positive() {
        Ok(amount.minor())
    } else {
        Err(Failure::invalid_field("amount", "The amount must be more than 0."))
    }
}

fn checked_description(description: Option<String>) -> Result<Option<String>, Failure> {
    let Some(description) = description else { return Ok(None) };
    if description.chars().count() > 500 {
        return Err(Failure::invalid_field(
            "description",
            "The description must have at most 500 characters.",
        ));
    }
    let trimmed = description.trim();
    Ok((!trimmed.is_empty()).then(|| trimmed.to_owned()))
}

fn checked_date(date: Date, today: Date) -> Result<Date, Failure> {
    let latest = Date(today.saturating_add(1.year()));
    if date.year() < 1970 || date > latest {
        return Err(Failure::invalid_field("date", "The day must be from 1970 to a year from now."));
    }
    Ok(date)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};
    use wheelhouse_sdk::testing;

    use super::*;

    fn create(call: &Call, arguments: &Value) -> Result<Outcome<Value>, Failure> {
        create_tool().call(call, arguments)
    }

    #[test]
    fn an_expense_is_noted_for_today_in_the_users_currency() {
        let call = testing::call();
        let outcome = create(&call, &json!({ "amount": 60, "category": "Groceries" })).unwrap();
        assert_eq!(outcome.text, "I've noted $60.00 for groceries today.");
        assert_eq!(outcome.data["amount"], json!(60));
        assert_eq!(outcome.data["currency"], "USD");
        assert_eq!(outcome.data["date"], "2026-11-22");
        assert_eq!(outcome.actions[0].kind, "reload_expenses");
        assert_eq!(outcome.actions[0].entity_id.as_deref(), outcome.data["id"].as_str());
        let kept = EXPENSES.get(outcome.data["id"].as_str().unwrap()).unwrap();
        assert_eq!(kept.body.amount, 6_000);
    }

    #[test]
    fn the_word_that_was_said_is_kept_beside_its_category() {
        let arguments = json!({ "amount": 85.5, "category": "diesel", "date": "2026-11-21" });
        let outcome = create(&testing::call(), &arguments).unwrap();
        assert_eq!(outcome.text, "I've noted $85.50 for diesel yesterday, under fuel.");
        assert_eq!(outcome.data["category"], "fuel");
        assert_eq!(outcome.data["description"], "diesel");
    }

    #[test]
    fn a_call_that_is_repeated_acts_once() {
        let mut call = testing::call();
        let coffee = json!({ "amount": 5, "category": "coffee" });
        let first = create(&call, &coffee).unwrap();
        let again = create(&call, &coffee).unwrap();
        assert_eq!(first.data, again.data);
        create(&call, &json!({ "amount": 5, "category": "tea" })).unwrap();
        call.request_id = "request-2".into();
        create(&call, &coffee).unwrap();
        assert_eq!(EXPENSES.query().count().unwrap(), 3);
    }

    #[test]
    fn bad_input_names_its_field_and_leaves_nothing() {
        let call = testing::call();
        for (arguments, field) in [
            (json!({ "category": "gas" }), "amount"),
            (json!({ "amount": "a lot", "category": "gas" }), "amount"),
            (json!({ "amount": 0, "category": "gas" }), "amount"),
            (json!({ "amount": -5, "category": "gas" }), "amount"),
            (json!({ "amount": 1.999, "category": "gas" }), "amount"),
            (json!({ "amount": 5, "category": " " }), "category"),
            (json!({ "amount": 5, "category": "gas", "date": "2026-02-30" }), "date"),
            (json!({ "amount": 5, "category": "gas", "date": "2036-02-03" }), "date"),
            (json!({ "amount": 5, "category": "gas", "currency": "dollars" }), "currency"),
            (json!({ "amount": 5, "category": "gas", "colour": "red" }), "colour"),
            (json!({ "amount": 5, "category": "gas", "description": "x".repeat(501) }), "description"),
        ] {
            let failure = create(&call, &arguments).unwrap_err();
            assert_eq!(failure.fields().collect::<Vec<_>>(), [field], "{arguments}: {failure:?}");
        }
        assert_eq!(EXPENSES.query().count().unwrap(), 0);
    }
}
