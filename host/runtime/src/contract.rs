//! The plugin contract, one module a version. What the rest of the crate sees are the words of the domain: when there is a second
//! version, the older one's module is mapped onto the newest here.

pub(crate) mod v0_1;
