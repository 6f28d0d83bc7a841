//! The contract of `ConversationStore`.

use futures_util::future::join_all;
use serde_json::json;
use uuid::Uuid;
use wheelhouse_core::{
    FailureClass, UserId,
    chat::{ChatMessage, ToolCall},
    conversation::{Conversation, StoredMessage, TurnClaim},
};
use wheelhouse_store::Store;

use crate::ground::at;

crate::on_every_database!(
    conversation_is_found_by_id_and_by_session,
    another_users_conversation_is_invisible,
    conversation_of_a_taken_id_or_session_conflicts,
    session_id_is_taken_per_user,
    conversations_without_a_session_do_not_collide,
    messages_come_back_in_the_order_of_insertion,
    recent_messages_are_the_last_ones_oldest_first,
    messages_of_every_role_come_back_whole,
    messages_appended_at_once_stay_together,
    appending_is_all_or_none,
    appending_to_no_conversation_fails,
    many_messages_are_appended_at_once,
    turn_is_claimed_once,
    of_several_claims_at_once_one_wins,
    stale_claim_is_taken_over_once,
    finished_turn_gives_its_answer,
    finished_turn_is_never_taken_over,
    first_answer_stays,
    abandoned_turn_can_be_claimed_again,
    finishing_no_turn_fails,
    abandoning_a_finished_turn_keeps_its_answer,
    turns_belong_to_their_user,
    pruning_forgets_old_turns_alone,
);

fn user(id: &str) -> UserId {
    UserId(id.to_owned())
}

fn conversation(user_id: &str, session_id: Option<&str>) -> Conversation {
    Conversation {
        id: Uuid::new_v4(),
        user: user(user_id),
        session_id: session_id.map(str::to_owned),
        created: at(3),
    }
}

/// A conversation of ann's.
async fn begun(store: &Store) -> Uuid {
    let conversation = conversation("ann", None);
    store.conversations().insert_conversation(&conversation).await.unwrap();
    conversation.id
}

fn said<T: ToString + ?Sized>(text: &T) -> StoredMessage {
    StoredMessage {
        id: Uuid::new_v4(),
        message: ChatMessage::User { text: text.to_string() },
        created: at(7),
    }
}

fn text(stored: &StoredMessage) -> &str {
    match &stored.message {
        ChatMessage::User { text } => text,
        other => panic!("{other:?}"),
    }
}

async fn conversation_is_found_by_id_and_by_session(store: &Store) {
    let begun = conversation("ann", Some("tab-1"));
    let conversations = store.conversations();
    conversations.insert_conversation(&begun).await.unwrap();
    assert_eq!(conversations.find_conversation(&begun.user, begun.id).await.unwrap(), Some(begun.clone()));
    assert_eq!(
        conversations.find_conversation_by_session(&begun.user, "tab-1").await.unwrap(),
        Some(begun.clone())
    );
    assert_eq!(conversations.find_conversation_by_session(&begun.user, "tab-2").await.unwrap(), None);
    assert_eq!(conversations.find_conversation(&begun.user, Uuid::new_v4()).await.unwrap(), None);
}

async fn another_users_conversation_is_invisible(store: &Store) {
    let begun = conversation("ann", Some("tab-1"));
    let (conversations, bob) = (store.conversations(), user("bob"));
    conversations.insert_conversation(&begun).await.unwrap();
    conversations.append_messages(&begun.user, begun.id, &[said("secret")]).await.unwrap();
    assert_eq!(conversations.find_conversation(&bob, begun.id).await.unwrap(), None);
    assert_eq!(conversations.find_conversation_by_session(&bob, "tab-1").await.unwrap(), None);
    assert_eq!(conversations.recent_messages(&bob, begun.id, 10).await.unwrap(), []);
    let failure = conversations.append_messages(&bob, begun.id, &[said("x")]).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::NotFound);
    assert_eq!(conversations.recent_messages(&begun.user, begun.id, 10).await.unwrap().len(), 1);
}

