"""The record of an uploaded list, what a check finds, and what a room's handler looks like (IMP-4)."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Mapped, mapped_column

from rentan.core.actor import Pelaku
from rentan.core.sheets import Column, SheetLimits, Table
from rentan.core.status import Status
from rentan.ext import Base, IdMixin, VersionMixin, db, enum_column, runtime


class JenisImpor(Status):
    ROSTER = "roster", "Daftar ASN"
    PELINDUNGAN = "pelindungan", "Pekerja yang sudah dilindungi"
    CALON = "calon", "Calon pekerja"
    JAWABAN_BPJS = "jawaban_bpjs", "Jawaban pendaftaran BPJS"
    KPJ = "kpj", "Nomor peserta (KPJ)"
    JAWABAN_MANDAT = "jawaban_mandat", "Jawaban bank atas surat kuasa"
    HASIL_DEBET = "hasil_debet", "Hasil debet dari bank"
    CATATAN_BPJS = "catatan_bpjs", "Iuran yang tercatat di BPJS"


class StatusImpor(Status):
    DIBACA = "dibaca", "Sedang dibaca", "proses"
    SIAP = "siap", "Menunggu konfirmasi", "perlu"
    MENERAPKAN = "menerapkan", "Sedang diterapkan", "proses"
    DITERAPKAN = "diterapkan", "Diterapkan", "proses"
    DIBATALKAN = "dibatalkan", "Dibatalkan"
    GAGAL = "gagal", "Gagal dibaca", "bahaya"


class Impor(IdMixin, VersionMixin, Base):
    """The file waits encrypted in the document store; nothing of it is written before the confirmation.

    ``ringkasan`` holds counts, ``ditolak`` the refused rows (sheet, row, code, sentence; never cell values).
    ``galat`` says why it could not be read, or why it was not applied after all.
    """

    __tablename__ = "impor"
    jenis: Mapped[JenisImpor] = mapped_column(enum_column(JenisImpor))
    status: Mapped[StatusImpor] = mapped_column(enum_column(StatusImpor))
    sha256: Mapped[str]
    akhiran: Mapped[str]
    kunci_berkas: Mapped[str]
    pilihan: Mapped[dict[str, Any]] = mapped_column(default=dict)
    ringkasan: Mapped[dict[str, Any]] = mapped_column(default=dict)
    ditolak: Mapped[list[Any]] = mapped_column(default=list)
    kemajuan: Mapped[int] = mapped_column(default=0)
    galat: Mapped[str | None]
    dibuat_oleh: Mapped[uuid.UUID | None]
    dibuat_pada: Mapped[datetime] = mapped_column(index=True)
    token_hash: Mapped[bytes | None]
    kedaluwarsa_pada: Mapped[datetime]
    diterapkan_pada: Mapped[datetime | None]

    @property
    def subjek_id(self) -> uuid.UUID:
        return self.id


@dataclass(frozen=True, slots=True)
class Ditolak:
    """A refused row: where it stands in Excel, a stable code, a sentence that never repeats a cell value."""

    sheet: str
    row: int
    code: str
    message: str


@dataclass
class Hasil:
    """What a check found. ``good`` has one entry per accepted row, so good + refused = read (IMP-4).

    ``unchanged`` and ``changed`` are parts of the good rows. ``rincian`` maps a label to a number, a word, or
    a table (first row: titles) for the preview; only counts and codes, it is stored. ``perlu_setuju`` is a
    sentence that must be agreed to separately ("a fifth of the city would leave"), or ``None``.
    """

    read: int
    good: list[Any]
    refused: list[Ditolak]
    unchanged: int = 0
    changed: int = 0
    skipped_sheets: list[str] = field(default_factory=list)
    rincian: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    perlu_setuju: str | None = None

    def verify(self) -> None:
        """Raises ``ValueError`` when a row is counted twice or not at all: a defect of the handler."""
        places = {(one.sheet, one.row) for one in self.refused}
        if len(places) != len(self.refused) or len(self.good) + len(self.refused) != self.read:
            raise ValueError("import handler: good + refused rows must be the rows read")

    @property
    def ringkasan(self) -> dict[str, Any]:
        """What is stored and shown; two checks of the same file against the same city give equal ones."""
        found = {
            "read": self.read,
            "good": len(self.good),
            "refused": len(self.refused),
            "unchanged": self.unchanged,
            "changed": self.changed,
            "skipped_sheets": self.skipped_sheets,
            "rincian": self.rincian,
            "warnings": self.warnings,
            "perlu_setuju": self.perlu_setuju,
        }
        # As it comes back from the database, so that the preview and the confirmation can be compared.
        shown: dict[str, Any] = json.loads(json.dumps(found))
        return shown

    def report(self) -> dict[str, Any]:
        """The JSON object of product.md §5."""
        short = {key: self.ringkasan[key] for key in REPORT_KEYS}
        return short | {"rows": [asdict(one) for one in self.refused]}


REPORT_KEYS = ("read", "good", "refused", "unchanged", "changed", "skipped_sheets")


class PenanganImpor(Protocol):
    """What a room does with one kind of list. One shared object per kind: it keeps no state between calls.

    A handler with ``sekali = True`` takes the same bytes only once (:func:`find_diterapkan`).
    """

    @property
    def jenis(self) -> JenisImpor: ...

    @property
    def judul(self) -> str: ...

    @property
    def columns(self) -> tuple[Column, ...]: ...

    def check(self, table: Table, pilihan: dict[str, Any], by: Pelaku) -> Hasil:
        """Decide every row; only reads. ``pilihan`` are the words chosen at the upload (JSON values)."""

    def apply(self, hasil: Hasil, impor: Impor, by: Pelaku) -> None:
        """Write the good rows, set-based, inside the caller's transaction."""


_HANDLERS: dict[JenisImpor, PenanganImpor] = {}


def register(handler: PenanganImpor) -> PenanganImpor:
    """A room announces its handler when it is imported."""
    _HANDLERS[handler.jenis] = handler
    return handler


def handler_of(jenis: JenisImpor) -> PenanganImpor:
    """The handler of this kind of list."""
    return _HANDLERS[jenis]


def find_diterapkan(handler: PenanganImpor, sha256: str) -> datetime | None:
    """When this very file was applied, for a kind whose files count once; ``None``: never."""
    if not getattr(handler, "sekali", False):
        return None
    query = db.select(Impor.diterapkan_pada).where(
        Impor.jenis == handler.jenis, Impor.sha256 == sha256, Impor.status == StatusImpor.DITERAPKAN
    )
    return db.session.scalar(query.order_by(Impor.diterapkan_pada).limit(1))


def limits() -> SheetLimits:
    """What a list may be (IMP-1), from the city profile."""
    batas = runtime().profil.batas
    return SheetLimits(
        bytes=batas.ukuran_impor,
        members=batas.anggota_impor,
        unpacked=batas.ukuran_impor_terurai,
        rows=batas.baris_impor,
        columns=batas.kolom_impor,
        cell_chars=batas.karakter_sel,
        seconds=batas.detik_impor,
    )
