//! Keeps count of things.

use wheelhouse_sdk::prelude::*;

/// What is kept.
#[derive(Serialize, Deserialize)]
struct Entry {
    what: String,
    count: i64,
}

const ENTRIES: Collection<Entry> = Collection::of_user("entries");

/// Counts things. Use it when the user has seen or done something that they keep count of.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CountTally {
    /// What is counted, such as `bears`.
    what: String,
    /// How many more.
    count: i64,
}

fn count_tally(_: &Call, input: CountTally) -> Result<Outcome<i64>, Failure> {
    if input.count < 1 {
        return Err(Failure::invalid_field("count", "The count must be at least 1."));
    }
    let entry = ENTRIES.insert(&Entry { what: input.what, count: input.count })?.body;
    let all = ENTRIES.query().equal("what", entry.what.as_str()).sum("count")?;
    Ok(Outcome::new(all, format!("Counted. That makes {all} {} in all.", entry.what)))
}

/// What was counted.
#[derive(Serialize, JsonSchema)]
struct Counted {
    what: String,
    count: i64,
}

/// Lists what was counted, the latest first.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListTally {
    /// `next_cursor` of the part before.
    cursor: Option<String>,
}

fn list_tally(_: &Call, input: ListTally) -> Result<Listing<Counted>, Failure> {
    let page = ENTRIES.query().newest_first().page(20, input.cursor)?;
    Ok(page.into_listing(|entry| Counted { what: entry.body.what, count: entry.body.count }))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Tally", "Keeps count of things.").needs_documents("Counts are kept for each user."),
    tools: [
        Tool::new(count_tally)
            .sentences(["(i|we) saw {count:number} {what}", "count {count:number} {what}"])
            .rest(Method::Post, "/tally", 201),
    ],
    routes: [Route::get("/tally", list_tally)],
}

#[cfg(test)]
mod tests {
    use wheelhouse_sdk::{Tool, testing};

    #[test]
    fn counts_add_up() {
        let tool = Tool::new(super::count_tally);
        let arguments = serde_json::json!({ "what": "bears", "count": 2 });
        tool.call(&testing::call(), &arguments).unwrap();
        assert_eq!(tool.call(&testing::call(), &arguments).unwrap().data, 4);
    }
}
