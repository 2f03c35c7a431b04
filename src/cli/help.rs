//! The help, made from the table of options and that of exit statuses.

use super::exit::TABLE;
use super::flag::{FLAGS, Flag, Group};

/// The help: the long one or the short one, of `invoke` or of the program.
pub(crate) fn text(long: bool, of_invoke: bool) -> String {
    match (long, of_invoke) {
        (false, _) => short(),
        (true, true) => invoke(),
        (true, false) => program(),
    }
}

const USAGE: &str = "\
usage: lambda-connector invoke FUNCTION [PAYLOAD] [OPTIONS]
       lambda-connector invoke --input '{\"function\": \"f\", \"payload\": {}}'
";

const ARGUMENTS: &str = "  FUNCTION  name, name:alias, name:version, partial ARN or ARN
  PAYLOAD   JSON text, @FILE, or - for standard input; none: an empty body
";

const VARIABLES: &str = "\
Credentials and region come from AWS_LAMBDA_AWS_ACCESS_KEY, ..._SECRET_KEY,
..._SESSION_TOKEN and ..._REGION, else from AWS_ACCESS_KEY_ID and its company.
";

/// One screen of 24 lines.
fn short() -> String {
    let mut text = format!("Invoke an AWS Lambda function.\n\n{USAGE}{ARGUMENTS}\noptions:");
    let mut column = 80;
    for flag in &FLAGS {
        let spelling = spelling(flag).replace(", ", "|");
        let item = match flag.value {
            Some(value) => format!("[{spelling} {value}]"),
            None => format!("[{spelling}]"),
        };
        if column + item.len() > 78 {
            text.push_str("\n ");
            column = 1;
        }
        text.push(' ');
        column += 1;
        column += item.len();
        text.push_str(&item);
    }
    text.push_str("\n\n");
    text.push_str(VARIABLES);
    text.push_str(
        "exit status: 0 done, 1 the function failed, 75 try again, 252 usage, 253 setup,\n",
    );
    text.push_str("  254 refused, 255 it may have run. More: lambda-connector invoke --help\n");
    text
}

fn program() -> String {
    format!(
        "Invoke AWS Lambda functions over the REST API: one small binary, no SDK.\n\n\
         {USAGE}\ncommands:\n  invoke  one invocation, one answer, one exit status\n  \
         help    this help, or that of a command\n\n{VARIABLES}\n\
         lambda-connector invoke --help has all options and the exit statuses.\n"
    )
}

fn invoke() -> String {
    let mut text = format!(
        "Invoke a function once and print the answer.\n\n{USAGE}{ARGUMENTS}\n\
         Prints lambdaPayload, lambdaStatus, lambdaLog and lambdaError as one object.\n"
    );
    for group in Group::ALL {
        text.push_str(&format!("\n{}:\n", group.title()));
        for flag in FLAGS.iter().filter(|flag| flag.group == group) {
            let left = format!("{} {}", spelling(flag), flag.value.unwrap_or_default());
            text.push_str(&format!("  {left:<33} {}\n", flag.help));
        }
    }
    text.push_str(&format!("\n{VARIABLES}\nexit status:\n"));
    for (status, meaning) in TABLE {
        text.push_str(&format!("  {:<4} {meaning}\n", status.code()));
    }
    text
}

fn spelling(flag: &Flag) -> String {
    match flag.short {
        Some(letter) => format!("-{letter}, --{}", flag.long),
        None => format!("--{}", flag.long),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_79_columns_and_every_option_is_told() {
        for text in [short(), invoke(), program()] {
            for line in text.lines() {
                assert!(
                    line.chars().count() <= 79,
                    "{} columns: {line}",
                    line.chars().count()
                );
            }
        }
        for flag in &FLAGS {
            let long = format!("--{}", flag.long);
            assert!(
                short().contains(&long) && invoke().contains(&long),
                "{long}"
            );
        }
    }

    #[test]
    fn the_short_help_fits_a_screen() {
        assert!(short().lines().count() <= 24, "{}", short());
    }
}
