//! `wasi:config`: the plugin's settings and secrets.

use super::imports::config::store::{Error, Host};
use crate::state::State;

impl Host for State {
    async fn get(&mut self, key: String) -> wasmtime::Result<Result<Option<String>, Error>> {
        Ok(Ok(self.access.settings.get(&key).map(ToOwned::to_owned)))
    }

    async fn get_all(&mut self) -> wasmtime::Result<Result<Vec<(String, String)>, Error>> {
        let all = self.access.settings.all();
        Ok(Ok(all.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()))
    }
}
