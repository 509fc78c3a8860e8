"""Exceptions as work: taken by somebody with a date, closed with a step that the room offers or with a note.

A room whose answers leave exceptions registers a :class:`Penyelesai` for its kind of file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, today
from rentan.core.errors import Forbidden, RuleError
from rentan.core.imports_base import JenisImpor
from rentan.core.permissions import Peran
from rentan.core.workflow import check_version
from rentan.paket.models import Pengecualian

#: Who works through the exceptions of a kind of file.
PEMILIK = {
    JenisImpor.JAWABAN_MANDAT: Peran.BENDAHARA,
    JenisImpor.HASIL_DEBET: Peran.BENDAHARA,
    JenisImpor.JAWABAN_BPJS: Peran.PETUGAS_BPJS,
    JenisImpor.KPJ: Peran.PETUGAS_BPJS,
    JenisImpor.CATATAN_BPJS: Peran.PETUGAS_BPJS,
}
CATATAN = "catatan"


@dataclass(frozen=True)
class Isian:
    """What a person fills in; ``kode`` is one of the bank's codes, ``catatan`` what the step rests on."""

    tanggal: date | None = None
    ref_bank: str = ""
    kode: str = ""
    catatan: str = ""


@dataclass(frozen=True)
class Tindakan:
    """A step that settles one exception. ``akibat``: what it does, in a sentence; ``isian``: which of the
    fields it asks for.
    """

    kunci: str
    label: str
    akibat: str
    jalankan: Callable[[Pengecualian | None, Isian, Pelaku], None]
    isian: frozenset[str] = field(default_factory=frozenset)


class Penyelesai(Protocol):
    """What a room knows about its exceptions. No state between calls."""

    def rincian(self, satu: Pengecualian) -> Sequence[tuple[str, str]]:
        """What the line says, as (label, text); account numbers are masked."""

    def tindakan(self, satu: Pengecualian) -> Sequence[Tindakan]:
        """The steps that are possible now, the likeliest first."""

    def pilihan_kode(self) -> Sequence[tuple[str, str]]:
        """The codes to choose from, as (code, words)."""


_PENYELESAI: dict[JenisImpor, Penyelesai] = {}


def register_penyelesai(jenis: JenisImpor, penyelesai: Penyelesai) -> None:
    """A room announces what can be done about its exceptions."""
    _PENYELESAI[jenis] = penyelesai


def penyelesai_of(jenis: JenisImpor) -> Penyelesai | None:
    """``None``: a note is all there is."""
    return _PENYELESAI.get(jenis)


def ambil_pengecualian(satu: Pengecualian, *, tenggat: date, by: Pelaku, versi: int | None = None) -> None:
    """Take one over, with the day by which it will be settled (B11). Raises ``RuleError``, ``Stale``."""
    _check(satu, by, versi)
    if tenggat < today():
        raise RuleError("Tenggatnya paling cepat hari ini.", "tenggat", kode="tenggat_lewat")
    satu.pemilik_id, satu.tenggat = by.akun_id, tenggat
    record(Peristiwa.PENGECUALIAN_DIAMBIL, by=by, objek=satu, kode=satu.kode)


def selesaikan_pengecualian(
    satu: Pengecualian,
    *,
    catatan: str,
    by: Pelaku,
    versi: int | None = None,
    tindakan: str = CATATAN,
    isian: Isian | None = None,
) -> None:
    """Close one exception with a word on what was done, and with one of the steps that its room offers.

    Raises ``RuleError`` without a word, when closed, or as the step refuses; ``Stale`` for an old page.
    """
    _check(satu, by, versi)
    if tindakan != CATATAN:
        penyelesai = penyelesai_of(satu.jenis)
        steps = penyelesai.tindakan(satu) if penyelesai else ()
        run_tindakan(steps, tindakan, isian or Isian(), by, catatan=catatan, satu=satu)
    _note(catatan)
    satu.selesai_oleh, satu.selesai_pada, satu.catatan = by.akun_id, now(), catatan.strip()
    record(Peristiwa.PENGECUALIAN_SELESAI, by=by, objek=satu, kode=satu.kode, tindakan=tindakan)


def _check(satu: Pengecualian, by: Pelaku, versi: int | None) -> None:
    check_version(satu, versi)
    if not by.has(PEMILIK[satu.jenis]):
        raise Forbidden
    if satu.selesai_pada is not None:
        raise RuleError("Pengecualian ini sudah diselesaikan.", kode="sudah_selesai")


def _note(catatan: str) -> None:
    if not catatan.strip():
        raise RuleError("Tuliskan apa yang dilakukan.", "catatan", kode="tanpa_catatan")


def run_tindakan(
    steps: Sequence[Tindakan],
    kunci: str,
    isian: Isian,
    by: Pelaku,
    *,
    catatan: str,
    satu: Pengecualian | None = None,
) -> None:
    """Carry out one of the offered steps. Raises ``RuleError`` for one that is not offered (any more), or
    when a field that it asks for, or the note, is missing.
    """
    _note(catatan)
    chosen = next((one for one in steps if one.kunci == kunci), None)
    if chosen is None:
        raise RuleError(
            "Tindakan ini tidak mungkin lagi untuk baris ini. Muat ulang halaman untuk melihat keadaannya.",
            "tindakan",
            kode="tindakan_tidak_mungkin",
        )
    for name in sorted(chosen.isian):
        if not getattr(isian, name):
            raise RuleError(_KALIMAT[name], name, kode=f"tanpa_{name}")
    chosen.jalankan(satu, replace(isian, catatan=catatan.strip()), by)


_KALIMAT = {
    "tanggal": "Isi tanggal menurut bank.",
    "ref_bank": "Isi nomor referensi bank.",
    "kode": "Pilih sebab gagal menurut bank.",
}
