//! Accounts: who may come in, and with which tokens.

mod config;
mod field;
mod password;
mod refresh;
mod throttle;
mod token;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;
use wheelhouse_core::{
    CallContext, Caller, Failure, Result, User, UserId,
    account::{Account, AccountStore, Redemption, RefreshToken, Role, SessionStore},
    cache::Cache,
    clock::{Clock, Entropy},
};

pub use config::{AccountConfig, MIN_SECRET_BYTES, TokenAlgorithm};
pub(crate) use field::normalise_email;

use crate::Ports;
use password::Passwords;
use throttle::LoginThrottle;
use token::AccessTokens;

/// What somebody who has no account yet sends. Has no `Debug`, as it holds a password.
#[derive(Clone)]
pub struct Registration {
    /// An e-mail address; the case of its letters makes no difference.
    pub email: String,
    /// 8 to 128 characters.
    pub password: String,
    /// Up to 200 characters.
    pub full_name: Option<String>,
}

/// What somebody who has one sends. Has no `Debug`, as it holds a password.
#[derive(Clone)]
pub struct Credentials {
    /// The address that the account was made with.
    pub email: String,
    /// Its password.
    pub password: String,
}

/// Somebody has come in. Has no `Debug`, as it holds tokens.
#[derive(Clone, Serialize)]
pub struct SignIn {
    /// A JWT that is good for `expires_in` seconds.
    pub access_token: String,
    /// Gets the next pair of tokens, once.
    pub refresh_token: String,
    /// Seconds.
    pub expires_in: u64,
    /// Who it is.
    pub identity: Identity,
}

/// Who somebody is to this host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// Who it is.
    pub user: User,
    /// What they may do.
    pub role: Role,
}

impl From<Account> for Identity {
    fn from(Account { user, role, .. }: Account) -> Self {
        Self { user, role }
    }
}

/// Who may come in.
pub struct AccountService {
    accounts: Arc<dyn AccountStore>,
    sessions: Arc<dyn SessionStore>,
    cache: Arc<dyn Cache>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    passwords: Passwords,
    tokens: AccessTokens,
    throttle: LoginThrottle,
    refresh_life: Duration,
}

impl AccountService {
    /// Puts the service together.
    ///
    /// # Errors
    /// `Invalid` when the configuration has [problems](AccountConfig::problems) or no secret key.
    pub fn new(config: &AccountConfig, ports: &Ports) -> Result<Self> {
        if let Some(problem) = config.problems().first() {
            return Err(Failure::invalid(problem));
        }
        let Some(secret) = &config.secret_key else {
            return Err(Failure::invalid("accounts.secret_key: is not set"));
        };
        Ok(Self {
            accounts: ports.accounts.clone(),
            sessions: ports.sessions.clone(),
            cache: ports.cache.clone(),
            clock: ports.clock.clone(),
            entropy: ports.entropy.clone(),
            passwords: Passwords::new(config, ports.entropy.clone()),
            tokens: AccessTokens::new(config, secret)?,
            throttle: LoginThrottle::new(config, ports.cache.clone(), ports.clock.clone()),
            refresh_life: Duration::from_secs(config.refresh_token_expire_days * 86_400),
        })
    }

    /// Makes an account and signs its owner in.
    ///
    /// # Errors
    /// `Invalid` naming all fields at fault; `Conflict` with the code `email_taken`; `RateLimited` when too many passwords are being
    /// worked on.
    pub async fn register(&self, ctx: &CallContext, registration: Registration) -> Result<SignIn> {
        let new = field::check_registration(registration)?;
        // Told before the costly hash; the store has the last word on two at once.
        if self.accounts.find_account_by_email(&new.email).await?.is_some() {
            return Err(email_taken());
        }
        let password_hash = self.passwords.hash(ctx, new.password).await?;
        let now = self.clock.now();
        let user = User {
            id: UserId(self.entropy.uuid(now).to_string()),
            email: Some(new.email),
            full_name: new.full_name,
        };
        let account = Account { user, role: Role::User, password_hash, created: now };
        self.accounts.insert_account(&account).await?;
        tracing::info!(request_id = %ctx.request_id, user = %account.user.id, "account made");
        self.open_session(account.into(), now).await
    }

    /// Signs somebody in.
    ///
    /// # Errors
    /// `Unauthenticated` with the code `wrong_credentials`, the same in wording and time for an address that nobody has and for a
    /// wrong password; `RateLimited` after too many of these.
    pub async fn login(&self, ctx: &CallContext, credentials: Credentials) -> Result<SignIn> {
        let Some(email) = field::normalise_email(&credentials.email) else { return Err(wrong_credentials()) };
        if !field::may_be_password(&credentials.password) {
            return Err(wrong_credentials());
        }
        self.throttle.admit(&email).await?;
        let account = self.accounts.find_account_by_email(&email).await?;
        let hash = account.as_ref().map(|account| account.password_hash.clone());
        let right = self.passwords.verify(ctx, credentials.password, hash).await?;
        match account {
            Some(account) if right => {
                self.throttle.succeeded(&email).await?;
                self.open_session(account.into(), self.clock.now()).await
            }
            _ => {
                tracing::info!(request_id = %ctx.request_id, "login refused");
                self.throttle.failed().await?;
                Err(wrong_credentials())
            }
        }
    }

    async fn open_session(&self, identity: Identity, now: Timestamp) -> Result<SignIn> {
        let session = self.entropy.uuid(now);
        let (text, token) = self.new_refresh_token(session, &identity.user.id, now);
        self.sessions.insert_refresh_token(&token).await?;
        self.sign_in(identity, session, text, now)
    }

