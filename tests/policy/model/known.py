"""The lists that docs/policy.md refers to, read from the server's data files."""

import pathlib
import re

_DATA = pathlib.Path(__file__).parents[3] / "src" / "policy" / "grammar" / "tencent"
_CATALOGUE = (_DATA / "catalogue.rs").read_text(encoding="utf-8")


def _table(name):
    found = re.search(rf"const {name}: [^=]*= &\[(.*?)\n\];", _CATALOGUE, re.DOTALL)
    return found.group(1)


SERVICES = frozenset((_DATA / "services.txt").read_text(encoding="utf-8").split())
LONG_REGION = {}
for _long, _short in re.findall(r'\("([^"]*)", "([^"]*)"\)', _table("REGIONS")):
    LONG_REGION[_long] = _long
    if _short:
        LONG_REGION[_short] = _long
OPERATIONS = {
    "cam": frozenset(re.findall(r'"([^"]*)"', _table("CAM"))),
    "sts": frozenset(re.findall(r'"([^"]*)"', _table("STS"))),
}
