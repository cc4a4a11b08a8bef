"""What the rooms refuse with, in Dutch: every sentence of the source, its values too, and nothing that no room says any more."""

import time
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import chain
from string import Formatter
from typing import Final

import httpx
import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from pydantic_core._pydantic_core import list_all_errors

from app.cases.lifecycle import Flag, State, Urgency
from app.console.refusals import FOLDER, LONGEST, TEMPLATE, TITLE, WORD, Refusals, beneath, headline, refusals, said
from app.core.errors import Invalid, NotFound
from app.core.problem import all_problems
from app.followup.feedback import Listener
from app.followup.items import ItemKind, ItemState
from app.followup.obligations import DecidedBy
from app.followup.ownership import Official, ProblemLevel
from app.followup.situation import CheckState, GoalOutcome, ObligationKind, ObligationState
from app.followup.ties import CantJoinCases, TieState, insist_on_joinable
from app.intake.codes import CallKind
from app.intake.hand_offs import HandOffState
from app.procedures.requests import RequestState
from app.rosters.overrides import State as OverrideState
from app.routing.offers import OfferState
from app.signals.codes import SignalState
from app.team.membership import MemberState
from tests.console.refusals_raised import ROOT, raised

DUTCH: Final = refusals("nl") or Refusals("nl", {}, {}, None)
# Values that sentences fill in.
VALUES: Final[tuple[type[StrEnum], ...]] = (
    State, Urgency, Flag, OfferState, HandOffState, CallKind, ItemState, ItemKind, CheckState, ObligationKind, ObligationState,
    GoalOutcome, TieState, MemberState, SignalState, RequestState, OverrideState, Official, ProblemLevel, DecidedBy,
)  # fmt: skip
# What the framework says, and what we make of it.
OF_THE_FRAMEWORK: Final = {"JSON decode error", "{discriminator} must be one of {expected_tags}"}
# What means something to programs only, or is said twice: a reader of Dutch needs it not.
UNTOLD: Final = {
    "address", "class_name", "cloudevents2", "code", "current", "current2", "discriminator", "error", "expected_plural", "field_type",
    "id", "kind3", "least3", "named", "pattern", "told", "version",
}  # fmt: skip


def _messages(*contexts: str | None) -> Iterator[Message]:
    with (FOLDER / "nl.po").open("rb") as opened:
        yield from (one for one in read_po(opened, "nl") if one.id and one.context in contexts)


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_refusal_is_told_in_dutch() -> None:
    """A room that says something new says it in Dutch too; and what no room says any more is not kept."""
    ours = raised()
    assert len(ours) > 500
    known = {str(one.id) for one in _messages(None)}
    of_pydantic = {one["message_template_python"] for one in list_all_errors()}
    assert not [(text, room) for text, room in ours.items() if text not in known], "without Dutch"
    assert not [text for text in known if text not in ours and text not in of_pydantic | OF_THE_FRAMEWORK], "said by nobody"


def test_every_kind_of_problem_has_a_dutch_title() -> None:
    """So that an answer in Dutch is Dutch."""
    assert {str(one.id) for one in _messages(TITLE)} == {kind.title for kind in all_problems().values()}


def test_values_are_filled_in_by_their_names() -> None:
    """Dutch names what is there; what it leaves out is left out on purpose."""
    for one in _messages(None, WORD):
        assert one.string
        if TEMPLATE in one.flags:
            there, told = _names(str(one.id)), _names(str(one.string))
            assert told <= there, one.id
            assert there - told <= UNTOLD, one.id


def test_values_are_dutch_too() -> None:
    """A state is not told by its code; and each word is one that the source says."""
    words = {str(one.id) for one in _messages(WORD)}
    codes = set(chain.from_iterable(VALUES)) | {one.replace("_", " ") for one in Listener}
    assert not codes - words
    source = "".join(file.read_text(encoding="utf-8") for file in ROOT.rglob("*.py"))
    assert not [one for one in words if not _is_said(one, source)]


def _is_said(word: str, source: str) -> bool:
    literals = [text for text, *_ in Formatter().parse(word) if text.strip()]
    return all(text.strip() in source or text.replace(" ", "_") in source for text in literals)


