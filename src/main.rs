//! The program: what was typed becomes a command, the command an exit status.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};

use cli::exit::ExitStatus;
use cli::{Command, report};

mod cli;
mod mode;

fn main() -> ExitCode {
    let status = match cli::parse(std::env::args_os().skip(1)) {
        Ok(Command::Print(text)) => {
            // A closed pipe is not an error.
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitStatus::Success
        }
        Ok(Command::Invoke(arguments)) => {
            end_on(SIGINT, ExitStatus::Interrupted);
            end_on(SIGTERM, ExitStatus::Terminated);
            mode::invoke::run(*arguments)
        }
        Err(error) => {
            report::usage(&error);
            ExitStatus::Usage
        }
    };
    ExitCode::from(status.code())
}

/// Without a handler a process that is a container's first one ignores these signals.
fn end_on(signal: i32, status: ExitStatus) {
    let always = Arc::new(AtomicBool::new(true));
    if let Err(error) =
        signal_hook::flag::register_conditional_shutdown(signal, status.code().into(), always)
    {
        report::say(format_args!("cannot handle signal {signal}: {error}"));
    }
}
