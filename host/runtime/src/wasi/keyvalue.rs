//! `wasi:keyvalue`: values by key.

use wasmtime::component::Resource;
use wheelhouse_core::{Failure, FailureClass};

use super::imports::keyvalue::{atomics, batch, store};
use crate::{
    keyvalue::{Bucket as Values, Place, Scope},
    state::State,
};

/// The most keys of one batch.
const BATCH: usize = 500;

/// An open bucket. Whose values it holds is decided at each call.
#[expect(unreachable_pub, reason = "generated code hands it on")]
pub struct Bucket {
    scope: Scope,
    /// Where the next part of its keys begins.
    place: Option<Place>,
}

type Answer<T> = wasmtime::Result<Result<T, store::Error>>;

impl State {
    /// The values that a bucket reaches in the running call.
    fn values(&self, bucket: &Resource<Bucket>) -> wasmtime::Result<Result<Values, store::Error>> {
        let scope = self.table.get(bucket)?.scope;
        Ok(self.values_of(scope))
    }

    fn values_of(&self, scope: Scope) -> Result<Values, store::Error> {
        let opened = match &self.access.keyvalue {
            Some(access) => access.open(&self.plugin, scope, self.user.as_ref()),
            None => Err(crate::keyvalue::denied(&self.plugin, scope)),
        };
        opened.map_err(|failure| self.error_of(&failure))
    }

    /// A failure in the words of `wasi:keyvalue`, which has none for why access is denied: that is for the log.
    fn error_of(&self, failure: &Failure) -> store::Error {
        match failure.class {
            FailureClass::Denied => {
                self.log.note(failure);
                store::Error::AccessDenied
            }
            FailureClass::Internal | FailureClass::Unavailable => {
                let detail = failure.detail.as_deref().unwrap_or_default();
                tracing::warn!(plugin = %self.plugin, class = failure.class.as_str(), detail, "values failed");
                store::Error::Other(failure.message.clone())
            }
            _ => store::Error::Other(failure.message.clone()),
        }
    }

    fn tell<T>(&self, result: wheelhouse_core::Result<T>) -> Answer<T> {
        Ok(result.map_err(|failure| self.error_of(&failure)))
    }
}

/// The bucket's values, or the answer that says why there are none.
macro_rules! values {
    ($state:ident, $bucket:ident) => {
        match $state.values(&$bucket)? {
            Ok(values) => values,
            Err(error) => return Ok(Err(error)),
        }
    };
}

impl store::Host for State {
    async fn open(&mut self, identifier: String) -> Answer<Resource<Bucket>> {
        let scope = match identifier.as_str() {
            "" | "default" | "user" => Scope::User,
            "shared" => Scope::Shared,
            _ => return Ok(Err(store::Error::NoSuchStore)),
        };
        match self.values_of(scope) {
            Ok(_) => Ok(Ok(self.table.push(Bucket { scope, place: None })?)),
            Err(error) => Ok(Err(error)),
        }
    }
}

impl store::HostBucket for State {
    async fn get(&mut self, bucket: Resource<Bucket>, key: String) -> Answer<Option<Vec<u8>>> {
        let got = values!(self, bucket).get(&key).await;
        self.tell(got)
    }

    async fn set(&mut self, bucket: Resource<Bucket>, key: String, value: Vec<u8>) -> Answer<()> {
        self.came_to_be_kept(value.len());
        let set = values!(self, bucket).set(&key, &value).await;
        self.tell(set)
    }

    async fn delete(&mut self, bucket: Resource<Bucket>, key: String) -> Answer<()> {
        let deleted = values!(self, bucket).delete(&key).await;
        self.tell(deleted)
    }

    async fn exists(&mut self, bucket: Resource<Bucket>, key: String) -> Answer<bool> {
        let got = values!(self, bucket).get(&key).await;
        self.tell(got.map(|value| value.is_some()))
    }

    async fn list_keys(
        &mut self,
        bucket: Resource<Bucket>,
        cursor: Option<u64>,
    ) -> Answer<store::KeyResponse> {
        let values = values!(self, bucket);
        let place = self.table.get_mut(&bucket)?.place.take();
        let listed = match values.keys(cursor.unwrap_or_default(), place).await {
            Ok((keys, place)) => {
                let cursor = place.as_ref().map(|place| place.part);
                self.table.get_mut(&bucket)?.place = place;
                Ok(store::KeyResponse { keys, cursor })
            }
            Err(failure) => Err(failure),
        };
        self.tell(listed)
    }

    async fn drop(&mut self, bucket: Resource<Bucket>) -> wasmtime::Result<()> {
        self.table.delete(bucket)?;
        Ok(())
    }
}

impl atomics::Host for State {
    async fn increment(&mut self, bucket: Resource<Bucket>, key: String, delta: u64) -> Answer<u64> {
        let sum = values!(self, bucket).increment(&key, delta).await;
        self.tell(sum)
    }
}

impl batch::Host for State {
    async fn get_many(
        &mut self,
        bucket: Resource<Bucket>,
        keys: Vec<String>,
    ) -> Answer<Vec<Option<(String, Vec<u8>)>>> {
        let values = values!(self, bucket);
        let got = async {
            check_batch(keys.len())?;
            let mut got = Vec::with_capacity(keys.len());
            for key in keys {
                got.push(values.get(&key).await?.map(|value| (key, value)));
            }
            Ok(got)
        }
        .await;
        self.tell(got)
    }

    async fn set_many(&mut self, bucket: Resource<Bucket>, pairs: Vec<(String, Vec<u8>)>) -> Answer<()> {
        self.came(pairs.iter().map(|(key, value)| key.len() + value.len()).sum());
        let values = values!(self, bucket);
        let set = async {
            check_batch(pairs.len())?;
            for (key, value) in &pairs {
                values.set(key, value).await?;
            }
            Ok(())
        }
        .await;
        self.tell(set)
    }

    async fn delete_many(&mut self, bucket: Resource<Bucket>, keys: Vec<String>) -> Answer<()> {
        let values = values!(self, bucket);
        let deleted = async {
            check_batch(keys.len())?;
            for key in &keys {
                values.delete(key).await?;
            }
            Ok(())
        }
        .await;
        self.tell(deleted)
    }
}

fn check_batch(keys: usize) -> wheelhouse_core::Result<()> {
    if keys > BATCH {
        return Err(Failure::invalid(format!("A batch has at most {BATCH} keys; this one has {keys}.")));
    }
    Ok(())
}
