//! Regions, and the endpoint that serves one: scheme, `Host`, base path.
//!
//! Follows the endpoint rule set that the AWS SDKs share, prefix by prefix. Knows no environment and no DNS.
//!
//! Source: <https://docs.aws.amazon.com/general/latest/gr/lambda-service.html>

use std::fmt;

use http::Uri;

use crate::error::{Error, quoted};

/// An AWS region such as `us-east-1`: a lower-case host label, so that it can stand in a host name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region(String);

impl Region {
    /// Reads a region.
    ///
    /// # Errors
    /// `InvalidInput` when it could not stand in a host name.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !text.is_empty()
            && text.len() <= 63
            && text.bytes().all(fits)
            && !text.starts_with('-')
            && !text.ends_with('-')
        {
            return Ok(Self(text.to_owned()));
        }
        Err(
            Error::invalid_input(format!("the region {} cannot be one", quoted(text)))
                .with_hint("a region looks like us-east-1: lower-case letters, digits and hyphens"),
        )
    }

    /// The region's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which of a region's endpoints is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Variant {
    /// The one with FIPS 140 validated cryptography.
    pub fips: bool,
    /// The one that has IPv6 addresses as well.
    pub dualstack: bool,
}

/// Where requests go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    https: bool,
    host: String,
    base_path: String,
}

impl Endpoint {
    /// The endpoint of `service` (as it stands in host names, `lambda`) in `region`.
    #[must_use]
    pub fn of_region(service: &str, region: &Region, variant: Variant) -> Self {
        let partition = Partition::of(region);
        let fips = if variant.fips { "-fips" } else { "" };
        let suffix = if variant.dualstack {
            partition.dualstack_suffix
        } else {
            partition.suffix
        };
        Self {
            https: true,
            host: format!("{service}{fips}.{region}.{suffix}"),
            base_path: String::new(),
        }
    }

    /// Reads an endpoint URL: `http` or `https`, a host, perhaps a port and a base path, which is kept.
    ///
    /// # Errors
    /// `InvalidInput` for anything else, a user name or a query in it included.
    pub fn parse(url: &str) -> Result<Self, Error> {
        let refuse = |why: &str| {
            Error::invalid_input(format!(
                "the endpoint URL {} {why}",
                quoted(&without_user(url))
            ))
            .with_hint("give it like https://host or http://localhost:4566/base")
        };
        let lower = url.get(..8).unwrap_or(url).to_ascii_lowercase();
        if !lower.starts_with("http://") && !lower.starts_with("https://") {
            return Err(refuse("does not begin with http:// or https://"));
        }
        let uri: Uri = url
            .parse()
            .map_err(|error: http::uri::InvalidUri| refuse(&format!("is broken: {error}")))?;
        let authority = uri.authority().ok_or_else(|| refuse("has no host"))?;
        if authority.as_str().contains('@') {
            return Err(refuse("has a user name in it").with_hint(
                "credentials come from the environment, never from the URL: take the part before @ out",
            ));
        }
        if !url.is_ascii() {
            return Err(refuse(
                "has a character that is not ASCII: percent-encode it",
            ));
        }
        if url.contains(['?', '#']) {
            return Err(refuse("has a query or a fragment"));
        }
        let host = authority.host().to_ascii_lowercase();
        if host.is_empty() || host == "[]" {
            return Err(refuse("has no host"));
        }
        if host.starts_with('[')
            && host
                .trim_matches(['[', ']'])
                .parse::<std::net::Ipv6Addr>()
                .is_err()
        {
            return Err(refuse("has no IPv6 address in its brackets"));
        }
        let https = uri
            .scheme_str()
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"));
        let port = match authority
            .as_str()
            .get(host.len()..)
            .and_then(|rest| rest.strip_prefix(':'))
        {
            None | Some("") => None,
            Some(digits) => match digits.parse::<u16>() {
                Ok(port) if port > 0 => Some(port),
                _ => return Err(refuse("has a port that is not 1 to 65535")),
            },
        };
        let port = port.filter(|port| *port != if https { 443 } else { 80 });
        let host = port.map_or(host.clone(), |port| format!("{host}:{port}"));
        Ok(Self {
            https,
            host,
            base_path: normalize_path(uri.path()).trim_end_matches('/').to_owned(),
        })
    }

