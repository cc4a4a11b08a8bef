"""A page looked at by those who see little, see nothing, or work without a mouse: what a browser itself can find wrong."""

from pathlib import Path
from typing import Any, Final

from playwright.async_api import Page, ViewportSize

AXE: Final = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
AXE_AT: Final = "/axe.min.js"  # where `serving` serves it too
WIDE: Final[ViewportSize] = {"width": 1360, "height": 900}
NARROW: Final[ViewportSize] = {"width": 320, "height": 640}
TWICE: Final[ViewportSize] = {"width": 680, "height": 450}  # the same screen at 200 %: a browser has half as many pixels then

UNFOLD: Final = "document.querySelectorAll('main details').forEach((one) => { one.open = true; })"
# Of what is all alike a dozen is enough: rows of a table, places of a map, and what a list offers, beside its longest and what is chosen.
FEWER: Final = """document.querySelectorAll('main tbody').forEach((one) => { [...one.rows].slice(12).forEach((row) => row.remove()); });
    document.querySelectorAll('main svg path[class^=m-]:nth-of-type(n+13)').forEach((one) => { one.remove(); });
    document.querySelectorAll('main select, main datalist').forEach((one) => { const all = [...one.options];
        const longest = all.reduce((most, each) => each.text.length > most.text.length ? each : most, all[0]);
        all.slice(12).forEach((each) => { each === longest || each.selected || each.remove(); }); })"""
# From where the page came, as its policy allows; false where that can't be: without a network, or served in another way.
_HAS_AXE: Final = """(address) => Boolean(window.axe) || (navigator.onLine && new Promise((told) => {
    const one = Object.assign(document.createElement('script'), {src: address, onload: () => told(true), onerror: () => told(false)});
    document.head.append(one);
    one.remove(); }))"""
_RUN: Final = """([part, rules]) => axe.run(part, {...rules, resultTypes: ['violations'], selectors: false, elementRef: false})
    .then((told) => told.violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`))"""
ALL: Final = {"rules": {"target-size": {"enabled": True}}}
NO_COLOURS: Final = {"rules": {"target-size": {"enabled": True}, "color-contrast": {"enabled": False}}}
# What words can break: names of fields, buttons, links and headings, languages, how large a thing to press is.
_NAMED: Final = "aria-command aria-dialog aria-input-field aria-meter aria-progressbar aria-toggle-field button input-button link select summary"
_WORDED: Final = (
    "document-title empty-heading empty-table-header html-has-lang html-lang-valid image-alt label label-title-only svg-img-alt"
)
_OTHERS: Final = ("page-has-heading-one", "table-duplicate-name", "target-size", "valid-lang")
WORDS: Final = {"runOnly": [*(f"{one}-name" for one in _NAMED.split()), *_WORDED.split(), *_OTHERS]}

# Texts that can't be told from what is behind them. Axe knows neither forced colours nor paper; and its rule, which also looks
# for what lies over a text, costs forty times as much: it is for pages in one scheme, this for the others and for what is done there.
_UNSEEN: Final = """(part) => {
    const told = (colour) => { const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number), by = colour.startsWith('color(') ? 255 : 1;
        return {r: r * by, g: g * by, b: b * by, a}; };
    const light = ({r, g, b}) => [r, g, b].map((one) => one / 255)
        .reduce((sum, one, at) => sum + [.2126, .7152, .0722][at] * (one <= .04045 ? one / 12.92 : ((one + .055) / 1.055) ** 2.4), 0);
    const behind = (one) => { for (let at = one; at; at = at.parentElement) {
        const colour = told(getComputedStyle(at).backgroundColor); if (colour.a > .5) return {...colour, at: getComputedStyle(at).backgroundColor}; }
        return {r: 255, g: 255, b: 255, at: 'paper'}; };
    const found = new Set();
    for (const root of document.querySelectorAll(part || 'body')) for (const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT); walk.nextNode();) {
        const one = walk.currentNode.parentElement;
        if (!walk.currentNode.data.trim() || one.closest('svg, option, [disabled], .out-of-sight, script, template') ||
            !one.checkVisibility({visibilityProperty: true, opacityProperty: true}) || !one.getClientRects().length) continue;
        const [a, b] = [light(told(getComputedStyle(one).color)), light(behind(one))].sort((x, y) => y - x);
        const look = getComputedStyle(one), size = parseFloat(look.fontSize), isLarge = size >= 24 || (size >= 18.6 && look.fontWeight >= 700);
        if ((a + .05) / (b + .05) < (isLarge ? 3 : 4.5)) found.add(`${look.color} on ${behind(one).at}: ${one.outerHTML.slice(0, 160)}`);
    }
    return [...found]; }"""

