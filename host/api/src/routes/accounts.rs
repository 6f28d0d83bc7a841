//! `/api/v1/auth`.

use salvo::{Writer, handler};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use wheelhouse_core::{Failure, account};
use wheelhouse_services::{Credentials, Identity, Registration, SignIn};

use crate::{
    body::{Form, Json},
    call::Call,
    endpoint::{Access, Docs, Endpoint, Tag},
    problem::{ErrorShape, Problem},
    reply::{Answer, NoContent, Reply},
};

/// A new account.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Registration")]
struct RegistrationBody {
    /// An e-mail address; the case of its letters makes no difference.
    #[schemars(email)]
    email: String,
    /// 8 to 128 characters.
    #[schemars(length(min = 8, max = 128))]
    password: String,
    /// Up to 200 characters.
    #[schemars(length(max = 200))]
    full_name: Option<String>,
}

/// An account's e-mail address and password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Credentials")]
struct CredentialsBody {
    /// The address that the account was made with.
    email: String,
    /// Its password.
    password: String,
}

/// A refresh token.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Refresh")]
struct RefreshBody {
    /// The one of the last sign-in or refresh. It is good once.
    refresh_token: String,
}

/// The fields of OAuth 2's password grant.
#[derive(JsonSchema)]
#[schemars(rename = "PasswordGrant")]
#[allow(
    dead_code,
    reason = "describes a form that is read field by field, as clients add fields of their own"
)]
struct PasswordGrant {
    /// `password`.
    grant_type: String,
    /// The e-mail address.
    username: String,
    /// The password.
    password: String,
}

/// What somebody may do beyond their own affairs.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Role {
    /// Nothing.
    User,
    /// Looks after the host.
    Administrator,
}

/// Somebody who is signed in.
#[derive(Serialize, JsonSchema)]
struct User {
    /// Stable for the life of the account.
    id: String,
    /// Lower case.
    email: Option<String>,
    /// As the user wrote it.
    full_name: Option<String>,
    /// What they may do. The operator gives roles where the host runs.
    role: Role,
}

impl From<Identity> for User {
    fn from(Identity { user, role }: Identity) -> Self {
        let role = match role {
            account::Role::User => Role::User,
            account::Role::Administrator => Role::Administrator,
        };
        Self { id: user.id.0, email: user.email, full_name: user.full_name, role }
    }
}

/// A pair of tokens.
#[derive(Serialize, JsonSchema)]
struct Tokens {
    /// A JWT for `Authorization: Bearer`.
    access_token: String,
    /// Gets the next pair, once.
    refresh_token: String,
    /// Always `bearer`.
    token_type: &'static str,
    /// Seconds for which the access token is good.
    expires_in: u64,
    /// Who it is.
    user: User,
}

impl From<SignIn> for Tokens {
    fn from(sign_in: SignIn) -> Self {
        Self {
            access_token: sign_in.access_token,
            refresh_token: sign_in.refresh_token,
            token_type: "bearer",
            expires_in: sign_in.expires_in,
            user: sign_in.identity.into(),
        }
    }
}

#[handler]
async fn register(call: Call, body: Json<RegistrationBody>) -> Answer<Tokens> {
    let Json(RegistrationBody { email, password, full_name }) = body;
    let registration = Registration { email, password, full_name };
    let sign_in = call.state.services.accounts.register(&call.ctx, registration).await?;
    Ok(Reply::created(sign_in.into()))
}

#[handler]
async fn login(call: Call, body: Json<CredentialsBody>) -> Answer<Tokens> {
    let Json(CredentialsBody { email, password }) = body;
    let sign_in = call.state.services.accounts.login(&call.ctx, Credentials { email, password }).await?;
    Ok(Reply::ok(sign_in.into()))
}

#[handler]
async fn token(call: Call, form: Form) -> Answer<Tokens> {
    let accounts = &call.state.services.accounts;
    let sign_in = match form.get("grant_type")? {
        "password" => {
            let credentials = Credentials {
                email: form.get("username")?.to_owned(),
                password: form.get("password")?.to_owned(),
            };
            accounts.login(&call.ctx, credentials).await?
        }
        "refresh_token" => accounts.refresh(&call.ctx, form.get("refresh_token")?).await?,
        _ => {
            let message = "must be `password` or `refresh_token`";
            return Err(Failure::invalid_field("grant_type", message)
                .with_code("unsupported_grant_type")
                .into());
        }
    };
    Ok(Reply::ok(sign_in.into()))
}

