//! Computes the size of a parsed document in bytes, by which caches and the journal bound their memory.

use super::condition::{Condition, Operand};
use super::document::{
    ActionForm, ActionPattern, Document, PrincipalPattern, ResourceForm, ResourcePattern, Segments, Statement, Written,
};
use super::notation::AccountSegment;
use super::pattern::{Glob, Piece, Template};
use super::value::Decimal;

/// Overhead of one allocation, in bytes.
const ALLOCATION: usize = 16;

/// The heap memory of a value.
pub(super) trait Heap {
    /// Returns the number of bytes that the value owns on the heap.
    fn heap(&self) -> usize;
}

impl Heap for str {
    fn heap(&self) -> usize {
        0
    }
}

impl<T: Heap> Heap for [T] {
    fn heap(&self) -> usize {
        self.iter().map(Heap::heap).sum()
    }
}

impl<T: Heap + ?Sized> Heap for Box<T> {
    fn heap(&self) -> usize {
        ALLOCATION + size_of_val::<T>(self) + T::heap(self)
    }
}

impl<T: Heap> Heap for Option<T> {
    fn heap(&self) -> usize {
        self.as_ref().map_or(0, Heap::heap)
    }
}

impl Heap for super::json::Range {
    fn heap(&self) -> usize {
        0
    }
}

/// Sets the document's weight, which is computed only once.
pub(super) fn weighed(document: Document) -> Document {
    let heap = ALLOCATION + document.text.len() + document.principals.heap() + document.statements.heap();
    Document { weight: size_of::<Document>() + heap, ..document }
}

impl Heap for Statement {
    fn heap(&self) -> usize {
        self.actions.heap() + self.resources.heap() + self.conditions.heap() + self.principals.heap()
    }
}

impl Heap for Written {
    fn heap(&self) -> usize {
        self.path.heap() + self.pattern.heap()
    }
}

impl Heap for PrincipalPattern {
    fn heap(&self) -> usize {
        let texts: [&str; 2] = match self {
            PrincipalPattern::Anyone | PrincipalPattern::Anonymous | PrincipalPattern::Unreadable => return 0,
            PrincipalPattern::Account(name)
            | PrincipalPattern::Root(name)
            | PrincipalPattern::Service(name)
            | PrincipalPattern::Federated(name) => [name, ""],
            PrincipalPattern::User { account, user: name }
            | PrincipalPattern::Group { account, group: name }
            | PrincipalPattern::RoleName { account, name }
            | PrincipalPattern::RoleId { account, id: name } => [account, name],
        };
        texts.iter().map(|text| ALLOCATION + text.len()).sum()
    }
}

impl Heap for ActionPattern {
    fn heap(&self) -> usize {
        match &self.form {
            ActionForm::Match { service, operation } => service.heap() + operation.heap(),
            ActionForm::Unreadable => 0,
        }
    }
}

impl Heap for ResourcePattern {
    fn heap(&self) -> usize {
        match &self.form {
            ResourceForm::Segments(segments) => segments.heap(),
            ResourceForm::Everything | ResourceForm::Unreadable => 0,
        }
    }
}

impl Heap for Segments {
    fn heap(&self) -> usize {
        let account = match &self.account {
            AccountSegment::Id(id) => id.heap(),
            AccountSegment::Own | AccountSegment::Application(_) => 0,
        };
        self.project.heap() + self.service.heap() + self.region.heap() + account + self.item.heap()
    }
}

impl Heap for Condition {
    fn heap(&self) -> usize {
        self.values.heap() + self.key.heap() + self.operands.heap()
    }
}

impl Heap for Operand {
    fn heap(&self) -> usize {
        match self {
            Operand::Text(text) => text.heap(),
            Operand::Like(glob) => glob.heap(),
            Operand::Number(number) => number.heap(),
            Operand::Template(template) => template.heap(),
            Operand::Pair(halves) => ALLOCATION + size_of_val::<[Operand; 2]>(halves) + halves.as_slice().heap(),
            Operand::Date(_) | Operand::Bool(_) | Operand::Network(_) | Operand::Unreadable => 0,
        }
    }
}

impl Heap for Decimal {
    fn heap(&self) -> usize {
        ALLOCATION + self.digits().len()
    }
}

impl Heap for Glob {
    fn heap(&self) -> usize {
        match self {
            Glob::Any => 0,
            Glob::Exact(text) => text.heap(),
            Glob::Parts(parts) => parts.heap(),
            Glob::Templates(templates) => templates.heap(),
        }
    }
}

impl Heap for Template {
    fn heap(&self) -> usize {
        self.0.heap()
    }
}

impl Heap for Piece {
    fn heap(&self) -> usize {
        match self {
            Piece::Text(text) => text.heap(),
            Piece::Variable(_) => 0,
        }
    }
}
