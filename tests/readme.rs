//! What the README shows is what the program does.

use std::path::Path;
use std::process::Command;

use crate::support::cli::{ACCESS_KEY_ID, Cli, SECRET, mock};

fn readme() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap()
}

/// Runs each `console` block of the README, line by line in one shell, and compares what it prints.
#[test]
fn every_example_prints_what_the_readme_says() {
    let mock = mock();
    let program = Path::new(env!("CARGO_BIN_EXE_lambda-connector"))
        .parent()
        .unwrap();
    let directory = tempfile::tempdir().unwrap();
    let mut blocks = 0;
    for block in readme()
        .split("```console\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap().to_owned())
    {
        let mut script = String::new();
        for command in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
            // The shell says each command before it runs it, so that the outcome looks like the block.
            script.push_str(&format!(
                "printf '%s\\n' '$ {}'\n{command}\n",
                command.replace('\'', "'\\''")
            ));
            // `$?` of the next line is that of this one: printf would hide it.
            script = script.replace(
                "printf '%s\\n' '$ echo $?'\n",
                "status=$?; printf '%s\\n' '$ echo $?'; (exit $status)\n",
            );
        }
        let output = Command::new("sh")
            .args(["-c", &format!("exec 2>&1\n{script}")])
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", program.display()))
            .env("AWS_LAMBDA_AWS_ACCESS_KEY", ACCESS_KEY_ID)
            .env("AWS_LAMBDA_AWS_SECRET_KEY", SECRET)
            .env("AWS_LAMBDA_AWS_REGION", "eu-west-1")
            .env("AWS_ENDPOINT_URL_LAMBDA", mock.url())
            .current_dir(directory.path())
            .output()
            .unwrap();
        assert_eq!(
            without_ids(&String::from_utf8_lossy(&output.stdout)),
            without_ids(&block)
        );
        blocks += 1;
    }
    assert!(blocks > 0, "the README has no example");
}

/// The mock counts its request ids.
fn without_ids(text: &str) -> String {
    const PREFIX: &str = "00000000-0000-4000-8000-";
    let mut parts = text.split(PREFIX);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |so_far, part| {
        so_far + PREFIX + part.get(12..).unwrap_or_default()
    })
}

#[test]
fn the_readme_names_every_option_and_exit_status() {
    let readme = readme();
    let run = Cli::bare(&["invoke", "--help"]).run().exits_with(0);
    let help = String::from_utf8(run.stdout().to_vec()).unwrap();
    let options: Vec<&str> = help
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| word.starts_with("--") && word.len() > 2)
        .collect();
    assert!(options.len() > 15, "{options:?}");
    for option in options {
        assert!(
            readme.contains(&format!("`{option}")) || readme.contains(&format!("{option}`")),
            "{option}"
        );
    }
    let statuses: Vec<(&str, &str)> = help
        .split("exit status:\n")
        .nth(1)
        .unwrap()
        .lines()
        .filter_map(|line| line.trim().split_once(' '))
        .map(|(code, meaning)| (code, meaning.trim()))
        .collect();
    assert_eq!(statuses.len(), 9);
    for (code, meaning) in statuses {
        assert!(
            readme.contains(&format!("| {code} | {meaning} |")),
            "{code} {meaning}"
        );
    }
}