#[handler]
async fn refresh(call: Call, body: Json<RefreshBody>) -> Answer<Tokens> {
    let sign_in = call.state.services.accounts.refresh(&call.ctx, &body.0.refresh_token).await?;
    Ok(Reply::ok(sign_in.into()))
}

#[handler]
async fn logout(call: Call) -> Result<NoContent, Problem> {
    call.state.services.accounts.logout(&call.ctx).await?;
    Ok(NoContent)
}

#[handler]
async fn me(call: Call) -> Answer<User> {
    let identity = call.state.services.accounts.me(&call.ctx).await?;
    Ok(Reply::ok(identity.into()))
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    let user = json!({
        "id": "0198a1f0-8c3e-7b5a-9d2e-4f6a8b0c1d2e", "email": "mia@example.com", "full_name": "Mia Example", "role": "user",
    });
    let tokens = json!({
        "access_token": "eyJhbGciOiJIUzI1NiJ9.e30.3Zb2t0w0",
        "refresh_token": "whr_4Qm1nT9s",
        "token_type": "bearer",
        "expires_in": 1800,
        "user": user,
    });
    let credentials = json!({"email": "mia@example.com", "password": "correct horse battery"});
    vec![
        Endpoint::post("/api/v1/auth/register", register).access(Access::Public).docs(
            Docs::new(Tag::Accounts, "register", "Create an account and sign in", "")
                .body::<RegistrationBody>(json!({
                    "email": "mia@example.com", "password": "correct horse battery", "full_name": "Mia Example",
                }))
                .answer::<Tokens>(201, "The account is made, and its owner signed in.", tokens.clone())
                .fails(&[409, 429]),
        ),
        Endpoint::post("/api/v1/auth/login", login).access(Access::Public).docs(
            Docs::new(
                Tag::Accounts,
                "login",
                "Sign in",
                "An address that nobody has and a wrong password get the same answer. After too many wrong ones the answer is 429 for \
                 a while.",
            )
            .body::<CredentialsBody>(credentials)
            .answer::<Tokens>(200, "Signed in.", tokens.clone())
            .fails(&[401, 429]),
        ),
        Endpoint::post("/api/v1/auth/token", token).access(Access::Public).errors_as(ErrorShape::OAuth).docs(
            Docs::new(
                Tag::Accounts,
                "token",
                "Sign in with OAuth 2's password grant",
                "For tools that speak OAuth 2, such as the Authorize button of `/docs`. `grant_type=refresh_token` with \
                 `refresh_token` works too. Errors carry `error` and `error_description` as RFC 6749 asks, beside the members that \
                 all errors have. Client id and secret are not needed and not looked at.",
            )
            .body_of::<PasswordGrant>(
                "application/x-www-form-urlencoded",
                json!({"grant_type": "password", "username": "mia@example.com", "password": "correct horse battery"}),
            )
            .answer::<Tokens>(200, "Signed in.", tokens.clone())
            .fails(&[400, 429]),
        ),
        Endpoint::post("/api/v1/auth/refresh", refresh).access(Access::Public).docs(
            Docs::new(
                Tag::Accounts,
                "refresh",
                "Take a refresh token for the next pair of tokens",
                "Each refresh token is good once. Presenting one again means that somebody else has it, and closes the session: all \
                 its tokens stop working.",
            )
            .body::<RefreshBody>(json!({"refresh_token": "whr_4Qm1nT9s"}))
            .answer::<Tokens>(200, "The next pair.", tokens)
            .fails(&[401]),
        ),
        Endpoint::post("/api/v1/auth/logout", logout).docs(
            Docs::new(Tag::Accounts, "logout", "Close the session", "Its access and refresh tokens stop working at once.")
                .empty(204, "The session is closed."),
        ),
        Endpoint::get("/api/v1/auth/me", me).docs(
            Docs::new(Tag::Accounts, "me", "Who is signed in", "").answer::<User>(200, "The user.", user),
        ),
    ]
}
