//! The house's own rules: who may name what, how large a file may be, and what the dependencies may be.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// All sources: the path below `src`, and the text before its tests.
fn sources() -> Vec<(String, String)> {
    fn collect(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&root, &mut found);
    found
        .into_iter()
        .filter(|path| !path.ends_with("tests.rs"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text
                .split("\n#[cfg(test)]")
                .next()
                .unwrap_or_default()
                .to_owned();
            (
                path.strip_prefix(&root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned(),
                code,
            )
        })
        .collect()
}

#[test]
fn each_outside_thing_is_named_in_one_place() {
    for (needle, places) in [
        ("ureq::", &["transport/"][..]),
        ("rustls::", &["transport/cause.rs"]),
        ("aws_sigv4::", &["sign.rs"]),
        ("TcpStream", &["transport/tcp.rs"]),
        ("SystemTime::now", &["os.rs"]),
        ("Instant::now", &["os.rs"]),
        ("env::var", &["os.rs"]),
        ("File::open", &["os.rs"]),
        ("io::stderr", &["cli/report.rs"]),
        ("eprintln!", &[]),
        ("println!", &[]),
        ("lexopt", &["cli/mod.rs"]),
        ("signal_hook", &["main.rs"]),
    ] {
        let named: Vec<String> = sources()
            .into_iter()
            .filter(|(path, code)| {
                let in_code = code
                    .lines()
                    .any(|line| !line.trim_start().starts_with("//") && line.contains(needle));
                in_code && !places.iter().any(|place| path.starts_with(place))
            })
            .map(|(path, _)| path)
            .collect();
        assert!(named.is_empty(), "{needle} is named in {named:?}");
    }
}

#[test]
fn no_file_is_longer_than_300_lines_before_its_tests() {
    for (path, code) in sources() {
        assert!(
            code.lines().count() <= 300,
            "{path} has {} lines",
            code.lines().count()
        );
    }
}

#[test]
fn the_dependencies_are_the_known_kind() {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "--edges=normal",
            "--prefix=none",
            "--format={p}|{l}",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let mut crates: BTreeMap<&str, &str> = BTreeMap::new();
    for line in text.lines() {
        let (package, licence) = line.trim_end_matches(" (*)").split_once('|').unwrap();
        let mut words = package.split(' ');
        let (name, version) = (words.next().unwrap(), words.next().unwrap());
        let known = crates.insert(name, version);
        assert!(
            known.is_none_or(|known| known == version),
            "{name} is there twice: {known:?} and {version}"
        );
        let allowed = licence
            .replace('/', " OR ")
            .split(" OR ")
            .any(|one| one.split(" AND ").all(is_allowed));
        assert!(allowed, "{name} has the licence {licence}");
    }
    assert!(
        crates.len() <= MOST_CRATES,
        "{} crates, and the budget is {MOST_CRATES}",
        crates.len()
    );
    for unwanted in [
        "hyper",
        "reqwest",
        "openssl",
        "openssl-sys",
        "aws-config",
        "aws-sdk-lambda",
        "aws-lc-rs",
        "mio",
    ] {
        assert!(
            !crates.contains_key(unwanted),
            "{unwanted} is among the dependencies"
        );
    }
}

/// This package and its dependencies; the budget moves only with a line of the CHANGELOG that says why.
const MOST_CRATES: usize = 81;

fn is_allowed(licence: &str) -> bool {
    const ALLOWED: [&str; 10] = [
        "MIT",
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "ISC",
        "BSD-3-Clause",
        "BSD-2-Clause",
        "Unicode-3.0",
        "Unlicense",
        "Zlib",
        "CDLA-Permissive-2.0",
    ];
    ALLOWED.contains(&licence.trim_matches(['(', ')', ' ']))
}
