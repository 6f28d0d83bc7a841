//! Administrators: who may look after the host, and who says so.

use std::sync::Arc;

use wheelhouse_core::{
    CallContext, Caller, Failure, Result,
    account::{Account, AccountStore, Role},
};

use crate::accounts::normalise_email;

/// How many administrators are listed at most.
const LISTED: u32 = 1_000;

/// Knows the administrators. Nobody becomes one over the network: only the host itself, at the operator's command line, may say so.
pub struct AdministratorService {
    accounts: Arc<dyn AccountStore>,
}

impl AdministratorService {
    /// Reads and writes roles here.
    pub fn new(accounts: Arc<dyn AccountStore>) -> Self {
        Self { accounts }
    }

    /// Lets administrators in, and the host itself. Whoever is demoted is out at once: the account is asked each time, and a token says
    /// nothing of it.
    ///
    /// # Errors
    /// `Unauthenticated` when nobody is signed in; `Denied` with the code `not_administrator`; those of the store.
    pub async fn require(&self, ctx: &CallContext) -> Result<()> {
        if ctx.caller == Caller::Host {
            return Ok(());
        }
        let user = ctx.require_user()?;
        match self.accounts.find_account(&user.id).await? {
            Some(Account { role: Role::Administrator, .. }) => Ok(()),
            Some(_) | None => {
                tracing::info!(request_id = %ctx.request_id, user = %user.id, "refused what is for administrators");
                Err(Failure::denied(
                    "This is for administrators. The operator makes an account one where the host runs, with `wheelhouse account \
                     promote EMAIL`.",
                )
                .with_code("not_administrator"))
            }
        }
    }

    /// Makes the account with this address an administrator's.
    ///
    /// # Errors
    /// `Denied` for anybody but the host itself; `Invalid` when it is no address; `NotFound` when nobody has it.
    pub async fn promote(&self, ctx: &CallContext, email: &str) -> Result<Account> {
        self.set_role(ctx, email, Role::Administrator).await
    }

    /// Makes the account with this address a user's like any other.
    ///
    /// # Errors
    /// As [`promote`](Self::promote).
    pub async fn demote(&self, ctx: &CallContext, email: &str) -> Result<Account> {
        self.set_role(ctx, email, Role::User).await
    }

    async fn set_role(&self, ctx: &CallContext, email: &str, role: Role) -> Result<Account> {
        require_host(ctx)?;
        let email = normalise_email(email).ok_or_else(|| {
            Failure::invalid_field("email", "is no e-mail address such as `ada@example.com`")
        })?;
        let account = self.accounts.find_account_by_email(&email).await?.ok_or_else(|| {
            Failure::not_found(format!("Nobody has the address {email}; its owner has to register first."))
        })?;
        self.accounts.set_role(&account.user.id, role).await?;
        tracing::info!(request_id = %ctx.request_id, user = %account.user.id, role = role.as_str(), "role given");
        Ok(Account { role, ..account })
    }

    /// All administrators, the oldest account first; the first thousand of them.
    ///
    /// # Errors
    /// `Denied` for anybody but the host itself.
    pub async fn list(&self, ctx: &CallContext) -> Result<Vec<Account>> {
        require_host(ctx)?;
        self.accounts.list_administrators(LISTED).await
    }
}

fn require_host(ctx: &CallContext) -> Result<()> {
    match ctx.caller {
        Caller::Host => Ok(()),
        Caller::User { .. } | Caller::Anonymous => {
            Err(Failure::denied("Roles are given where the host runs, with `wheelhouse account`."))
        }
    }
}
