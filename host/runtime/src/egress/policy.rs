//! What one plugin may reach: its asks and its grants, held against a host's name and then against the addresses behind it.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use url::Host;
use wheelhouse_core::plugin::Capability;

use super::{
    address::is_public,
    error::{EgressError, Kind},
    target::Target,
};
use crate::config::{Grant, HostPattern, asked_hosts, granted_hosts};

/// Names that stand for this machine, so that granting them grants its loopback addresses.
const LOOPBACK_NAME: &str = "localhost";

/// One plugin's.
#[derive(Debug)]
pub(crate) struct Policy {
    plugin: Arc<str>,
    asked: Vec<HostPattern>,
    granted: Vec<HostPattern>,
}

impl Policy {
    /// None for a plugin that may reach nothing, because it has asked for nothing or nothing is granted.
    pub(crate) fn of(plugin: &Arc<str>, asks: &[Capability], grants: &[Grant]) -> Option<Self> {
        let policy =
            Self { plugin: plugin.clone(), asked: asked_hosts(asks), granted: granted_hosts(grants) };
        (!policy.asked.is_empty() && !policy.granted.is_empty()).then_some(policy)
    }

    /// The first check: the host of the URL.
    ///
    /// # Errors
    /// `Denied`, with the grant that is missing.
    pub(crate) fn check_host(&self, target: &Target) -> Result<(), EgressError> {
        let is_meant = |patterns: &[HostPattern]| {
            patterns.iter().any(|pattern| pattern.matches(target.host(), target.port()))
        };
        if is_meant(&self.asked) && is_meant(&self.granted) {
            Ok(())
        } else {
            Err(denied(&self.plugin, target))
        }
    }

    /// The second check: every address that the name stands for. One that is not public has to be granted itself.
    ///
    /// A name with both kinds of addresses is refused whole. To leave the forbidden ones out would be safe for the house, but such a name
    /// is an attack or a mistake, and what hides it helps the one and prolongs the other.
    ///
    /// # Errors
    /// `Prohibited`. Which address it was is for the log alone: a plugin is no way to read the house's own names.
    pub(crate) fn check_addresses(
        &self,
        host: &Host<String>,
        addresses: &[SocketAddr],
    ) -> Result<(), EgressError> {
        let Some(address) = addresses.iter().find(|address| !self.may_reach(host, **address)) else {
            return Ok(());
        };
        let ip = address.ip().to_canonical();
        let message = match host {
            Host::Domain(name) => format!(
                "{name} stands for an address of this machine or of a private network, which is not granted to the plugin `{}`; the \
                 host's log says which.",
                self.plugin
            ),
            Host::Ipv4(_) | Host::Ipv6(_) => format!(
                "{ip} is an address of this machine or of a private network, which is not granted to the plugin `{plugin}`: \
                 grants = [\"http:{ip}\"] in [plugins.{plugin}].",
                plugin = self.plugin
            ),
        };
        Err(EgressError::new(Kind::Prohibited, message).with_detail(format!(
            "{host} stands for {ip}, which grants = [\"http:{ip}\"] in [plugins.{}] would allow",
            self.plugin
        )))
    }

    fn may_reach(&self, host: &Host<String>, address: SocketAddr) -> bool {
        let ip: IpAddr = address.ip().to_canonical();
        let is_loopback_by_name =
            || matches!(host, Host::Domain(name) if name == LOOPBACK_NAME) && ip.is_loopback();
        is_public(ip)
            || self.granted.iter().any(|pattern| pattern.names_address(ip, address.port()))
            || is_loopback_by_name()
    }
}

