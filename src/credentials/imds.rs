//! Credentials from the metadata service of an EC2 instance, by sessions (IMDSv2) only.
//!
//! Off EC2 nothing answers there: one attempt, and a second at most.
//!
//! Source: <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html>

use aws_credential_types::Credentials;

use super::http::{NEAR, exchange, refused};
use super::{Failure, Sources, reply};
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, quoted};
use crate::json::string_field;
use crate::os::Env;
use crate::outcome::Response;
use crate::request::{Request, percent_encode_path};

const DISABLED: &str = "AWS_EC2_METADATA_DISABLED";
const ENDPOINT: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
const MODE: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";
const ROLES: &str = "/latest/meta-data/iam/security-credentials/";

/// Asks the metadata service for the keys of the instance's role.
pub(crate) fn load(sources: &Sources<'_>) -> Result<Credentials, Failure> {
    let env = sources.configured.env;
    if env
        .get(DISABLED)
        .is_some_and(|text| text.eq_ignore_ascii_case("true"))
    {
        return Err(Failure::NotConfigured(format!(
            "switched off by {DISABLED}"
        )));
    }
    let endpoint = endpoint(env)?;
    let service = Service {
        sources,
        endpoint: &endpoint,
    };
    let token = match service.token() {
        Ok(token) => token,
        // Nobody is there: this is no EC2 instance, unless somebody said so.
        Err(error) if env.get(ENDPOINT).is_none() => {
            return Err(Failure::NotConfigured(error.chain()));
        }
        Err(error) => return Err(error.into()),
    };
    let roles = service.get(ROLES, &token)?;
    let role = match roles.status {
        200 => String::from_utf8_lossy(&roles.body)
            .lines()
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned(),
        404 => {
            return Err(Failure::NotConfigured(
                "the instance has no role".to_owned(),
            ));
        }
        _ => return Err(refused("the metadata service", &roles).into()),
    };
    let reply = service.get(&format!("{ROLES}{}", percent_encode_path(&role)), &token)?;
    if reply.status != 200 {
        return Err(refused("the metadata service", &reply).into());
    }
    let text = String::from_utf8_lossy(&reply.body);
    if let Some(code) = string_field(&text, &["Code"]).filter(|code| code != "Success") {
        let message = format!(
            "the metadata service gave no keys of the role {}: {}",
            quoted(&role),
            quoted(&code)
        );
        return Err(Error::new(ErrorKind::Credentials, message)
            .with_hint("check that the role lets EC2 assume it")
            .into());
    }
    Ok(reply::parse(&reply.body, "Token", "the metadata service")?)
}

fn endpoint(env: &Env) -> Result<Endpoint, Error> {
    let url = match (env.get(ENDPOINT), env.get(MODE)) {
        (Some(url), _) => url,
        (None, Some(mode)) if mode.eq_ignore_ascii_case("IPv6") => {
            "http://[fd00:ec2::254]".to_owned()
        }
        (None, Some(mode)) if !mode.eq_ignore_ascii_case("IPv4") => {
            let message = format!("{MODE} is {}", quoted(&mode));
            return Err(Error::new(ErrorKind::Config, message).with_hint("it takes IPv4 or IPv6"));
        }
        _ => "http://169.254.169.254".to_owned(),
    };
    Endpoint::parse(&url).map_err(|error| {
        Error::new(ErrorKind::Config, format!("{ENDPOINT} is set wrongly")).with_source(error)
    })
}

struct Service<'a> {
    sources: &'a Sources<'a>,
    endpoint: &'a Endpoint,
}

impl Service<'_> {
    /// Begins a session of six hours.
    fn token(&self) -> Result<String, Error> {
        let response = self.send(
            "PUT",
            "/latest/api/token",
            &[("x-aws-ec2-metadata-token-ttl-seconds", "21600")],
        )?;
        let token = String::from_utf8_lossy(&response.body).trim().to_owned();
        if response.status != 200
            || token.is_empty()
            || !token.bytes().all(|byte| byte.is_ascii_graphic())
        {
            return Err(refused("the metadata service gave no session:", &response));
        }
        Ok(token)
    }

    fn get(&self, path: &str, token: &str) -> Result<Response, Error> {
        self.send("GET", path, &[("x-aws-ec2-metadata-token", token)])
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Result<Response, Error> {
        let request = Request {
            method,
            scheme: self.endpoint.scheme(),
            host: self.endpoint.host(),
            path: format!("{}{path}", self.endpoint.base_path()),
            query: Vec::new(),
            headers: headers.to_vec(),
            body: b"",
        };
        exchange(self.sources, self.endpoint, &request, &[], NEAR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoint_is_the_instances_own_or_the_one_that_is_named() {
        for (pairs, want) in [
            (&[][..], Some("http://169.254.169.254")),
            (&[(MODE, "IPv6")], Some("http://[fd00:ec2::254]")),
            (&[(MODE, "ipv4")], Some("http://169.254.169.254")),
            (&[(MODE, "ipv5")], None),
            (
                &[(ENDPOINT, "http://localhost:1338/x/"), (MODE, "IPv6")],
                Some("http://localhost:1338/x"),
            ),
            (&[(ENDPOINT, "localhost")], None),
        ] {
            let endpoint = endpoint(&Env::given(pairs))
                .ok()
                .map(|endpoint| endpoint.to_string());
            assert_eq!(endpoint.as_deref(), want, "{pairs:?}");
        }
    }
}
