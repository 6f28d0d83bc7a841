//! Sessions and their chains of refresh tokens. A token is good while its session is not revoked, so that a successor which
//! is being stored while somebody revokes the session is revoked with it.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;
use wheelhouse_core::{
    Failure, Result, UserId,
    account::{Redemption, RefreshToken, SessionStore},
};

use crate::sql::{Backend, SqlStore, Statement, column, commit, timestamp};

#[async_trait]
impl<B: Backend> SessionStore for SqlStore<B> {
    async fn insert_refresh_token(&self, token: &RefreshToken) -> Result<()> {
        let mut transaction = self.begin().await?;
        Statement::<B>::new("INSERT INTO sessions (id) VALUES ($1)")
            .bind(token.session)
            .execute(&mut transaction)
            .await?;
        insert_token::<B>(&mut transaction, token).await?;
        commit(transaction).await
    }

    async fn find_refresh_token(&self, hash: &[u8; 32]) -> Result<Option<RefreshToken>> {
        let row = Statement::<B>::new(
            "SELECT t.session_id, t.user_id, t.issued, t.expires
             FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id
             WHERE t.hash = $1 AND s.revoked IS NULL",
        )
        .bind(hash)
        .fetch_optional(&mut *self.reader().await?)
        .await?;
        row.map(|row| {
            Ok(RefreshToken {
                hash: *hash,
                session: column::<B, _>(&row, 0)?,
                user: UserId(column::<B, _>(&row, 1)?),
                issued: timestamp::<B>(&row, 2)?,
                expires: timestamp::<B>(&row, 3)?,
            })
        })
        .transpose()
    }

    async fn redeem_refresh_token(
        &self,
        hash: &[u8; 32],
        now: Timestamp,
        successor: &RefreshToken,
    ) -> Result<Redemption> {
        let mut transaction = self.begin().await?;
        // Of several at once, one changes the row; the others wait for it and then find it used.
        let redeemed = Statement::<B>::new(
            "UPDATE refresh_tokens SET used = $2
             WHERE hash = $1 AND used IS NULL AND expires >= $2
               AND EXISTS (SELECT 1 FROM sessions s WHERE s.id = session_id AND s.revoked IS NULL)
             RETURNING session_id, user_id",
        )
        .bind(hash)
        .bind(now)
        .fetch_optional(&mut transaction)
        .await?;
        if let Some(row) = redeemed {
            let (session, user) = (column::<B, Uuid>(&row, 0)?, column::<B, String>(&row, 1)?);
            if successor.session != session || successor.user.0 != user {
                return Err(Failure::internal("a refresh token's successor is of another session or user"));
            }
            insert_token::<B>(&mut transaction, successor).await?;
            commit(transaction).await?;
            return Ok(Redemption::Rotated);
        }

        let used =
            Statement::<B>::new("SELECT session_id FROM refresh_tokens WHERE hash = $1 AND used IS NOT NULL")
                .bind(hash)
                .fetch_optional(&mut transaction)
                .await?;
        let Some(row) = used else {
            return Ok(Redemption::Refused);
        };
        let session = column::<B, Uuid>(&row, 0)?;
        revoke::<B>(&mut transaction, session, now).await?;
        commit(transaction).await?;
        Ok(Redemption::Reused { session })
    }

    async fn revoke_session(&self, session: Uuid, now: Timestamp) -> Result<()> {
        revoke::<B>(&mut *self.writer().await?, session, now).await
    }

    async fn prune_refresh_tokens(&self, before: Timestamp) -> Result<u64> {
        let mut transaction = self.begin().await?;
        let pruned = Statement::<B>::new("DELETE FROM refresh_tokens WHERE expires < $1")
            .bind(before)
            .execute(&mut transaction)
            .await?;
        Statement::<B>::new(
            "DELETE FROM sessions
             WHERE NOT EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.session_id = sessions.id)",
        )
        .execute(&mut transaction)
        .await?;
        commit(transaction).await?;
        Ok(pruned)
    }
}

async fn insert_token<B: Backend>(connection: &mut B::Connection, token: &RefreshToken) -> Result<()> {
    Statement::<B>::new(
        "INSERT INTO refresh_tokens (hash, session_id, user_id, issued, expires) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&token.hash)
    .bind(token.session)
    .bind(&token.user)
    .bind(token.issued)
    .bind(token.expires)
    .execute(connection)
    .await?;
    Ok(())
}

async fn revoke<B: Backend>(connection: &mut B::Connection, session: Uuid, now: Timestamp) -> Result<()> {
    Statement::<B>::new("UPDATE sessions SET revoked = $2 WHERE id = $1 AND revoked IS NULL")
        .bind(session)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}
