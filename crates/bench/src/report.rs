//! The figures as a table, on the terminal and between two markers of a document.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result};

use crate::figures::Figure;

const BEGIN: &str = "<!-- bench:begin -->";
const END: &str = "<!-- bench:end -->";

/// The figures as a Markdown table.
pub(crate) fn table(figures: &[Figure]) -> String {
    let mut lines = vec![
        "| figure | measured | baseline in the same run | ratio | target | reached |".to_owned(),
        "| --- | --- | --- | --: | --- | --- |".to_owned(),
    ];
    for figure in figures {
        let (target, reached) = match figure.target {
            Some((target, true)) => (target, "yes"),
            Some((target, false)) => (target, "no"),
            None => ("", ""),
        };
        lines.push(format!(
            "| {} | {} | {} | {:.3} | {target} | {reached} |",
            figure.name, figure.value, figure.baseline, figure.ratio
        ));
    }
    lines.join("\n")
}

/// Writes the table and where it comes from between the markers of the document.
pub(crate) fn write(path: &Path, figures: &[Figure]) -> Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("`{}` can't be read", path.display()))?;
    let origin = format!("Measured on {}.", machine());
    let text = between_markers(&text, &format!("{origin}\n\n{}", table(figures)))
        .with_context(|| format!("`{}` has no `{BEGIN}` followed by `{END}`", path.display()))?;
    fs::write(path, text).with_context(|| format!("`{}` can't be written", path.display()))
}

fn between_markers(text: &str, new: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{new}\n{END}{after}"))
}

/// The day, the commit and the processor.
fn machine() -> String {
    #[expect(clippy::disallowed_methods, reason = "a measurement says when it was made")]
    let now = chrono::Utc::now();
    let mut parts = vec![now.format("%Y-%m-%d").to_string()];
    let commit = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
    if let Some(output) = commit.ok().filter(|output| output.status.success()) {
        parts.push(format!("commit {}", String::from_utf8_lossy(&output.stdout).trim()));
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("an unknown processor", |(_, model)| model.trim());
    parts.push(format!("{cores} cores of {model}"));
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::between_markers;

    #[test]
    fn only_what_is_between_the_markers_changes() {
        let text = "# Title\n<!-- bench:begin -->\nold\n<!-- bench:end -->\nrest\n";
        assert_eq!(
            between_markers(text, "new").unwrap(),
            "# Title\n<!-- bench:begin -->\nnew\n<!-- bench:end -->\nrest\n"
        );
        assert_eq!(between_markers("# Title\n", "new"), None);
    }
}
