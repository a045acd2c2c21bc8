//! What processes work.

/// The kernel tells programs about time in hundredths of a second.
const TICKS_PER_SECOND: f64 = 100.0;

/// Seconds of processor time that a process has used by now, while it runs.
pub fn cpu_seconds(pid: u32) -> Option<f64> {
    Some(Usage::of(pid)?.own / TICKS_PER_SECOND)
}

/// The same of a process and its children, those included that have ended and were waited for.
pub fn cpu_seconds_with_children(pid: u32) -> Option<f64> {
    let usage = Usage::of(pid)?;
    let processes = std::fs::read_dir("/proc").ok()?.flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let living = pids.filter_map(Usage::of).filter(|child| child.parent == pid);
    let living: f64 = living.map(|child| child.own).sum();
    Some((usage.own + usage.of_ended_children + living) / TICKS_PER_SECOND)
}

/// What the kernel counts, in ticks.
struct Usage {
    parent: u32,
    own: f64,
    of_ended_children: f64,
}

impl Usage {
    fn of(pid: u32) -> Option<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name stands in brackets and may hold spaces; behind it come the state, the parent and so on.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |place: usize| fields.get(place)?.parse::<f64>().ok();
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            own: ticks(11)? + ticks(12)?,
            of_ended_children: ticks(13)? + ticks(14)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_of_a_process_is_counted() {
        let pid = std::process::id();
        let before = cpu_seconds(pid).unwrap();
        let mut sum = 0_u64;
        while cpu_seconds(pid).unwrap() < before + 0.05 {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(cpu_seconds_with_children(pid).unwrap() >= before + 0.05);
    }
}
