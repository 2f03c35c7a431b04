//! The proxy of an endpoint: which variable names it, and which hosts go without.
//!
//! Chosen by the URL's scheme, never for loopback addresses. Knows no sockets.
//!
//! Source: <https://curl.se/docs/manpage.html#ENVIRONMENT>, whose rules most people know.

use std::fmt;
use std::net::IpAddr;

use http::Uri;

use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind};
use crate::origin::{Origin, Sourced};
use crate::os::Env;

/// An HTTP proxy, reached over TCP or TLS, that tunnels with CONNECT.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    url: String,
    address: String,
}

impl Proxy {
    /// Reads a proxy's URL; without a scheme it is `http://`. A user name and password may stand in it.
    ///
    /// # Errors
    /// `Config` when it is no URL, or of a kind that is not supported.
    fn parse(text: &str, variable: &'static str) -> Result<Self, Error> {
        // Nothing of the text is shown: it may hold a password.
        let refuse = |why: &str| {
            Error::new(ErrorKind::Config, format!("the proxy in {variable} {why}")).with_hint(
                "write it like http://proxy.example.com:3128 or http://user:password@proxy:3128",
            )
        };
        let url = if text.contains("://") {
            text.to_owned()
        } else {
            format!("http://{text}")
        };
        let uri: Uri = url.parse().map_err(|_| refuse("is not a URL"))?;
        let scheme = uri.scheme_str().unwrap_or_default();
        if scheme.starts_with("socks") {
            return Err(refuse("is a SOCKS proxy, which is not supported"));
        }
        if !matches!(scheme, "http" | "https") {
            return Err(refuse("is neither http:// nor https://"));
        }
        let authority = uri.authority().ok_or_else(|| refuse("has no host"))?;
        let address = authority
            .as_str()
            .rsplit('@')
            .next()
            .unwrap_or_default()
            .to_owned();
        let port = address
            .strip_prefix(authority.host())
            .and_then(|rest| rest.strip_prefix(':'));
        if authority.host().is_empty()
            || port.is_some_and(|port| !matches!(port.parse::<u16>(), Ok(1..)))
        {
            return Err(refuse("has no host, or a port that is not 1 to 65535"));
        }
        Ok(Self {
            url: format!("{scheme}://{authority}"),
            address,
        })
    }

    /// The proxy for `endpoint`, if the environment names one.
    ///
    /// # Errors
    /// `Config` when it is named wrongly.
    pub fn of(endpoint: &Endpoint, env: &Env) -> Result<Option<Sourced<Self>>, Error> {
        let variables = match endpoint.scheme() {
            "https" => ["https_proxy", "HTTPS_PROXY"],
            _ => ["http_proxy", "HTTP_PROXY"],
        };
        let Some((variable, text)) = first_of(env, variables) else {
            return Ok(None);
        };
        let without = first_of(env, ["no_proxy", "NO_PROXY"])
            .map(|(_, list)| list)
            .unwrap_or_default();
        if is_loopback(endpoint.host_name())
            || goes_without(endpoint.host_name(), endpoint.port(), &without)
        {
            return Ok(None);
        }
        let value = Self::parse(text.trim(), variable)?;
        Ok(Some(Sourced {
            value,
            origin: Origin::Variable(variable),
        }))
    }

    /// Whether the proxy itself is reached over TLS.
    pub(crate) fn is_tls(&self) -> bool {
        self.url.starts_with("https:")
    }

    /// The URL, with the password if there is one.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

/// Without user name and password.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

fn first_of(env: &Env, names: [&'static str; 2]) -> Option<(&'static str, String)> {
    names
        .into_iter()
        .find_map(|name| Some((name, env.get(name)?)))
}

/// Whether `host` is this machine, by name (RFC 6761, 6.3) or by address.
pub(crate) fn is_loopback(host: &str) -> bool {
    match bare(host).parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

/// Whether `list` exempts `host` at `port`: `*`, a name with everything below it (a dot or `*.` in front changes
/// nothing), an address, a network in CIDR form; each perhaps with a port.
fn goes_without(host: &str, port: u16, list: &str) -> bool {
    list.split([',', ' ', '\t'])
        .filter(|entry| !entry.is_empty())
        .any(|entry| {
            let entry = entry.to_ascii_lowercase();
            let (entry, entry_port) = with_port(&entry);
            if entry_port.is_some_and(|entry_port| entry_port != port) {
                return false;
            }
            if entry == "*" {
                return true;
            }
            if let Ok(address) = bare(host).parse::<IpAddr>() {
                return in_network(address, bare(entry));
            }
            let domain = entry.trim_start_matches("*.").trim_start_matches('.');
            let below = host.strip_suffix(domain);
            !domain.is_empty()
                && below.is_some_and(|below| below.is_empty() || below.ends_with('.'))
        })
}

/// An entry and the port behind it; the colons of an IPv6 address without brackets are its own.
fn with_port(entry: &str) -> (&str, Option<u16>) {
    match entry.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') || name.ends_with(']') => match port.parse() {
            Ok(port) => (name, Some(port)),
            Err(_) => (entry, None),
        },
        _ => (entry, None),
    }
}

fn bare(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
}

