//! Signature Version 4: canonical request, string to sign, signature, `Authorization`.
//!
//! The two texts are built here; the signing key and the signature come from `aws_sigv4::sign::v4`, and this is the
//! only file that names it. Time comes in as a value.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>
//!
//! # Design
//! 2026-11: signing by hand on the crate's primitives instead of `aws_sigv4::http_request::sign`, which needs an
//! `Identity` of a further crate and keeps no signing key. The crate's own signer is the oracle of the property tests.

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use crate::error::{Error, ErrorKind};
use crate::request::{Request, percent_encode, percent_encode_path};

/// What a signature is good for: one service in one region.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The region's name.
    pub region: &'a str,
    /// The service's signing name, `lambda`.
    pub service: &'a str,
}

/// A header that signing adds: lower-case name, value.
pub type SignedHeader = (&'static str, String);

/// The headers to be added to `request` so that it is signed at `now`: `x-amz-date`, `x-amz-security-token` for
/// temporary credentials, and `authorization`. `host` and every header of the request are signed.
///
/// # Errors
/// `Sign` when `now` is before 1970 or after the year 9999.
pub fn sign(
    request: &Request<'_>,
    credentials: &Credentials,
    scope: Scope<'_>,
    now: SystemTime,
) -> Result<Vec<SignedHeader>, Error> {
    let at = Timestamp::of(now)?;
    let mut added = vec![("x-amz-date", at.date_time())];
    if let Some(token) = credentials.session_token() {
        added.push(("x-amz-security-token", token.to_owned()));
    }
    let canonical = canonical_request(request, &added);
    let scope_text = format!(
        "{}/{}/{}/aws4_request",
        at.date(),
        scope.region,
        scope.service
    );
    let string_to_sign = string_to_sign(&at, &scope_text, &canonical.text);
    let key = generate_signing_key(
        credentials.secret_access_key(),
        now,
        scope.region,
        scope.service,
    );
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope_text}, SignedHeaders={}, Signature={}",
        credentials.access_key_id(),
        canonical.signed_headers,
        calculate_signature(key, string_to_sign.as_bytes()),
    );
    added.push(("authorization", authorization));
    Ok(added)
}

struct CanonicalRequest {
    text: String,
    signed_headers: String,
}

fn canonical_request(request: &Request<'_>, added: &[SignedHeader]) -> CanonicalRequest {
    let mut headers: Vec<(&str, String)> = request
        .headers
        .iter()
        .copied()
        .chain(added.iter().map(|(name, value)| (*name, value.as_str())))
        .chain([("host", request.host)])
        .map(|(name, value)| (name, canonical_value(value)))
        .collect();
    // A stable sort: values of a repeated name keep their order.
    headers.sort_by_key(|(name, _)| *name);
    headers.dedup_by(|later, first| {
        let same = later.0 == first.0;
        if same {
            first.1.push(',');
            first.1.push_str(&later.1);
        }
        same
    });
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let signed_headers = names.join(";");
    // The path is sent encoded, and Lambda, like every service but S3, encodes what it gets once more.
    let path = percent_encode_path(if request.path.is_empty() {
        "/"
    } else {
        &request.path
    });
    let mut text = format!(
        "{}\n{path}\n{}\n",
        request.method,
        canonical_query(&request.query)
    );
    for (name, value) in &headers {
        text.extend([name, ":", value, "\n"]);
    }
    text.extend([
        "\n",
        &signed_headers,
        "\n",
        &hex::encode(Sha256::digest(request.body)),
    ]);
    CanonicalRequest {
        text,
        signed_headers,
    }
}

fn canonical_query(query: &[(&str, &str)]) -> String {
    let mut pairs: Vec<(String, String)> = query
        .iter()
        .map(|(name, value)| (percent_encode(name), percent_encode(value)))
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

/// Spaces around the value go, and runs of them inside become one.
fn canonical_value(value: &str) -> String {
    let words: Vec<&str> = value.split(' ').filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

fn string_to_sign(at: &Timestamp, scope: &str, canonical_request: &str) -> String {
    let hash = hex::encode(Sha256::digest(canonical_request));
    format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{hash}", at.date_time())
}

/// A time as the signature writes it: `YYYYMMDD` and `YYYYMMDDTHHMMSSZ`, in UTC.
struct Timestamp(OffsetDateTime);

impl Timestamp {
    fn of(now: SystemTime) -> Result<Self, Error> {
        now.duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|since| i64::try_from(since.as_secs()).ok())
            .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
            .map(Self)
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::Sign,
                    "cannot sign the request: this machine's clock is before 1970 or after 9999",
                )
                .with_hint("set the clock")
            })
    }

    fn date(&self) -> String {
        format!(
            "{:04}{:02}{:02}",
            self.0.year(),
            u8::from(self.0.month()),
            self.0.day()
        )
    }

    fn date_time(&self) -> String {
        let mut text = self.date();
        let (hour, minute, second) = self.0.to_hms();
        let _ = write!(text, "T{hour:02}{minute:02}{second:02}Z");
        text
    }
}

#[cfg(test)]
mod tests;
