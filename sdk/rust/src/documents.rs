//! Documents: JSON objects that the host keeps for the plugin.
//!
//! A [`Collection`] keeps values of one type. In user scope its documents are those of the user that the call is made for; the
//! plugin cannot even name another user's. Amounts of money belong into integers: see [`Amount::minor`](crate::Amount::minor).
//!
//! ```
//! # use serde::{Deserialize, Serialize};
//! use wheelhouse_sdk::documents::Collection;
//!
//! #[derive(Serialize, Deserialize)]
//! struct Note { text: String, stars: i64 }
//!
//! let notes = Collection::<Note>::of_user("notes");
//! let note = notes.insert(&Note { text: "Buy milk".into(), stars: 3 })?;
//! let starred = notes.query().at_least("stars", 3).newest_first().page(20, None)?;
//! assert_eq!(starred.documents[0].id, note.id);
//! assert_eq!(notes.query().sum("stars")?, 3);
//! # Ok::<(), wheelhouse_sdk::Failure>(())
//! ```

use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use crate::Failure;

#[cfg(not(target_arch = "wasm32"))]
mod memory;
mod query;

#[cfg(target_arch = "wasm32")]
use crate::bindings::imports::wheelhouse::plugin::documents as backend;
#[cfg(not(target_arch = "wasm32"))]
use memory as backend;

pub use crate::bindings::imports::wheelhouse::plugin::documents::{Function, Operator, Scope, Value};
pub use query::{Group, Query};

use crate::bindings::imports::wheelhouse::plugin::documents as wit;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use memory::act_for;

/// One document: a value and what the host knows of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Document<T> {
    /// Unique in its collection.
    pub id: String,
    /// 1 after insert, one more after each replace.
    pub revision: u64,
    /// What the plugin keeps.
    pub body: T,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub created: u64,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub updated: u64,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// In the order of the query.
    pub documents: Vec<Document<T>>,
    /// The cursor of the next page; none on the last.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// The page as a route's answer.
    pub fn into_listing<V>(self, view: impl FnMut(Document<T>) -> V) -> Listing<V> {
        Listing {
            data: self.documents.into_iter().map(view).collect(),
            has_more: self.next.is_some(),
            next_cursor: self.next,
        }
    }
}

/// A part of a list as routes answer it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Listing<V> {
    /// The part.
    pub data: Vec<V>,
    /// Whether there is more behind it.
    pub has_more: bool,
    /// The `cursor` that leads to the next part.
    pub next_cursor: Option<String>,
}

/// Documents of one kind. Every method asks the host; each can fail with `Denied` where the operator has not granted documents, or
/// where nobody is signed in, and with `Unavailable` where the database does not answer.
#[derive(Debug)]
pub struct Collection<T> {
    scope: Scope,
    name: &'static str,
    kind: PhantomData<fn() -> T>,
}

impl<T> Clone for Collection<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Collection<T> {}

impl<T: Serialize + DeserializeOwned> Collection<T> {
    /// Documents of the user that the call is made for. The name is 1 to 64 of `a-z`, `0-9`, `_`, `-`.
    pub const fn of_user(name: &'static str) -> Self {
        Self { scope: Scope::User, name, kind: PhantomData }
    }

    /// Documents of the plugin, the same for all users. The name is 1 to 64 of `a-z`, `0-9`, `_`, `-`.
    pub const fn shared(name: &'static str) -> Self {
        Self { scope: Scope::Shared, name, kind: PhantomData }
    }

    /// Stores a new document under an id that sorts by time.
    ///
    /// # Errors
    /// Those that every method has.
    pub fn insert(&self, body: &T) -> Result<Document<T>, Failure> {
        read(backend::insert(self.scope, self.name, None, &write(body)?)?)
    }

    /// Stores a new document under this id, 1 to 128 bytes.
    ///
    /// # Errors
    /// `Conflict` when the id is taken.
    pub fn insert_as(&self, id: &str, body: &T) -> Result<Document<T>, Failure> {
        read(backend::insert(self.scope, self.name, Some(id), &write(body)?)?)
    }

    /// Stores a new document under this id, or answers the one that is there: for calls that may be repeated, with the id from
    /// [`Call::once`](crate::Call::once). The flag is whether it is new.
    ///
    /// # Errors
    /// Those that every method has.
    pub fn insert_once(&self, id: &str, body: &T) -> Result<(Document<T>, bool), Failure> {
        match self.insert_as(id, body) {
            Err(Failure::Conflict(message)) => match self.find(id)? {
                Some(document) => Ok((document, false)),
                None => Err(Failure::Conflict(message)),
            },
            result => result.map(|document| (document, true)),
        }
    }

    /// The document with this id, if there is one.
    ///
    /// # Errors
    /// Those that every method has.
    pub fn find(&self, id: &str) -> Result<Option<Document<T>>, Failure> {
        backend::get(self.scope, self.name, id)?.map(read).transpose()
    }