async fn conversation_of_a_taken_id_or_session_conflicts(store: &Store) {
    let begun = conversation("ann", Some("tab-1"));
    let conversations = store.conversations();
    conversations.insert_conversation(&begun).await.unwrap();
    let same_id = Conversation { session_id: None, ..begun.clone() };
    for other in [same_id, conversation("ann", Some("tab-1"))] {
        let failure = conversations.insert_conversation(&other).await.unwrap_err();
        assert_eq!(failure.class, FailureClass::Conflict);
    }
    assert_eq!(conversations.find_conversation(&begun.user, begun.id).await.unwrap(), Some(begun.clone()));
}

async fn session_id_is_taken_per_user(store: &Store) {
    let conversations = store.conversations();
    conversations.insert_conversation(&conversation("ann", Some("tab-1"))).await.unwrap();
    conversations.insert_conversation(&conversation("bob", Some("tab-1"))).await.unwrap();
}

async fn conversations_without_a_session_do_not_collide(store: &Store) {
    let conversations = store.conversations();
    conversations.insert_conversation(&conversation("ann", None)).await.unwrap();
    conversations.insert_conversation(&conversation("ann", None)).await.unwrap();
}

async fn messages_come_back_in_the_order_of_insertion(store: &Store) {
    let (conversations, ann, id) = (store.conversations(), user("ann"), begun(store).await);
    // Neither ids nor times rise.
    let mut messages: Vec<_> = (0..5).map(|number| said(&number)).collect();
    for (index, message) in messages.iter_mut().enumerate() {
        message.created = at(100 - i64::try_from(index).unwrap());
        message.id = Uuid::from_u128(1_000 - index as u128);
    }
    conversations.append_messages(&ann, id, &messages[..2]).await.unwrap();
    conversations.append_messages(&ann, id, &messages[2..]).await.unwrap();
    assert_eq!(conversations.recent_messages(&ann, id, 10).await.unwrap(), messages);
}

async fn recent_messages_are_the_last_ones_oldest_first(store: &Store) {
    let (conversations, ann, id) = (store.conversations(), user("ann"), begun(store).await);
    let messages: Vec<_> = (0..5).map(|number| said(&number)).collect();
    conversations.append_messages(&ann, id, &messages).await.unwrap();
    assert_eq!(conversations.recent_messages(&ann, id, 2).await.unwrap(), messages[3..]);
    assert_eq!(conversations.recent_messages(&ann, id, 0).await.unwrap(), []);
    assert_eq!(conversations.recent_messages(&ann, Uuid::new_v4(), 2).await.unwrap(), []);
}

async fn messages_of_every_role_come_back_whole(store: &Store) {
    let (conversations, ann, id) = (store.conversations(), user("ann"), begun(store).await);
    let arguments = json!({"amount": 60.1, "note": "día \u{0} 🚐", "deep": [{"a": null}]});
    let messages = [
        ChatMessage::User { text: "zero \0 and \"quotes\"".to_owned() },
        ChatMessage::Assistant {
            text: String::new(),
            tool_calls: vec![ToolCall {
                id: "1".to_owned(),
                name: "create_expense".to_owned(),
                arguments: arguments.as_object().unwrap().clone(),
            }],
        },
        ChatMessage::Tool {
            call_id: "1".to_owned(),
            name: "create_expense".to_owned(),
            text: "No.".to_owned(),
            failed: true,
        },
    ]
    .map(|message| StoredMessage { id: Uuid::new_v4(), message, created: at(0) });
    conversations.append_messages(&ann, id, &messages).await.unwrap();
    assert_eq!(conversations.recent_messages(&ann, id, 10).await.unwrap(), messages);
}

