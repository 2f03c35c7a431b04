//! The Security Token Service: roles assumed with keys or with a token, as AWS's Query protocol has it.
//!
//! Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html> and
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>

use aws_credential_types::Credentials;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::http::{FAR, exchange};
use super::{Sources, reply};
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, quoted};
use crate::outcome::Response;
use crate::request::{Request, percent_encode};
use crate::settings::configured_endpoint;
use crate::sign::{Scope, sign};

/// Asks STS for the keys of `role`: signed with `keys` where there are any.
///
/// # Errors
/// `Credentials`, with STS's own code and message.
pub(super) fn assume(
    sources: &Sources<'_>,
    action: &str,
    role: &str,
    parameters: &[(&str, &str)],
    keys: Option<&Credentials>,
) -> Result<Credentials, Error> {
    let settings = sources.settings;
    let region = &settings.region.value;
    let endpoint = match configured_endpoint(sources.configured, "sts", "AWS_ENDPOINT_URL_STS")? {
        Some(endpoint) => endpoint.value,
        None => Endpoint::of_region("sts", region, settings.variant),
    };
    let body = form(action, role, parameters);
    let request = Request {
        method: "POST",
        scheme: endpoint.scheme(),
        host: endpoint.host(),
        path: format!("{}/", endpoint.base_path()),
        query: Vec::new(),
        headers: vec![(
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        )],
        body: body.as_bytes(),
    };
    let scope = Scope {
        region: region.as_str(),
        service: "sts",
    };
    let signed = keys
        .map(|keys| sign(&request, keys, scope, sources.clock.now()))
        .transpose()?
        .unwrap_or_default();
    let response = exchange(sources, &endpoint, &request, &signed, FAR)?;
    read(&response, role)
}

fn form(action: &str, role: &str, parameters: &[(&str, &str)]) -> String {
    let mut body = format!(
        "Action={action}&Version=2011-06-15&RoleArn={}",
        percent_encode(role)
    );
    for (name, value) in parameters {
        body.extend(["&", name, "=", &percent_encode(value)]);
    }
    body
}

fn read(response: &Response, role: &str) -> Result<Credentials, Error> {
    let text = String::from_utf8_lossy(&response.body);
    let refuse = |why: String| {
        Error::new(
            ErrorKind::Credentials,
            format!("STS gave no keys of the role {}: {why}", quoted(role)),
        )
    };
    let field = |parent: &str, name: &str| element(&text, parent, name);
    if response.status != 200 {
        let code = field("Error", "Code").unwrap_or_else(|| format!("HTTP {}", response.status));
        let message = field("Error", "Message")
            .map(|message| format!(": {message}"))
            .unwrap_or_default();
        return Err(refuse(format!("{code}{message}")).with_hint(hint(&code)));
    }
    let needed = |name: &str| {
        field("Credentials", name).ok_or_else(|| refuse(format!("its answer has no {name}")))
    };
    let expiration = needed("Expiration")?;
    let expires_at = reply::instant(&expiration).ok_or_else(|| {
        refuse(format!(
            "its answer has an Expiration of {}",
            quoted(&expiration)
        ))
    })?;
    Ok(Credentials::new(
        needed("AccessKeyId")?,
        needed("SecretAccessKey")?,
        Some(needed("SessionToken")?),
        Some(expires_at),
        "sts",
    ))
}

fn hint(code: &str) -> &'static str {
    match code {
        "AccessDenied" => {
            "the role's trust policy must name who assumes it, and its external id if it asks for one"
        }
        "ExpiredTokenException" | "ExpiredToken" => "the token has expired: get a new one",
        "InvalidIdentityToken" => {
            "the token must be from an issuer that the account knows, for this role's audience"
        }
        "SignatureDoesNotMatch" | "InvalidClientTokenId" => {
            "check the keys that the role is assumed with"
        }
        "RegionDisabledException" => {
            "STS is switched off in this region for the account: choose another"
        }
        _ => "check the role's ARN and its trust policy",
    }
}

/// The text of the first element `name` inside of an element `parent`.
fn element(xml: &str, parent: &str, name: &str) -> Option<String> {
    let mut reader = Reader::from_str(xml);
    let mut open: Vec<String> = Vec::new();
    let mut text: Option<String> = None;
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                open.push(start.local_name().as_ref().to_owned());
                if let [.., outer, inner] = open.as_slice()
                    && outer == parent
                    && inner == name
                {
                    text = Some(String::new());
                }
            }
            Event::Text(piece) => {
                if let Some(text) = &mut text {
                    text.push_str(&piece);
                }
            }
            Event::GeneralRef(reference) => {
                if let Some(text) = &mut text {
                    match reference.resolve_char_ref().ok()? {
                        Some(character) => text.push(character),
                        None => {
                            text.push_str(quick_xml::escape::resolve_predefined_entity(
                                &reference,
                            )?);
                        }
                    }
                }
            }
            Event::End(_) => {
                if text.is_some() {
                    return text.map(|text| text.trim().to_owned());
                }
                open.pop();
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    fn response(status: u16, body: &str) -> Response {
        Response {
            status,
            headers: HeaderMap::new(),
            body: body.into(),
            is_delimited: true,
        }
    }

    #[test]
    fn the_keys_are_read_from_the_answer() {
        let body = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><AssumedRoleUser>\
            <Arn>a</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s/&amp;&#43;&lt;</SecretAccessKey>\
            <SessionToken>\n t==</SessionToken><Expiration>2021-08-16T20:52:53Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
        let credentials = read(&response(200, body), "r").unwrap();
        assert_eq!(credentials.access_key_id(), "ASIA1");
        assert_eq!(credentials.secret_access_key(), "s/&+<");
        assert_eq!(credentials.session_token(), Some("t=="));
        assert!(credentials.expiry().is_some());
    }

    #[test]
    fn a_refusal_tells_stss_own_words() {
        let body = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no &quot;way&quot;</Message></Error></ErrorResponse>";
        let error = read(&response(403, body), "arn:r").unwrap_err();
        assert_eq!(
            error.to_string(),
            "STS gave no keys of the role \"arn:r\": AccessDenied: no \"way\""
        );
        assert_eq!(
            read(&response(503, "<html>"), "r").unwrap_err().to_string(),
            "STS gave no keys of the role \"r\": HTTP 503"
        );
    }

    #[test]
    fn an_answer_without_a_field_names_it() {
        for body in [
            "",
            "<a/>",
            "<Credentials><Expiration>x</Expiration></Credentials>",
            "<Credentials><AccessKeyId>A</Credentials>",
            "<&",
        ] {
            assert!(
                read(&response(200, body), "r")
                    .unwrap_err()
                    .to_string()
                    .contains("Expiration"),
                "{body}"
            );
        }
    }

    #[test]
    fn the_form_is_encoded() {
        assert_eq!(
            form(
                "AssumeRole",
                "arn:aws:iam::1:role/a+b",
                &[("RoleSessionName", "x=y z")]
            ),
            "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa%2Bb&RoleSessionName=x%3Dy%20z"
        );
    }
}
