use wheelhouse_core::plugin::Capability;

use super::{Grant, grant::is_granted};

/// What a new version asks for beyond the old one without its being granted, each as it would stand among the grants.
pub(crate) fn not_granted_beyond(new: &[Capability], old: &[Capability], grants: &[Grant]) -> Vec<String> {
    let mut missing = Vec::new();
    for ask in new {
        let parts = if ask.targets.is_empty() { vec![None] } else { ask.targets.iter().map(Some).collect() };
        for target in parts {
            let is_old = old.iter().any(|old| {
                old.name == ask.name
                    && (old.targets.is_empty() || target.is_some_and(|target| old.targets.contains(target)))
            });
            let part = Capability { targets: target.into_iter().cloned().collect(), ..ask.clone() };
            if !is_old && !is_granted(&part, grants) {
                missing.push(match target {
                    Some(target) => format!("{}:{target}", ask.name),
                    None => ask.name.clone(),
                });
            }
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn ask(targets: &[&str]) -> Capability {
        Capability {
            name: "documents".to_owned(),
            targets: targets.iter().map(|&target| target.to_owned()).collect(),
            reason: String::new(),
        }
    }

    #[test]
    fn what_the_old_version_asked_for_is_not_asked_for_again() {
        assert!(not_granted_beyond(&[ask(&["user"])], &[ask(&["user"])], &[]).is_empty());
        assert!(not_granted_beyond(&[ask(&["user"])], &[ask(&[])], &[]).is_empty());
    }

    #[test]
    fn what_is_new_and_not_granted_is_named_as_the_grant_would_be() {
        assert_eq!(
            not_granted_beyond(&[ask(&["user", "shared"])], &[ask(&["user"])], &[]),
            ["documents:shared"]
        );
        assert_eq!(not_granted_beyond(&[ask(&[])], &[ask(&["user"])], &[]), ["documents"]);
    }

    #[test]
    fn what_is_new_and_granted_is_in_order() {
        let grants = ["documents".parse().unwrap()];
        assert!(not_granted_beyond(&[ask(&[])], &[], &grants).is_empty());
    }
}
