//! The command line: what was typed becomes a [`Command`], without a look at the environment or at a file.

use std::ffi::OsString;
use std::path::PathBuf;

use lambda_connector::invocation::{InvocationType, LogType};
use lambda_connector::nearest;
use lambda_connector::settings::Overrides;
use lexopt::Arg;

use flag::{FLAGS, Flag, Key};
use value::{count, one_of, seconds, text};

pub(crate) mod exit;
pub(crate) mod flag;
pub(crate) mod help;
pub(crate) mod report;
mod value;

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Command {
    /// Print this text.
    Print(String),
    /// Invoke a function.
    Invoke(Box<InvokeArguments>),
}

/// What was typed after `invoke`.
#[derive(Debug, Default)]
pub(crate) struct InvokeArguments {
    pub(crate) function: Option<String>,
    pub(crate) payload: Option<Source>,
    pub(crate) input: Option<Source>,
    pub(crate) output: Output,
    pub(crate) payload_as_json: bool,
    pub(crate) invocation_type: InvocationType,
    pub(crate) log_type: Option<LogType>,
    pub(crate) qualifier: Option<String>,
    pub(crate) client_context: Option<Source>,
    pub(crate) tenant_id: Option<String>,
    pub(crate) durable_execution_name: Option<String>,
    pub(crate) overrides: Overrides,
    pub(crate) profile: Option<String>,
    pub(crate) verbose: bool,
}

/// Where the bytes of an argument are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// In the argument itself.
    Text(Vec<u8>),
    /// In this file.
    File(PathBuf),
    /// On standard input.
    Stdin,
}

impl Source {
    fn parse(argument: OsString) -> Self {
        use std::os::unix::ffi::OsStringExt as _;
        let mut bytes = argument.into_vec();
        match bytes.as_slice() {
            b"-" => Self::Stdin,
            [b'@', ..] => Self::File(OsString::from_vec(bytes.split_off(1)).into()),
            _ => Self::Text(bytes),
        }
    }
}

/// What is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Output {
    #[default]
    Outputs,
    Payload,
    Detail,
}

/// The command line is wrong.
#[derive(Debug)]
pub(crate) struct UsageError {
    pub(crate) message: String,
    pub(crate) hint: String,
}

impl UsageError {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: hint.into(),
        }
    }
}

/// Reads the arguments, without the program's name.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, UsageError> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut invoke = InvokeArguments::default();
    let mut words = Vec::new();
    let is_invoke = |words: &[OsString]| words.first().is_some_and(|word| word == "invoke");
    while let Some(argument) = parser.next().map_err(|error| broken(&error))? {
        let flag = match argument {
            Arg::Value(word) => {
                words.push(word);
                continue;
            }
            Arg::Long(name) => FLAGS
                .iter()
                .find(|flag| flag.long == name)
                .ok_or_else(|| unknown_long(name))?,
            Arg::Short(letter) => FLAGS
                .iter()
                .find(|flag| flag.short == Some(letter))
                .ok_or_else(|| unknown_short(letter))?,
        };
        match flag.key {
            // "-h" and "--help" are one row; which of the two was typed decides between the short help and the long.
            Key::Help => {
                return Ok(Command::Print(help::text(
                    matches!(argument, Arg::Long(_)),
                    is_invoke(&words),
                )));
            }
            Key::Version => {
                return Ok(Command::Print(format!(
                    "lambda-connector {}\n",
                    env!("CARGO_PKG_VERSION")
                )));
            }
            _ => {}
        }
        let value = match flag.value {
            Some(_) => parser.value().map_err(|error| broken(&error))?,
            None => OsString::new(),
        };
        set(&mut invoke, flag, value)?;
    }
    command(words, invoke)
}

fn command(words: Vec<OsString>, mut invoke: InvokeArguments) -> Result<Command, UsageError> {
    let mut words = words.into_iter();
    let Some(command) = words.next() else {
        return Err(UsageError::new(
            "no command is given",
            "try: lambda-connector invoke FUNCTION PAYLOAD",
        ));
    };
    if command == "help" {
        return Ok(Command::Print(help::text(
            true,
            words.next().is_some_and(|word| word == "invoke"),
        )));
    }
    if command != "invoke" {
        let name = command.to_string_lossy();
        let hint = match nearest(&name.to_ascii_lowercase(), ["invoke", "help"]) {
            Some(known) => format!("did you mean {known}?"),
            None => format!("to invoke a function, write: lambda-connector invoke {name}"),
        };
        return Err(UsageError::new(format!("unknown command {name:?}"), hint));
    }
    invoke.function = words.next().map(|word| word.to_string_lossy().into_owned());
    invoke.payload = words.next().map(Source::parse);
    if let Some(word) = words.next() {
        return Err(UsageError::new(
            format!("one argument too many: {:?}", word.to_string_lossy()),
            "invoke takes FUNCTION and PAYLOAD; put quotes around a payload with spaces",
        ));
    }
    if invoke.input.is_some() && invoke.function.is_some() {
        return Err(UsageError::new(
            "--input and FUNCTION are both given",
            "--input holds function and payload already: leave the arguments out",
        ));
    }
    Ok(Command::Invoke(Box::new(invoke)))
}