    /// The value of the `Host` header: lower case, with the port unless it is the scheme's default.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The host's name or address, without the port; an IPv6 address in brackets.
    #[must_use]
    pub fn host_name(&self) -> &str {
        self.split_host().0
    }

    /// The port, the scheme's default where the URL has none.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.split_host()
            .1
            .unwrap_or(if self.https { 443 } else { 80 })
    }

    fn split_host(&self) -> (&str, Option<u16>) {
        match self.host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, port.parse().ok()),
            _ => (&self.host, None),
        }
    }

    /// The path in front of every request's own, without a slash at its end; empty for none.
    #[must_use]
    pub fn base_path(&self) -> &str {
        &self.base_path
    }

    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        if self.https { "https" } else { "http" }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme(), self.host, self.base_path)
    }
}

/// `path` without empty, `.` and `..` segments (RFC 3986, 5.2.4). A signature is made over the path in this
/// form, so it is sent in this form as well: whoever checks it, normalizing or not, finds the same.
#[must_use]
pub fn normalize_path(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    let ends_in_slash = path.ends_with(['/', '.'])
        && path
            .rsplit('/')
            .next()
            .is_some_and(|last| matches!(last, "" | "." | ".."));
    let mut normalized = String::with_capacity(path.len() + 1);
    for segment in &kept {
        normalized.push('/');
        normalized.push_str(segment);
    }
    if normalized.is_empty() || ends_in_slash {
        normalized.push('/');
    }
    normalized
}

struct Partition {
    suffix: &'static str,
    dualstack_suffix: &'static str,
}

impl Partition {
    /// The partition that a region's name tells; an unknown region is in `aws`, as with the SDKs.
    fn of(region: &Region) -> Self {
        let (suffix, dualstack_suffix) = PARTITIONS
            .iter()
            .find(|(prefix, _, _)| region.as_str().starts_with(prefix))
            .map_or(("amazonaws.com", "api.aws"), |&(_, suffix, dualstack)| {
                (suffix, dualstack)
            });
        Self {
            suffix,
            dualstack_suffix,
        }
    }
}

