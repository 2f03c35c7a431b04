//! Where credentials are found: one file a situation in `tests/data/credentials`.
//!
//! A case has `docs`, `env`, `files` (below HOME), `http` (what the services are asked, in order), `arguments`, and
//! `result`: the keys that sign the call, or what the message must hold. In `env` and `files`, `${home}` and `${http}`
//! stand for the case's own. The keys are proved by a mock of Lambda that knows these and no others.

use std::path::Path;

use serde_json::Value;

use crate::mock::{Mock, Options};
use crate::support::cli::Cli;
use crate::support::http::Exchanges;
use crate::support::server::{Act, Server};

#[test]
fn every_situation_has_its_credentials_or_its_message() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/credentials");
    let mut cases = 0;
    for path in std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        let text = std::fs::read_to_string(&path).unwrap();
        let case: Value = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        run(path.file_stem().unwrap().to_str().unwrap(), &case);
        cases += 1;
    }
    assert!(cases >= 30, "{cases} cases");
}

fn run(name: &str, case: &Value) {
    assert!(case["docs"].is_string(), "{name} has no docs");
    let home = tempfile::tempdir().unwrap();
    let exchanges = Exchanges::start(case["http"].as_array().cloned().unwrap_or_default());
    let filled = |text: &Value| {
        let text = text
            .as_str()
            .unwrap_or_else(|| panic!("{name}: {text} is no string"));
        text.replace("${home}", home.path().to_str().unwrap())
            .replace("${http}", &exchanges.url())
    };
    for (file, text) in case["files"].as_object().into_iter().flatten() {
        let path = home.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, filled(text)).unwrap();
        if text.as_str().unwrap().starts_with("#!") {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    let result = &case["result"];
    let wanted = |field: &str| result[field].as_str().map(str::to_owned);
    let mock = Mock::start(Options {
        access_key_id: wanted("access_key_id").unwrap_or_default(),
        secret_access_key: wanted("secret_access_key").unwrap_or_default(),
        session_token: wanted("session_token"),
        ..Options::default()
    })
    .unwrap();
    let url = mock.url();
    let mut arguments = vec!["invoke", "echo", "-v", "--endpoint-url", &url];
    arguments.extend(
        case["arguments"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str),
    );
    let mut cli = Cli::bare(&arguments).env("HOME", home.path().to_str().unwrap());
    for (variable, value) in case["env"].as_object().into_iter().flatten() {
        cli = cli.env(variable, &filled(value));
    }
    let run = cli.run();
    let told = format!("{name}: {}", run.told());
    assert_eq!(exchanges.faults(), Vec::<String>::new(), "{told}");
    let stderr = run.stderr();
    let stdout = String::from_utf8_lossy(run.stdout()).into_owned();
    match wanted("error") {
        Some(error) => {
            let run = run.exits_with(253);
            assert!(stderr.contains(&error), "{error:?} is not in {told}");
            assert!(
                run.outputs()["lambdaError"]
                    .as_str()
                    .unwrap()
                    .starts_with("NOT_SENT: "),
                "{told}"
            );
            assert_eq!(mock.seen().len(), 0, "{told}");
        }
        None => {
            run.exits_with(0);
        }
    }
    // Whatever a case plants as a secret must not be told.
    assert!(
        !stderr.contains("planted") && !stdout.contains("planted"),
        "{told}"
    );
}

#[test]
fn expired_keys_are_loaded_afresh_once() {
    let keys = |id: &str| {
        let reply = serde_json::json!({ "AccessKeyId": id, "SecretAccessKey": "s", "Token": "t" });
        serde_json::json!({ "expect": "GET /keys", "reply": reply })
    };
    let expired = "HTTP/1.1 403 -\r\nx-amzn-ErrorType: ExpiredTokenException\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
    let ok = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n7";
    for (second, replies, exit, attempts) in [
        ("AKIDSECOND", vec![expired, ok], 0, 2),
        // Fresh ones that have expired as well are a refusal.
        ("AKIDSECOND", vec![expired, expired], 254, 2),
        // The same once more would be refused once more.
        ("AKIDFIRST", vec![expired], 254, 1),
    ] {
        let exchanges = Exchanges::start(vec![keys("AKIDFIRST"), keys(second)]);
        let server = Server::start(
            replies
                .iter()
                .map(|reply| Act::Reply(reply.as_bytes().to_vec()))
                .collect(),
        );
        let run = Cli::bare(&[
            "invoke",
            "f",
            "-o",
            "detail",
            "--region",
            "us-east-1",
            "--endpoint-url",
            &server.url(),
        ])
        .env(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            &format!("{}/keys", exchanges.url()),
        )
        .run()
        .exits_with(exit);
        assert_eq!(run.outputs()["attempts"], attempts, "{}", run.told());
        assert_eq!(exchanges.faults(), Vec::<String>::new());
    }
}
