"""Decides requests by layers of policies, or by a trust policy.

Tests return True, False or None (unknown), which are combined as in Kleene's logic.
"""

from . import known, values
from .document import OPERATORS, OWN_ACCOUNT


class Caller(dict):
    """The caller's variables uin, owner_uin and app_id, each a text or None."""

    def __init__(self, uin="", owner_uin="", app_id=0):
        super().__init__(uin=uin or None, owner_uin=owner_uin or None, app_id=str(app_id) if app_id else None)


class Question:
    """A request: its action; the names of its resource, or None for an operation without single resources; the values
    of each condition key; the caller's variables, and the same variables with each of the caller's tags."""

    def __init__(self, action, resource, context, caller):
        self.action = action.removeprefix("name/")
        self.service, _, self.operation = self.action.partition(":")
        self.context, self.caller = {key: [_given(key, value) for value in given] for key, given in context.items()}, caller
        self.names = None if resource is None else [_name(text, caller) for text in resource]
        # Without any tag there is one without halves, as for a text that is not a tag.
        self.tagged = [_tagged(caller, tag) for tag in self.context.get("qcs:principal_tag") or [""]]


def _given(key, value):
    """A value given as policies write it, or as the list of a tag's halves."""
    return values.tag(key, value) if isinstance(value, str) else tuple(value)


def _tagged(caller, tag):
    return {**caller, **dict(zip(values.TAG_VARIABLES, tag if isinstance(tag, tuple) else (None, None)))}


def decide(identity, boundary, session, root, question):
    """Returns (effect, reason, deciding). A layer is a list of documents, which are lists of statements, or None."""
    layers = [("identity", identity)]
    if boundary is not None:
        layers.append(("boundary", boundary))
    if session is not None:
        layers.append(("session", session))
    allows = {}
    for layer, documents in layers:
        for policy, document in enumerate(documents):
            for place, statement in enumerate(document):
                if statement.effect == "deny":
                    if matches(statement, question) is not False:
                        return "deny", "explicit_deny", (layer, policy, place)
                elif layer not in allows and matches(statement, question) is True:
                    allows[layer] = (layer, policy, place)
    for layer, _ in layers:
        if layer == "identity" and root:
            continue
        if layer not in allows:
            return "deny", {"identity": "implicit_deny", "boundary": "boundary", "session": "session_policy"}[layer], None
    needed = [allows[layer] for layer, _ in layers if not (layer == "identity" and root)]
    return "allow", "root" if root else "allow", needed[0] if needed else None


def decide_trust(document, who, question):
    allow = None
    for place, statement in enumerate(document):
        if statement.effect == "deny":
            if matches(statement, question, who) is not False:
                return "deny", "explicit_deny", ("trust", 0, place)
        elif allow is None and matches(statement, question, who) is True:
            allow = ("trust", 0, place)
    return ("allow", "allow", allow) if allow else ("deny", "trust", None)


def any_of(tests):
    """True if one is true; else unknown if one is unknown; else false."""
    result = False
    for test in tests:
        if test is True:
            return True
        if test is None:
            result = None
    return result


def all_of(tests):
    """False if one is false; else unknown if one is unknown; else true."""
    result = True
    for test in tests:
        if test is False:
            return False
        if test is None:
            result = None
    return result


def negate(test):
    return None if test is None else not test


def matches(statement, question, who=None):
    if statement.unreadable:
        return None
    result = True
    for element in (
        any_of([_action(entry, question) for entry in statement.actions]),
        any_of([_resource(entry, question) for entry in statement.resources]) if who is None else True,
        any_of([_principal(entry, who) for entry in statement.principals]) if who is not None else True,
    ):
        if element is False:
            return False
        if element is None:
            result = None
    for pair in statement.conditions:
        holds = None if pair is None else condition(pair, question)
        if holds is False:
            return False
        if holds is None:
            result = None
    return result


def _action(entry, question):
    if entry is None:
        return None
    if entry[0] == "set":
        return any_of([_action(action, question) for action in entry[1]])
    _, service, operation = entry
    return service in ("*", question.service) and values.like(operation, question.operation)


def _name(text, caller):
    segments = text.split(":", 5)
    if len(segments) != 6 or segments[0] != "qcs":
        return None
    _, project, service, region, account, item = segments
    if account and not account.startswith("uin/"):
        if not account.startswith("uid/") or not _number(account[4:]):
            return None
    return project, service, known.LONG_REGION.get(region, region), _account(account, caller, ("",)), item


def _number(text):
    return text.isascii() and text.isdigit()


def _account(account, caller, own=OWN_ACCOUNT):
    """None for the caller's own account, else the kind and number of another one. `own` lists forms of the own one."""
    if account in own:
        return None
    kind, _, number = account.partition("/")
    if kind == "uid":
        number = str(int(number))
    if number == caller["owner_uin" if kind == "uin" else "app_id"]:
        return None
    return kind, number