    fn new_refresh_token(&self, session: Uuid, user: &UserId, now: Timestamp) -> (String, RefreshToken) {
        let (text, hash) = refresh::new_token(self.entropy.as_ref());
        let expires = now.checked_add(self.refresh_life).unwrap_or(Timestamp::MAX);
        (text, RefreshToken { hash, session, user: user.clone(), issued: now, expires })
    }

    fn sign_in(
        &self,
        identity: Identity,
        session: Uuid,
        refresh_token: String,
        now: Timestamp,
    ) -> Result<SignIn> {
        // The token says nothing of the role, as it would go on saying so after the role is gone.
        let access_token = self.tokens.issue(&identity.user, session, self.entropy.uuid(now), now)?;
        Ok(SignIn { access_token, refresh_token, expires_in: self.tokens.life().as_secs(), identity })
    }

    /// Takes a refresh token for the next pair. Each is good once: presenting it again means that somebody else has it, and ends the
    /// session, its access tokens included.
    ///
    /// # Errors
    /// `Unauthenticated` with the code `refresh_invalid`, `refresh_expired` or `refresh_reused`.
    pub async fn refresh(&self, ctx: &CallContext, refresh_token: &str) -> Result<SignIn> {
        let invalid = || {
            Failure::unauthenticated("This refresh token is not valid; sign in again.")
                .with_code("refresh_invalid")
        };
        let hash = refresh::hash(refresh_token).ok_or_else(invalid)?;
        let now = self.clock.now();
        let known = self.sessions.find_refresh_token(&hash).await?.ok_or_else(invalid)?;
        if known.expires <= now {
            return Err(Failure::unauthenticated("This refresh token has expired; sign in again.")
                .with_code("refresh_expired"));
        }
        // Before the token is used up, so that a database that fails here costs nobody their session.
        let account = self.accounts.find_account(&known.user).await?.ok_or_else(invalid)?;
        let (text, successor) = self.new_refresh_token(known.session, &known.user, now);
        match self.sessions.redeem_refresh_token(&hash, now, &successor).await? {
            Redemption::Rotated => self.sign_in(account.into(), known.session, text, now),
            Redemption::Reused { session } => {
                tracing::warn!(request_id = %ctx.request_id, user = %known.user, %session, "refresh token reused: session revoked");
                self.mark_revoked(session).await?;
                Err(Failure::unauthenticated(
                    "This refresh token has been used before. The session is closed for safety; sign in again.",
                )
                .with_code("refresh_reused"))
            }
            Redemption::Refused => Err(invalid()),
        }
    }

    /// Ends the caller's session: its refresh token is of no use any more, and its access tokens stop working at once.
    ///
    /// # Errors
    /// `Unauthenticated` when nobody is signed in; `Invalid` when the token belongs to no session of this host.
    pub async fn logout(&self, ctx: &CallContext) -> Result<()> {
        let user = ctx.require_user()?;
        let Caller::User { session: Some(session), .. } = &ctx.caller else {
            return Err(Failure::invalid(
                "This token was not issued by a login here; sign out where it was issued.",
            )
            .with_code("no_session"));
        };
        self.sessions.revoke_session(*session, self.clock.now()).await?;
        self.mark_revoked(*session).await?;
        tracing::info!(request_id = %ctx.request_id, user = %user.id, %session, "signed out");
        Ok(())
    }

    async fn mark_revoked(&self, session: Uuid) -> Result<()> {
        let ttl = self.tokens.life() + token::LEEWAY + Duration::from_secs(1);
        self.cache.set(&revoked_key(session), Bytes::from_static(b"1"), ttl).await
    }

    /// The caller as the database has them now.
    ///
    /// # Errors
    /// `Unauthenticated` when nobody is signed in, or the account is gone.
    pub async fn me(&self, ctx: &CallContext) -> Result<Identity> {
        let user = ctx.require_user()?;
        let account = self.accounts.find_account(&user.id).await?;
        account.map(Identity::from).ok_or_else(|| {
            Failure::unauthenticated("There is no such account any more.").with_code("account_gone")
        })
    }

    /// Who a bearer token belongs to: the one verifier for REST, WebSocket and plugins' routes. Costs one look into the cache.
    ///
    /// # Errors
    /// `Unauthenticated` with the code `token_expired`, `token_invalid` or `token_revoked`; `Unavailable` when the cache cannot be
    /// asked whether the session still stands.
    pub async fn verify(&self, token: &str) -> Result<Caller> {
        let (user, session) = self.tokens.verify(token, self.clock.now())?;
        if self.cache.get(&revoked_key(session)).await?.is_some() {
            return Err(Failure::unauthenticated("This session was closed; sign in again.")
                .with_code("token_revoked"));
        }
        Ok(Caller::User { user, session: Some(session) })
    }

    /// Forgets refresh tokens that have been of no use for a day; how many. For the host's housekeeping.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn prune(&self) -> Result<u64> {
        let day = Duration::from_secs(86_400);
        let before = self.clock.now().checked_sub(day).unwrap_or(Timestamp::MIN);
        self.sessions.prune_refresh_tokens(before).await
    }
}

fn revoked_key(session: Uuid) -> String {
    format!("session:revoked:{session}")
}

fn wrong_credentials() -> Failure {
    Failure::unauthenticated("E-mail address or password is wrong.").with_code("wrong_credentials")
}

fn email_taken() -> Failure {
    Failure::conflict("There is an account with this e-mail address; sign in instead.")
        .with_code("email_taken")
}
