//! The log: lines for people or for programs, on the standard error.
//!
//! A line written while a request is answered carries the request's id and its route as it is declared. Paths, query
//! strings and bodies never stand in the log: a webhook's path holds a secret, the others hold people's data.

use anyhow::Context;
use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{LogConfig, LogFormat};

/// Starts it, for the whole process.
pub fn start(config: &LogConfig) -> anyhow::Result<()> {
    subscriber(config, std::io::stderr)?.try_init().context("the log is started twice")
}

fn subscriber<W>(config: &LogConfig, writer: W) -> anyhow::Result<Box<dyn Subscriber + Send + Sync>>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::builder().parse(&config.filter).context("UZEL_LOG is not understood")?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    Ok(match config.format {
        LogFormat::Text => Box::new(lines.finish()),
        LogFormat::Json => Box::new(lines.json().flatten_event(true).with_span_list(false).finish()),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::body::Body;
    use axum::routing::get;
    use http::Request;
    use tower::ServiceExt;

    use super::*;
    use crate::http::layers;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_line_has_the_request_id_and_the_route_but_never_the_path() {
        for format in [LogFormat::Json, LogFormat::Text] {
            let paper = Paper::default();
            let writer = {
                let paper = paper.clone();
                move || paper.clone()
            };
            let config = LogConfig { filter: "debug".to_owned(), format };
            let logging = tracing::subscriber::set_default(subscriber(&config, writer).unwrap());
            let handler = || async { tracing::info!("inside") };
            let router = layers::wrap(Router::<()>::new().route("/hooks/{key}", get(handler)));
            let request = Request::get("/hooks/SECRET?phone=79991234567").header("x-request-id", "abc-1");
            router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            drop(logging);
            let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
            let inside = text.lines().find(|line| line.contains("inside")).unwrap();
            assert!(inside.contains("abc-1") && inside.contains("/hooks/{key}"), "{text}");
            assert!(!text.contains("SECRET") && !text.contains("79991234567"), "{text}");
            if format == LogFormat::Json {
                let line: serde_json::Value = serde_json::from_str(inside).unwrap();
                assert_eq!(
                    (&line["message"], &line["span"]["request_id"]),
                    (&"inside".into(), &"abc-1".into())
                );
            }
        }
    }
}
