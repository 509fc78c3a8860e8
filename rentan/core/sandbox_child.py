"""The inside of the sandbox: what the child process does before and after the parser runs.

Only the standard library here, so that every limit stands before anything else is loaded.
"""

import contextlib
import ctypes
import errno
import importlib
import json
import os
import resource
import struct
import sys
from typing import Any, BinaryIO

from rentan.core.errors import RuleError

ANSWERED = 0
"""Exit code of a child that wrote an answer, good or bad."""
TOO_LARGE = 3
"""Exit code of a child whose answer did not fit ``Limits.file``."""

_HEAD = struct.Struct(">I")
_MAX_HEAD = 256 * 1024 * 1024
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_NO_NEW_PRIVS = 38
_FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "os.kill")


def pack(out: BinaryIO, head: dict, blobs: list[bytes]) -> None:
    """Write a JSON head with the sizes of the raw parts, then the parts."""
    text = json.dumps({**head, "sizes": [len(b) for b in blobs]}, ensure_ascii=False).encode()
    out.write(_HEAD.pack(len(text)))
    out.write(text)
    for blob in blobs:
        out.write(blob)
    out.flush()


def unpack(source: BinaryIO) -> tuple[dict, list[bytes]]:
    """Read what ``pack`` wrote. Raises ``ValueError`` for anything short or odd."""
    (length,) = _HEAD.unpack(_exactly(source, _HEAD.size))
    if length > _MAX_HEAD:
        raise ValueError("head too long")
    head = json.loads(_exactly(source, length))
    return head, [_exactly(source, size) for size in head.pop("sizes")]


def _exactly(source: BinaryIO, size: int) -> bytes:
    data = source.read(size)
    if len(data) != size:
        raise ValueError("short")
    return data


def main() -> None:
    """Entry of the child: question on stdin, answer on the first stdout, nothing else reaches the parent."""
    answer = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    question, blobs = unpack(sys.stdin.buffer)
    confine(question["limits"])
    head, parts = _call(question["target"], question["request"], blobs)
    try:
        pack(answer, head, parts)
    except OSError:
        os._exit(TOO_LARGE)
    # Skip destructors: a damaged native library may crash in them after the answer is complete.
    os._exit(ANSWERED)


def _call(target: str, request: dict, blobs: list[bytes]) -> tuple[dict, list[bytes]]:
    module, _, function = target.partition(":")
    try:
        answer, parts = getattr(importlib.import_module(module), function)(request, blobs)
        return {"answer": answer}, parts
    except RuleError as e:
        return {"rule": {"pesan": e.pesan, "field": e.field, "kode": e.kode}}, []
    except MemoryError:
        return {"error": "memori", "jenis": "MemoryError"}, []
    except Exception as e:
        if isinstance(e, OSError) and e.errno == errno.EFBIG:
            return {"error": "besar", "jenis": "OSError"}, []
        # The class name only: the message of a parser may quote the file.
        return {"error": "rusak", "jenis": type(e).__name__}, []


def confine(limits: dict[str, Any]) -> None:
    """Take away network, processes, memory and time from this process, for good."""
    _leave_network()
    cpu = int(limits["cpu"])
    _limit(resource.RLIMIT_AS, limits["memory"])
    _limit(resource.RLIMIT_FSIZE, limits["file"])
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, 64)
    # Soft first: SIGXCPU names the reason; the hard limit one second later cannot be caught.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    sys.addaudithook(_refuse)


def _limit(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(kind, (most, most))


def _leave_network() -> None:
    """An empty network namespace where the kernel allows one; the audit hook guards Python either way."""
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
            libc.unshare(_CLONE_NEWNET)


def _refuse(event: str, _args: tuple) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"not allowed here: {event}")
