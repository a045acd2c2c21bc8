//! Files on their way up and down. Checks 12 to 14.

use chrono::TimeDelta;
use connector_api::{Connector, MediaError, MediaKind, MediaRef, SendError};
use futures::TryStreamExt;
use serde_json::json;
use sha2::{Digest, Sha256};
use whatsapp::{Config, WhatsApp};

use crate::provider::Provider;
use crate::{BYTES, NUMBER, TOKEN, config, connector, document, send};

const UPLOADED: &str = r#"{"id":"1300000000000001"}"#;

#[tokio::test]
async fn a_file_goes_up_as_a_form_and_then_the_message_names_it() {
    let (provider, base) = Provider::start().await;
    provider.answers(200, UPLOADED).accepts("wamid.OUT1");
    send(&connector(config(&base)), &document(), TimeDelta::zero()).await.expect("accepted");
    let asked = provider.asked();
    let form = String::from_utf8_lossy(&asked[0].body);
    for piece in [
        "name=\"messaging_product\"\r\n\r\nwhatsapp\r\n",
        "name=\"type\"\r\n\r\napplication/pdf\r\n",
        "Content-Type: application/pdf\r\n\r\n%PDF-1.7 invented\r\n",
    ] {
        assert!(form.contains(piece), "{piece:?} is not in {form}");
    }
    let document = &asked[1].json()["document"];
    assert_eq!(*document, json!({ "id": "1300000000000001", "filename": "Счёт 17.pdf" }));
}

#[tokio::test]
async fn the_same_bytes_are_uploaded_once_in_29_days() {
    let (provider, base) = Provider::start().await;
    let line = connector(config(&base));
    provider
        .answers(200, UPLOADED)
        .accepts("wamid.1")
        .accepts("wamid.2")
        .answers(200, UPLOADED)
        .accepts("wamid.3");
    for days in [0, 28, 30] {
        send(&line, &document(), TimeDelta::days(days)).await.expect("accepted");
    }
    let (media, messages) = (format!("POST /v25.0/{NUMBER}/media"), format!("POST /v25.0/{NUMBER}/messages"));
    assert_eq!(provider.lines(), [&*media, &*messages, &*messages, &*media, &*messages]);
}

#[tokio::test]
async fn an_old_upload_that_the_provider_lost_is_uploaded_again_before_the_message_is_given_up() {
    let (provider, base) = Provider::start().await;
    let line = connector(config(&base));
    provider.answers(200, UPLOADED).accepts("wamid.1");
    send(&line, &document(), TimeDelta::zero()).await.expect("accepted");
    provider.refuses(400, 131_053);
    let doubted = send(&line, &document(), TimeDelta::days(1)).await;
    assert!(matches!(doubted, Err(SendError::Temporary(_))), "{doubted:?}");
    provider.answers(200, UPLOADED).refuses(400, 131_053);
    let given_up = send(&line, &document(), TimeDelta::days(1)).await;
    assert!(matches!(given_up, Err(SendError::Rejected { .. })), "{given_up:?}");
}

fn reference(url: Option<String>) -> MediaRef {
    MediaRef { url, ..MediaRef::new("1200000000000001", MediaKind::Document) }
}

async fn fetch(line: &WhatsApp, media: &MediaRef) -> Result<Vec<u8>, MediaError> {
    let stream = line.media().expect("it has files").fetch_media(media).await?;
    let chunks: Vec<_> = stream.bytes.try_collect().await.map_err(MediaError::Temporary)?;
    Ok(chunks.concat())
}

#[tokio::test]
async fn a_fresh_address_of_the_notification_needs_no_question() {
    let (provider, base) = Provider::start().await;
    provider.answers(200, BYTES);
    let media = reference(Some(format!("{base}/attachments/1?ext=1")));
    assert_eq!(fetch(&connector(config(&base)), &media).await.expect("the file"), BYTES);
    assert_eq!(provider.lines(), ["GET /attachments/1?ext=1"]);
    assert_eq!(provider.asked()[0].token, Some(format!("Bearer {TOKEN}")));
}

#[tokio::test]
async fn an_expired_address_is_replaced_by_asking_for_the_file() {
    let (provider, base) = Provider::start().await;
    let address =
        json!({ "url": format!("{base}/attachments/2"), "mime_type": "application/pdf", "file_size": "17" });
    provider.answers(404, "").answers(200, address.to_string()).answers(200, BYTES);
    let media = reference(Some(format!("{base}/attachments/1")));
    assert_eq!(fetch(&connector(config(&base)), &media).await.expect("the file"), BYTES);
    assert_eq!(provider.lines(), ["GET /attachments/1", "GET /v25.0/1200000000000001", "GET /attachments/2"]);
}

