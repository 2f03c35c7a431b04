//! A setting's value together with where it came from.

use std::fmt;

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The caller, by the option of this name.
    Option(&'static str),
    /// The function's ARN.
    Arn,
    /// The environment variable of this name.
    Variable(&'static str),
    /// This property of the profile.
    Profile(&'static str),
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(name) | Self::Variable(name) => f.write_str(name),
            Self::Profile(name) => write!(f, "{name} of the profile"),
            Self::Arn => f.write_str("the function's ARN"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value and its origin.
#[derive(Clone, Debug)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}