/// Whether `address` is `network`, or in it where it has a `/LENGTH`.
fn in_network(address: IpAddr, network: &str) -> bool {
    let (base, length) = match network.split_once('/') {
        Some((base, length)) => (base, length.parse::<u32>().ok()),
        None => (network, Some(128)),
    };
    let (Ok(base), Some(length)) = (bare(base).parse::<IpAddr>(), length) else {
        return false;
    };
    let differing = match (address, base) {
        (IpAddr::V4(a), IpAddr::V4(b)) => u128::from(a.to_bits() ^ b.to_bits()) << 96,
        (IpAddr::V6(a), IpAddr::V6(b)) => a.to_bits() ^ b.to_bits(),
        _ => return false,
    };
    let bits = if address.is_ipv4() { 32 } else { 128 };
    // Without a length it is the one address.
    let length = if network.contains('/') { length } else { bits };
    length <= bits && (differing.leading_zeros() >= length || differing == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(endpoint: &str, pairs: &[(&str, &str)]) -> Option<(String, String)> {
        let endpoint = Endpoint::parse(endpoint).unwrap();
        let proxy = Proxy::of(&endpoint, &Env::given(pairs)).unwrap()?;
        Some((proxy.value.url().to_owned(), proxy.origin.to_string()))
    }

    #[test]
    fn the_schemes_own_variable_counts_and_the_lower_case_one_first() {
        let all = [
            ("HTTPS_PROXY", "http://upper:1"),
            ("https_proxy", "http://lower:2"),
            ("HTTP_PROXY", "plain:3"),
        ];
        let url = |endpoint, pairs: &[(&str, &str)]| {
            of(endpoint, pairs).map(|(url, variable)| format!("{url} {variable}"))
        };
        assert_eq!(
            url("https://h", &all).as_deref(),
            Some("http://lower:2 https_proxy")
        );
        assert_eq!(
            url("https://h", &all[..1]).as_deref(),
            Some("http://upper:1 HTTPS_PROXY")
        );
        assert_eq!(
            url("http://h", &all).as_deref(),
            Some("http://plain:3 HTTP_PROXY")
        );
        assert_eq!(url("http://h", &all[..2]), None);
        assert_eq!(url("https://h", &[("ALL_PROXY", "http://all:1")]), None);
    }

    #[test]
    fn loopback_is_never_proxied() {
        for endpoint in [
            "http://localhost:1",
            "http://127.0.0.1",
            "http://127.9.9.9",
            "http://[::1]:1",
            "http://x.localhost",
        ] {
            assert_eq!(
                of(endpoint, &[("HTTP_PROXY", "http://p:1")]),
                None,
                "{endpoint}"
            );
        }
    }

    #[test]
    fn no_proxy_takes_names_suffixes_ports_addresses_and_networks() {
        for (host, port, list, without) in [
            ("lambda.us-east-1.amazonaws.com", 443, "amazonaws.com", true),
            (
                "lambda.us-east-1.amazonaws.com",
                443,
                ".amazonaws.com",
                true,
            ),
            (
                "lambda.us-east-1.amazonaws.com",
                443,
                "*.amazonaws.com",
                true,
            ),
            (
                "lambda.us-east-1.amazonaws.com",
                443,
                "a.com, AMAZONAWS.COM",
                true,
            ),
            ("lambda.us-east-1.amazonaws.com", 443, "azonaws.com", false),
            ("lambda.us-east-1.amazonaws.com", 443, "us-east-1", false),
            ("example.com", 443, "example.com:443", true),
            ("example.com", 443, "example.com:80", false),
            ("example.com", 443, "*", true),
            ("example.com", 443, "", false),
            ("example.com", 443, ".", false),
            ("10.1.2.3", 80, "10.0.0.0/8", true),
            ("11.1.2.3", 80, "10.0.0.0/8", false),
            ("10.1.2.3", 80, "10.1.2.3", true),
            ("10.1.2.3", 80, "10.1.2.3:80", true),
            ("10.1.2.3", 80, "0.0.0.0/0", true),
            ("10.1.2.3", 80, "10.1.2.2/31", true),
            ("10.1.2.3", 80, "10.1.2.4/31", false),
            ("10.1.2.3", 80, "10.1.2.3/x", false),
            ("10.1.2.3", 80, "10.1.2.3/33", false),
            ("[fd00::1]", 80, "fd00::/8", true),
            ("[fd00::1]", 80, "fd00::1", true),
            ("[fd00::1]", 80, "[fd00::1]:80", true),
            ("[fd00::1]", 80, "10.0.0.0/8", false),
        ] {
            assert_eq!(
                goes_without(host, port, list),
                without,
                "{host}:{port} in {list:?}"
            );
        }
    }

    #[test]
    fn a_proxy_that_is_named_wrongly_is_an_error_that_shows_no_password() {
        let endpoint = Endpoint::parse("https://h").unwrap();
        for text in [
            "socks5://u:hunter2@p:1",
            "ftp://u:hunter2@p",
            "http://u:hunter2@p:99999",
            "http://u:hunter2@:80",
            "http://u:hunter2 @p",
        ] {
            let error = Proxy::of(&endpoint, &Env::given(&[("HTTPS_PROXY", text)])).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
        let env = Env::given(&[("HTTPS_PROXY", "http://u:hunter2@p:3128")]);
        let proxy = Proxy::of(&endpoint, &env).unwrap().unwrap();
        assert_eq!(
            format!("{} {:?}", proxy.value, proxy.value),
            "p:3128 Proxy(p:3128)"
        );
    }
}
