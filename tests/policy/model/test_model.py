"""The model's own tests: `python3 -m unittest discover -s tests/policy -t tests/policy`."""

import json
import unittest

from . import decide, document, text, values


KEY, VALUE = "${qcs:principal_tag_key}", "${qcs:principal_tag_value}"


def rules(kind="identity", **more):
    return document.Rules(kind, "10001", 1250000000, ("stub",), {"7": ["cvm:RunInstances"]}, **more)


def statement(**elements):
    return {"effect": "allow", "action": "*", "resource": "*"} | elements


def defects(given, kind="identity", **more):
    written = given if isinstance(given, str) else json.dumps({"version": "2.0", "statement": [given]})
    return [name for name, _, _ in document.read(written, rules(kind, **more))[0]]


def ask(statements, action="cvm:RunInstances", resource=None, kind="identity", **context):
    written = json.dumps({"version": "2.0", "statement": statements if isinstance(statements, list) else [statements]})
    read = document.read(written, rules(kind))[1]
    question = decide.Question(action, resource, {"qcs:" + k: v for k, v in context.items()}, decide.Caller("10002", "10001", 1250000000))
    return decide.decide([read], None, None, False, question)[1]


class Texts(unittest.TestCase):
    def test_what_is_json(self):
        for good in ('{}', ' [1, -0.5e+3, "\\ud83d\\ude00", null]\n', '"\\u0000"', "[" * 32 + "]" * 32, "-0"):
            text.read(good)

    def test_what_is_not(self):
        for bad in ("", "{", "[1,]", '{"a":1,}', "01", "1.", ".5", "+1", "1e", "'a'", '"\t"', '"\\x"', '"\\ud800"', '"\\udc00"', "NaN", "nul",
                    "\ufeff{}", "{} {}", '{"a" 1}', "[1 2]", "{1:2}", "[" * 33 + "]" * 33, "\u00a0{}", '"\\ud800\\u0041"'):
            with self.assertRaises(text.NotJson, msg=bad):
                text.read(bad)

    def test_every_occurrence_and_its_place_is_kept(self):
        node = text.read('{"a": 1, "a": "é"}')
        self.assertEqual([(name, at, inner.value) for name, at, inner in node.value], [("a", 1, "1"), ("a", 9, "é")])


