//! What the settings take from the machine: its memory, and what its programs were built with.

use std::{fs, process::Stdio};

use crate::{binaries::Binaries, cluster::Cluster};

/// Taken where the machine does not tell.
const LITTLE_MEMORY_MB: u64 = 512;
/// Shares of the memory for the server's own cache: enough to hold the indexes of ten million rows, and no more than
/// serves one company.
const LEAST_BUFFERS_MB: u64 = 128;
const MOST_BUFFERS_MB: u64 = 4096;

/// The machine, as far as the server's settings depend on it.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) memory_mb: u64,
    pub(crate) has_lz4: bool,
}

impl Machine {
    pub(crate) fn of(cluster: &Cluster, binaries: &Binaries) -> Self {
        Self { memory_mb: memory_mb(), has_lz4: has_lz4(cluster, binaries) }
    }

    /// A quarter of the memory for the server's cache, the rest for the system's, which the planner counts on too.
    pub(crate) fn settings(&self) -> [(&'static str, String); 3] {
        let buffers = (self.memory_mb / 4).clamp(LEAST_BUFFERS_MB, MOST_BUFFERS_MB);
        let cache = (self.memory_mb / 2).max(buffers);
        // The older method costs more than all the rest of storing a message.
        let compression = if self.has_lz4 { "lz4" } else { "on" };
        [
            ("shared_buffers", format!("{buffers}MB")),
            ("effective_cache_size", format!("{cache}MB")),
            ("wal_compression", compression.to_owned()),
        ]
    }
}

/// Of the machine, or of the container where that has less.
fn memory_mb() -> u64 {
    let read = |file| fs::read_to_string(file).unwrap_or_default();
    let machine = total_mb(&read("/proc/meminfo"));
    let container = read("/sys/fs/cgroup/memory.max").trim().parse().map(|bytes: u64| bytes >> 20).ok();
    machine.into_iter().chain(container).min().unwrap_or(LITTLE_MEMORY_MB)
}

fn total_mb(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim_end().parse::<u64>().ok().map(|kilobytes| kilobytes >> 10)
}

/// The server itself says whether it takes the value; one that was built without it would not start.
fn has_lz4(cluster: &Cluster, binaries: &Binaries) -> bool {
    let mut command = cluster.account.command(&binaries.postgres(), &cluster.data_dir);
    command.args(["-C", "wal_compression", "-c", "wal_compression=lz4", "--config-file=/dev/null", "-D"]);
    command.arg(&cluster.folder).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_a_quarter_of_the_memory_within_bounds() {
        let buffers = |memory_mb| Machine { memory_mb, has_lz4: true }.settings()[0].1.clone();
        assert_eq!(buffers(256), "128MB");
        assert_eq!(buffers(8192), "2048MB");
        assert_eq!(buffers(262_144), "4096MB");
    }

    #[test]
    fn programs_without_lz4_get_the_method_that_all_have() {
        let compression = |has_lz4| Machine { memory_mb: 1024, has_lz4 }.settings()[2].1.clone();
        assert_eq!(compression(true), "lz4");
        assert_eq!(compression(false), "on");
    }

    #[test]
    fn the_memory_is_read_from_the_systems_list() {
        assert_eq!(total_mb("MemFree: 1 kB\nMemTotal:       24607220 kB\n"), Some(24030));
        assert_eq!(total_mb("MemFree: 1 kB\n"), None);
    }
}