# The theme that a reader may choose; what it was before is put back.
_IN_CONTRAST: Final = f"""() => {{ const root = document.documentElement, was = root.dataset.theme ?? '';
    root.dataset.theme = 'contrast';
    const found = ({_UNSEEN})('');
    root.dataset.theme = was;
    return found; }}"""

# Each of some things that take the focus: seen when it has it, not under the bar, marked by more than a colour behind it.
_FOCUS: Final = """(marked) => {
    const all = [...document.querySelectorAll('a[href], button, input:not([type=hidden], [tabindex="-1"]), select, textarea, summary')]
        .filter((one) => !one.disabled && one.checkVisibility({visibilityProperty: true}) && !one.closest('[inert]')
            && (!document.querySelector('dialog[open]:modal') || one.closest('dialog[open]')));
    const few = all.filter((_, at) => at % Math.ceil(all.length / 40) === 0), found = [];
    for (const one of few) {
        one.focus();
        if (document.activeElement !== one) continue;
        const box = one.getBoundingClientRect();
        const at = [[.5, .5], [.1, .2], [.9, .8], [.1, .8], [.9, .2]].map(([x, y]) =>
            document.elementFromPoint(box.left + box.width * x, box.top + box.height * y));
        const own = one.labels?.length ? [one, ...one.labels] : [one];
        if (!at.some((there) => there && own.some((part) => part.contains(there) || there.contains(part)))) found.push(`under: ${one.outerHTML.slice(0, 160)}`);
        const looks = [one, ...(one.nextElementSibling ? [one.nextElementSibling] : []), one.parentElement].map((each) => getComputedStyle(each));
        if (marked && !looks.some((look) => look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) > 0))
            found.push(`unmarked: ${one.outerHTML.slice(0, 160)}`);
    }
    document.activeElement?.blur();
    return found; }"""
_TOO_WIDE: Final = """() => { const scrolls = (one) => one && one !== document.body &&
        (getComputedStyle(one).overflowX !== 'visible' || scrolls(one.parentElement));
    return document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
    [[...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !scrolls(one.parentElement))
        .map((one) => one.outerHTML.slice(0, 160)).at(-1) ?? 'the page']; }"""
_FOREIGN: Final = """() => [...document.querySelectorAll('main [lang=en], dialog [lang=en]')].filter((one) => one.checkVisibility())
    .map((one) => one.outerHTML.slice(0, 200))"""


async def _found(page: Page, what: str, script: str, told: Any = None) -> list[str]:
    return [f"{what}: {one}" for one in await page.evaluate(script, told)]


async def _axe(page: Page, part: str, rules: Any) -> list[str]:
    """What its rules find in a part of a page."""
    if not await page.evaluate(_HAS_AXE, AXE_AT):
        await page.evaluate(AXE)
    return await _found(page, "axe", _RUN, [part, rules])


async def faults(page: Page, part: str = "") -> list[str]:
    """What is wrong now with a page, or the parts of it that a selector names: axe's rules, and texts that can't be read."""
    return await _axe(page, part or "html", NO_COLOURS) + await _found(page, "colours", _UNSEEN, part)


async def wrong_in_dutch(page: Page, *, is_state: bool = False) -> list[str]:
    """All that is wrong: axe's rules, colours in every scheme, forced ones, paper; small, twice as large; English words."""
    if is_state:
        found = await faults(page)
    else:
        found = await _axe(page, "html", ALL)
    found += await _found(page, "English", _FOREIGN)
    await page.emulate_media(color_scheme="dark")
    found += await _found(page, "dark", _UNSEEN)
    found += await _found(page, "contrast", _IN_CONTRAST)
    await page.emulate_media(media="print", color_scheme="dark")
    found += await _found(page, "paper", _UNSEEN)
    await page.emulate_media(media="screen", color_scheme="light", forced_colors="active")
    found += await _found(page, "forced colours", _UNSEEN)
    await page.keyboard.press("Shift")  # who uses keys sees where they are
    found += await _found(page, "forced colours", _FOCUS, True)
    await page.emulate_media(forced_colors="none")
    for name, size in (("320 px", NARROW), ("200 %", TWICE)):
        await page.set_viewport_size(size)
        found += await _found(page, name, _TOO_WIDE)
    found += await _found(page, "200 %", _FOCUS, False)
    await page.set_viewport_size(WIDE)
    return found


async def wrong_in_english(page: Page, *, is_state: bool) -> list[str]:
    """What other words can break, on a small screen: all but colours; of a state of a page only its width."""
    found = await _found(page, "320 px", _TOO_WIDE)
    if not is_state:
        found += await _axe(page, "html", WORDS)
    return found
