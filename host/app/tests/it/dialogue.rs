//! The conversation that the product is for, without any model: money spent, and asked for again in the user's own week.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    app::{TestApp, Visitor, expect},
    clock::StillClock,
};

/// What PAM answers somebody in Denver.
async fn answer(visitor: &Visitor<'_>, message: &str) -> Value {
    let body = json!({"message": message, "context": {"timezone": "America/Denver"}});
    expect(visitor.post("/api/v1/pam/chat", &body).await, StatusCode::OK).await
}

#[tokio::test]
async fn diesel_of_today_is_the_weeks_fuel() {
    let data = tempfile::tempdir().unwrap();
    // Monday by UTC, and still Sunday evening in Denver.
    let clock = StillClock::at("2026-11-23T03:00:00Z");
    let app = TestApp::start_in(data.path(), &[], clock.surroundings()).await;
    let ada = app.newcomer().await;

    let noted = answer(&ada, "I spent $60 on diesel today").await;
    assert_eq!(noted["response"], "I've noted $60.00 for diesel today, under fuel.");
    assert_eq!(noted["timestamp"], "2026-11-23T03:00:00Z");
    let expenses = ada.get("/api/v1/expenses").await;
    assert_eq!(expenses["data"][0]["date"], "2026-11-22", "the day is the user's: {expenses}");

    let summed = answer(&ada, "how much did I spend on fuel this week?").await;
    assert_eq!(summed["response"], "You spent $60.00 on fuel this week.", "{summed}");
    assert_eq!((&summed["provider"], &summed["fallback_used"]), (&json!("assist"), &json!(false)));

    // Monday morning there: another week.
    clock.set("2026-11-23T16:00:00Z");
    let ada = app.regular(&ada.email).await;
    let empty = answer(&ada, "how much did I spend on fuel this week?").await;
    assert_eq!(empty["response"], "You have no expenses on fuel today.", "{empty}");
    let last = answer(&ada, "how much did I spend on fuel last week?").await;
    assert!(last["response"].as_str().unwrap().contains("$60.00"), "{last}");
    app.stop().await;
}
