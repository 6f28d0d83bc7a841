//! What somebody does in the first hour: sign up, talk to PAM, look at the data, look around.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::app::{expect, on_shared_app};

#[test]
fn expense_that_pam_logs_is_read_over_rest() {
    on_shared_app(|app| async move {
        let ada = app.newcomer().await;
        let answer = ada.chat("I spent $85.50 on gas yesterday").await;
        assert!(answer["response"].as_str().unwrap().contains("85.50"), "{answer}");
        assert_eq!(answer["ui_actions"][0]["type"], "reload_expenses", "{answer}");

        let expenses = ada.get("/api/v1/expenses").await;
        assert_eq!(expenses["data"].as_array().unwrap().len(), 1, "{expenses}");
        assert_eq!(expenses["data"][0]["amount"], json!(85.5), "{expenses}");
        assert_eq!(expenses["data"][0]["category"], "fuel", "{expenses}");
    });
}

#[test]
fn expense_of_rest_is_in_what_pam_sums_up() {
    on_shared_app(|app| async move {
        let ada = app.newcomer().await;
        let body = json!({"amount": 12.25, "category": "coffee"});
        expect(ada.post("/api/v1/expenses", &body).await, StatusCode::CREATED).await;
        let answer = ada.chat("How much did I spend this month?").await;
        assert!(answer["response"].as_str().unwrap().contains("12.25"), "{answer}");
    });
}

#[test]
fn one_user_never_sees_anothers_expenses() {
    on_shared_app(|app| async move {
        let (ada, bob) = (app.newcomer().await, app.newcomer().await);
        let body = json!({"amount": 5, "category": "tolls"});
        let created = expect(ada.post("/api/v1/expenses", &body).await, StatusCode::CREATED).await;
        let id = created["id"].as_str().unwrap();

        assert_eq!(bob.get("/api/v1/expenses").await["data"], json!([]));
        for method in [Method::GET, Method::DELETE] {
            let answer = bob.request(method, &format!("/api/v1/expenses/{id}")).send().await.unwrap();
            let problem = expect(answer, StatusCode::NOT_FOUND).await;
            assert_eq!(problem["code"], "not_found", "{problem}");
        }
        assert_eq!(ada.get(&format!("/api/v1/expenses/{id}")).await["amount"].as_f64(), Some(5.0));
    });
}

#[test]
fn pam_says_what_it_can_do_from_the_tools_that_are_loaded() {
    on_shared_app(|app| async move {
        let ada = app.newcomer().await;
        let answer = ada.chat("Fly me to the moon").await;
        let text = answer["response"].as_str().unwrap();
        assert!(text.to_lowercase().contains("spent"), "{text}");
        assert_eq!(answer["actions"], json!([]), "nothing was done: {answer}");
    });
}

#[test]
fn ordinary_sentence_is_not_blocked() {
    on_shared_app(|app| async move {
        let ada = app.newcomer().await;
        let answer = ada.chat("Run me through my budget").await;
        assert!(!answer["response"].as_str().unwrap().is_empty(), "{answer}");
    });
}

#[test]
fn amount_that_is_no_number_and_date_that_is_none_are_named() {
    on_shared_app(|app| async move {
        let ada = app.newcomer().await;
        for (body, field) in [
            (json!({"amount": "lots", "category": "gas"}), "amount"),
            (json!({"amount": 1.234, "category": "gas"}), "amount"),
            (json!({"amount": -3, "category": "gas"}), "amount"),
            (json!({"amount": 3, "category": "gas", "date": "2026-02-30"}), "date"),
            (json!({"amount": 3, "category": "gas", "date": "soon"}), "date"),
            (json!({"amount": 3}), "category"),
            (json!({"amount": 3, "category": "gas", "colour": "red"}), "colour"),
        ] {
            let answer = ada.post("/api/v1/expenses", &body).await;
            let problem = expect(answer, StatusCode::UNPROCESSABLE_ENTITY).await;
            let fields: Vec<_> =
                problem["errors"].as_array().unwrap().iter().map(|error| error["field"].clone()).collect();
            assert_eq!(fields, [json!(field)], "{body}: {problem}");
            assert!(problem["detail"].is_string() && problem["request_id"].is_string(), "{problem}");
        }
    });
}

