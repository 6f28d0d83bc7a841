//! Accounts.

use async_trait::async_trait;
use wheelhouse_core::{
    Failure, Result, User, UserId,
    account::{Account, AccountStore, Role},
};

use crate::sql::{Backend, SqlStore, Statement, column, timestamp};

#[async_trait]
impl<B: Backend> AccountStore for SqlStore<B> {
    async fn insert_account(&self, account: &Account) -> Result<()> {
        let Account { user, role, password_hash, created } = account;
        let inserted = Statement::<B>::new(
            "INSERT INTO accounts (user_id, email, full_name, password_hash, created, role)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (email) DO NOTHING",
        )
        .bind(&user.id)
        .bind(user.email.as_deref())
        .bind(user.full_name.as_deref())
        .bind(password_hash)
        .bind(*created)
        .bind(role.as_str())
        .execute(&mut *self.writer().await?)
        .await?;
        if inserted == 0 {
            return Err(
                Failure::conflict("There is an account with this address already.").with_code("email_taken")
            );
        }
        Ok(())
    }

    async fn find_account_by_email(&self, email: &str) -> Result<Option<Account>> {
        Statement::<B>::new(
            "SELECT user_id, email, full_name, password_hash, created, role FROM accounts WHERE email = $1",
        )
        .bind(email)
        .fetch_optional(&mut *self.reader().await?)
        .await?
        .map(|row| account::<B>(&row))
        .transpose()
    }

    async fn find_account(&self, user: &UserId) -> Result<Option<Account>> {
        Statement::<B>::new(
            "SELECT user_id, email, full_name, password_hash, created, role FROM accounts WHERE user_id = $1",
        )
        .bind(user)
        .fetch_optional(&mut *self.reader().await?)
        .await?
        .map(|row| account::<B>(&row))
        .transpose()
    }

    async fn set_role(&self, user: &UserId, role: Role) -> Result<()> {
        let changed = Statement::<B>::new("UPDATE accounts SET role = $2 WHERE user_id = $1")
            .bind(user)
            .bind(role.as_str())
            .execute(&mut *self.writer().await?)
            .await?;
        if changed == 0 {
            return Err(Failure::not_found("There is no such account."));
        }
        Ok(())
    }

    async fn list_administrators(&self, limit: u32) -> Result<Vec<Account>> {
        let rows = Statement::<B>::new(
            "SELECT user_id, email, full_name, password_hash, created, role FROM accounts
             WHERE role = 'administrator' ORDER BY created, user_id LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&mut *self.reader().await?)
        .await?;
        rows.iter().map(account::<B>).collect()
    }
}

fn account<B: Backend>(row: &B::Row) -> Result<Account> {
    Ok(Account {
        user: User {
            id: UserId(column::<B, _>(row, 0)?),
            email: column::<B, _>(row, 1)?,
            full_name: column::<B, _>(row, 2)?,
        },
        password_hash: column::<B, _>(row, 3)?,
        created: timestamp::<B>(row, 4)?,
        role: role(&column::<B, String>(row, 5)?)?,
    })
}

fn role(text: &str) -> Result<Role> {
    [Role::User, Role::Administrator]
        .into_iter()
        .find(|role| role.as_str() == text)
        .ok_or_else(|| Failure::internal(format_args!("an account has the unknown role `{text}`")))
}
