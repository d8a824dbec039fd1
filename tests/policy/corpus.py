#!/usr/bin/env python3
"""Plays the decision corpus (`corpus/*.json`) to the model, and with `--driver PATH` to the server's evaluator as well.

    python3 tests/policy/corpus.py [--driver target/debug/examples/policy-driver]

A file is a rule: `documents` by name (an object, or a text that is taken byte for byte), and `requests`. Each request
has the expected `decision`, its `reason`, and the `deciding` layer, document and statement. Documents belong to account
100000000001 (application 1300000001). The caller is its user 100000000002 unless a request says otherwise.
"""

import argparse
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))

from model import serve  # noqa: E402

OWNER, USER, APP = "100000000001", "100000000002", 1300000001
CALLER = {"uin": USER, "owner_uin": OWNER, "app_id": APP}
ASKED = {"action", "resource", "context", "caller", "who"}
LAYERS = {"identity", "boundary", "session"}
EXPECTED = {"description", "decision", "reason", "deciding"}


def cases():
    """Yields a name, a line for the driver, and the expected answer."""
    for path in sorted(HERE.glob("corpus/*.json")):
        rule = json.loads(path.read_text(encoding="utf-8"))
        unknown = rule.keys() - {"rule", "kind", "permission_sets", "documents", "requests"}
        texts = {name: given if isinstance(given, str) else json.dumps(given) for name, given in rule["documents"].items()}
        rules = {"kind": rule.get("kind", "identity"), "owner": OWNER, "app_id": APP, "sets": rule.get("permission_sets", {})}
        for request in rule["requests"]:
            unknown |= request.keys() - ASKED - LAYERS - EXPECTED - {"root", "trust"}
            line = {"rules": rules, "root": request.get("root", False)}
            for layer in LAYERS & request.keys():
                line[layer] = [texts[name] for name in request[layer]]
            ask = {key: request[key] for key in ASKED & request.keys()}
            line["asks"] = [{"resource": None, "context": {}, "caller": CALLER} | ask]
            if "trust" in request:
                line["trust"] = texts[request["trust"]]
            deciding = request["deciding"]
            if deciding:
                layer, name, statement = deciding
                deciding = [layer, 0 if layer == "trust" else request[layer].index(name), statement]
            yield f"{path.stem}: {request['description']}", line, [request["decision"], request["reason"], deciding]
        if unknown:
            raise SystemExit(f"{path.name}: unknown {sorted(unknown)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--driver")
    options = parser.parse_args()
    played, wrong = 0, 0
    everything = list(cases())
    answers = {"model": [serve.answer(line) for _, line, _ in everything]}
    if options.driver:
        from differential import Driver

        driver = Driver(options.driver)
        answers["driver"] = driver.answers([line for _, line, _ in everything])
        driver.close()
    for who, answered in answers.items():
        for (name, line, expected), (answer,) in zip(everything, answered):
            played += 1
            answer = list(answer[:2]) + [answer[2] and list(answer[2])]
            if answer != expected:
                wrong += 1
                print(f"{who}: {name}\n  expected {expected}\n  answered {answer}")
    print(f"{len(everything)} decisions, played {played} times, {wrong} wrong")
    return 1 if wrong or len(everything) < 600 else 0


if __name__ == "__main__":
    sys.exit(main())
