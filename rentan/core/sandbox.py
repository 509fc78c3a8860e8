"""Runs parsers of files from outside in a short-lived, limited child process (security.md UPL-2, IMP-1).

A parser that meets a hostile file may eat memory, loop or be taken over. It therefore runs without keys in
its environment, without network, in an empty folder, under limits of memory, time and file size, at most two
at a time per host. Question and answer travel as JSON and raw bytes through memory files, never as pickle.
"""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from rentan.core.errors import RuleError
from rentan.core.sandbox_child import ANSWERED, TOO_LARGE, pack, unpack

MIB = 1024 * 1024

TARGETS = frozenset(
    {
        "rentan.core.sheets_child:read",
        "rentan.berkas.sanitise_child:clean_image",
        "rentan.berkas.sanitise_child:clean_pdf",
        "rentan.berkas.sanitise_child:crop_page",
        "rentan.berkas.sanitise_child:render_page",
        "rentan.pindai.stack_child:bind",
        "rentan.pindai.stack_child:inspect",
        "rentan.pindai.stack_child:read_pages",
        "rentan.kartu.lembar_child:read_sheets",
    }
)
"""The closed list of functions that may run in the child. A new parser is added here, in the open."""

SLOTS = 2
"""Children at a time per host (UPL-2)."""

_ROOT = Path(__file__).resolve().parents[2]
_BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from rentan.core import sandbox_child as c; c.main()"


@dataclass(frozen=True)
class Limits:
    """What one child may use. Bytes for ``memory`` and ``file``, seconds for the rest."""

    memory: int = 1024 * MIB
    cpu: int = 10
    file: int = 64 * MIB
    wall: float = 20
    queue: float = 60


class SandboxError(Exception):
    """The child gave no answer.

    ``kode``: ``waktu`` (too long), ``memori`` (too much memory), ``besar`` (answer too large),
    ``rusak`` (the parser failed or crashed), ``sibuk`` (no free place within ``Limits.queue``).
    ``jenis`` is the class name of the parser's exception, fit for a log: it never carries file content.
    """

    def __init__(self, kode: str, jenis: str = "") -> None:
        super().__init__(f"{kode} {jenis}".strip())
        self.kode = kode
        self.jenis = jenis


def run_limited(
    target: str,
    request: dict,
    blobs: list[bytes],
    *,
    limits: Limits | None = None,
    berkas: BinaryIO | None = None,
) -> tuple[dict, list[bytes]]:
    """Call ``target`` ("module:function", one of TARGETS) as ``function(request, blobs)`` in a child.

    ``berkas``: an open file that the child may read under ``request["fd"]``, for what is too large to be
    copied for every call.

    Raises ``SandboxError`` when there is no answer, passes on a ``RuleError`` that the function raised, and
    raises ``ValueError`` for a target that is not on the list.
    """
    if target not in TARGETS:
        raise ValueError(f"not an allowed sandbox target: {target}")
    limits = limits or Limits()
    with _slot(limits.queue), memory_file() as ask, memory_file() as answer:
        fds = () if berkas is None else (berkas.fileno(),)
        if fds:
            request = request | {"fd": fds[0]}
        question = {"target": target, "limits": asdict(limits), "request": request}
        pack(ask, question, blobs)
        ask.seek(0)
        code = _run(ask, answer, limits.wall, fds)
        answer.seek(0)
        return _read_answer(code, answer)


def _run(ask: BinaryIO, answer: BinaryIO, wall: float, fds: tuple[int, ...] = ()) -> int:
    """Start the child, wait ``wall`` seconds, end its whole process group. Returns its exit code."""
    with tempfile.TemporaryDirectory(prefix="rentan-kosong-") as empty:
        child = subprocess.Popen(
            [sys.executable, "-I", "-B", "-c", _BOOT, str(_ROOT)],
            stdin=ask,
            stdout=answer,
            stderr=subprocess.DEVNULL,  # a parser's words may hold personal data
            cwd=empty,
            env={},
            start_new_session=True,
            pass_fds=fds,
        )
        try:
            return child.wait(wall)
        except subprocess.TimeoutExpired:
            raise SandboxError("waktu") from None
        finally:
            _kill_group(child)


def _kill_group(child: subprocess.Popen) -> None:
    """End the child and whatever it may have started: also after a normal exit."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _read_answer(code: int, answer: BinaryIO) -> tuple[dict, list[bytes]]:
    if code != ANSWERED:
        raise SandboxError(_crash_kode(code), f"exit {code}")
    try:
        head, blobs = unpack(answer)
    except (ValueError, KeyError, TypeError):
        raise SandboxError("rusak", "answer") from None
    if head.get("rule"):
        rule = head["rule"]
        raise RuleError(rule["pesan"], rule["field"], kode=rule["kode"])
    if head.get("error"):
        raise SandboxError(head["error"], head["jenis"])
    return head["answer"], blobs


def _crash_kode(code: int) -> str:
    """Which limit a dead child met. Rust and PDFium abort when memory ends; the kernel sends SIGKILL."""
    if code == -signal.SIGXCPU:
        return "waktu"
    if code in (TOO_LARGE, -signal.SIGXFSZ):
        return "besar"
    if code in (-signal.SIGABRT, -signal.SIGKILL, -signal.SIGTRAP, -signal.SIGILL):
        return "memori"
    return "rusak"


def memory_file() -> BinaryIO:
    """An unnamed file that never touches the disk: it carries papers in clear."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("rentan", os.MFD_CLOEXEC), "w+b")
    return tempfile.TemporaryFile()


def _lock_folder() -> Path:
    folder = Path(tempfile.gettempdir()) / f"rentan-sandbox-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise SandboxError("sibuk", "lock folder belongs to someone else")
    return folder


@contextmanager
def _slot(patience: float) -> Iterator[None]:
    """Hold one of the host's places: a lock on a file, so a killed process gives its place back."""
    folder = _lock_folder()
    until = time.monotonic() + patience
    while True:
        for number in range(SLOTS):
            with open(folder / f"{number}.lock", "ab") as place:
                try:
                    fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                yield
                return
        if time.monotonic() > until:
            raise SandboxError("sibuk")
        time.sleep(0.05)
