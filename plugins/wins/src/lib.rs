//! Expenses and budgets: what was spent, on what, and how much is left.
//!
//! Everything is kept in documents of the user: amounts in hundredths, categories by their usual names, sums worked out by the
//! store. What a tool does, a route does too.
#![allow(clippy::needless_pass_by_value, reason = "tools and routes are handed their input")]

mod budget;
mod category;
mod currency;
mod expense;
mod period;
mod routes;
mod summary;

use wheelhouse_sdk::prelude::*;

/// The plugin's tools.
pub fn tools() -> Vec<Tool> {
    vec![expense::create_tool(), summary::tool(), budget::update_tool(), budget::compare_tool()]
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Wins", "Keeps expenses and budgets, and says how they compare.")
        .needs_documents("Expenses and budgets are kept for each user."),
    tools: tools(),
    routes: routes::all(),
}
