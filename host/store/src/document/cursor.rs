//! Where the next page of a list begins.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use wheelhouse_core::{
    Failure, Result,
    document::{Order, Query, SortKey},
};

use super::{Scope, rank};

/// The first byte of a cursor. Another one means that it is of a release that wrote them differently.
const VERSION: u8 = 1;

/// Of the conditions and the order of a query, and of the documents that it is about.
pub(super) type Fingerprint = [u8; 8];

/// The position of a document in an order: the values that it is sorted by.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// One for each level of the order.
    pub(super) keys: Vec<Key>,
    pub(super) id: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Key {
    /// Of a field.
    Rank(String),
    /// Milliseconds of `Created` and `Updated`.
    Time(i64),
}

impl Cursor {
    pub(super) fn encode(&self, fingerprint: Fingerprint) -> Result<String> {
        let mut bytes = vec![VERSION];
        bytes.extend(fingerprint);
        serde_json::to_writer(&mut bytes, &(&self.keys, &self.id)).map_err(Failure::internal)?;
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// # Errors
    /// `Invalid` for what is no cursor, or that of another query.
    pub(super) fn decode(text: &str, fingerprint: Fingerprint, order: &[Order]) -> Result<Self> {
        let read = || {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            let (&version, rest) = bytes.split_first()?;
            let (fingerprint_of_cursor, rest) = rest.split_first_chunk()?;
            if version != VERSION || *fingerprint_of_cursor != fingerprint {
                return None;
            }
            let (keys, id) = serde_json::from_slice::<(Vec<Key>, String)>(rest).ok()?;
            let fits = keys.len() == order.len()
                && keys.iter().zip(order).all(|(key, level)| {
                    matches!(key, Key::Rank(_)) == matches!(level.key, SortKey::Field(_))
                });
            fits.then_some(Self { keys, id })
        };
        read().ok_or_else(|| {
            Failure::invalid_field("cursor", "it is not one of this query; begin again without a cursor")
        })
    }
}

/// The limit takes no part: pages of one list may have different sizes.
pub(super) fn fingerprint(scope: &Scope<'_>, query: &Query) -> Result<Fingerprint> {
    let mut hasher = Sha256::new();
    let mut add = |part: &str| {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    };
    for part in [scope.plugin, scope.owner, scope.name] {
        add(part);
    }
    for condition in &query.conditions {
        add(&condition.field.names().join("."));
        add(&format!("{:?}", condition.operator));
        add(&rank::of_scalar(&condition.value)?);
    }
    add("order");
    for order in &query.order {
        match &order.key {
            SortKey::Field(path) => add(&path.names().join(".")),
            SortKey::Created => add("$created"),
            SortKey::Updated => add("$updated"),
        }
        add(if order.descending { "descending" } else { "ascending" });
    }
    let hash: [u8; 32] = hasher.finalize().into();
    let mut fingerprint = Fingerprint::default();
    fingerprint.copy_from_slice(&hash[..8]);
    Ok(fingerprint)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use wheelhouse_core::document::{Condition, FieldPath, Operator, Scalar};

    use super::*;

    fn by(key: SortKey) -> Order {
        Order { key, descending: false }
    }

    #[test]
    fn cursor_comes_back_as_it_was() {
        let order = [by(SortKey::Created), by(SortKey::Field(FieldPath::parse("a").unwrap()))];
        let cursor = Cursor { keys: vec![Key::Time(-5), Key::Rank("3ü\0".to_owned())], id: "x".to_owned() };
        let text = cursor.encode([7; 8]).unwrap();
        assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{text}");
        assert_eq!(Cursor::decode(&text, [7; 8], &order).unwrap(), cursor);
    }

    #[test]
    fn what_is_no_cursor_of_this_query_is_invalid() {
        let cursor = Cursor { keys: vec![Key::Time(1)], id: "x".to_owned() };
        let text = cursor.encode([7; 8]).unwrap();
        let order = [by(SortKey::Created)];
        assert!(Cursor::decode(&text, [8; 8], &order).is_err(), "another query");
        assert!(Cursor::decode(&text, [7; 8], &[]).is_err(), "fewer levels");
        let field = by(SortKey::Field(FieldPath::parse("a").unwrap()));
        assert!(Cursor::decode(&text, [7; 8], &[field]).is_err(), "another type");
        for other in ["", "AQ", "no cursor!", &text[..text.len() - 3], &format!("{text}AAAA")] {
            assert!(Cursor::decode(other, [7; 8], &order).is_err(), "{other}");
        }
    }

    #[test]
    fn fingerprint_tells_queries_apart() {
        let scope = |owner| Scope { plugin: "p", owner, name: "c" };
        let condition =
            |operator, value| Condition { field: FieldPath::parse("a").unwrap(), operator, value };
        let query = |conditions, order| Query { conditions, order, limit: 1, cursor: None };
        let plain = query(Vec::new(), Vec::new());
        let fingerprints = [
            fingerprint(&scope("ann"), &plain),
            fingerprint(&scope("bob"), &plain),
            fingerprint(&scope("ann"), &query(vec![condition(Operator::Equal, Scalar::Null)], Vec::new())),
            fingerprint(&scope("ann"), &query(vec![condition(Operator::NotEqual, Scalar::Null)], Vec::new())),
            fingerprint(
                &scope("ann"),
                &query(vec![condition(Operator::Equal, Scalar::Integer(1))], Vec::new()),
            ),
            fingerprint(&scope("ann"), &query(Vec::new(), vec![by(SortKey::Created)])),
            fingerprint(&scope("ann"), &query(Vec::new(), vec![by(SortKey::Updated)])),
        ]
        .map(Result::unwrap);
        for (index, one) in fingerprints.iter().enumerate() {
            assert!(!fingerprints[..index].contains(one), "{index}");
        }
        let larger = Query { limit: 2, ..plain.clone() };
        assert_eq!(fingerprint(&scope("ann"), &plain).unwrap(), fingerprint(&scope("ann"), &larger).unwrap());
    }
}
