use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
    str::FromStr,
};

/// One address, or all addresses that begin with the same bits. IPv4 addresses that are written as IPv6 (`::ffff:10.0.0.1`) are IPv4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    /// All bits behind the prefix are zero.
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// An address alone.
    pub(crate) fn of(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self { address, prefix: width(address) }
    }

    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        self.covers(&Self::of(address))
    }

    pub(crate) fn covers(&self, other: &Self) -> bool {
        self.address.is_ipv4() == other.address.is_ipv4()
            && self.prefix <= other.prefix
            && masked(other.address, self.prefix) == self.address
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn masked(address: IpAddr, prefix: u8) -> IpAddr {
    let keep = |width: u8| u32::from(width - prefix);
    match address {
        IpAddr::V4(address) => {
            IpAddr::V4((address.to_bits() & u32::MAX.checked_shl(keep(32)).unwrap_or(0)).into())
        }
        IpAddr::V6(address) => {
            IpAddr::V6((address.to_bits() & u128::MAX.checked_shl(keep(128)).unwrap_or(0)).into())
        }
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| format!("`{address}` is no IP address"))?;
        let Some(prefix) = prefix else { return Ok(Self::of(address)) };
        if is_mapped(address) {
            return Err(format!("`{text}` is a network of IPv4 addresses; write it as such"));
        }
        let prefix: u8 = prefix.parse().ok().filter(|prefix| *prefix <= width(address)).ok_or_else(|| {
            format!("`{text}` is no network: behind the slash belongs a number up to {}", width(address))
        })?;
        let network = Self { address: masked(address, prefix), prefix };
        if network.address != address {
            return Err(format!(
                "`{text}` is an address inside of the network `{network}`; write the one or the other"
            ));
        }
        Ok(network)
    }
}

fn is_mapped(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(address) if Ipv6Addr::to_ipv4_mapped(&address).is_some())
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)?;
        if self.prefix < width(self.address) { write!(f, "/{}", self.prefix) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    #[test]
    fn network_contains_what_begins_with_its_bits() {
        for (net, inside, outside) in [
            ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
            ("10.0.0.1", "10.0.0.1", "10.0.0.2"),
            ("192.168.4.0/22", "192.168.7.255", "192.168.8.0"),
            ("fd00::/8", "fdff::1", "fe00::1"),
            ("::1", "::1", "::2"),
        ] {
            assert!(network(net).contains(inside.parse().unwrap()), "{net}");
            assert!(!network(net).contains(outside.parse().unwrap()), "{net}");
        }
        assert!(network("0.0.0.0/0").contains("203.0.113.9".parse().unwrap()));
        assert!(!network("0.0.0.0/0").contains("::1".parse().unwrap()));
        assert!(network("::/0").contains("::1".parse().unwrap()));
    }

    #[test]
    fn larger_network_covers_a_smaller_one_and_not_the_other_way() {
        assert!(network("10.0.0.0/8").covers(&network("10.1.0.0/16")));
        assert!(!network("10.1.0.0/16").covers(&network("10.0.0.0/8")));
    }

    #[test]
    fn mapped_address_is_the_ipv4_address() {
        assert_eq!(network("::ffff:10.0.0.1"), network("10.0.0.1"));
        assert!(network("10.0.0.0/8").contains("::ffff:10.0.0.1".parse().unwrap()));
        assert!("::ffff:10.0.0.0/104".parse::<Network>().unwrap_err().contains("IPv4"));
    }

    #[test]
    fn what_is_no_network_is_refused_with_a_reason() {
        assert!("10.0.0.5/8".parse::<Network>().unwrap_err().contains("`10.0.0.0/8`"));
        assert!("10.0.0.0/33".parse::<Network>().unwrap_err().contains("up to 32"));
        assert!("fd00::/129".parse::<Network>().unwrap_err().contains("up to 128"));
        assert!("10.0.0".parse::<Network>().is_err());
    }

    #[test]
    fn network_is_written_as_it_is_read() {
        for text in ["10.0.0.0/8", "10.0.0.1", "fd00::/8", "::1"] {
            assert_eq!(network(text).to_string(), text);
        }
    }
}
