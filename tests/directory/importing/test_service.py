"""Files become the directory: nothing without being asked, everything or nothing, and history kept."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import text

from app.core.actor import WORKER, Actor, Role
from app.core.db import Database
from app.core.errors import Conflict
from app.core.work import begin
from app.directory.importing.difference import ImportRefused, Report
from app.directory.importing.told import Kind
from app.directory.places import PlaceAmbiguous, PlaceOfStay
from app.directory.queries.importing import ALONE
from app.directory.seeding import DATA
from app.directory.service.importing import Wish, import_file
from app.directory.service.look_up import around_place
from app.identity.may import SCOPES_OF
from tests.conftest import MOMENT
from tests.directory.importing.files import PC6_HEADER, Rows, cbs_rows, pc4_rows, told_by, written
from tests.makers import AMSTERDAM_DESK

DAY: Final = MOMENT.date()
LATER: Final = MOMENT + timedelta(hours=1)
NEW_YEAR: Final = date(2027, 1, 1)
CHANGES: Final = ["effective_on", "old_code", "old_name", "new_code", "new_name", "kind"]
ADMINISTRATOR: Final = Actor(AMSTERDAM_DESK, Role.ADMINISTRATOR, scopes=SCOPES_OF["administrator"])


class Importer:
    """Imports rows into a database."""

    def __init__(self, database: Database, folder: Path) -> None:
        """As the command line does it."""
        self.database, self.folder = database, folder

    async def __call__(self, kind: Kind, rows: Rows, *, actor: Actor = WORKER, name: str = "file.csv", **wish: Any) -> Report:
        """The report; applied unless told otherwise."""
        told = told_by(self.folder, kind, written(rows), name)
        async with begin(self.database, actor, at=LATER) as work:
            return await import_file(work, told, Wish(wish.pop("on", DAY), **{"apply": True, **wish}))

    async def asked(self, question: str, **binds: object) -> list[tuple[Any, ...]]:
        """What the database answers."""
        async with begin(self.database, WORKER) as work:
            return [tuple(row.values()) for row in await work.rows(text(question), **binds)]

    async def place(self, moment: datetime = MOMENT, **place: Any) -> tuple[str, str]:
        """The municipality of a place, and how it was told."""
        async with begin(self.database, WORKER, at=moment) as work:
            found, around = await around_place(work, PlaceOfStay(**place))
            assert around.municipality_code == found.municipality_code
            return found.municipality_code, found.how


@pytest.fixture
def looking(database: Database, tmp_path: Path) -> Importer:
    """On the shared database: for what changes nothing."""
    return Importer(database, tmp_path)


@pytest.fixture
def importer(fresh_database: Database, tmp_path: Path) -> Importer:
    """On a database of this test's own."""
    return Importer(fresh_database, tmp_path)


def _counts(report: Report) -> dict[tuple[str, str], int]:
    return {(one.about, one.what): one.number for one in report.differences}


async def test_without_being_asked_nothing_changes(looking: Importer) -> None:
    """Looking at a file is free: the difference is told, no row is touched, no version counted."""
    before = await looking.asked("SELECT number FROM directory_version")
    report = await looking(Kind.MUNICIPALITIES, cbs_rows(GM0363="Mokum"), apply=False)
    assert _counts(report) == {("municipalities", "renamed"): 1}
    assert "Nothing was changed" in report.outcome
    assert await looking.asked("SELECT number FROM directory_version") == before
    assert await looking.asked("SELECT name FROM municipality WHERE code = 'GM0363'") == [("Amsterdam",)]
    assert await looking.asked("SELECT id FROM directory_import WHERE sha256 = :it", it=report.source.sha256) == []


async def test_the_same_file_again_changes_nothing(importer: Importer) -> None:
    """Whoever is not sure imports again; it is recorded once."""
    first = await importer(Kind.MUNICIPALITIES, cbs_rows(GM0363="Mokum"))
    assert "carried out" in first.outcome
    version = await importer.asked("SELECT number FROM directory_version")
    again = await importer(Kind.MUNICIPALITIES, cbs_rows(GM0363="Mokum"))
    assert again.outcome == "Already imported, no difference."
    assert await importer.asked("SELECT number FROM directory_version") == version
    recorded = await importer.asked("SELECT kind, rows, counts, sha256 FROM directory_import")
    assert recorded == [
        ("municipalities", 342, [{"about": "municipalities", "what": "renamed", "number": 1}], first.source.sha256)
    ]


