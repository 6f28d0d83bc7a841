//! The contract of `AccountStore`.

use wheelhouse_core::{
    FailureClass, User, UserId,
    account::{Account, Role},
};
use wheelhouse_store::Store;

use crate::ground::at;

crate::on_every_database!(
    account_is_found_by_address_and_by_id,
    address_is_taken_once,
    accounts_without_an_address_do_not_collide,
    unknown_account_is_none,
    user_id_is_taken_once,
    text_with_a_zero_character_is_invalid,
    account_keeps_the_role_that_it_was_made_with,
    role_holds_until_it_is_taken_back,
    role_of_nobody_is_not_found,
    administrators_are_listed_by_age_and_no_more_than_asked_for,
);

fn account(id: &str, email: Option<&str>) -> Account {
    Account {
        user: User {
            id: UserId(id.to_owned()),
            email: email.map(str::to_owned),
            full_name: Some("Ann O'Neill 🚐".to_owned()),
        },
        role: Role::User,
        password_hash: "$argon2id$v=19$x".to_owned(),
        created: at(1),
    }
}

async fn account_is_found_by_address_and_by_id(store: &Store) {
    let ann = account("ann", Some("ann@example.com"));
    let accounts = store.accounts();
    accounts.insert_account(&ann).await.unwrap();
    assert_eq!(accounts.find_account_by_email("ann@example.com").await.unwrap(), Some(ann.clone()));
    assert_eq!(accounts.find_account(&ann.user.id).await.unwrap(), Some(ann));
}

async fn address_is_taken_once(store: &Store) {
    let accounts = store.accounts();
    accounts.insert_account(&account("ann", Some("ann@example.com"))).await.unwrap();
    let failure = accounts.insert_account(&account("bob", Some("ann@example.com"))).await.unwrap_err();
    assert_eq!((failure.class, failure.code()), (FailureClass::Conflict, "email_taken"));
    assert_eq!(accounts.find_account(&UserId("bob".to_owned())).await.unwrap(), None);
}

async fn accounts_without_an_address_do_not_collide(store: &Store) {
    let accounts = store.accounts();
    accounts.insert_account(&account("ann", None)).await.unwrap();
    accounts.insert_account(&account("bob", None)).await.unwrap();
    assert_eq!(accounts.find_account(&UserId("bob".to_owned())).await.unwrap(), Some(account("bob", None)));
}

async fn unknown_account_is_none(store: &Store) {
    assert_eq!(store.accounts().find_account(&UserId("ann".to_owned())).await.unwrap(), None);
    assert_eq!(store.accounts().find_account_by_email("ann@example.com").await.unwrap(), None);
}

async fn user_id_is_taken_once(store: &Store) {
    let accounts = store.accounts();
    accounts.insert_account(&account("ann", Some("ann@example.com"))).await.unwrap();
    let failure = accounts.insert_account(&account("ann", Some("other@example.com"))).await.unwrap_err();
    assert_eq!((failure.class, failure.code()), (FailureClass::Conflict, "conflict"));
}

async fn text_with_a_zero_character_is_invalid(store: &Store) {
    let accounts = store.accounts();
    let failure = accounts.insert_account(&account("a\0nn", None)).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Invalid);
    let failure = accounts.find_account_by_email("\0").await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Invalid);
}

async fn account_keeps_the_role_that_it_was_made_with(store: &Store) {
    let ann = Account { role: Role::Administrator, ..account("ann", Some("ann@example.com")) };
    store.accounts().insert_account(&ann).await.unwrap();
    assert_eq!(store.accounts().find_account_by_email("ann@example.com").await.unwrap(), Some(ann));
}

async fn role_holds_until_it_is_taken_back(store: &Store) {
    let (ann, bob) = (account("ann", Some("ann@example.com")), account("bob", None));
    let accounts = store.accounts();
    accounts.insert_account(&ann).await.unwrap();
    accounts.insert_account(&bob).await.unwrap();
    for role in [Role::Administrator, Role::Administrator, Role::User] {
        accounts.set_role(&ann.user.id, role).await.unwrap();
        let changed = accounts.find_account(&ann.user.id).await.unwrap();
        assert_eq!(changed, Some(Account { role, ..ann.clone() }));
        assert_eq!(accounts.find_account(&bob.user.id).await.unwrap(), Some(bob.clone()));
    }
}

async fn role_of_nobody_is_not_found(store: &Store) {
    let nobody = UserId("nobody".to_owned());
    let failure = store.accounts().set_role(&nobody, Role::Administrator).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::NotFound);
}

async fn administrators_are_listed_by_age_and_no_more_than_asked_for(store: &Store) {
    let accounts = store.accounts();
    for (id, age, role) in [
        ("young", 3, Role::Administrator),
        ("user", 1, Role::User),
        ("b-old", 2, Role::Administrator),
        ("a-old", 2, Role::Administrator),
    ] {
        accounts.insert_account(&Account { created: at(age), role, ..account(id, None) }).await.unwrap();
    }
    let ids = async |limit| -> Vec<String> {
        let found = accounts.list_administrators(limit).await.unwrap();
        found.into_iter().map(|account| account.user.id.0).collect()
    };
    assert_eq!(ids(10).await, ["a-old", "b-old", "young"]);
    assert_eq!(ids(2).await, ["a-old", "b-old"]);
    accounts.set_role(&UserId("a-old".to_owned()), Role::User).await.unwrap();
    assert_eq!(ids(10).await, ["b-old", "young"]);
}
