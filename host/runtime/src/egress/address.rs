//! Which addresses belong to the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Blocks of IPv4 that lead to this machine, to its network, to cloud providers' services for it, or nowhere.
const NOT_PUBLIC_V4: &[([u8; 4], u32)] = &[
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    // Carriers' shared space, in which some clouds keep their metadata.
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    // A service that answers every machine of one cloud, at an address that looks public.
    ([168, 63, 129, 16], 32),
    // Link-local, and with it nearly everybody's metadata.
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    // Multicast, and everything above it.
    ([224, 0, 0, 0], 3),
];

/// The only block of IPv6 that is public.
const PUBLIC_V6: ([u16; 8], u32) = ([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);
/// What is not public inside of it.
const NOT_PUBLIC_V6: &[([u16; 8], u32)] = &[
    // Protocols' own: tunnels to IPv4 (Teredo), benchmarks, identifiers that are no addresses.
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),
    // Documentation.
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),
    // Tunnels to IPv4 (6to4).
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16),
];

/// Whether an address leads out of the house. What is not known to be public is not: for IPv6 that is everything outside of global
/// unicast, translated IPv4 (`64:ff9b::/96`) included, for it would hide an address of the house from this check.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            !NOT_PUBLIC_V4.iter().any(|&(block, prefix)| in_v4(address, Ipv4Addr::from(block), prefix))
        }
        IpAddr::V6(address) => {
            let within = |&(block, prefix): &([u16; 8], u32)| in_v6(address, Ipv6Addr::from(block), prefix);
            within(&PUBLIC_V6) && !NOT_PUBLIC_V6.iter().any(within)
        }
    }
}

fn in_v4(address: Ipv4Addr, block: Ipv4Addr, prefix: u32) -> bool {
    (address.to_bits() ^ block.to_bits()) >> (32 - prefix) == 0
}

fn in_v6(address: Ipv6Addr, block: Ipv6Addr, prefix: u32) -> bool {
    (address.to_bits() ^ block.to_bits()) >> (128 - prefix) == 0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn addresses_of_the_internet_are_public() {
        for text in
            ["1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255"]
        {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
        for text in [
            "128.0.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "198.17.255.255",
            "223.255.255.255",
        ] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
        for text in
            ["2606:4700::1111", "2001:4860:4860::8888", "2a00:1450::1", "3fff:ffff::1", "::ffff:1.1.1.1"]
        {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn addresses_of_the_machine_its_network_and_its_cloud_are_not() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.255",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn ipv6_outside_of_global_unicast_and_ipv4_in_its_clothes_are_not() {
        for text in [
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:0:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::7f00:1",
            "100::1",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
    }
}
