//! Verifies the signature of a request, the way Lambda answers when it does not match.
//!
//! Written from AWS's description, on hmac and sha2 alone, so that it shares no mistake with the signer under test.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::function::error_reply;
use super::{Options, Reply, Seen};

/// Lambda takes a clock that is at most this wrong.
const WINDOW_SECONDS: u64 = 5 * 60;

/// Whether `seen` is signed by the known key.
///
/// # Errors
/// The answer that Lambda gives instead.
pub(crate) fn verify(seen: &Seen, options: &Options, now: i64) -> Result<(), Reply> {
    let refuse = |code: &str, message: &str| {
        error_reply(403, code, &serde_json::json!({ "message": message }))
    };
    let Some(authorization) = seen.header("authorization").and_then(Authorization::parse) else {
        return Err(refuse(
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        ));
    };
    if authorization.key_id != options.access_key_id {
        return Err(refuse(
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        ));
    }
    if seen.header("x-amz-security-token").map(str::to_owned) != options.session_token {
        return Err(refuse(
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        ));
    }
    let is_signed = |name: &str| {
        authorization
            .signed_headers
            .split(';')
            .any(|signed| signed == name)
    };
    for (name, _) in &seen.headers {
        if (name == "host" || name.starts_with("x-amz-")) && !is_signed(name) {
            let message = format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.");
            return Err(refuse("InvalidSignatureException", &message));
        }
    }
    let date = seen.header("x-amz-date").unwrap_or_default();
    if epoch_seconds(date).is_none_or(|signed_at| signed_at.abs_diff(now) > WINDOW_SECONDS) {
        return Err(refuse(
            "InvalidSignatureException",
            &format!("Signature expired: {date} is now earlier than the window"),
        ));
    }
    if authorization.signature != signature(seen, &authorization, date, &options.secret_access_key)
    {
        return Err(refuse(
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
             Access Key and signing method. Consult the service documentation for details.",
        ));
    }
    Ok(())
}

struct Authorization<'a> {
    key_id: &'a str,
    scope: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix("AWS4-HMAC-SHA256 ")?;
        let field = |name: &str| {
            rest.split(',')
                .find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
        };
        let (key_id, scope) = field("Credential")?.split_once('/')?;
        Some(Self {
            key_id,
            scope,
            signed_headers: field("SignedHeaders")?,
            signature: field("Signature")?,
        })
    }
}

fn signature(seen: &Seen, authorization: &Authorization<'_>, date: &str, secret: &str) -> String {
    let mut canonical = format!(
        "{}\n{}\n{}\n",
        seen.method,
        encode(&seen.path, "/"),
        canonical_query(&seen.query)
    );
    for name in authorization.signed_headers.split(';') {
        let values: Vec<String> = seen
            .headers
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.split_ascii_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        canonical.push_str(&format!("{name}:{}\n", values.join(",")));
    }
    canonical.push_str(&format!(
        "\n{}\n{}",
        authorization.signed_headers,
        hex(&Sha256::digest(&seen.body))
    ));
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{date}\n{}\n{}",
        authorization.scope,
        hex(&Sha256::digest(&canonical))
    );
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in authorization.scope.split('/') {
        key = hmac(&key, part);
    }
    hex(&hmac(&key, &to_sign))
}

fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encode(&decode(name), ""), encode(&decode(value), "")))
        .collect();
    pairs.sort();
    pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&")
}

fn encode(text: &str, also_kept: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        let kept = byte.is_ascii_alphanumeric()
            || b"-._~".contains(&byte)
            || also_kept.as_bytes().contains(&byte);
        if kept {
            out.push(byte.into());
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Percent-decodes `text`; what is no escape stays.
pub(crate) fn decode(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, later)) = rest.split_first() {
        let escape = later
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = escape
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .filter(|_| first == b'%');
        rest = if escaped.is_some() {
            &later[2..]
        } else {
            later
        };
        out.push(escaped.unwrap_or(first));
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length is taken");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// `YYYYMMDDTHHMMSSZ` in seconds since 1970.
fn epoch_seconds(text: &str) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u16>().ok();
    let small = |range| number(range).and_then(|value| u8::try_from(value).ok());
    let month = time::Month::try_from(small(4..6)?).ok()?;
    let date = time::Date::from_calendar_date(number(0..4)?.into(), month, small(6..8)?).ok()?;
    let at = date
        .with_hms(small(9..11)?, small(11..13)?, small(13..15)?)
        .ok()?;
    Some(at.assume_utc().unix_timestamp())
}
