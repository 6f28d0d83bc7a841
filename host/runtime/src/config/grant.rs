use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de};
use wheelhouse_core::plugin::Capability;

/// Capabilities that there are, each with its targets.
const CAPABILITIES: &[(&str, &[&str])] = &[("documents", &["user", "shared"])];

/// What an operator lets a plugin do: a capability, or one target of it. Written `documents` or `documents:user`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    capability: &'static str,
    target: Option<&'static str>,
}

impl Grant {
    fn covers(&self, capability: &str, target: &str) -> bool {
        self.capability == capability && self.target.is_none_or(|own| own == target)
    }
}

impl FromStr for Grant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, target) = match text.split_once(':') {
            Some((name, target)) => (name, Some(target)),
            None => (text, None),
        };
        let Some((capability, targets)) = CAPABILITIES.iter().find(|(known, _)| *known == name) else {
            let known: Vec<&str> = CAPABILITIES.iter().map(|(name, _)| *name).collect();
            return Err(format!("`{name}` is no capability; there is {}", known.join(", ")));
        };
        let target = match target {
            None => None,
            Some(wanted) => Some(*targets.iter().find(|known| **known == wanted).ok_or_else(|| {
                format!("`{wanted}` is no target of `{capability}`; there is {}", targets.join(", "))
            })?),
        };
        Ok(Self { capability, target })
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.target {
            Some(target) => write!(f, "{}:{target}", self.capability),
            None => f.write_str(self.capability),
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
    let Some((_, targets)) = CAPABILITIES.iter().find(|(name, _)| *name == capability.name) else {
        return Some(format!("asks for `{}`, which this host does not offer", capability.name));
    };
    let strange = capability.targets.iter().find(|target| !targets.contains(&target.as_str()))?;
    Some(format!("asks for `{}` on `{strange}`; there is {}", capability.name, targets.join(", ")))
}

/// Whether both the plugin has asked for this and the operator has granted it. An ask without targets is one for all.
pub(crate) fn is_allowed(asks: &[Capability], grants: &[Grant], capability: &str, target: &str) -> bool {
    asks.iter().any(|ask| {
        ask.name == capability && (ask.targets.is_empty() || ask.targets.iter().any(|t| t == target))
    }) && grants.iter().any(|grant| grant.covers(capability, target))
}

/// Whether everything that is asked for here is granted.
pub(crate) fn is_granted(ask: &Capability, grants: &[Grant]) -> bool {
    let all = CAPABILITIES.iter().find(|(name, _)| *name == ask.name).map_or(&[][..], |(_, targets)| targets);
    all.iter()
        .filter(|target| ask.targets.is_empty() || ask.targets.iter().any(|t| t == *target))
        .all(|target| grants.iter().any(|grant| grant.covers(&ask.name, target)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn ask(targets: &[&str]) -> Capability {
        Capability {
            name: "documents".to_owned(),
            targets: targets.iter().map(|&t| t.to_owned()).collect(),
            reason: String::new(),
        }
    }

    #[test]
    fn asking_alone_gives_nothing() {
        assert!(!is_allowed(&[ask(&["user"])], &[], "documents", "user"));
    }

    #[test]
    fn granting_alone_gives_nothing() {
        let grants = ["documents".parse().unwrap()];
        assert!(!is_allowed(&[], &grants, "documents", "user"));
        assert!(!is_allowed(&[ask(&["user"])], &grants, "documents", "shared"));
    }

    #[test]
    fn a_grant_for_one_target_leaves_the_other_closed() {
        let grants = ["documents:user".parse().unwrap()];
        let asks = [ask(&[])];
        assert!(is_allowed(&asks, &grants, "documents", "user"));
        assert!(!is_allowed(&asks, &grants, "documents", "shared"));
        assert!(!is_granted(&asks[0], &grants));
    }

    #[test]
    fn an_unknown_grant_is_refused_with_the_known_ones() {
        let error = "document".parse::<Grant>().unwrap_err();
        assert_eq!(error, "`document` is no capability; there is documents");
        assert!("documents:all".parse::<Grant>().unwrap_err().contains("user, shared"));
    }
}
