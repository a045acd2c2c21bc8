use axum::body::Body;
use crm_core::fixture::{Said, account, call, client, contact, file, give, message, minute};
use crm_core::media::Bytes as Kept;
use crm_core::media::download::{self, Outcome};
use crm_core::{AccountId, ClientId, ContactId, MediaId, UserId};
use futures::stream;
use http::{HeaderMap, Method, Request, StatusCode, header};
use media_store::Expected;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::convert::Infallible;

use crate::http::testing::{Answer, Browser, Stage, now};

/// A client of Anna with somebody who writes and calls.
struct Company {
    client: ClientId,
    person: ContactId,
    account: AccountId,
}

async fn company(stage: &Stage, anna: UserId) -> Company {
    let mut conn = stage.pool.acquire().await.unwrap();
    let client = client(&mut conn, "Ромашка", None).await;
    give(&mut conn, client, anna).await;
    let person = contact(&mut conn, "Инна", client).await;
    Company { client, person, account: account(&mut conn, "telephony").await }
}

/// A file of the company's person that was fetched.
async fn stored(stage: &Stage, company: &Company, handle: &str, kind: &str, bytes: &[u8]) -> MediaId {
    let mut conn = stage.pool.acquire().await.unwrap();
    let row = if kind == "recording" {
        call(&mut conn, company.account, Some(company.person), minute(1), "answered").await
    } else {
        let said = Said {
            account: company.account,
            contact: company.person,
            conversation: None,
            at: minute(1),
            direction: "inbound",
            text: handle,
        };
        message(&mut conn, said).await
    };
    let id = file(&mut conn, company.account, handle, kind, row, now()).await;
    sqlx::query("update media set file_name = $2 where id = $1")
        .bind(id)
        .bind(handle)
        .execute(&mut *conn)
        .await
        .unwrap();
    let lease = now() + chrono::TimeDelta::minutes(2);
    let due =
        download::claim_unscoped(&mut conn, company.account, 9, 9, lease, now()).await.unwrap().remove(0);
    let kept = keep(stage, bytes).await;
    let outcome = Outcome::Stored { bytes: kept, file_name: None };
    assert!(download::finish_unscoped(&mut conn, &due, &outcome, now()).await.unwrap());
    id
}

async fn keep(stage: &Stage, bytes: &[u8]) -> Kept {
    let whole = stream::iter([Ok::<_, Infallible>(bytes::Bytes::copy_from_slice(bytes))]);
    let expected = Expected { max_bytes: 1 << 30, ..Expected::default() };
    stage.vault.keep(&stage.pool, now, whole, &expected).await.unwrap()
}

async fn ask(browser: &Browser, path: &str, headers: &[(header::HeaderName, &str)]) -> (Answer, Vec<u8>) {
    let mut request = Request::get(path).body(Body::empty()).unwrap();
    *request.headers_mut() = browser.headers.clone();
    for (name, value) in headers {
        request.headers_mut().insert(name.clone(), value.parse().unwrap());
    }
    browser.send_raw(request).await
}

async fn send(browser: &Browser, query: &str, body: impl Into<Body>) -> Answer {
    let mut request = Request::post(format!("/api/files?{query}")).body(body.into()).unwrap();
    *request.headers_mut() = browser.headers.clone();
    browser.send(request).await
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers[name].to_str().unwrap()
}

async fn audited(stage: &Stage, action: &str) -> i64 {
    sqlx::query_scalar("select count(*) from audit_log where action = $1")
        .bind(action)
        .fetch_one(&stage.pool)
        .await
        .unwrap()
}

