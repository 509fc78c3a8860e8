"""Money that comes in beside the debit: recorded by the treasurer, accepted by another (C12, U1-U3, A7).

Each month is priced by itself. What is more than the months cost is carried over for the sponsorship; less is
refused, because a month paid in part is a month unpaid for BPJS.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.exc import IntegrityError

from rentan.asuhan.models import Asuhan
from rentan.asuhan.queries import harga
from rentan.asuhan.status import StatusAsuhan
from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, today
from rentan.core.errors import RuleError
from rentan.core.massal import set_many
from rentan.core.numbering import next_number
from rentan.core.workflow import advance, advance_many, check_move, check_version
from rentan.ext import db
from rentan.iuran import buku
from rentan.iuran.buku_akun import AkunBuku, JenisJurnal
from rentan.iuran.gerak import SUDAH_DISETOR, beri_bukti, naikkan_didebit
from rentan.iuran.jadwal import TENGGANG, jadwalkan_asuhan
from rentan.iuran.models import Iuran, Penerimaan
from rentan.iuran.penyesuaian import bayar_selisih, selisih_harga, tutup_lunas
from rentan.iuran.queries import prabayar_diterima, rows_berdiri
from rentan.iuran.status import (
    MACHINE,
    MACHINE_PENERIMAAN,
    UANG_MASUK,
    JenisUrusan,
    Saluran,
    StatusBpjs,
    StatusIuran,
)
from rentan.iuran.tersetor import TIDAK_DITAGIH, AlasanTinggal, tak_tersetor
from rentan.iuran.urusan import tutup_untuk
from rentan.surat_kuasa.kesiapan import add_prabayar, siapkan_asuhan
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import awal_bulan, format_bulan, tambah_bulan

S = StatusIuran
add_prabayar(prabayar_diterima)
#: How many months one receipt may pay.
PILIHAN_BULAN = (1, 3, 6, 12)
#: A receipt older than this is a mistyped year.
HARI_LAMA = 366
#: More than any receipt for twelve months of one worker.
MAKS_RUPIAH = 10_000_000
#: What may be paid otherwise (C12).
DAPAT_DIBAYAR = (S.TERJADWAL, S.DITAHAN, S.GAGAL)
#: New months may be made for these (C1; A7: a prepayment stands in for the letter).
DAPAT_BARU = (StatusAsuhan.MENUNGGU_MANDAT, StatusAsuhan.SIAP, StatusAsuhan.AKTIF)

_HALANGAN = {
    S.DALAM_BATCH: "Iuran {bulan} sudah masuk paket debet. Keluarkan dari paket itu lebih dahulu.",
    S.DIKIRIM: "Iuran {bulan} sedang diminta ke bank. Tunggu jawaban bank lebih dahulu.",
    S.TANPA_KABAR: "Bank belum memberi kabar tentang iuran {bulan}. Tunggu kabar bank, supaya tidak terbayar "
    "dua kali.",
    S.BERHASIL: "Iuran {bulan} sudah didebet.",
    S.DIBAYAR_LAIN: "Iuran {bulan} sudah dibayar.",
    S.DARI_KREDIT: "Iuran {bulan} sudah dibayar dari kelebihan bayar.",
    S.DIHAPUSKAN: "Iuran {bulan} sudah tercatat di BPJS; kota menanggungnya dan tagihannya dihapuskan.",
    S.DIKEMBALIKAN: "Iuran {bulan} sudah disetor ke BPJS, dan uangnya dikembalikan kepada donatur.",
}


@dataclass(frozen=True)
class BulanBayar:
    """One month of a receipt: what is still to be paid, or why nothing can be. Whole rupiah."""

    bulan: date
    harga: int
    kurang: int
    halangan: str | None
    iuran: Iuran | None


@dataclass(frozen=True)
class Hitungan:
    """The months of a receipt together, in whole rupiah.

    ``kredit``: carried-over money that is used first for new months and for what paid ones have become dearer
    by. ``utang``: what of it was spent and has not come in after all (C15); asked for with a paid month only,
    so that nobody's cover waits for it.
    """

    bulan: list[BulanBayar]
    kredit: int
    utang: int

    @property
    def halangan(self) -> str | None:
        return next((one.halangan for one in self.bulan if one.halangan), None)

    @property
    def kurang(self) -> int:
        """What must come in."""
        return sum(one.kurang for one in self.bulan) - self.kredit + self.utang


def list_bulan_bayar(mulai: date, banyak: int) -> list[date]:
    """The months that a receipt pays."""
    return [tambah_bulan(awal_bulan(mulai), n) for n in range(banyak)]


def hitung(asuhan: Asuhan, mulai: date, banyak: int) -> Hitungan:
    """Month by month: price, what is open, and what stands in the way."""
    bulan = list_bulan_bayar(mulai, banyak)
    ada = rows_berdiri(asuhan, bulan)
    saldo = buku.saldo_kredit([asuhan.id]).get(asuhan.id, 0)
    found = [_bulan(asuhan, one, ada.get(one), utang=saldo < 0) for one in bulan]
    # Rows that wait for the bank have taken their credit already; new ones take it when they are made.
    baru = sum(one.kurang for one in found if one.iuran is None or one.iuran.status in UANG_MASUK)
    lunas = any(one.iuran is not None and one.iuran.status in UANG_MASUK for one in found)
    return Hitungan(found, min(max(0, saldo), baru), max(0, -saldo) if lunas else 0)


def _bulan(asuhan: Asuhan, bulan: date, row: Iuran | None, *, utang: bool) -> BulanBayar:
    if row is None:
        jumlah = harga(asuhan, bulan).total
        return BulanBayar(bulan, jumlah, jumlah, _halangan_baru(asuhan, bulan), None)
    if row.asuhan_id != asuhan.id:
        halangan = f"Iuran {format_bulan(bulan)} untuk pekerja ini ditanggung donatur lain."
        return BulanBayar(bulan, row.jumlah, 0, halangan, row)
    if row.status in DAPAT_DIBAYAR:
        return BulanBayar(bulan, row.jumlah, row.tagihan, _tak_tersetor(asuhan, bulan, row.status_bpjs), row)
    if row.status in UANG_MASUK and (utang or _lebih_mahal(row)):
        lebih = _lebih_mahal(row)
        return BulanBayar(bulan, row.jumlah + lebih, lebih, None, row)
    halangan = _HALANGAN[row.status].format(bulan=format_bulan(bulan))
    return BulanBayar(bulan, row.jumlah, 0, halangan, row)


def _lebih_mahal(row: Iuran) -> int:
    """What a paid month that has not gone to BPJS costs more now, in whole rupiah."""
    return max(0, selisih_harga(row)) if row.status_bpjs is StatusBpjs.BELUM else 0


def _halangan_baru(asuhan: Asuhan, bulan: date) -> str | None:
    """C1: for whom and which months a row may be made."""
    if asuhan.status not in DAPAT_BARU:
        return (
            f"Asuhan ini berstatus “{asuhan.status.label}”, sehingga iuran {format_bulan(bulan)} tidak dapat "
            "dibuat."
        )
    kini = awal_bulan(today())
    dini = tambah_bulan(kini, -2) if asuhan.pekerja.status in TENGGANG else kini
    if bulan < dini:
        return f"Iuran {format_bulan(bulan)} sudah lewat dan tidak dapat lagi dibuat."
    if asuhan.bulan_pertama is not None and bulan < awal_bulan(asuhan.bulan_pertama):
        return f"Asuhan ini baru mulai dengan iuran {format_bulan(asuhan.bulan_pertama)}."
    if asuhan.sampai is not None and bulan > asuhan.sampai:
        return f"Asuhan sementara ini hanya sampai {format_bulan(asuhan.sampai)}."
    return _tak_tersetor(asuhan, bulan)


def _tak_tersetor(asuhan: Asuhan, bulan: date, bpjs: StatusBpjs = StatusBpjs.BELUM) -> str | None:
    """P1: nothing is taken that cannot be remitted; for who is not registered yet, the months to come can."""
    satu = asuhan.pekerja
    alasan = tak_tersetor(bulan, satu.status, satu.mulai_masa, satu.lunas_sampai, bpjs=bpjs)
    if alasan is None or (alasan is AlasanTinggal.BELUM_TERDAFTAR and bulan >= awal_bulan(today())):
        return None
    return f"Iuran {format_bulan(bulan)} tidak dapat diterima. {TIDAK_DITAGIH[alasan]}"


def record_penerimaan(
    asuhan: Asuhan,
    *,
    saluran: Saluran,
    tanggal: date,
    bukti: str,
    jumlah: int,
    bulan_mulai: date,
    jumlah_bulan: int,
    by: Pelaku,
) -> Penerimaan:
    """U1: money came in; nothing moves until another person accepts it.

    ``jumlah`` in whole rupiah, ``bukti`` the number on the receipt or transfer slip, unique per channel.
    """
    if not today() - timedelta(days=HARI_LAMA) <= tanggal <= today():
        raise RuleError(
            "Tanggal terima tidak boleh sesudah hari ini atau lebih dari setahun lalu.", "tanggal"
        )
    if not 0 < jumlah <= MAKS_RUPIAH:
        raise RuleError("Jumlah ini tidak mungkin benar. Periksa banyaknya angka nol.", "jumlah")
    if jumlah_bulan not in PILIHAN_BULAN:
        raise RuleError("Pilih 1, 3, 6, atau 12 bulan.", "jumlah_bulan")
    hasil = hitung(asuhan, bulan_mulai, jumlah_bulan)
    if hasil.halangan:
        raise RuleError(hasil.halangan, "bulan_mulai", kode="bulan_terhalang")
    _check_cukup(jumlah, hasil)
    row = Penerimaan(
        id=uuid.uuid4(),
        nomor=_nomor(),
        asuhan_id=asuhan.id,
        asuhan=asuhan,
        asn_id=asuhan.asn_id,
        saluran=saluran,
        tanggal=tanggal,
        jumlah=jumlah,
        bukti=bukti,
        bulan_mulai=awal_bulan(bulan_mulai),
        jumlah_bulan=jumlah_bulan,
        oleh=by.akun_id,
        dibuat_pada=now(),
    )
    try:
        with db.session.begin_nested():
            advance(MACHINE_PENERIMAAN, row, "ajukan", by=by, baru=True)
    except IntegrityError as twice:
        raise RuleError(
            f"Bukti {saluran.label.lower()} dengan nomor ini sudah pernah dicatat.",
            "bukti",
            kode="bukti_ganda",
        ) from twice
    record(Peristiwa.PENERIMAAN_DICATAT, by=by, objek=row, saluran=saluran.value, jumlah=jumlah)
    return row


def _nomor() -> str:
    tahun = today().year
    return f"PM-{tahun}-{next_number('penerimaan', tahun):04d}"


def _check_cukup(jumlah: int, hasil: Hitungan) -> None:
    if not hasil.kurang:
        raise RuleError("Bulan-bulan ini sudah lunas, sehingga tidak ada yang perlu dibayar.", "bulan_mulai")
    if jumlah < hasil.kurang:
        raise RuleError(
            f"Kurang {format_rupiah(hasil.kurang - jumlah)}: bulan-bulan ini memerlukan "
            f"{format_rupiah(hasil.kurang)}. Pilih bulan yang lebih sedikit, atau catat setelah cukup.",
            "jumlah",
            kode="kurang_bayar",
        )


def accept_penerimaan(row: Penerimaan, *, by: Pelaku, versi: int | None = None) -> None:
    """U2, C12: the months are paid; what is over is carried for the sponsorship.

    ``row`` and its sponsorship are locked by the caller (``queries.get_penerimaan(untuk_diubah=True)``).
    """
    check_version(row, versi)
    check_move(MACHINE_PENERIMAAN, row, "terima", by=by)
    asuhan = db.session.get_one(Asuhan, row.asuhan_id, with_for_update={"key_share": True})
    hasil = hitung(asuhan, row.bulan_mulai, row.jumlah_bulan)
    if hasil.halangan:
        raise RuleError(f"{hasil.halangan} Tolak penerimaan ini agar dicatat ulang.", kode="bulan_terhalang")
    bulan = [one.bulan for one in hasil.bulan]
    if any(one.iuran is None for one in hasil.bulan):
        jadwalkan_asuhan(asuhan, bulan, today())
    rows = _lock_rows(asuhan, bulan)
    if [one.periode for one in rows] != bulan:
        raise RuleError(
            "Tidak semua bulan dapat dibuat: menurut daftar pegawai donatur tidak aktif, atau pekerja ini "
            "baru saja ditanggung donatur lain. Tolak penerimaan ini agar dicatat ulang.",
            kode="bulan_terhalang",
        )
    bayar = [one for one in rows if one.status in DAPAT_DIBAYAR]
    mahal = [one for one in rows if one.status in UANG_MASUK and _lebih_mahal(one)]
    perlu = sum(one.tagihan for one in bayar) + _kurang_lunas(rows)
    if row.jumlah < perlu:
        raise RuleError(
            f"Sejak dicatat, yang harus dibayar berubah menjadi {format_rupiah(perlu)}, sedangkan yang "
            f"diterima {format_rupiah(row.jumlah)}. Tolak penerimaan ini agar dicatat ulang.",
            kode="kurang_bayar",
        )
    _decide(row, "terima", by=by)
    _pay(row, bayar, by)
    bayar_selisih(mahal, today())
    tutup_lunas([asuhan.id], by=by)
    siapkan_asuhan([asuhan.pekerja_id])


def _lock_rows(asuhan: Asuhan, bulan: Sequence[date]) -> list[Iuran]:
    query = (
        db.select(Iuran)
        .where(
            Iuran.asuhan_id == asuhan.id,
            Iuran.periode.in_(list(bulan)),
            Iuran.status.in_((*DAPAT_DIBAYAR, *UANG_MASUK)),
        )
        .order_by(Iuran.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return sorted(db.session.scalars(query), key=lambda one: one.periode)


def _kurang_lunas(rows: Sequence[Iuran]) -> int:
    """What is missing for those of these months that are paid, besides what is carried over, in whole rupiah.

    Raises ``RuleError`` for one that has been paid in the meantime.
    """
    lunas = [one for one in rows if one.status in UANG_MASUK]
    if not lunas:
        return 0
    saldo = buku.saldo_kredit([lunas[0].asuhan_id]).get(lunas[0].asuhan_id, 0)
    for one in lunas:
        if one.status is not S.DARI_KREDIT and saldo >= 0 and not _lebih_mahal(one):
            kata = _HALANGAN[one.status].format(bulan=format_bulan(one.periode))
            raise RuleError(f"{kata} Tolak penerimaan ini agar dicatat ulang.", kode="bulan_terhalang")
    return max(0, sum(_lebih_mahal(one) for one in lunas) - saldo)


def _pay(row: Penerimaan, bayar: Sequence[Iuran], by: Pelaku) -> None:
    perlu = sum(one.tagihan for one in bayar)
    uang = AkunBuku.KAS if row.saluran is Saluran.TUNAI else AkunBuku.BANK_PENAMPUNG
    postings = [
        buku.Posting.dua_sisi(
            JenisJurnal.PENERIMAAN,
            row.tanggal,
            uang,
            AkunBuku.PIUTANG_DONATUR if one.status_bpjs in SUDAH_DISETOR else AkunBuku.TITIPAN_IURAN,
            one.tagihan,
            iuran_id=one.id,
            penerimaan_id=row.id,
        )
        for one in bayar
    ]
    if row.jumlah > perlu:
        postings.append(
            buku.Posting.dua_sisi(
                JenisJurnal.KELEBIHAN,
                row.tanggal,
                uang,
                AkunBuku.KREDIT_DONATUR,
                row.jumlah - perlu,
                asuhan_id=row.asuhan_id,
                penerimaan_id=row.id,
            )
        )
    beri_bukti(bayar, {one.id: row.tanggal for one in bayar})
    set_many(bayar, {one.id: {"penerimaan_id": row.id} for one in bayar})
    advance_many(MACHINE, bayar, "bayar_lain", by=by, diusulkan_oleh=row.oleh)
    buku.catat(postings, by=by)
    ditalangi = [one.id for one in bayar if one.status_bpjs in SUDAH_DISETOR]
    tutup_untuk(JenisUrusan.TALANGAN, ditalangi, catatan="Donatur sudah membayar.", by=by)
    naikkan_didebit(bayar)


def refuse_penerimaan(row: Penerimaan, *, catatan: str, by: Pelaku, versi: int | None = None) -> None:
    """U3: with a sentence for the treasurer."""
    check_version(row, versi)
    _decide(row, "tolak", by=by, catatan=catatan)


def _decide(row: Penerimaan, peristiwa: str, *, by: Pelaku, catatan: str | None = None) -> None:
    # One UPDATE: the database wants decision and state together.
    with db.session.no_autoflush:
        check_move(MACHINE_PENERIMAAN, row, peristiwa, by=by)
        row.diputus_oleh, row.diputus_pada, row.catatan = by.akun_id, now(), catatan
        advance(MACHINE_PENERIMAAN, row, peristiwa, by=by, catatan=catatan)
