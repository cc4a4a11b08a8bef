"""Feed and webhooks as one table: `python -m tests.benchmarks.delivery [--json]`; some five minutes, one after the other."""

import argparse
import json
import subprocess
import sys
from typing import Final

from tests.benchmarks.table import Line, show

PARTS: Final = ("feed", "webhooks")


def main() -> int:
    """Measure both, print; 0 whatever comes out."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.delivery")
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    lines: list[Line] = []
    for part in PARTS:
        command = [sys.executable, "-m", f"tests.benchmarks.{part}", "--json"]
        told = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        _, start, rest = told.decode().partition("[\n")  # a warning may have been logged before
        lines += (Line(**line) for line in json.loads(start + rest))
    show(lines, as_json=options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
