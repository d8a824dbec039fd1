//! Finds operations by method and path, for the clouds whose requests do not name an action.

use super::contract::Op;
use super::decode::Json;
use http::Method;

/// Returns the operation of this method and path, with the path's parameters by name.
///
/// A segment in braces, such as `{name}` in `/v1/role/{name}`, matches any segment that is not empty. Fixed segments are
/// compared as they were sent; parameters are percent-decoded.
pub fn find(operations: &'static [Op], method: &Method, path: &str) -> Option<(&'static Op, Vec<(String, Json)>)> {
    operations.iter().find_map(|op| {
        let (of_op, pattern) = op.path?;
        if of_op != method.as_str() {
            return None;
        }
        parameters(pattern, path).map(|found| (op, found))
    })
}

fn parameters(pattern: &str, path: &str) -> Option<Vec<(String, Json)>> {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let mut found = Vec::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(found),
            (Some(wanted), Some(given)) => match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(_) if given.is_empty() => return None,
                Some(name) => {
                    // PostgreSQL cannot store this character.
                    let text = percent_decoded(given).filter(|text| !text.contains('\0'))?;
                    found.push((name.to_owned(), Json::Text(text)));
                }
                None if wanted == given => {}
                None => return None,
            },
            _ => return None,
        }
    }
}

/// Replaces percent-encoded bytes. `None` if two hexadecimal digits do not follow a `%`, or the bytes are not UTF-8.
pub fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_gives_its_parameters() {
        let read = |path| {
            let found = parameters("/v1/role/{name}/policy/{id}", path)?;
            Some(found.into_iter().map(|(name, value)| format!("{name}={value:?}")).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(read("/v1/role/a%2fb/policy/7").unwrap(), r#"name=Text("a/b") id=Text("7")"#);
        for path in [
            "/v1/role/a/policy",
            "/v1/role/a/policy/7/",
            "/v1/role//policy/7",
            "/v2/role/a/policy/7",
            "/v1/role/%zz/policy/7",
            "/v1/role/%ff/policy/7",
            "/v1/role/%0/policy/7",
            "/v1/role/%00/policy/7",
            "v1/role/a/policy/7",
        ] {
            assert_eq!(read(path), None, "{path}");
        }
    }
}
