//! What every language repeats of a request as it stands.

use std::borrow::Cow;

/// A text of the request, cut to a line's length.
pub fn brief(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(160) {
        None => text.into(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
    }
}

/// The parts of a sentence in backticks.
pub fn identifiers(sentence: &str) -> impl Iterator<Item = &str> {
    sentence.split('`').skip(1).step_by(2)
}

/// The service's own answer inside the gateway's refusal, as Tencent's users quote it. It is English in every language.
pub fn no_permission(action: &str, resource: &str, request_id: &str) -> String {
    // CVM writes the default project into the names of its resources.
    let cvm = resource.strip_prefix("qcs::cvm:").map(|rest| ["qcs:id/0:cvm:", rest].concat());
    let resource = cvm.as_deref().unwrap_or(resource);
    format!(
        "[[request id:{request_id}]you are not authorized to perform operation ({action})\nresource ({resource}) has no \
         permission\n]"
    )
}