class Values(unittest.TestCase):
    def test_numbers_are_exact(self):
        self.assertEqual(values.number("1.10"), values.number("11e-1"))
        self.assertNotEqual(values.number("9007199254740993"), values.number("9007199254740992"))
        self.assertLess(values.number("1e-999999"), values.number("1e999999"))
        for bad in ("", "1.", ".1", "+1", "1e", "1e0000001", "٣", "1\n", " 1", "inf"):
            self.assertIsNone(values.number(bad), bad)

    def test_dates_are_instants(self):
        self.assertEqual(values.date("2024-02-29T20:00:00+08:00"), values.date("2024-02-29 12:00:00.0"))
        self.assertEqual(values.date("1970-01-01T00:00:00Z") // 10**9, 719528 * 86400)
        self.assertLess(values.date("0000-01-01T00:00:00+23:59"), 0)
        self.assertEqual(values.date("2000-03-01 00:00:00") - values.date("2000-02-28 00:00:00"), 2 * 86400 * 10**9)
        for bad in ("2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2024-01-01", "2024-01-01T24:00:00Z", "2024-01-01T00:00:60Z",
                    "2024-01-01T00:00:00z", "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.1234567890Z"):
            self.assertIsNone(values.date(bad), bad)

    def test_addresses(self):
        self.assertEqual(values.address("::ffff:10.0.0.1"), values.address("10.0.0.1"))
        self.assertEqual(values.address("2001:db8:0:0:0:0:0:1"), values.address("2001:DB8::1"))
        for bad in ("10.0.0.01", "1.2.3", "fe80::1%0", ":::", "1::2::3", "1:2:3:4:5:6:7", "::1.2.3.4.5", "1.2.3.4::", ""):
            self.assertIsNone(values.address(bad), bad)

    def test_ranges(self):
        def lies(place, area):
            return values.lies_in(values.address(place), values.network(area))

        self.assertTrue(lies("10.0.0.7", "10.0.0.1/29"))
        self.assertFalse(lies("10.0.0.8", "10.0.0.1/29"))
        self.assertTrue(lies("10.0.0.7", "::ffff:10.0.0.0/125"))
        self.assertFalse(lies("10.0.0.7", "::/0"))
        self.assertFalse(lies("::1", "0.0.0.0/0"))
        self.assertTrue(lies("255.1.1.1", "::ffff:0:0/96"))
        for bad in ("10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/", "::/129", "10.0.0.0/8/8"):
            self.assertIsNone(values.network(bad), bad)

    def test_bytes(self):
        self.assertEqual([values.binary(t) for t in ("QQ", "QQ==", "QUI=", "", "+/8")], [b"A", b"A", b"AB", b"", b"\xfb\xff"])
        for bad in ("Q", "QR==", "QQ=", "QUJ=", "=", "-_8=", "QQ== "):
            self.assertIsNone(values.binary(bad), bad)

    def test_stars_against_their_definition(self):
        def defined(pattern, given):
            if not pattern:
                return not given
            if pattern[0] == "*":
                return any(defined(pattern[1:], given[i:]) for i in range(len(given) + 1))
            return bool(given) and pattern[0] == given[0] and defined(pattern[1:], given[1:])

        def words(alphabet, length):
            return [""] if length == 0 else [w + c for w in words(alphabet, length - 1) for c in alphabet]

        subjects = [w for n in range(6) for w in words("ab", n)]
        for n in range(5):
            for pattern in words("ab*", n):
                for given in subjects:
                    self.assertEqual(values.like(values.pieces(pattern), given), defined(pattern, given), (pattern, given))

    def test_variables_are_literal(self):
        caller = {"uin": "a*", "owner_uin": None, "app_id": "5"}
        self.assertEqual(values.fill_pattern(values.variables("x${uin}*${app_id}"), caller), ["xa*", "5"])
        self.assertIsNone(values.fill_pattern(values.variables("${owner_uin}"), caller))
        for bad in ("${", "${Uin}", "${uin", "${${uin}}", "${qcs:principal_tag}", "${principal_tag_key}", "${qcs:principal_tag_keys}"):
            self.assertIsNone(values.variables(bad), bad)
        self.assertIsNone(values.variables(VALUE, values.VARIABLES))


class Documents(unittest.TestCase):
    def test_defects_have_names(self):
        self.assertEqual(defects("{"), ["NotJson"])
        self.assertEqual(defects("[]"), ["NotObject"])
        self.assertEqual(defects("{}"), ["Version", "Statement"])
        self.assertEqual(defects({}), ["Effect", "ActionMissing", "ResourceMissing"])
        self.assertEqual(defects({}, "trust"), ["Effect", "PrincipalMissing", "ActionMissing"])
        for expected, elements in [
            ("Effect", {"effect": "ALLOW"}), ("UnknownElement", {"EFFECT": "allow"}), ("UnknownElement", {"sid": "x"}), ("PrincipalNotAllowed", {"principal": "*"}),
            ("ActionForm", {"action": "cvm"}), ("ActionServiceUnknown", {"action": "nosuch:X"}), ("ActionUnknown", {"action": "cam:CreatRole"}),
            ("PermissionSetUnknown", {"action": "permid/8"}), ("ResourceSegments", {"resource": "qcs::cvm"}),
            ("ResourceProject", {"resource": "qcs:id/7:cvm:::x"}), ("ResourceServiceUnknown", {"resource": "qcs::nosuch:::x"}),
            ("ResourceRegion", {"resource": "qcs::cvm:moon::x"}), ("ResourceOwner", {"resource": "qcs::cvm::uin/99:x"}),
            ("ResourceContent", {"resource": "qcs::cvm:::${x}"}), ("ConditionForm", {"condition": ["x"]}),
            ("ConditionOperator", {"condition": {"string_equals": {"a:b": "x"}}}), ("ConditionContent", {"condition": {"ip_equal": {"qcs:ip": "x"}}}),
        ]:
            self.assertEqual(defects(statement(**elements)), [expected], elements)

    def test_what_is_below_an_unknown_operator_is_read(self):
        def found(keys, operator="nope"):
            written = json.dumps({"version": "2.0", "statement": [statement(condition={operator: keys})]})
            return [(name[9:], path.partition("condition.")[2]) for name, path, _ in document.read(written, rules())[0]]

        unknown = ("Operator", "nope")
        for fine in ("x", 1, True, ["", "1", False], "${x}", VALUE):
            self.assertEqual(found({"a:b": fine}), [unknown], fine)
        self.assertEqual(found({}), [unknown, ("Content", "nope")])
        self.assertEqual(found({"a:b": []}), [unknown, ("Content", "nope.a:b")])
        self.assertEqual(found({"a:b": ["x", None, {}, []]}), [unknown, *(("Content", f"nope.a:b[{i}]") for i in (1, 2, 3))])
        self.assertEqual(found({"ab": "x", "a:b": None}), [unknown, ("Content", "nope.ab"), ("Content", "nope.a:b")])
        # A malformed key, with values that a known operator reads.
        self.assertEqual(found({"ab": "10.0.0.1"}, "ip_equal"), [("Content", "ip_equal.ab")])
        self.assertEqual(found({"ab": ["10.0.0.1", "x", VALUE]}, "ip_equal"), [("Content", "ip_equal.ab"), ("Content", "ip_equal.ab[1]")])
        self.assertEqual(found({"ab": []}, "ip_equal"), [("Content", "ip_equal.ab")] * 2)

    def test_halves_of_a_tag_stand_in_conditions_only(self):
        for operator in ("string_equal", "string_not_like_if_exist", "numeric_less_than", "for_any_value:ip_equal", "bool_equal", "binary_equal"):
            self.assertEqual(defects(statement(condition={operator: {"a:b": ["1" + VALUE, KEY] if operator[0] == "s" else VALUE}})), [], operator)
        self.assertEqual(defects(statement(condition={"null_equal": {"a:b": VALUE}})), ["ConditionContent"])
        self.assertEqual(defects(statement(condition={"string_equal": {"a:b": "${qcs:principal_tag}"}})), ["ConditionContent"])
        for item in (KEY, "a/" + VALUE, "${uin}" + VALUE):
            self.assertEqual(defects(statement(resource="qcs::cvm:::" + item)), ["ResourceContent"])

    def test_empty_lists_and_missing_elements_have_their_places(self):
        def found(elements):
            written = json.dumps({"version": "2.0", "statement": [elements]})
            return [(name, path, written[at]) for name, path, at in document.read(written, rules())[0]]

        self.assertEqual(found({"effect": "allow", "action": [], "resource": []}),
                         [("ActionMissing", "statement[0].action", "["), ("ResourceMissing", "statement[0].resource", "[")])
        self.assertEqual(found({"effect": "allow", "resource": "*"}), [("ActionMissing", "statement[0].action", "{")])

    def test_names_given_twice_have_their_paths(self):
        for written, path in [('{"a":1,"a":2}', "a"), ('{"":1,"":2}', ""), ('{"":{"a":1,"a":2}}', ".a"), ('{"":{"":{"a":1,"a":2}}}', "..a"),
                              ('{"x":{"":1,"":2}}', "x."), ('{"x":[{"a":1,"a":2}]}', "x[0].a"), ('[{"a":1,"a":2}]', "[0].a")]:
            found = [defect[1] for defect in document.read(written, rules())[0] if defect[0] == "DuplicateElement"]
            self.assertEqual(found, [path], written)

    def test_length_leaves_out_spaces(self):
        short = json.dumps({"version": "2.0", "statement": [statement()]})
        visible = len(short.replace(" ", ""))
        self.assertEqual(defects(short, max_chars=visible), [])
        self.assertEqual(defects(short, max_chars=visible - 1), ["TooLong"])

    def test_roles_of_others_can_be_granted(self):
        foreign = "qcs::cam::uin/99:roleName/dev"
        self.assertEqual(defects(statement(action=["sts:AssumeRole", "name/sts:*"], resource=foreign)), [])
        self.assertEqual(defects(statement(action=["sts:AssumeRole", "cam:GetRole"], resource=foreign)), ["ResourceOwner"])
        self.assertEqual(defects(statement(action="sts:AssumeRole", resource="qcs::*::uin/99:role/5")), ["ResourceOwner"])

    def test_strategies(self):
        old = {"version": "1.0", "statement": statement(resource=["", "qcs::cos:uin/10001:*", "qcs:id/*:cvm:gz::x"])}
        self.assertEqual(defects(json.dumps(old), "strategy"), [])
        self.assertEqual(defects(json.dumps(old)), ["Version", "ResourceSegments", "ResourceSegments"])

    def test_what_is_met_beyond_the_guide_is_accepted(self):
        for elements in ({"effect": "Allow"}, {"condition": []}, {"resource": "qcs::tcr:gz:*:repo/a/*"}, {"action": "name/SMS:*"},
                         {"resource": ["qcs:id/0:cvm:::x", "qcs:id/*:cvm:::x", "qcs:*:cvm:::x", "qcs::cos:cn-east::x", "qcs::SMS:::x"]}):
            self.assertEqual(defects(statement(**elements)), [], elements)
        single = {"version": "2.0", "statement": statement()}
        self.assertEqual(defects(json.dumps(single)), [])
        capitals = {"Version": "2.0", "Statement": [{name.capitalize(): value for name, value in statement(condition={}).items()}]}
        self.assertEqual(defects(json.dumps(capitals)), [])
        self.assertEqual(defects(json.dumps(capitals | {"version": "2.0"})), ["DuplicateElement"])
        session = {"version": "2.0", "principal": 7, "statement": [statement(principal={"nobody": []})]}
        self.assertEqual(defects(json.dumps(session), "session"), [])
        self.assertEqual(defects(json.dumps(session)), ["PrincipalForm", "PrincipalNotAllowed"])


class Decisions(unittest.TestCase):
    def test_deny_wins(self):
        self.assertEqual(ask([statement(), statement(effect="deny")]), "explicit_deny")
        self.assertEqual(ask(statement()), "allow")
        self.assertEqual(ask([statement(action="cvm:Stop*")]), "implicit_deny")

    def test_missing_keys_satisfy_nothing(self):
        for operator in ("string_not_equal", "for_all_value:string_equal", "ip_not_equal"):
            condition = {operator: {"qcs:ip": "10.0.0.1"}}
            self.assertEqual(ask(statement(condition=condition)), "implicit_deny")
            condition = {operator + "_if_exist": {"qcs:ip": "10.0.0.1"}}
            self.assertEqual(ask(statement(condition=condition)), "allow")

    def test_what_cannot_be_read_fails_closed(self):
        for effect, reason in (("allow", "implicit_deny"), ("deny", "explicit_deny")):
            for elements in ({"condition": {"ip_equal": {"qcs:ip": "10.0.0.1"}}}, {"condition": {"ip_not_equal": {"qcs:ip": "10.0.0.1"}}}):
                self.assertEqual(ask(statement(effect=effect, **elements), ip=["here"]), reason)
            self.assertEqual(ask(statement(effect=effect, sid="x")), reason)
            self.assertEqual(ask(statement(effect=effect, action=["cvm"])), reason)

    def test_a_value_that_decides_still_decides(self):
        condition = {"ip_equal": {"qcs:ip": "10.0.0.1"}}
        self.assertEqual(ask(statement(condition=condition), ip=["here", "10.0.0.1"]), "allow")

    def outcome(self, condition, tags, **context):
        """True, False or None for the condition, from what an allow and a deny with it do."""
        context |= {"principal_tag": tags}
        allowed = ask(statement(condition=condition), **context) == "allow"
        denied = ask([statement(), statement(effect="deny", condition=condition)], **context) == "explicit_deny"
        self.assertTrue(denied or not allowed)
        return allowed if allowed == denied else None

    def test_halves_are_of_one_tag(self):
        pair = {"string_equal": {"qcs:x": KEY + "&" + VALUE}}
        for given, tags, expected in [
            ("a&1", ["a&1", "b&2"], True), ("b&2", ["a&1", "b&2"], True), ("a&2", ["a&1", "b&2"], False), ("a&1&2", ["a&1&2"], True),
            ("a&1", [], None), ("a&1", ["a"], None), ("a&1", ["a", "a&1"], True), ("a&1", ["a", "b&2"], None), ("&", ["&"], True),
        ]:
            self.assertIs(self.outcome(pair, tags, x=[given]), expected, (given, tags))

    def test_halves_are_literal(self):
        self.assertIs(self.outcome({"string_like": {"qcs:x": VALUE}}, ["k&a*"], x=["ab"]), False)
        self.assertIs(self.outcome({"string_like": {"qcs:x": VALUE + "*"}}, ["k&a*"], x=["a*b"]), True)
        self.assertIs(self.outcome({"string_equal": {"qcs:x": VALUE}}, ["k&${uin}"], x=["10002"]), False)

    def test_halves_under_other_operators(self):
        self.assertIs(self.outcome({"numeric_less_than": {"qcs:x": VALUE}}, ["n&1", "m&3"], x=["2"]), True)
        self.assertIs(self.outcome({"numeric_less_than": {"qcs:x": VALUE}}, ["n&1", "m&x"], x=["2"]), None)
        self.assertIs(self.outcome({"string_not_equal": {"qcs:x": VALUE}}, ["n&1", "m&3"], x=["3"]), False)
        self.assertIs(self.outcome({"for_all_value:string_equal": {"qcs:x": VALUE}}, ["n&1", "m&3"], x=["3", "1"]), True)
        self.assertIs(self.outcome({"string_equal": {"qcs:x": VALUE}}, []), False)
        self.assertIs(self.outcome({"string_equal_if_exist": {"qcs:x": VALUE}}, []), True)

    def test_a_pair_without_operator_or_key_is_unknown(self):
        for condition in ({"nope": {"qcs:x": "1"}}, {"string_equal": {"x": "1"}}, {"string_equal_if_exist": {"x": "1"}}):
            self.assertIsNone(self.outcome(condition, [], x=["1"]), condition)
        self.assertIs(self.outcome({"string_equal": {"qcs:x": []}}, []), False)
        self.assertIs(self.outcome({"string_equal": {"qcs:x": ["${x}", "1"]}}, [], x=["1"]), True)

    def test_operations_without_single_resources(self):
        self.assertEqual(ask(statement(resource="qcs::cvm::uin/-1:*/*")), "allow")
        self.assertEqual(ask(statement(resource="qcs::cvm:::instance/*")), "implicit_deny")
        self.assertEqual(ask(statement(resource="qcs::cos:::*")), "implicit_deny")


if __name__ == "__main__":
    unittest.main()
