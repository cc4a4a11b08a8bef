"""The keys of the call screen as they are until somebody chooses others; the page's script goes by this list too."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Key:
    """What a key does is told by the text `call_k_<name>`.

    `keys`: as `aria-keyshortcuts` has it, or which of several; those can be switched off together. `named`: a text that
    names it.
    """

    name: str
    keys: str = ""
    several: bool = False
    named: str = ""


# Alt with these: none is a browser's (D, E, F; Firefox V, S, B, T, H too) or a screen reader's.
KEYS: Final = (
    Key("yes", named="call_key_yes"),
    Key("no", named="call_key_no"),
    Key("unknown", named="call_key_unknown"),
    Key("move", "↑ ↓", several=True),
    Key("advice", "1–9", several=True),
    Key("questions", "Alt+Q"),
    Key("address", "Alt+A"),
    Key("observed", "Alt+O"),
    Key("person", "Alt+P"),
    Key("caller", "Alt+M"),
    Key("stamp", "Alt+Z"),
    Key("raise", "Alt+U"),
    Key("hand", "Alt 1–8", several=True),
    Key("earlier", "Alt+I"),
    Key("park", "Alt+K"),
    Key("send", "Control+Enter"),
    Key("help", "?"),
    Key("new", "N"),
)
