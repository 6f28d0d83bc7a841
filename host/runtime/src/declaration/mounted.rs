use super::{Declaration, paths};
use crate::cache::{ContentHash, hex};

impl Declaration {
    /// For a component that cannot say what it is, under the name that the operator gives it.
    pub(crate) fn mounted(id: &str, hash: &ContentHash) -> Self {
        Self {
            id: id.to_owned(),
            version: format!("0.0.0+{}", hex(&hash[..4])),
            name: id.to_owned(),
            summary: format!("A web service at /api/v1/{id}, mounted by the operator."),
            capabilities: Vec::new(),
            warm: false,
            // Whatever the operator sets.
            settings_schema: Some(r#"{"type": "object"}"#.to_owned()),
            tools: Vec::new(),
            routes: Vec::new(),
            is_mounted: true,
        }
    }
}

/// Why nothing can be mounted under this name, if nothing can.
pub(crate) fn mount_problem(id: &str) -> Option<String> {
    let problem = paths::parameters(&format!("/{id}")).err()?;
    Some(format!("nothing is mounted at /api/v1/{id}: the path {problem}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounted_component_is_in_order_and_tells_its_contents_by_its_version() {
        let checked = super::super::check(&Declaration::mounted("hello", &[0xab; 32]));
        assert_eq!(checked.expect("in order").version.to_string(), "0.0.0+abababab");
    }

    #[test]
    fn nothing_is_mounted_over_the_hosts_own_paths() {
        assert!(mount_problem("auth").expect("taken").contains("host's own"));
        assert_eq!(mount_problem("hello"), None);
    }
}
