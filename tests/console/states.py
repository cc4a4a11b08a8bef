"""Every state that a page can be in: who looks at what, and what they do there first. A new page or state is a line in `STATES`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from playwright.async_api import Page

from tests.console.looking import UNFOLD
from tests.console.signed_in import PASSWORD

Do = Callable[[Page], Awaitable[Any]]
# Parts of pages, and what no person looks at: the pages above them hold the same.
NO_PAGES: Final = {
    "/access-log/file", "/call/list", "/call/shell", "/call/worker.js", "/call/{call_id}/hand-offs", "/directory/imports/past",
    "/figures/aftercare.csv", "/figures/funnel.csv", "/figures/reasons.csv", "/cases/organisations", "/cases/{case_id}/head",
    "/cases/{case_id}/news", "/cases/{case_id}/{name}", "/figures/municipalities.csv", "/figures/reports.csv",
    "/figures/signals.csv", "/figures/urgencies.csv", "/home", "/inbox/board", "/inbox/offers", "/live", "/rosters/list",
    "/wall/map", "/wall/now",
}  # fmt: skip


def sends(form: str, button: str = "button:not([type=button])", **fields: str) -> Do:
    """Send a form with such fields, whatever the browser thinks of them; `__` stands for the dot in a name."""
    told = {name.replace("__", "."): value for name, value in fields.items()}

    async def do(page: Page) -> None:
        await page.locator(form).first.evaluate(
            """(form, [button, told]) => { form.noValidate = true; document.documentElement.dataset.before = 'yes';
                for (const [name, value] of Object.entries(told)) for (const one of form.querySelectorAll(`[name="${name}"]`))
                    one.value = value;
                form.requestSubmit(form.querySelector(button)); }""",
            [button, told],
        )
        await page.locator("html:not([data-before])").wait_for(
            state="attached"
        )  # the page that answers; a policy forbids to ask by script
        await page.wait_for_load_state()

    return do


async def unfold(page: Page) -> None:
    """Show what is folded away."""
    await page.evaluate(UNFOLD)


async def _menu(page: Page) -> None:
    await page.locator("details.menu summary").first.click()


async def _keys(page: Page) -> None:
    await _at_work(page)
    await page.keyboard.press("Alt+q")
    await page.keyboard.press("?")
    await page.locator("#keys[open]").wait_for()


async def _at_work(page: Page) -> None:
    await page.locator("#send[data-read]").wait_for()


@dataclass(frozen=True, slots=True)
class State:
    """Who looks at what, and what they do there first. Names in braces are those that the test makes."""

    who: str
    path: str
    do: Do | None = None


STATES: Final = (
    State("nobody", "/"),
    State("nobody", "/sign-in"),
    State("nobody", "/sign-in", sends(".sign-in form", login="niemand", password="niets")),
    State("nobody", "/melden"),
    State("nobody", "/melden", sends("form.report")),
    State("nobody", "/melding"),
    State("nobody", "/melding", sends("form.report")),
    State("operator", "/call"),
    State("operator", "/call/{call_id}", _at_work),
    State("operator", "/call/{acute}", _keys),
    State("operator", "/call/{ended}/ended"),
    State("operator", "/call/away"),
    State("operator", "/call/callbacks/{nothing}"),
    State("operator", "/wall"),  # 403
    State("supervisor", "/wall"),
    State("supervisor", "/wall?screen=1"),
    State("supervisor", "/figures"),
    State("supervisor", "/figures?from=2026-11-30&until=2026-11-01"),
    State("supervisor", "/inbox"),
    State("supervisor", "/endpoints"),
    State("desk", "/cases/{rich}?for=follow_up"),
    State("desk", "/cases/{rich}", sends("#do-note form", what="")),
    State("desk", "/cases/{rich}", sends("#do-close form", outcome="better")),  # 409
    State("desk", "/cases/{rich}", sends("#do-coordinator form", name="Ander", version="1")),  # 412
    State("desk", "/cases/{nothing}"),  # 404
    State("desk", "/cases/{rich}/paper"),
    State("desk", "/cases/{rich}/why"),
    State("desk", "/inbox/handoffs/new"),
    State("desk", "/inbox/handoffs/new", sends("main form.card")),
    State("worker", "/inbox"),
    State("worker", "/inbox/offers/{asked}/accept"),
    State("worker", "/inbox/offers/{asked}/decline"),
    State("worker", "/cases/{own}"),
    State("invited", "/inbox/invitations/{case_id}/{member_id}"),
    State("worker", "/rosters"),
    State("lonely", "/inbox"),  # all of it empty
    State("lonely", "/endpoints"),
    State("lonely", "/rosters"),
    State("planner", "/rosters"),
    State("planner", "/rosters/{roster_id}"),
    State("planner", "/rosters/{roster_id}?week=2020-W01"),
    State("planner", "/rosters/{roster_id}/shift?shift={shift}"),
    State("planner", "/rosters/{roster_id}/rotations/{rotation_id}"),
    State("planner", "/rosters/{roster_id}/rotations/{rotation_id}", sends("#plan-form", name="")),
    State("planner", "/rosters/{roster_id}/rotations/new"),
    State("planner", "/rosters/{roster_id}/settings"),
    State("planner", "/rosters/{roster_id}/slots"),
    State("planner", "/rosters/new"),
    State("planner", "/rosters/participants/{participant_id}"),
    State("planner", "/rosters/participants"),
    State("planner", "/rosters/participants", sends("form[action='/rosters/participants']", name="", phone="x", email="x")),
    State("handing", "/inbox/handoffs/{handoff_id}"),
    State("administrator", "/accounts", _menu),
    State("administrator", "/accounts", sends("form[action='/accounts']", name="", login="!")),
    State("administrator", "/account"),
    State("administrator", "/account", sends("form[action='/account/password']", now="x", chosen="y")),
    State("administrator", "/account", sends("form[action='/account/code']", now=PASSWORD)),
    State("administrator", "/endpoints"),
    State("administrator", "/endpoints", sends("form[action='/endpoints']", url="http://binnen")),
    State("administrator", "/endpoints/{endpoint_id}"),
    State("keeper", "/directory?rung=meldpunt"),
    State("keeper", "/directory", sends("form.find", asked="1234 SA")),
    State("keeper", "/directory/organisations"),
    State("keeper", "/directory/organisations/{rotterdam}"),
    State("keeper", "/directory/organisations/{rotterdam}/contacts"),
    State("keeper", "/directory/organisations/{rotterdam}/contacts", sends("form.card", phone="x")),
    State("keeper", "/directory/municipalities/GM0363"),
    State("keeper", "/directory/services/{hours}/areas"),
    State("keeper", "/directory/services/{hours}/areas", sends("form.card", "[value=preview]", place="Nergens")),
    State("keeper", "/directory/imports"),
    State("administrator", "/directory/imports"),  # 403
    State("keeper", "/directory/services/{hours}/hours"),
    State("keeper", "/directory/services/{hours}/hours", sends("form.card", "[value=preview]", exceptions="nooit")),
    State("keeper", "/directory/services/{hours}/hours", sends("form.card", "[value=preview]", exceptions="2099-12-31 dicht")),
    State("officer", "/access-log"),
    State("officer", "/access-log?reference=x"),
)
