//! `/metrics`: what the crates below count, what the process takes, and which build it is, in Prometheus' text format.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use metrics_process::Collector;

/// Upper bounds of durations, in seconds: an answer from memory takes less than a millisecond, a hard one minutes.
const SECONDS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0];

/// Where everything that is counted comes together.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    process: Arc<Collector>,
}

impl Metrics {
    /// Starts counting for the whole process.
    ///
    /// # Errors
    ///
    /// When something else in the process has started it.
    pub fn start() -> Result<Self> {
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)
            .context("the bounds of durations are not right")?
            .build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).ok().context("something else counts already")?;
        let process = Collector::default();
        process.describe();
        metrics::describe_gauge!("wenshu_build_info", "The version that runs; always 1.");
        metrics::gauge!("wenshu_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        Ok(Self { handle, process: Arc::new(process) })
    }

    /// Everything, as it is now.
    pub fn render(&self) -> String {
        self.process.collect();
        self.handle.render()
    }

    /// Puts measured durations into their buckets. Rendering does so too; without either they would pile up.
    pub fn tidy(&self) {
        self.handle.run_upkeep();
    }
}
