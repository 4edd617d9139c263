//! The table that is printed, line by line as the numbers come in.

/// Knows whether every budget so far was kept.
#[derive(Debug, Default)]
pub(crate) struct Table {
    missed: Vec<String>,
    section: String,
}

impl Table {
    pub(crate) fn title(&mut self, title: &str) {
        title.clone_into(&mut self.section);
        println!("\n{title}");
    }

    #[expect(clippy::unused_self, reason = "every line is written to the table")]
    pub(crate) fn note(&self, note: &str) {
        println!("  {note}");
    }

    /// A number without a budget.
    #[expect(clippy::unused_self, reason = "every line is written to the table")]
    pub(crate) fn value(&self, what: &str, measured: f64, unit: &str) {
        println!("  {what:<84} {measured:>9.2} {unit}");
    }

    /// A number that must not exceed `budget`.
    pub(crate) fn budget(&mut self, what: &str, measured: f64, unit: &str, budget: f64) {
        let verdict = if measured <= budget { "ok" } else { "MISSED" };
        println!("  {what:<84} {measured:>9.2} {unit:<4} of {budget:>6} {unit:<4} {verdict}");
        if measured > budget {
            self.missed.push(format!("{}: {what}", self.section));
        }
    }

    /// A number that must reach `least`.
    pub(crate) fn least(&mut self, what: &str, measured: f64, unit: &str, least: f64) {
        let verdict = if measured >= least { "ok" } else { "MISSED" };
        println!("  {what:<84} {measured:>9.2} {unit:<4} min {least:>4.0} {unit:<4} {verdict}");
        if measured < least {
            self.missed.push(format!("{}: {what}", self.section));
        }
    }

    /// Says what was missed. True when nothing was.
    pub(crate) fn finish(self) -> bool {
        if self.missed.is_empty() {
            println!("All budgets are kept.");
            return true;
        }
        println!("MISSED:");
        for what in &self.missed {
            println!("  {what}");
        }
        false
    }
}
