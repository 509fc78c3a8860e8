"""Recording what the bank has answered: moves, attempts, matters, and the batch's own state (B8).

Lines read from a file and answers that a person takes over from a letter of the bank go the same way.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, update

from rentan.autodebet.hasil_baris import BERUBAH, Keadaan, Putusan
from rentan.autodebet.kait import SETELAH_DEBET_BERHASIL, SETELAH_DEBET_DIBATALKAN
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.clock import now, today
from rentan.core.errors import Stale
from rentan.core.imports_base import Impor
from rentan.core.massal import chunks, set_many
from rentan.core.permissions import Peran
from rentan.core.workflow import advance_many
from rentan.ext import db
from rentan.iuran import gerak
from rentan.iuran.gugur import keluarkan_baris
from rentan.iuran.kredit import kunci_pemakai, tarik_kredit
from rentan.iuran.models import Iuran, Percobaan
from rentan.iuran.status import MACHINE, AlasanTahan, HasilCoba, JenisUrusan, KelasGagal, StatusIuran
from rentan.iuran.urusan import UrusanBaru, buka_banyak, tutup_untuk
from rentan.paket.actions import catat_hasil
from rentan.paket.models import Paket
from rentan.paket.status import StatusPaket
from rentan.pekerja.models import Pekerja
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import format_bulan

K = Keadaan
TALANGAN = (
    "Bank membatalkan debet sesudah iurannya disetor ke BPJS. Tagih kembali lewat debet ulang, atau catat "
    "pembayaran donatur lewat jalan lain."
)
BERAKHIR = (
    "Rekening donatur didebet, padahal kepesertaan pekerjanya sudah berakhir. Periksa apakah bulan ini masih "
    "terutang; bila tidak, kembalikan uangnya lewat usul pengembalian."
)


@dataclass(frozen=True)
class _Jawaban:
    """Lines of one batch with the same outcome, and the rows that they are about."""

    baris: Sequence[Putusan]
    semua: Mapping[uuid.UUID, Iuran]
    coba: Mapping[uuid.UUID, Percobaan]
    paket: Paket
    impor_id: uuid.UUID | None
    by: Pelaku

    @property
    def iuran(self) -> list[Iuran]:
        return [self.semua[one.sasaran.iuran_id] for one in self.baris if one.sasaran]

    def menurut_waktu(self, terlambat: bool) -> tuple[list[Putusan], list[Iuran]]:
        """Those whose line had been without news before, or the others."""
        chosen = [one for one in self.baris if one.terlambat is terlambat]
        return chosen, [self.semua[one.sasaran.iuran_id] for one in chosen if one.sasaran]


def catat_jawaban(found: Sequence[Putusan], *, by: Pelaku, impor_id: uuid.UUID | None = None) -> None:
    """C7, C8, C10, C15 for these lines, in the caller's transaction; set-based.

    Raises ``Stale`` when a line has been answered by somebody else since it was decided, ``RuleError`` as the
    moves do. A batch that was reconciled or closed stays as it is (MON-4, B13): the attempts and the ledger
    carry what its answers change afterwards.
    """
    kena = [one for one in found if one.keadaan in BERUBAH and one.sasaran is not None]
    pakets = hold_paket({one.sasaran.paket_id for one in kena if one.sasaran})
    dibatalkan = [one.sasaran.iuran_id for one in kena if one.keadaan is K.DIBATALKAN and one.sasaran]
    iuran, coba = _hold(kena, kunci_pemakai(dibatalkan))
    _verify(kena, iuran, coba)
    terlambat = [one.sasaran.iuran_id for one in kena if one.terlambat and one.sasaran]
    if terlambat:
        tutup_untuk(JenisUrusan.TANPA_KABAR, terlambat, catatan="Bank sudah memberi jawaban.", by=by)
    for paket_id, paket in pakets.items():
        of_this = [one for one in kena if one.sasaran and one.sasaran.paket_id == paket_id]
        for keadaan, catat in ((K.BERHASIL, _berhasil), (K.GAGAL, _gagal), (K.DIBATALKAN, _dibatalkan)):
            if some := [one for one in of_this if one.keadaan is keadaan]:
                catat(_Jawaban(some, iuran, coba, paket, impor_id, by))


def hold_paket(paket_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Paket]:
    """The batches, held in the order of their ids and read anew: before anything else (lock order)."""
    query = select(Paket).where(Paket.id.in_(set(paket_ids))).order_by(Paket.id)
    held = db.session.scalars(query.with_for_update().execution_options(populate_existing=True))
    return {one.id: one for one in held}


def _hold(
    kena: Sequence[Putusan], juga: Collection[uuid.UUID]
) -> tuple[dict[uuid.UUID, Iuran], dict[uuid.UUID, Percobaan]]:
    iuran: dict[uuid.UUID, Iuran] = {}
    coba: dict[uuid.UUID, Percobaan] = {}
    for some in chunks(sorted({*juga, *(one.sasaran.iuran_id for one in kena if one.sasaran)})):
        query = select(Iuran).where(Iuran.id.in_(some)).order_by(Iuran.id).with_for_update(key_share=True)
        iuran |= {one.id: one for one in db.session.scalars(query.execution_options(populate_existing=True))}
    for some in chunks(sorted({one.sasaran.percobaan_id for one in kena if one.sasaran})):
        lines = select(Percobaan).where(Percobaan.id.in_(some)).execution_options(populate_existing=True)
        coba |= {one.id: one for one in db.session.scalars(lines)}
    return iuran, coba


def _verify(
    kena: Sequence[Putusan], iuran: Mapping[uuid.UUID, Iuran], coba: Mapping[uuid.UUID, Percobaan]
) -> None:
    """What was decided was decided about these rows; somebody may have answered one of them meanwhile."""
    for one in kena:
        target = one.sasaran
        if target is not None and (
            coba[target.percobaan_id].hasil is not target.hasil
            or iuran[target.iuran_id].status is not target.status
        ):
            raise Stale("Sebagian baris baru saja dijawab lewat jalan lain. Muat ulang halaman, lalu ulangi.")


def _berhasil(some: _Jawaban) -> None:
    """C7, C10."""
    for terlambat, peristiwa in ((False, "berhasil"), (True, "jawaban_berhasil")):
        chosen, rows = some.menurut_waktu(terlambat)
        tanggal = {one.sasaran.iuran_id: _tanggal(one) for one in chosen if one.sasaran}
        gerak.terima_debet(rows, tanggal=tanggal, paket_id=some.paket.id, by=some.by, peristiwa=peristiwa)
    _close(some, HasilCoba.BERHASIL)
    rows = some.iuran
    ditalangi = [one.id for one in rows if one.status_bpjs in gerak.SUDAH_DISETOR]
    tutup_untuk(JenisUrusan.TALANGAN, ditalangi, catatan="Debet ulangnya berhasil.", by=some.by)
    _sesudah_berakhir(rows, some.by)
    for ikut in SETELAH_DEBET_BERHASIL:
        ikut(rows, some.paket, some.by)


def _sesudah_berakhir(rows: Sequence[Iuran], by: Pelaku) -> None:
    """A success for a month after the one in which the worker died or left (W17, W18) is to be refunded."""
    berakhir = (
        select(Iuran.id)
        .join(Pekerja, Pekerja.id == Iuran.pekerja_id)
        .where(Iuran.periode > Pekerja.keluar_pada)
    )
    found: set[uuid.UUID] = set()
    for some in chunks(sorted(one.id for one in rows)):
        found |= set(db.session.scalars(berakhir.where(Iuran.id.in_(some))))
    buka_banyak([_refund(row) for row in rows if row.id in found], by=by)


def _refund(row: Iuran) -> UrusanBaru:
    jenis, pemilik = JenisUrusan.PENGEMBALIAN, Peran.BENDAHARA
    return UrusanBaru(jenis, row.asuhan_id, row.periode, BERAKHIR, pemilik, row.id)


def _gagal(some: _Jawaban) -> None:
    """C8, C10."""
    for terlambat, peristiwa in ((False, "gagal"), (True, "jawaban_gagal")):
        chosen, rows = some.menurut_waktu(terlambat)
        if rows:
            gerak.gagalkan_debet(
                rows,
                kelas={one.sasaran.iuran_id: _kelas(one) for one in chosen if one.sasaran},
                by=some.by,
                peristiwa=peristiwa,
                alasan={one.sasaran.iuran_id: one.jawaban.kode for one in chosen if one.sasaran},
            )
    _close(some, HasilCoba.GAGAL)


def _dibatalkan(some: _Jawaban) -> None:
    """C15; what was remitted meanwhile is a matter for the treasurer, and for who lists remittances."""
    rows = some.iuran
    by_day: dict[date, list[Iuran]] = defaultdict(list)
    for one, row in zip(some.baris, rows, strict=True):
        by_day[_tanggal(one)].append(row)
    for tanggal, of_day in sorted(by_day.items()):
        gerak.balikkan_debet(of_day, tanggal=tanggal, by=some.by)
    _close(some, HasilCoba.GAGAL)
    buka_banyak(
        [
            UrusanBaru(JenisUrusan.TALANGAN, row.asuhan_id, row.periode, TALANGAN, Peran.BENDAHARA, row.id)
            for row in rows
            if row.status_bpjs in gerak.SUDAH_DISETOR
        ],
        by=some.by,
    )
    _tarik_kredit(rows, some.by)
    for ikut in SETELAH_DEBET_DIBATALKAN:
        ikut(rows, some.paket, some.by)


def _tarik_kredit(rows: Sequence[Iuran], by: Pelaku) -> None:
    """A price that fell had made credit of money that has not come in: what was spent of it is missing."""
    kurang = tarik_kredit({row.asuhan_id for row in rows}, tanggal=today(), by=by)
    terakhir = {row.asuhan_id: row for row in sorted(rows, key=lambda row: row.periode)}
    buka_banyak([_terpakai(terakhir[key], n) for key, n in kurang.items()], by=by)


def _terpakai(row: Iuran, jumlah: int) -> UrusanBaru:
    kata = (
        f"Bank membatalkan debet iuran {format_bulan(row.periode)}, padahal {format_rupiah(jumlah)} dari "
        "kelebihan bayarnya sudah terpakai untuk bulan lain. Mintalah jumlah itu kepada donatur dan catat "
        "sebagai penerimaan untuk bulan yang sudah dibayar."
    )
    return UrusanBaru(JenisUrusan.KURANG_BAYAR, row.asuhan_id, row.periode, kata, Peran.BENDAHARA, row.id)


def _tanggal(one: Putusan) -> date:
    if one.jawaban.tanggal is None:
        raise ValueError("a line without a day has no outcome")
    return one.jawaban.tanggal


def _kelas(one: Putusan) -> KelasGagal:
    kode = one.sasaran.layout.kode[one.jawaban.kode] if one.sasaran else None
    if kode is None or kode.kelas is None:
        raise ValueError("a success has no class")
    return kode.kelas


def _close(some: _Jawaban, hasil: HasilCoba) -> None:
    """What the attempts keep of the answer."""
    moment = now()
    rows = [some.coba[one.sasaran.percobaan_id] for one in some.baris if one.sasaran]
    set_many(
        rows,
        {
            one.sasaran.percobaan_id: {
                "hasil": hasil,
                "kode_hasil": one.jawaban.kode,
                "keterangan": one.jawaban.keterangan or None,
                "ref_bank": one.jawaban.ref_bank or None if one.keadaan is K.DIBATALKAN else None,
                "dijawab_pada": moment,
                "impor_id": some.impor_id,
            }
            for one in some.baris
            if one.sasaran
        },
    )


def majukan_paket(paket: Paket, *, by: Pelaku, lengkap: bool = True) -> None:
    """B8, as far as the answers reach. ``lengkap`` is false for a file that may have been cut off."""
    if paket.status not in (StatusPaket.DIKIRIM, StatusPaket.HASIL_SEBAGIAN):
        return
    menunggu = select(func.count()).where(
        Percobaan.paket_id == paket.id, Percobaan.hasil == HasilCoba.TERBUKA
    )
    if paket.uang is not None and by.akun_id is not None:
        paket.uang.pengimpor = by.akun_id
    catat_hasil(paket, lengkap=lengkap and not db.session.scalar(menunggu), by=by)


def pengimpor_paket(paket: Paket) -> set[uuid.UUID]:
    """Everybody who has read an answer to this batch: none of them closes it (G5, B11)."""
    query = (
        select(Impor.dibuat_oleh)
        .join(Percobaan, Percobaan.impor_id == Impor.id)
        .where(Percobaan.paket_id == paket.id, Impor.dibuat_oleh.is_not(None))
        .distinct()
    )
    found = {one for one in db.session.scalars(query) if one is not None}
    return found | ({paket.uang.pengimpor} if paket.uang and paket.uang.pengimpor else set())


def hentikan_ulang(iuran_ids: Collection[uuid.UUID]) -> None:
    """A refusal that the bank contradicts is not tried again by itself until a person has asked (C11).

    A retry that has not left is taken back (C5); what would go into the next batch by itself is held (C2)
    until the treasurer lets it go.
    """
    rows: list[Iuran] = []
    for some in chunks(sorted(iuran_ids)):
        query = select(Iuran).where(Iuran.id.in_(some)).order_by(Iuran.id).with_for_update(of=Iuran)
        rows += db.session.scalars(query.execution_options(populate_existing=True))
    for some in chunks([row.id for row in rows if row.status is StatusIuran.GAGAL]):
        db.session.execute(
            update(Iuran)
            .where(Iuran.id.in_(some))
            .values(kelas_gagal=KelasGagal.HENTIKAN, versi=Iuran.versi + 1)
            .execution_options(synchronize_session="fetch")
        )
    keluarkan_baris([row for row in rows if row.status is StatusIuran.DALAM_BATCH])
    tahan = [row for row in rows if row.status is StatusIuran.TERJADWAL]
    alasan = AlasanTahan.DIMINTA
    set_many(tahan, {row.id: {"alasan_tahan": alasan} for row in tahan})
    advance_many(MACHINE, tahan, "tahan", by=SISTEM, alasan={row.id: alasan.value for row in tahan})
