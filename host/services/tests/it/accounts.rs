use std::{sync::atomic::Ordering, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Sha256, Sha512};
use wheelhouse_core::{CallContext, Caller, Failure, FailureClass, Result, Secret, clock::Clock};
use wheelhouse_services::{AccountConfig, Credentials, Registration, Services, SignIn, TokenAlgorithm};

use crate::fakes::{SECRET, World, nothing};

const PASSWORD: &str = "correct horse battery";

async fn register(world: &World, services: &Services, email: &str) -> SignIn {
    let registration = Registration {
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        full_name: Some("Ada Lovelace".to_owned()),
    };
    services.accounts.register(&world.anonymous(), registration).await.unwrap()
}

async fn login(world: &World, services: &Services, email: &str, password: &str) -> Result<SignIn> {
    let credentials = Credentials { email: email.to_owned(), password: password.to_owned() };
    services.accounts.login(&world.anonymous(), credentials).await
}

async fn signed_in(world: &World, services: &Services, sign_in: &SignIn) -> CallContext {
    let caller = services.accounts.verify(&sign_in.access_token).await.unwrap();
    CallContext::new("r", caller, world.clock.now(), Duration::from_secs(30))
}

fn code(outcome: Result<impl Sized>) -> (FailureClass, String) {
    let failure = outcome.err().expect("a failure");
    (failure.class, failure.code().to_owned())
}

fn unauthenticated(code: &str) -> (FailureClass, String) {
    (FailureClass::Unauthenticated, code.to_owned())
}

#[tokio::test]
async fn registered_user_signs_in_with_any_case_of_the_address() {
    let world = World::new(nothing());
    let services = world.services();
    let registered = register(&world, &services, "Ada@Example.com").await;
    assert_eq!(registered.identity.user.email.as_deref(), Some("ada@example.com"));
    assert_eq!(registered.expires_in, 1_800);
    let again = login(&world, &services, " ADA@example.COM", PASSWORD).await.unwrap();
    assert_eq!(again.identity, registered.identity);
    let ctx = signed_in(&world, &services, &again).await;
    assert_eq!(ctx.user(), Some(&registered.identity.user), "the token says who it is");
    assert_eq!(services.accounts.me(&ctx).await.unwrap(), registered.identity);
}

#[tokio::test]
async fn address_that_is_taken_is_a_conflict() {
    let world = World::new(nothing());
    let services = world.services();
    register(&world, &services, "ada@example.com").await;
    let registration =
        Registration { email: "ADA@example.com".to_owned(), password: PASSWORD.to_owned(), full_name: None };
    let outcome = services.accounts.register(&world.anonymous(), registration).await;
    assert_eq!(code(outcome), (FailureClass::Conflict, "email_taken".to_owned()));
}

#[tokio::test]
async fn password_is_measured_in_characters() {
    let world = World::new(nothing());
    let services = world.services();
    for (email, password, fits) in [
        ("a@example.com", "1234567".to_owned(), false),
        ("b@example.com", "🚐".repeat(8), true),
        ("c@example.com", "ü".repeat(128), true),
        ("d@example.com", "a".repeat(129), false),
    ] {
        let registration =
            Registration { email: email.to_owned(), password: password.clone(), full_name: None };
        let outcome = services.accounts.register(&world.anonymous(), registration).await;
        assert_eq!(outcome.is_ok(), fits, "{email}");
        if fits {
            assert!(login(&world, &services, email, &password).await.is_ok(), "{email}");
        }
    }
}

#[tokio::test]
async fn unknown_address_and_wrong_password_get_the_same_answer() {
    let world = World::new(nothing());
    let services = world.services();
    register(&world, &services, "ada@example.com").await;
    let wrong = login(&world, &services, "ada@example.com", "wrong password").await.err().unwrap();
    let unknown = login(&world, &services, "ben@example.com", "wrong password").await.err().unwrap();
    let no_address = login(&world, &services, "ben", "wrong password").await.err().unwrap();
    assert_eq!((wrong.class, wrong.code()), (FailureClass::Unauthenticated, "wrong_credentials"));
    assert_eq!(wrong, unknown);
    assert_eq!(wrong, no_address);
}

