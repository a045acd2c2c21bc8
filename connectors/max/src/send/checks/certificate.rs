//! The provider's certificate ends in a root that ordinary machines do not hold.

use std::sync::Arc;

use connector_api::{Probe, SendError};
use provider_http::ClientOptions;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::{attempt, text};
use crate::{Config, Max, server};

const ROOT: &str = include_str!("../../../fixtures/tls/root.pem");
const CERTIFICATE: &[u8] = include_bytes!("../../../fixtures/tls/server.pem");
const KEY: &[u8] = include_bytes!("../../../fixtures/tls/server.key");

/// A provider with a certificate of another root; it answers everything alike.
async fn provider() -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let chain = vec![CertificateDer::from_pem_slice(CERTIFICATE).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    let config = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let Ok(mut connection) = acceptor.accept(connection).await else { continue };
            let mut asked = [0; 4096];
            let _ = connection.read(&mut asked).await;
            let body = r#"{"message":{"body":{"mid":"mid.1"}},"user_id":1,"subscriptions":[]}"#;
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = connection.write_all(format!("{head}{body}").as_bytes()).await;
            let _ = connection.shutdown().await;
        }
    });
    format!("https://localhost:{port}")
}

fn max(api_url: &str, trusted_roots: Option<&str>) -> Max {
    let options =
        ClientOptions { trusted_roots: trusted_roots.map(str::to_owned), ..ClientOptions::default() };
    let config = Config {
        token: server::TOKEN.into(),
        secret: server::SECRET.into(),
        api_url: api_url.into(),
        ..Config::default()
    };
    Max::new(config, provider_http::build(&options).unwrap()).unwrap()
}

#[tokio::test]
async fn an_unknown_root_is_a_clear_finding_and_stops_the_account_instead_of_a_storm() {
    let url = provider().await;
    let stranger = max(&url, None);
    let found = stranger.probe(Some("https://uzel.example.ru/hooks/k")).await.unwrap();
    assert_eq!(found[0].code, "tls_unknown_issuer");
    assert!(found[0].text.contains("Минцифры") && found[0].text.contains("trusted_roots"));
    let error = attempt(&stranger, &text("x"), 0).await.unwrap_err();
    assert!(
        matches!(&error, SendError::AccountStopped { code, .. } if code == "tls_unknown_issuer"),
        "{error:?}"
    );
}

#[tokio::test]
async fn with_the_root_configured_it_works_and_no_other_client_trusts_it() {
    let url = provider().await;
    assert!(attempt(&max(&url, Some(ROOT)), &text("x"), 0).await.is_ok());
    assert!(max(&url, Some(ROOT)).probe(Some("https://uzel.example.ru/hooks/k")).await.is_ok());
    assert!(attempt(&max(&url, None), &text("x"), 0).await.is_err());
    assert!(server::http().get(&url).send().await.is_err(), "the common client");
}
