"""The packing list: one batch per kecamatan with every card that waits for it (states.md K3, K4).

The frozen lines are the XLSX file itself; the paper list is printed from that file, so both always agree.
"""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from rentan.core.actor import Pelaku
from rentan.core.clock import to_local
from rentan.core.errors import NotFound, RuleError
from rentan.core.sheets import Column, read_table
from rentan.core.sheets_write import OutColumn, SheetOut, write_xlsx
from rentan.core.subject import load_deks, reveal
from rentan.ext import db
from rentan.kartu.gerak import gerak_banyak
from rentan.kartu.models import Kartu
from rentan.kartu.queries import bebas
from rentan.kartu.status import StatusKartu
from rentan.paket.actions import read_berkas
from rentan.paket.models import Paket
from rentan.paket.penangan import Baris, BerkasPaket, Dikecualikan, register
from rentan.paket.status import JenisPaket
from rentan.paket.status_baris import HasilBaris
from rentan.pekerja.models import Pekerja
from rentan.util.tanggal import format_tanggal
from rentan.wilayah.models import Kecamatan, Kelurahan

#: Cards of one list: a parcel that two people count in half an hour. The rest goes into the next one.
PALING_BANYAK = 500
KOLOM = ("NOMOR", "NAMA", "KELURAHAN", "ALAMAT", "KODE KARTU", "4 ANGKA AKHIR")
_LEBAR = (8, 34, 22, 44, 14, 12)
_HALAMAN = ("kartu_satu.show", "kartu_id")
S = StatusKartu


@dataclass(frozen=True)
class BarisKirim:
    """A frozen line of a packing list."""

    nomor: str
    nama: str
    kelurahan: str
    alamat: str
    kode: str
    angka: str


def nama_kecamatan(kode: str) -> str:
    """The name for people."""
    return db.session.get_one(Kecamatan, kode).nama


def read_baris(paket: Paket) -> list[BarisKirim]:
    """The lines as they were frozen, read from the file. Raises ``RuleError`` before the lock."""
    table = read_table(read_berkas(paket), "daftar.xlsx", [Column(one, wajib=True) for one in KOLOM])
    return [BarisKirim(*(str(row.values[one] or "") for one in KOLOM)) for row in table.rows]


