//! The contract of `AccountStore`.

use wheelhouse_core::{FailureClass, User, UserId, account::Account};
use wheelhouse_store::Store;

use crate::ground::at;

crate::on_every_database!(
    account_is_found_by_address_and_by_id,
    address_is_taken_once,
    accounts_without_an_address_do_not_collide,
    unknown_account_is_none,
    user_id_is_taken_once,
    text_with_a_zero_character_is_invalid,
);

fn account(id: &str, email: Option<&str>) -> Account {
    Account {
        user: User {
            id: UserId(id.to_owned()),
            email: email.map(str::to_owned),
            full_name: Some("Ann O'Neill 🚐".to_owned()),
        },
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