@pytest.mark.parametrize(
    ("english", "dutch"),
    [
        ("This is not your password.", "Dit is niet uw wachtwoord. Vul het opnieuw in."),
        ("A case that is closed can't be joined: it must be owned, and open.", "Een casus die afgesloten is, kan niet"),
        ("With suicide, fire the urgency is at least crisis. Choose crisis or higher.", "Met suïcide, brand is de urgentie"),
        ("Value error, Send either result or waiver.", "Vul een uitkomst in, of waarom het vervalt."),
        ("String should have at most 400 characters", "Dit is te lang. Gebruik hoogstens 400 tekens."),
        ("Before this person is called unreachable there must be: 3 tries (there are 1); a visit among them. Log what was tried.",
         "is nodig: 3 pogingen (er zijn er 1); een bezoek."),
        ("The check of week 2 counts from 2026-12-01T10:00Z on. Do it then, or waive it with a reason.", "vanaf di 1 dec 11:00."),
        ("GM0001 (A) became part of GM0002 (B) and GM0003 (C) on 2021-01-01. Use GM0002.", "op 1 januari 2021 over in GM0002 (B) en"),
        ("3 fields are not valid; each is named in `errors`. Nothing was changed.", "3 velden zijn niet goed;"),
        ("This draft is completed. Nothing was changed.", "Dit concept is verstuurd. Er is niets gewijzigd."),
    ],
)  # fmt: skip
def test_values_stand_where_dutch_wants_them(english: str, dutch: str) -> None:
    """Words, lists, moments, counts, sentences within sentences."""
    assert dutch in (DUTCH(english) or "")


def test_what_is_not_known_stays_english_and_says_so() -> None:
    """A screen reader must not read English aloud as Dutch; half of a sentence is not translated, and nothing is executed."""
    for unknown in ("Never heard of <b>this</b>.", "Never heard of <b>this</b>. Nothing was changed."):
        assert DUTCH(unknown) is None
        assert said("nl", unknown).startswith('<span lang="en">Never heard of &lt;b&gt;')
    assert said("en", "Whatever.") == "Whatever."
    assert not hasattr(DUTCH("A calamity is ended by a <b>. Nothing was changed."), "__html__"), "a page escapes it"


@pytest.mark.parametrize("part", ["Nothing was changed. ", "A case that is ", ", ", " and ", "1 fields are ", "{0.__class__}"])
def test_a_hostile_sentence_costs_nothing(part: str) -> None:
    """It may hold what somebody sent: its length and shape are theirs."""
    began = time.process_time()
    for text in (part * (LONGEST // len(part)), f"This calendar is {part * 100}. Nothing was changed.", part * 100_000):
        DUTCH(text)
    assert time.process_time() - began < 0.1


def test_a_problem_on_a_page() -> None:
    """Dutch: by its kind, else by its own sentence, and never twice the same; a text of its kind is helped by values only."""
    missing = NotFound("This roster has no such rotation.")
    assert headline(missing, "nl") == "Deze beurtrol staat niet in dit rooster."
    assert not beneath("nl", missing)
    assert beneath("en", missing) == missing.detail
    strange = Invalid("Never heard of.")
    assert headline(strange, "nl").startswith("Er ontbreekt iets")
    assert 'lang="en"' in beneath("nl", strange)
    with pytest.raises(CantJoinCases, match="joint table") as refused:
        insist_on_joinable(State.AFTERCARE, [ItemKind.JOINT_TABLE], handover=False)
    assert "samen beoordelen" in beneath("nl", refused.value, "case_problem_")


def _told(answer: httpx.Response, *names: str) -> Iterable[str]:
    return (answer.json()[name] for name in names)


async def test_the_api_answers_in_the_language_that_is_asked_for(client: httpx.AsyncClient) -> None:
    """A script of a Dutch page shows what it gets; whoever asks for nothing gets English, as ever (RFC 9457 §3.1)."""
    asked = {"nl": "nl-NL,nl;q=0.9,en;q=0.8", "en": "en-GB,nl;q=0.5", "": "", "fr": "fr"}
    found = {name: await client.get("/v1/nowhere", headers={"Accept-Language": told}) for name, told in asked.items()}
    assert list(_told(found["nl"], "title", "detail")) == ["Dit kan niet worden beantwoord", "Op dit adres is niets."]
    assert found["nl"].headers["Content-Language"] == "nl"
    assert found["nl"].headers["Vary"] == "Accept-Language"
    for name in ("en", "", "fr"):
        assert "content-language" not in found[name].headers
        assert found[name].json()["detail"].startswith("There is nothing at this address.")
