use std::{fmt, net::IpAddr, str::FromStr};

use url::Host;

use super::network::Network;

/// The ports that are meant where none is named: those of `http` and `https`.
pub(crate) const DEFAULT_PORTS: [u16; 2] = [80, 443];

/// Which servers: `api.example.com`, `*.example.com` (all names below it), `10.0.0.5` or `10.0.0.0/8`, each with or without a port:
/// `api.example.com:8443`, `[fd00::1]:9000`. Without one the ports of `http` and `https` are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HostPattern {
    hosts: Hosts,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Hosts {
    /// In lower case, in ASCII, without a dot at its end.
    Name(String),
    /// All names below this one.
    Below(String),
    Network(Network),
}

impl HostPattern {
    /// Whether a URL with this host and port is meant.
    pub(crate) fn matches(&self, host: &Host<String>, port: u16) -> bool {
        let is_host = match (&self.hosts, host) {
            (Hosts::Name(name), Host::Domain(host)) => name == host,
            (Hosts::Below(name), Host::Domain(host)) => is_below(host, name),
            (Hosts::Network(network), Host::Ipv4(address)) => network.contains((*address).into()),
            (Hosts::Network(network), Host::Ipv6(address)) => network.contains((*address).into()),
            _ => false,
        };
        is_host && self.has_port(port)
    }

    /// Whether everything that `other` means is meant here as well.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        let has_hosts = match (&self.hosts, &other.hosts) {
            (Hosts::Name(own), Hosts::Name(other)) => own == other,
            (Hosts::Below(own), Hosts::Name(other)) => is_below(other, own),
            (Hosts::Below(own), Hosts::Below(other)) => own == other || is_below(other, own),
            (Hosts::Network(own), Hosts::Network(other)) => own.covers(other),
            _ => false,
        };
        has_hosts
            && match other.port {
                Some(port) => self.has_port(port),
                None => self.port.is_none(),
            }
    }

    /// Whether this address is named, by itself or as part of a network. Without a port it is named for all ports: which of them may
    /// be asked for is up to the pattern that names the host.
    pub(crate) fn names_address(&self, address: IpAddr, port: u16) -> bool {
        matches!(&self.hosts, Hosts::Network(network) if network.contains(address))
            && self.port.is_none_or(|own| own == port)
    }

    fn has_port(&self, port: u16) -> bool {
        match self.port {
            Some(own) => own == port,
            None => DEFAULT_PORTS.contains(&port),
        }
    }
}

/// `a.b.example.com` is below `example.com`, which is not below itself.
fn is_below(host: &str, name: &str) -> bool {
    host.strip_suffix(name).is_some_and(|above| above.len() > 1 && above.ends_with('.'))
}

impl FromStr for HostPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (hosts, port) = split(text)?;
        let port = match port.map(str::parse::<u16>) {
            None => None,
            Some(Ok(port)) if port > 0 => Some(port),
            Some(_) => {
                return Err(format!(
                    "`{text}` ends in no port: a number from 1 to 65535 belongs behind the colon"
                ));
            }
        };
        let hosts = if hosts.contains(['/', ':']) || hosts.parse::<IpAddr>().is_ok() {
            Hosts::Network(hosts.parse()?)
        } else if let Some(below) = hosts.strip_prefix("*.") {
            Hosts::Below(name(below)?)
        } else {
            Hosts::Name(name(hosts)?)
        };
        Ok(Self { hosts, port })
    }
}

/// Takes the port off. An IPv6 address has colons of its own, so that it needs brackets when there is a port.
fn split(text: &str) -> Result<(&str, Option<&str>), String> {
    if text.contains("://") {
        return Err(format!("`{text}` is a URL; name the host alone"));
    }
    if let Some(rest) = text.strip_prefix('[') {
        let (hosts, rest) = rest.split_once(']').ok_or_else(|| format!("`{text}` has no closing bracket"))?;
        return match rest.strip_prefix(':') {
            Some(port) => Ok((hosts, Some(port))),
            None if rest.is_empty() => Ok((hosts, None)),
            None => Err(format!("`{text}` has something behind its bracket that is no port")),
        };
    }
    match text.split_once(':') {
        Some((hosts, port)) if !port.contains(':') => Ok((hosts, Some(port))),
        _ => Ok((text, None)),
    }
}