async def test_what_the_directory_starts_with_is_no_difference(looking: Importer) -> None:
    """Our own files and the list of CBS tell what is there: the difference knows no false alarm."""
    for kind, name in (
        (Kind.MUNICIPALITIES, "municipality_regions.csv"), (Kind.MUNICIPALITIES, "municipality_changes.csv"),
        (Kind.POSTCODES, "pc4_municipality.csv"), (Kind.BOUNDARIES, "municipalities.geojson"),
    ):  # fmt: skip
        told = told_by(looking.folder, kind, (DATA / name).read_bytes())
        async with begin(looking.database, WORKER, at=MOMENT) as work:
            assert (await import_file(work, told, Wish(DAY))).differences == (), name
    assert (await looking(Kind.MUNICIPALITIES, cbs_rows(), apply=False)).differences == ()


async def test_a_merger_at_new_year(importer: Importer) -> None:
    """From the day on postcodes of Wijdemeren lead to Hilversum; whoever has a contract over it is named, and nothing is moved."""
    rows = [row for row in cbs_rows() if row[1] != "GM1696"]
    report = await importer(Kind.MUNICIPALITIES, rows, on=NEW_YEAR, name="gemeenten-alfabetisch-2027.csv")
    assert _counts(report) == {("municipalities", "ended"): 1}
    assert report.differences[0].first == ("GM1696 Wijdemeren → GM0402 Hilversum",)
    assert report.contracts
    assert {one.municipality_code for one in report.contracts} == {"GM1696"}
    assert {one.successors for one in report.contracts} == {(("GM0402", "Hilversum"),)}
    ((pc4,),) = await importer.asked(
        "SELECT min(pc4) FROM postcode WHERE municipality_code = 'GM1696' AND also_municipality_codes = '{}'"
    )
    assert await importer.place(postcode=f"{pc4}AB") == ("GM1696", "postcode")
    later = datetime(2027, 1, 1, 12, tzinfo=MOMENT.tzinfo)
    assert await importer.place(later, postcode=f"{pc4}AB") == ("GM0402", "postcode")
    areas = "SELECT count(*) FROM service_area WHERE municipality_code = 'GM1696'"
    assert (await importer.asked(areas))[0][0] == len(report.contracts)  # none was moved
    again = await importer(Kind.MUNICIPALITIES, rows, on=NEW_YEAR)
    assert (again.differences, again.contracts) == ((), report.contracts)  # still to be done by somebody
    known = "SELECT upper(valid) FROM municipality_as_known(:known) WHERE code = 'GM1696'"
    assert await importer.asked(known, known=LATER) == [(NEW_YEAR,)]
    assert await importer.asked(known, known=MOMENT) == [(None,)]  # what was known before is not forgotten


async def test_a_split_in_the_middle_of_a_year(importer: Importer) -> None:
    """Announced on any day, over two successors, one of them new: a postcode is asked about until postcodes are imported."""
    half = date(2026, 7, 15)
    announced = [CHANGES, [str(half), "GM0363", "Amsterdam", "GM9001", "Nieuw-West", "split"],
                 [str(half), "GM0363", "Amsterdam", "GM0384", "Diemen", "split"]]  # fmt: skip
    assert _counts(await importer(Kind.MUNICIPALITIES, announced)) == {("changes", "new"): 2}
    rows = [[*["9001", "GM9001", "Nieuw-West"], *row[3:]] if row[1] == "GM0363" else row for row in cbs_rows()]
    report = await importer(Kind.MUNICIPALITIES, rows, on=half)
    assert _counts(report) == {("municipalities", "new"): 1, ("municipalities", "ended"): 1}
    told = "SELECT safety_region, lower(valid) FROM municipality WHERE code = 'GM9001'"
    assert await importer.asked(told) == [("VR13", half)]
    with pytest.raises(PlaceAmbiguous) as refusal:
        await importer.place(postcode="1012AB")
    assert refusal.value.extra["municipalities"] == ["GM0384", "GM9001"]
    assert await importer.place(datetime(2026, 7, 14, tzinfo=MOMENT.tzinfo), postcode="1012AB") == ("GM0363", "postcode")


