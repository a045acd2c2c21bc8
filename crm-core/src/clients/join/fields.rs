//! Which value stays when two cards become one. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::FieldChange;

/// Whose value is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Of the card that stays.
    Survivor,
    /// Of the card that is joined into it.
    Absorbed,
}

/// A person's choice per field.
pub type Choices = BTreeMap<String, Side>;

/// A field that differs and for which nobody chose.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FieldConflict {
    /// As in the JSON of the card.
    pub field: String,
    /// The value of the card that stays.
    #[schema(value_type = Option<Object>)]
    pub survivor: Value,
    /// The value of the card that is joined into it.
    #[schema(value_type = Option<Object>)]
    pub absorbed: Value,
}

/// The changes to the survivor, or the fields for which a choice is missing. An empty value gives way to a full one, a
/// name that an event made to one that a person gave, the common base to «Клиент».
pub fn merged(
    survivor: &Map<String, Value>,
    absorbed: &Map<String, Value>,
    choices: &Choices,
) -> Result<Vec<FieldChange>, Vec<FieldConflict>> {
    let mut changes = Vec::new();
    let mut conflicts = Vec::new();
    for (field, own) in survivor {
        let other = absorbed.get(field).unwrap_or(&Value::Null);
        // Whether a person has touched a card is no value to choose: from now on one has.
        if own == other || field == "automatic" {
            continue;
        }
        match choices.get(field).copied().or_else(|| obvious(field, survivor, absorbed)) {
            Some(Side::Survivor) => {}
            Some(Side::Absorbed) => {
                changes.push(FieldChange { field: field.clone(), before: own.clone(), after: other.clone() });
            }
            None => conflicts.push(FieldConflict {
                field: field.clone(),
                survivor: own.clone(),
                absorbed: other.clone(),
            }),
        }
    }
    if conflicts.is_empty() { Ok(changes) } else { Err(conflicts) }
}

fn obvious(field: &str, survivor: &Map<String, Value>, absorbed: &Map<String, Value>) -> Option<Side> {
    let (own, other) = (&survivor[field], absorbed.get(field).unwrap_or(&Value::Null));
    let unnamed = |card: &Map<String, Value>| card.get("name_is_chosen") == Some(&Value::Bool(false));
    match field {
        _ if other.is_null() => Some(Side::Survivor),
        _ if own.is_null() => Some(Side::Absorbed),
        "status" => Some(if *other == "client" { Side::Absorbed } else { Side::Survivor }),
        "name_is_chosen" => Some(if *other == Value::Bool(true) { Side::Absorbed } else { Side::Survivor }),
        "name" if unnamed(absorbed) => Some(Side::Survivor),
        "name" if unnamed(survivor) => Some(Side::Absorbed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn card(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }

    #[test]
    fn what_differs_is_asked_and_what_is_obvious_is_not() {
        let a = card(
            json!({"name": "А", "automatic": false, "status": "common_base", "inn": null, "city": "Уфа"}),
        );
        let b = card(
            json!({"name": "Б", "automatic": false, "status": "client", "inn": "7707083893", "city": "Омск"}),
        );
        let asked = merged(&a, &b, &Choices::new()).expect_err("two fields differ");
        assert_eq!(asked.iter().map(|c| c.field.as_str()).collect::<Vec<_>>(), ["city", "name"]);

        let choices = Choices::from([("city".into(), Side::Absorbed), ("name".into(), Side::Survivor)]);
        let changes = merged(&a, &b, &choices).expect("all is chosen");
        let changed: Vec<(&str, &Value)> = changes.iter().map(|c| (c.field.as_str(), &c.after)).collect();
        assert_eq!(
            changed,
            [("city", &json!("Омск")), ("inn", &json!("7707083893")), ("status", &json!("client"))]
        );
    }

    #[test]
    fn a_name_that_nobody_chose_gives_way() {
        let a = card(json!({"name": "+7 916", "name_is_chosen": false}));
        let b = card(json!({"name": "Ромашка", "name_is_chosen": true}));
        let names = |result: Result<Vec<FieldChange>, _>| {
            result.map(|changes| changes.into_iter().map(|change| change.field).collect::<Vec<_>>())
        };
        assert_eq!(names(merged(&a, &b, &Choices::new())), Ok(vec!["name".into(), "name_is_chosen".into()]));
        assert_eq!(names(merged(&b, &a, &Choices::new())), Ok(vec![]));
    }
}