#[tokio::test]
async fn the_token_is_shown_to_no_strange_host() {
    let (provider, base) = Provider::start().await;
    let (stranger, elsewhere) = Provider::start().await;
    let hint = reference(Some(format!("{elsewhere}/attachments/1")));
    provider.answers(200, json!({ "url": format!("{elsewhere}/attachments/2") }).to_string());
    let line = connector(config(&base));
    let refused = fetch(&line, &hint).await;
    assert!(
        matches!(&refused, Err(MediaError::Refused(text)) if text.contains("media_hosts")),
        "{refused:?}"
    );
    for url in [
        "https://lookaside.fbsbx.com.evil.example/x",
        "https://evilfbsbx.com/x",
        "http://lookaside.fbsbx.com/x",
        "ftp://fbsbx.com/x",
    ] {
        provider.answers(200, json!({ "url": url }).to_string());
        let refused = fetch(&line, &reference(Some(url.into()))).await;
        assert!(matches!(refused, Err(MediaError::Refused(_))), "{url}: {refused:?}");
    }
    assert!(stranger.asked().is_empty());
}

#[tokio::test]
async fn a_file_older_than_seven_days_is_gone_for_good() {
    let (provider, base) = Provider::start().await;
    let line = connector(config(&base));
    provider.refuses(400, 100).refuses(404, 33).answers(404, "");
    for _ in 0..3 {
        let gone = fetch(&line, &reference(None)).await;
        assert!(matches!(&gone, Err(MediaError::Gone(text)) if text.contains("7 дней")), "{gone:?}");
    }
}

#[tokio::test]
async fn files_wait_for_a_new_token_and_for_the_provider() {
    let (provider, base) = Provider::start().await;
    let line = connector(config(&base));
    provider.refuses(401, 190).refuses(400, 80_007).answers(503, "");
    assert!(matches!(fetch(&line, &reference(None)).await, Err(MediaError::Refused(_))));
    assert!(matches!(
        fetch(&line, &reference(None)).await,
        Err(MediaError::RateLimited { retry_after: Some(_) })
    ));
    assert!(matches!(fetch(&line, &reference(None)).await, Err(MediaError::Temporary(_))));
}

#[tokio::test]
async fn bytes_that_are_not_the_announced_file_are_an_error_at_the_end() {
    let (provider, base) = Provider::start().await;
    let line = connector(config(&base));
    let right = hex::encode(Sha256::digest(BYTES));
    let wrong = hex::encode(Sha256::digest("another"));
    let with = |sha256: &String| MediaRef {
        sha256: Some(sha256.clone()),
        ..reference(Some(format!("{base}/attachments/1")))
    };
    provider.answers(200, BYTES).answers(200, BYTES);
    assert!(fetch(&line, &with(&right)).await.is_ok());
    assert!(fetch(&line, &with(&wrong)).await.is_err());
    // The hash of the answer, base64 or hex, counts where the notification had none.
    let told = |sha256: &str| json!({ "url": format!("{base}/attachments/2"), "sha256": sha256 }).to_string();
    let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, Sha256::digest(BYTES));
    for (sha256, fits) in [(right.as_str(), true), (base64.as_str(), true), (wrong.as_str(), false)] {
        provider.answers(200, told(sha256)).answers(200, BYTES);
        assert_eq!(fetch(&line, &reference(None)).await.is_ok(), fits, "{sha256}");
    }
}

#[tokio::test]
async fn a_domain_of_the_settings_is_trusted_with_its_hosts() {
    let (provider, base) = Provider::start().await;
    let line = connector(Config { media_hosts: "*.relay.invalid".into(), ..config(&base) });
    // Trusted, so it is tried; it does not exist, so it is a failure of the network and not of trust.
    provider.answers(200, json!({ "url": "https://files.relay.invalid/1" }).to_string());
    assert!(matches!(fetch(&line, &reference(None)).await, Err(MediaError::Temporary(_))));
    provider.answers(200, json!({ "url": "https://lookaside.fbsbx.com/1" }).to_string());
    assert!(matches!(fetch(&line, &reference(None)).await, Err(MediaError::Refused(_))));
}