#[test]
fn route_of_a_plugin_asks_for_a_token() {
    on_shared_app(|app| async move {
        let answer = app.request(Method::GET, "/api/v1/expenses").send().await.unwrap();
        let problem = expect(answer, StatusCode::UNAUTHORIZED).await;
        assert_eq!(problem["code"], "unauthenticated", "{problem}");
    });
}

#[test]
fn list_is_read_page_by_page() {
    on_shared_app(|app| async move {
        let ada = app.newcomer().await;
        for amount in 1..=5 {
            let body = json!({"amount": amount, "category": "food"});
            expect(ada.post("/api/v1/expenses", &body).await, StatusCode::CREATED).await;
        }
        let first = ada.get("/api/v1/expenses?limit=3").await;
        assert_eq!(
            (first["data"].as_array().unwrap().len(), &first["has_more"]),
            (3, &json!(true)),
            "{first}"
        );
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = ada.get(&format!("/api/v1/expenses?limit=3&cursor={cursor}")).await;
        assert_eq!(
            (second["data"].as_array().unwrap().len(), &second["has_more"]),
            (2, &json!(false)),
            "{second}"
        );
    });
}

#[test]
fn plugins_are_listed_with_what_they_bring() {
    on_shared_app(|app| async move {
        app.settled().await;
        let ada = app.newcomer().await;
        let plugins = ada.get("/api/v1/plugins").await;
        let find = |id: &str| {
            let found = plugins["data"].as_array().unwrap().iter().find(|plugin| plugin["id"] == id);
            found.unwrap_or_else(|| panic!("{id} is not in {plugins}")).clone()
        };
        assert_eq!(find("hibari")["exports"], json!(["speech"]));
        assert_eq!(find("pico")["exports"], json!(["speech"]));
        assert_eq!(find("assist")["exports"], json!(["chat"]));
        let wins = find("wins");
        assert_eq!(wins["state"], "active", "{wins}");
        for tool in ["compare_vs_budget", "create_expense", "get_spending_summary", "update_budget"] {
            assert!(wins["tools"].as_array().unwrap().contains(&json!(tool)), "{tool} is not in {wins}");
        }
    });
}

#[test]
fn document_of_the_api_has_host_and_plugin_routes() {
    on_shared_app(|app| async move {
        app.settled().await;
        let answer = app.request(Method::GET, "/api-doc/openapi.json").send().await.unwrap();
        let document = expect(answer, StatusCode::OK).await;
        assert_eq!(document["openapi"].as_str().unwrap().split('.').take(2).collect::<Vec<_>>(), ["3", "1"]);
        for path in [
            "/health/ready",
            "/api/v1/auth/login",
            "/api/v1/pam/chat",
            "/api/v1/expenses",
            "/api/v1/expenses/{id}",
        ] {
            assert!(document["paths"][path].is_object(), "{path} is missing");
        }
    });
}

#[test]
fn page_of_the_docs_loads_nothing_from_outside() {
    on_shared_app(|app| async move {
        let answer = app.request(Method::GET, "/docs").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let page = answer.text().await.unwrap();
        for outside in ["src=\"http", "href=\"http", "src=\"//", "href=\"//"] {
            assert!(!page.contains(outside), "the page loads from outside: {outside}");
        }
    });
}

#[test]
fn host_says_that_it_is_ready() {
    on_shared_app(|app| async move {
        let answer = app.request(Method::GET, "/health/ready").send().await.unwrap();
        expect(answer, StatusCode::OK).await;
    });
}
