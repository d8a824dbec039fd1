#!/usr/bin/env python3
"""Compares the server's evaluator with the model in `model/` on random cases.

    python3 tests/policy/differential.py --pairs 100000 --seed 1 [--documents 20000] [--jobs 2] [--driver PATH]

A pair is a request and policies in their layers. Its effect, reason and deciding statement are compared. Of documents
the defects are compared: their names, places and order. The exit status is 1 when there is a difference, which is shown
with the smallest case found, or when a floor was not reached. The driver is built by `cargo build --example
policy-driver`.
"""

import argparse
import collections
import json
import multiprocessing
import pathlib
import random
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import generate  # noqa: E402
from model import decide, serve  # noqa: E402
from model.document import OPERATORS  # noqa: E402

ROOT = pathlib.Path(__file__).parents[2]
LINES, ASKS = 40, 10
QUALIFIERS = ("", "for_all_value", "for_any_value")
PRESENCE = ("present", "empty", "missing", "several")


def cells():
    for operator in OPERATORS:
        for qualifier in QUALIFIERS:
            for if_exist in (False, True):
                if operator != "null_equal" or not (qualifier or if_exist):
                    for presence in PRESENCE:
                        yield operator, qualifier, if_exist, presence


def counting(counts):
    """Counts the conditions that the model evaluates by cell, and those with halves of a tag also by tags and outcome."""
    plain = decide.condition

    def condition(pair, question):
        qualifier, operator, if_exist, key, written = pair
        given = question.context.get(key)
        presence = "missing" if given is None else "empty" if not given else "present" if len(given) == 1 else "several"
        counts[operator, qualifier, if_exist, presence] += 1
        holds = plain(pair, question)
        if any(isinstance(one, tuple) and "&" in one[0] for one in given or ()):
            counts["pairs", OPERATORS[operator][0], holds] += 1
        if given and operator != "null_equal" and any(map(decide.has_halves, written)):
            tags = len(question.context.get("qcs:principal_tag", ()))
            counts["tags", ("none", "one")[tags] if tags < 2 else "several", holds] += 1
        return holds

    decide.condition = condition


