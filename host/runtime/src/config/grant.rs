mod host_pattern;
mod network;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de};
use wheelhouse_core::plugin::Capability;

pub(crate) use host_pattern::{DEFAULT_PORTS, HostPattern};

/// Capabilities whose targets are known, each with them.
const SCOPED: &[(&str, &[&str])] = &[("documents", &["user", "shared"]), ("keyvalue", &["user", "shared"])];
const HTTP: &str = "http";
const PUBLIC: &str = "public";
/// The most hosts that a plugin can ask for.
const HOSTS: usize = 64;
/// What all routes of plugins begin with, and no grant needs to repeat.
const ROUTES: &str = "/api/v1";

/// What an operator lets a plugin do.
///
/// | written | allows |
/// |---|---|
/// | `documents`, `documents:user`, `documents:shared` | to keep documents |
/// | `keyvalue`, `keyvalue:user`, `keyvalue:shared` | to keep values by key |
/// | `http:api.example.com`, `http:api.example.com:8443`, `http:*.example.com` | to send requests to this host, or to all below it |
/// | `http:10.0.0.5:9000`, `http:10.0.0.0/8` | the same for addresses, and to reach them by a name although they are not public |
/// | `public`, `public:/feeds/{id}` | to answer callers who are not signed in, on all of its public routes or on one; a mounted service as a whole |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant(Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Scoped { capability: &'static str, target: Option<&'static str> },
    Http(HostPattern),
    Public { path: Option<String> },
}

impl Grant {
    fn covers(&self, capability: &str, target: &str) -> bool {
        matches!(&self.0, Kind::Scoped { capability: own, target: part }
            if *own == capability && part.is_none_or(|part| part == target))
    }
}

impl FromStr for Grant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, target) = match text.split_once(':') {
            Some((name, target)) => (name, Some(target)),
            None => (text, None),
        };
        let kind = match (name, target) {
            (HTTP, Some(hosts)) => Kind::Http(hosts.parse()?),
            (HTTP, None) => {
                return Err(
                    "`http` needs a host: `http:api.example.com`, or `http:*.example.com` for all hosts below it".to_owned()
                );
            }
            (PUBLIC, None) => Kind::Public { path: None },
            (PUBLIC, Some(path)) if path.starts_with('/') => Kind::Public { path: Some(path.to_owned()) },
            (PUBLIC, Some(path)) => {
                return Err(format!(
                    "`{path}` is no path of a route: it begins with a slash, as in `public:/feeds/{{id}}`"
                ));
            }
            _ => scoped(name, target)?,
        };
        Ok(Self(kind))
    }
}

fn scoped(name: &str, target: Option<&str>) -> Result<Kind, String> {
    let Some((capability, targets)) = SCOPED.iter().find(|(known, _)| *known == name) else {
        return Err(format!(
            "`{name}` is nothing that can be granted; there is {}, {PUBLIC}",
            capabilities()
        ));
    };
    let target = match target {
        None => None,
        Some(wanted) => Some(*targets.iter().find(|known| **known == wanted).ok_or_else(|| {
            format!("`{wanted}` is no target of `{capability}`; there is {}", targets.join(", "))
        })?),
    };
    Ok(Kind::Scoped { capability, target })
}

/// Those that a plugin can ask for.
fn capabilities() -> String {
    let scoped: Vec<&str> = SCOPED.iter().map(|(name, _)| *name).collect();
    format!("{}, {HTTP}", scoped.join(", "))
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Scoped { capability, target: Some(target) } => write!(f, "{capability}:{target}"),
            Kind::Scoped { capability, target: None } => f.write_str(capability),
            Kind::Http(hosts) => write!(f, "{HTTP}:{hosts}"),
            Kind::Public { path: Some(path) } => write!(f, "{PUBLIC}:{path}"),
            Kind::Public { path: None } => f.write_str(PUBLIC),
        }
    }
}

