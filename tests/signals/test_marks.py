"""Spellings that must meet, and things that must not."""

from collections.abc import Callable
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.signals import addresses, names, phones
from app.signals.marks import About, Address, Kind, marks

BORN = date(1971, 5, 23)

SAME_PERSON = [
    ["Jan de Vries", "J. de Vries", "de Vries, Jan", "Vries, J. de", "JAN DE VRIES", "Jan Peter de Vries", "J.P. de Vries"],
    ["Piet Jansen", "P. Janssen", "Jansen, P.", "Piet Janse", "p. janssens"],
    ["Anna van der Berg-Jansen", "A. van den Berg", "Anna Jansen - van der Berg", "Anna vanderBerg"],
    ["Wim op 't Veld", "W. op ’t Veld", "Wim op het Veld", "Veld, W. op 't"],
    ["Els Dijkstra", "Els Dykstra", "E. Dijkstra", "Els Deijkstra"],
    ["Kees Meijer", "K. Meyer", "Cees Meier", "Kees Maijer"],
    ["Joop Smid", "J. Smit", "Joop Smidt"],
    ["Ria Kuiper", "R. Kuyper", "Ria Kuijper"],
    ["Hans Bosch", "H. van den Bosch", "Hans Bos"],
    ["Ayşe Yıldız", "Ayse Yildiz", "A. YILDIZ", "Yıldız, Ayşe"],
    ["Mehmet Çelik", "M. Celik", "Mehmet Celik"],
    ["Gül Öztürk", "Gul Ozturk", "G. Öztürk"],
    ["Emre Doğan", "E. Dogan", "Emre DOĞAN"],
    ["Fatima el Khattabi", "F. El-Khattabi", "Fatima Elkhattabi", "Fatima Al Chattabi", "el Khattabi, Fatima"],
    ["Youssef Bouazza", "Y. Boeazza", "Joussef Bouaza"],
    ["Mohammed ben Ali", "Mohamed Benali", "M. Ben Ali", "Muhammad Ben-Ali"],
    ["Rachid Ait Hammou", "R. Aït Hammou", "Rachid Aithammou"],
    ["Sandra Ramdin", "S. Ramdien", "Ramdin, S."],
    ["Glenn van Ommeren", "G. van Ommeren", "Glenn Vanommeren"],
    ["Wensley Kartosen", "W. Kartosen", "Kartosen, Wensley"],
    ["Zofia Wiśniewska", "Z. Wisniewski", "Sofia Wisniewska"],
    ["Łukasz Wójcik", "Lukasz Wojcik", "Ł. Wójcik"],
    ["Ewa Kowalska-Nowak", "E. Kowalski", "Ewa Nowak"],
    ["François d'Hondt", "Francois D Hondt", "F. d’Hondt"],
]
OTHERS = [
    ("Piet Jansen", "Piet de Boer"),
    ("Piet Jansen", "Klaas Jansen"),
    ("Ayşe Yıldız", "Ayşe Yılmaz"),
    ("Mohamed el Khattabi", "Mohamed el Amrani"),
    ("Ewa Kowalska", "Ewa Nowak"),
    ("S. Ramdin", "S. Ramlal"),
    ("Jan Visser", "Jan Vos"),
]


def _sure(name: str, born: date = BORN) -> set[str]:
    return {text for sure, text in names.keys(name, born) if sure}


def _likely(name: str, born: date = BORN) -> set[str]:
    return {text for sure, text in names.keys(name, born) if not sure}


@pytest.mark.parametrize("spellings", SAME_PERSON, ids=lambda spellings: spellings[0])
def test_spellings_of_one_name_meet(spellings: list[str]) -> None:
    """What one operator hears as Janssen the next one types as Jansen: it is one person, and each meets the first."""
    for other in spellings[1:]:
        assert _sure(spellings[0]) & _sure(other), (spellings[0], other, _sure(spellings[0]), _sure(other))


@pytest.mark.parametrize("pair", OTHERS, ids=" · ".join)
def test_others_born_on_the_same_day_are_not_surely_the_same(pair: tuple[str, str]) -> None:
    """A stranger's calls told as if they were about this person would be the worst mistake here."""
    assert not _sure(pair[0]) & _sure(pair[1])


def test_everybody_in_the_table_is_somebody_else() -> None:
    """Twenty-four people born on one day stay twenty-four."""
    for one, other in combinations(SAME_PERSON, 2):
        shared = _sure(one[0]) & _sure(other[0])
        assert not shared, (one[0], other[0], shared)


def test_married_or_in_the_other_order_is_likely() -> None:
    """Another surname since the wedding, or a first name said last: shown, but not as sure."""
    assert _likely("Anna Jansen") & _likely("Anna de Vries")
    assert _likely("Jansen Piet") & _likely("Piet Jansen")
    assert _likely("de Vries") & _likely("Jan de Vries")