class Driver:
    """The server's evaluator, as a process that answers lines."""

    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def answers(self, lines):
        payload = "".join(json.dumps(line) + "\n" for line in lines).encode()
        writer = threading.Thread(target=self._write, args=(payload,))
        writer.start()
        result = [self.process.stdout.readline() for _ in lines]
        writer.join()
        if not all(result):
            raise SystemExit("the driver ended early")
        return [json.loads(text) for text in result]

    def _write(self, payload):
        self.process.stdin.write(payload)
        self.process.stdin.flush()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def plain(value):
    """The value after a round trip through JSON."""
    return [plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def comparable(defects):
    """The defects that the page settles. It does not settle where a text stops being JSON, nor which of two values of a
    name counts."""
    twice = {path for name, path, _ in defects if name == "DuplicateElement"}
    if not twice:
        return [defect if defect[0] != "NotJson" else defect[:2] for defect in defects]
    return [defect for defect in defects if defect[0] in ("DuplicateElement", "TooLong") or not any(_depends(defect, path) for path in twice)]


def _depends(defect, twice):
    """Whether a defect is at or below the name that is given twice, or depends on its value: the version decides how
    statements are read, and the actions decide which accounts a resource may name."""
    name, path, _ = defect
    if path == twice or path.startswith((twice + ".", twice + "[")):
        return True
    statement, _, element = twice.rpartition(".")
    return twice == "version" and path.startswith("statement") or element == "action" and name == "ResourceOwner" and path.startswith(statement + ".")


def chunk(job):
    """Returns the counts and the differences for some worlds or some documents."""
    what, path, seed, indices = job
    counts = collections.Counter()
    wrapped = decide.condition
    counting(counts)
    driver = Driver(path)
    differences = []
    try:
        for index in indices:
            rng = random.Random(f"{seed}/{what}/{index}")
            if what == "pairs":
                lines = list(generate.World(rng, index).lines(LINES, ASKS))
            else:
                lines = [{"rules": rules, "parse": text} for rules, text in (generate.near_miss(rng) for _ in range(LINES * 5))]
            theirs = driver.answers(lines)
            for line, their in zip(lines, theirs):
                ours = plain(serve.answer(line))
                if what == "pairs":
                    for ask, our, other in zip(line["asks"], ours, their):
                        counts[our[0] if our[1] != "explicit_deny" else "explicit_deny"] += 1
                        counts["reason", our[1]] += 1
                        counts["pairs"] += 1
                        if our != other:
                            differences.append((line | {"asks": [ask]}, [our], [other]))
                else:
                    counts["documents"] += 1
                    counts["refused" if ours else "accepted"] += 1
                    counts.update(("defect", name) for name in {defect[0] for defect in ours})
                    if comparable(ours) != comparable(their):
                        differences.append((line, ours, their))
    finally:
        driver.close()
        decide.condition = wrapped
    counts["differences"] = len(differences)
    return counts, differences[:20]


def minimise(case, driver, budget=3000):
    """Returns the smallest case that still has a difference, found by removing parts."""

    def differs(line):
        nonlocal budget
        budget -= 1
        if budget < 0:
            return None
        ours, theirs = plain(serve.answer(line)), driver.answers([line])[0]
        if "parse" in line:
            ours, theirs = comparable(ours), comparable(theirs)
        return ours != theirs

    shrunk = True
    while shrunk:
        shrunk = False
        for smaller in smallers(case):
            if differs(smaller):
                case, shrunk = smaller, True
                break
    return case


def smallers(line):
    """Yields every line with one part less."""
    for key in ("boundary", "session"):
        if line.get(key) is not None:
            yield {k: v for k, v in line.items() if k != key}
    for key in ("identity", "boundary", "session"):
        for i in range(len(line.get(key) or ())):
            yield line | {key: line[key][:i] + line[key][i + 1:]}
            for text in smaller_texts(line[key][i]):
                yield line | {key: [*line[key][:i], text, *line[key][i + 1:]]}
    for key in ("trust", "parse"):
        if key in line:
            for text in smaller_texts(line[key]):
                yield line | {key: text}
    for ask in line.get("asks", ()):
        for key in ask["context"]:
            yield line | {"asks": [ask | {"context": {k: v for k, v in ask["context"].items() if k != key}}]}
            given = ask["context"][key]
            for i in range(len(given)):
                yield line | {"asks": [ask | {"context": ask["context"] | {key: given[:i] + given[i + 1:]}}]}
        if ask["resource"] is not None:
            yield line | {"asks": [ask | {"resource": None}]}
            if len(ask["resource"]) > 1:
                for name in ask["resource"]:
                    yield line | {"asks": [ask | {"resource": [name]}]}


def smaller_texts(text):
    try:
        value = json.loads(text)
        if json.loads(json.dumps(value)) != value or json.dumps(value).count('"') != text.count('"'):
            raise ValueError
    except ValueError:
        step = max(1, len(text) // 8)
        while step:
            for at in range(0, len(text), step):
                yield text[:at] + text[at + step:]
            step //= 2
        return
    except RecursionError:
        return
    for smaller in smaller_values(value):
        yield json.dumps(smaller, ensure_ascii=False)


def smaller_values(value):
    if isinstance(value, dict):
        for key in value:
            yield {k: v for k, v in value.items() if k != key}
        for key in value:
            for inner in smaller_values(value[key]):
                yield value | {key: inner}
    elif isinstance(value, list):
        for i in range(len(value)):
            yield value[:i] + value[i + 1:]
        for i in range(len(value)):
            for inner in smaller_values(value[i]):
                yield [*value[:i], inner, *value[i + 1:]]


def show(case, path):
    driver = Driver(path)
    try:
        case = minimise(case, driver)
        rules = case["rules"]
        print(json.dumps({k: v for k, v in case.items() if k != "rules"}, ensure_ascii=False))
        print("  rules: ", rules["kind"], rules["owner"], rules["app_id"])
        print("  model: ", plain(serve.answer(case)))
        print("  driver:", driver.answers([case])[0])
    finally:
        driver.close()


def run(what, total, each, options):
    jobs = [
        (what, options.driver, options.seed, range(first, min(first + 10, -(-total // each))))
        for first in range(0, -(-total // each), 10)
    ]
    counts, differences = collections.Counter(), []
    with multiprocessing.Pool(options.jobs) as pool:
        for done, (counted, found) in enumerate(pool.imap_unordered(chunk, jobs)):
            counts += counted
            differences += found[: max(0, 50 - len(differences))]
            if options.progress and done % 100 == 99:
                print(f"  {what}: {counts[what]}, differences: {counts['differences']}", flush=True)
    return counts, differences


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", type=int, default=5, help="how many differences to show")
    parser.add_argument("--progress", action="store_true")
    parser.add_argument("--driver", default=str(ROOT / "target" / "debug" / "examples" / "policy-driver"))
    options = parser.parse_args()
    failed = False

    def floor(what, reached, least):
        nonlocal failed
        failed |= reached < least
        print(f"  {what}: {reached} (floor {least}){'' if reached >= least else '  MISSED'}")

    if options.pairs:
        began = time.monotonic()
        counts, differences = run("pairs", options.pairs, LINES * ASKS, options)
        print(f"pairs compared: {counts['pairs']}, differences: {counts['differences']}, {time.monotonic() - began:.0f} s, seed {options.seed}")
        floor("allowed", counts["allow"], counts["pairs"] // 4)
        floor("explicitly denied", counts["explicit_deny"], counts["pairs"] // 4)
        reached = {cell: counts[cell] for cell in cells()}
        least = min(reached, key=reached.get)
        floor(f"least hit of {len(reached)} cells (operator, qualifier, if_exist, key): {least}", reached[least], counts["pairs"] // 1000)
        reached = {(tags, holds): counts["tags", tags, holds] for tags in ("none", "one", "several") for holds in (True, False, None)}
        least = min(reached, key=reached.get)
        floor(f"least hit of {len(reached)} outcomes with halves of a tag (tags, holds): {least}", reached[least], counts["pairs"] // 10_000)
        reached = {(kind, holds): counts["pairs", kind, holds] for kind in ("text", "like") for holds in (True, False)}
        least = min(reached, key=reached.get)
        floor(f"least hit of {len(reached)} outcomes with a tag whose key has the divider in it: {least}", reached[least], counts["pairs"] // 10_000)
        print("  reasons:", ", ".join(f"{k[1]} {n}" for k, n in sorted(counts.items(), key=str) if k[0] == "reason"))
        failed |= bool(differences)
        for case, _, _ in differences[: options.show]:
            show(case, options.driver)
    if options.documents:
        began = time.monotonic()
        counts, differences = run("documents", options.documents, LINES * 5, options)
        print(f"documents compared: {counts['documents']}, differences: {counts['differences']}, {time.monotonic() - began:.0f} s")
        floor("accepted", counts["accepted"], counts["documents"] // 4)
        floor("refused", counts["refused"], counts["documents"] // 4)
        print("  defects:", ", ".join(f"{k[1]} {n}" for k, n in sorted(counts.items(), key=str) if k[0] == "defect"))
        failed |= bool(differences)
        for case, _, _ in differences[: options.show]:
            show(case, options.driver)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
