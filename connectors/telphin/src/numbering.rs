//! Which numbers are ours: extensions, menus, queues, and how the rest is read.

use std::collections::{BTreeMap, BTreeSet};

use connector_api::{LegSide, PhoneNumber, Region};

use crate::{Config, GroupKind};

/// The longest number that counts as an extension where the account names none.
const LONGEST_UNLISTED_EXTENSION: usize = 5;

/// The numbers of one account.
#[derive(Debug)]
pub(crate) struct Numbering {
    /// Empty: the account did not say.
    extensions: BTreeSet<String>,
    /// By number and by id.
    groups: BTreeMap<String, GroupKind>,
    region: Region,
}

impl Numbering {
    pub(crate) fn new(config: &Config) -> Self {
        let named = |text: &String| Some(short(text).to_owned()).filter(|number| !number.is_empty());
        Self {
            extensions: config.extensions.iter().filter_map(named).collect(),
            groups: config
                .groups
                .iter()
                .filter_map(|group| Some((named(&group.extension)?, group.kind)))
                .collect(),
            region: config.region,
        }
    }

    /// Whether a number as it came is one of our extensions. `named` are extensions that the same event names.
    pub(crate) fn is_extension(&self, number: &str, named: &[&str]) -> bool {
        let number = without_domain(number);
        if number.contains('*') {
            return true;
        }
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return false;
        }
        named.contains(&number)
            || self.groups.contains_key(number)
            || self.extensions.contains(number)
            || (self.extensions.is_empty() && number.len() <= LONGEST_UNLISTED_EXTENSION)
    }

    /// Whose leg it is; `bridged` is whether the event has the field that only groups have.
    pub(crate) fn side(&self, number: Option<&str>, id: Option<&str>, bridged: bool) -> LegSide {
        let kind = [number, id].into_iter().flatten().find_map(|key| self.groups.get(key));
        match kind {
            Some(GroupKind::Queue) => LegSide::Group { rank: 1 },
            Some(GroupKind::Menu) => LegSide::Group { rank: 0 },
            None if bridged => LegSide::Group { rank: 0 },
            None => LegSide::Person,
        }
    }

    /// An outside number.
    pub(crate) fn phone(&self, text: &str) -> Option<PhoneNumber> {
        PhoneNumber::parse(without_domain(text), self.region)
    }
}

/// The part that people dial: `10129*101@sipproxy.telphin.ru` is `101`. Leading zeros stay.
pub(crate) fn short(extension: &str) -> &str {
    let name = without_domain(extension);
    name.rsplit_once('*').map_or(name, |(_, number)| number)
}

fn without_domain(text: &str) -> &str {
    text.split('@').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbering(json: &str) -> Numbering {
        Numbering::new(&serde_json::from_str(json).expect("a configuration"))
    }

    #[test]
    fn a_list_of_extensions_decides_over_the_length() {
        let unlisted = numbering(r#"{"secret":"s"}"#);
        let listed = numbering(r#"{"secret":"s","extensions":["10129*101","1234567"],"groups":"099:menu"}"#);
        for (number, without_list, with_list) in [
            ("10129*777", true, true),
            ("10129*777@sipproxy.telphin.ru", true, true),
            ("101", true, true),
            ("099", true, true),
            ("112", true, false),
            ("12345", true, false),
            ("123456", false, false),
            ("1234567", false, true),
            ("+101", false, false),
            ("+79000000001", false, false),
            ("anonymous", false, false),
            ("", false, false),
        ] {
            assert_eq!(unlisted.is_extension(number, &[]), without_list, "{number} without a list");
            assert_eq!(listed.is_extension(number, &[]), with_list, "{number} with a list");
        }
        assert!(listed.is_extension("102", &["102"]), "the event itself names the extension");
    }

    #[test]
    fn a_group_is_found_by_number_and_by_id() {
        let numbering = numbering(r#"{"secret":"s","groups":"10129*099:menu, 410200:queue"}"#);
        assert_eq!(numbering.side(Some("099"), None, false), LegSide::Group { rank: 0 });
        assert_eq!(numbering.side(Some("200"), Some("410200"), false), LegSide::Group { rank: 1 });
        assert_eq!(numbering.side(Some("300"), None, true), LegSide::Group { rank: 0 });
        assert_eq!(numbering.side(Some("101"), Some("410101"), false), LegSide::Person);
    }
}
