"""Files as they really are: however they were saved, the same rows; whatever is wrong, the line and the reason."""

import csv
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.directory.importing.told import Boundaries, Changes, FileBroken, Kind, Municipalities, Postcodes
from app.directory.places import NEVER_GIVEN
from app.directory.seeding import DATA
from tests.directory.importing.files import CBS_HEADER, PC6_HEADER, told_by, written, zipped

names = st.text(st.sampled_from("abcdefABC éëúûâôç'-.,;\""), min_size=1, max_size=20).map(str.strip).filter(bool)
codes = st.integers(1, 9999)
lists = st.dictionaries(codes, names, min_size=1, max_size=12)
saved = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from(",;\t"),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
        "line_end": st.sampled_from(["\n", "\r\n", "\r"]),
    }
)
encodings = st.sampled_from(["utf-8", "utf-8-sig", "cp1252"])
pc6 = st.from_regex(r"[1-9][0-9]{3}[A-Z]{2}", fullmatch=True, alphabet=st.characters(codec="ascii")).filter(
    lambda text: text[4:] not in NEVER_GIVEN
)
houses = st.lists(st.tuples(pc6, st.integers(1, 99999), codes), min_size=1, max_size=40)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _list(told: Any) -> list[tuple[str, str]]:
    assert isinstance(told, Municipalities)
    return [(one.code, one.name) for one in told.listed]


@FEW
@given(lists, saved, encodings, st.permutations(range(6)), st.booleans(), st.booleans())
def test_a_list_reads_the_same_however_it_was_saved(
    tmp_path: Path, told: dict[int, str], how: Any, encoding: str, order: list[int], padded: bool, trailing: bool  # noqa: FBT001
) -> None:  # fmt: skip
    """Copies of the list of CBS go round in every encoding, delimiter, quoting, order and line end; all are the same list."""
    rows = [
        CBS_HEADER,
        *([f"{code:04}" if padded else str(code), "", name, "27", "PV27", "Fryslân"] for code, name in told.items()),
    ]
    rows = [[row[place] for place in order if place != 1] for row in rows]
    if trailing:
        rows += [[""] * 5]
    content = written(rows, **how).encode(encoding)
    read = told_by(tmp_path, Kind.MUNICIPALITIES, content)
    assert _list(read.content) == [(f"GM{code:04}", " ".join(name.split())) for code, name in sorted(told.items())]
    assert read.source.rows == len(told)


