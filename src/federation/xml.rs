//! Reads XML strictly: no document type, no entities of its own, bounded depth, and no text that a comment divides.

use super::Flaw;
use uppsala::dom::NodeKind;
use uppsala::parser::Parser;
use uppsala::{Document, NodeId};

/// The namespace of assertions.
pub(super) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// The namespace of responses.
pub(super) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// The namespace of metadata.
pub(super) const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// The namespace of signatures.
pub(super) const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";

/// A namespace and a local name.
pub(super) type Name = (&'static str, &'static str);

const DEEPEST: u32 = 32;

/// The most tags and the most namespace declarations of a document: what is canonicalised costs their product.
const MOST_TAGS: usize = 4096;
const MOST_DECLARATIONS: usize = 256;

/// Parses a document.
pub(super) fn parse(text: &str) -> Result<Document<'_>, Flaw> {
    if text.matches('<').count() > MOST_TAGS || text.matches("xmlns").count() > MOST_DECLARATIONS {
        return Err(Flaw::from("the document has too many elements or namespaces"));
    }
    Parser::new()
        .with_forbid_dtd(true)
        .with_forbid_entities(true)
        .with_max_depth(DEEPEST)
        .parse(text)
        .map_err(|_| Flaw::from("the document is not well-formed XML, or has a document type"))
}

/// Returns whether the node is an element with this name.
pub(super) fn is(doc: &Document<'_>, node: NodeId, (namespace, local): Name) -> bool {
    doc.element(node).is_some_and(|element| element.matches_name_ns(namespace, local))
}

/// Returns the root element, which must have this name.
pub(super) fn root(doc: &Document<'_>, name: Name) -> Result<NodeId, Flaw> {
    doc.document_element()
        .filter(|node| is(doc, *node, name))
        .ok_or_else(|| Flaw(format!("the root of the document must be the element `{}`", name.1)))
}

/// Returns the child elements.
pub(super) fn elements(doc: &Document<'_>, node: NodeId) -> Vec<NodeId> {
    doc.children_iter(node).filter(|child| doc.element(*child).is_some()).collect()
}

/// Returns the child elements with this name.
pub(super) fn children(doc: &Document<'_>, node: NodeId, name: Name) -> Vec<NodeId> {
    doc.children_iter(node).filter(|child| is(doc, *child, name)).collect()
}

/// Returns the only child element with this name; `None` when there is none.
pub(super) fn optional(doc: &Document<'_>, node: NodeId, name: Name) -> Result<Option<NodeId>, Flaw> {
    match children(doc, node, name).as_slice() {
        [] => Ok(None),
        [child] => Ok(Some(*child)),
        _ => Err(Flaw(format!("there is more than one element `{}`", name.1))),
    }
}

/// Returns the only child element with this name.
pub(super) fn one(doc: &Document<'_>, node: NodeId, name: Name) -> Result<NodeId, Flaw> {
    optional(doc, node, name)?.ok_or_else(|| Flaw(format!("the element `{}` is missing", name.1)))
}

/// Returns every element of the document with this name.
pub(super) fn everywhere(doc: &Document<'_>, name: Name) -> Vec<NodeId> {
    doc.get_elements_by_tag_name_ns(name.0, name.1)
}

/// Returns the value of an attribute without a namespace.
pub(super) fn attribute<'d>(doc: &'d Document<'_>, node: NodeId, name: &str) -> Option<&'d str> {
    let attributes = &doc.element(node)?.attributes;
    let found = attributes.iter().find(|it| it.name.namespace_uri.is_none() && *it.name.local_name == *name);
    found.map(|attribute| &*attribute.value)
}

/// Returns the value of an attribute that must be there.
pub(super) fn required<'d>(doc: &'d Document<'_>, node: NodeId, name: &str) -> Result<&'d str, Flaw> {
    attribute(doc, node, name).ok_or_else(|| Flaw(format!("the attribute `{name}` is missing")))
}

/// Returns the text of an element that contains nothing else. A comment is refused: what stands before and after one
/// is a single text to a signature, but not to every reader.
pub(super) fn text(doc: &Document<'_>, node: NodeId) -> Result<String, Flaw> {
    let mut text = String::new();
    for child in doc.children_iter(node) {
        match doc.node_kind(child) {
            Some(NodeKind::Text(part) | NodeKind::CData(part)) => text.push_str(part),
            _ => {
                let name = doc.element(node).map(|element| element.name.local_name.to_string()).unwrap_or_default();
                return Err(Flaw(format!("the element `{name}` must contain text alone")));
            }
        }
    }
    Ok(text.trim().to_owned())
}
