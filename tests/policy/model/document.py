"""Documents: their defects, and what they mean in spite of them.

`read(text, rules)` returns (defects, document). A document with defects is what a stored text means (see "Documents
that were stored" on the page); a document that is to be written is refused when it has any defect. Defects are (name,
path, character), in the order of the page.
"""

import re

from . import known, text as json, values

ORDER = ("Version", "Statement", "Effect", "Principal", "Action", "Resource", "Condition")
OF_DOCUMENT = ("version", "principal", "statement")
OF_STATEMENT = ("effect", "principal", "action", "resource", "condition")
# Account segments that mean the account of the document's owner.
OWN_ACCOUNT = ("", "*", "uin/-1")
TRUST_ACTIONS = ("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")
# These defects depend on limits and lists that may change, so an entry with one of them still means what it says.
MEANT = {"TooLong", "ActionUnknown", "ActionServiceUnknown", "ResourceServiceUnknown", "ResourceRegion", "PrincipalServiceUnknown"}

_SERVICE = re.compile(r"[a-z0-9_-]+", re.ASCII)
_OPERATION = re.compile(r"[A-Za-z0-9_.*-]+", re.ASCII)
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_UID = re.compile(r"[0-9]{1,19}", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9_-]+:[^\x00-\x1f\x7f-\x9f]+", re.ASCII)
_DOMAIN = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+", re.ASCII)
_SIX = ("equal", "not_equal", "less_than", "less_than_equal", "greater_than", "greater_than_equal")
# name: (reader of values, relation, whether the operator is a `not`)
OPERATORS = {
    "string_equal": ("text", "equal", False),
    "string_not_equal": ("text", "equal", True),
    "string_equal_ignore_case": ("fold", "equal", False),
    "string_not_equal_ignore_case": ("fold", "equal", True),
    "string_like": ("like", "like", False),
    "string_not_like": ("like", "like", True),
    "bool_equal": ("boolean", "equal", False),
    "binary_equal": ("binary", "equal", False),
    "ip_equal": ("ip", "ip", False),
    "ip_not_equal": ("ip", "ip", True),
    "null_equal": ("null", "null", False),
}
for _kind in ("numeric", "date"):
    for _relation in _SIX:
        _negated = _relation == "not_equal"
        OPERATORS[f"{_kind}_{_relation}"] = (_kind, "equal" if _negated else _relation, _negated)
READERS = {
    "numeric": values.number,
    "date": values.date,
    "boolean": values.boolean,
    "binary": values.binary,
    "ip": values.network,
    "null": values.boolean,
}


class Rules:
    """The rules by which a document is read."""

    def __init__(self, kind, owner, app_id, extra_services=(), permission_sets=None, max_chars=6144):
        self.kind, self.owner, self.app_id, self.max_chars = kind, owner, app_id, max_chars
        self.services = known.SERVICES.union(extra_services)
        self.permission_sets = permission_sets or {}


class Statement:
    """A statement. An entry that cannot be read is None; `unreadable` is set if the whole statement cannot be read."""

    __slots__ = ("effect", "unreadable", "actions", "resources", "principals", "conditions")

    def __init__(self):
        self.effect, self.unreadable = "deny", False
        self.actions, self.resources, self.principals, self.conditions = [], [], [], []


def deny_all():
    statement = Statement()
    statement.unreadable = True
    return statement


def read(text, rules):
    return _Reader(text, rules).document()


