"""Months that can never go to BPJS any more do not wait for ever (states.md §5, C13).

What was not collected of a donor who has stopped falls away by itself. A donor who goes on is asked for
nothing, and the treasurer proposes the write-off; what was collected goes back to the donor.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import or_, select

from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import TERBUKA
from rentan.core.massal import chunks
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.iuran.gugur import gugurkan, muat_terkunci
from rentan.iuran.models import Iuran, Urusan
from rentan.iuran.status import (
    UANG_MASUK,
    AlasanTahan,
    JenisUrusan,
    KelasGagal,
    StatusBpjs,
    StatusIuran,
)
from rentan.iuran.tersetor import SELAMANYA, AlasanTinggal, tak_tersetor
from rentan.iuran.urusan import UrusanBaru, buka_banyak, tutup_urusan
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import StatusPekerja

S, J = StatusIuran, JenisUrusan
_TERUTANG = (S.TERJADWAL, S.DITAHAN, S.GAGAL)
_SEBAB = {
    AlasanTinggal.KELUAR: "Kepesertaan pekerja di BPJS sudah berakhir",
    AlasanTinggal.SEBELUM_MASA: "Bulan ini sebelum masa kepesertaan pekerja yang sekarang",
    AlasanTinggal.SUDAH_TERCATAT: "BPJS sudah mencatat bulan ini atau bulan sesudahnya",
}
_TUGAS = {
    J.PENGEMBALIAN: "uang yang sudah masuk tidak dapat disetor lagi. Kembalikan kepada donatur.",
    J.TAK_TERSETOR: "tagihan ini tidak dapat disetor lagi dan tidak ditagih. Usulkan penghapusannya.",
}


def rapikan_buntu() -> int:
    """Job "bulan-buntu": settle or hand over what can never be remitted; how many something was done about.

    A matter that a person has closed is not opened again; one whose month has been settled closes by itself.
    """
    db.session.flush()
    rows = _list_buntu()
    gugur = {row.id for row in rows if _gugur_sendiri(row)}
    held = muat_terkunci({row.asuhan_id for row in rows if row.id in gugur}, _TERUTANG)
    banyak = gugurkan([one for one in held if one.id in gugur])
    sisa = [row for row in rows if row.id not in gugur]
    return banyak + _buka(sisa) + _tutup({row.id for row in sisa})


def _list_buntu() -> list[Any]:
    query = (
        select(
            Iuran.id,
            Iuran.asuhan_id,
            Iuran.periode,
            Iuran.status,
            Iuran.kelas_gagal,
            Iuran.alasan_tahan,
            Asuhan.status.label("asuhan"),
            Pekerja.status.label("pekerja"),
            Pekerja.mulai_masa,
            Pekerja.lunas_sampai,
        )
        .join(Asuhan, Asuhan.id == Iuran.asuhan_id)
        .join(Pekerja, Pekerja.id == Iuran.pekerja_id)
        .where(
            Iuran.status_bpjs == StatusBpjs.BELUM,
            Iuran.status.in_((*_TERUTANG, *UANG_MASUK)),
            or_(
                Pekerja.status == StatusPekerja.BERAKHIR,
                Iuran.periode < Pekerja.mulai_masa,
                Iuran.periode <= Pekerja.lunas_sampai,
            ),
        )
        .order_by(Iuran.id)
    )
    return [row for row in db.session.execute(query) if _alasan(row) in SELAMANYA]


def _alasan(row: Any) -> AlasanTinggal | None:
    return tak_tersetor(row.periode, row.pekerja, row.mulai_masa, row.lunas_sampai)


def _gugur_sendiri(row: Any) -> bool:
    """Not what a person holds, nor where the bank may have taken the money after all."""
    return (
        row.status in _TERUTANG
        and row.asuhan not in TERBUKA
        and row.kelas_gagal is not KelasGagal.HENTIKAN
        and not (row.status is S.DITAHAN and row.alasan_tahan is AlasanTahan.DIMINTA)
    )


def _buka(rows: Sequence[Any]) -> int:
    jenis = {row.id: J.PENGEMBALIAN if row.status in UANG_MASUK else J.TAK_TERSETOR for row in rows}
    ada = _pernah_dibuka(jenis)
    return buka_banyak(
        [
            UrusanBaru(
                jenis[row.id],
                row.asuhan_id,
                row.periode,
                f"{_SEBAB[_alasan(row)]}, sehingga {_TUGAS[jenis[row.id]]}",  # type: ignore[index]
                Peran.BENDAHARA,
                row.id,
            )
            for row in rows
            if (jenis[row.id], row.id) not in ada
        ]
    )


def _pernah_dibuka(iuran_ids: Collection[uuid.UUID]) -> set[tuple[JenisUrusan, uuid.UUID | None]]:
    found: set[tuple[JenisUrusan, uuid.UUID | None]] = set()
    for some in chunks(sorted(iuran_ids)):
        query = select(Urusan.jenis, Urusan.iuran_id).where(
            Urusan.jenis.in_(_TUGAS), Urusan.iuran_id.in_(some)
        )
        found |= {(row.jenis, row.iuran_id) for row in db.session.execute(query)}
    return found


def _tutup(masih: Collection[uuid.UUID]) -> int:
    query = select(Urusan).where(Urusan.jenis == J.TAK_TERSETOR, Urusan.selesai_pada.is_(None))
    usai = [
        one
        for one in db.session.scalars(query.order_by(Urusan.id).with_for_update(of=Urusan))
        if one.iuran_id not in masih or (one.iuran is not None and one.iuran.status not in _TERUTANG)
    ]
    for one in usai:
        tutup_urusan(one, catatan="Bulan ini tidak menunggu lagi.")
    return len(usai)
