//! Values by key, kept in documents, so that they last, are the same on both databases, and need no table of their own.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use wheelhouse_core::{
    Failure, FailureClass, Result, UserId,
    clock::Clock,
    document::{Collection, Document, DocumentStore, Query},
};

/// The collection of a plugin's values. Plugins cannot name it: their names have no `$`.
const COLLECTION: &str = "$keyvalue";
/// The member of a document that holds the value. No path of a query reaches it, so that no database indexes it.
const MEMBER: &str = "$value";
/// Bytes of a document around its value: `{"$value":""}`.
const AROUND: u64 = 13;
/// Longest key in bytes, as that of a document's id.
const KEY: usize = 128;
/// Keys of one part. Each comes with its value out of the database.
const KEYS: u32 = 50;
/// How often a change is tried when others get in between.
const ATTEMPTS: u32 = 32;

/// Whose values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The calling user's.
    User,
    /// The plugin's, the same for all users.
    Shared,
}

impl Scope {
    fn target(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Shared => "shared",
        }
    }
}

/// The store as far as one plugin may use it.
#[derive(Clone)]
pub(crate) struct KeyValueAccess {
    pub(crate) store: Arc<dyn DocumentStore>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Values of the running call's user.
    pub(crate) user: bool,
    /// Values that all users share.
    pub(crate) shared: bool,
    /// The longest document.
    pub(crate) document_bytes: u64,
}

/// What a plugin is told that may not use these values.
pub(crate) fn denied(plugin: &str, scope: Scope) -> Failure {
    let target = scope.target();
    Failure::denied(format!(
        "The plugin `{plugin}` has not been granted `keyvalue` for the bucket `{target}`: it has to ask for it in its description, and \
         the operator has to grant it by grants = [\"keyvalue:{target}\"] in [plugins.{plugin}]."
    ))
}

impl KeyValueAccess {
    /// The values of this scope, for a call of this user.
    ///
    /// # Errors
    /// `Denied` when the scope is not granted, or is a user's and there is none.
    pub(crate) fn open(&self, plugin: &str, scope: Scope, user: Option<&UserId>) -> Result<Bucket> {
        let (granted, owner) = match scope {
            Scope::User => (self.user, user.cloned()),
            Scope::Shared => (self.shared, None),
        };
        if !granted {
            return Err(denied(plugin, scope));
        }
        if scope == Scope::User && owner.is_none() {
            return Err(Failure::denied("This call is made for no user, so there are no values of one."));
        }
        let collection = Collection { plugin: plugin.to_owned(), owner, name: COLLECTION.to_owned() };
        Ok(Bucket {
            store: self.store.clone(),
            clock: self.clock.clone(),
            collection,
            value_bytes: self.document_bytes.saturating_sub(AROUND) / 4 * 3,
        })
    }
}

/// Where a part of the keys begins.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// Whose keys.
    owner: Option<UserId>,
    /// How many parts are before it.
    pub(crate) part: u64,
    cursor: String,
}

/// The values that one call reaches.
pub(crate) struct Bucket {
    store: Arc<dyn DocumentStore>,
    clock: Arc<dyn Clock>,
    collection: Collection,
    value_bytes: u64,
}

