//! From a host's name to its addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use http::Uri;
use ureq::Error;
use ureq::config::Config;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::progress;
use crate::error::Phase;
use crate::proxy::is_loopback;

/// Looks names up, but neither IP addresses nor `localhost`: those must work where there is no `/etc/hosts`, and an
/// address needs no lookup, nor the thread that ureq makes for each.
#[derive(Debug)]
pub(super) struct HostResolver(pub(super) DefaultResolver);

impl Resolver for HostResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let host = uri.host().unwrap_or_default();
        let https = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if https { 443 } else { 80 });
        let addresses = known_addresses(host);
        let resolved = if addresses.is_empty() {
            self.0.resolve(uri, config, timeout)?
        } else {
            let mut resolved = self.empty();
            for address in addresses {
                resolved.push(SocketAddr::new(address, port));
            }
            resolved
        };
        progress::enter(Phase::Connect);
        Ok(resolved)
    }
}

/// Source: RFC 6761, 6.3: `localhost` and everything below it is the loopback address.
fn known_addresses(host: &str) -> Vec<IpAddr> {
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    if let Ok(address) = bare.parse() {
        return vec![address];
    }
    if is_loopback(bare) {
        return vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_names_and_addresses_need_no_resolver() {
        for (host, want) in [
            ("127.0.0.1", vec!["127.0.0.1"]),
            ("[::1]", vec!["::1"]),
            ("localhost", vec!["127.0.0.1", "::1"]),
            ("lambda.localhost", vec!["127.0.0.1", "::1"]),
            ("example.com", vec![]),
            ("notlocalhost", vec![]),
        ] {
            let addresses: Vec<String> = known_addresses(host)
                .iter()
                .map(ToString::to_string)
                .collect();
            assert_eq!(addresses, want, "{host}");
        }
    }
}