class _Reader:
    def __init__(self, text, rules):
        self.text, self.rules, self.defects = text, rules, []
        self.version = "2.0"

    def defect(self, name, path, at, segment=0):
        group = next((place for place, prefix in enumerate(ORDER) if name.startswith(prefix)), -1)
        self.defects.append((at, group, segment, len(self.defects), name, path))

    def document(self):
        if sum(c not in json.SPACE for c in self.text) > self.rules.max_chars:
            self.defect("TooLong", "", 0)
        statements = self.statements()
        self.defects.sort()
        return [(name, path, at) for at, _, _, _, name, path in self.defects], statements

    def statements(self):
        try:
            top = json.read(self.text)
        except json.NotJson as error:
            self.defect("NotJson", "", error.at)
            return [deny_all()]
        _lower_names(top)
        twice = self.duplicates(top, None)
        if top.kind != "object":
            self.defect("NotObject", "", top.start)
            return [deny_all()]
        rest = True
        members = {}
        for name, at, node in top.value:
            if name in members:
                continue
            members[name] = node
            if name == "principal":
                if self.rules.kind in ("identity", "strategy"):
                    self.principal(node, "principal")
                elif self.rules.kind == "trust":
                    self.defect("PrincipalNotAllowed", name, at)
                    rest = False
            elif name not in ("version", "statement"):
                self.defect("UnknownElement", name, at)
                rest = False
        version = members.get("version")
        allowed = ("2.0", "1.0") if self.rules.kind == "strategy" else ("2.0",)
        if version is None or version.kind != "text" or version.value not in allowed:
            self.defect("Version", "version", (version or top).start)
            rest = False
        else:
            self.version = version.value
        statement = members.get("statement")
        if statement is None:
            self.defect("Statement", "statement", top.start)
            return [deny_all()]
        if statement.kind == "object":
            statements = [self.statement(statement, "statement")]
        elif statement.kind == "list" and statement.value:
            statements = [self.statement(node, f"statement[{i}]") for i, node in enumerate(statement.value)]
        else:
            self.defect("Statement", "statement", statement.start)
            rest = False
        return statements if rest and not twice else [deny_all()]

    def duplicates(self, node, path):
        """Whether a name is given twice at any depth. The outermost object has no path, a name that is empty an empty
        one."""
        twice = False
        if node.kind == "object":
            names = set()
            for name, at, inner in node.value:
                here = name if path is None else f"{path}.{name}"
                if name in names:
                    self.defect("DuplicateElement", here, at)
                    twice = True
                names.add(name)
                twice |= self.duplicates(inner, here)
        elif node.kind == "list":
            for i, inner in enumerate(node.value):
                twice |= self.duplicates(inner, f"{path or ''}[{i}]")
        return twice

    def statement(self, node, path):
        if node.kind != "object":
            self.defect("Statement", path, node.start)
            return deny_all()
        result = Statement()
        trust = self.rules.kind == "trust"
        members = {}
        for name, at, inner in node.value:
            if name in members:
                continue
            members[name] = inner
            if name == "principal" and self.rules.kind == "session":
                continue
            if name == "principal" and not trust:
                self.defect("PrincipalNotAllowed", f"{path}.{name}", at)
            elif name == "resource" and trust:
                self.defect("ResourceNotAllowed", f"{path}.{name}", at)
            elif name not in ("effect", "action", "resource", "principal", "condition"):
                self.defect("UnknownElement", f"{path}.{name}", at)
            else:
                continue
            result.unreadable = True
        effect = members.get("effect")
        if effect is None or effect.kind != "text" or effect.value not in ("allow", "Allow", "deny", "Deny"):
            self.defect("Effect", f"{path}.effect", (effect or node).start)
            result.unreadable = True
        else:
            result.effect = effect.value.lower()
        if trust:
            if "principal" in members:
                result.principals = self.principal(members["principal"], f"{path}.principal")
            else:
                self.defect("PrincipalMissing", f"{path}.principal", node.start)
                result.principals = [None]
        actions = members.get("action")
        if actions is None:
            self.defect("ActionMissing", f"{path}.action", node.start)
            result.actions = [None]
        else:
            result.actions = self.entries(actions, f"{path}.action", "ActionForm", self.action)
        if not trust:
            resources = members.get("resource")
            sts_only = all(_of_sts(action) for action in result.actions)
            if resources is None:
                self.defect("ResourceMissing", f"{path}.resource", node.start)
                result.resources = [None]
            else:
                result.resources = self.entries(
                    resources, f"{path}.resource", "ResourceForm", lambda *entry: self.resource(*entry, sts_only)
                )
        if "condition" in members:
            result.conditions = self.conditions(members["condition"], f"{path}.condition")
        return result

    def entries(self, node, path, form, reader):
        if node.kind == "text":
            return [reader(node.value, path, node.start)]
        if node.kind != "list" or not node.value:
            # An empty list counts as a missing element.
            empty = node.kind == "list" and form != "PrincipalForm"
            self.defect(form.replace("Form", "Missing") if empty else form, path, node.start)
            return [None]
        result = []
        for i, inner in enumerate(node.value):
            if inner.kind == "text":
                result.append(reader(inner.value, f"{path}[{i}]", inner.start))
            else:
                self.defect(form, f"{path}[{i}]", inner.start)
                result.append(None)
        return result

    # Actions: ("of", service or "*", pieces of the operation), ("set", actions), or None.

    def action(self, written, path, at):
        text = written.removeprefix("name/")
        if self.rules.kind == "trust":
            if text in TRUST_ACTIONS:
                return self.operation(text)
            unknown = written.startswith("permid/") and written[7:] not in self.rules.permission_sets
            self.defect("PermissionSetUnknown" if unknown else "ActionNotAllowed", path, at)
            return None
        if text == "*":
            return "of", "*", ["", ""]
        # `name/` is a prefix of operations; a set has its own prefix.
        if written.startswith("permid/"):
            actions = self.rules.permission_sets.get(text.removeprefix("permid/"))
            if actions is None:
                self.defect("PermissionSetUnknown", path, at)
                return None
            return "set", [self.operation(action) for action in actions]
        if not self.well_formed(text):
            self.defect("ActionForm", path, at)
            return None
        service, _, operation = text.partition(":")
        service = _service(service)
        if service != "*" and service not in self.rules.services:
            self.defect("ActionServiceUnknown", path, at)
        elif "*" not in operation and operation not in known.OPERATIONS.get(service, (operation,)):
            self.defect("ActionUnknown", path, at)
        return self.operation(text)

    @staticmethod
    def well_formed(text):
        service, colon, operation = text.partition(":")
        return (service == "*" or _SERVICE.fullmatch(_service(service))) and colon and _OPERATION.fullmatch(operation)

    @staticmethod
    def operation(text):
        service, _, operation = text.removeprefix("name/").partition(":")
        return "of", _service(service), values.pieces(operation)

    # Resources: "*", (project, service, region, account, item cut at its variables), or None.

    def resource(self, written, path, at, sts_only):
        strategy = self.rules.kind == "strategy"
        if written == "*" or strategy and written == "":
            return "*"
        segments = written.split(":", 5)
        if self.version == "1.0" and len(segments) >= 5 and segments[3].startswith(("uin/", "uid/")):
            segments = written.split(":", 4)
            segments.insert(3, "")
        if len(segments) != 6 or segments[0] != "qcs":
            self.defect("ResourceSegments", path, at)
            return None
        _, project, service, region, account, item = segments
        service = _service(service)
        before = len(self.defects)
        numbered = strategy and project.startswith("id/") and _DIGITS.fullmatch(project[3:])
        if project not in ("", "id/0", "id/*", "*") and not numbered:
            self.defect("ResourceProject", path, at, 1)
        if service not in ("", "*") and service not in self.rules.services:
            self.defect("ResourceServiceUnknown", path, at, 2)
        if region not in ("", "*") and region not in known.LONG_REGION:
            self.defect("ResourceRegion", path, at, 3)
        role = service == "cam" and item.startswith(("roleName/", "role/")) and sts_only
        if not self.own(account) and not (role and self.account(account)):
            self.defect("ResourceOwner", path, at, 4)
        cut = values.variables(item, values.VARIABLES)
        if item == "" or cut is None:
            self.defect("ResourceContent", path, at, 5)
        if any(name not in MEANT for _, _, _, _, name, _ in self.defects[before:]):
            return None
        return project or "id/0", service, known.LONG_REGION.get(region, region), account, cut, _everything(item)

    @staticmethod
    def account(text):
        kind, slash, number = text.partition("/")
        if kind == "uin" and slash:
            return bool(_DIGITS.fullmatch(number))
        return kind == "uid" and bool(_UID.fullmatch(number))

    def own(self, text):
        if text in OWN_ACCOUNT:
            return True
        if not self.account(text):
            return False
        kind, _, number = text.partition("/")
        if kind == "uin":
            return number == self.rules.owner
        # An account without an application id (0) owns none.
        return int(number) == self.rules.app_id != 0

    # Principals: (form, …), or None.

    def principal(self, node, path):
        if node.kind == "text" and node.value == "*":
            return [("everyone",)]
        if node.kind != "object" or not node.value:
            self.defect("PrincipalForm", path, node.start)
            return [None]
        result, seen = [], set()
        for name, at, inner in node.value:
            if name in seen:
                continue
            seen.add(name)
            if name in ("qcs", "federated", "service"):
                reader = getattr(self, name)
                result += self.entries(inner, f"{path}.{name}", "PrincipalForm", reader)
            else:
                self.defect("PrincipalForm", f"{path}.{name}", at)
                result.append(None)
        return result

    def qcs(self, written, path, at, federated=False):
        if not federated:
            if written == "*":
                return ("everyone",)
            if written == "qcs::cam::anonymous:anonymous":
                return ("anonymous",)
        form = _principal(written, self.rules.kind == "strategy")
        if form is None or federated and form[0] != "provider":
            self.defect("PrincipalName", path, at)
            return None
        return form

    def federated(self, written, path, at):
        return self.qcs(written, path, at, True)

    def service(self, written, path, at):
        if not _DOMAIN.fullmatch(written):
            self.defect("PrincipalForm", path, at)
            return None
        if not written.endswith((".qcloud.com", ".tencent.com")):
            self.defect("PrincipalServiceUnknown", path, at)
        return "service", written

    # Conditions: (qualifier, operator, if_exist, key, values), or None. A value is cut at its variables, or None.

    def conditions(self, node, path):
        if node.kind == "list" and not node.value:
            return []
        if node.kind != "object":
            self.defect("ConditionForm", path, node.start)
            return [None]
        result, seen = [], set()
        for operator, at, keys in node.value:
            if operator in seen:
                continue
            seen.add(operator)
            here = f"{path}.{operator}"
            parsed = _operator(operator)
            if parsed is None:
                self.defect("ConditionOperator", here, at)
                result.append(None)
            if keys.kind != "object" or not keys.value:
                self.defect("ConditionContent", here, keys.start)
                result.append(None)
                continue
            inner = set()
            for key, key_at, given in keys.value:
                if key in inner:
                    continue
                inner.add(key)
                result.append(self.pair(parsed, key, key_at, given, f"{here}.{key}"))
        return result

    def pair(self, operator, key, at, given, path):
        """Reads the values even if the operator is unknown (None) or the key is malformed."""
        readable = operator is not None
        if not _KEY.fullmatch(key):
            self.defect("ConditionContent", path, at)
            readable = False
        kind = OPERATORS[operator[1]][0] if operator is not None else "unknown"
        if given.kind == "list":
            listed = [(inner, f"{path}[{i}]") for i, inner in enumerate(given.value)]
        else:
            listed = [(given, path)]
        if not listed:
            self.defect("ConditionContent", path, given.start)
        written = [self.written(kind, key, *entry) for entry in listed] or [None]
        return (*operator, key, written) if readable else None

    def written(self, kind, key, node, path):
        """Returns a text cut at its variables, or for a tag the tuple of its two halves, each cut in the same way."""
        if kind in ("text", "fold", "like") and node.kind == "text" and isinstance(values.tag(key, node.value), tuple):
            halves = tuple(values.variables(half) for half in values.tag(key, node.value))
            if None in halves:
                self.defect("ConditionContent", path, node.start)
                return None
            return halves
        cut = None
        if node.kind in ("text", "number", "true", "false"):
            # How an unknown operator would read a text is not known.
            cut = [node.value] if kind in ("null", "unknown") else values.variables(node.value)
        if cut is not None and len(cut) == 1 and kind in READERS and READERS[kind](node.value) is None:
            cut = None
        if cut is None:
            self.defect("ConditionContent", path, node.start)
        return cut


