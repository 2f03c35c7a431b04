//! `invoke`: one invocation, its answer on standard output, its status as the exit status.

use std::io::{self, IsTerminal as _, Write};

use lambda_connector::client::Client;
use lambda_connector::configured::Configured;
use lambda_connector::error::{Error, quoted};
use lambda_connector::function_name::{FunctionName, Qualifier, missing_function};
use lambda_connector::invocation::{
    ClientContext, DurableExecutionName, Invocation, InvocationType, LogType, TenantId,
    payload_too_large,
};
use lambda_connector::os::{Clock, Env, read_file, read_stdin};
use lambda_connector::outputs::{Invoked, Layout, write_outputs};
use lambda_connector::payload::Payload;
use lambda_connector::record::Inputs;
use lambda_connector::settings::{self, Settings};

use crate::cli::exit::ExitStatus;
use crate::cli::{InvokeArguments, Output, Source, report};

/// Runs the command.
pub(crate) fn run(arguments: InvokeArguments) -> ExitStatus {
    let env = Env::process();
    let show = Show {
        output: arguments.output,
        payload_as_json: arguments.payload_as_json,
        log: arguments.log_type == Some(LogType::Tail),
    };
    let invoked = match invoke(arguments, &env) {
        Ok(invoked) => invoked,
        Err(error) => Invoked::not_tried(error),
    };
    report::failure(&invoked);
    match show.print(&invoked) {
        Ok(()) => ExitStatus::of(&invoked),
        // Whoever read the output has gone: nothing is wrong, and nobody is left to tell.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitStatus::of(&invoked),
        Err(error) => {
            let ran = invoked.may_have_run();
            let what = if ran {
                "the function ran, and its answer"
            } else {
                "the answer"
            };
            report::say(format_args!(
                "{what} could not be written to standard output: {error}"
            ));
            if ran {
                ExitStatus::MayHaveRun
            } else {
                ExitStatus::of(&invoked)
            }
        }
    }
}

fn invoke(arguments: InvokeArguments, env: &Env) -> Result<Invoked, Error> {
    let overrides = arguments.overrides.clone();
    let verbose = arguments.verbose;
    let profile = arguments.profile.clone();
    let invocation = invocation(arguments, env)?;
    let configured = Configured::load(env, profile.as_deref())?;
    let settings = Settings::resolve(
        &overrides,
        &configured,
        &invocation.function,
        invocation.invocation_type,
    )?;
    if verbose {
        report::settings(&settings);
    }
    let clock = Clock::machine();
    let client = Client::new(&settings, &configured, &clock);
    Ok(client.invoke(&invocation, &mut |event| {
        if verbose {
            report::event(&event);
        }
    }))
}

/// Reads and checks everything that was typed, files included; nothing is sent.
fn invocation(arguments: InvokeArguments, env: &Env) -> Result<Invocation, Error> {
    let limit = settings::payload_limit(env)?;
    let inputs = inputs(
        arguments.function.as_deref(),
        arguments.payload,
        arguments.input,
        arguments.invocation_type,
        limit,
    )?;
    let mut invocation = Invocation::new(inputs.function, inputs.payload);
    invocation.invocation_type = arguments.invocation_type;
    invocation.log_type =
        arguments
            .log_type
            .unwrap_or(match (arguments.output, arguments.invocation_type) {
                (Output::Outputs | Output::Detail, InvocationType::RequestResponse) => {
                    LogType::Tail
                }
                _ => LogType::None,
            });
    invocation.qualifier = arguments
        .qualifier
        .as_deref()
        .map(Qualifier::parse)
        .transpose()?;
    invocation.tenant_id = arguments
        .tenant_id
        .as_deref()
        .map(TenantId::parse)
        .transpose()?;
    invocation.durable_execution_name = arguments
        .durable_execution_name
        .as_deref()
        .map(DurableExecutionName::parse)
        .transpose()?;
    if let Some(source) = arguments.client_context {
        if source == Source::Stdin {
            return Err(
                Error::invalid_input("the client context cannot come from standard input")
                    .with_hint("give it as JSON text or @FILE"),
            );
        }
        let json = read(source, "the client context", SMALL_LIMIT_BYTES)?.ok_or_else(|| {
            Error::invalid_input(format!(
                "the client context has more than {SMALL_LIMIT_BYTES} bytes"
            ))
        })?;
        invocation.client_context = Some(ClientContext::from_json(&json)?);
    }
    invocation.check(limit)?;
    Ok(invocation)
}

fn inputs(
    function: Option<&str>,
    payload: Option<Source>,
    input: Option<Source>,
    invocation_type: InvocationType,
    limit: Option<usize>,
) -> Result<Inputs, Error> {
    let limit = limit.unwrap_or_else(|| invocation_type.payload_limit());
    let too_large =
        |read: usize| payload_too_large(&format!("more than {read}"), limit, invocation_type);
    if let Some(source) = input {
        // A payload that is written as a string takes up to six bytes for one.
        let most = limit.saturating_mul(6).saturating_add(SMALL_LIMIT_BYTES);
        let text = read(source, "the inputs", most)?;
        return Inputs::parse(text.ok_or_else(|| too_large(most))?);
    }
    let function =
        FunctionName::parse(function.ok_or_else(|| missing_function("no function is given"))?)?;
    let payload = match payload {
        None => Payload::default(),
        Some(source) => {
            Payload::parse(read(source, "the payload", limit)?.ok_or_else(|| too_large(limit))?)?
        }
    };
    Ok(Inputs { function, payload })
}

const SMALL_LIMIT_BYTES: usize = 64 * 1024;

/// The bytes of `source`; none where there are more than `limit`.
fn read(source: Source, what: &str, limit: usize) -> Result<Option<Vec<u8>>, Error> {
    let unreadable = |from: String, error: io::Error| {
        Error::invalid_input(format!("cannot read {what} from {from}"))
            .with_source(error)
            .with_hint("check that it is there, that it is a file, and that it may be read")
    };
    let bytes = match source {
        Source::Text(bytes) => bytes,
        Source::File(path) => read_file(&path, limit)
            .map_err(|error| unreadable(quoted(&path.to_string_lossy()), error))?,
        Source::Stdin => {
            read_stdin(limit).map_err(|error| unreadable("standard input".to_owned(), error))?
        }
    };
    Ok(Some(bytes).filter(|bytes| bytes.len() <= limit))
}

/// What is printed, and how.
struct Show {
    output: Output,
    payload_as_json: bool,
    log: bool,
}

impl Show {
    fn print(&self, invoked: &Invoked) -> io::Result<()> {
        let stdout = io::stdout().lock();
        let pretty = stdout.is_terminal();
        let mut writer = io::BufWriter::new(stdout);
        let detail = match self.output {
            Output::Payload => {
                if let (true, Some(log)) = (self.log, invoked.lambda_log()) {
                    report::log(log);
                }
                writer.write_all(invoked.lambda_payload().unwrap_or_default())?;
                return writer.flush();
            }
            Output::Outputs => false,
            Output::Detail => true,
        };
        write_outputs(
            invoked,
            Layout {
                payload_as_json: self.payload_as_json,
                detail,
                pretty,
            },
            &mut writer,
        )?;
        writer.flush()
    }
}
