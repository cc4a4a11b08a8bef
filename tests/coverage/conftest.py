"""A country with three municipalities and nothing else, to be furnished by each test."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from app.core import embedded
from app.core.db import Database
from tests.conftest import copy_of, settings_for
from tests.coverage.countries import CODES

EMPTY = f"""
  TRUNCATE municipality, organisation, service, service_area, roster, shift, postcode, api_key CASCADE;
  INSERT INTO municipality (code, name, safety_region, ggd_region, police_unit, province)
  SELECT code, code, 'VR01', 'GGD ' || code, 'unit', 'here' FROM unnest('{{{",".join(CODES)}}}'::text[]) AS code
"""

LEFT = "event, recipient_counter, gap, fallback, demand, shift, roster, service_area, service, api_key, organisation"
WIPE = "; ".join(f"DELETE FROM {table}" for table in LEFT.split(", "))
WIPE += "; UPDATE coverage_look SET directory_version = NULL, next_at = 'epoch', summarised_on = NULL"


@pytest.fixture(scope="module")
def empty_url(cluster: embedded.Embedded) -> str:
    """A database with three municipalities."""
    name = copy_of(cluster)
    cluster.psql(EMPTY, name)
    return cluster.url_of(name, embedded.LOGIN)


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[Database]:
    """A pool on it."""
    made = Database(empty_url, settings_for(empty_url))
    yield made
    await made.close()


@pytest.fixture
async def own(cluster: embedded.Embedded, empty_url: str) -> AsyncIterator[Database]:
    """The same, for a test that commits: what others left is gone."""
    connection = await asyncpg.connect(empty_url.replace(f"//{embedded.LOGIN}", "//postgres"))
    await connection.execute(WIPE)
    await connection.close()
    made = Database(empty_url, settings_for(empty_url))
    yield made
    await made.close()
