//! Answers with as many headers as it is asked for, of any name and length.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::{Response, prelude::*};

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("Headers", "Answers with headers.").id("answers-with-headers"),
    routes: [Route::raw(Method::Get, "/headers", "headers", "Answers with headers.", |_, request| {
        let number = |name| request.find_query(name).and_then(|text| text.parse().ok()).unwrap_or(0);
        let mut response = Response::new(200, "text/plain", "");
        for index in 0..number("count") {
            response = response.header(format!("x-{index}"), "v".repeat(number("length")));
        }
        for pair in request.query.iter().filter(|pair| !["count", "length"].contains(&pair.name.as_str())) {
            response = response.header(&pair.name, &pair.value);
        }
        Ok(response)
    })],
}
