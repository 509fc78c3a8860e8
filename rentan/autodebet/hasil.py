"""The bank's answer to a debit batch (states.md B8): preview first, then every line has its outcome.

One bad line stops nothing: what fits nowhere becomes an exception for a person. A file whose closing line
does not agree with its lines is taken as far as it goes, and leaves the batch open.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from rentan.akun.models import Akun
from rentan.autodebet.hasil_baris import BERUBAH, COLUMNS, PESAN, Keadaan, Putusan, blind, read_line
from rentan.autodebet.hasil_catat import catat_jawaban, hentikan_ulang, hold_paket, majukan_paket
from rentan.autodebet.hasil_putus import contradicts, decide, main_paket, without_known
from rentan.core.actor import Pelaku
from rentan.core.imports import Column, Hasil, Impor, JenisImpor, Table, register
from rentan.core.queue import lapor
from rentan.ext import db
from rentan.iuran.models import Percobaan
from rentan.iuran.status import HasilCoba
from rentan.paket.models import Paket
from rentan.paket.pengecualian import Temuan, add_all, known

K = Keadaan
#: More exceptions than this part of the lines: somebody looks before so many become work.
BAGIAN_ANEH = 5


@dataclass
class HasilDebet(Hasil):
    """``terpotong``: the closing line does not agree; ``utama``: the batch that most lines answer."""

    terpotong: bool = False
    utama: uuid.UUID | None = None


class PenanganHasilDebet:
    """Answers to batches of the kinds DEBET and ULANG."""

    jenis = JenisImpor.HASIL_DEBET
    judul = "Hasil debet dari bank"
    columns: tuple[Column, ...] = COLUMNS
    #: The same bytes are never applied twice (B8).
    sekali = True

    def check(self, table: Table, pilihan: dict[str, Any], by: Pelaku) -> HasilDebet:
        """Decide every line against what was sent."""
        read = [read_line(row) for row in table.rows]
        found = decide(read, asn_id=_asn_of(by))
        asked = {blind(one.jawaban) for one in found if one.keadaan is K.PENGECUALIAN}
        good = without_known(found, known(self.jenis, asked))
        sasaran = {one.jawaban.ref: one.sasaran for one in found if one.sasaran}
        utama = main_paket(read, sasaran)
        peringatan = check_trailer(table)
        jumlah = Counter(one.keadaan for one in good)
        aneh = jumlah[K.PENGECUALIAN] * BAGIAN_ANEH > len(good) and jumlah[K.PENGECUALIAN] > BAGIAN_ANEH
        return HasilDebet(
            read=len(table.rows),
            good=good,
            refused=[],
            unchanged=jumlah[K.TETAP],
            changed=sum(jumlah[one] for one in BERUBAH),
            rincian=_summary(good) | _pakets(good),
            warnings=peringatan,
            perlu_setuju=_question(bool(peringatan), aneh),
            terpotong=bool(peringatan),
            utama=utama,
        )

    def apply(self, hasil: Hasil, impor: Impor, by: Pelaku) -> None:
        """Moves, attempts and exceptions; then the batches (B8)."""
        good: list[Putusan] = hasil.good
        utama = hasil.utama if isinstance(hasil, HasilDebet) else None
        terpotong = hasil.terpotong if isinstance(hasil, HasilDebet) else False
        touched = {one.sasaran.paket_id for one in good if one.sasaran and one.keadaan in BERUBAH}
        catat_jawaban(good, by=by, impor_id=impor.id)
        lapor(75)
        baru = [one for one in good if one.keadaan is K.PENGECUALIAN]
        hentikan_ulang({one.sasaran.iuran_id for one in baru if one.sasaran and contradicts(one)})
        add_all([_temuan(one, utama) for one in baru], impor)
        lapor(85)
        for paket in hold_paket(touched).values():
            majukan_paket(paket, by=by, lengkap=not terpotong)


def _asn_of(by: Pelaku) -> uuid.UUID | None:
    """The roster row of who reads the file; the check in the queue knows the account alone."""
    if by.akun_id is None:
        return None
    return by.asn_id or db.session.scalar(select(Akun.asn_id).where(Akun.id == by.akun_id))


def _temuan(one: Putusan, utama: uuid.UUID | None) -> Temuan:
    """The line as it came, sealed, with the batch that has to wait for it (B11)."""
    said = one.jawaban
    return Temuan(
        said.lembar,
        said.nomor,
        one.sebab,
        f"{PESAN[one.sebab]} ({said.rusak})" if said.rusak else PESAN[one.sebab],
        said.simpan(),
        blind(said),
        one.sasaran.paket_id if one.sasaran else utama,
    )


def _question(terpotong: bool, aneh: bool) -> str | None:
    """What needs an agreement of its own."""
    if terpotong:
        return (
            "Baris penutup tidak cocok dengan isi berkas. Bila tetap diterapkan, baris yang ada dicatat dan "
            "paket menunggu sisanya."
        )
    if aneh:
        return (
            "Lebih dari seperlima baris menjadi pengecualian yang harus dilihat satu per satu. Pastikan ini "
            "berkas yang benar."
        )
    return None


def check_trailer(table: Table) -> list[str]:
    """The optional closing line (title;count;sum): a file that was cut, or put together, says so."""
    jumlah = len(table.rows)
    nominal = COLUMNS[2].judul
    total = sum(int(str(row.values[nominal] or 0)) for row in table.rows)
    said = []
    for row in table.total_rows:
        cells = [cell.strip().replace(".", "") for cell in row.cells[1:3]]
        angka = [int(cell) for cell in cells if cell.isascii() and cell.isdigit()]
        if len(angka) == 2:
            if angka[0] != jumlah:
                said.append(f"Baris penutup menyebut {angka[0]} baris, sedangkan berkas berisi {jumlah}.")
            elif angka[1] != total:
                said.append("Jumlah rupiah pada baris penutup berbeda dari jumlah baris-barisnya.")
    return said


def _summary(good: Sequence[Putusan]) -> dict[str, Any]:
    """Lines and rupiah per outcome; counts and codes alone, no numbers of accounts."""
    lines: Counter[str] = Counter()
    rupiah: Counter[str] = Counter()
    for one in good:
        label = one.keadaan.label
        if one.keadaan is K.GAGAL and one.sasaran:
            label = f"Gagal: {one.sasaran.layout.kode[one.jawaban.kode].kata}"
        if one.keadaan is K.BERHASIL and one.terlambat:
            label = "Berhasil, kabar susulan"
        lines[label] += 1
        rupiah[label] += one.jawaban.nominal
    found: dict[str, Any] = {
        "Menurut hasil": [
            ["Hasil", "Baris", "Rupiah"],
            *([label, lines[label], rupiah[label]] for label in sorted(lines)),
        ]
    }
    asked = Counter(one.sebab for one in good if one.keadaan is K.PENGECUALIAN)
    if asked:
        found["Pengecualian"] = [
            ["Yang terjadi", "Baris"],
            *([PESAN[sebab], n] for sebab, n in sorted(asked.items())),
        ]
    return found


def _pakets(good: Sequence[Putusan]) -> dict[str, Any]:
    """For each batch that is answered: how many of its lines have an answer afterwards."""
    baru: Counter[uuid.UUID] = Counter()
    for one in good:
        if one.sasaran and one.keadaan in (K.BERHASIL, K.GAGAL) and one.sasaran.hasil is HasilCoba.TERBUKA:
            baru[one.sasaran.paket_id] += 1
    ids = {one.sasaran.paket_id for one in good if one.sasaran}
    query = (
        select(Paket.id, Paket.nomor, Paket.jumlah, func.count(Percobaan.id).label("terbuka"))
        .outerjoin(Percobaan, (Percobaan.paket_id == Paket.id) & (Percobaan.hasil == HasilCoba.TERBUKA))
        .where(Paket.id.in_(ids))
        .group_by(Paket.id, Paket.nomor, Paket.jumlah)
        .order_by(Paket.nomor, Paket.id)
    )
    rows = [
        [row.nomor or "", row.jumlah, baru[row.id], row.terbuka - baru[row.id]]
        for row in db.session.execute(query)
    ]
    judul = ["Paket", "Baris", "Dijawab berkas ini", "Belum dijawab"]
    return {"Paket yang dijawab": [judul, *rows]} if rows else {}


PENANGAN = register(PenanganHasilDebet())
