//! Access and refresh tokens: JWTs signed with HMAC-SHA256.
//!
//! An access token is proof for its life; its session is looked up on every call, so that ending a session or disabling an account
//! works at once. A refresh token is accepted once and stored only as the SHA-256 of its text.

use std::time::Duration;

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use wenshu_store::NewRefreshToken;

use crate::AppError;
use crate::secrets::MasterKey;

/// What a sign-in gives.
#[derive(Debug)]
pub struct TokenPair {
    /// Proves who is calling.
    pub access: SecretString,
    /// Gives a new pair, once.
    pub refresh: SecretString,
    /// Life of the access token.
    pub access_life: Duration,
}

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Claims {
    /// The account.
    sub: Uuid,
    /// The session.
    sid: Uuid,
    /// What it is good for.
    typ: TokenType,
    /// Makes every token different.
    jti: Uuid,
    /// When it was issued, in seconds since 1970.
    iat: i64,
    /// When it runs out, likewise.
    exp: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum TokenType {
    Access,
    Refresh,
}

/// Whose and which session's a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TokenOwner {
    pub(super) account: Uuid,
    pub(super) session: Uuid,
}

/// Makes and reads tokens.
pub(super) struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    access_life: Duration,
    refresh_life: Duration,
}

impl Tokens {
    pub(super) fn new(master: &MasterKey, access_life: Duration, refresh_life: Duration) -> Self {
        let key = master.derive("tokens");
        let mut validation = Validation::new(Algorithm::HS256);
        // The expiry is checked below, against the injected clock.
        validation.validate_exp = false;
        validation.validate_aud = false;
        Self {
            encoding: EncodingKey::from_secret(&*key),
            decoding: DecodingKey::from_secret(&*key),
            validation,
            access_life,
            refresh_life,
        }
    }

    /// A pair for a session. `id` makes it different from every other pair.
    pub(super) fn issue(
        &self,
        owner: TokenOwner,
        id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<(TokenPair, NewRefreshToken), AppError> {
        let access = self.sign(owner, TokenType::Access, id, now, self.access_life)?;
        let refresh = self.sign(owner, TokenType::Refresh, id, now, self.refresh_life)?;
        let stored =
            NewRefreshToken { hash: hash(&refresh), issued_at: now, expires_at: now + self.refresh_life };
        let pair = TokenPair {
            access: SecretString::from(access),
            refresh: SecretString::from(refresh),
            access_life: self.access_life,
        };
        Ok((pair, stored))
    }

    /// Whose access token this is, if it is one and hasn't run out.
    pub(super) fn read_access(&self, token: &str, now: DateTime<Utc>) -> Option<TokenOwner> {
        self.read(token, TokenType::Access, now)
    }

    /// Whose refresh token this is, if it is one and hasn't run out, and the hash it is stored as.
    pub(super) fn read_refresh(&self, token: &str, now: DateTime<Utc>) -> Option<(TokenOwner, [u8; 32])> {
        Some((self.read(token, TokenType::Refresh, now)?, hash(token)))
    }

    fn sign(
        &self,
        owner: TokenOwner,
        typ: TokenType,
        jti: Uuid,
        now: DateTime<Utc>,
        life: Duration,
    ) -> Result<String, AppError> {
        let claims = Claims {
            sub: owner.account,
            sid: owner.session,
            typ,
            jti,
            iat: now.timestamp(),
            exp: (now + life).timestamp(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(AppError::internal)
    }

    fn read(&self, token: &str, typ: TokenType, now: DateTime<Utc>) -> Option<TokenOwner> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation).ok()?.claims;
        (claims.typ == typ && now.timestamp() < claims.exp)
            .then_some(TokenOwner { account: claims.sub, session: claims.sid })
    }
}

/// What a refresh token is stored as.
fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

impl TokenPair {
    /// The access token's text, to be sent to its owner.
    pub fn access_text(&self) -> &str {
        self.access.expose_secret()
    }

    /// The refresh token's text, to be sent to its owner.
    pub fn refresh_text(&self) -> &str {
        self.refresh.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> Tokens {
        Tokens::new(&MasterKey::new([1; 32]), Duration::from_secs(3_600), Duration::from_secs(7_200))
    }

    #[test]
    fn a_token_is_good_for_its_use_and_time_alone() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let owner = TokenOwner { account: Uuid::from_u128(1), session: Uuid::from_u128(2) };
        let (pair, stored) = tokens().issue(owner, Uuid::from_u128(3), now).unwrap();
        assert_eq!(tokens().read_access(pair.access_text(), now), Some(owner));
        assert_eq!(tokens().read_access(pair.refresh_text(), now), None);
        assert_eq!(tokens().read_refresh(pair.access_text(), now), None);
        assert_eq!(tokens().read_refresh(pair.refresh_text(), now), Some((owner, stored.hash)));
        assert_eq!(tokens().read_access(pair.access_text(), now + Duration::from_secs(3_600)), None);
        let other = Tokens::new(&MasterKey::new([2; 32]), Duration::from_secs(1), Duration::from_secs(1));
        assert_eq!(other.read_access(pair.access_text(), now), None);
        assert_eq!(tokens().read_access("eyJhbGciOiJub25lIn0.e30.", now), None);
        assert_eq!(tokens().read_access("", now), None);
    }

    #[test]
    fn tokens_are_not_printed() {
        let owner = TokenOwner { account: Uuid::nil(), session: Uuid::nil() };
        let (pair, _) = tokens().issue(owner, Uuid::nil(), DateTime::UNIX_EPOCH).unwrap();
        assert!(!format!("{pair:?}").contains("eyJ"));
    }
}
