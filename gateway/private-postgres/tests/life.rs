//! The life of a server: made, started, adopted, killed, stopped.

mod common;

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    process::Stdio,
    thread,
    time::Instant,
};

use common::{Holder, Place, ask, bytes, kill, processes_in, psql_command, wait_for};
use private_postgres::{StartError, Stopped, start};

#[test]
fn a_new_cluster_is_durable_private_and_ours() {
    let place = Place::new();
    let server = start(&place.settings).unwrap();
    assert!(!server.adopted());
    let show = |what: &str| ask(server.socket_dir(), what);
    assert_eq!(show("select current_user || '@' || current_database()"), "uzel@uzel");
    assert_eq!(show("show fsync"), "on");
    assert_eq!(show("show data_checksums"), "on");
    assert_eq!(show("show listen_addresses"), "");
    assert_eq!(show("show server_encoding"), "UTF8");
    assert_eq!(show("show lc_collate"), "C.UTF-8");
    assert_eq!(show("select usesuper from pg_user where usename = 'uzel'"), "f");
    assert_eq!(show("select pg_get_userbyid(datdba) from pg_database where datname = 'uzel'"), "uzel");
    assert_eq!(show("show server_version"), server.version());
    assert_eq!(show("create extension pg_trgm; select similarity('uzel', 'uzel')"), "1");
    assert_eq!(show("select 'ёж' < 'жук' collate \"ru-x-icu\""), "t");
    let socket_dir = fs::metadata(server.socket_dir()).unwrap();
    assert_eq!(socket_dir.permissions().mode() & 0o777, 0o700);
    let log = fs::metadata(server.data_dir().join("postgres.log")).unwrap();
    assert_eq!(log.permissions().mode() & 0o777, 0o600);
    assert_eq!(log.uid(), socket_dir.uid());
    assert_eq!(server.stop().unwrap(), Stopped::Stopped);
    assert!(processes_in(&place.cluster()).is_empty());
}

#[test]
fn what_was_stored_is_there_after_a_restart() {
    let place = Place::new();
    let time = Instant::now();
    let server = start(&place.settings).unwrap();
    println!("cold start: {:?}", time.elapsed());
    ask(server.socket_dir(), "create table kept as select 7 as seven");
    let time = Instant::now();
    server.stop().unwrap();
    println!("stop: {:?}", time.elapsed());

    let time = Instant::now();
    let server = start(&place.settings).unwrap();
    println!("warm start: {:?}", time.elapsed());
    assert!(!server.adopted());
    assert_eq!(ask(server.socket_dir(), "select seven from kept"), "7");
    server.stop().unwrap();
}