const PARTITIONS: [(&str, &str, &str); 7] = [
    ("cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    ("us-gov-", "amazonaws.com", "api.aws"),
    ("eusc-", "amazonaws.eu", "api.amazonwebservices.eu"),
    ("us-iso-", "c2s.ic.gov", "api.aws.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov", "api.aws.scloud"),
    ("eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    ("us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
];

/// The URL as it may be shown: what stands before `@` could be a password, what stands behind `?` a token.
fn without_user(url: &str) -> String {
    let start = url.find("://").map_or("", |scheme| &url[..scheme + 3]);
    let rest = &url[start.len()..];
    let (rest, query) = rest
        .split_once('?')
        .map_or((rest, ""), |(rest, _)| (rest, "?…"));
    match rest.rsplit_once('@') {
        Some((_, host)) => format!("{start}…@{host}{query}"),
        None => format!("{start}{rest}{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn every_partition_has_its_hosts() {
        let table = [
            (
                "us-east-1",
                "lambda.us-east-1.amazonaws.com",
                "lambda-fips.us-east-1.api.aws",
            ),
            (
                "mx-central-1",
                "lambda.mx-central-1.amazonaws.com",
                "lambda-fips.mx-central-1.api.aws",
            ),
            (
                "cn-north-1",
                "lambda.cn-north-1.amazonaws.com.cn",
                "lambda-fips.cn-north-1.api.amazonwebservices.com.cn",
            ),
            (
                "us-gov-west-1",
                "lambda.us-gov-west-1.amazonaws.com",
                "lambda-fips.us-gov-west-1.api.aws",
            ),
            (
                "eusc-de-east-1",
                "lambda.eusc-de-east-1.amazonaws.eu",
                "lambda-fips.eusc-de-east-1.api.amazonwebservices.eu",
            ),
            (
                "us-iso-east-1",
                "lambda.us-iso-east-1.c2s.ic.gov",
                "lambda-fips.us-iso-east-1.api.aws.ic.gov",
            ),
            (
                "us-isob-east-1",
                "lambda.us-isob-east-1.sc2s.sgov.gov",
                "lambda-fips.us-isob-east-1.api.aws.scloud",
            ),
            (
                "eu-isoe-west-1",
                "lambda.eu-isoe-west-1.cloud.adc-e.uk",
                "lambda-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
            ),
            (
                "us-isof-south-1",
                "lambda.us-isof-south-1.csp.hci.ic.gov",
                "lambda-fips.us-isof-south-1.api.aws.hci.ic.gov",
            ),
            (
                "xx-new-1",
                "lambda.xx-new-1.amazonaws.com",
                "lambda-fips.xx-new-1.api.aws",
            ),
        ];
        for (region, plain, both) in table {
            let region = Region::parse(region).unwrap();
            let host = |fips, dualstack| {
                Endpoint::of_region("lambda", &region, Variant { fips, dualstack }).host
            };
            assert_eq!(host(false, false), plain, "{region}");
            assert_eq!(host(true, true), both, "{region}");
        }
    }

    #[test]
    fn a_region_can_stand_in_a_host_name() {
        for bad in [
            "",
            "us east",
            "us-east-1.evil.com/",
            "US-EAST-1",
            "us-east-1\n",
            "-a",
            "a-",
            "é",
            &"a".repeat(64),
        ] {
            assert_eq!(
                Region::parse(bad).unwrap_err().kind(),
                ErrorKind::InvalidInput,
                "{bad}"
            );
        }
    }

    #[test]
    fn an_endpoint_url_keeps_its_base_path_and_drops_the_default_port() {
        let table = [
            ("http://localhost:4566", "http://localhost:4566"),
            ("http://localhost:3001/base/", "http://localhost:3001/base"),
            ("https://Example.COM:443", "https://example.com"),
            ("http://host:80/", "http://host"),
            ("https://host:80", "https://host:80"),
            ("http://host:", "http://host"),
            ("http://[::1]:9000", "http://[::1]:9000"),
            ("HTTP://h/a//b/../c", "http://h/a/c"),
        ];
        for (url, want) in table {
            assert_eq!(Endpoint::parse(url).unwrap().to_string(), want, "{url}");
        }
    }

    #[test]
    fn host_and_port_are_told_apart() {
        for (url, name, port) in [
            ("http://h", "h", 80),
            ("https://h", "h", 443),
            ("https://h:80", "h", 80),
            ("http://[::1]", "[::1]", 80),
            ("http://[::1]:9000", "[::1]", 9000),
        ] {
            let endpoint = Endpoint::parse(url).unwrap();
            assert_eq!(
                (endpoint.host_name(), endpoint.port()),
                (name, port),
                "{url}"
            );
        }
    }

    #[test]
    fn a_broken_endpoint_url_is_refused_and_shows_no_password() {
        for url in [
            "",
            "localhost:4566",
            "ftp://h",
            "http://",
            "http:///path",
            "https://:443",
            "http://user:hunter2@host",
            "user:hunter2@host",
            "//user:hunter2@host",
            "http:/user:hunter2@host",
            "https://h?token=hunter2",
            "http://[zz]:1",
            "http://h/ü",
            "http://user@host",
            "http://h:99999",
            "http://h:0",
            "http://h:x",
            "http://h?x=1",
            "http://h/#f",
            "http://h h",
            "http://h\r\nx",
            "http://[]",
            "//h",
        ] {
            let error = Endpoint::parse(url).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{url}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn paths_are_normalized_as_rfc_3986_says() {
        for (path, want) in [
            ("", "/"),
            ("/", "/"),
            ("/a/b", "/a/b"),
            ("//a//b//", "/a/b/"),
            ("/./", "/"),
            ("/a/./b", "/a/b"),
            ("/a/../b", "/b"),
            ("/a/..", "/"),
            ("/a/b/..", "/a/"),
            ("/../..", "/"),
            ("/a.b/", "/a.b/"),
            ("/a.", "/a."),
        ] {
            assert_eq!(normalize_path(path), want, "{path}");
        }
    }
}
