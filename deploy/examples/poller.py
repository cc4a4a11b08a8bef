"""Polls Nodus' feed, and keeps its place: `NODUS_KEY=nodus_… python poller.py https://nodus.example ORGANISATION [FILE]`."""

import http.client
import json
import os
import sqlite3
import sys
import time
import urllib.error
import urllib.request

BASE, ORGANISATION = sys.argv[1:3]
PASSING = {304, 408, 429, 500, 502, 503, 504}
KEPT = sqlite3.connect(sys.argv[3] if len(sys.argv) > 3 else "polled.sqlite")
# What you do with events, do afterwards, from the file; some are told again, under the same id.
KEPT.executescript("""CREATE TABLE IF NOT EXISTS event (id TEXT PRIMARY KEY, body TEXT);
  CREATE TABLE IF NOT EXISTS snapshot (id TEXT PRIMARY KEY, body TEXT);  -- what is open, read when events were lost to us
  CREATE TABLE IF NOT EXISTS place (only INTEGER PRIMARY KEY CHECK (only = 1), after TEXT);
  INSERT OR IGNORE INTO place VALUES (1, '0');""")


def ask(path, **known):
    request = urllib.request.Request(BASE + path, headers={"Authorization": f"Bearer {os.environ['NODUS_KEY']}", **known})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer) | {"etag": answer.headers.get("ETag", "")}


def keep(table, items, after):
    with KEPT:  # what came and how far we are, in one transaction: a crash leaves both or neither
        KEPT.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", [(one["id"], json.dumps(one)) for one in items])
        KEPT.execute("UPDATE place SET after = coalesce(?, after)", (after,))


def resync(paths):
    position = None  # where the feed was when the first page was read: from there on nothing is missed
    for path in paths:
        cursor = ""
        while cursor is not None:
            page = ask(path + (f"&cursor={cursor}" if cursor else ""))
            position, cursor = position or page["feedPosition"], page["next"]
            keep("snapshot", page["items"], None)
    keep("snapshot", [], position)


lost, known = None, {}  # the lists to read, after the feed said that events were lost to us; what it last said: then 304
while True:
    try:
        lost = resync(lost) if lost else None
        [[after]] = KEPT.execute("SELECT after FROM place")
        page = ask(f"/v1/organisations/{ORGANISATION}/events?after={after}&wait=25", **known)
        keep("event", page["events"], page["next"])
        known = {"If-None-Match": page["etag"]}  # only of what was kept
    except urllib.error.HTTPError as error:
        problem = json.loads((error.code not in PASSING and error.read()) or "{}")
        if error.code not in PASSING and "snapshot" not in problem:
            sys.exit(f"{error.code}: {problem.get('detail', error.reason)}")  # a person must look
        lost = problem.get("snapshot", lost)
        time.sleep(0 if "snapshot" in problem else int(error.headers.get("Retry-After", 5)))
    except (OSError, http.client.HTTPException, ValueError):  # the network, a proxy, an answer cut off
        time.sleep(2)
