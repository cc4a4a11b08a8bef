"""Every sentence with which a room refuses what a page may ask of it, read from the source itself."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import app

ROOT: Final = Path(app.__file__).parent
# Where pages begin to ask: their own code, and what their scripts call.
PAGES: Final = (
    "app.console", "app.core", "app.identity.doors", "app.intake.api.drafts", "app.intake.api.hand_offs", "app.routing.api.offers",
)  # fmt: skip
# Imported by what pages ask, but told to programs, or to who installs and connects them; or never to anybody.
FOR_MACHINES: Final = (
    "app.console.assets", "app.console.refusals", "app.console.words", "app.core.embedded", "app.core.spans",
    "app.core.statement", "app.core.webhooks", "app.core.work", "app.delivery.access", "app.delivery.certificate",
    "app.delivery.feed", "app.delivery.service.feed", "app.delivery.signature", "app.identity.service", "app.intake.authored",
    "app.intake.linting", "app.intake.marked", "app.intake.parsing", "app.procedures.terms", "app.signals.rules",
    "app.simulation", "app.telephony", "app.vault.keys", "app.vault.sealing",
)  # fmt: skip
# Sentences that stand in a table or variable before they are raised, in modules where no raising shows that.
KEPT_ASIDE: Final = frozenset({
    "app.core.errors", "app.directory.municipalities", "app.directory.service.services", "app.followup.correcting",
    "app.followup.snoozing", "app.followup.written", "app.routing.service.answer",
})  # fmt: skip
SAYING: Final = {
    "ValueError": 0,
    "PydanticCustomError": 0,
    "FieldError": 2,
    "broken_line": 1,
    "_broken": 1,
}  # which argument says it
UNSAID: Final = frozenset({"description", "summary", "title", "response_description", "comment"})
ONE_OF_THEM: Final = frozenset({"get", "replace", "lower", "isoformat", "total_seconds"})


def _modules() -> dict[str, ast.Module]:
    files = {".".join(("app", *file.relative_to(ROOT).with_suffix("").parts)): file for file in ROOT.rglob("*.py")}
    return {name.removesuffix(".__init__"): ast.parse(file.read_text(encoding="utf-8")) for name, file in files.items()}


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def _asked(modules: dict[str, ast.Module]) -> Iterator[str]:
    """What pages ask, also by way of what they ask."""
    seen: set[str] = set()
    todo = [name for name in modules if name.startswith(PAGES)]
    while todo:
        name = todo.pop()
        if name in modules and name not in seen:
            seen.add(name)
            todo.extend(_imported(modules[name]))
    return (name for name in sorted(seen) if not name.startswith(FOR_MACHINES))


def _problems(modules: dict[str, ast.Module]) -> set[str]:
    """The names of all kinds of problems."""
    classes = [node for tree in modules.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    found, before = {"Problem"}, 0
    while before < len(found):
        before = len(found)
        found |= {one.name for one in classes if any(isinstance(base, ast.Name) and base.id in found for base in one.bases)}
    return found


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _name(value: ast.expr) -> str:  # noqa: PLR0911  a table
    """What a value is called: the last name in it."""
    match value:
        case ast.Call(func=ast.Attribute(value=inside, attr=attr)) if attr in ONE_OF_THEM:
            return _name(inside)
        case ast.Call(args=[*_, last]):
            return _name(last)
        case ast.Call(func=inside) | ast.BinOp(left=inside) | ast.Await(value=inside):
            return _name(inside)
        case ast.Subscript(slice=ast.Constant(value=str(key))):
            return key
        case ast.Subscript(value=inside):
            return _name(inside)
        case ast.GeneratorExp(generators=[first, *_]) | ast.ListComp(generators=[first, *_]):
            return _name(first.iter)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name.strip("_").lower()
    return "value"


def _sentence(node: ast.expr) -> str | None:
    """A text as the catalogue has it; None when it is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    told = ""
    names: list[str] = []
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            name = _name(part.value)
            names.append(name if name not in names else f"{name}{len(names) + 1}")
            told += f"{{{names[-1]}}}"
        elif isinstance(part, ast.Constant):
            told += str(part.value).replace("{", "{{").replace("}", "}}")
    return told


def _unsaid(tree: ast.Module) -> set[int]:
    """Texts that refuse nothing: documentation, what a program believes, parts of other texts."""
    whole: list[ast.AST] = []
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant()) | ast.Assert():
                whole.append(node)
            case ast.keyword(arg=name) if name in UNSAID:
                whole.append(node)
            case ast.Call() if _called(node) in {"RuntimeError", "Reason", "Fault", "LookupError"}:
                whole.append(node)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                whole.extend(node.decorator_list)
            case ast.JoinedStr():
                whole.extend(node.values)
    return {id(inside) for one in whole for inside in ast.walk(one)}


def _of(name: str, tree: ast.Module, problems: set[str]) -> Iterator[str]:
    skipped, aside = _unsaid(tree), name in KEPT_ASIDE
    others: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in problems | SAYING.keys():
            said = node.args[SAYING.get(_called(node), 0) :][:1]
            sentence = _sentence(said[0]) if said else None
            aside |= bool(said) and sentence is None and _called(node) != "Stale"
            if sentence and id(said[0]) not in skipped:
                skipped.add(id(said[0]))
                if " " in sentence or sentence.endswith("."):
                    yield sentence
        elif isinstance(node, ast.Constant | ast.JoinedStr) and (sentence := _sentence(node)):
            others.append((id(node), sentence))
    for number, text in others if aside else ():
        if number not in skipped and " " in text and text.endswith(".") and (text[0].isupper() or text[0] in "`{"):
            yield text


@cache
def raised() -> dict[str, str]:
    """Every such sentence, and the module in which it stands."""
    modules = _modules()
    problems = _problems(modules) - {"Fault"}
    found: dict[str, str] = {}
    for name in _asked(modules):
        found |= dict.fromkeys(_of(name, modules[name], problems), name)
    return found
