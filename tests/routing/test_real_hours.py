"""Who is asked, by the hours that real desks publish (2020 to 2024; the moments here are of 2026 and 2027)."""

import pytest

from app.cases.lifecycle import Urgency
from app.routing.decide import decide
from app.routing.need import Kind, Need
from tests.routing.places import CREW, a_real_desk, around, utc

NORMAL, URGENT = Urgency.NORMAL, Urgency.URGENT
# Amsterdam is one hour ahead of UTC in winter, two in summer; 2026-11-24 is a Tuesday.
# What happens · moment in UTC · what is needed · whose desk · who is asked · why the desk was taken or passed over
REAL = [
    ("Kennemerland on a Tuesday at noon", "2026-11-24T11:00", Need(URGENT), "kennemerland", "kennemerland", "Open until 17:00."),
    ("Kennemerland in its last minute", "2026-11-24T15:59", Need(URGENT), "kennemerland", "kennemerland", "Open until 17:00."),
    ("Kennemerland, Tuesday at five sharp", "2026-11-24T16:00", Need(URGENT), "kennemerland", "outreach", "Closed until Wed 25 Nov 09:00; nobody answers"),
    ("Kennemerland on Thursday evening", "2026-11-26T20:00", Need(URGENT), "kennemerland", "kennemerland", "Open until 22:00."),
    ("Kennemerland, Thursday at ten sharp", "2026-11-26T21:00", Need(NORMAL), "kennemerland", "outreach", "Closed until Fri 27 Nov 09:00"),
    ("Kennemerland on Sunday evening", "2026-11-29T20:30", Need(NORMAL), "kennemerland", "kennemerland", "Open until 22:00."),
    ("Kennemerland before it opens on Monday", "2026-11-30T07:59", Need(NORMAL), "kennemerland", "outreach", "Closed until 09:00"),
    ("Kennemerland in summer, by the clock on its wall", "2026-07-02T19:30", Need(URGENT), "kennemerland", "kennemerland", "Open until 22:00."),
    ("Kennemerland takes no reports of the police", "2026-11-24T11:00", Need(NORMAL, Kind.POLICE), "kennemerland", "outreach", "Accepts worry, wvggz; this is police."),
    ("Drenthe on Friday night, what can wait", "2026-11-27T22:00", Need(NORMAL), "drenthe", "drenthe", "Closed until Mon 30 Nov 08:30; this can wait"),
    ("Drenthe on Friday night, what can't", "2026-11-27T22:00", Need(URGENT), "drenthe", "outreach", "a case that is urgent can't wait"),
    ("Drenthe on Easter Monday", "2027-03-29T10:00", Need(NORMAL), "drenthe", "drenthe", "Closed until Tue 30 Mar 08:30"),
    ("Drenthe on 5 May, a working day in 2026", "2026-05-05T10:00", Need(URGENT), "drenthe", "drenthe", "Open until 17:00."),
    ("Gelderland-Zuid at night has a voicemail", "2026-11-24T02:10", Need(NORMAL), "gelderland-zuid", "outreach", "a voicemail owns nothing"),
    ("Hollands Noorden hears the police", "2026-11-24T11:00", Need(NORMAL, Kind.POLICE), "hollands-noorden", "hollands-noorden", "Open until 17:00."),
    ("Amsterdam in the hour that comes twice", "2026-10-25T00:30", Need(URGENT), "amsterdam", "amsterdam", "Open day and night."),
    ("Amsterdam in the hour that is skipped", "2027-03-28T01:30", Need(URGENT), "amsterdam", "amsterdam", "Open day and night."),
    ("Rotterdam on New Year's night", "2026-12-31T23:05", Need(NORMAL), "rotterdam", "rotterdam", "Open day and night."),
    ("Rotterdam is no desk for the Wvggz", "2026-11-24T11:00", Need(NORMAL, Kind.WVGGZ), "rotterdam", "outreach", "Accepts worry; this is wvggz."),
    ("the Kempen wait for the morning", "2026-11-24T18:00", Need(NORMAL), "kempengemeenten", "kempengemeenten", "Closed until Wed 25 Nov 08:30"),
    ("Utrecht on a Saturday", "2026-11-28T12:00", Need(NORMAL), "regio-utrecht", "regio-utrecht", "Closed until Mon 30 Nov 08:30"),
    ("Maasgouw is for the Wvggz only", "2026-11-24T11:00", Need(NORMAL), "maasgouw", "outreach", "Accepts wvggz; this is worry."),
    ("Maasgouw, a report under the Wvggz", "2026-11-24T11:00", Need(NORMAL, Kind.WVGGZ), "maasgouw", "maasgouw", "Open until 16:30."),
    ("Capelle, somebody of fifteen", "2026-11-24T11:00", Need(NORMAL, age=15), "capelle", "outreach", "people of 16 and older"),
    ("Capelle, somebody of seventeen", "2026-11-24T11:00", Need(NORMAL, age=17), "capelle", "capelle", "Open until 16:30."),
    ("Beesel after the town hall has closed", "2026-11-24T15:31", Need(NORMAL, Kind.WVGGZ), "beesel", "outreach", "a voicemail owns nothing"),
    ("a crisis passes by the desk that is open", "2026-11-24T11:00", Need(Urgency.CRISIS), "amsterdam", "crisis", "goes to the crisis service"),
    ("so does what is acute", "2026-11-24T11:00", Need(Urgency.ACUTE), "amsterdam", "crisis", "goes to the crisis service"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "at", "need", "slug", "who", "why"), REAL, ids=[one[0] for one in REAL])
def test_somebody_with_a_name_is_asked(told: str, at: str, need: Need, slug: str, who: str, why: str) -> None:
    """At whatever hour somebody rings, the explanation says what the desk's own page says."""
    desk = a_real_desk(slug)
    decision = decide(need, around(desk, providers=CREW), frozenset(), utc(at))
    line = next(line for line in decision.lines if line.organisation_id == desk.organisation_id)
    assert (decision.offered_name, why in line.reason.text) == (who, True), f"{told}: {line.reason.text}"
    assert line.taken == (who == slug)


def test_a_desk_that_waits_has_a_working_day_from_its_opening() -> None:
    """Friday night: Drenthe opens on Monday, and answers by Tuesday; the caller can be told when."""
    decision = decide(Need(NORMAL), around(a_real_desk("drenthe")), frozenset(), utc("2026-11-27T22:00"))
    assert decision.promised_at == utc("2026-11-30T07:30")
    assert decision.accept_by == utc("2026-12-01T07:30")
