"""What wapiti found, by kind, with the first few of each. Exit status 1 if it found anything. Usage: NAME REPORT.json"""

import json
import sys
from pathlib import Path

name, path = sys.argv[1], Path(sys.argv[2])
report = json.loads(path.read_text())
told = {**report["vulnerabilities"], **report["anomalies"]}
found = {kind: each for kind, each in told.items() if each}
pages = report["infos"].get("crawled_pages_nbr", "?")
sys.stdout.write(f"wapiti {name}: {pages} addresses, {sum(map(len, found.values()))} findings\n")
for kind, each in found.items():
    for one in each[:5]:
        sys.stdout.write(f"  {kind}: {one['method']} {one['path']} {one['parameter']}: {one['info'][:200]}\n")
sys.exit(bool(found))
