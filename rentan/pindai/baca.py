"""Reading a stack outside the transaction: the stored PDF, the sandbox, page by page.

One bad page costs only itself: when a run over several pages gives no answer, its pages are read one by one.
"""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from rentan.core.arsip import PaperDamaged
from rentan.core.errors import RuleError
from rentan.core.sandbox import MIB, Limits, SandboxError, memory_file, run_limited
from rentan.core.secrets import decrypt, encrypt
from rentan.core.storage import new_key
from rentan.core.subject import dek_for
from rentan.ext import db, runtime
from rentan.pindai.models import Tumpukan

PREFIX = "tumpukan"
BAGIAN = 4 * MIB
"""Bytes of one encrypted piece: a stack of 100 MB is never twice in memory."""
SEKALI = 12
"""Pages of one run of the child, stored together: what a killed process has to read again."""
_SIBUK = 5
"""Seconds between two tries when both places of the sandbox are taken."""
_TARGET = "rentan.pindai.stack_child:"


@dataclass(frozen=True)
class HalamanTerbaca:
    """One page as the child saw it; without ``gambar`` the page could not be opened."""

    nomor: int
    kode: str | None = None
    putaran: int = 0
    tinta: int = 0
    kosong: bool = False
    tempel_kosong: bool = False
    lebar: int = 0
    tinggi: int = 0
    gambar: bytes | None = None


def store_pieces(tumpukan: Tumpukan, source: BinaryIO) -> list[str]:
    """Encrypt the PDF piece by piece; each piece is bound to its place. Answers the keys in order."""
    dek = dek_for(tumpukan.id)
    keys: list[str] = []
    source.seek(0)
    while piece := source.read(BAGIAN):
        key = new_key(PREFIX)
        runtime().store.put(
            key, encrypt(dek, piece, table="tumpukan", column=f"bagian_{len(keys)}", row=tumpukan.id)
        )
        keys.append(key)
    return keys


@contextmanager
def opened(tumpukan: Tumpukan) -> Iterator[BinaryIO]:
    """The stored PDF in memory that never touches the disk; the database is given back meanwhile.

    Raises ``PaperDamaged``, ``InvalidTag`` or ``MissingObject``: each of them an incident.
    """
    dek, row, keys, sha256 = dek_for(tumpukan.id), tumpukan.id, list(tumpukan.bagian), tumpukan.sha256
    db.session.rollback()
    digest = hashlib.sha256()
    with memory_file() as whole:
        for number, key in enumerate(keys):
            sealed = runtime().store.get(key)
            piece = decrypt(dek, sealed, table="tumpukan", column=f"bagian_{number}", row=row)
            digest.update(piece)
            whole.write(piece)
        whole.flush()
        if digest.hexdigest() != sha256:
            raise PaperDamaged(str(row))
        yield whole


def count_pages(berkas: BinaryIO, maks: int) -> int:
    """How many pages the stack has. Raises ``RuleError`` with a sentence when it cannot be used at all."""
    try:
        return int(_run("inspect", {"maks": maks}, berkas, Limits(cpu=20, wall=40))["halaman"])
    except SandboxError as failed:
        raise RuleError(
            "PDF ini rusak atau terlalu rumit dibuka. Pindai ulang tumpukannya, lalu unggah kembali.",
            kode="tumpukan_rusak",
        ) from failed


def read_pages(berkas: BinaryIO, nomor: Sequence[int]) -> list[HalamanTerbaca]:
    """These pages, in this order; a page that cannot be opened comes without a picture."""
    try:
        return _read(berkas, nomor)
    except (SandboxError, RuleError):
        if len(nomor) == 1:
            return [HalamanTerbaca(nomor[0])]
    return [page for one in nomor for page in read_pages(berkas, [one])]


def _read(berkas: BinaryIO, nomor: Sequence[int]) -> list[HalamanTerbaca]:
    seconds = 15 + 5 * len(nomor)
    limits = Limits(cpu=seconds, wall=2 * seconds)
    request = {"nomor": list(nomor)}
    head, pictures = _answer("read_pages", request, berkas, limits)
    return [
        HalamanTerbaca(**page, gambar=picture)
        for page, picture in zip(head["halaman"], pictures, strict=True)
    ]


def bind(jilid: Sequence[Sequence[bytes]]) -> list[bytes]:
    """Our own JPEGs as PDFs, one per letter, in the child as well: PDFium is not made for threads."""
    made: list[bytes] = []
    for start in range(0, len(jilid), 8):
        some = jilid[start : start + 8]
        blobs = [picture for pages in some for picture in pages]
        request = {"jilid": [len(pages) for pages in some]}
        made += run_limited(_TARGET + "bind", request, blobs, limits=Limits(cpu=20, wall=40))[1]
    return made


def _run(name: str, request: dict, berkas: BinaryIO, limits: Limits) -> dict:
    return _answer(name, request, berkas, limits)[0]


def _answer(name: str, request: dict, berkas: BinaryIO, limits: Limits) -> tuple[dict, list[bytes]]:
    """The child's answer; others may use the sandbox first, a stack has time."""
    while True:
        try:
            return run_limited(_TARGET + name, request, [], limits=limits, berkas=berkas)
        except SandboxError as failed:
            if failed.kode != "sibuk":
                raise
            time.sleep(_SIBUK)


def digest_of(source: BinaryIO) -> tuple[str, int]:
    """SHA-256 (hex) and bytes of an upload, read piece by piece."""
    source.seek(0)
    sha256 = hashlib.file_digest(source, "sha256").hexdigest()  # type: ignore[arg-type]
    return sha256, source.seek(0, io.SEEK_END)
