"""Import as many addresses as the Netherlands has: `python -m tests.benchmarks.importing [--rows N]`; goals in the last line.

The file is made as CBS makes it: sorted, in a zip, some postcodes in two municipalities, some lines twice. It is imported by
the command line, in a process of its own, into an embedded PostgreSQL with the Netherlands of the demo.
"""

import argparse
import asyncio
import csv
import io
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from datetime import date
from itertools import islice, product
from pathlib import Path
from string import ascii_uppercase
from typing import Final

from app.core import embedded, migrations
from app.core.actor import WORKER
from app.core.db import Database
from app.core.work import begin
from app.directory.places import NEVER_GIVEN
from app.directory.seeding import DATA, load_netherlands
from tests.conftest import MASTER_KEY, settings_for

ROWS: Final = 8_000_000
HOUSES: Final = 17
TWO_TOWNS: Final = 400  # one postcode in so many lies in two municipalities
TWICE: Final = 1000  # one line in so many comes twice
YEAR: Final = date.today().year  # noqa: DTZ011  the file of this year
GOAL_SECONDS, GOAL_MB = 300, 500


def addresses(rows: int) -> Iterator[str]:
    """The lines below the header, `rows` of them."""
    with (DATA / "pc4_municipality.csv").open(encoding="utf-8") as file:
        places = [(row["pc4"], row["municipality_code"][2:]) for row in csv.DictReader(file)]
    pairs = ["".join(two) for two in product(ascii_uppercase, repeat=2)]
    letters = [two for two in pairs if two not in NEVER_GIVEN][: 1 + rows // (len(places) * HOUSES)]
    return islice(_lines(places, letters), rows)


def _lines(places: list[tuple[str, str]], letters: list[str]) -> Iterator[str]:
    for place, (pc4, code) in enumerate(places):
        other = places[place - 1][1]
        for number, two in enumerate(letters):
            for house in range(1, HOUSES + 1):
                here = other if (place * len(letters) + number) % TWO_TOWNS == 0 and house % 2 else code
                line = f"{pc4}{two};{house};{here}AF{house % 10:02};{here}AF;{int(here)}\r\n"
                yield line
                if (place + number + house) % TWICE == 0:
                    yield line


def make(path: Path, rows: int) -> int:
    """A zip as CBS publishes it; how many bytes it unpacks to."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        archive.writestr(f"gem_{YEAR}.csv", f"Gem{YEAR};Gemeentenaam{YEAR}\r\n363;Amsterdam\r\n")
        with archive.open(f"pc6hnr{YEAR}0801_gwb.csv", "w", force_zip64=True) as raw, io.TextIOWrapper(raw, "ascii") as file:
            file.write(f"PC6;Huisnummer;Buurt{YEAR};Wijk{YEAR};Gemeente{YEAR}\r\n")
            file.writelines(addresses(rows))
        return archive.infolist()[-1].file_size


async def _furnish(url: str) -> None:
    database = Database(url, settings_for(url))
    async with begin(database, WORKER) as work:
        await load_netherlands(work, from_day=work.at.date(), days=1)
    await database.close()


def imported(url: str, path: Path, *options: str) -> tuple[float, float]:
    """Seconds and peak megabytes of `nodus import postcodes`."""
    environment = os.environ | {"NODUS_DATABASE_URL": url, "NODUS_MASTER_KEY": MASTER_KEY}
    started = time.perf_counter()
    command = [sys.executable, "-m", "app.cli", "import", "postcodes", str(path), *options]
    process = subprocess.Popen(command, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        raise SystemExit("The import failed.")
    return seconds, used.ru_maxrss / 1024


def main() -> None:
    """Make the file, import it three times (looked at, applied, again), and say what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="nodus-import-") as folder:
        cluster = embedded.start(Path(folder))
        try:
            migrations.upgrade(cluster.admin_url)
            migrations.grant_login(cluster.admin_url, embedded.LOGIN)
            asyncio.run(_furnish(cluster.url))
            path = Path(folder) / f"{YEAR}-cbs-pc6huisnr{YEAR}0801_buurt.zip"
            unpacked = make(path, rows)
            print(f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB, unpacked {unpacked / 1e6:.0f} MB")  # noqa: T201
            for what, options in (("looked at", []), ("applied", ["--apply"]), ("again", ["--apply"])):
                seconds, peak = imported(cluster.url, path, *options)
                well = "reached" if seconds < GOAL_SECONDS and peak < GOAL_MB else "MISSED"
                print(  # noqa: T201
                    f"{what}: {seconds:.1f} s, {rows / seconds:,.0f} rows/s, peak {peak:.0f} MB"
                    f" (goal {GOAL_SECONDS} s, {GOAL_MB} MB: {well})"
                )
        finally:
            cluster.stop()


if __name__ == "__main__":
    main()
