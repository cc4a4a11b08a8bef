"""The merge of what several screens type, by its promises: nothing unseen is overwritten, nothing typed is lost."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.intake.merging import Mark, Outcome, Save, Typed, differences, fields_of, merge, news, value_at, with_value

FIELDS = ("worry", "person.name", "place.stay.postcode", "answers.weapon", "answers.a.dot")
SCREENS = ("left", "right", "third")
values = st.one_of(st.none(), st.sampled_from(["a", "b", "c"]))
changes = st.dictionaries(st.sampled_from(FIELDS), values, min_size=1)
steps = st.lists(st.tuples(st.sampled_from(SCREENS), st.integers(0, 3), changes), max_size=25)


@dataclass
class Room:
    """Some screens around one draft: what the draft is, and what each screen has seen of it."""

    typed: Typed = field(default_factory=lambda: Typed({}, {}))
    version: int = 1
    seen: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SCREENS, 1))

    def save(self, screen: str, behind: int, told: dict[str, Any]) -> tuple[Typed, int, Any]:
        """One save by a screen that has missed its last `behind` answers at most; what was before."""
        before, seen = self.typed, max(1, self.seen[screen] - behind)
        self.version += 1
        self.typed, lines = merge(before, Save(Mark(self.version, "key", screen, "now"), seen, told))
        self.seen[screen] = self.version
        return before, seen, lines


@settings(max_examples=50, deadline=None)
@given(steps)
def test_nobody_overwrites_what_they_have_not_seen(taken: list[tuple[str, int, dict[str, Any]]]) -> None:
    """Whatever the order and however late the answers: a value that changed was this screen's own, or one that it knew."""
    room = Room()
    for screen, behind, told in taken:
        before, seen, _ = room.save(screen, behind, told)
        for name in FIELDS:
            if value_at(before.contents, name) != value_at(room.typed.contents, name):
                by = before.marks.get(name)
                assert by is None or by.screen == screen or by.version <= seen


@settings(max_examples=50, deadline=None)
@given(steps)
def test_every_field_of_a_save_is_stored_or_told(taken: list[tuple[str, int, dict[str, Any]]]) -> None:
    """Each field has one line; it stands in the draft as it was sent, or the answer says that it doesn't and what does."""
    room = Room()
    for screen, behind, told in taken:
        before, _, lines = room.save(screen, behind, told)
        assert [line.field for line in lines] == list(told)
        for line in lines:
            kept = value_at(room.typed.contents, line.field)
            assert (line.old, line.new) == (value_at(before.contents, line.field), told[line.field])
            assert kept == (line.old if line.outcome is Outcome.CONFLICT else line.new)
            assert (line.by is not None) == (line.outcome is Outcome.CONFLICT)


@settings(max_examples=50, deadline=None)
@given(steps)
def test_a_screen_that_hears_its_answers_knows_the_draft(taken: list[tuple[str, int, dict[str, Any]]]) -> None:
    """What a screen typed and what it is told as news is all there is: its picture and the draft can't drift apart."""
    room = Room()
    pictures: dict[str, dict[str, Any]] = {screen: {} for screen in SCREENS}
    for screen, _, told in taken:
        _, seen, lines = room.save(screen, 0, told)
        pictures[screen] |= {line.field: line.new for line in lines if line.outcome is not Outcome.CONFLICT}
        pictures[screen] |= {name: value_at(room.typed.contents, name) for name in news(room.typed, screen, seen)}
        known = {name: value for name, value in pictures[screen].items() if value is not None}
        assert known == dict(fields_of(room.typed.contents, frozenset()))


@given(steps, changes)
def test_a_save_again_would_change_nothing(taken: list[tuple[str, int, dict[str, Any]]], told: dict[str, Any]) -> None:
    """Even if the sequence were forgotten: the same fields from the same screen leave what was typed as it is."""
    room = Room()
    for screen, behind, one in taken:
        room.save(screen, behind, one)
    _, seen, _ = room.save("left", 0, told)
    again, _ = merge(room.typed, Save(Mark(room.version + 1, "key", "left", "now"), seen, told))
    assert again.contents == room.typed.contents


@given(changes, changes)
def test_the_later_save_wins_in_whichever_order_both_arrive(first: dict[str, Any], second: dict[str, Any]) -> None:
    """One screen, two saves, a network that turns them around: the draft is the same."""
    straight, turned = Room(), Room()
    straight.save("left", 0, first)
    straight.save("left", 0, second)
    turned.save("left", 0, second)
    late = Save(Mark(3, "key", "left", "now"), 1, first, frozenset(second))
    typed, lines = merge(turned.typed, late)
    assert typed.contents == straight.typed.contents
    assert {line.field for line in lines if line.outcome is Outcome.SUPERSEDED} == first.keys() & second.keys()


@given(changes, st.sampled_from(FIELDS), values)
def test_a_field_is_what_it_was_set_to_and_no_other_changes(told: dict[str, Any], name: str, value: Any) -> None:
    """Paths are paths: a name with a dot among the answers is one answer, and an emptied object leaves nothing behind."""
    contents: Any = {}
    for one, given_value in told.items():
        contents = with_value(contents, one, given_value)
    changed = with_value(contents, name, value)
    assert value_at(changed, name) == value
    assert {one: value_at(changed, one) for one in FIELDS if one != name} == {
        one: value_at(contents, one) for one in FIELDS if one != name
    }
    assert all(inner != {} for inner in changed.values())


@given(changes, changes)
def test_a_whole_save_is_its_differences(old: dict[str, Any], new: dict[str, Any]) -> None:
    """PUT goes through the same merge: what differs, carried out, gives what was sent."""
    first: Any = {}
    second: Any = {}
    for name, value in old.items():
        first = with_value(first, name, value)
    for name, value in new.items():
        second = with_value(second, name, value)
    for name, value in differences(first, second, frozenset()).items():
        first = with_value(first, name, value)
    assert first == second


def test_two_pipelined_saves_of_one_screen_are_no_conflict() -> None:
    """Somebody who types faster than the network answers is not in conflict with themselves."""
    room = Room()
    room.save("left", 0, {"worry": "a"})
    _, _, [line] = room.save("left", 1, {"worry": "ab"})
    assert line.outcome is Outcome.SAVED
