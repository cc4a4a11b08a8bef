"""Lines to type, each of which works in the demo as it stands."""

from dataclasses import dataclass
from typing import Final

from app.console.play import Cast, Play

A_CALL: Final = (
    '{"answers": {"danger_now": "no", "not_eating": "yes"}, "worry": "Buurman eet al dagen niet.",'
    ' "caller": {"anonymity": "anonymous", "relation": "neighbour"},'
    ' "place": {"stay": {"postcode": "1012AB", "houseNumber": "12"}}}'
)


@dataclass(frozen=True, slots=True)
class Example:
    """A line, under the key of its text, and who says it."""

    key: str
    who: str
    line: str


def examples(play: Play) -> list[Example]:
    """From a call that comes in to the events that a provider reads."""
    told: list[Example] = []
    if operator := play.one("operator"):
        told += [
            _post("take_a_call", play, operator, "/v1/calls", A_CALL),
            _get("see_cases", play, operator, "/v1/cases?limit=3"),
        ]
    if desk := play.one("desk", "meldpunt"):
        told.append(_get("answer_offers", play, desk, "/v1/offers?limit=3"))
    if provider := play.one("desk", "care_provider"):
        told.append(_get("read_the_feed", play, provider, f"/v1/organisations/{provider.organisation}/events?limit=3"))
    if supervisor := play.one("supervisor"):
        told.append(_get("what_is_overdue", play, supervisor, "/v1/cases?overdue=true&limit=3"))
    if planner := play.one("planner"):
        told += [
            _get("where_is_nobody", play, planner, "/v1/gaps?limit=3"),
            _get("what_if", play, planner, "/v1/routing/preview?postcode=4331AA&urgency=crisis"),
        ]
    return told


def _get(key: str, play: Play, who: Cast, path: str) -> Example:
    return Example(key, who.name, f"curl -H 'Authorization: Bearer {who.token}' '{play.base_url}{path}'")


def _post(key: str, play: Play, who: Cast, path: str, body: str) -> Example:
    line = f"curl -H 'Authorization: Bearer {who.token}' --json '{body}' '{play.base_url}{path}'"
    return Example(key, who.name, line)
