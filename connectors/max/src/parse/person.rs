//! Who the client is.

use connector_api::{Address, Party};

use crate::wire::User;

/// A user's number is the same for ever; the user name changes hands.
pub(super) fn party(user: &User) -> Party {
    Party {
        addresses: user.user_id.map(|id| Address::opaque("max", id.to_string())).into_iter().collect(),
        name: name(user),
        username: filled(user.username.as_ref()),
    }
}

/// First and last name, or the provider's older single one.
pub(super) fn name(user: &User) -> Option<String> {
    let parts: Vec<String> =
        [&user.first_name, &user.last_name].into_iter().filter_map(|part| filled(part.as_ref())).collect();
    if parts.is_empty() { filled(user.name.as_ref()) } else { Some(parts.join(" ")) }
}

fn filled(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}
