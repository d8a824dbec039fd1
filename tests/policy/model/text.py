"""A strict reader of JSON texts (RFC 8259) that keeps positions and every occurrence of a name."""

MAX_DEPTH = 32
SPACE = " \t\n\r"
DIGITS = "0123456789"
HEX = "0123456789abcdefABCDEF"
ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class NotJson(Exception):
    """The text is not JSON; `at` is the character where this is found."""

    def __init__(self, at):
        super().__init__(at)
        self.at = at


class Node:
    """A value and its position, from `start` to `end` in characters.

    kind: object (value: list of (name, start of the name, Node)), list, text, number (value: its characters), true, false, null.
    """

    __slots__ = ("kind", "value", "start", "end")

    def __init__(self, kind, value, start, end):
        self.kind, self.value, self.start, self.end = kind, value, start, end


def read(text):
    """Returns the value of the whole text."""
    node, at = _value(text, _space(text, 0), 0)
    at = _space(text, at)
    if at != len(text):
        raise NotJson(at)
    return node


def _space(text, at):
    while at < len(text) and text[at] in SPACE:
        at += 1
    return at


def _value(text, at, depth):
    if at >= len(text):
        raise NotJson(at)
    first = text[at]
    if first == "{":
        return _object(text, at, depth + 1)
    if first == "[":
        return _list(text, at, depth + 1)
    if first == '"':
        value, end = _text(text, at)
        return Node("text", value, at, end), end
    for word in ("true", "false", "null"):
        if text.startswith(word, at):
            end = at + len(word)
            return Node(word, word, at, end), end
    return _number(text, at)


def _object(text, start, depth):
    if depth > MAX_DEPTH:
        raise NotJson(start)
    members = []
    at = _space(text, start + 1)
    if text[at:at + 1] == "}":
        return Node("object", members, start, at + 1), at + 1
    while True:
        if text[at:at + 1] != '"':
            raise NotJson(at)
        name_at = at
        name, at = _text(text, at)
        at = _space(text, at)
        if text[at:at + 1] != ":":
            raise NotJson(at)
        node, at = _value(text, _space(text, at + 1), depth)
        members.append((name, name_at, node))
        at = _space(text, at)
        end = text[at:at + 1]
        if end == "}":
            return Node("object", members, start, at + 1), at + 1
        if end != ",":
            raise NotJson(at)
        at = _space(text, at + 1)


def _list(text, start, depth):
    if depth > MAX_DEPTH:
        raise NotJson(start)
    items = []
    at = _space(text, start + 1)
    if text[at:at + 1] == "]":
        return Node("list", items, start, at + 1), at + 1
    while True:
        node, at = _value(text, at, depth)
        items.append(node)
        at = _space(text, at)
        end = text[at:at + 1]
        if end == "]":
            return Node("list", items, start, at + 1), at + 1
        if end != ",":
            raise NotJson(at)
        at = _space(text, at + 1)


def _text(text, at):
    out = []
    at += 1
    while True:
        if at >= len(text):
            raise NotJson(at)
        c = text[at]
        if c == '"':
            return "".join(out), at + 1
        if c < " " or "\ud800" <= c <= "\udfff":
            raise NotJson(at)
        if c != "\\":
            out.append(c)
            at += 1
            continue
        kind = text[at + 1:at + 2]
        if kind in ESCAPES and kind:
            out.append(ESCAPES[kind])
            at += 2
        elif kind == "u":
            unit = _unit(text, at)
            at += 6
            if 0xD800 <= unit < 0xDC00:
                low = _unit(text, at)
                if not 0xDC00 <= low < 0xE000:
                    raise NotJson(at)
                at += 6
                unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
            elif 0xDC00 <= unit < 0xE000:
                raise NotJson(at)
            out.append(chr(unit))
        else:
            raise NotJson(at)


def _unit(text, at):
    digits = text[at + 2:at + 6]
    if text[at:at + 2] != "\\u" or len(digits) != 4 or any(d not in HEX for d in digits):
        raise NotJson(at)
    return int(digits, 16)


def _number(text, start):
    at = start
    if text[at:at + 1] == "-":
        at += 1
    if text[at:at + 1] == "0":
        at += 1
    else:
        at = _digits(text, at)
    if text[at:at + 1] == ".":
        at = _digits(text, at + 1)
    if text[at:at + 1] in ("e", "E"):
        at += 1
        if text[at:at + 1] in ("+", "-"):
            at += 1
        at = _digits(text, at)
    return Node("number", text[start:at], start, at), at


def _digits(text, at):
    start = at
    while at < len(text) and text[at] in DIGITS:
        at += 1
    if at == start:
        raise NotJson(at)
    return at
