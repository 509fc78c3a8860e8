"""Membership numbers from BPJS: ``NIK, NAMA, KPJ``. Rooms to the right hear of them by ``setelah_kpj``."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from rentan.core.actor import Pelaku
from rentan.core.imports import Column, Ditolak, Hasil, Impor, JenisImpor, Table, register
from rentan.core.imports_rows import first_fault, hasil_of, read_rows, refused_row
from rentan.core.sheets import Row
from rentan.core.subject import seal
from rentan.ext import db, runtime
from rentan.paket.pengecualian import Kunci, Temuan, add_all, contoh, known, note
from rentan.pekerja.models import Pekerja
from rentan.pekerja.queries import AMBANG_MIRIP, find_by_nik
from rentan.pekerja.status import TERDAFTAR_DI_BPJS
from rentan.util.galat import Peringatan, TidakSah
from rentan.util.nama import kemiripan
from rentan.util.nik import parse_nik
from rentan.util.rekening import parse_kpj
from rentan.util.teks import rapikan

#: Called inside the import's transaction with the workers who have just got a number (K2).
setelah_kpj: list[Callable[[list[uuid.UUID], Pelaku], None]] = []

PESAN = {
    "nik_tidak_dikenal": "NIK ini tidak ada dalam data kita. Cocokkan dengan berkas dari BPJS.",
    "belum_terdaftar": "Pekerja ini belum tercatat terdaftar di BPJS. Unggah jawaban pendaftarannya dulu.",
    "nama_beda": "Nama pada berkas terlalu berbeda dengan nama pekerja. Pastikan orangnya sama.",
    "kpj_orang_lain": "Nomor KPJ ini sudah dipakai pekerja lain. Tanyakan kepada kantor cabang.",
    "kpj_berbeda": "Pekerja ini sudah memiliki nomor KPJ lain. Tanyakan kepada kantor cabang.",
}


@dataclass(frozen=True)
class Nomor:
    """A readable row."""

    row: Row
    nik: str
    nik_bi: bytes
    nama: str
    kpj: str
    kpj_bi: bytes
    peringatan: tuple[Peringatan, ...]


@dataclass(frozen=True)
class Putusan:
    """What a row does: ``baru``, ``tetap``, or ``pengecualian`` with its ``temuan``."""

    keadaan: str
    nomor: Nomor
    pekerja_id: uuid.UUID | None = None
    temuan: Temuan | None = None


class PenanganKpj:
    """Gives registered workers their number; a number never moves from one person to another."""

    jenis = JenisImpor.KPJ
    judul = "Nomor peserta (KPJ)"
    columns: tuple[Column, ...] = (
        Column("NIK", True, "angka_teks", alias=("NOMOR IDENTITAS", "NO KTP")),
        Column("NAMA", True, alias=("NAMA LENGKAP", "NAMA TENAGA KERJA", "NAMA PESERTA")),
        Column("KPJ", True, "angka_teks", alias=("NO KPJ", "NOMOR KPJ", "NOMOR KARTU", "NOMOR PESERTA")),
    )

    def check(self, table: Table, pilihan: dict[str, Any], by: Pelaku) -> Hasil:
        """Decide every row against the workers and the rows above it."""
        read, refused = read_rows(table, self._read)
        good = _decide_all(read)
        noted = [one.temuan for one in good if one.temuan and one.keadaan == "pengecualian"]
        rincian: dict[str, Any] = {
            "Nomor KPJ baru": sum(one.keadaan == "baru" for one in good),
            "Menjadi pengecualian": len(noted),
            "Panjang KPJ tidak lazim (periksa)": sum(bool(one.peringatan) for one in read),
        }
        if noted:
            rincian["Pengecualian"] = contoh(noted)
        return hasil_of(table, good, refused, berubah=("baru",), rincian=rincian, warnings=_warnings(read))

    def _read(self, row: Row) -> Nomor | Ditolak:
        if fault := first_fault(row, self.columns):
            return fault
        cells: dict[str, Any] = row.values
        try:
            nik = parse_nik(cells["NIK"]).digits
            kpj, warnings = parse_kpj(cells["KPJ"])
        except TidakSah as wrong:
            return refused_row(row, wrong.kode, wrong.pesan)
        index = runtime().keyring.blind_index
        return Nomor(
            row, nik, index("nik", nik), rapikan(cells["NAMA"]), kpj, index("kpj", kpj), tuple(warnings)
        )

    def apply(self, hasil: Hasil, impor: Impor, by: Pelaku) -> None:
        """Seal the numbers, then tell the rooms that wait for them."""
        add_all([one.temuan for one in hasil.good if one.temuan and one.keadaan == "pengecualian"], impor)
        fresh = {one.pekerja_id: one.nomor for one in hasil.good if one.keadaan == "baru" and one.pekerja_id}
        ids = sorted(fresh)
        for start in range(0, len(ids), 500):
            query = select(Pekerja).where(Pekerja.id.in_(ids[start : start + 500])).order_by(Pekerja.id)
            for pekerja in db.session.scalars(query.with_for_update(key_share=True)):
                seal(pekerja, "kpj", fresh[pekerja.id].kpj)
                pekerja.kpj_bi = fresh[pekerja.id].kpj_bi
        db.session.flush()
        for hook in setelah_kpj:
            hook(ids, by)


def _decide_all(read: list[Nomor]) -> list[Putusan]:
    workers, owners = find_by_nik(one.nik_bi for one in read), _owners(read)
    written = known(JenisImpor.KPJ, {one.nik_bi for one in read})
    given: dict[bytes, bytes] = {}
    found = []
    for one in read:
        pekerja = workers.get(one.nik_bi)
        kode = _exception(one, pekerja, owners, given)
        if kode:
            found.append(_noted(one, kode, written))
        elif pekerja is None or one.kpj_bi in (pekerja.kpj_bi, given.get(one.nik_bi)):
            found.append(Putusan("tetap", one))
        else:
            given[one.nik_bi], owners[one.kpj_bi] = one.kpj_bi, pekerja.id
            found.append(Putusan("baru", one, pekerja.id))
    return found


def _exception(
    one: Nomor, pekerja: Pekerja | None, owners: dict[bytes, uuid.UUID], given: dict[bytes, bytes]
) -> str:
    """The code of what is wrong with this row, or nothing."""
    if pekerja is None:
        return "nik_tidak_dikenal"
    if pekerja.status not in TERDAFTAR_DI_BPJS:
        return "belum_terdaftar"
    if kemiripan(pekerja.nama, one.nama) < AMBANG_MIRIP:
        return "nama_beda"
    if owners.get(one.kpj_bi, pekerja.id) != pekerja.id:
        return "kpj_orang_lain"
    had = pekerja.kpj_bi or given.get(one.nik_bi)
    return "kpj_berbeda" if had not in (None, one.kpj_bi) else ""


def _noted(one: Nomor, kode: str, written: set[Kunci]) -> Putusan:
    temuan = Temuan(one.row.sheet, one.row.row, kode, PESAN[kode], one.nik, one.nik_bi)
    return Putusan("pengecualian" if note(temuan, written) else "tetap", one, temuan=temuan)


def _owners(read: list[Nomor]) -> dict[bytes, uuid.UUID]:
    """Who has these numbers already."""
    keys, found = sorted({one.kpj_bi for one in read}), dict[bytes, uuid.UUID]()
    for start in range(0, len(keys), 500):
        query = select(Pekerja.kpj_bi, Pekerja.id).where(Pekerja.kpj_bi.in_(keys[start : start + 500]))
        found |= {row.kpj_bi: row.id for row in db.session.execute(query)}
    return found


def _warnings(read: list[Nomor]) -> list[str]:
    odd = [one for one in read if one.peringatan]
    if not odd:
        return []
    places = ", ".join(f"{one.row.sheet} baris {one.row.row}" for one in odd[:5])
    return [
        f"{len(odd)} nomor KPJ panjangnya tidak lazim ({places}{', …' if len(odd) > 5 else ''}). "
        "Pastikan sudah benar."
    ]


PENANGAN = register(PenanganKpj())
