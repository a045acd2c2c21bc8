//! Forms as bytes: a signature covers what arrived, whatever its charset.

/// Fields in the order of arrival, the body before the query. Names are in lower case.
#[derive(Debug)]
pub(crate) struct Form(Vec<(String, Vec<u8>)>);

impl Form {
    /// Reads body and query together; on a clash the body wins.
    pub(crate) fn read(query: &str, body: &[u8]) -> Self {
        let mut fields = decode(body);
        for (name, value) in decode(query.as_bytes()) {
            if !fields.iter().any(|(known, _)| *known == name) {
                fields.push((name, value));
            }
        }
        Self(fields)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first field of this name; empty where there is none.
    pub(crate) fn bytes(&self, name: &str) -> &[u8] {
        self.0.iter().find(|(known, _)| known == name).map_or(&[], |(_, value)| value)
    }

    /// A field that should be plain ASCII: an id, a number, a time.
    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8_lossy(self.bytes(name)).trim().replace('\0', "\u{fffd}")
    }

    /// All fields, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
    }
}

fn decode(input: &[u8]) -> Vec<(String, Vec<u8>)> {
    input
        .split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let name = String::from_utf8_lossy(&unescape(&pair[..at])).to_ascii_lowercase();
            (name, unescape(pair.get(at + 1..).unwrap_or_default()))
        })
        .collect()
}

/// `+` is a space, `%41` a byte; a `%` without two hex digits stands for itself.
fn unescape(input: &[u8]) -> Vec<u8> {
    let mut output = Vec::with_capacity(input.len());
    let mut rest = input;
    while let [first, tail @ ..] = rest {
        rest = tail;
        let byte = match (first, tail) {
            (b'+', _) => b' ',
            (b'%', [high, low, after @ ..]) => match (hex_digit(*high), hex_digit(*low)) {
                (Some(high), Some(low)) => {
                    rest = after;
                    high << 4 | low
                }
                _ => b'%',
            },
            _ => *first,
        };
        output.push(byte);
    }
    output
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_out_as_they_were_meant() {
        let form = Form::read("a=query&c=%2", b"A=%FF%2b+x%zz%&b&&=empty");
        assert_eq!(form.bytes("a"), b"\xff+ x%zz%");
        assert_eq!(form.bytes("b"), b"");
        assert_eq!(form.bytes("c"), b"%2");
        assert_eq!(form.iter().count(), 4);
    }
}
