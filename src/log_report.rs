//! The numbers of the `REPORT` line that ends a function's log.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html> (plain text) and
//! <https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html#platform-report> (JSON).

use serde_json::value::RawValue;

use crate::json;

/// What Lambda measured of one run; each number as it stands in the log.
#[derive(Debug, Default)]
pub struct LogReport {
    /// How long the function ran, in milliseconds.
    pub duration_ms: Option<Box<RawValue>>,
    /// The time that is billed, in milliseconds.
    pub billed_duration_ms: Option<Box<RawValue>>,
    /// The memory that the function has, in MB.
    pub memory_size_mb: Option<Box<RawValue>>,
    /// The most memory that it used, in MB.
    pub max_memory_used_mb: Option<Box<RawValue>>,
    /// How long the environment took to start, in milliseconds, where it was started for this run.
    pub init_duration_ms: Option<Box<RawValue>>,
}

impl LogReport {
    /// Finds the last report in `log`, in either of Lambda's two formats.
    #[must_use]
    pub fn find(log: &str) -> Option<Self> {
        log.lines()
            .rev()
            .find_map(|line| Self::from_text(line).or_else(|| Self::from_json(line)))
    }

    /// `REPORT RequestId: …\tDuration: 1.25 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 38 MB`
    fn from_text(line: &str) -> Option<Self> {
        let fields = line.trim_start().strip_prefix("REPORT RequestId: ")?;
        let mut report = Self::default();
        for (name, value) in fields
            .split('\t')
            .filter_map(|field| field.trim().split_once(": "))
        {
            let number = value.split(' ').next().and_then(number);
            match name {
                "Duration" => report.duration_ms = number,
                "Billed Duration" => report.billed_duration_ms = number,
                "Memory Size" => report.memory_size_mb = number,
                "Max Memory Used" => report.max_memory_used_mb = number,
                "Init Duration" => report.init_duration_ms = number,
                _ => {}
            }
        }
        Some(report)
    }

    /// `{"time":…,"type":"platform.report","record":{"requestId":…,"metrics":{"durationMs":1.25,…}}}`
    fn from_json(line: &str) -> Option<Self> {
        if json::string_field(line, &["type"])? != "platform.report" {
            return None;
        }
        let metrics = json::string_field(&json::string_field(line, &["record"])?, &["metrics"])?;
        let metric = |name| {
            json::string_field(&metrics, &[name])
                .as_deref()
                .and_then(number)
        };
        Some(Self {
            duration_ms: metric("durationMs"),
            billed_duration_ms: metric("billedDurationMs"),
            memory_size_mb: metric("memorySizeMB"),
            max_memory_used_mb: metric("maxMemoryUsedMB"),
            init_duration_ms: metric("initDurationMs"),
        })
    }

    /// The numbers that are there, under the names that the outputs give them.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'static str, &RawValue)> {
        [
            ("durationMs", &self.duration_ms),
            ("billedDurationMs", &self.billed_duration_ms),
            ("memorySizeMb", &self.memory_size_mb),
            ("maxMemoryUsedMb", &self.max_memory_used_mb),
            ("initDurationMs", &self.init_duration_ms),
        ]
        .into_iter()
        .filter_map(|(name, number)| Some((name, number.as_deref()?)))
    }
}

fn number(text: &str) -> Option<Box<RawValue>> {
    let is_number = text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    RawValue::from_string(text.to_owned())
        .ok()
        .filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn found(log: &str) -> String {
        let report = LogReport::find(log).expect(log);
        report
            .entries()
            .map(|(name, number)| format!("{name}={number} "))
            .collect()
    }

    #[test]
    fn the_text_line_is_read() {
        assert_eq!(
            found(
                "START RequestId: r Version: $LATEST\nEND RequestId: r\nREPORT RequestId: r\tDuration: 1.25 ms\t\
                 Billed Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 38 MB\tInit Duration: 200.10 ms\t\n\
                 XRAY TraceId: 1-2\tSegmentId: 3\tSampled: true\t\n"
            ),
            "durationMs=1.25 billedDurationMs=2 memorySizeMb=128 maxMemoryUsedMb=38 initDurationMs=200.10 "
        );
    }

    #[test]
    fn the_last_line_counts_and_what_is_no_number_is_left_out() {
        assert_eq!(
            found(
                "REPORT RequestId: a\tDuration: 9 ms\nREPORT RequestId: b\tDuration: 1 ms\tMemory Size: lots MB\n"
            ),
            "durationMs=1 "
        );
    }

    #[test]
    fn the_json_line_is_read() {
        assert_eq!(
            found(
                r#"{"time":"t","type":"platform.report","record":{"requestId":"r","metrics":{"durationMs":1.25,"billedDurationMs":2,"memorySizeMB":128,"maxMemoryUsedMB":38}}}"#
            ),
            "durationMs=1.25 billedDurationMs=2 memorySizeMb=128 maxMemoryUsedMb=38 "
        );
    }

    #[test]
    fn a_log_without_report_has_none() {
        for log in ["", "hello\nREPORT nothing", "{\"type\":\"platform.start\"}"] {
            assert!(LogReport::find(log).is_none(), "{log}");
        }
    }
}
