//! Kills the hub and its database at random moments while providers post, and counts what is missing afterwards.

use std::process::ExitCode;

use tests::hub::{Hub, connect, run_as_uzel};

fn main() -> ExitCode {
    if let Some(code) = run_as_uzel() {
        return code;
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let mut hub = Hub::of_this_driver(None).await.expect("hub");
        eprintln!("{}", hub.url());
        let api = hub.administrator().await.expect("api");
        let cast = connect(&api).await.expect("cast");
        eprintln!("{cast:#?}");
        hub.restart().await.expect("again");
        eprintln!("{}", api.get("/api/raw-events/balance").await.expect("balance"));
        eprintln!("{:?}", hub.postgres().pid());
        eprintln!("{:?}", hub.stop().await);
        eprintln!("{:?}", hub.postgres().pid());
    });
    ExitCode::SUCCESS
}
