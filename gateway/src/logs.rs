//! The log.
use crate::config::LogConfig;
/// Starts it.
pub fn start(config: &LogConfig) -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_env_filter(config.filter.as_str()).with_writer(std::io::stderr).init();
    Ok(())
}
