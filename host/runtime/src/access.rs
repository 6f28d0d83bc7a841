//! What one plugin may reach outside itself: what it asks for and the operator grants, made into what its instances hold.

use std::sync::Arc;

use wheelhouse_core::{
    plugin::{Capability, Usage},
    route::RouteDefinition,
};

use crate::{
    config::{self, Grant, Limits, PluginConfig},
    declaration::Checked,
    egress::{Gate, Policy},
    keyvalue::KeyValueAccess,
    sandbox::Sandbox,
    settings::Settings,
    state::DocumentAccess,
};

/// Everything that is behind a plugin's imports. What was not granted is not there, so that nothing can reach it.
#[derive(Clone, Default)]
pub(crate) struct Access {
    pub(crate) documents: Option<DocumentAccess>,
    pub(crate) keyvalue: Option<KeyValueAccess>,
    pub(crate) http: Option<Arc<Gate>>,
    pub(crate) settings: Settings,
}

impl Access {
    /// Nothing: for asking a plugin what it is.
    pub(crate) fn none() -> Arc<Self> {
        Arc::default()
    }

    /// What a plugin may reach under its configuration.
    ///
    /// # Errors
    /// A sentence for the operator when its settings are not in order.
    pub(crate) fn of(
        sandbox: &Sandbox,
        checked: &Checked,
        own: &PluginConfig,
        limits: &Limits,
    ) -> Result<Arc<Self>, String> {
        let settings = Settings::of(&checked.id, checked.settings.as_ref(), own)?;
        let asks = checked.asks(&own.grants);
        let policy = Policy::of(&checked.id.as_str().into(), &asks, &own.grants);
        let documents = DocumentAccess::of(sandbox, &asks, &own.grants, limits);
        let gate = policy.map(|policy| Gate::new(&sandbox.egress, policy, limits)).transpose();
        Ok(Arc::new(Self {
            documents,
            keyvalue: keyvalue(sandbox, &asks, own, limits),
            http: gate.map_err(|failure| format!("its requests cannot be sent: {failure}"))?.map(Arc::new),
            settings,
        }))
    }

    /// What is used of the limits on requests, where any can be sent.
    pub(crate) fn usage(&self) -> Vec<Usage> {
        self.http.as_ref().map(|gate| gate.usage()).unwrap_or_default()
    }
}

fn keyvalue(
    sandbox: &Sandbox,
    asks: &[Capability],
    own: &PluginConfig,
    limits: &Limits,
) -> Option<KeyValueAccess> {
    let allowed = |target| config::is_allowed(asks, &own.grants, "keyvalue", target);
    let (user, shared) = (allowed("user"), allowed("shared"));
    (user || shared).then(|| KeyValueAccess {
        store: sandbox.documents.clone(),
        clock: sandbox.clock.clone(),
        user,
        shared,
        document_bytes: limits.document_bytes,
    })
}

/// Has a route ask for a token that is described as public and not granted as such; what there is to say about it.
pub(crate) fn close_unless_granted(
    plugin: &str,
    route: &mut RouteDefinition,
    grants: &[Grant],
) -> Option<String> {
    if !route.public || config::is_public(grants, &route.path) {
        return None;
    }
    route.public = false;
    Some(format!(
        "{} {path} is described as public, and asks for a token until it is granted by grants = [\"public:{path}\"] in \
         [plugins.{plugin}]",
        route.method,
        path = route.path
    ))
}
