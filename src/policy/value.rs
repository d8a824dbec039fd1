//! Values that conditions compare: exact decimals, instants, addresses, bytes.
//!
//! A parser returns `None` for a text that it cannot read, and never guesses or rounds. Floating point is deliberately
//! absent: `1.10` equals `1.1`, and an identifier of twenty digits equals only itself.

use std::cmp::Ordering;
use std::net::{IpAddr, Ipv6Addr};

/// An exact decimal number `0.digits × 10^point`, without leading or trailing zeros; zero has no digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    digits: Box<str>,
    point: i64,
}

impl Decimal {
    /// Parses a number such as `-12.50`, `007` or `1e3`. It must have no leading plus sign, digits on both sides of a
    /// point, and at most six digits in its exponent.
    pub(super) fn read(text: &str) -> Option<Decimal> {
        let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) if all_digits(fraction) => (whole, fraction),
            Some(_) => return None,
            None => (mantissa, ""),
        };
        if !all_digits(whole) {
            return None;
        }
        let all = format!("{whole}{fraction}");
        let significant = all.trim_start_matches('0');
        let leading = all.len() - significant.len();
        let digits = significant.trim_end_matches('0');
        if digits.is_empty() {
            return Some(Decimal { negative: false, digits: "".into(), point: 0 });
        }
        let point = i64::try_from(whole.len()).ok()? - i64::try_from(leading).ok()? + exponent;
        Some(Decimal { negative, digits: digits.into(), point })
    }

    /// Returns the digits without leading and trailing zeros.
    pub(super) fn digits(&self) -> &str {
        &self.digits
    }

    /// Compares by value.
    pub(super) fn compare(&self, other: &Decimal) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.compare_magnitude(other),
            (true, true) => other.compare_magnitude(self),
        }
    }

    fn compare_magnitude(&self, other: &Decimal) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits)),
        }
    }
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn read_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let size: i64 = (all_digits(digits) && digits.len() <= 6).then(|| digits.parse().ok())??;
    Some(if text.starts_with('-') { -size } else { size })
}

/// A point in time: seconds since 1970-01-01T00:00:00Z, and nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Instant {
    seconds: i64,
    nanos: u32,
}

impl Instant {
    /// Parses a time such as `2022-05-31T00:00:00Z`, `2022-05-31T08:00:00.5+08:00` or `2022-05-31 00:00:00`.
    ///
    /// A time without a zone is UTC, because the operators are documented to take UTC. One space may replace `T`; `T`
    /// and `Z` must be capitals. Leap seconds and the hour 24 are refused.
    pub(super) fn read(text: &str) -> Option<Instant> {
        let (date, time) = text.split_at_checked(10)?;
        let time = time.strip_prefix(['T', ' '])?;
        let (clock, rest) = time.split_at_checked(8)?;
        let [year, month, day] = three(date, '-', [4, 2, 2])?;
        let [hour, minute, second] = three(clock, ':', [2, 2, 2])?;
        let in_month = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        if !in_month || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let (nanos, zone) = read_fraction(rest)?;
        let offset = read_zone(zone)?;
        let seconds = days_since_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset;
        Some(Instant { seconds, nanos })
    }
}

/// Splits a text into three numbers of fixed width with a separator between them.
fn three(text: &str, separator: char, widths: [usize; 3]) -> Option<[i64; 3]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; 3];
    for (number, width) in numbers.iter_mut().zip(widths) {
        *number = parts.next().filter(|part| part.len() == width && all_digits(part))?.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

fn read_fraction(text: &str) -> Option<(u32, &str)> {
    let Some(after) = text.strip_prefix('.') else {
        return Some((0, text));
    };
    let zone = after.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = after.strip_suffix(zone)?;
    if !(1..=9).contains(&digits.len()) {
        return None;
    }
    Some((format!("{digits:0<9}").parse().ok()?, zone))
}

fn read_zone(text: &str) -> Option<i64> {
    if text.is_empty() || text == "Z" {
        return Some(0);
    }
    let (sign, clock) = match text.split_at_checked(1)? {
        ("+", clock) => (1, clock),
        ("-", clock) => (-1, clock),
        _ => return None,
    };
    let [hours, minutes, _] = three(&format!("{clock}:00"), ':', [2, 2, 2])?;
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 3_600 + minutes * 60))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Counts days from 1970-01-01 in the proleptic Gregorian calendar. Years begin in March, so that the leap day comes
/// last.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