fn set(arguments: &mut InvokeArguments, flag: &Flag, value: OsString) -> Result<(), UsageError> {
    let overrides = &mut arguments.overrides;
    match flag.key {
        Key::Input => arguments.input = Some(Source::parse(value)),
        Key::ClientContext => arguments.client_context = Some(Source::parse(value)),
        Key::CaBundle => overrides.ca_bundle = Some(value.into()),
        Key::UseDualstackEndpoint => overrides.use_dualstack_endpoint = true,
        Key::UseFipsEndpoint => overrides.use_fips_endpoint = true,
        Key::Idempotent => overrides.idempotent = true,
        Key::MaxAttempts => overrides.max_attempts = Some(count(flag, value)?),
        Key::Verbose => arguments.verbose = true,
        Key::Qualifier => arguments.qualifier = Some(text(flag, value)?),
        Key::TenantId => arguments.tenant_id = Some(text(flag, value)?),
        Key::DurableExecutionName => arguments.durable_execution_name = Some(text(flag, value)?),
        Key::Profile => arguments.profile = Some(text(flag, value)?),
        Key::Region => overrides.region = Some(text(flag, value)?),
        Key::EndpointUrl => overrides.endpoint_url = Some(text(flag, value)?),
        Key::ConnectTimeout => overrides.connect_timeout = Some(seconds(flag, value)?),
        Key::Timeout => overrides.timeout = Some(seconds(flag, value)?),
        Key::InvocationType => {
            let types = InvocationType::ALL.map(|known| (known.as_str(), known));
            arguments.invocation_type = one_of(flag, value, &types)?;
        }
        Key::LogType => {
            arguments.log_type = Some(one_of(
                flag,
                value,
                &[("Tail", LogType::Tail), ("None", LogType::None)],
            )?);
        }
        Key::Output => {
            let forms = [
                ("outputs", Output::Outputs),
                ("payload", Output::Payload),
                ("detail", Output::Detail),
            ];
            arguments.output = one_of(flag, value, &forms)?;
        }
        Key::PayloadAs => {
            arguments.payload_as_json = one_of(flag, value, &[("string", false), ("json", true)])?;
        }
        // Handled where they are met: they end the command line.
        Key::Help | Key::Version => {}
    }
    Ok(())
}

fn unknown_long(name: &str) -> UsageError {
    let hint = match (name, nearest(name, FLAGS.iter().map(|flag| flag.long))) {
        // Where the AWS CLI's users come from.
        ("function-name", _) => "the function is the first argument: invoke FUNCTION".to_owned(),
        ("payload" | "cli-binary-format", _) => {
            "the payload is the second argument, as JSON text, @FILE or -: invoke FUNCTION PAYLOAD"
                .to_owned()
        }
        ("cli-read-timeout", _) => "the time limit for everything is --timeout".to_owned(),
        ("cli-connect-timeout", _) => {
            "the time limit for connecting is --connect-timeout".to_owned()
        }
        (_, Some(known)) => format!("did you mean --{known}?"),
        (_, None) => "lambda-connector invoke --help lists the options".to_owned(),
    };
    UsageError::new(format!("unknown option --{name}"), hint)
}

fn unknown_short(letter: char) -> UsageError {
    let hint = if letter.is_ascii_digit() {
        "a payload that begins with - comes after --: lambda-connector invoke FUNCTION -- -1"
    } else {
        "what begins with - and is no option comes after --; lambda-connector invoke --help lists the options"
    };
    UsageError::new(format!("unknown option -{letter}"), hint)
}

fn broken(error: &lexopt::Error) -> UsageError {
    UsageError::new(
        error.to_string(),
        "lambda-connector invoke --help lists the options",
    )
}

#[cfg(test)]
mod tests;