async def test_house_numbers_decide(importer: Importer) -> None:
    """PC4 in two towns: the letters decide; letters in two towns: the number; nothing decides: the sentence says what to ask."""
    rows = [
        PC6_HEADER,
        ["1012AB", "1", "", "", "363"], ["1012AC", "1", "", "", "384"], ["1012AD", "1", "", "", "363"],
        ["1012AD", "2", "", "", "384"], ["1012AD", "3", "", "", "384"], ["1012AD", "3", "", "", "363"],
    ]  # fmt: skip
    with pytest.raises(ImportRefused, match="--smaller"):
        await importer(Kind.POSTCODES, rows)
    report = await importer(Kind.POSTCODES, rows, smaller=True)
    assert _counts(report) == {
        ("postcodes", "new"): 3, ("house numbers", "new"): 3,
        ("four-digit postcodes", "ended"): 4073, ("four-digit postcodes", "moved"): 1,
    }  # fmt: skip
    assert await importer.place(postcode="1012 ab") == ("GM0363", "postcode")
    assert await importer.place(postcode="1012AC", house_number="99") == ("GM0384", "postcode")
    assert await importer.place(postcode="1012AD", house_number="1 hs") == ("GM0363", "house_number")
    assert await importer.place(postcode="1012AD", house_number="2b") == ("GM0384", "house_number")
    assert await importer.place(postcode="1012AD", municipality_code="GM0384") == ("GM0384", "municipality")
    asked: Any
    for asked, sentence in (
        ({"postcode": "1012AD"}, "Ask for the house number"),
        ({"postcode": "1012AD", "house_number": "77"}, "No address with this house number"),
        ({"postcode": "1012AD", "house_number": "3"}, "Ask in which one"),
        ({"postcode": "1012ZZ", "house_number": "1"}, "Ask in which one"),
    ):
        with pytest.raises(PlaceAmbiguous, match=sentence):
            await importer.place(**asked)
    assert (await importer(Kind.POSTCODES, rows)).outcome == "Already imported, no difference."


async def test_postcodes_move_and_end(importer: Importer) -> None:
    """A next year's file: what moved is moved, what is gone is gone, the rest is untouched."""
    full = [["1012A" + letter, str(number), "", "", "363"] for letter in "ABCDEFGH" for number in (1, 2)]
    await importer(Kind.POSTCODES, [PC6_HEADER, *full], smaller=True)
    later = [row if row[0] != "1012AB" else [*row[:4], "384"] for row in full if row[0] != "1012AH"]
    later += [["1012AC", "3", "", "", "384"], ["1013AA", "1", "", "", "363"]]
    report = await importer(Kind.POSTCODES, [PC6_HEADER, *later])
    assert {key: number for key, number in _counts(report).items() if key[0] == "postcodes"} == {
        ("postcodes", "new"): 1, ("postcodes", "moved"): 2, ("postcodes", "ended"): 1,
    }  # fmt: skip
    found = dict(await importer.asked("SELECT pc6, municipality_code FROM postcode6"))
    assert found == {"1012AB": "GM0384", "1013AA": "GM0363"} | dict.fromkeys(
        ("1012AA", "1012AD", "1012AE", "1012AF", "1012AG"), "GM0363"
    )
    assert len(await importer.asked("SELECT pc6 FROM postcode6_number")) == 3


async def test_our_postcodes_move_with_their_places(importer: Importer) -> None:
    """A file that knows places brings their names; one place moved, one renamed, one gone."""
    rows = pc4_rows()
    rows = [["1012", "GM0384", *row[2:]] if row[0] == "1012" else row for row in rows if row[0] != "1013"]
    rows = [[*row[:2], "Mokum", *row[3:]] if row[0] == "1011" else row for row in rows]
    report = await importer(Kind.POSTCODES, rows)
    assert _counts(report) == {
        ("four-digit postcodes", "ended"): 1, ("four-digit postcodes", "moved"): 1, ("places", "renamed"): 1,
    }  # fmt: skip
    assert await importer.asked("SELECT place FROM postcode WHERE pc4 = '1011'") == [("Mokum",)]


