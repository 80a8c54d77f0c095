//! Which hosts may be asked: names and addresses, but not those of cloud metadata services or link-local ones.
//!
//! Whoever may add a connection chooses where this server connects to. A metadata service answers whoever reaches it from the
//! machine with the machine's own credentials, so it is refused by address, whatever name leads there.
//!
//! The check is made twice. When a connection is saved, so that the person learns of it; and when its source is opened, since a
//! name may lead elsewhere by then. What is opened is what was checked: the driver is given the checked *address*, and a name is
//! looked up once. Where the driver needs the name itself (`verify-full`, to compare it with the certificate) it looks it up again;
//! there the certificate proves who answers, which no metadata service can. A model is asked by name as well, and whoever asks it
//! keeps the rule ([`may_be_asked`]) at each connect.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use async_trait::async_trait;

use crate::{AppError, Text};

/// How long looking up a name may take.
const LOOKUP_TIME: Duration = Duration::from_secs(5);

/// How long each of several addresses of a name is tried.
const ANSWER_TIME: Duration = Duration::from_secs(2);

/// Finds the addresses of names.
#[async_trait]
pub(crate) trait Resolver: Send + Sync {
    /// The addresses of a host, of which there may be none.
    async fn addresses(&self, host: &str) -> Vec<IpAddr>;
}

/// The machine's own way: hosts file, then DNS.
pub(crate) struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn addresses(&self, host: &str) -> Vec<IpAddr> {
        let lookup = tokio::net::lookup_host((host, 0));
        match tokio::time::timeout(LOOKUP_TIME, lookup).await {
            Ok(Ok(found)) => found.map(|address| address.ip()).collect(),
            Ok(Err(_)) | Err(_) => Vec::new(),
        }
    }
}

/// A host as it is written without brackets, if it is one: a name of ASCII labels, or an address.
pub(super) fn parse(text: &str) -> Option<String> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    if bare.contains(':') {
        return bare.parse::<Ipv6Addr>().ok().map(|address| address.to_string());
    }
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let name = bare.strip_suffix('.').unwrap_or(bare);
    (bare == text && name.len() <= 253 && name.split('.').all(is_label)).then(|| bare.to_owned())
}

/// The addresses of a host, all of them allowed. None where the name is unknown, which is for whoever connects to say.
///
/// # Errors
///
/// `Invalid` naming `host`.
pub(crate) async fn allowed(resolver: &dyn Resolver, host: &str) -> Result<Vec<IpAddr>, AppError> {
    let addresses = resolver.addresses(host).await;
    // One forbidden address is enough: which of them a driver would have taken nobody knows.
    if addresses.iter().any(|address| is_forbidden(*address)) {
        return Err(AppError::invalid("host", refusal()));
    }
    Ok(addresses)
}

/// The address of these on which something answers at this port, or the first where nothing does; none of none.
///
/// `localhost` is two addresses, and a server may listen on either. Which of them a connection goes to is decided here, once, since
/// it is these that were checked.
pub(super) async fn answering(addresses: &[IpAddr], port: u16) -> Option<IpAddr> {
    if let [_, _, ..] = addresses {
        for address in addresses {
            let connecting = tokio::net::TcpStream::connect((*address, port));
            if let Ok(Ok(_connected)) = tokio::time::timeout(ANSWER_TIME, connecting).await {
                return Some(*address);
            }
        }
    }
    addresses.first().copied()
}

pub(crate) fn refusal() -> Text {
    Text::new(
        "此主机指向云平台元数据或链路本地地址，不允许连接",
        "leads to a cloud metadata or link-local address, which may not be connected to",
    )
}

/// Metadata services that are not link-local: Alibaba Cloud, Azure's wire server, Oracle Cloud's older one, and AWS over IPv6.
const METADATA: [IpAddr; 4] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254)),
];

/// Whether an address may be asked: the rule for whoever connects by name.
pub(crate) fn may_be_asked(address: IpAddr) -> bool {
    !is_forbidden(address)
}

fn is_forbidden(address: IpAddr) -> bool {
    if METADATA.contains(&address) {
        return true;
    }
    match address {
        IpAddr::V4(address) => {
            address.is_link_local() || address.is_multicast() || address == Ipv4Addr::BROADCAST
        }
        IpAddr::V6(address) => {
            address.is_unicast_link_local()
                || address.is_multicast()
                || carried(address).is_some_and(|inner| is_forbidden(IpAddr::V4(inner)))
        }
    }
}

/// The IPv4 address that an IPv6 address leads to: mapped, compatible, NAT64 (`64:ff9b::/96`) and 6to4 (`2002::/16`).
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let octets = address.octets();
    let last = || Ipv4Addr::new(octets[12], octets[13], octets[14], octets[15]);
    match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => Some(last()),
        [0x2002, ..] => Some(Ipv4Addr::new(octets[2], octets[3], octets[4], octets[5])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A zone of its own.
    struct Zone(Vec<IpAddr>);

    #[async_trait]
    impl Resolver for Zone {
        async fn addresses(&self, _host: &str) -> Vec<IpAddr> {
            self.0.clone()
        }
    }

    #[test]
    fn hosts_are_names_and_addresses() {
        for (text, host) in [
            ("localhost", "localhost"),
            ("db-1.example.com", "db-1.example.com"),
            ("db_1.internal.", "db_1.internal."),
            ("10.0.0.7", "10.0.0.7"),
            ("[::1]", "::1"),
            ("2001:DB8::1", "2001:db8::1"),
        ] {
            assert_eq!(parse(text).as_deref(), Some(host), "{text}");
        }
        let long = "a".repeat(64);
        for text in [
            "",
            ".",
            "a..b",
            "/var/run/postgresql",
            "http://db",
            "db:5432",
            "user@db",
            "db?x=1",
            "db#x",
            "a b",
            "fe80::1%eth0",
            "[::1]:5432",
            "[db]",
            "数据库",
            "db\n",
            &long,
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn metadata_and_link_local_addresses_are_forbidden_however_they_are_written() {
        for address in [
            "169.254.169.254",
            "169.254.0.1",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "224.0.0.1",
            "255.255.255.255",
            "fe80::1",
            "febf::1",
            "ff02::1",
            "fd00:ec2::254",
            "::ffff:169.254.169.254",
            "::169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
        ] {
            assert!(is_forbidden(address.parse().unwrap()), "{address}");
        }
        for address in
            ["127.0.0.1", "10.0.0.1", "192.168.1.1", "8.8.8.8", "::1", "fd00::1", "2001:db8::1", "fec0::1"]
        {
            assert!(!is_forbidden(address.parse().unwrap()), "{address}");
        }
    }

    #[tokio::test]
    async fn a_name_is_judged_by_all_its_addresses() {
        let zone = |addresses: &[&str]| Zone(addresses.iter().map(|text| text.parse().unwrap()).collect());
        let error = allowed(&zone(&["10.0.0.1", "169.254.169.254"]), "db").await.unwrap_err();
        assert_eq!(error.fields()[0].field, "host");
        assert_eq!(allowed(&zone(&["10.0.0.1", "::1"]), "db").await.unwrap().len(), 2);
        assert!(allowed(&zone(&[]), "unknown").await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn the_system_reads_numbers_in_every_form() {
        // The C library takes these for addresses, and so do drivers.
        for host in ["169.254.169.254", "0xA9FEA9FE", "2852039166", "0251.0376.0251.0376"] {
            let refused = allowed(&SystemResolver, host).await;
            assert!(refused.is_err(), "{host}");
        }
    }
}
