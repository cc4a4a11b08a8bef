"""Postcodes and codes of municipalities."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.directory.places import PlaceUnknown, Postcode, municipality_code

digits = st.from_regex(r"[1-9][0-9]{3}", fullmatch=True, alphabet=st.characters(codec="ascii"))
letters = st.from_regex(r"[A-Z]{2}", fullmatch=True, alphabet=st.characters(codec="ascii"))
given_out = letters.filter(lambda two: two not in {"SA", "SD", "SS"})


@given(digits, given_out, st.sampled_from(["", " ", "  ", "\t"]), st.sampled_from([str.upper, str.lower, str.title]))
def test_a_postcode_is_read_however_it_is_typed(four: str, two: str, between: str, case: type[str]) -> None:
    """Somebody in a hurry types 1012ab; what is stored is always 1012 AB, and reads as itself."""
    postcode = Postcode.parse(f" {four}{between}{case(two)} ")
    assert str(postcode) == f"{four} {two}"
    assert Postcode.parse(str(postcode)) == postcode


@given(st.text(max_size=9))
def test_whatever_else_is_typed_is_refused_or_a_postcode(text: str) -> None:
    """No text may slip through as a place, nor make the service fall over."""
    try:
        postcode = Postcode.parse(text)
    except PlaceUnknown:
        return
    assert re.fullmatch(r"[1-9][0-9]{3} [A-Z]{2}", str(postcode), re.ASCII)


@pytest.mark.parametrize(
    "text", ["", "0123 AB", "123 AB", "12345 AB", "1012 A", "1012 ABC", "1012-AB", "1012 4B", "1012 ÄB", "١٠١٢ AB"]
)
def test_what_can_not_be_a_postcode_is_refused_with_a_remedy(text: str) -> None:
    """Misheard digits are asked again, not sent to the wrong town."""
    with pytest.raises(PlaceUnknown, match="such as 1234 AB") as refusal:
        Postcode.parse(text)
    assert refusal.value.errors[0].pointer == "/postcode"


@given(digits, st.sampled_from(["SA", "SD", "SS", "ss"]))
def test_letters_that_are_never_given_are_refused(four: str, two: str) -> None:
    """Three pairs of letters are on no address: whoever hears them has misheard."""
    with pytest.raises(PlaceUnknown, match="do not exist"):
        Postcode.parse(f"{four} {two}")


@given(st.from_regex(r"GM[0-9]{4}", fullmatch=True, alphabet=st.characters(codec="ascii")), st.booleans())
def test_a_code_is_read_however_it_is_typed(code: str, small: bool) -> None:  # noqa: FBT001  a strategy fills it
    """A code from a spreadsheet with a space and small letters is the same municipality."""
    assert municipality_code(f" {code.lower() if small else code}\n") == code


@pytest.mark.parametrize("text", ["", "0363", "GM363", "GM03634", "XX0363", "Amsterdam", "GM٠٣٦٣", "GM 0363"])
def test_what_is_no_code_is_refused_with_a_remedy(text: str) -> None:
    """A name is no code: two municipalities may bear the same name."""
    with pytest.raises(PlaceUnknown, match="/v1/municipalities") as refusal:
        municipality_code(text)
    assert refusal.value.errors[0].pointer == "/municipalityCode"
