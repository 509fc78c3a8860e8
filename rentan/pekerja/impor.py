"""Lists of workers whom another programme covers: ``NIK, NAMA, SUMBER, MULAI, SELESAI`` (product.md §5)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update

from rentan.core.actor import Pelaku
from rentan.core.clock import now, today
from rentan.core.imports import Column, Ditolak, Hasil, Impor, JenisImpor, Table, register
from rentan.core.imports_rows import first_fault, place_of, refused_row
from rentan.core.sheets import Row
from rentan.core.subject import seal_values
from rentan.ext import db, runtime
from rentan.pekerja.actions import segarkan_tercakup
from rentan.pekerja.models import Pelindungan
from rentan.util.galat import TidakSah
from rentan.util.nik import parse_nik
from rentan.util.teks import rapikan

NAMA_SUMBER = 40  # characters: a list's short name, not a sentence
NAMA_ORANG = 200  # characters: the column's width


@dataclass(frozen=True)
class _Baris:
    """A good row; ``id`` of the stored line, new when ``lama`` is false."""

    id: uuid.UUID
    nik: str
    nik_bi: bytes
    nama: str
    sumber: str
    mulai: date
    selesai: date
    keadaan: str  # baru, berubah, tetap

    @property
    def kunci(self) -> tuple[bytes, str, date]:
        return self.nik_bi, self.sumber, self.mulai


class PenanganPelindungan:
    """Adds and corrects lines; a line that a later list leaves out simply ends on its own date."""

    jenis = JenisImpor.PELINDUNGAN
    judul = "Pekerja yang sudah dilindungi"
    columns: tuple[Column, ...] = (
        Column("NIK", wajib=True, jenis="angka_teks"),
        Column("NAMA", wajib=True),
        Column("SUMBER", wajib=True, alias=("PROGRAM", "SUMBER DANA")),
        Column("MULAI", wajib=True, jenis="tanggal", alias=("TANGGAL MULAI",)),
        Column("SELESAI", wajib=True, jenis="tanggal", alias=("TANGGAL SELESAI", "BERAKHIR")),
    )

    def check(self, table: Table, pilihan: dict[str, Any], by: Pelaku) -> Hasil:
        """Decide every row against the stored lines and the rows above it."""
        stored = _stored()
        good: list[_Baris] = []
        refused: list[Ditolak] = []
        seen: dict[tuple[bytes, str, date], tuple[Row, _Baris]] = {}
        for row in table.rows:
            answer = self._decide(row, stored, seen)
            if isinstance(answer, Ditolak):
                refused.append(answer)
            else:
                good.append(answer)
                seen.setdefault(answer.kunci, (row, answer))
        counts = {state: sum(one.keadaan == state for one in good) for state in ("baru", "berubah", "tetap")}
        return Hasil(
            read=len(table.rows),
            good=good,
            refused=refused,
            unchanged=counts["tetap"],
            changed=counts["berubah"],
            rincian={
                "Baris baru": counts["baru"],
                "Masa berubah": counts["berubah"],
                "Masih berlaku hari ini": sum(one.mulai <= today() <= one.selesai for one in good),
                "Sudah berakhir": sum(one.selesai < today() for one in good),
            },
        )

    def _decide(
        self, row: Row, stored: dict[Any, Any], seen: dict[Any, tuple[Row, _Baris]]
    ) -> _Baris | Ditolak:
        if fault := first_fault(row, self.columns):
            return fault
        cells: dict[str, Any] = row.values
        try:
            nik = parse_nik(cells["NIK"])
        except TidakSah as wrong:
            return refused_row(row, wrong.kode, wrong.pesan)
        mulai, selesai = cells["MULAI"], cells["SELESAI"]
        if selesai < mulai:
            return refused_row(row, "selesai_before_mulai", "SELESAI lebih awal daripada MULAI.")
        sumber = rapikan(cells["SUMBER"]).upper()
        if len(sumber) > NAMA_SUMBER:
            return refused_row(row, "sumber_too_long", f"SUMBER paling panjang {NAMA_SUMBER} karakter.")
        nik_bi = runtime().keyring.blind_index("nik", nik.digits)
        nama, kunci = rapikan(cells["NAMA"]), (nik_bi, sumber, mulai)
        if len(nama) > NAMA_ORANG:
            return refused_row(row, "nama_too_long", f"NAMA paling panjang {NAMA_ORANG} karakter.")
        if kunci in seen:
            first, taken = seen[kunci]
            if (taken.nama, taken.selesai) != (nama, selesai):
                return refused_row(
                    row,
                    "nik_duplicate",
                    f"NIK, sumber, dan tanggal mulai ini sudah ada di {place_of(first)}.",
                )
            return _Baris(taken.id, nik.digits, nik_bi, nama, sumber, mulai, selesai, "tetap")
        if (lama := stored.get(kunci)) is None:
            return _Baris(uuid.uuid4(), nik.digits, nik_bi, nama, sumber, mulai, selesai, "baru")
        keadaan = "tetap" if (lama.nama, lama.selesai) == (nama, selesai) else "berubah"
        return _Baris(lama.id, nik.digits, nik_bi, nama, sumber, mulai, selesai, keadaan)

    def apply(self, hasil: Hasil, impor: Impor, by: Pelaku) -> None:
        """Write new and changed lines, then move the workers whom they cover (W5) or release (W6)."""
        new = [one for one in hasil.good if one.keadaan == "baru"]
        sealed = seal_values("pelindungan", "nik", [(one.id, one.id, one.nik) for one in new])
        if new:
            db.session.execute(
                insert(Pelindungan),
                [
                    {
                        "id": one.id,
                        "nik_bi": one.nik_bi,
                        "nik_enc": sealed[one.id],
                        "nama": one.nama,
                        "sumber": one.sumber,
                        "mulai": one.mulai,
                        "selesai": one.selesai,
                        "impor_id": impor.id,
                        "dicatat_pada": now(),
                    }
                    for one in new
                ],
            )
        changed = [one for one in hasil.good if one.keadaan == "berubah"]
        if changed:
            db.session.execute(
                update(Pelindungan),
                [{"id": one.id, "nama": one.nama, "selesai": one.selesai} for one in changed],
            )
        segarkan_tercakup()


def _stored() -> dict[tuple[bytes, str, date], Any]:
    query = select(
        Pelindungan.id,
        Pelindungan.nik_bi,
        Pelindungan.sumber,
        Pelindungan.mulai,
        Pelindungan.nama,
        Pelindungan.selesai,
    )
    return {(row.nik_bi, row.sumber, row.mulai): row for row in db.session.execute(query)}


PENANGAN = register(PenanganPelindungan())