#[test]
fn spaces_quotes_and_commas_in_the_path_are_only_letters() {
    let place = Place::named(r#"O'Neil's "big", \data\ и так"#);
    let server = start(&place.settings).unwrap();
    assert!(server.socket_dir().starts_with(server.data_dir()));
    // `psql` itself takes the comma for a list of hosts.
    let plain = place.outer().join("socket");
    std::os::unix::fs::symlink(server.socket_dir(), &plain).unwrap();
    assert_eq!(ask(&plain, "select 1"), "1");
    server.stop().unwrap();
}

#[test]
fn a_long_path_gets_a_short_socket() {
    let place = Place::named(&"long/".repeat(20));
    let server = start(&place.settings).unwrap();
    assert!(bytes(server.socket_dir()) < 80);
    assert_eq!(fs::metadata(server.socket_dir()).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(ask(server.socket_dir(), "select 1"), "1");
    let socket_dir = server.socket_dir().to_owned();
    let second = start(&place.settings).unwrap();
    assert!(second.adopted());
    assert_eq!(second.socket_dir(), socket_dir);
    drop(second);
    server.stop().unwrap();
    fs::remove_dir_all(socket_dir).unwrap();
}

#[test]
fn the_administrators_parameters_win() {
    let mut place = Place::new();
    place.settings.parameters = vec![("work_mem".into(), "7MB".into()), ("jit".into(), "on".into())];
    let server = start(&place.settings).unwrap();
    assert_eq!(ask(server.socket_dir(), "show work_mem"), "7MB");
    assert_eq!(ask(server.socket_dir(), "show jit"), "on");
    drop(server);

    place.settings.parameters = vec![("work_mem".into(), "8MB".into())];
    let server = start(&place.settings).unwrap();
    assert!(server.adopted());
    wait_for("the adopted server to take the new value", || {
        ask(server.socket_dir(), "show work_mem") == "8MB"
    });
    server.stop().unwrap();

    place.settings.parameters = vec![("wrok_mem".into(), "8MB".into())];
    let error = start(&place.settings).unwrap_err();
    assert!(matches!(error, StartError::NotReady { .. }));
    assert!(error.to_string().contains(r#"unrecognized configuration parameter "wrok_mem""#), "{error}");
}

#[test]
fn a_second_start_adopts_and_only_the_last_one_stops() {
    let place = Place::new();
    let first = start(&place.settings).unwrap();
    let time = Instant::now();
    let second = start(&place.settings).unwrap();
    println!("adoption: {:?}", time.elapsed());
    assert!(second.adopted());
    assert_eq!(first.stop().unwrap(), Stopped::InUseByAnother);
    assert_eq!(ask(second.socket_dir(), "select 1"), "1");
    assert_eq!(second.stop().unwrap(), Stopped::Stopped);
}

#[test]
fn threads_that_start_at_once_share_one_server() {
    let place = Place::new();
    for round in ["cold", "warm"] {
        let servers: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| start(&place.settings).unwrap())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(servers.iter().filter(|server| !server.adopted()).count(), 1, "{round}");
        let stopped: Vec<_> = servers.into_iter().map(|server| server.stop().unwrap()).collect();
        assert_eq!(stopped.iter().filter(|stopped| **stopped == Stopped::Stopped).count(), 1, "{round}");
    }
}

#[test]
fn processes_that_start_at_once_share_one_server() {
    let place = Place::new();
    for round in ["cold", "warm"] {
        let mut holders: Vec<_> = (0..3).map(|_| Holder::new(&place.settings, None)).collect();
        let said: Vec<_> = holders.iter_mut().map(Holder::line).collect();
        assert_eq!(said.iter().filter(|line| line.starts_with("started")).count(), 1, "{round}: {said:?}");
        assert_eq!(said.iter().filter(|line| line.starts_with("adopted")).count(), 2, "{round}: {said:?}");
        let stopped: Vec<_> = holders.iter_mut().map(|holder| holder.say("stop")).collect();
        assert_eq!(stopped, ["Ok(InUseByAnother)", "Ok(InUseByAnother)", "Ok(Stopped)"], "{round}");
        holders.into_iter().for_each(Holder::kill);
    }
}

#[test]
fn a_server_outlives_the_killed_hub_and_is_adopted() {
    let place = Place::new();
    let mut holder = Holder::new(&place.settings, None);
    assert!(holder.line().starts_with("started"));
    let postmaster = place.postmaster();
    holder.kill();

    let server = start(&place.settings).unwrap();
    assert!(server.adopted());
    assert_eq!(place.postmaster(), postmaster);
    assert_eq!(server.stop().unwrap(), Stopped::Stopped);
}

#[test]
fn a_hub_killed_while_it_makes_the_cluster_is_followed_by_one_that_finishes() {
    let place = Place::new();
    let holder = Holder::new(&place.settings, None);
    wait_for("initdb to begin", || place.settings.data_dir.join("postgres.new/base").exists());
    holder.kill();
    assert!(!place.cluster().exists());

    let server = start(&place.settings).unwrap();
    assert_eq!(ask(server.socket_dir(), "select 1"), "1");
    assert!(!place.settings.data_dir.join("postgres.new").exists());
    server.stop().unwrap();
}

#[test]
fn a_killed_server_is_brought_up_again() {
    let place = Place::new();
    let mut server = start(&place.settings).unwrap();
    ask(server.socket_dir(), "create table kept as select 7 as seven");
    assert!(!server.ensure_running().unwrap());

    place.kill_postmaster();
    let time = Instant::now();
    assert!(server.ensure_running().unwrap());
    println!("after kill -9 of the postmaster: {:?}", time.elapsed());
    assert!(!server.ensure_running().unwrap());
    assert_eq!(ask(server.socket_dir(), "select seven from kept"), "7");

    place.kill_postmaster();
    let again = start(&place.settings).unwrap();
    assert!(!again.adopted());
    drop(server);
    assert_eq!(again.stop().unwrap(), Stopped::Stopped);
}

#[test]
fn everybody_killed_at_once_is_a_crash_like_any_other() {
    let place = Place::new();
    let mut holder = Holder::new(&place.settings, None);
    holder.line();
    processes_in(&place.cluster()).into_iter().for_each(kill);
    holder.kill();

    let server = start(&place.settings).unwrap();
    assert!(!server.adopted());
    server.stop().unwrap();
}

#[test]
fn a_server_killed_under_two_hubs_is_restarted_by_one_of_them() {
    let place = Place::new();
    let mut first = Holder::new(&place.settings, None);
    first.line();
    let mut second = Holder::new(&place.settings, None);
    second.line();
    place.kill_postmaster();
    assert_eq!(first.say("check"), "Ok(true)");
    assert_eq!(second.say("check"), "Ok(false)");
    // The dead server is now a zombie of the first hub, which does not look.
    place.kill_postmaster();
    assert_eq!(second.say("check"), "Ok(true)");
    assert_eq!(first.say("check"), "Ok(false)");
    assert_eq!(first.say("stop"), "Ok(InUseByAnother)");
    assert_eq!(second.say("stop"), "Ok(Stopped)");
    first.kill();
    second.kill();
}

#[test]
fn a_long_query_of_a_killed_server_is_waited_for() {
    let place = Place::new();
    let server = start(&place.settings).unwrap();
    // It computes and so does not notice the death of the server.
    let busy = "set statement_timeout = '3s'; select count(*) from generate_series(1, 1000000000)";
    let mut query = psql_command(server.socket_dir(), busy).stderr(Stdio::null()).spawn().unwrap();
    let active = "select count(*) from pg_stat_activity where query like '%generate_series(1,%' and pid <> pg_backend_pid()";
    wait_for("the query to run", || ask(server.socket_dir(), active) == "1");

    place.kill_postmaster();
    drop(server);
    let server = start(&place.settings).unwrap();
    assert!(!server.adopted());
    assert!(query.wait().is_ok_and(|status| !status.success()));
    server.stop().unwrap();
}

#[test]
fn a_lost_cluster_is_not_replaced_by_an_empty_one() {
    let place = Place::new();
    let mut server = start(&place.settings).unwrap();
    processes_in(&place.cluster()).into_iter().for_each(kill);
    wait_for("the server to go", || processes_in(&place.cluster()).is_empty());
    fs::rename(place.cluster(), place.outer().join("lost")).unwrap();
    assert!(matches!(server.ensure_running(), Err(StartError::NotACluster { .. })));
    assert!(!place.cluster().exists());
}

#[test]
fn a_lost_socket_is_made_anew() {
    let place = Place::new();
    let mut server = start(&place.settings).unwrap();
    fs::remove_dir_all(server.socket_dir()).unwrap();
    assert!(server.ensure_running().unwrap());
    assert_eq!(ask(server.socket_dir(), "select 1"), "1");
    server.stop().unwrap();
}

#[test]
fn an_updated_server_is_restarted() {
    let mut place = Place::new();
    let server = start(&place.settings).unwrap();
    let running = server.version().to_owned();
    let postmaster = place.postmaster();

    // The programs in this folder claim to be the running version, then a newer one.
    let programs = place.outer().join("programs");
    common::programs_of_version(&programs, &common::real_programs(), &running);
    place.settings.bin_dir = Some(programs.clone());
    let mut second = start(&place.settings).unwrap();
    assert!(second.adopted());
    common::programs_of_version(&programs, &common::real_programs(), &format!("{running} newer"));
    assert!(second.ensure_running().unwrap());
    assert_ne!(place.postmaster(), postmaster);

    let postmaster = place.postmaster();
    let third = start(&place.settings).unwrap();
    assert!(!third.adopted(), "the real program still tells the older version");
    assert_ne!(place.postmaster(), postmaster);
    drop((server, second));
    assert_eq!(third.stop().unwrap(), Stopped::Stopped);
}

#[test]
fn a_moved_data_folder_works_where_it_is() {
    let mut place = Place::new();
    start(&place.settings).unwrap().stop().unwrap();
    let moved = place.outer().join("moved");
    fs::rename(&place.settings.data_dir, &moved).unwrap();
    place.settings.data_dir = moved.clone();
    let server = start(&place.settings).unwrap();
    assert!(server.socket_dir().starts_with(&moved));

    // And even while the server runs.
    let again = place.outer().join("again");
    fs::rename(&moved, &again).unwrap();
    drop(server);
    place.settings.data_dir = again.clone();
    let server = start(&place.settings).unwrap();
    assert!(server.socket_dir().starts_with(&again));
    assert_eq!(ask(server.socket_dir(), "select 1"), "1");
    server.stop().unwrap();
}
