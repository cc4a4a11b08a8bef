"""What pages cost: `python -m tests.benchmarks.console [--url http://127.0.0.1:8000]`, with a demo that is ready for visitors.

Every page as its role gets it, over HTTP, one after another: the median and the ninetieth percentile of the first byte of HTML in
milliseconds, as often as `/livez` fits into it, and how long the page is. The goal is 100 ms.
"""

import argparse
import re
import sys
import time
from statistics import quantiles

import httpx
from rich.console import Console
from rich.table import Table

GOAL = 100.0  # ms
ROUNDS = 40
# Who looks, where, and the link on that page to go on to, if it is about something.
PAGES = (
    ("operator", "/call", ""),
    ("meldpunt", "/inbox", ""),
    ("meldpunt", "/inbox", r'href="(/cases/[0-9a-f-]{36})'),
    ("planner", "/rosters", ""),
    ("planner", "/rosters", r'href="(/rosters/[0-9a-f-]{36})'),
    ("supervisor", "/wall", ""),
    ("supervisor", "/figures", ""),
    ("beheer", "/directory", ""),
    ("beheer", "/endpoints", ""),
    ("privacy", "/access-log", ""),
)


def main() -> int:
    """Measure, show, and say whether every page is within the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    url = parser.parse_args().url
    table = Table("page", "as", "median ms", "90 % ms", "× livez", "kB", title="Pages")
    for column in table.columns[2:]:
        column.justify = "right"
    slow = 0
    with httpx.Client(base_url=url, timeout=30) as nobody:
        bare = _times(nobody, "/livez")[0]
    for who, first, link in PAGES:
        with httpx.Client(base_url=url, timeout=30) as client:
            client.post("/sign-in/as", data={"login": who})
            found = re.search(link, client.get(first).text) if link else None
            path = found[1] if found else first
            page = client.get(path).raise_for_status()
            middle, most = _times(client, path)
        slow += middle > GOAL
        shown = re.sub(r"[0-9a-f-]{36}", "…", path)
        table.add_row(shown, who, f"{middle:.1f}", f"{most:.1f}", f"{middle / bare:.0f}", f"{len(page.content) / 1000:.0f}")
    Console().print(table)
    return 1 if slow else 0


def _times(client: httpx.Client, path: str) -> tuple[float, float]:
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        client.get(path)
        taken.append((time.perf_counter() - began) * 1000)
    tenths = quantiles(taken, n=10)
    return tenths[4], tenths[8]


if __name__ == "__main__":
    sys.exit(main())