    /// The document with this id.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub fn get(&self, id: &str) -> Result<Document<T>, Failure> {
        self.find(id)?.ok_or_else(|| Failure::not_found("There is nothing with this id."))
    }

    /// Stores the document's body in place of the one that it was read with.
    ///
    /// # Errors
    /// `Conflict` when it has been replaced since, `NotFound` when it has been deleted.
    pub fn replace(&self, document: &Document<T>) -> Result<Document<T>, Failure> {
        let body = write(&document.body)?;
        read(backend::replace(self.scope, self.name, &document.id, document.revision, &body)?)
    }

    /// Removes the document with this id; whether it was there.
    ///
    /// # Errors
    /// Those that every method has.
    pub fn delete(&self, id: &str) -> Result<bool, Failure> {
        backend::delete(self.scope, self.name, id)
    }

    /// Begins a question about many documents.
    pub fn query(&self) -> Query<T> {
        Query::new(self.scope, self.name)
    }
}

fn write<T: Serialize>(body: &T) -> Result<String, Failure> {
    serde_json::to_string(body).map_err(|_| Failure::internal("A document could not be written."))
}

fn read<T: DeserializeOwned>(document: wit::Document) -> Result<Document<T>, Failure> {
    let wit::Document { id, revision, body, created, updated } = document;
    let body = serde_json::from_str(&body)
        .map_err(|_| Failure::internal("A document is not in the form that this plugin keeps."))?;
    Ok(Document { id, revision, body, created, updated })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde::Deserialize;

    use super::*;
    use crate::testing;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Stop {
        place: Place,
        nights: i64,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Place {
        city: String,
    }

    const STOPS: Collection<Stop> = Collection::of_user("stops");

    fn stop(city: &str, nights: i64) -> Stop {
        Stop { place: Place { city: city.into() }, nights }
    }

    #[test]
    fn a_document_is_stored_read_replaced_and_deleted() {
        let mut document = STOPS.insert(&stop("Moab", 2)).unwrap();
        assert_eq!((document.revision, STOPS.get(&document.id).unwrap()), (1, document.clone()));
        document.body.nights = 3;
        let replaced = STOPS.replace(&document).unwrap();
        assert_eq!((replaced.revision, replaced.body.nights), (2, 3));
        assert!(matches!(STOPS.replace(&document), Err(Failure::Conflict(_))));
        assert!(STOPS.delete(&document.id).unwrap());
        assert!(!STOPS.delete(&document.id).unwrap());
        assert!(matches!(STOPS.get(&document.id), Err(Failure::NotFound(_))));
        assert!(matches!(STOPS.replace(&document), Err(Failure::NotFound(_))));
    }

    #[test]
    fn an_id_is_taken_once() {
        let (first, is_new) = STOPS.insert_once("x", &stop("Moab", 2)).unwrap();
        assert!(is_new);
        assert_eq!(STOPS.insert_once("x", &stop("Moab", 5)).unwrap(), (first, false));
        assert!(matches!(STOPS.insert_as("x", &stop("Moab", 2)), Err(Failure::Conflict(_))));
    }

    #[test]
    fn questions_are_answered_in_parts_and_figures() {
        for (city, nights) in [("Moab", 2), ("Zion", 1), ("Moab", 4), ("Bend", 3)] {
            STOPS.insert(&stop(city, nights)).unwrap();
        }
        let nights = |page: &Page<Stop>| page.documents.iter().map(|d| d.body.nights).collect::<Vec<_>>();
        let query =
            || STOPS.query().at_least("nights", 2).order_by("place.city").order_by_descending("nights");
        let first = query().page(2, None).unwrap();
        assert_eq!(nights(&first), [3, 4]);
        let second = query().page(2, first.next).unwrap();
        assert_eq!((nights(&second), second.next), (vec![2], None));
        assert_eq!(STOPS.query().equal("place.city", "Moab").sum("nights").unwrap(), 6);
        assert_eq!(STOPS.query().equal("place.city", "Nome").sum("nights").unwrap(), 0);
        assert_eq!(STOPS.query().filter("place.city", Operator::Contains, "O").count().unwrap(), 3);
        let groups = STOPS.query().aggregate(Function::Max, Some("nights"), Some("place.city")).unwrap();
        let groups: Vec<_> = groups
            .iter()
            .map(|g| (g.key.as_text().unwrap(), g.value.as_integer().unwrap(), g.count))
            .collect();
        assert_eq!(groups, [("Bend", 3, 1), ("Moab", 4, 2), ("Zion", 1, 1)]);
    }

    #[test]
    fn users_are_kept_apart_and_share_what_is_shared() {
        const SHARED: Collection<Stop> = Collection::shared("stops");
        STOPS.insert(&stop("Moab", 2)).unwrap();
        SHARED.insert(&stop("Zion", 1)).unwrap();
        testing::act_for(Some("bob"));
        assert_eq!((STOPS.query().count().unwrap(), SHARED.query().count().unwrap()), (0, 1));
        testing::act_for(None);
        assert!(matches!(STOPS.query().count(), Err(Failure::Denied(_))));
        assert_eq!(SHARED.query().count().unwrap(), 1);
    }
}
