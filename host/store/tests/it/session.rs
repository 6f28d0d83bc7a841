//! The contract of `SessionStore`.

use futures_util::future::join_all;
use uuid::Uuid;
use wheelhouse_core::{
    FailureClass, UserId,
    account::{Redemption, RefreshToken},
};
use wheelhouse_store::Store;

use crate::ground::at;

crate::on_every_database!(
    token_is_found_as_it_was_stored,
    redeemed_token_gives_way_to_its_successor,
    used_token_revokes_the_whole_session,
    of_several_redemptions_at_once_one_rotates,
    expired_token_is_refused,
    token_is_good_until_it_expires,
    unknown_token_is_refused,
    revoked_session_has_no_good_token,
    revoking_leaves_other_sessions_alone,
    revoking_no_session_does_nothing,
    failed_rotation_uses_nothing_up,
    successor_of_another_session_is_refused,
    pruning_forgets_expired_tokens_alone,
);

fn token(hash: u8, session: Uuid) -> RefreshToken {
    RefreshToken {
        hash: [hash; 32],
        session,
        user: UserId("ann".to_owned()),
        issued: at(0),
        expires: at(1_000),
    }
}

/// A session whose first token has the hash 1.
async fn session(store: &Store) -> Uuid {
    let session = Uuid::new_v4();
    store.sessions().insert_refresh_token(&token(1, session)).await.unwrap();
    session
}

async fn token_is_found_as_it_was_stored(store: &Store) {
    let session = session(store).await;
    assert_eq!(store.sessions().find_refresh_token(&[1; 32]).await.unwrap(), Some(token(1, session)));
    assert_eq!(store.sessions().find_refresh_token(&[2; 32]).await.unwrap(), None);
}

async fn redeemed_token_gives_way_to_its_successor(store: &Store) {
    let session = session(store).await;
    let sessions = store.sessions();
    let redemption = sessions.redeem_refresh_token(&[1; 32], at(10), &token(2, session)).await.unwrap();
    assert_eq!(redemption, Redemption::Rotated);
    assert_eq!(
        sessions.find_refresh_token(&[1; 32]).await.unwrap(),
        Some(token(1, session)),
        "used, yet known"
    );
    let redemption = sessions.redeem_refresh_token(&[2; 32], at(20), &token(3, session)).await.unwrap();
    assert_eq!(redemption, Redemption::Rotated);
}

async fn used_token_revokes_the_whole_session(store: &Store) {
    let session = session(store).await;
    let sessions = store.sessions();
    sessions.redeem_refresh_token(&[1; 32], at(10), &token(2, session)).await.unwrap();
    let again = sessions.redeem_refresh_token(&[1; 32], at(20), &token(3, session)).await.unwrap();
    assert_eq!(again, Redemption::Reused { session });
    for hash in [1, 2, 3] {
        assert_eq!(sessions.find_refresh_token(&[hash; 32]).await.unwrap(), None, "{hash}");
    }
    let successor = sessions.redeem_refresh_token(&[2; 32], at(30), &token(4, session)).await.unwrap();
    assert_eq!(successor, Redemption::Refused);
}

async fn of_several_redemptions_at_once_one_rotates(store: &Store) {
    let session = session(store).await;
    let sessions = store.sessions();
    let redemptions = join_all((2..10).map(|hash| {
        let sessions = sessions.clone();
        tokio::spawn(async move {
            sessions.redeem_refresh_token(&[1; 32], at(10), &token(hash, session)).await.unwrap()
        })
    }))
    .await;
    let rotated = redemptions.iter().filter(|r| matches!(r, Ok(Redemption::Rotated))).count();
    let reused = redemptions.iter().filter(|r| matches!(r, Ok(Redemption::Reused { .. }))).count();
    assert_eq!((rotated, reused), (1, 7));
    for hash in 1..10 {
        assert_eq!(sessions.find_refresh_token(&[hash; 32]).await.unwrap(), None, "the session is revoked");
    }
}