/// A name as URLs have it once they are read.
fn name(text: &str) -> Result<String, String> {
    let strange = || {
        format!(
            "`{text}` is no host name: letters, digits and hyphens with dots between, such as api.example.com"
        )
    };
    if text.contains('*') {
        return Err(format!(
            "`{text}` has a `*` in a place where none may be; `*.example.com` means all names below example.com"
        ));
    }
    let text = text.strip_suffix('.').unwrap_or(text);
    match Host::parse(text) {
        Ok(Host::Domain(name)) if !name.is_empty() && !name.ends_with('.') => Ok(name),
        _ => Err(strange()),
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.hosts, self.port) {
            (Hosts::Name(name), _) => f.write_str(name)?,
            (Hosts::Below(name), _) => write!(f, "*.{name}")?,
            (Hosts::Network(network), Some(_)) if network.to_string().contains(':') => {
                write!(f, "[{network}]")?
            }
            (Hosts::Network(network), _) => network.fmt(f)?,
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn pattern(text: &str) -> HostPattern {
        text.parse().unwrap()
    }

    fn matches(text: &str, host: &str, port: u16) -> bool {
        pattern(text).matches(&Host::parse(host).unwrap(), port)
    }

    #[test]
    fn name_is_meant_on_the_ports_of_http_and_https() {
        assert!(matches("api.example.com", "api.example.com", 443));
        assert!(matches("api.example.com", "api.example.com", 80));
        assert!(!matches("api.example.com", "api.example.com", 8443));
        assert!(matches("api.example.com:8443", "api.example.com", 8443));
        assert!(!matches("api.example.com:8443", "api.example.com", 443));
    }

    #[test]
    fn names_are_compared_whole_and_without_regard_to_case() {
        assert!(matches("API.example.COM.", "api.example.com", 443));
        assert!(matches("bücher.example", "xn--bcher-kva.example", 443));
        for other in ["example.com", "x.api.example.com", "api.example.com.evil.test", "evilapi.example.com"]
        {
            assert!(!matches("api.example.com", other, 443), "{other}");
        }
    }

    #[test]
    fn wildcard_means_names_below_and_not_the_name_itself() {
        assert!(matches("*.example.com", "a.example.com", 443));
        assert!(matches("*.example.com", "a.b.example.com", 443));
        for other in ["example.com", "notexample.com", "example.com.evil.test", "10.0.0.1"] {
            assert!(!matches("*.example.com", other, 443), "{other}");
        }
    }

    #[test]
    fn addresses_match_addresses_alone() {
        assert!(matches("10.0.0.0/8", "10.1.2.3", 80));
        assert!(matches("10.0.0.5:9000", "10.0.0.5", 9000));
        assert!(matches("[fd00::1]:9000", "[fd00::1]", 9000));
        assert!(matches("127.0.0.1", "[::ffff:127.0.0.1]", 80));
        assert!(!matches("10.0.0.0/8", "ten.example.com", 80));
    }

    #[test]
    fn pattern_covers_what_it_means_and_nothing_beyond() {
        for (wide, narrow) in [
            ("a.test", "a.test"),
            ("*.test", "a.test"),
            ("*.test", "*.a.test"),
            ("*.test", "*.test"),
            ("a.test", "a.test:443"),
            ("10.0.0.0/8", "10.0.0.5"),
        ] {
            assert!(pattern(wide).covers(&pattern(narrow)), "{wide} {narrow}");
        }
        for (wide, narrow) in [
            ("a.test", "*.a.test"),
            ("*.a.test", "a.test"),
            ("*.a.test", "*.test"),
            ("a.test:443", "a.test"),
            ("a.test", "a.test:8080"),
            ("10.0.0.5", "10.0.0.0/8"),
            ("10.0.0.0/8", "a.test"),
        ] {
            assert!(!pattern(wide).covers(&pattern(narrow)), "{wide} {narrow}");
        }
    }

    #[test]
    fn address_is_named_for_all_ports_unless_there_is_one() {
        let address = "10.0.0.5".parse().unwrap();
        assert!(pattern("10.0.0.0/8").names_address(address, 5432));
        assert!(!pattern("10.0.0.0/8:80").names_address(address, 5432));
        assert!(!pattern("a.test").names_address(address, 80));
    }

    #[test]
    fn what_is_no_pattern_is_refused_with_a_reason() {
        for (text, reason) in [
            ("https://a.test", "is a URL"),
            ("a.test:0", "from 1 to 65535"),
            ("a.test:99999", "from 1 to 65535"),
            ("a.test:", "from 1 to 65535"),
            ("", "no host name"),
            ("*", "`*.example.com` means"),
            ("*.", "no host name"),
            ("a.*.test", "`*.example.com` means"),
            ("*.10.0.0.1", "no host name"),
            ("a b", "no host name"),
            ("user@a.test", "no host name"),
            ("a.test/path", "no IP address"),
            ("[fd00::1", "closing bracket"),
            ("[fd00::1]9000", "no port"),
            ("10.0.0.5/8", "inside of the network"),
            ("0x7f.1", "no host name"),
        ] {
            let error = text.parse::<HostPattern>().unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn pattern_is_written_as_it_is_read() {
        for text in [
            "a.test",
            "a.test:8080",
            "*.a.test",
            "10.0.0.0/8",
            "10.0.0.1:9000",
            "fd00::/8",
            "[fd00::1]:9000",
            "::1",
        ] {
            assert_eq!(pattern(text).to_string(), text);
        }
    }
}