@FEW
@given(houses, saved, st.booleans(), st.randoms(use_true_random=False))
def test_house_numbers_are_the_same_in_any_order_and_twice(
    tmp_path: Path, told: list[tuple[str, int, int]], how: Any, zip_it: bool, random: Any  # noqa: FBT001
) -> None:  # fmt: skip
    """The file comes sorted, without duplicates, in a zip; nothing of that is promised."""
    rows = [[postcode, str(house), f"{code:04}AF01", f"{code:04}AF", str(code)] for postcode, house, code in told]
    rows += rows[: len(rows) // 2]
    random.shuffle(rows)
    content = written([PC6_HEADER, *rows], **how).encode()
    if zip_it:
        beside = {"gem_2026.csv": b"Gem2026;Gemeentenaam2026\n363;Amsterdam\n", "pc6hnr20260801_gwb.csv": content}
        content = zipped(tmp_path / "made.zip", beside).read_bytes()
    read = told_by(tmp_path, Kind.POSTCODES, content)
    assert isinstance(read.content, Postcodes)
    lies: dict[str, set[str]] = {}
    for postcode, _, code in told:
        lies.setdefault(postcode, set()).add(f"GM{code:04}")
    assert read.content.pc6 == {postcode: " ".join(sorted(in_)) for postcode, in_ in lies.items()}
    expected = sorted({(p, house, f"GM{code:04}") for p, house, code in told if len(lies[p]) > 1})
    assert list(read.content.numbers) == expected
    assert {p: set(c) for p, c in read.content.pc4.items()} == {
        p[:4]: {code for q, in_ in lies.items() if q[:4] == p[:4] for code in in_} for p in lies
    }
    assert (read.source.year, read.source.rows) == (2026, len(rows))


WRONG = [
    (1, "000", "house number"), (1, "12a", "house number"), (1, "", "house number"), (1, "1234567", "house number"),
    (1, "٣", "house number"), (0, "0123AB", "postcode"), (0, "1234", "postcode"), (0, "1234ÀB", "postcode"), (4, "", "municipality"),
    (4, "12345", "municipality"), (4, "Asten", "municipality"), (4, "-1", "municipality"), (4, "0", "municipality"),
]  # fmt: skip


@FEW
@given(houses, saved, st.sampled_from(WRONG), st.data())
def test_a_broken_line_is_named(
    tmp_path: Path, told: list[tuple[str, int, int]], how: Any, wrong: tuple[int, str, str], data: st.DataObject
) -> None:
    """Somebody must find one line in eight million: its number is that of an editor, and the reason says what to look for."""
    rows = [[postcode, str(house), "", "", str(code)] for postcode, house, code in told]
    place = data.draw(st.integers(0, len(rows) - 1))
    column, value, reason = wrong
    rows[place][column] = value
    with pytest.raises(FileBroken, match=rf"^Line {place + 2}: .*{reason}") as refusal:
        told_by(tmp_path, Kind.POSTCODES, written([PC6_HEADER, *rows], **how))
    assert not value or len(value) < 3 or value not in refusal.value.detail


@FEW
@given(st.binary(max_size=300), st.sampled_from(list(Kind)))
def test_whatever_bytes_come_they_are_refused_in_words(tmp_path: Path, content: bytes, kind: Kind) -> None:
    """No file may make the service fall over; that of noise would mean anything is worse."""
    with pytest.raises(FileBroken):
        told_by(tmp_path, kind, content)


@FEW
@given(lists, st.integers(0, 10_000), st.binary(min_size=1, max_size=3))
def test_a_damaged_copy_reads_or_is_refused(tmp_path: Path, told: dict[int, str], at: int, noise: bytes) -> None:
    """Bytes that were lost or changed on the way end in a sentence, never in a trace."""
    content = written([CBS_HEADER, *([str(code), "", name, "27", "PV27", "Fryslân"] for code, name in told.items())]).encode()
    damaged = content[: at % len(content)] + noise + content[at % len(content) + 1 :]
    with suppress(FileBroken):
        assert told_by(tmp_path, Kind.MUNICIPALITIES, damaged).source.rows <= len(told) + 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"naam;waarde\nx;1\n", "Known are: CBS Gemeenten"),
        (b"PC6;Huisnummer;Gemeente2025\n1011AB;1;363\n", "Import it as postcodes"),
        (b"Gemeentecode;Gemeentenaam\n", "no rows"),
        (b"Gemeentecode;Gemeentenaam\n363\n", "Line 2: it has 1 columns"),
        (b"Gemeentecode;Gemeentenaam\n363;Amsterdam;x\n", "Line 2: it has 3 columns"),
        (b'Gemeentecode;Gemeentenaam\n34;Almere\n363;"Amsterdam\n14;Groningen\n', "Line 3: quotation marks"),
        (b"Gemeentecode;Gemeentenaam\n363;Amsterdam\n363;Mokum\n", "Line 3: an earlier line"),
        (b"Gemeentecode;Gemeentenaam\n363;Amsterd\x81m\xe9\n", "Line 2: a character"),
        (b"Gemeentecode;Gemeentenaam\n363;" + b"x" * 200_000 + b"\n", "Line 2: quotation marks"),
        ("Gemeentecode;Gemeentenaam\n".encode("utf-16"), "UTF-16"),
        (b"\x1f\x8b....", "gzip"),
        (b"PK\x03\x04 no zip", "damaged"),
    ],
)
def test_what_is_no_list_is_refused_with_a_remedy(tmp_path: Path, content: bytes, sentence: str) -> None:
    """Each mistake that people make has its own sentence."""
    with pytest.raises(FileBroken, match=sentence):
        told_by(tmp_path, Kind.MUNICIPALITIES, content)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"../pc6hnr.csv": b""}, "leads out of it"),
        ({"/etc/pc6hnr.csv": b""}, "leads out of it"),
        ({"pc6hnr.csv": b"0" * 20_000_000}, "far more than it is"),
        ({f"{number}.csv": b"" for number in range(101)}, "more than 100 files"),
        ({"[Content_Types].xml": b"", "xl/workbook.xml": b""}, "Excel workbook"),
        ({"a.csv": b"PC6;Huisnummer;Gemeente\n", "b.csv": b"PC6;Huisnummer;Gemeente\n"}, "several files"),
        ({"readme.txt": b"hello"}, "no known file"),
    ],
    ids=["out of it", "from the root", "a bomb", "many", "a workbook", "two", "none"],
)
def test_a_zip_that_is_not_to_be_trusted_is_refused(tmp_path: Path, files: dict[str, bytes], sentence: str) -> None:
    """A zip may be made to fill a disk or to write where it should not; we unpack none, and say why."""
    path = zipped(tmp_path / "made.zip", files)
    with pytest.raises(FileBroken, match=sentence):
        told_by(tmp_path, Kind.POSTCODES, path.read_bytes())
    assert {one.name for one in tmp_path.iterdir()} == {"made.zip", "file.csv"}


