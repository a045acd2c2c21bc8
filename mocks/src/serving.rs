//! A server on a free loopback port, ended with its owner.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::http::{Method, StatusCode, Uri};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::log::{Log, Received};

#[derive(Debug)]
pub(crate) struct Serving {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Serving {
    pub(crate) async fn start(app: Router) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, app).await {
                tracing::warn!(%error, "a fake stopped serving");
            }
        });
        Ok(Self { address, task })
    }

    /// A fake with nothing to serve yet: it answers 404 to everything and writes it down.
    pub(crate) async fn silent(fake: &'static str, log: Log) -> std::io::Result<Self> {
        let app = Router::new().fallback(move |method: Method, uri: Uri, body: Bytes| async move {
            log.add(Received {
                number: 0,
                fake,
                method: method.to_string(),
                path: uri.path().to_owned(),
                query: uri.query().unwrap_or_default().to_owned(),
                body: String::from_utf8_lossy(&body).into_owned(),
                status: 404,
            });
            (StatusCode::NOT_FOUND, "this fake does not serve it yet")
        });
        Self::start(app).await
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.task.abort();
    }
}
