"""The values of conditions, read exactly: numbers, instants, addresses, bytes; patterns with stars; variables.

Every reader returns None for a text that it cannot read.
"""

import re
from decimal import Decimal

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,6})?", re.ASCII)
_DATE = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?",
    re.ASCII,
)
_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = re.compile(rf"{_BYTE}(?:\.{_BYTE}){{3}}", re.ASCII)
_GROUP = re.compile(r"[0-9A-Fa-f]{1,4}", re.ASCII)
_PREFIX = re.compile(r"0|[1-9][0-9]{0,2}", re.ASCII)
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
VARIABLES = ("uin", "owner_uin", "app_id")
# The two halves of a tag of the caller; in condition values only.
TAG_VARIABLES = ("qcs:principal_tag_key", "qcs:principal_tag_value")
TAG_KEYS = ("qcs:resource_tag", "qcs:request_tag", "qcs:principal_tag", "qcs:tag")
_VARIABLE = re.compile(r"\$\{(uin|owner_uin|app_id|qcs:principal_tag_key|qcs:principal_tag_value)\}")


def number(text):
    """An exact decimal."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def date(text):
    """Nanoseconds since 0000-01-01T00:00:00Z."""
    found = _DATE.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    if not 1 <= month <= 12 or not 1 <= day <= _days_of(year, month) or hour > 23 or minute > 59 or second > 59:
        return None
    days = _days_before(year) + sum(_days_of(year, m) for m in range(1, month)) + day - 1
    seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
    zone = found.group(8)
    if zone and zone != "Z":
        hours, minutes = int(zone[1:3]), int(zone[4:6])
        if hours > 23 or minutes > 59:
            return None
        shift = (hours * 60 + minutes) * 60
        seconds += -shift if zone[0] == "+" else shift
    return seconds * 10**9 + int((found.group(7) or "").ljust(9, "0"))


def _leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days_of(year, month):
    return 29 if month == 2 and _leap(year) else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def _days_before(year):
    """Days from year 0 to the first of January of `year`; year 0 is a leap year."""
    if year == 0:
        return 0
    before = year - 1
    return year * 365 + before // 4 - before // 100 + before // 400 + 1


def boolean(text):
    return {"true": True, "false": False}.get(text)


def binary(text):
    """The bytes of a base64 text. Its padding must be complete or absent, its unused bits zero."""
    body = text.rstrip("=")
    padding = len(text) - len(body)
    if any(c not in _BASE64 for c in body) or len(body) % 4 == 1:
        return None
    if padding and (padding > 2 or len(text) % 4):
        return None
    bits = "".join(format(_BASE64.index(c), "06b") for c in body)
    whole = len(bits) // 8 * 8
    if "1" in bits[whole:]:
        return None
    return bytes(int(bits[i:i + 8], 2) for i in range(0, whole, 8))


def address(text):
    """Returns (bits of the family, number). An IPv4-mapped IPv6 address is an IPv4 address."""
    if _IPV4.fullmatch(text):
        return 32, _quad(text)
    value = _ipv6(text)
    if value is None:
        return None
    if value >> 32 == 0xFFFF:
        return 32, value & 0xFFFFFFFF
    return 128, value


def network(text):
    """Returns (bits of the family, length of the prefix, prefix). A single address is a range of one."""
    name, slash, prefix = text.partition("/")
    if _IPV4.fullmatch(name):
        bits, value = 32, _quad(name)
    else:
        bits, value = 128, _ipv6(name)
        if value is None:
            return None
    length = bits
    if slash:
        if not _PREFIX.fullmatch(prefix) or int(prefix) > bits:
            return None
        length = int(prefix)
    if bits == 128 and value >> 32 == 0xFFFF and length >= 96:
        bits, value, length = 32, value & 0xFFFFFFFF, length - 96
    return bits, length, value >> (bits - length)


def lies_in(place, area):
    bits, length, leading = area
    return place[0] == bits and place[1] >> (bits - length) == leading


def _quad(text):
    value = 0
    for part in text.split("."):
        value = value << 8 | int(part)
    return value


def _ipv6(text):
    halves = text.split("::")
    if len(halves) > 2 or ":" not in text:
        return None
    groups = []
    for index, half in enumerate(halves):
        parts = half.split(":") if half else []
        numbers = []
        for place, part in enumerate(parts):
            last = place == len(parts) - 1 and index == len(halves) - 1
            if last and _IPV4.fullmatch(part):
                numbers += [_quad(part) >> 16, _quad(part) & 0xFFFF]
            elif _GROUP.fullmatch(part):
                numbers.append(int(part, 16))
            else:
                return None
        groups.append(numbers)
    if len(groups) == 2:
        # `::` stands for at least one group of zeros.
        missing = 8 - len(groups[0]) - len(groups[1])
        if missing < 1:
            return None
        numbers = groups[0] + [0] * missing + groups[1]
    else:
        numbers = groups[0]
    if len(numbers) != 8:
        return None
    value = 0
    for group in numbers:
        value = value << 16 | group
    return value


def fold(text):
    """The text with each character in lower case, converted by itself."""
    return "".join(c.lower() for c in text)


def pieces(pattern):
    """The parts of a pattern between its stars."""
    return pattern.split("*")


def like(parts, text):
    """Whether the text consists of `parts` with any characters between them."""
    if len(parts) == 1:
        return parts[0] == text
    first, last = parts[0], parts[-1]
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in parts[1:-1]:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def spans(parts, pair):
    """Whether the pattern matches both halves when it is cut at one of its stars. That star ends the first part of the
    pattern and begins the second."""
    key, value = pair
    return any(like(parts[:at] + [""], key) and like([""] + parts[at:], value) for at in range(1, len(parts)))


def tag(key, text):
    """The two halves of the text if the condition key's values are tags and it contains `&`; otherwise the text itself."""
    return tuple(text.split("&", 1)) if key in TAG_KEYS and "&" in text else text


def variables(text, known=VARIABLES + TAG_VARIABLES):
    """The text cut at its variables: texts at even places, names at odd ones; None if a `${` begins no known variable."""
    cut = _VARIABLE.split(text)
    if any("${" in part for part in cut[::2]) or any(name not in known for name in cut[1::2]):
        return None
    return cut


def fill(cut, caller):
    """The text with the caller's values in place of variables; None if the caller lacks one."""
    if len(cut) == 1:
        return cut[0]
    out = []
    for place, part in enumerate(cut):
        if place % 2:
            part = caller[part]
            if part is None:
                return None
        out.append(part)
    return "".join(out)


def fill_pattern(cut, caller):
    """The parts of a pattern with the caller's values, in which stars are literal; None if the caller lacks one."""
    out = [""]
    for place, part in enumerate(cut):
        if place % 2:
            part = caller[part]
            if part is None:
                return None
            out[-1] += part
        else:
            first, *rest = part.split("*")
            out[-1] += first
            out += rest
    return out
