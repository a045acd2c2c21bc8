//! Wrong passwords slow a log-in down and then lock it, by login and by remote address.
//!
//! An attempt is counted before the password is looked at and given back when it was right: many attempts at once,
//! on several copies of the program, then cannot all slip through before the first of them has failed.

mod store;

use std::net::{IpAddr, Ipv6Addr};

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

/// How long a lock lasts.
const LOCK: TimeDelta = TimeDelta::minutes(15);

/// How many wrong passwords are borne. An address is often a whole office, so it bears more.
#[derive(Clone, Copy, Debug)]
struct Patience {
    /// From this failure on the next attempt has to wait.
    slow_from: i32,
    /// From this failure on every next one locks.
    lock_from: i32,
    /// After so long without a failure all are forgotten.
    memory: TimeDelta,
}

const LOGIN: Patience = Patience { slow_from: 3, lock_from: 10, memory: TimeDelta::hours(24) };
const ADDRESS: Patience = Patience { slow_from: 30, lock_from: 100, memory: TimeDelta::hours(1) };

/// What is kept of a login or an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Record {
    failures: i32,
    last_failure_at: DateTime<Utc>,
    locked_until: Option<DateTime<Utc>>,
}

/// An attempt has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many wrong passwords, the next attempt is possible at {until}")]
pub struct Wait {
    /// From when on it may be made.
    pub until: DateTime<Utc>,
    /// Whether it is a lock, which an administrator may open.
    pub locked: bool,
}

/// Counts an attempt, or says how long it has to wait. A refused attempt is not counted.
/// Has to be committed whatever comes of the attempt.
pub async fn attempt(
    conn: &mut PgConnection,
    login: &str,
    remote: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<Result<(), Wait>> {
    let login = of_login(login);
    let remote = remote.map(of_address);
    // Always the login first, so that two attempts never wait for each other.
    let by_login = store::lock(conn, &login, now).await?;
    let by_login = match next(by_login, LOGIN, now) {
        Ok(record) => record,
        Err(wait) => return Ok(Err(wait)),
    };
    if let Some(remote) = &remote {
        let by_address = store::lock(conn, remote, now).await?;
        match next(by_address, ADDRESS, now) {
            Ok(record) => store::save(conn, remote, record).await?,
            Err(wait) => return Ok(Err(wait)),
        }
    }
    store::save(conn, &login, by_login).await?;
    Ok(Ok(()))
}

/// The password was right: the login is clean again, the address gets back this one attempt. It is not clean, or
/// somebody with one good password could try those of all others.
pub async fn succeeded(conn: &mut PgConnection, login: &str, remote: Option<&str>) -> sqlx::Result<()> {
    store::forget(conn, &of_login(login)).await?;
    if let Some(remote) = remote {
        store::give_back(conn, &of_address(remote)).await?;
    }
    Ok(())
}

/// The password was right and a code is still wanted: the login and the address get back this one attempt. Former wrong
/// ones stay counted, or the right password would allow any number of wrong codes.
pub(super) async fn half_succeeded(
    conn: &mut PgConnection,
    login: &str,
    remote: Option<&str>,
) -> sqlx::Result<()> {
    store::take_back(conn, &of_login(login)).await?;
    if let Some(remote) = remote {
        store::give_back(conn, &of_address(remote)).await?;
    }
    Ok(())
}

/// Opens a locked login. Whether there was anything to open.
pub(super) async fn unlock(conn: &mut PgConnection, login: &str) -> sqlx::Result<bool> {
    store::forget(conn, &of_login(login)).await
}

/// Until when the login is locked.
pub(super) async fn locked_until(
    conn: &mut PgConnection,
    login: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    store::locked_until(conn, &of_login(login), now).await
}

/// Drops what is forgotten anyway.
pub(super) async fn sweep(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<u64> {
    store::forget_before(conn, now - LOGIN.memory).await
}

fn of_login(login: &str) -> String {
    format!("login:{login}")
}

/// One household or office has a whole /64 of IPv6 addresses, so that is what counts.
fn of_address(remote: &str) -> String {
    match remote.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) => {
            let network = Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX));
            format!("address:{network}/64")
        }
        _ => format!("address:{remote}"),
    }
}

/// The record with one more failure, or how long to wait.
fn next(record: Record, patience: Patience, now: DateTime<Utc>) -> Result<Record, Wait> {
    let forgotten = now - record.last_failure_at > patience.memory;
    let failures = if forgotten { 0 } else { record.failures };
    if let Some(until) = record.locked_until.filter(|until| *until > now) {
        return Err(Wait { until, locked: true });
    }
    let until = record.last_failure_at + pause_after(failures, patience);
    if until > now {
        return Err(Wait { until, locked: false });
    }
    let failures = failures.saturating_add(1);
    let locked_until = (failures >= patience.lock_from).then_some(now + LOCK);
    Ok(Record { failures, last_failure_at: now, locked_until })
}

/// 2, 4, 8 … seconds, from the failure that makes it slow.
fn pause_after(failures: i32, patience: Patience) -> TimeDelta {
    match u32::try_from(failures - patience.slow_from) {
        Ok(steps) => TimeDelta::seconds(2_i64 << steps.min(6)),
        Err(_) => TimeDelta::zero(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn an_ipv6_address_counts_by_its_network() {
        assert_eq!(of_address("2001:db8:1:2:3:4:5:6"), of_address("2001:db8:1:2::7"));
        assert_ne!(of_address("2001:db8:1:2::7"), of_address("2001:db8:1:3::7"));
        assert_eq!(of_address("203.0.113.7"), "address:203.0.113.7");
    }

    const CLEAN: Record = Record { failures: 0, last_failure_at: DateTime::UNIX_EPOCH, locked_until: None };

    #[test]
    fn the_third_wrong_password_slows_and_the_tenth_locks() {
        let (mut record, mut now, mut waits) = (CLEAN, at(0), Vec::new());
        for _ in 0..10 {
            if let Err(wait) = next(record, LOGIN, now) {
                assert!(!wait.locked);
                waits.push((wait.until - now).num_seconds());
                now = wait.until;
            }
            record = next(record, LOGIN, now).unwrap();
        }
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128]);
        assert_eq!(next(record, LOGIN, now), Err(Wait { until: now + LOCK, locked: true }));
        let again = next(record, LOGIN, now + LOCK).unwrap();
        assert_eq!(again.locked_until, Some(now + LOCK + LOCK), "one attempt per lock");
        assert_eq!(next(record, LOGIN, now + TimeDelta::hours(25)).unwrap().failures, 1);
    }
}