impl Bucket {
    pub(crate) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.find(key).await?.as_ref().map(value).transpose()
    }

    pub(crate) async fn set(&self, key: &str, value: &[u8]) -> Result<()> {
        self.change(key, |_| Ok((value.to_vec(), ()))).await
    }

    pub(crate) async fn delete(&self, key: &str) -> Result<()> {
        self.store.delete(&self.collection, checked(key)?).await?;
        Ok(())
    }

    /// The sum. A key that is not there counts as 0.
    ///
    /// # Errors
    /// `Invalid` when the value is no number, or the sum is none that fits.
    pub(crate) async fn increment(&self, key: &str, delta: u64) -> Result<u64> {
        self.change(key, |old| {
            let old = match old {
                Some(digits) => number(digits).ok_or_else(|| Failure::invalid("The value is no number."))?,
                None => 0,
            };
            let sum = old
                .checked_add(delta)
                .ok_or_else(|| Failure::invalid("The sum is larger than the largest number."))?;
            Ok((sum.to_string().into_bytes(), sum))
        })
        .await
    }

    /// A part of the keys, and where the next one begins. `place` is where an earlier part ended; without a fitting one the parts before are
    /// gone through again.
    pub(crate) async fn keys(&self, part: u64, place: Option<Place>) -> Result<(Vec<String>, Option<Place>)> {
        let fits = |place: &Place| place.part <= part && place.owner == self.collection.owner;
        let (mut at, cursor) = match place.filter(fits) {
            Some(place) => (place.part, Some(place.cursor)),
            None => (0, None),
        };
        let mut query = Query { conditions: Vec::new(), order: Vec::new(), limit: KEYS, cursor };
        loop {
            let page = self.store.list(&self.collection, &query).await?;
            let is_wanted = at == part;
            at += 1;
            match page.next {
                Some(cursor) if !is_wanted => query.cursor = Some(cursor),
                None if !is_wanted => return Ok((Vec::new(), None)),
                next => {
                    let owner = self.collection.owner.clone();
                    let next = next.map(|cursor| Place { owner, part: at, cursor });
                    return Ok((page.documents.into_iter().map(|document| document.id).collect(), next));
                }
            }
        }
    }

    async fn find(&self, key: &str) -> Result<Option<Document>> {
        self.store.find(&self.collection, checked(key)?).await
    }

    /// Puts a value in the place of the one that is there, and again from the start when somebody else was faster.
    async fn change<T>(&self, key: &str, next: impl Fn(Option<&[u8]>) -> Result<(Vec<u8>, T)>) -> Result<T> {
        for _ in 0..ATTEMPTS {
            let present = self.find(key).await?;
            let old = present.as_ref().map(value).transpose()?;
            let (new, answer) = next(old.as_deref())?;
            let body = self.body(&new)?;
            let now = self.clock.now();
            let stored = match present {
                Some(document) => {
                    self.store.replace(&self.collection, key, document.revision, body, now).await
                }
                None => self.store.insert(&self.collection, key, body, now).await,
            };
            match stored {
                Ok(_) => return Ok(answer),
                Err(failure) if matches!(failure.class, FailureClass::Conflict | FailureClass::NotFound) => {}
                Err(failure) => return Err(failure),
            }
        }
        Err(Failure::unavailable("The value is being changed by too many at once."))
    }

    fn body(&self, value: &[u8]) -> Result<Map<String, Value>> {
        if value.len() as u64 > self.value_bytes {
            return Err(Failure::new(
                FailureClass::TooLarge,
                format!("A value may have at most {} bytes; this one has {}.", self.value_bytes, value.len()),
            ));
        }
        Ok(Map::from_iter([(MEMBER.to_owned(), Value::String(STANDARD.encode(value)))]))
    }
}

fn checked(key: &str) -> Result<&str> {
    if key.is_empty() || key.len() > KEY || key.contains('\0') {
        return Err(Failure::invalid(format!("A key has 1 to {KEY} bytes, without NUL.")));
    }
    Ok(key)
}

fn value(document: &Document) -> Result<Vec<u8>> {
    let text = document.body.get(MEMBER).and_then(Value::as_str);
    let text = text.ok_or_else(|| Failure::internal("a document of values holds none"))?;
    STANDARD.decode(text).map_err(|error| Failure::internal(format!("a stored value: {error}")))
}

/// Decimal digits and nothing else.
fn number(digits: &[u8]) -> Option<u64> {
    let digits =
        std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_digits_alone() {
        assert_eq!(number(b"18446744073709551615"), Some(u64::MAX));
        for text in [&b""[..], b"+1", b" 1", b"1.0", b"18446744073709551616", b"\xff"] {
            assert_eq!(number(text), None);
        }
    }

    #[test]
    fn a_value_takes_the_room_around_it_into_account() {
        let body = Map::from_iter([(MEMBER.to_owned(), Value::String(STANDARD.encode(b"abc")))]);
        assert_eq!(Value::Object(body).to_string().len() as u64, AROUND + 4);
    }
}
