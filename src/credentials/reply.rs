//! Credentials as JSON: the form that containers, the metadata service and `credential_process` share.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::environment::usable;
use crate::error::{Error, ErrorKind, quoted};
use crate::json::string_field;

/// Reads `AccessKeyId`, `SecretAccessKey`, the token (`Token` or `SessionToken`) and `Expiration`.
///
/// # Errors
/// `Credentials`, naming the field that is missing or wrong; never a value.
pub(super) fn parse(body: &[u8], token_name: &str, what: &str) -> Result<Credentials, Error> {
    let refuse = |why: String| {
        Error::new(
            ErrorKind::Credentials,
            format!("{what} gave credentials that {why}"),
        )
    };
    let text = std::str::from_utf8(body).map_err(|_| refuse("are not UTF-8".to_owned()))?;
    if crate::json::object_entries(text).is_err() {
        return Err(refuse("are not a JSON object".to_owned()));
    }
    let field = |name: &str| {
        string_field(text, &[name])
            .filter(|value| !value.is_empty())
            .map(|value| usable(&format!("{name} from {what}"), value))
            .transpose()
    };
    let needed = |name: &str| field(name)?.ok_or_else(|| refuse(format!("have no {name}")));
    let expires_at = string_field(text, &["Expiration"])
        .map(|text| {
            instant(&text).ok_or_else(|| refuse(format!("have an Expiration of {}", quoted(&text))))
        })
        .transpose()?;
    Ok(Credentials::new(
        needed("AccessKeyId")?,
        needed("SecretAccessKey")?,
        field(token_name)?,
        expires_at,
        "reply",
    ))
}

/// An instant in RFC 3339; AWS's own caches write `UTC` for `Z`.
pub(super) fn instant(text: &str) -> Option<SystemTime> {
    let text = text.trim();
    let text = text
        .strip_suffix("UTC")
        .map_or_else(|| text.to_owned(), |start| format!("{start}Z"));
    let date = DateTime::from_str(&text, Format::DateTimeWithOffset).ok()?;
    SystemTime::try_from(date).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_missing_field_is_named_and_no_value_shown() {
        for (body, want) in [
            ("", "it gave credentials that are not a JSON object"),
            ("[1]", "it gave credentials that are not a JSON object"),
            (
                "{\"SecretAccessKey\":\"hunter2\"}",
                "it gave credentials that have no AccessKeyId",
            ),
            (
                "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"\"}",
                "it gave credentials that have no SecretAccessKey",
            ),
            (
                "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hunter2\",\"Expiration\":\"soon\"}",
                "it gave credentials that have an Expiration of \"soon\"",
            ),
            (
                "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hunter2\\n\"}",
                "SecretAccessKey from it holds a space, a line break or another character that no key has",
            ),
        ] {
            let error = parse(body.as_bytes(), "Token", "it").unwrap_err();
            assert_eq!(error.to_string(), want);
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }

    #[test]
    fn all_fields_are_taken() {
        let body = br#"{"AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":"1970-01-01T00:00:10Z"}"#;
        let credentials = parse(body, "Token", "it").unwrap();
        assert_eq!(
            (credentials.access_key_id(), credentials.secret_access_key()),
            ("A", "S")
        );
        assert_eq!(credentials.session_token(), Some("T"));
        assert_eq!(
            credentials.expiry(),
            Some(SystemTime::UNIX_EPOCH + Duration::from_secs(10))
        );
    }

    #[test]
    fn an_instant_has_several_spellings() {
        for text in [
            "1970-01-01T00:00:10Z",
            "1970-01-01T00:00:10UTC",
            "1970-01-01T01:00:10+01:00",
            " 1970-01-01T00:00:10Z\n",
        ] {
            assert_eq!(
                instant(text),
                Some(SystemTime::UNIX_EPOCH + Duration::from_secs(10)),
                "{text}"
            );
        }
        assert_eq!(instant("tomorrow"), None);
    }
}
