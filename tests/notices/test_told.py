"""A desk with only a mailbox hears what it is asked: by real mail, over real TLS, without a word about anybody."""

import re
from datetime import datetime

from tests.notices.conftest import ADDRESS, Desk

PERSONAL = ("Buurman", "1012", "eet al dagen", "neighbour", "not_eating")


async def test_an_offer_is_one_mail_that_tells_of_nobody(desk: Desk) -> None:
    """Reference, urgency, municipality, until when and where to answer; both forms say the same, and neither holds a word of the call."""
    offer = await desk.offer()
    [mail] = await desk.told()
    text, html = mail.part("plain"), mail.part("html")
    until = datetime.fromisoformat(offer["acceptBy"]).astimezone().strftime(":%M")
    for told in (offer["reference"], "Dringend", "Amsterdam", until, "/notices/"):
        assert told in text
        assert told in html
    assert not [word for word in PERSONAL if word in mail.raw.decode() + text + html]
    message = mail.message
    assert (message["Subject"], message["To"]) == ("Nodus vraagt uw antwoord", ADDRESS)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"]
    assert re.fullmatch(r"<[0-9a-f]{32}@nodus\.example>", message["Message-ID"])
    assert mail.return_path == f"bounces+{message['Message-ID'][1:33]}@nodus.example"
    assert (await desk.told()) == [mail]
    [notice] = await desk.notices()
    assert (notice["state"], notice["mailsSent"], notice["openedAt"]) == ("sent", 1, None)
