//! Access tokens: JWTs that say who somebody is and in which session.

mod hmac;

use std::time::Duration;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wheelhouse_core::{Failure, Result, Secret, User, UserId};

use super::{AccountConfig, TokenAlgorithm};

/// How far the clocks of two replicas may be apart.
pub(super) const LEEWAY: Duration = Duration::from_secs(5);
/// Longer ones are not looked at.
const MAX_BYTES: usize = 4096;

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    sid: Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: Uuid,
    iss: String,
    aud: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

pub(super) struct AccessTokens {
    header: Header,
    signing: EncodingKey,
    verifying: DecodingKey,
    validation: Validation,
    issuer: String,
    audience: String,
    life: Duration,
}

impl AccessTokens {
    pub(super) fn new(config: &AccountConfig, secret: &Secret) -> Result<Self> {
        hmac::install()?;
        let algorithm = match config.algorithm {
            TokenAlgorithm::HS256 => Algorithm::HS256,
            TokenAlgorithm::HS384 => Algorithm::HS384,
            TokenAlgorithm::HS512 => Algorithm::HS512,
        };
        let mut validation = Validation::new(algorithm);
        validation.set_required_spec_claims(&["exp", "nbf", "sub", "iss", "aud"]);
        validation.set_issuer(&[&config.issuer]);
        validation.set_audience(&[&config.audience]);
        // The library asks the machine's clock; these two are held against the host's, below.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let secret = secret.expose().as_bytes();
        Ok(Self {
            header: Header::new(algorithm),
            signing: EncodingKey::from_secret(secret),
            verifying: DecodingKey::from_secret(secret),
            validation,
            issuer: config.issuer.clone(),
            audience: config.audience.clone(),
            life: Duration::from_secs(config.access_token_expire_minutes * 60),
        })
    }

    pub(super) fn life(&self) -> Duration {
        self.life
    }

    pub(super) fn issue(&self, user: &User, session: Uuid, id: Uuid, now: Timestamp) -> Result<String> {
        let issued = now.as_second();
        let claims = Claims {
            sub: user.id.0.clone(),
            sid: session,
            iat: issued,
            nbf: issued,
            exp: issued.saturating_add_unsigned(self.life.as_secs()),
            jti: id,
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            email: user.email.clone(),
            name: user.full_name.clone(),
        };
        encode(&self.header, &claims, &self.signing).map_err(Failure::internal)
    }

    /// Who the token says it is, once its signature, issuer, audience and times are right.
    pub(super) fn verify(&self, token: &str, now: Timestamp) -> Result<(User, Uuid)> {
        if token.len() > MAX_BYTES {
            return Err(invalid("longer than any token of this host"));
        }
        let decoded = decode::<Claims>(token, &self.verifying, &self.validation).map_err(invalid)?;
        if decoded.header.crit.is_some() {
            return Err(invalid("has critical header fields that are not understood"));
        }
        let (claims, now, leeway) = (decoded.claims, now.as_second(), LEEWAY.as_secs());
        if now >= claims.exp.saturating_add_unsigned(leeway) {
            return Err(Failure::unauthenticated("The token has expired; refresh it or sign in again.")
                .with_code("token_expired"));
        }
        if claims.nbf > now.saturating_add_unsigned(leeway) {
            return Err(invalid("is not valid yet"));
        }
        let user = User { id: UserId(claims.sub), email: claims.email, full_name: claims.name };
        Ok((user, claims.sid))
    }
}

fn invalid(detail: impl std::fmt::Display) -> Failure {
    Failure::unauthenticated("The token is not valid; sign in again.")
        .with_code("token_invalid")
        .with_detail(detail)
}
