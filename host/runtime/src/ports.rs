//! A plugin's exports as the ports that services call.

pub(crate) mod chat;
pub(crate) mod mount;
pub(crate) mod rest;
pub(crate) mod routes;
pub(crate) mod speech;
pub(crate) mod tools;
