"""The rules that come with the program, read once."""

from functools import cache
from importlib.resources import files

import yaml

from app.signals.rules import Rules, parse


@cache
def rules() -> Rules:
    """The rules of early signals."""
    return parse(yaml.safe_load((files("app.signals") / "rules.yaml").read_text(encoding="utf-8")))
