//! The name of a function in all the forms that Lambda takes, and a qualifier.
//!
//! The forms are those of the `FunctionName` pattern of the API: `name`, `name:qualifier`, a partial ARN
//! (`123456789012:function:name[:qualifier]`) and a full ARN. Which parts really exist is for Lambda to say.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>

use std::fmt;

use crate::endpoint::Region;
use crate::error::{Error, ErrorKind, quoted};

/// A function name in one of the forms above; it is sent as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionName {
    text: String,
    name: String,
    qualifier: Option<String>,
    region: Option<Region>,
}

impl FunctionName {
    /// Reads a function name.
    ///
    /// # Errors
    /// `MissingInput` when it is empty, `InvalidInput` when it has none of the forms.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.is_empty() {
            return Err(missing_function("the function name is empty"));
        }
        if let Some((at, wrong)) = text.char_indices().find(|&(_, c)| !is_name_character(c)) {
            return Err(Error::invalid_input(format!(
                "the function name {} has {} at byte {at}, which no function name has",
                quoted(text),
                quoted(&wrong.to_string())
            ))
            .with_hint(FORMS));
        }
        // In a URL's path these two are not names but steps, and the path is not what was signed.
        if matches!(text, "." | "..") {
            return Err(
                Error::invalid_input(format!("{} is no name of a function", quoted(text)))
                    .with_hint(FORMS),
            );
        }
        let segments: Vec<&str> = text.split(':').collect();
        let parts = if text.starts_with("arn:") {
            full_arn(&segments)
        } else {
            short_form(&segments)
        };
        let Some(parts) = parts else {
            return Err(Error::invalid_input(format!(
                "{} has none of the forms of a function name",
                quoted(text)
            ))
            .with_hint(FORMS));
        };
        Ok(Self {
            text: text.to_owned(),
            name: parts.name.to_owned(),
            qualifier: parts.qualifier.map(str::to_owned),
            region: parts.region.map(Region::parse).transpose()?,
        })
    }

    /// The whole text, as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The function's own name, without account, region and qualifier.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version or alias that stands in the name.
    #[must_use]
    pub fn qualifier(&self) -> Option<&str> {
        self.qualifier.as_deref()
    }

    /// The region that stands in the name, when it is an ARN.
    #[must_use]
    pub fn region(&self) -> Option<&Region> {
        self.region.as_ref()
    }
}

impl fmt::Display for FunctionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The error for a function that was not given at all.
#[must_use]
pub fn missing_function(message: &str) -> Error {
    Error::new(ErrorKind::MissingInput, message).with_hint(FORMS)
}

/// A version (`7`, `$LATEST`) or an alias (`prod`), 1 to 128 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Qualifier(String);

impl Qualifier {
    /// Reads a qualifier.
    ///
    /// # Errors
    /// `InvalidInput` when it cannot be one.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.len() <= 128 && is_qualifier(text) {
            return Ok(Self(text.to_owned()));
        }
        Err(Error::invalid_input(format!("the qualifier {} cannot be one", quoted(text))).with_hint(
            "a qualifier is a version number, $LATEST, or an alias of letters, digits, - and _ (1 to 128 characters)",
        ))
    }

    /// The text, as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const FORMS: &str =
    "give a name, name:alias, name:version, 123456789012:function:name, or the function's ARN";

struct Parts<'a> {
    region: Option<&'a str>,
    name: &'a str,
    qualifier: Option<&'a str>,
}

fn full_arn<'a>(segments: &[&'a str]) -> Option<Parts<'a>> {
    let [
        _,
        partition,
        "lambda",
        region,
        account,
        "function",
        rest @ ..,
    ] = segments
    else {
        return None;
    };
    if !partition.starts_with("aws") || !is_account(account) || region.is_empty() {
        return None;
    }
    name_and_qualifier(rest, Some(region))
}

/// `[region:][account:][function:]name[:qualifier]`: like the API's pattern, a prefix is taken as one
/// where it can be, and as the name where the rest would not fit otherwise.
fn short_form<'a>(segments: &[&'a str]) -> Option<Parts<'a>> {
    const PREFIXES: [fn(&str) -> bool; 3] =
        [is_region, is_account, |segment| segment == "function"];
    fn descend<'a>(
        segments: &[&'a str],
        prefixes: &[fn(&str) -> bool],
        region: Option<&'a str>,
    ) -> Option<Parts<'a>> {
        let Some((is_prefix, later)) = prefixes.split_first() else {
            return name_and_qualifier(segments, region);
        };
        let taken = segments
            .split_first()
            .filter(|(first, rest)| is_prefix(first) && !rest.is_empty());
        taken
            .and_then(|(first, rest)| {
                let region = if later.len() == 2 {
                    Some(*first)
                } else {
                    region
                };
                descend(rest, later, region)
            })
            .or_else(|| descend(segments, later, region))
    }
    descend(segments, &PREFIXES, None)
}

fn name_and_qualifier<'a>(segments: &[&'a str], region: Option<&'a str>) -> Option<Parts<'a>> {
    let (name, qualifier) = match segments {
        [name] => (*name, None),
        [name, qualifier] => (*name, Some(*qualifier)),
        _ => return None,
    };
    let name_fits = !name.is_empty() && !name.contains('$');
    let qualifier_fits = qualifier.is_none_or(is_qualifier);
    (name_fits && qualifier_fits).then_some(Parts {
        region,
        name,
        qualifier,
    })
}

fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.' | ':' | '$')
}

fn is_account(segment: &str) -> bool {
    segment.len() == 12 && segment.bytes().all(|byte| byte.is_ascii_digit())
}

/// A region as it may open a partial ARN: at least two hyphens, one digit at its end (`us-gov-west-1`).
fn is_region(segment: &str) -> bool {
    let words: Vec<&str> = segment.split('-').collect();
    let [first, middle @ .., last] = words.as_slice() else {
        return false;
    };
    let is_word =
        |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    !middle.is_empty()
        && is_word(first)
        && middle.iter().all(is_word)
        && last.len() == 1
        && last.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_qualifier(text: &str) -> bool {
    if text.starts_with('$') {
        return matches!(text, "$LATEST" | "$LATEST.PUBLISHED");
    }
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn parts(text: &str) -> (String, Option<String>, Option<String>) {
        let name = FunctionName::parse(text).unwrap();
        assert_eq!(name.as_str(), text);
        (
            name.name().to_owned(),
            name.qualifier().map(str::to_owned),
            name.region().map(|region| region.as_str().to_owned()),
        )
    }

    #[test]
    fn every_form_is_taken_apart() {
        let table: [(&str, &str, Option<&str>, Option<&str>); 22] = [
            ("my-function", "my-function", None, None),
            ("my.fn_1", "my.fn_1", None, None),
            ("f:prod", "f", Some("prod"), None),
            ("f:7", "f", Some("7"), None),
            ("f:$LATEST", "f", Some("$LATEST"), None),
            ("f:$LATEST.PUBLISHED", "f", Some("$LATEST.PUBLISHED"), None),
            ("function", "function", None, None),
            ("function:f", "f", None, None),
            ("function:$LATEST", "function", Some("$LATEST"), None),
            ("123456789012:function:f", "f", None, None),
            ("123456789012:function:f:1", "f", Some("1"), None),
            ("123456789012:f", "f", None, None),
            (
                "us-west-2:123456789012:function:f",
                "f",
                None,
                Some("us-west-2"),
            ),
            (
                "arn:aws:lambda:us-west-2:123456789012:function:f",
                "f",
                None,
                Some("us-west-2"),
            ),
            (
                "arn:aws:lambda:us-west-2:123456789012:function:f:1",
                "f",
                Some("1"),
                Some("us-west-2"),
            ),
            (
                "arn:aws-cn:lambda:cn-north-1:123456789012:function:f",
                "f",
                None,
                Some("cn-north-1"),
            ),
            (
                "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:f",
                "f",
                None,
                Some("us-gov-west-1"),
            ),
            (
                "arn:aws-iso:lambda:us-iso-east-1:123456789012:function:f",
                "f",
                None,
                Some("us-iso-east-1"),
            ),
            (
                "arn:aws-iso-b:lambda:us-isob-east-1:123456789012:function:f",
                "f",
                None,
                Some("us-isob-east-1"),
            ),
            (
                "arn:aws-iso-e:lambda:eu-isoe-west-1:123456789012:function:f",
                "f",
                None,
                Some("eu-isoe-west-1"),
            ),
            (
                "arn:aws-eusc:lambda:eusc-de-east-1:123456789012:function:f",
                "f",
                None,
                Some("eusc-de-east-1"),
            ),
            (
                "arn:aws:lambda:us-east-1:123456789012:function:function:function",
                "function",
                Some("function"),
                Some("us-east-1"),
            ),
        ];
        for (text, name, qualifier, region) in table {
            let want = (
                name.to_owned(),
                qualifier.map(str::to_owned),
                region.map(str::to_owned),
            );
            assert_eq!(parts(text), want, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_a_function_is_refused() {
        for text in [
            "my fn",
            ".",
            "..",
            "f\r\nx: y",
            "f\0",
            "f/g",
            "f?x",
            "é",
            "f:",
            ":f",
            "f:$latest",
            "f:a:b",
            "$LATEST",
            "f$",
            "arn:aws:s3:::bucket",
            "arn:aws:lambda:us-east-1:123456789012:layer:l:1",
            "arn:aws:lambda:us-east-1:12345:function:f",
            "arn:aws:lambda::123456789012:function:f",
            "arn:azure:lambda:us-east-1:123456789012:function:f",
            "arn:aws:lambda:us_east:123456789012:function:f",
            "arn:aws:lambda:us-east-1:123456789012:function:",
            "f:$LATEST.X",
        ] {
            let error = FunctionName::parse(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{text}");
            assert!(!error.to_string().contains(['\r', '\n', '\0']), "{error}");
        }
        assert_eq!(
            FunctionName::parse("").unwrap_err().kind(),
            ErrorKind::MissingInput
        );
    }

    #[test]
    fn a_name_of_65_characters_is_left_to_lambda() {
        assert!(FunctionName::parse(&"f".repeat(65)).is_ok());
    }

    #[test]
    fn a_qualifier_is_a_version_or_an_alias() {
        for good in [
            "1",
            "$LATEST",
            "$LATEST.PUBLISHED",
            "prod",
            "a-b_C",
            &"a".repeat(128),
        ] {
            assert_eq!(Qualifier::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "a b", "$latest", "a:b", "a\r\n", &"a".repeat(129)] {
            assert_eq!(
                Qualifier::parse(bad).unwrap_err().kind(),
                ErrorKind::InvalidInput,
                "{bad}"
            );
        }
    }
}