/// An address range; a single address is a range of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    is_v4: bool,
    bits: u128,
    mask: u128,
}

impl Network {
    /// Parses an address or a range, such as `192.0.2.1`, `2001:db8::/32` or `10.217.182.3/24`. Host bits are ignored.
    /// An IPv4-mapped IPv6 range is the IPv4 range.
    pub(super) fn read(text: &str) -> Option<Network> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let written: IpAddr = address.parse().ok()?;
        let width: u32 = if written.is_ipv4() { 32 } else { 128 };
        let length = match prefix {
            None => width,
            Some(digits) if all_digits(digits) && (digits.len() == 1 || !digits.starts_with('0')) => {
                digits.parse().ok()?
            }
            Some(_) => return None,
        };
        if length > width {
            return None;
        }
        // Every range is stored in 128 bits, IPv4 as IPv4-mapped IPv6.
        let length = length + (128 - width);
        let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
        let (bits, mapped) = to_bits(written);
        Some(Network { is_v4: mapped && length >= 96, bits: bits & mask, mask })
    }

    /// Whether the address lies in the range. IPv6 ranges contain no IPv4 address, not even `::/0`.
    pub(super) fn contains(&self, address: Address) -> bool {
        self.is_v4 == address.is_v4 && address.bits & self.mask == self.bits
    }
}

/// A single address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address {
    is_v4: bool,
    bits: u128,
}

impl Address {
    /// Parses an IPv4 or IPv6 address; an IPv4-mapped one is the IPv4 address.
    pub(super) fn read(text: &str) -> Option<Address> {
        let (bits, is_v4) = to_bits(text.parse().ok()?);
        Some(Address { is_v4, bits })
    }
}

fn to_bits(address: IpAddr) -> (u128, bool) {
    let mapped: Ipv6Addr = match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped(),
        IpAddr::V6(v6) => v6,
    };
    (mapped.to_bits(), mapped.to_ipv4_mapped().is_some())
}