#[tokio::test]
async fn endless_password_is_refused_before_it_is_hashed() {
    let world = World::new(nothing());
    let services = world.services();
    register(&world, &services, "ada@example.com").await;
    let outcome = login(&world, &services, "ada@example.com", &"x".repeat(1_000_000)).await;
    assert_eq!(code(outcome), unauthenticated("wrong_credentials"));
    assert!(world.cache.keys().is_empty(), "it did not get as far as the throttle");
}

#[tokio::test]
async fn expired_token_is_rejected() {
    let world = World::new(nothing());
    let services = world.services();
    let token = register(&world, &services, "ada@example.com").await.access_token;
    world.clock.advance(Duration::from_secs(30 * 60 + 4));
    assert!(services.accounts.verify(&token).await.is_ok(), "another replica's clock may be a little behind");
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(code(services.accounts.verify(&token).await), unauthenticated("token_expired"));
}

/// A token as somebody makes it who does not use this library.
fn forge(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

fn hs256(key: &str) -> impl Fn(&[u8]) -> Vec<u8> {
    move |message| {
        let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap().chain_update(message);
        mac.finalize().into_bytes().to_vec()
    }
}

fn hs512(key: &str) -> impl Fn(&[u8]) -> Vec<u8> {
    move |message| {
        let mac = Hmac::<Sha512>::new_from_slice(key.as_bytes()).unwrap().chain_update(message);
        mac.finalize().into_bytes().to_vec()
    }
}

fn claims(world: &World) -> Value {
    let now = world.clock.now().as_second();
    let id = "0199d3a8-0000-7000-8000-000000000001";
    json!({
        "sub": "mallory", "sid": id, "jti": id, "iat": now, "nbf": now, "exp": now + 600,
        "iss": "wheelhouse", "aud": "wheelhouse",
    })
}

#[tokio::test]
async fn only_tokens_that_this_host_signed_are_taken() {
    let world = World::new(nothing());
    let services = world.services();
    let header = json!({ "alg": "HS256", "typ": "JWT" });
    let own = forge(&header, &claims(&world), hs256(SECRET));
    assert!(services.accounts.verify(&own).await.is_ok(), "the forger knows how");

    let changed = |field: &str, value: Value| {
        let mut claims = claims(&world);
        claims[field] = value;
        forge(&header, &claims, hs256(SECRET))
    };
    let without = |field: &str| {
        let mut claims = claims(&world);
        claims.as_object_mut().unwrap().remove(field);
        forge(&header, &claims, hs256(SECRET))
    };
    let header_of = |header: Value| forge(&header, &claims(&world), hs256(SECRET));
    let mut tampered = own.clone().into_bytes();
    let last = tampered.len() - 10;
    tampered[last] = if tampered[last] == b'A' { b'B' } else { b'A' };
    let now = world.clock.now().as_second();
    for (what, token) in [
        ("another key", forge(&header, &claims(&world), hs256("another secret of more than 32 bytes"))),
        ("no signature", forge(&json!({ "alg": "none" }), &claims(&world), |_| Vec::new())),
        ("no signature, other spelling", forge(&json!({ "alg": "nOnE" }), &claims(&world), |_| Vec::new())),
        ("stripped signature", forge(&header, &claims(&world), |_| Vec::new())),
        ("short signature", forge(&header, &claims(&world), |message| hs256(SECRET)(message)[..16].to_vec())),
        ("another algorithm", forge(&json!({ "alg": "HS512" }), &claims(&world), hs512(SECRET))),
        ("an algorithm that is not linked", header_of(json!({ "alg": "RS256" }))),
        ("critical fields", header_of(json!({ "alg": "HS256", "crit": ["b64"], "b64": false }))),
        ("tampered", String::from_utf8(tampered).unwrap()),
        ("another issuer", changed("iss", json!("elsewhere"))),
        ("another audience", changed("aud", json!("elsewhere"))),
        ("not yet valid", changed("nbf", json!(now + 60))),
        ("a time that is none", changed("exp", json!("soon"))),
        ("no subject", without("sub")),
        ("no expiry", without("exp")),
        ("no session", without("sid")),
        ("no issuer", without("iss")),
        ("no audience", without("aud")),
        ("not a token", "abc".to_owned()),
        ("nothing", String::new()),
        ("oversized", changed("name", json!("x".repeat(10_000)))),
    ] {
        let outcome = services.accounts.verify(&token).await;
        assert_eq!(code(outcome), unauthenticated("token_invalid"), "{what}");
    }
}

#[tokio::test]
async fn other_hmac_algorithms_can_be_set() {
    for algorithm in [TokenAlgorithm::HS384, TokenAlgorithm::HS512] {
        let mut world = World::new(nothing());
        world.config.accounts.algorithm = algorithm;
        let services = world.services();
        let token = register(&world, &services, "ada@example.com").await.access_token;
        assert!(services.accounts.verify(&token).await.is_ok());
        world.config.accounts.algorithm = TokenAlgorithm::HS256;
        assert_eq!(code(world.services().accounts.verify(&token).await), unauthenticated("token_invalid"));
    }
}

#[tokio::test]
async fn longest_names_still_fit_into_a_token() {
    let world = World::new(nothing());
    let services = world.services();
    let registration = Registration {
        email: format!(
            "{}@{}.example",
            "a".repeat(64),
            ["b".repeat(58), "c".repeat(58), "d".repeat(58)].join(".")
        ),
        password: PASSWORD.to_owned(),
        full_name: Some("🚐".repeat(200)),
    };
    let sign_in = services.accounts.register(&world.anonymous(), registration).await.unwrap();
    assert!(services.accounts.verify(&sign_in.access_token).await.is_ok());
}

#[tokio::test]
async fn logout_ends_the_session_at_once_and_no_other() {
    let world = World::new(nothing());
    let services = world.services();
    let here = register(&world, &services, "ada@example.com").await;
    let elsewhere = login(&world, &services, "ada@example.com", PASSWORD).await.unwrap();
    let ctx = signed_in(&world, &services, &here).await;
    services.accounts.logout(&ctx).await.unwrap();
    assert_eq!(code(services.accounts.verify(&here.access_token).await), unauthenticated("token_revoked"));
    let refreshed = services.accounts.refresh(&world.anonymous(), &here.refresh_token).await;
    assert_eq!(code(refreshed), unauthenticated("refresh_invalid"));
    assert!(services.accounts.verify(&elsewhere.access_token).await.is_ok());
    assert!(services.accounts.refresh(&world.anonymous(), &elsewhere.refresh_token).await.is_ok());
}

#[tokio::test]
async fn revocation_is_remembered_as_long_as_a_token_could_live() {
    let world = World::new(nothing());
    let services = world.services();
    let sign_in = register(&world, &services, "ada@example.com").await;
    let ctx = signed_in(&world, &services, &sign_in).await;
    services.accounts.logout(&ctx).await.unwrap();
    world.clock.advance(Duration::from_secs(30 * 60 + 4));
    assert_eq!(code(services.accounts.verify(&sign_in.access_token).await), unauthenticated("token_revoked"));
}

#[tokio::test]
async fn strangers_and_foreign_tokens_cannot_sign_out() {
    let world = World::new(nothing());
    let services = world.services();
    let outcome = services.accounts.logout(&world.anonymous()).await;
    assert_eq!(code(outcome).0, FailureClass::Unauthenticated);
    let outcome = services.accounts.logout(&world.user("ada")).await;
    assert_eq!(code(outcome), (FailureClass::Invalid, "no_session".to_owned()));
}

#[tokio::test]
async fn refresh_token_is_good_once_and_brings_the_next() {
    let world = World::new(nothing());
    let services = world.services();
    let first = register(&world, &services, "ada@example.com").await;
    world.clock.advance(Duration::from_secs(3_600));
    let second = services.accounts.refresh(&world.anonymous(), &first.refresh_token).await.unwrap();
    assert_eq!(second.identity, first.identity);
    assert_ne!(second.refresh_token, first.refresh_token);
    let Caller::User { session, .. } = services.accounts.verify(&second.access_token).await.unwrap() else {
        panic!("a user")
    };
    assert!(session.is_some());
    assert!(services.accounts.refresh(&world.anonymous(), &second.refresh_token).await.is_ok());
}

#[tokio::test]
async fn reused_refresh_token_ends_the_session_for_both() {
    let world = World::new(nothing());
    let services = world.services();
    let stolen = register(&world, &services, "ada@example.com").await;
    let owners = services.accounts.refresh(&world.anonymous(), &stolen.refresh_token).await.unwrap();
    let outcome = services.accounts.refresh(&world.anonymous(), &stolen.refresh_token).await;
    assert_eq!(code(outcome), unauthenticated("refresh_reused"));
    let outcome = services.accounts.refresh(&world.anonymous(), &owners.refresh_token).await;
    assert_eq!(code(outcome), unauthenticated("refresh_invalid"));
    for token in [stolen.access_token, owners.access_token] {
        assert_eq!(code(services.accounts.verify(&token).await), unauthenticated("token_revoked"));
    }
}

#[tokio::test]
async fn refresh_token_expires() {
    let world = World::new(nothing());
    let services = world.services();
    let sign_in = register(&world, &services, "ada@example.com").await;
    world.clock.advance(Duration::from_secs(30 * 86_400));
    let outcome = services.accounts.refresh(&world.anonymous(), &sign_in.refresh_token).await;
    assert_eq!(code(outcome), unauthenticated("refresh_expired"));
    assert_eq!(services.accounts.prune().await, Ok(0), "it is kept for a day, for a better answer");
    world.clock.advance(Duration::from_secs(86_401));
    assert_eq!(services.accounts.prune().await, Ok(1));
}

#[tokio::test]
async fn text_that_is_no_refresh_token_is_refused() {
    let world = World::new(nothing());
    let services = world.services();
    let unknown = URL_SAFE_NO_PAD.encode([7; 32]);
    for token in ["", "abc", "a.b.c", &unknown] {
        let outcome = services.accounts.refresh(&world.anonymous(), token).await;
        assert_eq!(code(outcome), unauthenticated("refresh_invalid"));
    }
}

#[tokio::test]
async fn database_that_fails_while_refreshing_costs_nobody_their_session() {
    let world = World::new(nothing());
    let services = world.services();
    let sign_in = register(&world, &services, "ada@example.com").await;
    world.store.accounts_down.store(true, Ordering::Relaxed);
    let outcome = services.accounts.refresh(&world.anonymous(), &sign_in.refresh_token).await;
    assert_eq!(code(outcome).0, FailureClass::Unavailable);
    world.store.accounts_down.store(false, Ordering::Relaxed);
    assert!(services.accounts.refresh(&world.anonymous(), &sign_in.refresh_token).await.is_ok());
}

#[tokio::test]
async fn token_is_not_taken_while_nobody_can_tell_whether_it_was_revoked() {
    let world = World::new(nothing());
    let services = world.services();
    let sign_in = register(&world, &services, "ada@example.com").await;
    world.cache.down.store(true, Ordering::Relaxed);
    assert_eq!(code(services.accounts.verify(&sign_in.access_token).await).0, FailureClass::Unavailable);
}

fn throttled(outcome: Result<SignIn>) -> Failure {
    let failure = outcome.err().expect("a failure");
    assert_eq!((failure.class, failure.code()), (FailureClass::RateLimited, "too_many_logins"));
    failure
}

#[tokio::test]
async fn too_many_attempts_close_one_address_and_no_other() {
    let mut world = World::new(nothing());
    world.config.accounts.login_attempts = 3;
    let services = world.services();
    register(&world, &services, "ada@example.com").await;
    register(&world, &services, "ben@example.com").await;
    for _ in 0..3 {
        let outcome = login(&world, &services, "ada@example.com", "wrong password").await;
        assert_eq!(code(outcome), unauthenticated("wrong_credentials"));
    }
    let failure = throttled(login(&world, &services, "Ada@example.com", PASSWORD).await);
    let wait = failure.retry_after.unwrap();
    assert!(wait <= Duration::from_secs(600) && !wait.is_zero());
    assert!(login(&world, &services, "ben@example.com", PASSWORD).await.is_ok());
    world.clock.advance(wait);
    assert!(login(&world, &services, "ada@example.com", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn success_begins_the_count_anew() {
    let mut world = World::new(nothing());
    world.config.accounts.login_attempts = 2;
    let services = world.services();
    register(&world, &services, "ada@example.com").await;
    for _ in 0..3 {
        let outcome = login(&world, &services, "ada@example.com", "wrong password").await;
        assert_eq!(code(outcome), unauthenticated("wrong_credentials"));
        assert!(login(&world, &services, "ada@example.com", PASSWORD).await.is_ok());
    }
}

#[tokio::test]
async fn passwords_tried_on_many_addresses_pause_all_logins() {
    let mut world = World::new(nothing());
    world.config.accounts.failed_logins_per_minute = 3;
    let services = world.services();
    register(&world, &services, "ada@example.com").await;
    for n in 0..3 {
        let outcome = login(&world, &services, &format!("nobody-{n}@example.com"), "wrong password").await;
        assert_eq!(code(outcome), unauthenticated("wrong_credentials"));
    }
    let failure = throttled(login(&world, &services, "ada@example.com", PASSWORD).await);
    world.clock.advance(failure.retry_after.unwrap());
    assert!(login(&world, &services, "ada@example.com", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn addresses_do_not_stand_in_the_cache() {
    let world = World::new(nothing());
    let services = world.services();
    let _ = login(&world, &services, "ada@example.com", "wrong password").await;
    let keys = world.cache.keys();
    assert!(!keys.is_empty() && keys.iter().all(|key| !key.contains("ada")), "{keys:?}");
}

#[tokio::test]
async fn crowd_at_the_door_is_told_to_come_back() {
    let mut world = World::new(nothing());
    (world.config.accounts.hash_concurrency, world.config.accounts.hash_queue) = (1, 0);
    let services = world.services();
    register(&world, &services, "ada@example.com").await;
    let (first, second) = tokio::join!(
        login(&world, &services, "ada@example.com", PASSWORD),
        login(&world, &services, "ada@example.com", PASSWORD),
    );
    assert!(first.is_ok());
    let failure = second.err().expect("nobody may wait");
    assert_eq!(
        (failure.class, failure.retry_after),
        (FailureClass::RateLimited, Some(Duration::from_secs(1)))
    );
}

#[test]
fn short_or_missing_secret_stops_the_start() {
    let mut world = World::new(nothing());
    world.config.accounts.secret_key = Some(Secret::new("short"));
    let failure = wheelhouse_services::Services::new(&world.config, &world.ports, "0").err().unwrap();
    assert!(failure.message.contains("needs at least 32"), "{failure}");
    world.config.accounts.secret_key = None;
    assert!(wheelhouse_services::Services::new(&world.config, &world.ports, "0").is_err());
}

#[test]
fn unknown_algorithm_is_refused_with_those_that_there_are() {
    let error =
        serde_json::from_value::<AccountConfig>(json!({ "algorithm": "RS256" })).unwrap_err().to_string();
    for known in ["HS256", "HS384", "HS512"] {
        assert!(error.contains(known), "{error}");
    }
}

#[tokio::test]
async fn unknown_address_costs_a_hash_as_well() {
    let mut world = World::new(nothing());
    (world.config.accounts.hash_concurrency, world.config.accounts.hash_queue) = (1, 0);
    let services = world.services();
    let (first, second) = tokio::join!(
        login(&world, &services, "nobody@example.com", PASSWORD),
        login(&world, &services, "nobody-else@example.com", PASSWORD),
    );
    assert_eq!(code(first), unauthenticated("wrong_credentials"));
    assert_eq!(code(second).0, FailureClass::RateLimited, "the first is being hashed");
}
