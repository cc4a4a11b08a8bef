"""Nothing that clients rely on goes without a new major version (API Design Rules /core/semver, /core/changelog)."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.breaking import Comparison

OPENAPI = Path(__file__).parents[2] / "openapi"
RELEASED = json.loads((OPENAPI / "released.json").read_text())
COMMITTED = json.loads((OPENAPI / "openapi.json").read_text())


def test_nothing_breaks_without_a_new_version() -> None:
    """`released.json` is what the last release described; a release replaces it."""
    if COMMITTED["info"]["version"].split(".")[0] == RELEASED["info"]["version"].split(".")[0]:
        assert Comparison(RELEASED, COMMITTED).breaks() == []


def test_a_change_is_told() -> None:
    """Whatever differs from the last release stands in the changelog."""
    if COMMITTED != RELEASED:
        assert "## Unreleased" in (OPENAPI / "CHANGELOG.md").read_text()


def _without_offers(described: Any) -> None:
    del described["paths"]["/offers"]


def _a_new_duty(described: Any) -> None:
    described["components"]["schemas"]["ContactIn"]["required"].append("note")


def _a_result_less(described: Any) -> None:
    described["components"]["schemas"]["Result"]["enum"].remove("tried")


def _a_field_less(described: Any) -> None:
    del described["components"]["schemas"]["OfferOut"]["properties"]["acceptBy"]


def _a_field_that_may_be_missing(described: Any) -> None:
    described["components"]["schemas"]["OfferOut"]["required"].remove("acceptBy")


def _another_status(described: Any) -> None:
    answers = described["paths"]["/calls"]["post"]["responses"]
    answers["202"] = answers.pop("201")


def _a_new_parameter(described: Any) -> None:
    asked = {"in": "query", "name": "since", "required": True, "schema": {"type": "string"}}
    described["paths"]["/offers"]["get"].setdefault("parameters", []).append(asked)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_without_offers, "GET /offers is gone"),
        (_a_new_duty, "POST /cases/{case_id}/contacts.note must now be sent"),
        (_a_result_less, "POST /cases/{case_id}/contacts.result no longer takes tried"),
        (_a_field_less, "acceptBy is gone"),
        (_a_field_that_may_be_missing, "acceptBy may now be missing"),
        (_another_status, "POST /calls no longer answers 201"),
        (_a_new_parameter, "GET /offers now asks for since"),
    ],
)
def test_a_break_is_found(change: Callable[[Any], None], told: str) -> None:
    """The comparison itself: each kind of break is seen, once it is made."""
    changed = copy.deepcopy(COMMITTED)
    change(changed)
    assert any(told in one for one in Comparison(COMMITTED, changed).breaks())


def test_what_is_new_breaks_nothing() -> None:
    """A client of yesterday is served by tomorrow's operations, optional fields and values in answers."""
    changed = copy.deepcopy(COMMITTED)
    changed["paths"]["/news"] = changed["paths"]["/offers"]
    changed["components"]["schemas"]["ContactIn"]["properties"]["mood"] = {"type": "string"}
    changed["components"]["schemas"]["OfferState"]["enum"].append("forwarded")
    assert Comparison(COMMITTED, changed).breaks() == []
