//! The bus: where the events of runs are kept.