def test_a_name_without_a_first_name_is_never_sure() -> None:
    """Brothers are born on one day too."""
    assert not _sure("de Vries")
    assert not _sure("Vries")


def test_the_day_of_those_without_papers_says_little() -> None:
    """On the first of January half a village was born: there the whole first name counts."""
    new_year = date(1980, 1, 1)
    assert not _sure("M. Yilmaz", new_year)
    assert not _sure("Mehmet Yılmaz", new_year) & _sure("Murat Yılmaz", new_year)
    assert _sure("Mehmet Yılmaz", new_year) & _sure("Yilmaz, Mehmet", new_year)


def test_another_date_of_birth_is_another_person() -> None:
    """Father and son have one name."""
    assert not set(names.keys("Jan de Vries", BORN)) & set(names.keys("Jan de Vries", date(1971, 5, 24)))


@given(st.text(max_size=60))
def test_any_text_is_read_and_gives_few_keys(told: str) -> None:
    """A name field holds whatever was typed, emoji and right-to-left too; a call must not fail by it, nor leave fifty traces."""
    found = list(names.keys(told, BORN))
    assert len(found) <= 2 * names.MOST_NAMES + 1
    assert all(text.isascii() for _, text in found)


@given(st.sampled_from([one for row in SAME_PERSON for one in row]), st.sampled_from([str.upper, str.lower, lambda s: f"  {s} "]))
def test_capitals_and_spaces_say_nothing(told: str, written: Callable[[str], str]) -> None:
    """Who types in capitals means the same person."""
    assert set(names.keys(told, BORN)) == set(names.keys(written(told), BORN))


@pytest.mark.parametrize(
    "written",
    [
        ("1012ab", "12 a", ""),
        ("1012 AB", "12A", ""),
        ("1012AB", "12-a", ""),
        ("1012 ab", "12", "A"),
        ("1012AB", "012", "a"),
        (" 1012  AB", "12/A", ""),
    ],
)
def test_writings_of_one_address_are_one(written: tuple[str, str, str]) -> None:
    """The repeat about the same address with another spelling must not go unseen."""
    assert list(addresses.keys(*written)) == list(addresses.keys("1012AB", "12", "a"))


def test_floors_are_written_both_ways() -> None:
    """12-II and 12-2 are one floor in Amsterdam; 12 alone may be it."""
    assert list(addresses.keys("1012AB", "12-II")) == list(addresses.keys("1012AB", "12", "2"))
    whole, without = addresses.keys("1012AB", "12", "2")
    alone, also = addresses.keys("1012AB", "12")
    assert whole != alone
    assert without == also


@pytest.mark.parametrize(
    "none", [("", "12"), ("1012", "12"), ("0123AB", "12"), ("1012AB", ""), ("1012AB", "huis"), ("1012AB", "0")]
)
def test_what_is_no_address_is_no_mark(none: tuple[str, str]) -> None:
    """Half an address would meet a whole street."""
    assert not list(addresses.keys(*none))


@given(st.integers(1, 99999), st.sampled_from(["", "a", "bis", "II", "3"]), st.sampled_from(["", " ", "-", "/"]))
def test_house_numbers_meet_however_they_are_parted(number: int, addition: str, between: str) -> None:
    """Whatever stands between number and addition says nothing."""
    if addition.isdigit() and not between:
        return
    assert list(addresses.keys("1012AB", f"{number}{between}{addition}")) == list(addresses.keys("1012AB", str(number), addition))


@pytest.mark.parametrize(
    "told", ["0612345678", "06 12 34 56 78", "06-12345678", "+31612345678", "0031 6 12345678", "+31 (0)6 1234 5678"]
)
def test_writings_of_one_number_are_one(told: str) -> None:
    """The exchange tells it in one way, a neighbour in another."""
    assert phones.key(told) == "+31612345678"


@pytest.mark.parametrize("told", ["112", "113", "0800-0113", "14 020", "14020", "0900 8844", "", "geen", "12", "0" * 40])
def test_a_number_that_is_nobodys_own_is_no_mark(told: str) -> None:
    """Everybody who rings from 112 would be one person."""
    assert phones.key(told) == ""


def test_a_caller_is_not_the_person() -> None:
    """Who rings about a neighbour may ring about another tomorrow: only the person's own number is sure."""
    found = marks(About(phone="0612345678", caller_phone="0687654321"))
    assert [(one.kind, one.sure) for one in found] == [(Kind.PHONE, True), (Kind.PHONE, False)]
    assert len(marks(About(phone="0612345678", caller_phone="+31612345678"))) == 1


def test_marks_are_not_shown() -> None:
    """A traceback must not carry a name to the log."""
    about = About((Address("1012AB", "12"),), "Wilhelmina Geheim", BORN, "0612345678", "0687654321")
    shown = repr(about) + repr(marks(about))
    assert not [secret for secret in ("1012", "geheim", "Geheim", "61234", "1971") if secret in shown]