async fn messages_appended_at_once_stay_together(store: &Store) {
    let (conversations, id) = (store.conversations(), begun(store).await);
    let appended = join_all((0..8).map(|speaker| {
        let conversations = conversations.clone();
        tokio::spawn(async move {
            let messages = [said(&speaker), said(&speaker), said(&speaker)];
            conversations.append_messages(&user("ann"), id, &messages).await.unwrap();
        })
    }))
    .await;
    assert!(appended.iter().all(Result::is_ok));
    let messages = conversations.recent_messages(&user("ann"), id, 100).await.unwrap();
    assert_eq!(messages.len(), 24);
    for turn in messages.chunks(3) {
        assert!(turn.iter().all(|message| text(message) == text(&turn[0])), "{turn:?}");
    }
}

async fn appending_is_all_or_none(store: &Store) {
    let (conversations, ann, id) = (store.conversations(), user("ann"), begun(store).await);
    let first = said("first");
    conversations.append_messages(&ann, id, std::slice::from_ref(&first)).await.unwrap();
    let failure =
        conversations.append_messages(&ann, id, &[said("second"), first.clone()]).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Conflict);
    conversations.append_messages(&ann, id, &[said("third")]).await.unwrap();
    let messages = conversations.recent_messages(&ann, id, 10).await.unwrap();
    assert_eq!(messages.iter().map(text).collect::<Vec<_>>(), ["first", "third"]);
}

async fn appending_to_no_conversation_fails(store: &Store) {
    let conversations = store.conversations();
    for messages in [&[said("x")][..], &[]] {
        let failure =
            conversations.append_messages(&user("ann"), Uuid::new_v4(), messages).await.unwrap_err();
        assert_eq!(failure.class, FailureClass::NotFound);
    }
}

async fn many_messages_are_appended_at_once(store: &Store) {
    let (conversations, ann, id) = (store.conversations(), user("ann"), begun(store).await);
    let messages: Vec<_> = (0..2_500).map(|number| said(&number)).collect();
    conversations.append_messages(&ann, id, &messages).await.unwrap();
    conversations.append_messages(&ann, id, &[]).await.unwrap();
    assert_eq!(conversations.recent_messages(&ann, id, 5_000).await.unwrap(), messages);
}

async fn turn_is_claimed_once(store: &Store) {
    let (conversations, ann) = (store.conversations(), user("ann"));
    assert_eq!(conversations.claim_turn(&ann, "k", at(10), at(0)).await.unwrap(), TurnClaim::Claimed);
    assert_eq!(conversations.claim_turn(&ann, "k", at(20), at(10)).await.unwrap(), TurnClaim::Running);
}

async fn of_several_claims_at_once_one_wins(store: &Store) {
    assert_eq!(claim_at_once(store, 10, 0).await, 1);
    // And so when there is a stale one to take over.
    assert_eq!(claim_at_once(store, 100, 50).await, 1);
}

/// How many of eight claims win.
async fn claim_at_once(store: &Store, now: i64, stale_before: i64) -> usize {
    let claims = join_all((0..8).map(|_| {
        let conversations = store.conversations();
        tokio::spawn(async move {
            conversations.claim_turn(&user("ann"), "k", at(now), at(stale_before)).await.unwrap()
        })
    }))
    .await;
    let won = claims.iter().filter(|claim| matches!(claim, Ok(TurnClaim::Claimed))).count();
    let running = claims.iter().filter(|claim| matches!(claim, Ok(TurnClaim::Running))).count();
    assert_eq!(won + running, 8, "{claims:?}");
    won
}

async fn stale_claim_is_taken_over_once(store: &Store) {
    let (conversations, ann) = (store.conversations(), user("ann"));
    conversations.claim_turn(&ann, "k", at(10), at(0)).await.unwrap();
    assert_eq!(conversations.claim_turn(&ann, "k", at(100), at(11)).await.unwrap(), TurnClaim::Claimed);
    assert_eq!(conversations.claim_turn(&ann, "k", at(101), at(12)).await.unwrap(), TurnClaim::Running);
}

