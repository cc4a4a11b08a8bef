"""Logs: one JSON object a line, with ids and codes; contents never."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final, TextIO, cast

import structlog

# A field with one of these names is a mistake of ours; its value must not reach a disk.
FORBIDDEN: Final = frozenset(
    {
        "name",
        "phone",
        "email",
        "address",
        "postcode",
        "note",
        "text",
        "content",
        "body",
        "secret",
        "token",
        "authorization",
    }
)


def without_contents(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank fields whose names say that they hold a person's data or a secret."""
    for key in line.keys() & FORBIDDEN:
        line[key] = "[withheld]"
    return line


class _Output:
    """Standard output as it is when a line is written: loggers are kept, and what they were made with may be closed by then."""

    def write(self, text: str) -> int:
        """As a stream does."""
        return sys.stdout.write(text)

    def flush(self) -> None:
        """As a stream does."""
        sys.stdout.flush()


def set_up(level: str) -> None:
    """Send our own and the libraries' logs to standard output as JSON lines."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_contents,
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", _Output())),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(_Output())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
            foreign_pre_chain=shared,
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    # These two name URLs; ours say what is needed without.
    for noisy in ("uvicorn.access", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
