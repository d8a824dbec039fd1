"""Answers the same lines as the driver (tests/policy/driver.rs), in the same form."""

import json
import sys

from . import decide, document

_documents = {}


def rules(line):
    given = line["rules"]
    return document.Rules(
        given["kind"], given["owner"], given["app_id"], given.get("services", ()), given.get("sets"),
    )


def load(text, judged_by, key):
    """Returns a stored document. Each is read once, because runs ask many questions about the same ones."""
    if (text, key) not in _documents:
        if len(_documents) > 2_000:
            _documents.clear()
        _documents[text, key] = document.read(text, judged_by)[1]
    return _documents[text, key]


def answer(line):
    if "parse" in line:
        return document.read(line["parse"], rules(line))[0]
    judged_by, key = rules(line), json.dumps(line["rules"], sort_keys=True)
    layers = [
        None if line.get(layer) is None else [load(text, judged_by, key) for text in line[layer]]
        for layer in ("identity", "boundary", "session")
    ]
    trust = load(line["trust"], judged_by, key) if "trust" in line else None
    answers = []
    for ask in line["asks"]:
        question = decide.Question(ask["action"], ask["resource"], ask["context"], decide.Caller(**ask["caller"]))
        if trust is not None:
            answers.append(decide.decide_trust(trust, ask["who"], question))
        else:
            answers.append(decide.decide(*layers, line.get("root", False), question))
    return answers


def main():
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
