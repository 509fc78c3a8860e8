"""One JSON object per log line, in UTC, without values (LOG-1).

A line says what happened, where in the code and in which request; it never carries what people typed. So the
text arguments of a message are replaced by their type, exceptions show class names and frames but neither
their text nor local variables, and libraries that format their own messages are named by call site only.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
import uuid
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

# The only facts that a line may carry beside its message.
FIELDS = ("permintaan", "akun", "rute", "metode", "status", "ms", "tugas", "kode", "jumlah")
_LONG_NUMBER = re.compile(r"\d{9,}")
_CONTEXT_MAX = 100  # characters; enough for a route pattern
_EMPTY: Mapping[str, Any] = MappingProxyType({})
_context: ContextVar[Mapping[str, Any]] = ContextVar("log_context", default=_EMPTY)


def bind(**facts: Any) -> None:
    """Add facts (see ``FIELDS``) to every later line of this request or job.

    Raises ``ValueError`` for a name outside the closed list.
    """
    if unknown := facts.keys() - set(FIELDS):
        raise ValueError(f"not a log field: {sorted(unknown)}")
    _context.set(MappingProxyType({**_context.get(), **facts}))


def unbind() -> None:
    """Forget the bound facts: server threads are used again for the next person's request."""
    _context.set(_EMPTY)


def bound(name: str) -> Any:
    """One bound fact, ``None`` when there is none."""
    return _context.get().get(name)


def configure(level: int = logging.INFO) -> None:
    """Send every log record of the process to standard error as JSON lines. Safe to call again."""
    root = logging.getLogger()
    if not any(isinstance(handler, _StderrHandler) for handler in root.handlers):
        handler = _StderrHandler()
        handler.setFormatter(JsonFormatter())
        root.addHandler(handler)
    root.setLevel(level)
    # The development server's own access line holds the full path; our request line replaces it.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)


class JsonFormatter(logging.Formatter):
    """Formats a record as described above; control characters and non-ASCII text come out escaped."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "waktu": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "tingkat": record.levelname,
            "asal": record.name,
            "pesan": _message(record),
        }
        facts = {**_context.get(), **{name: vars(record)[name] for name in FIELDS if name in vars(record)}}
        line |= {name: _fact(value) for name, value in facts.items()}
        if record.exc_info and record.exc_info[1] is not None:
            line["galat"] = describe_exception(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True)


def describe_exception(error: BaseException) -> list[dict[str, Any]]:
    """The error and its causes, outermost first: class and ``file:line in function``, nothing else."""
    chain: list[dict[str, Any]] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = [
            f"{frame.f_code.co_filename}:{line} in {frame.f_code.co_name}"
            for frame, line in traceback.walk_tb(current.__traceback__)
        ]
        chain.append({"jenis": f"{type(current).__module__}.{type(current).__qualname__}", "jejak": frames})
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return chain


class _StderrHandler(logging.Handler):
    """Looks standard error up at each line, because test runners and daemons replace it."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            print(self.format(record), file=sys.stderr, flush=True)
        except (OSError, ValueError):
            # The stream is closed. The standard answer would print the record's values in plain text.
            return


def _message(record: logging.LogRecord) -> str:
    """The message template filled with harmless arguments only."""
    ours = record.name == "rentan" or record.name.startswith("rentan.")
    if not isinstance(record.msg, str) or not (ours or record.args):
        # A library's text without arguments may already have a path or a value inside.
        return f"{record.module}:{record.lineno}"
    template = _LONG_NUMBER.sub("#", record.msg)
    if isinstance(record.args, Mapping):
        arguments: Any = {name: _harmless(value) for name, value in record.args.items()}
    else:
        arguments = tuple(_harmless(value) for value in record.args or ())
    try:
        return template % arguments if arguments else template
    except (TypeError, ValueError, KeyError):
        return template


def _harmless(value: Any) -> Any:
    """Counts, truth values and row ids pass; text and long numbers (a NIK is one) show only their type."""
    if isinstance(value, bool | uuid.UUID) or (isinstance(value, int | float) and abs(value) < 10**8):
        return value
    return f"<{type(value).__name__}>"


def _fact(value: Any) -> Any:
    if value is None or isinstance(value, int | float):
        return value
    return str(value)[:_CONTEXT_MAX]