def _lower_names(top):
    """Gives the names of elements with a capital initial the spelling of the page."""
    if top.kind != "object":
        return
    top.value = [(_lower(name, OF_DOCUMENT), at, inner) for name, at, inner in top.value]
    for name, _, inner in top.value:
        if name != "statement":
            continue
        for statement in inner.value if inner.kind == "list" else [inner]:
            if statement.kind == "object":
                statement.value = [(_lower(name, OF_STATEMENT), at, value) for name, at, value in statement.value]


def _lower(name, known_names):
    return next((known_name for known_name in known_names if known_name.capitalize() == name), name)


def _service(prefix):
    """A service as the list has it; `SMS` is the only one that may be in capitals."""
    return "sms" if prefix == "SMS" else prefix


def _everything(item):
    """Whether an item stands for everything; a run of stars is the same as one."""
    return item == "*/*" or item != "" and not item.strip("*")


def _of_sts(action):
    if action is None:
        return False
    return all(map(_of_sts, action[1])) if action[0] == "set" else action[1] == "sts"


def _operator(name):
    qualifier = ""
    for candidate in ("for_all_value:", "for_any_value:"):
        if name.startswith(candidate):
            qualifier, name = candidate[:-1], name.removeprefix(candidate)
            break
    if_exist = name.endswith("_if_exist")
    name = name.removesuffix("_if_exist")
    if name not in OPERATORS or name == "null_equal" and (qualifier or if_exist):
        return None
    return qualifier, name, if_exist


def _principal(written, strategy):
    if not written.startswith("qcs::cam::uin/"):
        return None
    account, colon, item = written.removeprefix("qcs::cam::uin/").partition(":")
    if not colon or not _DIGITS.fullmatch(account):
        return None
    if item == "root":
        return "account", account
    kind, slash, name = item.partition("/")
    if not slash or not name:
        return None
    if kind == "uin" and strategy:
        # Anything after a further slash is ignored.
        name = name.partition("/")[0]
    if kind == "uin" and _DIGITS.fullmatch(name):
        return ("root", account) if name == account else ("user", account, name)
    if kind == "groupid" and _DIGITS.fullmatch(name):
        return "group", account, name
    if kind == "roleName":
        return "role_name", account, name
    if kind == "role" and _DIGITS.fullmatch(name):
        return "role", account, name
    if kind in ("saml-provider", "oidc-provider"):
        return "provider", written
    return None
