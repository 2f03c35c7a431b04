use std::time::Duration;

use super::*;

fn parsed(line: &[&str]) -> Result<Command, UsageError> {
    parse(line.iter().map(OsString::from))
}

#[track_caller]
fn invoke(line: &[&str]) -> InvokeArguments {
    match parsed(line) {
        Ok(Command::Invoke(arguments)) => *arguments,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_option_of_the_table_is_taken_in_both_spellings() {
    for flag in FLAGS
        .iter()
        .filter(|flag| !matches!(flag.key, Key::Help | Key::Version))
    {
        let value = match flag.key {
            Key::InvocationType => "Event",
            Key::LogType => "Tail",
            Key::Output => "detail",
            Key::PayloadAs => "json",
            Key::ConnectTimeout | Key::Timeout => "1.5",
            Key::MaxAttempts => "2",
            Key::Input => "",
            _ => "x",
        };
        let long = format!("--{}", flag.long);
        let joined = format!("--{}={value}", flag.long);
        let function = if flag.key == Key::Input {
            vec![]
        } else {
            vec!["f"]
        };
        let lines = match flag.value {
            Some(_) => vec![
                vec!["invoke", &long, value],
                vec!["invoke", &joined],
                vec![joined.as_str(), "invoke"],
            ],
            None => vec![vec!["invoke", &long], vec![long.as_str(), "invoke"]],
        };
        for line in lines {
            let line: Vec<&str> = line.into_iter().chain(function.clone()).collect();
            assert!(parsed(&line).is_ok(), "{line:?}: {:?}", parsed(&line));
        }
    }
}

#[test]
fn arguments_and_options_may_stand_anywhere() {
    let arguments = invoke(&[
        "--region",
        "us-east-1",
        "invoke",
        "-o",
        "payload",
        "f",
        "--timeout=30",
        "{}",
        "-v",
    ]);
    assert_eq!(arguments.function.as_deref(), Some("f"));
    assert_eq!(arguments.payload, Some(Source::Text(b"{}".to_vec())));
    assert_eq!(arguments.overrides.region.as_deref(), Some("us-east-1"));
    assert_eq!(arguments.overrides.timeout, Some(Duration::from_secs(30)));
    assert_eq!(arguments.output, Output::Payload);
    assert!(arguments.verbose);
}

#[test]
fn a_payload_is_text_a_file_or_standard_input() {
    for (line, want) in [
        (vec!["invoke", "f", "-"], Source::Stdin),
        (
            vec!["invoke", "f", "@a b.json"],
            Source::File("a b.json".into()),
        ),
        (
            vec!["invoke", "f", "--", "-5"],
            Source::Text(b"-5".to_vec()),
        ),
        (
            vec!["invoke", "--", "f", "{\"a\":1}"],
            Source::Text(b"{\"a\":1}".to_vec()),
        ),
        (vec!["invoke", "f", ""], Source::Text(Vec::new())),
    ] {
        assert_eq!(invoke(&line).payload, Some(want), "{line:?}");
    }
    assert_eq!(invoke(&["invoke", "f"]).payload, None);
}

#[test]
fn help_and_version_work_everywhere() {
    for line in [
        vec!["-h"],
        vec!["--help"],
        vec!["invoke", "-h"],
        vec!["invoke", "--help"],
        vec!["help"],
        vec!["help", "invoke"],
        vec!["invoke", "f", "x", "y", "z", "--help"],
    ] {
        assert!(
            matches!(parsed(&line), Ok(Command::Print(text)) if text.contains("lambda-connector invoke")),
            "{line:?}"
        );
    }
    for line in [vec!["-V"], vec!["--version"], vec!["invoke", "f", "-V"]] {
        assert!(
            matches!(parsed(&line), Ok(Command::Print(text)) if text.starts_with("lambda-connector 0.")),
            "{line:?}"
        );
    }
}

#[test]
fn every_usage_error_says_what_to_do() {
    for (line, message, hint) in [
        (
            vec![],
            "no command is given",
            "try: lambda-connector invoke FUNCTION PAYLOAD",
        ),
        (
            vec!["invok", "f"],
            "unknown command \"invok\"",
            "did you mean invoke?",
        ),
        (
            vec!["my-function"],
            "unknown command \"my-function\"",
            "to invoke a function, write: lambda-connector invoke my-function",
        ),
        (
            vec!["invoke", "--regoin", "x"],
            "unknown option --regoin",
            "did you mean --region?",
        ),
        (
            vec!["invoke", "--zzzzzz"],
            "unknown option --zzzzzz",
            "lambda-connector invoke --help lists the options",
        ),
        (
            vec!["invoke", "f", "-5"],
            "unknown option -5",
            "a payload that begins with - comes after --: lambda-connector invoke FUNCTION -- -1",
        ),
        (
            vec!["invoke", "--region"],
            "missing argument for option '--region'",
            "lambda-connector invoke --help lists the options",
        ),
        (
            vec!["invoke", "--verbose=x"],
            "unexpected argument for option '--verbose': \"x\"",
            "lambda-connector invoke --help lists the options",
        ),
        (
            vec!["invoke", "--timeout", "soon"],
            "--timeout is \"soon\"",
            "it takes a number of seconds above 0, like 30 or 0.5",
        ),
        (
            vec!["invoke", "--timeout=-1"],
            "--timeout is \"-1\"",
            "it takes a number of seconds above 0, like 30 or 0.5",
        ),
        (
            vec!["invoke", "--timeout=nan"],
            "--timeout is \"nan\"",
            "it takes a number of seconds above 0, like 30 or 0.5",
        ),
        (
            vec!["invoke", "--timeout=1e10"],
            "--timeout is \"1e10\"",
            "it takes a number of seconds above 0, like 30 or 0.5",
        ),
        (
            vec!["invoke", "-o", "text"],
            "--output is \"text\"",
            "it takes one of: outputs, payload, detail",
        ),
        (
            vec!["invoke", "--invocation-type", "event"],
            "--invocation-type is \"event\"",
            "it takes one of: RequestResponse, Event, DryRun",
        ),
        (
            vec!["invoke", "f", "{}", "x"],
            "one argument too many: \"x\"",
            "invoke takes FUNCTION and PAYLOAD; put quotes around a payload with spaces",
        ),
        (
            vec!["invoke", "f", "--input", "{}"],
            "--input and FUNCTION are both given",
            "--input holds function and payload already: leave the arguments out",
        ),
    ] {
        let error = parsed(&line).unwrap_err();
        assert_eq!(
            (error.message.as_str(), error.hint.as_str()),
            (message, hint),
            "{line:?}"
        );
    }
}
