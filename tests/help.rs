//! Help and version, also in a broken environment.

use crate::support::cli::Cli;

#[test]
fn help_is_the_golden_text() {
    for (arguments, file) in [
        (&["-h"][..], "short.txt"),
        (&["--help"], "program.txt"),
        (&["invoke", "--help"], "invoke.txt"),
    ] {
        let run = Cli::bare(arguments)
            .env("AWS_REGION", "bro ken")
            .run()
            .exits_with(0);
        let path = format!("{}/tests/data/help/{file}", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, run.stdout()).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            String::from_utf8_lossy(run.stdout()),
            golden,
            "UPDATE=1 rewrites {path}"
        );
    }
}

#[test]
fn the_version_is_the_packages() {
    let run = Cli::bare(&["--version"]).run().exits_with(0);
    assert_eq!(
        run.stdout(),
        format!("lambda-connector {}\n", env!("CARGO_PKG_VERSION")).as_bytes()
    );
}
