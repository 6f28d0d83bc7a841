//! The plugin's routes, beside those that are the REST forms of its tools (`POST /expenses`, `PUT /budgets/{category}`).

use wheelhouse_sdk::prelude::*;

use crate::{
    budget::{self, Comparison},
    expense,
    period::Period,
    summary::{self, Summary},
};

pub(crate) fn all() -> Vec<Route> {
    vec![
        Route::get("/expenses", expense::list),
        Route::get("/expenses/{id}", expense::get),
        Route::new(Method::Patch, "/expenses/{id}", expense::update),
        Route::new(Method::Delete, "/expenses/{id}", expense::delete),
        Route::get("/budgets", budget::list),
        Route::new(Method::Delete, "/budgets/{category}", budget::delete),
        Route::get("/financial-summary", get_financial_summary),
    ]
}

/// Sums up spending of a period and this month's budgets.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GetFinancialSummary {
    /// So many days up to today; 30 if neither this nor `period` is given.
    #[schemars(range(min = 1, max = 3660))]
    days: Option<u32>,
    /// First and last day instead of `days`, such as `2026-10-01/2026-10-31`.
    period: Option<String>,
}

/// Spending and budgets.
#[derive(Debug, Serialize, JsonSchema)]
struct FinancialSummary {
    /// What was spent in the period.
    spending: Summary,
    /// How this month compares with the budgets.
    budgets: Comparison,
}

fn get_financial_summary(call: &Call, input: GetFinancialSummary) -> Result<FinancialSummary, Failure> {
    let period = Period::asked(call, input.days, input.period.as_deref())?;
    Ok(FinancialSummary {
        spending: summary::summarize(period, None)?,
        budgets: budget::compare(call, None)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};
    use wheelhouse_sdk::testing;

    use super::*;

    fn route(
        method: Method,
        path: &str,
        args: &[&str],
        query: &[&str],
        body: &Value,
    ) -> Result<(u16, Value), Failure> {
        let index = [
            (Method::Get, "/expenses"),
            (Method::Get, "/expenses/{id}"),
            (Method::Patch, "/expenses/{id}"),
            (Method::Delete, "/expenses/{id}"),
            (Method::Get, "/budgets"),
            (Method::Delete, "/budgets/{category}"),
            (Method::Get, "/financial-summary"),
        ]
        .iter()
        .position(|known| *known == (method, path))
        .unwrap();
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let response = all()[index].call(&testing::call(), args, query, &body)?;
        let body = if response.body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&response.body).unwrap()
        };
        Ok((response.status, body))
    }

    fn spend(amount: i64, category: &str, date: &str) -> String {
        let arguments = json!({ "amount": amount, "category": category, "date": date });
        let outcome = expense::create_tool().call(&testing::call(), &arguments).unwrap();
        outcome.data["id"].as_str().unwrap().to_owned()
    }

    #[test]
    fn expenses_are_listed_by_day_in_parts() {
        for (amount, date) in [(1, "2026-11-20"), (2, "2026-11-22"), (3, "2026-11-21")] {
            spend(amount, "coffee", date);
        }
        let (status, first) = route(Method::Get, "/expenses", &[], &["limit=2"], &Value::Null).unwrap();
        assert_eq!(status, 200);
        let amounts = |page: &Value| {
            page["data"].as_array().unwrap().iter().map(|e| e["amount"].as_i64().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(amounts(&first), [2, 3]);
        assert_eq!(first["has_more"], true);
        let cursor = format!("cursor={}", first["next_cursor"].as_str().unwrap());
        let (_, second) = route(Method::Get, "/expenses", &[], &["limit=2", &cursor], &Value::Null).unwrap();
        assert_eq!(amounts(&second), [1]);
        assert_eq!((&second["has_more"], &second["next_cursor"]), (&json!(false), &Value::Null));
    }

    #[test]
    fn an_expense_is_read_changed_and_deleted() {
        let id = format!("id={}", spend(20, "groceries", "2026-11-20"));
        let patch = json!({ "amount": 25.5, "category": "Diesel", "description": "" });
        let (status, changed) = route(Method::Patch, "/expenses/{id}", &[&id], &[], &patch).unwrap();
        assert_eq!((status, &changed["amount"], &changed["category"]), (200, &json!(25.5), &json!("fuel")));
        assert_eq!(changed["date"], "2026-11-20");
        let (_, read) = route(Method::Get, "/expenses/{id}", &[&id], &[], &Value::Null).unwrap();
        assert_eq!(read, changed);
        let (status, _) = route(Method::Delete, "/expenses/{id}", &[&id], &[], &Value::Null).unwrap();
        assert_eq!(status, 204);
        for (method, path) in [(Method::Get, "/expenses/{id}"), (Method::Delete, "/expenses/{id}")] {
            let failure = route(method, path, &[&id], &[], &Value::Null).unwrap_err();
            assert!(matches!(failure, Failure::NotFound(_)));
        }
    }

    #[test]
    fn bad_input_of_a_route_names_its_field() {
        let id = format!("id={}", spend(20, "groceries", "2026-11-20"));
        let id = id.as_str();
        for (method, path, args, query, body, field) in [
            (Method::Get, "/expenses", &[][..], &["limit=0"][..], Value::Null, "limit"),
            (Method::Get, "/expenses", &[], &["limit=ten"], Value::Null, "limit"),
            (Method::Get, "/expenses", &[], &["cursor=nonsense"], Value::Null, "cursor"),
            (Method::Get, "/expenses", &[], &["period=October"], Value::Null, "period"),
            (Method::Patch, "/expenses/{id}", &[id], &[], json!({ "amount": "x" }), "amount"),
            (Method::Patch, "/expenses/{id}", &[id], &[], json!({ "amount": 0 }), "amount"),
            (Method::Patch, "/expenses/{id}", &[id], &[], json!({ "date": "soon" }), "date"),
            (Method::Get, "/financial-summary", &[], &["days=-1"], Value::Null, "days"),
        ] {
            let failure = route(method, path, args, query, &body).unwrap_err();
            assert_eq!(failure.fields().collect::<Vec<_>>(), [field], "{failure:?}");
        }
    }

    #[test]
    fn the_financial_summary_has_spending_and_budgets() {
        spend(20, "groceries", "2026-11-20");
        budget::update_tool()
            .call(&testing::call(), &json!({ "category": "groceries", "amount": 50 }))
            .unwrap();
        let (_, summary) = route(Method::Get, "/financial-summary", &[], &["days=7"], &Value::Null).unwrap();
        assert_eq!(summary["spending"]["totals"][0]["amount"], 20);
        assert_eq!(summary["budgets"]["budgets"][0]["remaining"], 30);
        let (_, budgets) = route(Method::Get, "/budgets", &[], &[], &Value::Null).unwrap();
        assert_eq!(budgets["data"], json!([{ "category": "groceries", "amount": 50, "currency": "USD" }]));
        route(Method::Delete, "/budgets/{category}", &["category=grocery"], &[], &Value::Null).unwrap();
        let failure = route(Method::Delete, "/budgets/{category}", &["category=grocery"], &[], &Value::Null)
            .unwrap_err();
        assert_eq!(failure.message(), "There is no budget for grocery.");
    }
}
