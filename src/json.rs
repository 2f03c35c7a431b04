//! JSON as bytes: whether a text is JSON and where it is not, and an object's entries as they stand.
//!
//! Nothing here turns a number or a string into a value and back: what goes to a function or comes from it keeps
//! its bytes. Depth costs no stack.
//!
//! Source: RFC 8259.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Where and why a text is not JSON.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct JsonFault {
    /// The 0-based offset in bytes at which the fault was seen.
    pub(crate) offset: usize,
    what: String,
}

impl fmt::Display for JsonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.what, self.offset)
    }
}

impl std::error::Error for JsonFault {}

/// `bytes` as text, if it is one whole JSON value of any type in UTF-8.
///
/// # Errors
/// Where it is not.
pub(crate) fn check(bytes: &[u8]) -> Result<&str, JsonFault> {
    let text = std::str::from_utf8(bytes).map_err(|error| JsonFault {
        offset: error.valid_up_to(),
        what: "bytes that are not UTF-8".to_owned(),
    })?;
    if text.starts_with('\u{feff}') {
        return Err(JsonFault {
            offset: 0,
            what: "a byte order mark, which JSON does not have,".to_owned(),
        });
    }
    if text.trim_matches([' ', '\t', '\r', '\n']).is_empty() {
        return Err(JsonFault {
            offset: text.len(),
            what: "no value".to_owned(),
        });
    }
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| JsonFault::locate(text, &error))?;
    Ok(text)
}

/// The entries of the JSON object `text`, in order, each value as it stands in the text.
///
/// # Errors
/// Where `text` is not a JSON object.
pub(crate) fn object_entries(text: &str) -> Result<Vec<(String, &RawValue)>, JsonFault> {
    match serde_json::from_str::<Entries<'_>>(text) {
        Ok(entries) => Ok(entries.0),
        Err(error) if error.is_data() => Err(JsonFault {
            offset: 0,
            what: "no object".to_owned(),
        }),
        Err(error) => Err(JsonFault::locate(text, &error)),
    }
}

/// The first of the entries `names` of the JSON object `text` that is there and not null: a string's text, any
/// other value as it stands. None where `text` is not an object.
#[must_use]
pub(crate) fn string_field(text: &str, names: &[&str]) -> Option<String> {
    let entries = object_entries(text).ok()?;
    names.iter().find_map(|name| {
        let (_, value) = entries
            .iter()
            .find(|(key, value)| key == name && value.get() != "null")?;
        // A string with a lone surrogate has no text of its own.
        Some(serde_json::from_str(value.get()).unwrap_or_else(|_| value.get().to_owned()))
    })
}

/// What the first byte of a JSON value tells of its type.
#[must_use]
pub(crate) fn type_name(value: &RawValue) -> &'static str {
    match value.get().as_bytes().first() {
        Some(b'"') => "a string",
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}

impl JsonFault {
    /// The reader counts lines and columns from 1, columns in bytes.
    fn locate(text: &str, error: &serde_json::Error) -> Self {
        let line_start: usize = text
            .split_inclusive('\n')
            .take(error.line().saturating_sub(1))
            .map(str::len)
            .sum();
        let message = error.to_string();
        let what = message
            .rsplit_once(" at line ")
            .map_or(message.as_str(), |(what, _)| what);
        // The column is that of the byte just read, except where the reader stopped in front of the fault.
        let is_past = !error.is_eof() && !what.starts_with("control character");
        let column = error.column().saturating_sub(usize::from(is_past));
        Self {
            offset: (line_start + column).min(text.len()),
            what: what.to_owned(),
        }
    }
}

struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor;
        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(EntriesVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_value_is_json_whatever_its_depth_and_numbers() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for text in [
            "null",
            "true",
            "0",
            "-1.10e400",
            "123456789012345678901234567890",
            "\"\\ud800\"",
            "\"\u{2028}\"",
            "{\"a\":1,\"a\":2}",
            " [1]\n",
            &deep,
        ] {
            assert_eq!(check(text.as_bytes()).unwrap(), text);
        }
    }

    #[test]
    fn the_fault_tells_its_byte_offset() {
        let table: [(&[u8], usize); 13] = [
            (b"", 0),
            (b" \n", 2),
            (b"hello", 0),
            (b"{\"a\":x}", 5),
            (b"{\"a\":1", 6),
            (b"[1,]", 3),
            (b"[1,\n 2,\n x]", 9),
            (b"1 2", 2),
            (b"\"a\xff\"", 2),
            (b"\xef\xbb\xbf{}", 0),
            (b"{'a':1}", 1),
            (b"01", 1),
            (b"\"a\nb\"", 2),
        ];
        for (bytes, offset) in table {
            let fault = check(bytes).unwrap_err();
            assert_eq!(
                fault.offset,
                offset,
                "{fault}: {}",
                String::from_utf8_lossy(bytes)
            );
        }
    }

    #[test]
    fn entries_keep_order_repetition_and_bytes() {
        let entries = object_entries(r#" {"b": 1.10, "a" : [ 1 ], "b":null} "#).unwrap();
        let entries: Vec<_> = entries
            .iter()
            .map(|(key, value)| (key.as_str(), value.get(), type_name(value)))
            .collect();
        assert_eq!(
            entries,
            [
                ("b", "1.10", "a number"),
                ("a", "[ 1 ]", "an array"),
                ("b", "null", "null")
            ]
        );
    }

    #[test]
    fn what_is_no_object_says_so() {
        assert_eq!(
            object_entries("[1]").unwrap_err().to_string(),
            "no object at byte 0"
        );
        assert_eq!(object_entries("{\"a\"}").unwrap_err().offset, 4);
    }
}
