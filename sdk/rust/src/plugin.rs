//! What a plugin says of itself.

use schemars::JsonSchema;
use serde_json::Value;

use crate::{bindings::plugin::exports::wheelhouse::plugin::plugin as wit, schema};

/// The description of a plugin. Its id and version are those of its package, unless it says otherwise.
#[derive(Debug, Clone)]
pub struct Plugin {
    id: Option<String>,
    version: Option<String>,
    name: String,
    summary: String,
    capabilities: Vec<wit::Capability>,
    instances: wit::Instances,
    settings_schema: Option<String>,
}

impl Plugin {
    /// A plugin with this name and one sentence about it, both for people.
    pub fn new(name: impl Into<String>, summary: impl Into<String>) -> Self {
        Self {
            id: None,
            version: None,
            name: name.into(),
            summary: summary.into(),
            capabilities: Vec::new(),
            instances: wit::Instances::Fresh,
            settings_schema: None,
        }
    }

    /// Another id than the package's name: kebab-case, unique in a host, never changed.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Another version than the package's.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Asks for documents of the user that a call is made for. The reason is a sentence for the operator.
    #[must_use]
    pub fn needs_documents(self, reason: impl Into<String>) -> Self {
        self.needs("documents", &["user"], reason)
    }

    /// Asks for documents that all users share. The reason is a sentence for the operator.
    #[must_use]
    pub fn needs_shared_documents(self, reason: impl Into<String>) -> Self {
        self.needs("documents", &["shared"], reason)
    }

    /// Asks to send [requests](crate::http) to these hosts: `api.example.com`, `api.example.com:8443`, or `*.example.com` for all hosts below.
    /// The reason is a sentence for the operator.
    #[must_use]
    pub fn needs_http<H: Into<String>>(
        mut self,
        hosts: impl IntoIterator<Item = H>,
        reason: impl Into<String>,
    ) -> Self {
        self.capabilities.push(wit::Capability {
            name: "http".to_owned(),
            targets: hosts.into_iter().map(Into::into).collect(),
            reason: reason.into(),
        });
        self
    }

    /// Says what the operator can set for the plugin, secrets included: see [`settings`](crate::settings).
    #[must_use]
    pub fn settings<T: JsonSchema>(mut self) -> Self {
        self.settings_schema = Some(Value::Object(schema::describe::<T>().schema).to_string());
        self
    }

    /// Asks for any capability of the contract, for these targets.
    #[must_use]
    pub fn needs(mut self, capability: &str, targets: &[&str], reason: impl Into<String>) -> Self {
        self.capabilities.push(wit::Capability {
            name: capability.to_owned(),
            targets: targets.iter().map(|&target| target.to_owned()).collect(),
            reason: reason.into(),
        });
        self
    }

    /// Asks to be kept and used again: for engines that are costly to start. What it keeps in memory outlives a call, so it
    /// must not keep anything of a user.
    #[must_use]
    pub fn warm(mut self) -> Self {
        self.instances = wit::Instances::Warm;
        self
    }

    pub(crate) fn into_wit(self, package: &str, package_version: &str) -> wit::Description {
        wit::Description {
            id: self.id.unwrap_or_else(|| package.to_owned()),
            version: self.version.unwrap_or_else(|| package_version.to_owned()),
            name: self.name,
            summary: self.summary,
            capabilities: self.capabilities,
            instances: self.instances,
            settings_schema: self.settings_schema,
        }
    }
}
