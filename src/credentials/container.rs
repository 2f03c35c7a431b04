//! Credentials from the agent next to a container: ECS, EKS Pod Identity, Greengrass.
//!
//! Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>

use std::net::IpAddr;

use aws_credential_types::Credentials;

use super::http::{NEAR, exchange, refused};
use super::{Failure, Sources, reply};
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind};
use crate::os::{Env, read_file};
use crate::proxy::is_loopback;
use crate::request::Request;

const RELATIVE_URI: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL_URI: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

/// Asks the agent.
pub(crate) fn load(sources: &Sources<'_>) -> Result<Credentials, Failure> {
    let env = sources.configured.env;
    let (url, variable) = match (env.get(RELATIVE_URI), env.get(FULL_URI)) {
        (Some(path), _) => (format!("http://169.254.170.2{path}"), RELATIVE_URI),
        (None, Some(url)) => (url, FULL_URI),
        (None, None) => {
            return Err(Failure::NotConfigured(format!(
                "neither {RELATIVE_URI} nor {FULL_URI} is set"
            )));
        }
    };
    let (endpoint, path, query) = plan(&url, variable)?;
    let token = token(env)?;
    let mut request = Request {
        method: "GET",
        scheme: endpoint.scheme(),
        host: endpoint.host(),
        path,
        query: query
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect(),
        headers: vec![("accept", "application/json")],
        body: b"",
    };
    if let Some(token) = &token {
        // As it stands: EKS refuses a `Bearer` in front of it.
        request.headers.push(("authorization", token));
    }
    let response = exchange(sources, &endpoint, &request, &[], NEAR)?;
    if response.status != 200 {
        return Err(refused(
            &format!("the container's agent at {endpoint} ({variable})"),
            &response,
        )
        .into());
    }
    Ok(reply::parse(
        &response.body,
        "Token",
        "the container's agent",
    )?)
}

type Target = (Endpoint, String, Vec<(String, String)>);

/// The URL taken apart, if credentials may be asked for there.
fn plan(url: &str, variable: &str) -> Result<Target, Error> {
    let wrong = |error: Error| {
        let hint = error.hint().unwrap_or_default().to_owned();
        Error::new(ErrorKind::Credentials, format!("{variable} is set wrongly"))
            .with_source(error)
            .with_hint(hint)
    };
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let endpoint = Endpoint::parse(base).map_err(wrong)?;
    if endpoint.scheme() == "http" && !is_allowed(endpoint.host_name()) {
        return Err(Error::new(
            ErrorKind::Credentials,
            format!("{variable} names the host {}, which credentials are not asked of over http", endpoint.host_name()),
        )
        .with_hint("use https, a loopback address, 169.254.170.2 (ECS), 169.254.170.23 or [fd00:ec2::23] (EKS)"));
    }
    let path = if endpoint.base_path().is_empty() {
        "/".to_owned()
    } else {
        endpoint.base_path().to_owned()
    };
    let query = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect();
    Ok((endpoint, path, query))
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

fn is_allowed(host: &str) -> bool {
    const AGENTS: [&str; 3] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    is_loopback(host)
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| AGENTS.iter().any(|agent| agent.parse() == Ok(address)))
}

/// The token is read anew each time: agents change it.
fn token(env: &Env) -> Result<Option<String>, Error> {
    let (text, from) = match env.get(TOKEN_FILE) {
        Some(path) => {
            let bytes = read_file(path.as_ref(), 64 * 1024).map_err(|error| {
                Error::new(
                    ErrorKind::Credentials,
                    format!("cannot read the token file {path} ({TOKEN_FILE})"),
                )
                .with_source(error)
            })?;
            (String::from_utf8_lossy(&bytes).into_owned(), TOKEN_FILE)
        }
        None => match env.get(TOKEN) {
            Some(text) => (text, TOKEN),
            None => return Ok(None),
        },
    };
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty()
        || !text
            .bytes()
            .all(|byte| byte == b' ' || byte.is_ascii_graphic())
    {
        let message = format!("the token of {from} is empty or holds a line break");
        return Err(Error::new(ErrorKind::Credentials, message).with_hint("it must be one line"));
    }
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_asked_for_only_where_they_may_be() {
        for (url, allowed) in [
            ("http://169.254.170.2/v2/credentials/x", true),
            ("http://169.254.170.23/v1/credentials", true),
            ("http://[fd00:ec2::23]/v1/credentials", true),
            ("http://localhost:8080/x", true),
            ("http://127.0.0.5/x", true),
            ("http://[::1]/x", true),
            ("https://example.com/x", true),
            ("http://example.com/x", false),
            ("http://169.254.169.254/x", false),
            ("http://192.168.1.1/x", false),
            ("http://localhost.example.com/x", false),
            ("ftp://localhost/x", false),
        ] {
            assert_eq!(plan(url, FULL_URI).is_ok(), allowed, "{url}");
        }
    }

    #[test]
    fn path_and_query_are_kept() {
        let (endpoint, path, query) = plan("http://localhost:1/a/b?id=x%2Fy&z", FULL_URI).unwrap();
        assert_eq!((endpoint.host(), path.as_str()), ("localhost:1", "/a/b"));
        assert_eq!(
            query,
            [
                ("id".to_owned(), "x/y".to_owned()),
                ("z".to_owned(), String::new())
            ]
        );
    }

    #[test]
    fn a_token_is_one_line() {
        assert_eq!(
            token(&Env::given(&[(TOKEN, "abc def")]))
                .unwrap()
                .as_deref(),
            Some("abc def")
        );
        assert_eq!(token(&Env::given(&[])).unwrap(), None);
        let error = token(&Env::given(&[(TOKEN, "hunter2\r\nx: y")])).unwrap_err();
        assert!(!format!("{error:?}").contains("hunter2"));
        assert!(token(&Env::given(&[(TOKEN_FILE, "/no/such/file")])).is_err());
    }
}