fn wav() -> Vec<u8> {
    let mut file =
        b"RIFF\x64\x1f\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x40\x1f\0\0"
            .to_vec();
    file.extend([0, 64].repeat(4000));
    file
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_recording_plays_by_range_and_listening_is_noted(pool: PgPool) {
    let stage = Stage::new(pool);
    let anna = stage.user("anna", "manager").await;
    let company = company(&stage, anna).await;
    let sound = wav();
    let id = stored(&stage, &company, "запись.wav", "recording", &sound).await;
    let anna = stage.signed_in("anna").await;
    let path = format!("/api/media/{id}");

    let (answer, bytes) = ask(&anna, &path, &[]).await;
    assert_eq!((answer.status, bytes), (StatusCode::OK, sound.clone()));
    let headers = answer.headers;
    assert_eq!(text(&headers, "content-type"), "audio/wav");
    assert_eq!(text(&headers, "content-length"), sound.len().to_string());
    assert!(
        text(&headers, "content-disposition")
            .starts_with("inline; filename=\"______.wav\"; filename*=UTF-8''%D0")
    );
    assert_eq!(text(&headers, "x-content-type-options"), "nosniff");
    assert_eq!(text(&headers, "cache-control"), "private, no-cache");
    assert!(text(&headers, "content-security-policy").starts_with("sandbox; default-src 'none'"));
    let tag = text(&headers, "etag").to_owned();

    let (part, bytes) = ask(&anna, &path, &[(header::RANGE, "bytes=100-199")]).await;
    assert_eq!((part.status, bytes.as_slice()), (StatusCode::PARTIAL_CONTENT, &sound[100..200]));
    assert_eq!(text(&part.headers, "content-range"), format!("bytes 100-199/{}", sound.len()));
    let (outside, _) = ask(&anna, &path, &[(header::RANGE, "bytes=999999-")]).await;
    assert_eq!(outside.status, StatusCode::RANGE_NOT_SATISFIABLE);
    let (known, bytes) = ask(&anna, &path, &[(header::IF_NONE_MATCH, &tag)]).await;
    assert_eq!((known.status, bytes.len()), (StatusCode::NOT_MODIFIED, 0));
    let old = [(header::RANGE, "bytes=0-9"), (header::IF_RANGE, "\"other\"")];
    assert_eq!(ask(&anna, &path, &old).await.0.status, StatusCode::OK, "the browser has other bytes");
    assert_eq!(audited(&stage, "recording.listen").await, 1);

    let peaks = anna.get(&format!("{path}/peaks")).await;
    assert_eq!(peaks.body["duration_ms"], 500);
    assert_eq!(peaks.body["bars"].as_array().unwrap().len(), 200);
    assert_eq!(anna.get(&format!("{path}/peaks")).await.body, peaks.body, "kept");
    assert_eq!(anna.get(&format!("{path}/thumbnail")).await.problem(), "not-drawable");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_foreign_file_is_as_if_it_did_not_exist_on_every_address(pool: PgPool) {
    let stage = Stage::new(pool);
    let anna = stage.user("anna", "manager").await;
    let boris = stage.user("boris", "manager").await;
    stage.user("keeper", "storekeeper").await;
    let company = company(&stage, anna).await;
    let id = stored(&stage, &company, "тайна.txt", "document", "канарейка".as_bytes()).await;
    for login in ["boris", "keeper"] {
        let browser = stage.signed_in(login).await;
        for tail in ["", "/about", "/thumbnail", "/peaks"] {
            let (answer, bytes) = ask(&browser, &format!("/api/media/{id}{tail}"), &[]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{login} {tail}");
            assert!(!String::from_utf8_lossy(&bytes).contains("канарейка"));
        }
        let answer = browser.ask(Method::POST, &format!("/api/media/{id}/fetch"), None).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    let anna = stage.signed_in("anna").await;
    let tag = ask(&anna, &format!("/api/media/{id}"), &[]).await.0.headers["etag"].clone();
    let mut conn = stage.pool.acquire().await.unwrap();
    give(&mut conn, company.client, boris).await;
    drop(conn);
    let again = [(header::IF_NONE_MATCH, tag.to_str().unwrap())];
    assert_eq!(ask(&anna, &format!("/api/media/{id}"), &again).await.0.status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn what_a_browser_could_run_is_saved_and_not_opened(pool: PgPool) {
    let stage = Stage::new(pool);
    let anna = stage.user("anna", "manager").await;
    let company = company(&stage, anna).await;
    let anna = stage.signed_in("anna").await;
    let files: [(&str, &[u8]); 4] = [
        ("фото.jpg", b"<!DOCTYPE html><script>alert(1)</script>"),
        ("рисунок.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("договор.pdf", b"%PDF-1.7"),
        ("страница.html", b"<html>"),
    ];
    for (name, bytes) in files {
        let id = stored(&stage, &company, name, "image", bytes).await;
        let (answer, _) = ask(&anna, &format!("/api/media/{id}"), &[]).await;
        assert_eq!(text(&answer.headers, "content-type"), "application/octet-stream", "{name}");
        assert!(text(&answer.headers, "content-disposition").starts_with("attachment; "), "{name}");
    }
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_picture_is_drawn_small_and_a_broken_one_is_not_tried_again(pool: PgPool) {
    let stage = Stage::new(pool);
    let anna = stage.user("anna", "manager").await;
    let company = company(&stage, anna).await;
    // A whole picture of one point, and one of which the head alone came.
    let point = hex::decode(concat!(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d494441",
        "54789c63f8cfc0d00000048101802c55ceb00000000049454e44ae426082"
    ))
    .unwrap();
    let whole = stored(&stage, &company, "точка.png", "image", &point).await;
    let broken = stored(&stage, &company, "обрывок.png", "image", &point[..33]).await;
    let anna = stage.signed_in("anna").await;
    for _ in 0..2 {
        let (small, bytes) = ask(&anna, &format!("/api/media/{whole}/thumbnail"), &[]).await;
        assert_eq!((small.status, &bytes[1..4]), (StatusCode::OK, &b"PNG"[..]));
        assert_eq!(text(&small.headers, "content-type"), "image/png");
        let tag = [(header::IF_NONE_MATCH, text(&small.headers, "etag"))];
        let again = ask(&anna, &format!("/api/media/{whole}/thumbnail"), &tag).await.0;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED);
        assert_eq!(anna.get(&format!("/api/media/{broken}/thumbnail")).await.problem(), "not-drawable");
    }
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn bytes_missing_in_the_store_are_fetched_anew(pool: PgPool) {
    let stage = Stage::new(pool);
    let anna = stage.user("anna", "manager").await;
    let company = company(&stage, anna).await;
    let id = stored(&stage, &company, "прайс.txt", "document", b"words").await;
    let anna = stage.signed_in("anna").await;
    stage.vault.store.remove(&keep(&stage, b"words").await.sha256).await.unwrap();
    let answer = anna.get(&format!("/api/media/{id}")).await;
    assert_eq!((answer.problem(), &answer.body["state"]), ("not-stored", &json!("wanted")));
    assert!(answer.body["cause"].as_str().unwrap().contains("повреждена"));
    let about = anna.ask(Method::POST, &format!("/api/media/{id}/fetch"), None).await;
    assert_eq!((about.status, &about.body["state"]), (StatusCode::OK, &json!("wanted")));
    assert_eq!(about.body["cause"], Value::Null);
    assert_eq!(audited(&stage, "media.request_again").await, 1);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_person_brings_a_file_and_sees_it_alone(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    stage.user("boris", "manager").await;
    let (anna, boris) = (stage.signed_in("anna").await, stage.signed_in("boris").await);
    let name = "name=%D0%A1%D1%87%D1%91%D1%82.pdf";
    let made = send(&anna, name, "%PDF-1.7 words").await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    assert_eq!(made.body["kind"], "document");
    assert_eq!(made.body["file_name"], "Счёт.pdf");
    assert_eq!(made.body["size_bytes"], 14);
    assert_eq!(made.body["mime_type"], "application/pdf");
    let path = format!("/api/media/{}", made.body["id"].as_str().unwrap());
    assert_eq!(ask(&anna, &path, &[]).await.1, b"%PDF-1.7 words");
    assert_eq!(boris.get(&path).await.status, StatusCode::NOT_FOUND);

    assert_eq!(send(&anna, "", "").await.problem(), "invalid-request");
    assert_eq!(send(&anna, "kind=image", "%PDF-1.7").await.body["field"], "kind");
    assert_eq!(send(&anna, "kind=recording", "%PDF-1.7").await.body["field"], "kind");
    let cut = stream::iter([Ok(bytes::Bytes::from_static(b"%PDF")), Err(std::io::Error::other("cable"))]);
    assert_eq!(send(&anna, name, Body::from_stream(cut)).await.problem(), "invalid-request");
    let mut other = anna.clone();
    other.headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
    assert_eq!(send(&other, name, "%PDF").await.problem(), "cross-site");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_file_too_large_is_refused_before_it_is_read(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    let anna = stage.signed_in("anna").await;
    let mut request = Request::post("/api/files").body(Body::empty()).unwrap();
    *request.headers_mut() = anna.headers.clone();
    request.headers_mut().insert(header::CONTENT_LENGTH, "9999999999".parse().unwrap());
    let answer = anna.send(request).await;
    assert_eq!((answer.status, answer.problem()), (StatusCode::PAYLOAD_TOO_LARGE, "payload-too-large"));
    assert_eq!(send(&anna, "kind=voice", vec![0; 17 << 20]).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn what_any_browser_recorded_becomes_one_kind_of_voice_note(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    let anna = stage.signed_in("anna").await;
    for recording in [
        &include_bytes!("../../../media-store/src/voice/fixtures/chromium.webm")[..],
        include_bytes!("../../../media-store/src/voice/fixtures/libopus-stereo.ogg"),
        include_bytes!("../../../media-store/src/voice/fixtures/aac-44100-mono.mp4"),
    ] {
        let made = send(&anna, "kind=voice", recording).await;
        let told = &made.body;
        assert_eq!((&told["kind"], &told["duration_s"]), (&json!("voice"), &json!(2)), "{told}");
        assert_eq!(told["mime_type"], "audio/ogg; codecs=opus");
        assert_eq!(told["file_name"], "голосовое.ogg");
        let peaks = anna.get(&format!("/api/media/{}/peaks", told["id"].as_str().unwrap())).await;
        assert!((1300..1700).contains(&peaks.body["duration_ms"].as_i64().unwrap()), "{}", peaks.body);
    }
    let mut asked = Vec::new();
    for recording in [&b"\x1a\x45\xdf\xa3 webm"[..], b"OggS\0\x02 and no Opus", b""] {
        let refused = send(&anna, "kind=voice", recording).await;
        assert_eq!(refused.problem(), "invalid-request");
        asked.push(refused.body["detail"].as_str().unwrap().to_owned());
    }
    assert!(asked[0].contains("не удалось прочитать") && asked[1].contains("файлом"), "{asked:?}");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_legal_hold_is_placed_seen_and_released(pool: PgPool) {
    let stage = Stage::new(pool);
    let anna = stage.user("anna", "manager").await;
    stage.user("director", "director").await;
    let path = format!("/api/clients/{}/legal-hold", company(&stage, anna).await.client);
    let (anna, director) = (stage.signed_in("anna").await, stage.signed_in("director").await);
    let form = json!({ "reason": "спор о поставке" });
    assert_eq!(anna.ask(Method::PUT, &path, Some(form.clone())).await.problem(), "forbidden");
    assert_eq!(
        director.ask(Method::PUT, &path, Some(json!({ "reason": " " }))).await.body["field"],
        "reason"
    );
    assert_eq!(director.ask(Method::PUT, &path, Some(form)).await.status, StatusCode::NO_CONTENT);
    assert_eq!(anna.get(&path).await.body["hold"]["reason"], "спор о поставке");
    assert_eq!(director.ask(Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(anna.get(&path).await.body["hold"], Value::Null);
}