/// The answer to a request for which there is no grant.
pub(crate) fn denied(plugin: &str, target: &Target) -> EgressError {
    EgressError::new(
        Kind::Denied,
        format!(
            "The plugin `{plugin}` may not send requests to {label}: it has to ask for `http` on this host in its description, and the \
             operator has to grant it by grants = [\"http:{label}\"] in [plugins.{plugin}].",
            label = target.label()
        ),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn policy(asks: &[&str], grants: &[&str]) -> Option<Policy> {
        let ask = Capability {
            name: "http".to_owned(),
            targets: asks.iter().map(|&target| target.to_owned()).collect(),
            reason: String::new(),
        };
        let grants: Vec<Grant> = grants.iter().map(|grant| grant.parse().unwrap()).collect();
        Policy::of(&"trip".into(), &[ask], &grants)
    }

    fn check_host(policy: &Policy, url: &str) -> Result<(), EgressError> {
        policy.check_host(&Target::parse(url).unwrap())
    }

    fn check_addresses(policy: &Policy, host: &str, addresses: &[&str]) -> Result<(), EgressError> {
        let addresses: Vec<SocketAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
        policy.check_addresses(&Host::parse(host).unwrap(), &addresses)
    }

    #[test]
    fn what_is_asked_for_and_granted_may_be_reached() {
        let policy = policy(&["*.a.test"], &["http:x.a.test"]).unwrap();
        assert!(check_host(&policy, "https://x.a.test/").is_ok());
        for url in ["https://y.a.test/", "https://a.test/", "https://x.a.test:8443/", "https://b.test/"] {
            let error = check_host(&policy, url).unwrap_err();
            assert_eq!(error.kind, Kind::Denied, "{url}");
        }
        let error = check_host(&policy, "https://y.a.test:8443/").unwrap_err();
        assert!(error.message.contains(r#"grants = ["http:y.a.test:8443"] in [plugins.trip]"#), "{error}");
    }

    #[test]
    fn asking_or_granting_alone_reaches_nothing() {
        assert!(policy(&["a.test"], &[]).is_none());
        assert!(policy(&[], &["http:a.test"]).is_none());
        let policy = policy(&["a.test"], &["http:b.test"]).unwrap();
        assert!(check_host(&policy, "https://a.test/").is_err());
        assert!(check_host(&policy, "https://b.test/").is_err());
    }

    #[test]
    fn names_that_lead_into_the_house_are_refused() {
        let policy = policy(&["a.test"], &["http:a.test"]).unwrap();
        assert!(check_addresses(&policy, "a.test", &["1.1.1.1:443", "[2606:4700::1111]:443"]).is_ok());
        for address in
            ["127.0.0.1:443", "[::1]:443", "10.0.0.1:443", "169.254.169.254:80", "[::ffff:10.0.0.1]:443"]
        {
            let error = check_addresses(&policy, "a.test", &[address]).unwrap_err();
            assert_eq!(error.kind, Kind::Prohibited, "{address}");
            assert!(!error.message.contains("10.0.0.1"), "{error}");
            assert!(error.detail.unwrap().contains("http:"));
        }
    }

    #[test]
    fn one_forbidden_address_among_public_ones_is_enough() {
        let policy = policy(&["a.test"], &["http:a.test"]).unwrap();
        let error = check_addresses(&policy, "a.test", &["1.1.1.1:443", "127.0.0.1:443"]).unwrap_err();
        assert_eq!(error.kind, Kind::Prohibited);
    }

    #[test]
    fn an_address_that_is_granted_itself_may_be_reached_by_name() {
        let policy = policy(&["printer.test:631"], &["http:printer.test:631", "http:10.0.0.0/8"]).unwrap();
        assert!(check_addresses(&policy, "printer.test", &["10.0.0.7:631"]).is_ok());
        assert!(check_addresses(&policy, "printer.test", &["192.168.0.7:631"]).is_err());
    }

    #[test]
    fn localhost_stands_for_loopback_and_nothing_else() {
        let policy = policy(&["localhost:9000"], &["http:localhost:9000"]).unwrap();
        assert!(check_host(&policy, "http://localhost:9000/").is_ok());
        assert!(check_host(&policy, "http://127.0.0.1:9000/").is_err());
        assert!(check_addresses(&policy, "localhost", &["127.0.0.1:9000", "[::1]:9000"]).is_ok());
        assert!(check_addresses(&policy, "localhost", &["10.0.0.1:9000"]).is_err());
        assert!(check_addresses(&policy, "other.test", &["127.0.0.1:9000"]).is_err());
    }
}
