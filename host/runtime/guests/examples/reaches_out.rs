//! Looks for files, networks and variables of the host.

#![allow(missing_docs, clippy::needless_pass_by_value, reason = "a guest for tests")]

use wheelhouse_sdk::prelude::*;

/// Does what this guest is for.
#[derive(Deserialize, JsonSchema)]
struct ReachesOut {}

fn run(_: &Call, _: ReachesOut) -> Result<Outcome<Vec<&'static str>>, Failure> {
    let mut reached = Vec::new();
    if std::fs::read_dir("/").is_ok()
        || std::fs::write("/tmp/x", "x").is_ok()
        || std::fs::read_dir(".").is_ok()
    {
        reached.push("files");
    }
    if std::net::TcpStream::connect("127.0.0.1:5432").is_ok()
        || std::net::UdpSocket::bind("0.0.0.0:0").is_ok()
    {
        reached.push("network");
    }
    if std::net::ToSocketAddrs::to_socket_addrs("localhost:80").is_ok() {
        reached.push("names");
    }
    if std::env::vars().next().is_some() || std::env::args().next().is_some() {
        reached.push("environment");
    }
    if std::io::Read::read(&mut std::io::stdin(), &mut [0; 1]).unwrap_or(0) > 0 {
        reached.push("input");
    }
    Ok(Outcome::new(reached, "That is all."))
}

wheelhouse_sdk::plugin! {
    plugin: Plugin::new("ReachesOut", "Looks for files, networks and variables of the host.").id("reaches-out"),
    tools: [Tool::new(run)],
}