impl Serialize for Grant {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Grant {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// What is wrong with something that a plugin asks for.
pub(crate) fn problem_of(capability: &Capability) -> Option<String> {
    let Capability { name, targets, .. } = capability;
    if name == HTTP {
        if targets.is_empty() || targets.len() > HOSTS {
            return Some(format!(
                "asks for `{HTTP}` on {} hosts; it has to name 1 to {HOSTS}",
                targets.len()
            ));
        }
        let problem = targets.iter().find_map(|target| target.parse::<HostPattern>().err())?;
        return Some(format!("asks for `{HTTP}`: {problem}"));
    }
    if name == PUBLIC {
        return Some(format!(
            "asks for `{PUBLIC}`, which nobody asks for: its routes say themselves that they are public"
        ));
    }
    let Some((_, known)) = SCOPED.iter().find(|(known, _)| known == name) else {
        return Some(format!(
            "asks for `{name}`, which this host does not offer; there is {}",
            capabilities()
        ));
    };
    let strange = targets.iter().find(|target| !known.contains(&target.as_str()))?;
    Some(format!("asks for `{name}` on `{strange}`; there is {}", known.join(", ")))
}

/// Whether both the plugin has asked for this and the operator has granted it. An ask without targets is one for all.
pub(crate) fn is_allowed(asks: &[Capability], grants: &[Grant], capability: &str, target: &str) -> bool {
    asks.iter().any(|ask| {
        ask.name == capability && (ask.targets.is_empty() || ask.targets.iter().any(|t| t == target))
    }) && grants.iter().any(|grant| grant.covers(capability, target))
}

/// Whether everything that is asked for here is granted.
pub(crate) fn is_granted(ask: &Capability, grants: &[Grant]) -> bool {
    if ask.name == HTTP {
        let granted = granted_hosts(grants);
        let is_covered = |asked: &HostPattern| granted.iter().any(|granted| granted.covers(asked));
        return ask.targets.iter().all(|target| target.parse().is_ok_and(|asked| is_covered(&asked)));
    }
    let all = SCOPED.iter().find(|(name, _)| *name == ask.name).map_or(&[][..], |(_, targets)| targets);
    all.iter()
        .filter(|target| ask.targets.is_empty() || ask.targets.iter().any(|t| t == *target))
        .all(|target| grants.iter().any(|grant| grant.covers(&ask.name, target)))
}

/// The hosts that a plugin asks for.
pub(crate) fn asked_hosts(asks: &[Capability]) -> Vec<HostPattern> {
    let http = asks.iter().filter(|ask| ask.name == HTTP);
    http.flat_map(|ask| &ask.targets).filter_map(|target| target.parse().ok()).collect()
}

/// The hosts that an operator grants.
pub(crate) fn granted_hosts(grants: &[Grant]) -> Vec<HostPattern> {
    let hosts = grants.iter().filter_map(|grant| match &grant.0 {
        Kind::Http(hosts) => Some(hosts.clone()),
        _ => None,
    });
    hosts.collect()
}

/// What a component asks for that cannot say it: as much as it is granted.
pub(crate) fn asked_by_grants(grants: &[Grant]) -> Vec<Capability> {
    let asks = grants.iter().filter_map(|grant| {
        let (name, target) = match &grant.0 {
            Kind::Scoped { capability, target } => (*capability, target.map(str::to_owned)),
            Kind::Http(hosts) => (HTTP, Some(hosts.to_string())),
            Kind::Public { .. } => return None,
        };
        let reason = "The operator has granted it to a component that cannot ask.".to_owned();
        Some(Capability { name: name.to_owned(), targets: target.into_iter().collect(), reason })
    });
    asks.collect()
}

/// Whether a route of this path, as the plugin describes it, may answer callers who are not signed in.
pub(crate) fn is_public(grants: &[Grant], path: &str) -> bool {
    grants.iter().any(|grant| match &grant.0 {
        Kind::Public { path: None } => true,
        Kind::Public { path: Some(own) } => own.strip_prefix(ROUTES).unwrap_or(own) == path,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn ask_for(name: &str, targets: &[&str]) -> Capability {
        Capability {
            name: name.to_owned(),
            targets: targets.iter().map(|&t| t.to_owned()).collect(),
            reason: String::new(),
        }
    }

    fn ask(targets: &[&str]) -> Capability {
        ask_for("documents", targets)
    }

    fn grants(texts: &[&str]) -> Vec<Grant> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn refusal(text: &str) -> String {
        text.parse::<Grant>().unwrap_err()
    }

    #[test]
    fn asking_alone_gives_nothing() {
        assert!(!is_allowed(&[ask(&["user"])], &[], "documents", "user"));
    }

    #[test]
    fn granting_alone_gives_nothing() {
        let grants = grants(&["documents"]);
        assert!(!is_allowed(&[], &grants, "documents", "user"));
        assert!(!is_allowed(&[ask(&["user"])], &grants, "documents", "shared"));
        assert!(!is_allowed(&[ask(&[])], &grants, "keyvalue", "user"));
    }

    #[test]
    fn a_grant_for_one_target_leaves_the_other_closed() {
        let grants = grants(&["documents:user"]);
        let asks = [ask(&[])];
        assert!(is_allowed(&asks, &grants, "documents", "user"));
        assert!(!is_allowed(&asks, &grants, "documents", "shared"));
        assert!(!is_granted(&asks[0], &grants));
    }

    #[test]
    fn every_host_that_is_asked_for_needs_its_grant() {
        let asked = ask_for("http", &["a.example.com", "b.example.com:8443"]);
        assert!(!is_granted(&asked, &grants(&["http:a.example.com"])));
        assert!(!is_granted(&asked, &grants(&["http:*.example.com"])), "no port of b");
        assert!(is_granted(&asked, &grants(&["http:*.example.com", "http:b.example.com:8443"])));
        assert!(!is_granted(&ask_for("http", &["*.example.com"]), &grants(&["http:a.example.com"])));
    }

    #[test]
    fn an_unknown_grant_is_refused_with_the_known_ones() {
        assert_eq!(
            refusal("document"),
            "`document` is nothing that can be granted; there is documents, keyvalue, http, public"
        );
        assert!(refusal("documents:all").contains("user, shared"));
        assert!(refusal("http").contains("`http:api.example.com`"));
        assert!(refusal("http:https://a.test").contains("URL"));
        assert!(refusal("public:feeds").contains("slash"));
    }

    #[test]
    fn an_ask_that_is_none_is_refused_with_a_reason() {
        let problem = |name: &str, targets: &[&str]| problem_of(&ask_for(name, targets)).unwrap();
        assert!(problem("moon", &[]).contains("documents, keyvalue, http"));
        assert!(problem("documents", &["all"]).contains("user, shared"));
        assert!(problem("http", &[]).contains("1 to 64"));
        assert!(problem("http", &["https://a.test"]).contains("URL"));
        assert!(problem("public", &[]).contains("routes"));
        assert_eq!(problem_of(&ask_for("http", &["a.test", "*.b.test:8080", "10.0.0.0/8"])), None);
        assert_eq!(problem_of(&ask_for("keyvalue", &["user"])), None);
    }

    #[test]
    fn a_component_that_cannot_ask_asks_for_what_is_granted() {
        let grants = grants(&["keyvalue:user", "http:*.example.com", "http:10.0.0.0/8", "public"]);
        let asks = asked_by_grants(&grants);
        assert_eq!(asks.len(), 3);
        assert!(asks.iter().all(|ask| is_granted(ask, &grants) && problem_of(ask).is_none()), "{asks:?}");
        assert!(is_allowed(&asks, &grants, "keyvalue", "user"));
        assert!(!is_allowed(&asks, &grants, "keyvalue", "shared"));
    }

    #[test]
    fn public_routes_are_granted_together_or_one_by_one() {
        assert!(is_public(&grants(&["public"]), "/feeds/{id}"));
        assert!(is_public(&grants(&["public:/feeds/{id}"]), "/feeds/{id}"));
        assert!(is_public(&grants(&["public:/api/v1/feeds/{id}"]), "/feeds/{id}"));
        assert!(!is_public(&grants(&["public:/feeds", "documents"]), "/feeds/{id}"));
    }

    #[test]
    fn grants_are_written_as_they_are_read() {
        for text in [
            "documents",
            "keyvalue:user",
            "http:*.example.com:8080",
            "http:10.0.0.0/8",
            "public",
            "public:/feeds",
        ] {
            assert_eq!(text.parse::<Grant>().unwrap().to_string(), text);
        }
    }
}
