"""What a mail says, as plain text and as simple HTML of the same words, and how moments are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Final

from app.directory.holidays import AMSTERDAM
from app.notices.following import Kind
from app.notices.words import WORDS
from app.routing.offers import What


@dataclass(frozen=True, slots=True)
class About:
    """What a notice tells of an offer: a reference, codes and moments."""

    reference: str
    urgency: str
    municipality: str
    accept_by: datetime
    outcome: str | None
    what: What = What.ASSIGNMENT

    @property
    def over(self) -> str:
        """What ends the name of a sentence about a case that another has, and would hand over."""
        return "" if self.what is What.ASSIGNMENT else "_over"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail without its envelope. The subject says nothing of what it is about."""

    subject: str
    text: str
    html: str


def letter(  # noqa: PLR0913  each is a part of it
    kind: Kind, language: str, at: datetime, *, number: str, about: About | None = None, link: str = "", code: str = ""
) -> Letter:
    """A mail as it holds at `at`; `number`: whom to ring, `link`: where to answer (of offers), `code`: to confirm with."""
    t = WORDS[language]
    again = "" if kind in {Kind.OFFER, Kind.CODE, Kind.TEST} else "Re: "  # one subject keeps a thread together
    subject = again + t[f"subject_{kind}" if kind in {Kind.CODE, Kind.TEST} else "subject"]
    first = {
        Kind.CODE: [t["told_code"]],
        Kind.TEST: [t["told_test"]],
        Kind.END: [t[_ending(about)]] if about else [],
    }
    rows = _rows(t, kind, about, at, language) if about else []
    last = [t["told_code_not"]] if kind is Kind.CODE else []
    last += [t["no_personal"]] if link else []
    last += [t["ring"].format(number=number), t["automatic"]]
    shown = _Shown(
        t[f"title_{kind}{about.over if about and kind is Kind.OFFER else ''}"],
        first.get(kind, []),
        rows,
        link,
        t["button_end" if kind is Kind.END else "button"],
        code,
        last,
    )
    return Letter(subject, shown.text(), shown.html(language))


def _ending(about: About) -> str:
    outcome = about.outcome or "withdrawn"
    return f"{outcome}{about.over}" if outcome in {"declined", "expired"} else outcome


def _rows(t: Mapping[str, str], kind: Kind, about: About, at: datetime, language: str) -> list[tuple[str, str]]:
    rows = [
        (t["reference"], about.reference),
        (t["urgency"], t[about.urgency]),
        (t["municipality"], about.municipality),
    ]
    if kind is not Kind.END:
        left = about.accept_by - at
        told = t["left"].format(left=span_told(left, language)) if left > timedelta(0) else t["over"]
        rows.append((t["answer_before"], f"{moment_told(about.accept_by, at, language)} ({told})"))
    return rows


def moment_told(moment: datetime, at: datetime, language: str) -> str:
    """A moment as the clock in the Netherlands shows it; with its day when that is not the day of `at`."""
    local = moment.astimezone(AMSTERDAM)
    if local.date() == at.astimezone(AMSTERDAM).date():
        return f"{local:%H:%M}"
    t = WORDS[language]
    return f"{t['weekdays'].split()[local.weekday()]} {local.day} {t['months'].split()[local.month - 1]} {local:%H:%M}"


def span_told(span: timedelta, language: str) -> str:
    """An elapsed time in its two largest units, rounded down: nobody is told more time than there is."""
    t = WORDS[language]
    minutes = max(int(span.total_seconds() // 60), 0)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    told = [t["day" if days == 1 else "days"].format(day=days, days=days)] if days else []
    told += [t["hour" if hours == 1 else "hours"].format(hours=hours)] if hours else []
    told += [t["minute" if minutes == 1 else "minutes"].format(minutes=minutes)] if not days and (minutes or not hours) else []
    return " ".join(told)


# Mail programs strip much: without any of this the mail is as readable. No picture, nothing from elsewhere.
STYLE: Final = """
body { margin: 0; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #14202b; background: #ffffff; }
main { max-width: 34rem; margin: 0 auto; }
h1 { font-size: 1.35rem; line-height: 1.3; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem 1rem .3rem 0; overflow-wrap: anywhere; }
th { font-weight: normal; color: #4a5b69; }
td { font-weight: bold; }
.go { display: inline-block; padding: .7rem 1.4rem; border-radius: .4rem; color: #ffffff; background: #0f5673; }
.go { font-weight: bold; text-decoration: none; }
.code { font-size: 1.6rem; font-weight: bold; letter-spacing: .06em; white-space: nowrap; }
.small { font-size: .9rem; color: #4a5b69; }
@media (prefers-color-scheme: dark) {
  body { color: #e6edf2; background: #14202b; }
  th, .small { color: #a9bac7; }
}
"""


@dataclass(frozen=True, slots=True)
class _Shown:
    title: str
    first: list[str]
    rows: list[tuple[str, str]]
    link: str
    button: str
    code: str
    last: list[str]

    def text(self) -> str:
        parts = [self.title, *self.first]
        if self.rows:
            parts.append("\n".join(f"{name}: {value}" for name, value in self.rows))
        parts += [f"    {self.code}"] if self.code else []
        parts += [f"{self.button}:\n{self.link}"] if self.link else []
        return "\n\n".join([*parts, "\n".join(self.last)]) + "\n"

    def html(self, language: str) -> str:
        rows = "".join(f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in self.rows)
        parts = [f"<p>{escape(told)}</p>" for told in self.first]
        parts += [f"<table>{rows}</table>"] if rows else []
        parts += [f'<p class="code">{escape(self.code)}</p>'] if self.code else []
        parts += [f'<p><a class="go" href="{escape(self.link)}">{escape(self.button)}</a></p>'] if self.link else []
        parts += [f'<p class="small">{escape(told)}</p>' for told in self.last]
        return (
            f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<meta name="color-scheme" content="light dark"><title>{escape(self.title)}</title><style>{STYLE}</style></head>\n'
            f"<body><main><h1>{escape(self.title)}</h1>\n" + "\n".join(parts) + "\n</main></body></html>\n"
        )
