//! The payload: JSON text whose bytes travel unchanged, or nothing at all.

use std::fmt;

use crate::error::{Error, ErrorKind};
use crate::json;

/// What is sent to the function: one JSON value in UTF-8 exactly as it was given, or an empty body
/// (which Lambda hands to the function as `{}`).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Payload(Vec<u8>);

impl Payload {
    /// Takes JSON text of any type; its bytes are kept as they are.
    ///
    /// # Errors
    /// `InvalidRequest`, with the byte offset, when it is not JSON.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, Error> {
        if let Err(fault) = json::check(&bytes) {
            let hint = hint(&bytes);
            return Err(
                Error::new(ErrorKind::InvalidRequest, "the payload is not JSON")
                    .with_source(fault)
                    .with_hint(hint),
            );
        }
        Ok(Self(bytes))
    }

    /// The bytes of the request's body.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Takes a text that a JSON reader has already found to be one whole value.
    pub(crate) fn from_checked(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

fn hint(bytes: &[u8]) -> &'static str {
    match bytes {
        [] => "leave the payload out to send none",
        [0xef, 0xbb, 0xbf, ..] => "save it as UTF-8 without a byte order mark",
        _ if bytes.starts_with(b"file://") || bytes.starts_with(b"fileb://") => {
            "to send a file, write @FILE"
        }
        [b'{' | b'[', ..] => {
            "put it in single quotes, so that the shell leaves its double quotes in; JSON takes no comma at the end"
        }
        _ => "a text is JSON only in double quotes, like '\"text\"'; to send a file, write @FILE",
    }
}

/// A payload can hold what is nobody else's business: its `Debug` tells its size only.
impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn the_bytes_are_kept() {
        for text in [
            "1.10",
            " {\"a\":1,\"a\":2}\n",
            "123456789012345678901234567890",
            "\"\u{2028}\\u0041\"",
        ] {
            assert_eq!(
                Payload::parse(text.into()).unwrap().as_bytes(),
                text.as_bytes()
            );
        }
    }

    #[test]
    fn what_is_not_json_tells_where() {
        let error = Payload::parse(b"{\"a\": oops}".to_vec()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert_eq!(
            error.source().unwrap().to_string(),
            "expected value at byte 6"
        );
        assert_eq!(
            Payload::parse(Vec::new()).unwrap_err().hint(),
            Some("leave the payload out to send none")
        );
    }

    #[test]
    fn debug_shows_no_payload() {
        assert_eq!(
            format!("{:?}", Payload::parse(b"\"secret\"".to_vec()).unwrap()),
            "Payload(8 bytes)"
        );
    }
}
