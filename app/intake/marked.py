"""YAML as plain values, with the line of each: every scalar is text, so that `no`, 112 and dates stay what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from app.intake.parsing import Fault, Faulty, Path

LARGEST: Final = 1_000_000  # ⚙ characters; a protocol has 50,000
NULL: Final = "tag:yaml.org,2002:null"


@dataclass(frozen=True, slots=True)
class Marked:
    """A file's value, and the line on which each part of it begins, from 1."""

    value: Any
    lines: Mapping[Path, int]
    faults: tuple[Fault, ...]

    def line(self, path: Path) -> int:
        """The line of a part; of the nearest one around it, when it is not there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class Unreadable(Faulty):
    """The file is no YAML."""

    def __init__(self, sentence: str, line: int) -> None:
        """Say why, and where it stopped."""
        super().__init__([Fault("yaml", sentence, ())])
        self.line = line


def marked(text: str) -> Marked:
    """Read a file.

    Raises:
        Unreadable: it is no YAML, too large or too deep.
    """
    if len(text) > LARGEST:
        raise Unreadable(f"The file is larger than {LARGEST:,} characters.", 1)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        reader = _Reader()
        value = reader.plain(node, ()) if node else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or "it holds characters that a text has not"
        raise Unreadable(f"The file is no YAML: {why}.", mark.line + 1 if mark else 1) from None
    except RecursionError:
        raise Unreadable("The file is nested too deeply.", 1) from None
    except (ValueError, AttributeError, TypeError, IndexError):  # what the library lets through of odd directives and tags
        raise Unreadable("The file is no YAML.", 1) from None
    return Marked(value, reader.lines, tuple(reader.faults))


class _Reader:
    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.faults: list[Fault] = []
        self._seen: set[int] = set()

    def plain(self, node: yaml.Node, path: Path) -> Any:  # noqa: ANN401  whatever the file holds
        self.lines[path] = node.start_mark.line + 1
        if id(node) in self._seen:
            self.faults.append(Fault("alias", "Anchors and aliases are not read here: write it out.", path))
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(one, (*path, place)) for place, one in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        return None if node.tag == NULL else node.value

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in node.value:
            line = name.start_mark.line + 1
            if not isinstance(name, yaml.ScalarNode):
                self.lines[*path, "?"] = line
                self.faults.append(Fault("key", "A name must be one word.", (*path, "?")))
                continue
            if name.value in found:
                here = (*path, name.value, "again")
                self.lines[here] = line
                self.faults.append(Fault("duplicate_key", f"{name.value} is written twice; only one would count.", here))
                continue
            found[name.value] = self.plain(value, (*path, name.value))
            self.lines[*path, name.value] = line
        return found