async fn finished_turn_gives_its_answer(store: &Store) {
    let (conversations, ann) = (store.conversations(), user("ann"));
    let answer = json!({"text": "60 € 🚐", "figures": [1, 0.1, null]});
    conversations.claim_turn(&ann, "k", at(10), at(0)).await.unwrap();
    conversations.finish_turn(&ann, "k", &answer).await.unwrap();
    assert_eq!(
        conversations.claim_turn(&ann, "k", at(20), at(0)).await.unwrap(),
        TurnClaim::Finished(answer)
    );
}

async fn finished_turn_is_never_taken_over(store: &Store) {
    let (conversations, ann) = (store.conversations(), user("ann"));
    conversations.claim_turn(&ann, "k", at(10), at(0)).await.unwrap();
    conversations.finish_turn(&ann, "k", &json!(null)).await.unwrap();
    let claim = conversations.claim_turn(&ann, "k", at(1_000), at(900)).await.unwrap();
    assert_eq!(claim, TurnClaim::Finished(json!(null)));
}

async fn first_answer_stays(store: &Store) {
    let (conversations, ann) = (store.conversations(), user("ann"));
    conversations.claim_turn(&ann, "k", at(10), at(0)).await.unwrap();
    conversations.finish_turn(&ann, "k", &json!(1)).await.unwrap();
    conversations.finish_turn(&ann, "k", &json!(2)).await.unwrap();
    let claim = conversations.claim_turn(&ann, "k", at(20), at(0)).await.unwrap();
    assert_eq!(claim, TurnClaim::Finished(json!(1)));
}

async fn abandoned_turn_can_be_claimed_again(store: &Store) {
    let (conversations, ann) = (store.conversations(), user("ann"));
    conversations.claim_turn(&ann, "k", at(10), at(0)).await.unwrap();
    conversations.abandon_turn(&ann, "k").await.unwrap();
    assert_eq!(conversations.claim_turn(&ann, "k", at(10), at(0)).await.unwrap(), TurnClaim::Claimed);
    conversations.abandon_turn(&ann, "unknown").await.unwrap();
}

async fn finishing_no_turn_fails(store: &Store) {
    let failure = store.conversations().finish_turn(&user("ann"), "k", &json!(1)).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::NotFound);
}

async fn abandoning_a_finished_turn_keeps_its_answer(store: &Store) {
    let (conversations, ann) = (store.conversations(), user("ann"));
    conversations.claim_turn(&ann, "k", at(10), at(0)).await.unwrap();
    conversations.finish_turn(&ann, "k", &json!(1)).await.unwrap();
    conversations.abandon_turn(&ann, "k").await.unwrap();
    let claim = conversations.claim_turn(&ann, "k", at(20), at(0)).await.unwrap();
    assert_eq!(claim, TurnClaim::Finished(json!(1)));
}

async fn turns_belong_to_their_user(store: &Store) {
    let (conversations, ann, bob) = (store.conversations(), user("ann"), user("bob"));
    conversations.claim_turn(&ann, "k", at(10), at(0)).await.unwrap();
    conversations.abandon_turn(&bob, "k").await.unwrap();
    assert!(conversations.finish_turn(&bob, "k", &json!(1)).await.is_err());
    assert_eq!(conversations.claim_turn(&bob, "k", at(10), at(0)).await.unwrap(), TurnClaim::Claimed);
    assert_eq!(conversations.claim_turn(&ann, "k", at(10), at(0)).await.unwrap(), TurnClaim::Running);
}

async fn pruning_forgets_old_turns_alone(store: &Store) {
    let (conversations, ann) = (store.conversations(), user("ann"));
    conversations.claim_turn(&ann, "old", at(10), at(0)).await.unwrap();
    conversations.finish_turn(&ann, "old", &json!(1)).await.unwrap();
    conversations.claim_turn(&ann, "new", at(20), at(0)).await.unwrap();
    assert_eq!(conversations.prune_turns(at(20)).await.unwrap(), 1);
    assert_eq!(conversations.claim_turn(&ann, "new", at(30), at(0)).await.unwrap(), TurnClaim::Running);
    assert_eq!(conversations.claim_turn(&ann, "old", at(30), at(0)).await.unwrap(), TurnClaim::Claimed);
}
