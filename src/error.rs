//! The one error type: no answer came from Lambda, and why.
//!
//! What Lambda did answer, a refusal or a function's own failure, is an [`Answer`](crate::outcome::Answer), never an error.
//! Knows no exit codes and prints nothing.

use std::error::Error as StdError;
use std::fmt;

/// Why an invocation has no answer.
///
/// `Display` tells this level only (what was being done, to what), in lower case and without a full stop; the cause is in
/// [`source`](StdError::source), what to try in [`Error::hint`]. None of them holds a secret.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What kind of error it is, by stage and by who can mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// `function` is absent or empty.
    MissingInput,
    /// An input has the wrong type or form.
    InvalidInput,
    /// The payload is not JSON text.
    InvalidRequest,
    /// The payload is over Lambda's limit.
    RequestTooLarge,
    /// A setting from the environment is missing or broken.
    Config,
    /// No credentials, or broken ones.
    Credentials,
    /// The request could not be signed.
    Sign,
    /// The request could not be sent, or no complete answer came.
    Transport(TransportFault),
    /// A fault of this program.
    Internal,
}

/// How far a request came before the transport failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransportFault {
    /// What was being done.
    pub phase: Phase,
    /// Whether any byte of the request may have reached the server: if so, the function may have run.
    pub sent: bool,
    /// The HTTP status, where the head of the answer came but not the whole of its body.
    pub status: Option<u16>,
}

/// The stages of one HTTP exchange, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Looking up the host's addresses.
    Resolve,
    /// Opening the TCP connection.
    Connect,
    /// The TLS handshake.
    Tls,
    /// Sending the request.
    Send,
    /// Waiting for the first byte of the answer.
    Wait,
    /// Receiving the answer.
    Receive,
}

impl Error {
    /// Makes an error of `kind` with the message of this level.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            hint: None,
            source: None,
        }))
    }

    /// Adds what the user may try.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// An input of the wrong type or form.
    pub fn invalid_input(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidInput, message)
    }

    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What the user may try, as one sentence without a full stop.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Whether the function may have run although no answer came.
    #[must_use]
    pub fn may_have_run(&self) -> bool {
        matches!(self.kind(), ErrorKind::Transport(fault) if fault.sent)
    }

    /// The HTTP status, where an answer began to come and broke off.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self.kind() {
            ErrorKind::Transport(fault) => fault.status,
            _ => None,
        }
    }

    /// The message and all its causes, joined by `: `, on one line.
    #[must_use]
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("hint", &self.0.hint)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

/// `text` in double quotes for a message: control characters escaped, and cut after 80 characters.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    let mut characters = text.chars();
    for character in characters.by_ref().take(QUOTED_CHARACTERS) {
        match character {
            '"' => out.push_str("\\\""),
            other if other.is_control() => out.extend(other.escape_default()),
            other => out.push(other),
        }
    }
    if characters.next().is_some() {
        out.push('…');
    }
    out.push('"');
    out
}

const QUOTED_CHARACTERS: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_stays_small() {
        assert!(size_of::<Error>() <= 64, "{}", size_of::<Error>());
    }

    #[test]
    fn the_chain_names_each_cause_once() {
        let error = Error::new(ErrorKind::Config, "cannot read \"x\"")
            .with_source(std::io::Error::other("disk on fire"));
        assert_eq!(error.to_string(), "cannot read \"x\"");
        assert_eq!(error.chain(), "cannot read \"x\": disk on fire");
    }

    #[test]
    fn quoting_escapes_what_would_break_a_line() {
        for (text, want) in [
            ("a", "\"a\""),
            ("a\r\nb\0", "\"a\\r\\nb\\u{0}\""),
            ("\"", "\"\\\"\""),
            ("é\u{1b}", "\"é\\u{1b}\""),
        ] {
            assert_eq!(quoted(text), want);
        }
        assert_eq!(quoted(&"x".repeat(81)).chars().count(), 83);
    }
}
