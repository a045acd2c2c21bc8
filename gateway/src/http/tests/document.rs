use std::collections::BTreeSet;

use http::{Method, StatusCode, header};
use serde_json::Value;
use sqlx::PgPool;

use crate::http::testing::Stage;

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation.clone()))
        })
        .collect()
}

/// Every `$ref` of the document, wherever it stands.
fn references(part: &Value, found: &mut BTreeSet<String>) {
    match part {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                found.insert(reference.clone());
            }
            fields.values().for_each(|field| references(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn the_document_is_openapi_3_1_without_loose_ends(pool: PgPool) {
    let document = Stage::new(pool).browser().get("/api/openapi.json").await.body;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for reference in found {
        let pointer = reference.strip_prefix('#').expect("references stay in the document");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let tags: BTreeSet<_> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].clone())
        .map(|tag| tag.to_string())
        .collect();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let name = format!("{method} {path}");
        assert!(ids.insert(operation["operationId"].to_string()), "{name}: the id is not unique");
        assert!(tags.contains(&operation["tags"][0].to_string()), "{name}: the tag has no description");
        assert!(operation["summary"].is_string(), "{name}: no summary");
        let in_path = path.matches('{').count();
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        assert_eq!(
            parameters.iter().filter(|parameter| parameter["in"] == "path").count(),
            in_path,
            "{name}"
        );
        let problems = operation["responses"].as_object().unwrap();
        assert!(problems.keys().any(|status| status.starts_with('4')), "{name}: no problems");
        for (status, response) in problems {
            assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{name} {status}");
        }
    }
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn every_route_of_the_document_exists_and_wants_a_signed_in_user(pool: PgPool) {
    let stage = Stage::new(pool);
    let document = stage.browser().get("/api/openapi.json").await.body;
    let all = operations(&document);
    assert!(all.len() >= 25, "only {} operations", all.len());
    for (method, path, operation) in all {
        let open = operation["security"].as_array().is_some_and(|ways| ways.contains(&serde_json::json!({})));
        let id = "00000000-0000-7000-8000-000000000000";
        let path = path.replace("{id}", id).replace("{code}", "manager").replace("{name}", "digest");
        let path = path.replace("{currency}", "USD").replace("{effective_on}", "2026-06-05");
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let answer = stage.browser().ask(method.clone(), &path, None).await;
        let expected = if open { StatusCode::UNSUPPORTED_MEDIA_TYPE } else { StatusCode::UNAUTHORIZED };
        assert_eq!(answer.status, expected, "{method} {path}");
    }
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn the_page_of_the_document_needs_nothing_from_outside(pool: PgPool) {
    let browser = Stage::new(pool).browser();
    for path in ["/api/docs", "/api/docs/page.css", "/api/docs/page.js"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    }
}

#[test]
fn the_committed_document_is_what_the_program_says() {
    let said = crate::http::api::document().to_pretty_json().unwrap();
    let committed = include_str!("../../../web/openapi.json");
    assert!(said.trim() == committed.trim(), "gateway/web/openapi.json is out of date: run tests/prepare");
}