/// Parses standard base64 and returns its canonical text without padding.
///
/// Two such texts are equal exactly when the bytes are. Padding may be omitted, but if present it must be complete, and
/// unused bits must be zero.
pub(super) fn read_binary(text: &str) -> Option<&str> {
    let digits = text.trim_end_matches('=');
    let unused_bits = match digits.len() % 4 {
        0 => 0,
        2 => 4,
        3 => 2,
        _ => return None,
    };
    let padding = text.len() - digits.len();
    if padding != 0 && (!text.len().is_multiple_of(4) || padding > 2) {
        return None;
    }
    let mut last = 0;
    for byte in digits.bytes() {
        last = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
    }
    (last & ((1u8 << unused_bits) - 1) == 0).then_some(digits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn decimals_compare_as_numbers(a in -100_000i64..100_000, b in -100_000i64..100_000, left in 0usize..5, right in 0usize..5) {
            let write = |n: i64, places: usize| {
                let digits = format!("{:0width$}", n.unsigned_abs(), width = places + 1);
                let (whole, fraction) = digits.split_at(digits.len() - places);
                let point = if places == 0 { "" } else { "." };
                format!("{}{whole}{point}{fraction}", if n < 0 { "-" } else { "" })
            };
            let scale = |n: i64, places: usize| i128::from(n) * 10_i128.pow(u32::try_from(5 - places).unwrap());
            let (x, y) = (Decimal::read(&write(a, left)).unwrap(), Decimal::read(&write(b, right)).unwrap());
            prop_assert_eq!(x.compare(&y), scale(a, left).cmp(&scale(b, right)));
            prop_assert_eq!(x == y, scale(a, left) == scale(b, right));
        }

        #[test]
        fn instants_are_those_of_another_reader(
            date in (0i32..=9999, 0u32..=13, 0u32..=32),
            time in (0u32..=24, 0u32..=60, 0u32..=60),
            zone in (any::<bool>(), 0i32..=24, 0i32..=60),
        ) {
            let ((year, month, day), (hour, minute, second), (west, hours, minutes)) = (date, time, zone);
            let sign = if west { '-' } else { '+' };
            let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{sign}{hours:02}:{minutes:02}");
            let date = chrono::NaiveDate::from_ymd_opt(year, month, day);
            let local = date.and_then(|date| date.and_hms_opt(hour, minute, second)).filter(|_| hours <= 23 && minutes <= 59);
            let offset = i64::from(hours * 3_600 + minutes * 60) * if west { -1 } else { 1 };
            let expected = local.map(|local| Instant { seconds: local.and_utc().timestamp() - offset, nanos: 0 });
            prop_assert_eq!(Instant::read(&text), expected, "{}", text);
        }

        #[test]
        fn bytes_are_those_of_another_reader(text in "([A-Za-z0-9+/]{0,9}|[AQgw089z+/]{2,3})={0,3}") {
            use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, Engine as _};
            let expected = BASE64_STANDARD.decode(&text).or_else(|_| BASE64_STANDARD_NO_PAD.decode(&text)).ok();
            let read = read_binary(&text);
            prop_assert_eq!(read.is_some(), expected.is_some(), "{}", text);
            let canonical = expected.map(|bytes| BASE64_STANDARD_NO_PAD.encode(bytes));
            prop_assert_eq!(read, canonical.as_deref());
        }
    }

    #[test]
    fn padding_is_complete_or_absent() {
        for (text, canonical) in [
            ("AZaz09+/", Some("AZaz09+/")),
            ("AA==", Some("AA")),
            ("AAA=", Some("AAA")),
            ("AA", Some("AA")),
            ("AA=", None),
        ] {
            assert_eq!(read_binary(text), canonical, "{text}");
        }
    }

    #[test]
    fn leap_days() {
        for (year, leap) in [(2024, true), (2023, false), (1900, false), (2000, true), (2100, false)] {
            assert_eq!(Instant::read(&format!("{year}-02-29T00:00:00Z")).is_some(), leap, "{year}");
        }
    }

    #[test]
    fn months_have_their_days() {
        for (month, days) in (1..).zip([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
            let is_date = |day: u32| Instant::read(&format!("2023-{month:02}-{day:02}T00:00:00Z")).is_some();
            assert_eq!(
                (is_date(0), is_date(1), is_date(days), is_date(days + 1)),
                (false, true, true, false),
                "{month}"
            );
        }
    }

    #[test]
    fn limits_of_form() {
        for (text, readable) in [
            ("1e123456", true),
            ("1e1234567", false),
            ("1e-3", true),
            ("1e", false),
            ("1e+", false),
            ("", false),
            ("-", false),
        ] {
            assert_eq!(Decimal::read(text).is_some(), readable, "{text}");
        }
        assert_eq!(Decimal::read("-0.00"), Decimal::read("0"));
        for (text, readable) in [
            ("2022-05-31T00:00:00.123456789Z", true),
            ("2022-05-31T00:00:00.1234567890Z", false),
            ("2022-05-31T00:00:00.Z", false),
            ("2022-05-31T00:00:0Z", false),
            ("2022-5-31T00:00:00Z", false),
            ("2022-+5-31T00:00:00Z", false),
            ("2022-05-3xT00:00:00Z", false),
            ("2022-05-31T00:00:00 Z", false),
        ] {
            assert_eq!(Instant::read(text).is_some(), readable, "{text}");
        }
    }

    #[test]
    fn the_epoch_is_zero() {
        assert_eq!(Instant::read("1970-01-01T00:00:00Z").unwrap(), Instant { seconds: 0, nanos: 0 });
        assert_eq!(Instant::read("2038-01-19T03:14:08.25Z").unwrap(), Instant { seconds: 1 << 31, nanos: 250_000_000 });
    }
}