async def test_a_postcode_of_nowhere_is_refused(looking: Importer) -> None:
    """The file is of a year whose municipalities are not there yet: first things first."""
    with pytest.raises(ImportRefused, match=r"GM9999.*Import the municipalities"):
        await looking(Kind.POSTCODES, [PC6_HEADER, ["1012AB", "1", "", "", "9999"]], smaller=True)
    assert await looking.asked("SELECT pc6 FROM postcode6") == []


async def test_half_a_list_changes_nothing(looking: Importer) -> None:
    """A download that broke off would leave half the country without a desk."""
    with pytest.raises(ImportRefused, match=r"342 municipalities .* and the file 171"):
        await looking(Kind.MUNICIPALITIES, cbs_rows()[:172])
    assert await looking.asked("SELECT count(*) FROM municipality WHERE valid @> CAST(:day AS date)", day=DAY) == [(342,)]


async def test_two_at_once_do_not_meet(looking: Importer) -> None:
    """Each would tell, and carry out, a difference that is none any more."""
    async with begin(looking.database, WORKER) as other:
        await other.one(ALONE)
        with pytest.raises(Conflict, match="Another import"):
            await looking(Kind.MUNICIPALITIES, cbs_rows(GM0363="Mokum"))


async def test_a_list_of_another_year_changes_nothing(looking: Importer) -> None:
    """Last year's list would bring back what has merged since."""
    with pytest.raises(ImportRefused, match="This file is of 2024"):
        await looking(Kind.MUNICIPALITIES, cbs_rows(), name="gemeenten-alfabetisch-2024.csv")


async def test_boundaries_of_a_day(importer: Importer) -> None:
    """Only shapes of municipalities of that day are taken, and who is missing keeps theirs."""
    square = "[[[5.0,52.0],[5.1,52.0],[5.1,52.1],[5.0,52.0]]]"
    features = ",".join(
        f'{{"type":"Feature","properties":{{"statcode":"{code}"}},"geometry":{{"type":"Polygon","coordinates":{square}}}}}'
        for code in ("GM0363", "GM0457")
    )
    told = told_by(importer.folder, Kind.BOUNDARIES, f'{{"type":"FeatureCollection","features":[{features}]}}')
    async with begin(importer.database, WORKER, at=MOMENT) as work:
        report = await import_file(work, told, Wish(DAY, apply=True))
    assert _counts(report) == {("boundaries", "changed"): 1}
    assert "GM0457" in report.notes[0]
    assert "341" not in report.notes[1]
    assert await importer.asked("SELECT count(*) FROM municipality WHERE boundary IS NULL") == [(0,)]


async def test_an_administrator_changes_what_is_everybodys_and_nobody_else(importer: Importer) -> None:
    """The database guards it: a desk that gets at the statements changes nothing, an administrator does, and is named."""
    await importer(Kind.MUNICIPALITIES, cbs_rows(GM0363="Mokum"), actor=ADMINISTRATOR)
    assert await importer.asked("SELECT name FROM municipality WHERE code = 'GM0363'") == [("Mokum",)]
    rows = [PC6_HEADER, ["1012AB", "1", "", "", "363"]]
    await importer(Kind.POSTCODES, rows, actor=ADMINISTRATOR, smaller=True)
    desk = Actor(AMSTERDAM_DESK, Role.DESK, scopes=SCOPES_OF["desk"])
    async with begin(importer.database, desk) as work:
        for change in (
            "UPDATE municipality SET name = 'x'", "DELETE FROM postcode", "DELETE FROM postcode6", "DELETE FROM municipality_change",
        ):  # fmt: skip
            assert await work.change(text(change)) == 0, change
        assert (await around_place(work, PlaceOfStay("1012AB")))[0].municipality_name == "Mokum"  # and reads it all the same