def test_a_zip_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    """What unpacks to something else than it says is damaged or meant to harm."""
    content = written([PC6_HEADER, *(["1011AB", str(number), "", "", "363"] for number in range(1, 5000))]).encode()
    packed = zipped(tmp_path / "made.zip", {"pc6hnr.csv": content}).read_bytes()
    lying = packed.replace(len(content).to_bytes(4, "little"), (len(content) // 2).to_bytes(4, "little"))
    assert lying != packed
    with pytest.raises(FileBroken, match=r"damaged|Line"):
        told_by(tmp_path, Kind.POSTCODES, lying)


def test_geonames_tells_postcodes_with_and_without_letters(tmp_path: Path) -> None:
    """Its rows have no header; places whose municipality it doesn't know are passed over, and counted."""
    lines = [
        "NL\t1011\tAmsterdam\tNoord-Holland\t07\tAmsterdam\t0363\t\t\t52.37\t4.9\t6",
        'NL\t1012 AB\t"Het" Plein\tNoord-Holland\t07\tAmsterdam\t363\t\t\t52.37\t4.9\t6',
        "NL\t9999\tNergens\tGroningen\t04\t\t\t\t\t53\t6\t1",
    ]
    read = told_by(tmp_path, Kind.POSTCODES, "\n".join(lines), "NL.txt")
    assert isinstance(read.content, Postcodes)
    assert read.source.format == "GeoNames postal codes"
    assert read.content.pc4 == {"1011": ["GM0363"], "1012": ["GM0363"]}
    assert read.content.pc6 == {"1012AB": "GM0363"}
    assert (read.content.places["1012"], read.content.passed_over) == ('"Het" Plein', 1)


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("gemeenten-alfabetisch-2026.csv", 2026), ("2025-cbs.csv", 2025), ("pc6hnr20250801_gwb.csv", 2025), ("gemeenten.csv", None),
        ("export-1120260.csv", None),
    ],
)  # fmt: skip
def test_the_year_may_stand_in_the_name(tmp_path: Path, name: str, year: int | None) -> None:
    """The list of CBS tells its year nowhere else."""
    content = written([CBS_HEADER, ["363", "GM0363", "Amsterdam", "27", "PV27", "Noord-Holland"]])
    assert told_by(tmp_path, Kind.MUNICIPALITIES, content, name).source.year == year


def test_our_own_files_are_read() -> None:
    """What the directory starts with can be imported again."""
    with tempfile.TemporaryDirectory() as folder:
        for name, kind, shape, rows in (
            ("municipality_regions.csv", Kind.MUNICIPALITIES, Municipalities, 342),
            ("municipality_changes.csv", Kind.MUNICIPALITIES, Changes, 17),
            ("pc4_municipality.csv", Kind.POSTCODES, Postcodes, 4074),
            ("municipalities.geojson", Kind.BOUNDARIES, Boundaries, 342),
        ):
            told = told_by(Path(folder), kind, (DATA / name).read_bytes())
            assert isinstance(told.content, shape)
            assert told.source.rows == rows


SQUARE = [[[5.0, 52.0], [5.1, 52.0], [5.1, 52.1], [5.0, 52.0]]]


def _feature(
    properties: str = '{"statcode":"GM0363","jrstatcode":"2026GM0363"}', shape: Any = None, kind: str = "Polygon"
) -> str:
    return f'{{"type":"Feature","properties":{properties},"geometry":{{"type":"{kind}","coordinates":{shape or SQUARE}}}}}'


def test_boundaries_of_cbs_are_read(tmp_path: Path) -> None:
    """Their properties have other names than ours, and tell the year."""
    told = told_by(tmp_path, Kind.BOUNDARIES, f'{{"type":"FeatureCollection","features":[{_feature()}]}}')
    assert isinstance(told.content, Boundaries)
    assert told.content.shapes == {"GM0363": {"type": "Polygon", "coordinates": SQUARE}}
    assert (told.source.format, told.source.year) == ("CBS gebiedsindelingen", 2026)


@pytest.mark.parametrize(
    ("features", "sentence"),
    [
        ("", "no GeoJSON FeatureCollection"),
        (_feature("null"), "Feature 1: it has no properties"),
        (_feature('{"statcode":"PV27"}'), "Feature 1: neither"),
        (f"{_feature()},{_feature()}", "Feature 2: an earlier feature"),
        (_feature(shape=[[[121000, 487000]] * 4]), "WGS84"),
        (_feature(shape=[[[5.0, 52.0]] * 3]), "not closed"),
        (_feature(shape=[[["5", 52.0]] * 4]).replace("'", '"'), "no pair of numbers"),
        (_feature(shape=[5]), "no coordinates"),
        (_feature(kind="Point"), "no Polygon"),
        (_feature() + "," + _feature('{"statcode":"GM0014","jrstatcode":"2025GM0014"}'), "several years"),
    ],
)  # fmt: skip
def test_what_is_no_boundary_is_refused(tmp_path: Path, features: str, sentence: str) -> None:
    """A map in metres, or of provinces, would draw the country somewhere else."""
    with pytest.raises(FileBroken, match=sentence):
        told_by(tmp_path, Kind.BOUNDARIES, f'{{"type":"FeatureCollection","features":[{features}]}}')


def test_json_that_breaks_off_names_its_line(tmp_path: Path) -> None:
    """Half a download is the usual mistake."""
    with pytest.raises(FileBroken, match="Line 2"):
        told_by(tmp_path, Kind.BOUNDARIES, '{"type":"FeatureCollection",\n"features":[')
