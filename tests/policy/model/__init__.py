"""A second implementation of docs/policy.md, in plain Python.

Written from that page and from the published descriptions of the language, not from the server's code: what both
implementations agree on is what the page says. Only the lists of names that the page refers to (services, regions,
operations) are read from the server's data files. Standard library only.

    text.py      a strict JSON reader that keeps positions
    values.py    numbers, dates, addresses, base64, wildcards, variables
    known.py     the lists of names
    document.py  documents: their defects, and what they mean in spite of them
    decide.py    requests, layers, trust policies
    serve.py     answers the same lines as the driver, for comparison
"""
