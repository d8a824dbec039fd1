"""A second implementation of docs/policy.md, in plain Python.

Written from that page and from the published descriptions of the language, not from the server's code: what both say alike is
what the page says. Only the lists of names that the page refers to (services, regions, operations) are read from the data they
stand in. Standard library only.

    text.py      the strict JSON reader, with places
    values.py    numbers, dates, addresses, base64, wildcards, variables
    known.py     the lists
    document.py  documents: their defects, and what they mean in spite of them
    decide.py    questions, layers, trust
    serve.py     answers the driver's lines (JSON) for comparison
"""
