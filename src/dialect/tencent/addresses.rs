//! Addresses as sign-in policies write them: one address, a network, or a range.

use std::net::IpAddr;

/// The first and the last address of a span, and whether they have the long form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressSpan {
    long: bool,
    first: u128,
    last: u128,
}

impl AddressSpan {
    /// Reads `192.0.2.1`, `192.0.2.0/24`, `192.0.2.1-192.0.2.9`, and their like with long addresses.
    pub fn read(text: &str) -> Option<AddressSpan> {
        if let Some((first, last)) = text.split_once('-') {
            let ((long, first), (also_long, last)) = (number(first)?, number(last)?);
            return (long == also_long && first <= last).then_some(AddressSpan { long, first, last });
        }
        let Some((address, length)) = text.split_once('/') else {
            let (long, first) = number(text)?;
            return Some(AddressSpan { long, first, last: first });
        };
        let (long, address) = number(address)?;
        let bits = if long { 128 } else { 32 };
        let length: u32 = length.parse().ok().filter(|length| *length <= bits)?;
        let hosts = 1_u128.checked_shl(bits - length).map_or(u128::MAX, |size| size - 1);
        let first = address & !hosts;
        Some(AddressSpan { long, first, last: first | hosts })
    }

    /// Returns whether both have an address in common.
    pub fn overlaps(&self, other: &AddressSpan) -> bool {
        self.long == other.long && self.first <= other.last && other.first <= self.last
    }
}

fn number(text: &str) -> Option<(bool, u128)> {
    Some(match text.parse().ok()? {
        IpAddr::V4(address) => (false, u128::from(u32::from(address))),
        IpAddr::V6(address) => (true, u128::from(address)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_compared() {
        let read = |text: &str| AddressSpan::read(text).unwrap();
        assert_eq!(read("192.0.2.7/24"), read("192.0.2.0-192.0.2.255"));
        assert_eq!(read("0.0.0.0/0"), read("0.0.0.0-255.255.255.255"));
        assert_eq!(read("::/0"), read("::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
        assert!(read("192.0.2.0/24").overlaps(&read("192.0.2.9")));
        assert!(!read("192.0.2.0/25").overlaps(&read("192.0.2.128/25")));
        assert!(!read("0.0.0.1").overlaps(&read("::1")));
        for wrong in
            ["", "x", "192.0.2", "192.0.2.1/33", "192.0.2.9-192.0.2.1", "::1-192.0.2.1", "192.0.2.1/", "::/129"]
        {
            assert!(AddressSpan::read(wrong).is_none(), "{wrong}");
        }
    }
}
