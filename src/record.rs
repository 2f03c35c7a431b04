//! The connector's inputs as one JSON object: `{"function": …, "payload": …}`.
//!
//! Knows no files and no standard input.

use serde_json::value::RawValue;

use crate::error::{Error, quoted};
use crate::function_name::{FunctionName, missing_function};
use crate::json;
use crate::nearest::nearest;
use crate::payload::Payload;

/// The connector's two inputs.
#[derive(Debug)]
pub struct Inputs {
    /// Which function.
    pub function: FunctionName,
    /// What it is given.
    pub payload: Payload,
}

impl Inputs {
    /// Reads the inputs object. A string payload is the JSON text itself; any other value is cut out of `text`
    /// as it stands; absent or null is an empty body.
    ///
    /// # Errors
    /// `InvalidInput` when `text` is not such an object, `MissingInput` without a function,
    /// `InvalidRequest` when a string payload is not JSON.
    pub fn parse(text: Vec<u8>) -> Result<Self, Error> {
        let fault = |fault| {
            Error::invalid_input("the inputs are not a JSON object")
                .with_source(fault)
                .with_hint(
                    "give them like {\"function\": \"my-function\", \"payload\": {\"key\": 1}}",
                )
        };
        let [function, payload] = entries(json::check(&text).map_err(fault)?, fault)?;
        let function = match function {
            None => return Err(missing_function("the inputs have no function")),
            Some(value) => FunctionName::parse(&string(value, "function")?)?,
        };
        let payload = match payload {
            None => Payload::default(),
            Some(value) if value.get().starts_with('"') => {
                let text = serde_json::from_str::<String>(value.get()).map_err(|error| {
                    Error::invalid_input("the payload's string cannot be read").with_source(error)
                })?;
                Payload::parse(text.into_bytes())?
            }
            Some(value) => {
                // Cut in place: a payload of 6 MB is not copied.
                let start = value.get().as_ptr() as usize - text.as_ptr() as usize;
                let end = start + value.get().len();
                let mut text = text;
                text.truncate(end);
                text.drain(..start);
                Payload::from_checked(text)
            }
        };
        Ok(Self { function, payload })
    }
}

const KEYS: [&str; 2] = ["function", "payload"];

/// The values of [`KEYS`]; null counts as absent.
fn entries(
    text: &str,
    fault: impl Fn(json::JsonFault) -> Error,
) -> Result<[Option<&RawValue>; 2], Error> {
    let mut values = [None, None];
    let mut seen = [false, false];
    for (key, value) in json::object_entries(text).map_err(fault)? {
        let Some(index) = KEYS.iter().position(|known| *known == key) else {
            let hint = match nearest(&key, KEYS) {
                Some(known) => format!("did you mean {}?", quoted(known)),
                None => "the inputs are \"function\" and \"payload\"; everything else is an option"
                    .to_owned(),
            };
            return Err(Error::invalid_input(format!(
                "the inputs have an unknown key {}",
                quoted(&key)
            ))
            .with_hint(hint));
        };
        if std::mem::replace(&mut seen[index], true) {
            return Err(Error::invalid_input(format!(
                "the inputs have the key {} twice",
                quoted(&key)
            )));
        }
        values[index] = Some(value).filter(|value| value.get() != "null");
    }
    Ok(values)
}

fn string(value: &RawValue, key: &str) -> Result<String, Error> {
    serde_json::from_str(value.get()).map_err(|error| match json::type_name(value) {
        "a string" => Error::invalid_input(format!("{key} cannot be read")).with_source(error),
        what => Error::invalid_input(format!("{key} must be a string, and is {what}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn a_payload_that_is_no_string_is_cut_out_as_it_stands() {
        for value in [
            r#"{"b":1.10,"a":123456789012345678901234567890,"a":[ 1e400 ]}"#,
            "[1, 2]",
            "1.10",
            "true",
            r#"{"s":"\u2028\ud800/\/"}"#,
        ] {
            for text in [
                format!(r#"{{"function":"f","payload":{value}}}"#),
                format!("{{ \"payload\" : {value} ,\n\"function\":\"f\"}}\n"),
            ] {
                let inputs = Inputs::parse(text.into_bytes()).unwrap();
                assert_eq!(inputs.payload.as_bytes(), value.as_bytes());
                assert_eq!(inputs.function.as_str(), "f");
            }
        }
    }

    #[test]
    fn a_string_payload_is_the_json_text_itself() {
        let inputs =
            Inputs::parse(br#"{"function":"f","payload":"{\"n\": 1.10}\n"}"#.to_vec()).unwrap();
        assert_eq!(inputs.payload.as_bytes(), b"{\"n\": 1.10}\n");
    }

    #[test]
    fn absent_and_null_are_an_empty_body() {
        for text in [r#"{"function":"f"}"#, r#"{"function":"f","payload":null}"#] {
            assert_eq!(Inputs::parse(text.into()).unwrap().payload.as_bytes(), b"");
        }
    }

    #[test]
    fn every_wrong_input_has_its_kind() {
        use ErrorKind::{InvalidInput, InvalidRequest, MissingInput};
        for (text, kind, message) in [
            (
                "",
                InvalidInput,
                "the inputs are not a JSON object: no value at byte 0",
            ),
            (
                "{",
                InvalidInput,
                "the inputs are not a JSON object: EOF while parsing an object at byte 1",
            ),
            (
                "[]",
                InvalidInput,
                "the inputs are not a JSON object: no object at byte 0",
            ),
            ("{}", MissingInput, "the inputs have no function"),
            (
                r#"{"function":null}"#,
                MissingInput,
                "the inputs have no function",
            ),
            (
                r#"{"function":""}"#,
                MissingInput,
                "the function name is empty",
            ),
            (
                r#"{"function":7}"#,
                InvalidInput,
                "function must be a string, and is a number",
            ),
            (
                r#"{"function":{"a":1}}"#,
                InvalidInput,
                "function must be a string, and is an object",
            ),
            (
                r#"{"function":"f","paylod":1}"#,
                InvalidInput,
                "the inputs have an unknown key \"paylod\"",
            ),
            (
                r#"{"function":"f","function":"g"}"#,
                InvalidInput,
                "the inputs have the key \"function\" twice",
            ),
            (
                r#"{"function":"f","payload":"x"}"#,
                InvalidRequest,
                "the payload is not JSON: expected value at byte 0",
            ),
            (
                r#"{"function":"f","payload":""}"#,
                InvalidRequest,
                "the payload is not JSON: no value at byte 0",
            ),
        ] {
            let error = Inputs::parse(text.into()).unwrap_err();
            assert_eq!(
                (error.kind(), error.chain().as_str()),
                (kind, message),
                "{text}"
            );
        }
    }
}
