use std::time::Duration;

use wheelhouse_core::{CallContext, FailureClass, account::Role, clock::Clock};
use wheelhouse_services::Registration;

use crate::fakes::{World, nothing};

#[tokio::test]
async fn newcomer_is_no_administrator() {
    let world = World::new(nothing());
    let services = world.services();
    let registration = Registration {
        email: "ada@example.com".to_owned(),
        password: "correct horse battery".to_owned(),
        full_name: None,
    };
    let sign_in = services.accounts.register(&world.anonymous(), registration).await.unwrap();
    assert_eq!(sign_in.identity.role, Role::User);
    let caller = services.accounts.verify(&sign_in.access_token).await.unwrap();
    let ctx = CallContext::new("r", caller, world.clock.now(), Duration::from_secs(30));
    let failure = services.administrators.require(&ctx).await.unwrap_err();
    assert_eq!((failure.class, failure.code()), (FailureClass::Denied, "not_administrator"));
    assert!(failure.message.contains("wheelhouse account promote"), "{failure}");
}

#[tokio::test]
async fn role_counts_from_the_next_call_on_with_the_token_of_before() {
    let world = World::new(nothing());
    let (services, ada) = (world.services(), world.member("ada", Role::User).await);
    assert!(services.administrators.require(&ada).await.is_err());
    let promoted = services.administrators.promote(&world.host(), " Ada@Example.com ").await.unwrap();
    assert_eq!((promoted.user.id.as_str(), promoted.role), ("ada", Role::Administrator));
    assert_eq!(services.administrators.require(&ada).await, Ok(()));
    assert_eq!(services.accounts.me(&ada).await.unwrap().role, Role::Administrator);
    services.administrators.demote(&world.host(), "ada@example.com").await.unwrap();
    assert!(services.administrators.require(&ada).await.is_err());
}

#[tokio::test]
async fn stranger_and_user_without_an_account_are_no_administrators() {
    let world = World::new(nothing());
    let services = world.services();
    let failure = services.administrators.require(&world.anonymous()).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Unauthenticated);
    let failure = services.administrators.require(&world.user("of-another-issuer")).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Denied);
    assert_eq!(services.administrators.require(&world.host()).await, Ok(()), "the command line");
}

#[tokio::test]
async fn roles_are_given_by_the_host_alone() {
    let world = World::new(nothing());
    let (services, ada) = (world.services(), world.member("ada", Role::Administrator).await);
    world.member("ben", Role::User).await;
    let denied = [
        services.administrators.promote(&ada, "ben@example.com").await.map(|_| ()),
        services.administrators.demote(&ada, "ada@example.com").await.map(|_| ()),
        services.administrators.list(&ada).await.map(|_| ()),
        services.administrators.promote(&world.anonymous(), "ben@example.com").await.map(|_| ()),
    ];
    for outcome in denied {
        assert_eq!(outcome.unwrap_err().class, FailureClass::Denied);
    }
    let administrators = services.administrators.list(&world.host()).await.unwrap();
    assert_eq!(administrators.iter().map(|account| account.user.id.as_str()).collect::<Vec<_>>(), ["ada"]);
}

#[tokio::test]
async fn nobody_is_promoted_by_a_wrong_address() {
    let world = World::new(nothing());
    let services = world.services();
    let unknown = services.administrators.promote(&world.host(), "ada@example.com").await.unwrap_err();
    assert_eq!(unknown.class, FailureClass::NotFound);
    let no_address = services.administrators.promote(&world.host(), "ada").await.unwrap_err();
    assert_eq!(no_address.class, FailureClass::Invalid);
}
