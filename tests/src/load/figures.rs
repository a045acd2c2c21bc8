//! What was measured: a table for people, one line of JSON for programs.

use std::fmt::Write;

use serde::Serialize;
use serde_json::{Map, Value, json};

/// One line of the table.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Figure {
    pub name: String,
    pub value: f64,
    pub unit: &'static str,
    /// The ceiling of the same run, in the same unit.
    pub ceiling: Option<f64>,
    /// Value by ceiling.
    pub ratio: Option<f64>,
    /// What else is worth knowing.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// Everything of a run.
#[derive(Default)]
pub(super) struct Figures {
    figures: Vec<Figure>,
    targets: Vec<(String, bool, String)>,
    /// Promises that were broken; one of them fails the run.
    pub broken: Vec<String>,
}

impl Figures {
    pub fn add(&mut self, name: impl Into<String>, value: f64, unit: &'static str) -> &mut Figure {
        let figure =
            Figure { name: name.into(), value, unit, ceiling: None, ratio: None, note: String::new() };
        eprintln!("  {}: {} {unit}", figure.name, short(value));
        self.figures.push(figure);
        self.figures.last_mut().expect("one was added")
    }

    pub fn target(&mut self, name: impl Into<String>, reached: bool, detail: impl Into<String>) {
        self.targets.push((name.into(), reached, detail.into()));
    }

    pub fn promise(&mut self, kept: bool, what: impl Into<String>) {
        if !kept {
            let what = what.into();
            eprintln!("BROKEN: {what}");
            self.broken.push(what);
        }
    }

    pub fn missed(&self) -> bool {
        self.targets.iter().any(|(_, reached, _)| !reached)
    }

    /// The table.
    pub fn table(&self) -> String {
        let mut lines = vec![["figure", "value", "ceiling", "ratio", "note"].map(str::to_owned)];
        lines.extend(self.figures.iter().map(|figure| {
            let number = |number: Option<f64>| number.map_or_else(String::new, short);
            [
                figure.name.clone(),
                format!("{} {}", short(figure.value), figure.unit),
                number(figure.ceiling),
                figure.ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}")),
                figure.note.clone(),
            ]
        }));
        let widths: [usize; 5] = std::array::from_fn(|column| {
            lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0)
        });
        let mut table = String::new();
        for line in &lines {
            let cells: Vec<String> = line
                .iter()
                .enumerate()
                .map(|(column, cell)| {
                    let width = widths[column];
                    if matches!(column, 0 | 4) {
                        format!("{cell:<width$}")
                    } else {
                        format!("{cell:>width$}")
                    }
                })
                .collect();
            table.push_str(cells.join("  ").trim_end());
            table.push('\n');
        }
        for (name, reached, detail) in &self.targets {
            let word = if *reached { "reached" } else { "MISSED " };
            let _ = writeln!(table, "{word} {name}: {detail}");
        }
        table
    }

    /// The last line.
    pub fn json(&self, about: Value) -> Value {
        let targets: Map<String, Value> =
            self.targets.iter().map(|(name, reached, _)| (name.clone(), json!(reached))).collect();
        json!({
            "ok": self.broken.is_empty(),
            "about": about,
            "targets": targets,
            "broken": self.broken,
            "figures": self.figures,
        })
    }
}

impl Figure {
    pub fn beside(&mut self, ceiling: f64) -> &mut Self {
        self.ceiling = Some(ceiling);
        self.ratio = Some(if ceiling > 0.0 { self.value / ceiling } else { 0.0 });
        self
    }

    pub fn note(&mut self, note: impl Into<String>) -> &mut Self {
        self.note = note.into();
        self
    }
}

/// The middle one of an odd number, the mean of the middle two of an even one.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => sorted[odd / 2],
        even => f64::midpoint(sorted[even / 2 - 1], sorted[even / 2]),
    }
}

fn short(value: f64) -> String {
    if value.abs() >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_stands_in_the_middle() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((median(&[4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-9);
        assert!(median(&[]).abs() < 1e-9);
    }
}
