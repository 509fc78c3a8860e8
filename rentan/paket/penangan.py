"""What each kind of batch does with its own lines; everything around them is the same for all kinds.

A room to the right announces a handler with :func:`register`, and calls the actions of ``paket.actions``.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, cast

from rentan.core.actor import Pelaku
from rentan.core.status import Status
from rentan.paket.models import Paket
from rentan.paket.status import UANG, JenisPaket


@dataclass(frozen=True)
class Baris:
    """A line as the batch's page shows it. ``rincian`` never holds a whole NIK or account number.

    ``hasil``: one of ``HasilBaris``, or the kind's own outcomes (``dikeluarkan`` is the same word).
    """

    id: uuid.UUID
    urutan: int
    judul: str
    rincian: str
    hasil: Status
    alasan: str = ""


@dataclass(frozen=True)
class Dikecualikan:
    """Something that could be in this batch and is not, with the reason in words and whose turn it is.

    ``siapa`` is who can put it right, in words; empty when nobody has to do anything. ``halaman`` is the
    endpoint of the page, open to who builds this kind, that takes ``id`` as ``kunci``; empty for none.
    """

    id: uuid.UUID
    judul: str
    alasan: str
    siapa: str = ""
    halaman: str = ""
    kunci: str = ""


@dataclass(frozen=True)
class BerkasPaket:
    """The frozen file; the same lines give the same bytes."""

    data: bytes
    nama: str


@dataclass(frozen=True)
class Susulan:
    """What answers have changed since a batch was reconciled: lines, and whole rupiah.

    The batch itself stays (B13): ``dibatalkan`` had succeeded and was taken back by the bank afterwards,
    ``berhasil`` is known to have succeeded only since.
    """

    baris_dibatalkan: int = 0
    dibatalkan: int = 0
    baris_berhasil: int = 0
    berhasil: int = 0


class PenanganPaket(Protocol):
    """One kind of batch. No state between calls; every method works inside the caller's transaction."""

    @property
    def jenis(self) -> JenisPaket: ...

    @property
    def sebutan(self) -> str:
        """What a line is, in the plural people use: ``pekerja``, ``surat kuasa``, ``kartu``."""

    @property
    def halaman(self) -> str:
        """Endpoint of the page on which these batches are built: ``kepesertaan.index``."""

    def isi(self, paket: Paket, *, by: Pelaku) -> int:
        """B1, B2: put everything in that may be in and is not yet; answers how many lines there are."""

    def keluarkan(self, paket: Paket, baris_id: uuid.UUID, *, by: Pelaku) -> None:
        """B2: take one line out again. Raises ``NotFound``."""

    def list_baris(self, paket: Paket, *, sesudah: int, banyak: int) -> list[Baris]:
        """At most ``banyak`` lines whose ``urutan`` is above ``sesudah``, in their order."""

    def count_hasil(self, paket: Paket) -> Mapping[Any, int]:
        """How many lines stand where; an outcome without lines may be missing."""

    def list_dikecualikan(self, paket: Paket, *, banyak: int) -> list[Dikecualikan]:
        """What is left out, each with its reason; at most ``banyak``. Only asked while lines can change."""

    def list_hambatan(self, paket: Paket, *, banyak: int) -> list[Dikecualikan]:
        """Lines that are in and cannot go any more: :meth:`bekukan` refuses while there is one."""

    def bekukan(self, paket: Paket, *, by: Pelaku) -> BerkasPaket:
        """B3: freeze every line and make the file. Raises ``RuleError`` when a line cannot go."""

    def setelah_kunci(self, paket: Paket, *, by: Pelaku) -> None:
        """B3: moves of the lines' own machines (K3)."""

    def setelah_kirim(self, paket: Paket, *, by: Pelaku) -> None:
        """B5: moves of the lines' own machines (M11, W7, K4)."""

    def setelah_batal(self, paket: Paket, *, by: Pelaku) -> None:
        """B12: the lines are free again."""


class PenanganUang(PenanganPaket, Protocol):
    """A kind of batch that carries money (``status.UANG``): totals, the bank's refusal, the closing."""

    def jumlah_rupiah(self, paket: Paket) -> int:
        """The sum of the lines that are in, in whole rupiah: the control total (MON-3 c)."""

    def bulan_isi(self, paket: Paket) -> tuple[date, date] | None:
        """The first and the last month that its lines pay; prepaid and late ones differ from the batch's."""

    def berhasil_rupiah(self, paket: Paket) -> int:
        """B10: the sum of what succeeded (debits) or was paid (remittance) as of now, in whole rupiah."""

    def susulan(self, paket: Paket) -> Susulan:
        """What has changed since the reconciliation."""

    def penghalang_kunci(self, paket: Paket) -> str | None:
        """B3: what stands in the way of the lock (cut-off over, notices missing), in a sentence."""

    def setelah_tolak_berkas(self, paket: Paket, *, by: Pelaku) -> None:
        """B6: the bank refused the whole file and executed nothing."""

    def setelah_perbaiki(self, paket: Paket, *, by: Pelaku) -> None:
        """B7: the same lines again; attempts void, new references at the next lock."""

    def setelah_lengkap(self, paket: Paket, *, by: Pelaku) -> None:
        """B9: the answer is complete; lines without one are unknown (C9)."""

    def list_pembaca(self, paket: Paket) -> set[uuid.UUID]:
        """B11: accounts of everybody who has read an answer to this batch; none of them closes it (G5)."""

    def count_tanpa_pemilik(self, paket: Paket) -> int:
        """B11: open exceptions and matters of this batch that nobody has taken."""


_PENANGAN: dict[JenisPaket, PenanganPaket] = {}


def register(penangan: PenanganPaket) -> PenanganPaket:
    """A room announces its handler when it is imported."""
    _PENANGAN[penangan.jenis] = penangan
    return penangan


def penangan_of(jenis: JenisPaket) -> PenanganPaket:
    """The handler of this kind of batch."""
    return _PENANGAN[jenis]


def uang_of(jenis: JenisPaket) -> PenanganUang:
    """The handler of a kind of batch that carries money. ``LookupError`` for another kind."""
    if jenis not in UANG:
        raise LookupError(jenis)
    return cast(PenanganUang, _PENANGAN[jenis])