class PenanganKartu:
    """Kind KARTU of the batches (``paket.penangan.PenanganPaket``)."""

    jenis = JenisPaket.KARTU
    sebutan = "kartu"
    halaman = "kartu.index"

    def isi(self, paket: Paket, *, by: Pelaku) -> int:
        """Cards of the kecamatan with a number, or printed for a list that was given up."""
        room = PALING_BANYAK - len(self._ids(paket))
        query = select(Kartu).where(bebas(paket.lingkup)).order_by(Kartu.id).limit(max(room, 0))
        rows = db.session.scalars(
            query.with_for_update(key_share=True).execution_options(populate_existing=True)
        )
        for kartu in rows:
            # PostgreSQL looks again after waiting for the lock, so what another list took is not among them.
            kartu.paket_id = paket.id
        db.session.flush()
        return len(self._ids(paket))

    def keluarkan(self, paket: Paket, baris_id: uuid.UUID, *, by: Pelaku) -> None:
        kartu = db.session.get(Kartu, baris_id, with_for_update={"key_share": True}, populate_existing=True)
        if kartu is None or kartu.paket_id != paket.id:
            raise NotFound
        kartu.paket_id = None
        db.session.flush()

    def list_baris(self, paket: Paket, *, sesudah: int, banyak: int) -> list[Baris]:
        rows = self._rows(paket).offset(sesudah).limit(banyak)
        return [
            Baris(kartu.id, nomor, f"{pekerja.nama}, {kelurahan}", f"Kartu {kartu.kode}", *_hasil(kartu))
            for nomor, (kartu, pekerja, kelurahan) in enumerate(db.session.execute(rows), sesudah + 1)
        ]

    def count_hasil(self, paket: Paket) -> dict[HasilBaris, int]:
        rows = db.session.scalars(select(Kartu).where(Kartu.paket_id == paket.id))
        return dict(Counter(_hasil(one)[0] for one in rows))

    def list_dikecualikan(self, paket: Paket, *, banyak: int) -> list[Dikecualikan]:
        """Requested cards without a number, and what no longer fits into this list."""
        waiting = (Kartu.kecamatan_kode == paket.lingkup) & (Kartu.status == S.DIMINTA)
        query = (
            select(Kartu, Pekerja.nama)
            .join(Pekerja, Pekerja.id == Kartu.pekerja_id)
            .where(waiting | bebas(paket.lingkup))
            .order_by(Kartu.status, Pekerja.nama_inti, Kartu.id)
            .limit(banyak)
        )
        return [
            Dikecualikan(kartu.id, nama, *_why_not(kartu), *_HALAMAN)
            for kartu, nama in db.session.execute(query)
        ]

    def list_hambatan(self, paket: Paket, *, banyak: int) -> list[Dikecualikan]:
        """Cards that were given up or went to another kecamatan since they were put in."""
        query = (
            select(Kartu, Pekerja.nama)
            .join(Pekerja, Pekerja.id == Kartu.pekerja_id)
            .where(
                Kartu.paket_id == paket.id,
                Kartu.status.not_in((S.TERBIT, S.DICETAK)) | (Kartu.kecamatan_kode != paket.lingkup),
            )
            .order_by(Pekerja.nama_inti, Kartu.id)
        )
        return [
            Dikecualikan(
                kartu.id,
                nama,
                "Kartu tidak lagi menunggu dikirim ke kecamatan ini.",
                "Petugas BPJS",
                *_HALAMAN,
            )
            for kartu, nama in db.session.execute(query.limit(banyak))
        ]

    def bekukan(self, paket: Paket, *, by: Pelaku) -> BerkasPaket:
        if self.list_hambatan(paket, banyak=1):
            raise RuleError(
                "Ada kartu yang tidak lagi menunggu dikirim ke kecamatan ini. Keluarkan lebih dahulu.",
                kode="ada_hambatan",
            )
        rows = list(db.session.execute(self._rows(paket)))
        load_deks(pekerja.id for _, pekerja, _ in rows)
        lines = [
            (
                str(nomor), pekerja.nama, kelurahan, pekerja.alamat, kartu.kode,
                (reveal(kartu, "nomor") or "")[-4:],
            )
            for nomor, (kartu, pekerja, kelurahan) in enumerate(rows, 1)
        ]  # fmt: skip
        tujuan = nama_kecamatan(paket.lingkup)
        columns = [OutColumn(judul, lebar) for judul, lebar in zip(KOLOM, _LEBAR, strict=True)]
        title = [f"Daftar kirim kartu ke Kecamatan {tujuan}", f"{len(lines)} kartu"]
        foot = f"Disusun {format_tanggal(to_local(paket.dibuat_pada).date())}"
        data = write_xlsx([SheetOut("KARTU", title, columns, lines)], foot)
        return BerkasPaket(data, f"daftar-kirim-{paket.lingkup.replace('.', '')}-{paket.periode:%Y-%m}.xlsx")

    def setelah_kunci(self, paket: Paket, *, by: Pelaku) -> None:
        """K3. A card of a list that was given up is printed already."""
        gerak_banyak([one for one in self._held(paket) if one.status is S.TERBIT], "cetak", by=by)

    def setelah_kirim(self, paket: Paket, *, by: Pelaku) -> None:
        """K4; what was lost or cancelled since the lock stays out."""
        gerak_banyak([one for one in self._held(paket) if one.status is S.DICETAK], "kirim", by=by)

    def setelah_batal(self, paket: Paket, *, by: Pelaku) -> None:
        """Printed cards stay printed; all of them go into the next list."""
        for kartu in self._held(paket):
            kartu.paket_id = None
        db.session.flush()

    def _ids(self, paket: Paket) -> list[uuid.UUID]:
        return list(db.session.scalars(select(Kartu.id).where(Kartu.paket_id == paket.id)))

    def _held(self, paket: Paket) -> list[Kartu]:
        query = select(Kartu).where(Kartu.paket_id == paket.id).order_by(Kartu.id)
        return list(
            db.session.scalars(
                query.with_for_update(key_share=True).execution_options(populate_existing=True)
            )
        )

    def _rows(self, paket: Paket) -> Select[*tuple[Any, ...]]:
        """Card, worker, kelurahan in the order of the parcel."""
        return (
            select(Kartu, Pekerja, Kelurahan.nama)
            .join(Pekerja, Pekerja.id == Kartu.pekerja_id)
            .join(Kelurahan, Kelurahan.kode == Pekerja.kelurahan_kode)
            .where(Kartu.paket_id == paket.id)
            .order_by(Kelurahan.nama, Pekerja.nama_inti, Kartu.id)
        )


def _hasil(kartu: Kartu) -> tuple[HasilBaris, str]:
    """What the batch's page says of a card."""
    if kartu.status in (S.TERBIT, S.DICETAK, S.DIKIRIM_KEC):
        return HasilBaris.MENUNGGU, kartu.status.label
    if kartu.status is S.HILANG:
        return HasilBaris.DITOLAK, "Hilang dalam pengiriman, atau sesudahnya"
    if kartu.status is S.DIBATALKAN:
        return HasilBaris.DIKELUARKAN, kartu.status.label
    return HasilBaris.DITERIMA, kartu.status.label


def _why_not(kartu: Kartu) -> tuple[str, str]:
    if kartu.status is S.DIMINTA:
        return "Nomor kartu belum dicatat.", "Petugas BPJS"
    return f"Masuk daftar berikutnya (paling banyak {PALING_BANYAK} kartu sekali kirim).", ""


PENANGAN = register(PenanganKartu())