def _resource(entry, question):
    if entry is None or entry == "*":
        return entry and True
    if question.names is None:
        _, service, region, account, _, everything = entry
        return (
            service in ("", "*", question.service)
            and region in ("", "*")
            and _account(account, question.caller) is None
            and everything
        )
    return any_of([_names(entry, name, question.caller) for name in question.names])


def _names(entry, name, caller):
    if name is None:
        return None
    project, service, region, account, item, everything = entry
    return all_of([
        name[0] == "" or project in ("*", "id/*") or project == name[0],
        service in ("", "*") or service == name[1],
        region in ("", "*") or region == name[2],
        _account(account, caller) == name[3],
        True if everything else _item(item, name[4], caller),
    ])


def _item(cut, item, caller):
    parts = values.fill_pattern(cut, caller)
    return None if parts is None else values.like(parts, item)


def _principal(entry, who):
    if entry is None:
        return None
    form = entry[0]
    kind = who["kind"]
    if form == "everyone":
        return kind in ("root", "user", "role")
    if form == "anonymous":
        return kind == "anonymous"
    if form == "service":
        return kind == "service" and who["name"] == entry[1]
    if form == "provider":
        return kind == "federated" and who["name"] == entry[1]
    if who["account"] != entry[1]:
        return False
    if form == "account":
        return kind in ("root", "user", "role")
    if form == "root":
        return kind == "root"
    if form == "user":
        return kind == "user" and who["id"] == entry[2]
    if form == "group":
        return kind == "user" and entry[2] in who["groups"]
    if form == "role_name":
        return kind == "role" and who["name"] == entry[2]
    return kind == "role" and who["id"] == entry[2]


def condition(pair, question):
    qualifier, operator, if_exist, key, written = pair
    given = question.context.get(key, ())
    if operator == "null_equal":
        return any_of([None if cut is None else values.boolean(cut[0]) == (not given) for cut in written])
    if not given:
        return if_exist
    kind, relation, negated = OPERATORS[operator]
    wanted = [(cut, caller) for cut in written for caller in _callers(cut, question)]
    tests = [any_of([_relation(kind, relation, value, cut, caller) for cut, caller in wanted]) for value in given]
    if negated:
        tests = [negate(test) for test in tests]
    if qualifier == "for_all_value" or negated and not qualifier:
        return all_of(tests)
    return any_of(tests)


def _callers(cut, question):
    """The variables to fill a text with: the caller's, once for each tag if the text contains halves of a tag."""
    return question.tagged if has_halves(cut) else [question.caller]


def has_halves(cut):
    """Whether a text contains variables for the halves of the caller's tags."""
    if isinstance(cut, tuple):
        return any(map(has_halves, cut))
    return any(name in values.TAG_VARIABLES for name in (cut or ())[1::2])


def _relation(kind, relation, given, cut, caller):
    if cut is None:
        return None
    if isinstance(cut, tuple):
        halves = [(values.fill_pattern if kind == "like" else values.fill)(half, caller) for half in cut]
        if None in halves:
            return None
        return isinstance(given, tuple) and all(_same(kind, half, one) for half, one in zip(halves, given))
    if isinstance(given, tuple):
        if kind == "like":
            parts = values.fill_pattern(cut, caller)
            return None if parts is None else values.spans(parts, given)
        # A text without `&` is not equal to a tag, and a tag is not a number.
        return None if kind not in ("text", "fold") or values.fill(cut, caller) is None else False
    if kind == "like":
        parts = values.fill_pattern(cut, caller)
        return None if parts is None else values.like(parts, given)
    written = values.fill(cut, caller)
    if written is None:
        return None
    if kind == "text":
        return given == written
    if kind == "fold":
        return values.fold(given) == values.fold(written)
    if kind == "ip":
        place, area = values.address(given), values.network(written)
        return None if place is None or area is None else values.lies_in(place, area)
    reader = _READERS[kind]
    left, right = reader(given), reader(written)
    if left is None or right is None:
        return None
    return _RELATIONS[relation](left, right)


def _same(kind, written, given):
    """Whether one half of a tag matches its half of the text in the policy."""
    if kind == "like":
        return values.like(written, given)
    return written == given if kind == "text" else values.fold(written) == values.fold(given)


_READERS = {"numeric": values.number, "date": values.date, "boolean": values.boolean, "binary": values.binary}
_RELATIONS = {
    "equal": lambda left, right: left == right,
    "less_than": lambda left, right: left < right,
    "less_than_equal": lambda left, right: left <= right,
    "greater_than": lambda left, right: left > right,
    "greater_than_equal": lambda left, right: left >= right,
}