async fn expired_token_is_refused(store: &Store) {
    let session = session(store).await;
    let sessions = store.sessions();
    let redemption = sessions.redeem_refresh_token(&[1; 32], at(1_001), &token(2, session)).await.unwrap();
    assert_eq!(redemption, Redemption::Refused);
    assert!(sessions.find_refresh_token(&[1; 32]).await.unwrap().is_some(), "the session stands");
    assert_eq!(sessions.find_refresh_token(&[2; 32]).await.unwrap(), None);
}

async fn token_is_good_until_it_expires(store: &Store) {
    let session = session(store).await;
    let redemption =
        store.sessions().redeem_refresh_token(&[1; 32], at(1_000), &token(2, session)).await.unwrap();
    assert_eq!(redemption, Redemption::Rotated);
}

async fn unknown_token_is_refused(store: &Store) {
    let redemption =
        store.sessions().redeem_refresh_token(&[9; 32], at(0), &token(2, Uuid::new_v4())).await.unwrap();
    assert_eq!(redemption, Redemption::Refused);
}

async fn revoked_session_has_no_good_token(store: &Store) {
    let session = session(store).await;
    let sessions = store.sessions();
    sessions.revoke_session(session, at(5)).await.unwrap();
    assert_eq!(sessions.find_refresh_token(&[1; 32]).await.unwrap(), None);
    let redemption = sessions.redeem_refresh_token(&[1; 32], at(10), &token(2, session)).await.unwrap();
    assert_eq!(redemption, Redemption::Refused);
    sessions.revoke_session(session, at(6)).await.unwrap();
}

async fn revoking_leaves_other_sessions_alone(store: &Store) {
    let first = session(store).await;
    let second = Uuid::new_v4();
    let sessions = store.sessions();
    sessions.insert_refresh_token(&token(2, second)).await.unwrap();
    sessions.revoke_session(first, at(5)).await.unwrap();
    assert_eq!(sessions.find_refresh_token(&[2; 32]).await.unwrap(), Some(token(2, second)));
}

async fn revoking_no_session_does_nothing(store: &Store) {
    store.sessions().revoke_session(Uuid::new_v4(), at(0)).await.unwrap();
}

async fn failed_rotation_uses_nothing_up(store: &Store) {
    let session = session(store).await;
    let sessions = store.sessions();
    // The successor's hash is taken: by the token itself.
    let failure = sessions.redeem_refresh_token(&[1; 32], at(10), &token(1, session)).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Conflict);
    let redemption = sessions.redeem_refresh_token(&[1; 32], at(10), &token(2, session)).await.unwrap();
    assert_eq!(redemption, Redemption::Rotated);
}

async fn successor_of_another_session_is_refused(store: &Store) {
    let session = session(store).await;
    let sessions = store.sessions();
    let stranger = RefreshToken { user: UserId("bob".to_owned()), ..token(2, session) };
    for successor in [token(2, Uuid::new_v4()), stranger] {
        let failure = sessions.redeem_refresh_token(&[1; 32], at(10), &successor).await.unwrap_err();
        assert_eq!(failure.class, FailureClass::Internal);
    }
    assert!(sessions.find_refresh_token(&[1; 32]).await.unwrap().is_some());
}

async fn pruning_forgets_expired_tokens_alone(store: &Store) {
    let session = session(store).await;
    let sessions = store.sessions();
    let later = RefreshToken { expires: at(5_000), ..token(2, session) };
    sessions.redeem_refresh_token(&[1; 32], at(10), &later).await.unwrap();
    assert_eq!(sessions.prune_refresh_tokens(at(1_000)).await.unwrap(), 0, "expires then, not before");
    assert_eq!(sessions.prune_refresh_tokens(at(1_001)).await.unwrap(), 1);
    assert_eq!(sessions.find_refresh_token(&[1; 32]).await.unwrap(), None);
    assert_eq!(sessions.find_refresh_token(&[2; 32]).await.unwrap(), Some(later));
    assert_eq!(sessions.prune_refresh_tokens(at(9_000)).await.unwrap(), 1);
    // Nothing is left of the session, so that its id is free again.
    sessions.insert_refresh_token(&token(1, session)).await.unwrap();
}
