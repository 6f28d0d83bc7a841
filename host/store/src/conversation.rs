//! Conversations, their messages, and claims on turns.

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;
use wheelhouse_core::{
    Failure, Result, UserId,
    conversation::{Conversation, ConversationStore, StoredMessage, TurnClaim},
};

use crate::sql::{Backend, SqlStore, Statement, column, commit, timestamp};

/// Rows of one INSERT: five arguments each, and both databases take at least 32,766.
const ROWS_PER_INSERT: usize = 1_000;

#[async_trait]
impl<B: Backend> ConversationStore for SqlStore<B> {
    async fn insert_conversation(&self, conversation: &Conversation) -> Result<()> {
        let inserted = Statement::<B>::new(
            "INSERT INTO conversations (id, user_id, session_id, created) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING",
        )
        .bind(conversation.id)
        .bind(&conversation.user)
        .bind(conversation.session_id.as_deref())
        .bind(conversation.created)
        .execute(&mut *self.writer().await?)
        .await?;
        if inserted == 0 {
            return Err(Failure::conflict("There is a conversation with this id already."));
        }
        Ok(())
    }

    async fn find_conversation(&self, user: &UserId, id: Uuid) -> Result<Option<Conversation>> {
        Statement::<B>::new(
            "SELECT id, user_id, session_id, created FROM conversations WHERE user_id = $1 AND id = $2",
        )
        .bind(user)
        .bind(id)
        .fetch_optional(&mut *self.reader().await?)
        .await?
        .map(|row| conversation::<B>(&row))
        .transpose()
    }

    async fn find_conversation_by_session(
        &self,
        user: &UserId,
        session_id: &str,
    ) -> Result<Option<Conversation>> {
        Statement::<B>::new(
            "SELECT id, user_id, session_id, created FROM conversations WHERE user_id = $1 AND session_id = $2",
        )
        .bind(user)
        .bind(session_id)
        .fetch_optional(&mut *self.reader().await?)
        .await?
        .map(|row| conversation::<B>(&row))
        .transpose()
    }

    async fn append_messages(
        &self,
        user: &UserId,
        conversation: Uuid,
        messages: &[StoredMessage],
    ) -> Result<()> {
        let mut transaction = self.begin().await?;
        // Takes the positions, and holds others off the conversation until they are filled.
        let row = Statement::<B>::new(
            "UPDATE conversations SET message_count = message_count + $3 WHERE user_id = $1 AND id = $2
             RETURNING message_count",
        )
        .bind(user)
        .bind(conversation)
        .bind(i64::try_from(messages.len()).map_err(Failure::internal)?)
        .fetch_optional(&mut transaction)
        .await?
        .ok_or_else(|| Failure::not_found("There is no such conversation."))?;
        let after = column::<B, i64>(&row, 0)?;
        let first = after - i64::try_from(messages.len()).map_err(Failure::internal)?;

        for (rows, position) in messages.chunks(ROWS_PER_INSERT).zip((first..).step_by(ROWS_PER_INSERT)) {
            let mut insert = Statement::<B>::new(
                "INSERT INTO messages (conversation_id, position, id, message, created) VALUES ",
            );
            let mut values = Vec::with_capacity(rows.len());
            for (stored, position) in rows.iter().zip(position..) {
                let message = serde_json::to_string(&stored.message).map_err(Failure::internal)?;
                let row = [
                    insert.argument(conversation),
                    insert.argument(position),
                    insert.argument(stored.id),
                    insert.argument(message),
                    insert.argument(stored.created),
                ];
                values.push(format!("({})", row.join(", ")));
            }
            insert.push(&values.join(", "));
            insert.execute(&mut transaction).await?;
        }
        commit(transaction).await
    }

    async fn recent_messages(
        &self,
        user: &UserId,
        conversation: Uuid,
        limit: u32,
    ) -> Result<Vec<StoredMessage>> {
        let rows = Statement::<B>::new(
            "SELECT m.id, m.message, m.created
             FROM messages m JOIN conversations c ON c.id = m.conversation_id
             WHERE c.user_id = $1 AND m.conversation_id = $2
             ORDER BY m.position DESC LIMIT $3",
        )
        .bind(user)
        .bind(conversation)
        .bind(i64::from(limit))
        .fetch_all(&mut *self.reader().await?)
        .await?;
        rows.iter()
            .rev()
            .map(|row| {
                Ok(StoredMessage {
                    id: column::<B, _>(row, 0)?,
                    message: serde_json::from_str(&column::<B, String>(row, 1)?)
                        .map_err(|error| Failure::internal(format_args!("stored message: {error}")))?,
                    created: timestamp::<B>(row, 2)?,
                })
            })
            .collect()
    }

    async fn claim_turn(
        &self,
        user: &UserId,
        key: &str,
        now: Timestamp,
        stale_before: Timestamp,
    ) -> Result<TurnClaim> {
        let mut connection = self.writer().await?;
        loop {
            let claimed = Statement::<B>::new(
                "INSERT INTO turns (user_id, key, claimed) VALUES ($1, $2, $3)
                 ON CONFLICT (user_id, key) DO UPDATE SET claimed = excluded.claimed
                 WHERE turns.answer IS NULL AND turns.claimed < $4",
            )
            .bind(user)
            .bind(key)
            .bind(now)
            .bind(stale_before)
            .execute(&mut connection)
            .await?;
            if claimed > 0 {
                return Ok(TurnClaim::Claimed);
            }
            let holder = Statement::<B>::new("SELECT answer FROM turns WHERE user_id = $1 AND key = $2")
                .bind(user)
                .bind(key)
                .fetch_optional(&mut connection)
                .await?;
            // Without a row it was given back between the two statements: the next round takes it, or finds who did.
            if let Some(row) = holder {
                return match column::<B, Option<String>>(&row, 0)? {
                    None => Ok(TurnClaim::Running),
                    Some(answer) => serde_json::from_str(&answer)
                        .map(TurnClaim::Finished)
                        .map_err(|error| Failure::internal(format_args!("stored answer: {error}"))),
                };
            }
        }
    }

    async fn finish_turn(&self, user: &UserId, key: &str, answer: &Value) -> Result<()> {
        // Whoever was taken over and finishes late must not change what has been answered.
        let finished = Statement::<B>::new(
            "UPDATE turns SET answer = coalesce(answer, $3) WHERE user_id = $1 AND key = $2",
        )
        .bind(user)
        .bind(key)
        .bind(answer.to_string())
        .execute(&mut *self.writer().await?)
        .await?;
        if finished == 0 {
            return Err(Failure::not_found("There is no such turn: it was given back or forgotten."));
        }
        Ok(())
    }

    async fn abandon_turn(&self, user: &UserId, key: &str) -> Result<()> {
        Statement::<B>::new("DELETE FROM turns WHERE user_id = $1 AND key = $2 AND answer IS NULL")
            .bind(user)
            .bind(key)
            .execute(&mut *self.writer().await?)
            .await?;
        Ok(())
    }

    async fn prune_turns(&self, before: Timestamp) -> Result<u64> {
        Statement::<B>::new("DELETE FROM turns WHERE claimed < $1")
            .bind(before)
            .execute(&mut *self.writer().await?)
            .await
    }
}

fn conversation<B: Backend>(row: &B::Row) -> Result<Conversation> {
    Ok(Conversation {
        id: column::<B, _>(row, 0)?,
        user: UserId(column::<B, _>(row, 1)?),
        session_id: column::<B, _>(row, 2)?,
        created: timestamp::<B>(row, 3)?,
    })
}
