"""Write-offs and refunds: the treasurer proposes, the approver decides (C13, C14, U1-U3).

A refund of what is carried over for a donor who has stopped goes the same way (:mod:`sisa`).
"""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from rentan.asn.hitungan import turun_banyak
from rentan.asn.status import Tahap
from rentan.asuhan.models import Asuhan
from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, today
from rentan.core.errors import RuleError
from rentan.core.workflow import advance, advance_many, check_move, check_version
from rentan.ext import db
from rentan.iuran import buku, sisa
from rentan.iuran.buku_akun import AkunBuku, JenisJurnal
from rentan.iuran.gerak import SUDAH_DISETOR
from rentan.iuran.kredit import lepas_kredit
from rentan.iuran.models import Iuran, Penerimaan, UsulIuran
from rentan.iuran.status import (
    MACHINE,
    MACHINE_USUL,
    UANG_MASUK,
    JenisUrusan,
    JenisUsul,
    Saluran,
    StatusBpjs,
    StatusIuran,
)
from rentan.iuran.urusan import tutup_untuk
from rentan.iuran.usul_alasan import ALASAN, TAGIHAN_BALIK
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import awal_bulan

_MOVE = {JenisUsul.HAPUSKAN: "hapuskan", JenisUsul.KEMBALIKAN: "kembalikan"}
#: BPJS has the money: it comes back as a credit, or not at all.
DI_BPJS = SUDAH_DISETOR
MASIH_DALAM_SETORAN = (
    "Iuran ini sedang dalam paket setoran ke BPJS. Mintalah petugas BPJS mengeluarkannya dari paket itu, "
    "atau tunggu sampai disetor."
)
#: The bank took back what was remitted: only a month that BPJS has recorded costs the city anything.
BELUM_PASTI = {
    StatusBpjs.DISETOR: "Iuran ini sudah disetor ke BPJS, lalu debetnya dibatalkan bank. Tunggu catatan BPJS "
    "lebih dahulu: yang ditolak uangnya kembali, yang tercatat dapat dihapuskan.",
    StatusBpjs.DITOLAK_BPJS: "BPJS menolak iuran ini, sehingga uangnya kembali dari BPJS. Mintalah petugas "
    "BPJS mencatat pengembaliannya lebih dahulu.",
}


def jenis_usul(iuran: Iuran) -> JenisUsul | None:
    """What may be proposed for a contribution in its present state."""
    for jenis, peristiwa in _MOVE.items():
        if any(one.peristiwa == peristiwa and iuran.status in one.dari for one in MACHINE.moves):
            return jenis
    return None


def halangan(iuran: Iuran, jenis: JenisUsul) -> str | None:
    """What stands in the way on BPJS's axis."""
    if iuran.status_bpjs is StatusBpjs.DALAM_SETORAN:
        return MASIH_DALAM_SETORAN
    return BELUM_PASTI.get(iuran.status_bpjs) if jenis is JenisUsul.HAPUSKAN else None


def akibat_usul(row: UsulIuran) -> str:
    """What the approval brings about, in a sentence."""
    if row.iuran is not None:
        return akibat(row.iuran, row.jenis, row.alasan)
    ke = row.saluran.label.lower() if row.saluran else ""
    return f"{format_rupiah(row.rupiah)} dikembalikan kepada donatur secara {ke} hari ini."


def akibat(iuran: Iuran, jenis: JenisUsul, alasan: str) -> str:
    """The same for a write-off or refund of this contribution."""
    if jenis is JenisUsul.HAPUSKAN and iuran.status_bpjs is StatusBpjs.TERCATAT:
        return (
            f"Kota menanggung {format_rupiah(iuran.tagihan)} yang sudah disetor ke BPJS; donatur tidak "
            "ditagih lagi, dan bulan ini tetap tercatat bagi pekerja."
        )
    if jenis is JenisUsul.HAPUSKAN:
        return (
            f"Tagihan {format_rupiah(iuran.tagihan)} dihapuskan; donatur tidak ditagih lagi untuk bulan ini."
        )
    if iuran.status_bpjs not in DI_BPJS:
        dari = _uang(iuran).label.lower()
        return f"{format_rupiah(iuran.tagihan)} dikembalikan kepada donatur dari {dari}."
    if alasan == TAGIHAN_BALIK:
        return f"Uang sudah ditarik bank; {format_rupiah(iuran.tagihan)} menjadi piutang kepada BPJS."
    return (
        f"Iuran sudah disetor, sehingga {format_rupiah(iuran.jumlah)} menjadi kelebihan bayar donatur, dan "
        "piutang kepada BPJS."
    )


def propose_usul(iuran: Iuran, jenis: JenisUsul, *, alasan: str, keterangan: str, by: Pelaku) -> UsulIuran:
    """U1: ``alasan`` is a code of :data:`usul_alasan.ALASAN`; nothing moves yet."""
    if jenis_usul(iuran) is not jenis:
        raise RuleError(
            f"Iuran ini berstatus “{iuran.status.label}”, sehingga “{jenis.label}” tidak dapat diusulkan.",
            kode="status_tidak_cocok",
        )
    if sebab := halangan(iuran, jenis):
        raise RuleError(sebab, kode="setoran")
    row = UsulIuran(
        iuran_id=iuran.id,
        iuran=iuran,
        asuhan_id=iuran.asuhan_id,
        asuhan=iuran.asuhan,
        jenis=jenis,
        alasan=alasan,
        keterangan=keterangan,
    )
    return _ajukan(row, "Untuk iuran ini sudah ada usul yang menunggu keputusan.", by=by)


def propose_sisa(
    asuhan: Asuhan,
    *,
    saluran: Saluran,
    bukti: str,
    tanggal_bukti: date,
    alasan: str,
    keterangan: str,
    by: Pelaku,
) -> UsulIuran:
    """U1 for all that is carried over for a donor who has stopped. ``asuhan`` is locked by the caller.

    ``bukti`` and ``tanggal_bukti``: number and day of the payment voucher.
    """
    if sebab := sisa.halangan(asuhan):
        raise RuleError(sebab, kode="tanpa_sisa")
    if tanggal_bukti > today():
        raise RuleError("Tanggal bukti paling akhir hari ini.", "tanggal_bukti", kode="tanggal_bukti")
    row = UsulIuran(
        asuhan_id=asuhan.id,
        asuhan=asuhan,
        jenis=JenisUsul.SISA,
        alasan=alasan,
        keterangan=keterangan,
        jumlah=buku.saldo_kredit([asuhan.id])[asuhan.id],
        saluran=saluran,
        bukti=bukti,
        tanggal_bukti=tanggal_bukti,
    )
    pesan = (
        "Sudah ada usul yang menunggu keputusan untuk kelebihan bayar ini, atau nomor buktinya sudah dipakai."
    )
    return _ajukan(row, pesan, by=by)


def _ajukan(row: UsulIuran, sudah_ada: str, *, by: Pelaku) -> UsulIuran:
    """Raises ``RuleError`` with ``sudah_ada`` where the database allows one."""
    if row.alasan not in ALASAN[row.jenis]:
        raise RuleError("Pilih alasan dari daftar.", "alasan")
    row.id, row.oleh, row.dibuat_pada = uuid.uuid4(), by.akun_id, now()
    try:
        with db.session.begin_nested():
            advance(MACHINE_USUL, row, "ajukan", by=by, baru=True, alasan=row.alasan)
    except IntegrityError as twice:
        raise RuleError(sudah_ada, kode="usul_terbuka") from twice
    record(Peristiwa.USUL_DICATAT, by=by, objek=row, jenis=row.jenis.value, alasan=row.alasan)
    return row


def accept_usul(row: UsulIuran, *, by: Pelaku, versi: int | None = None) -> None:
    """U2 with C13 or C14. ``row`` is locked by the caller; the contribution is locked here."""
    check_version(row, versi)
    check_move(MACHINE_USUL, row, "terima", by=by)
    if row.iuran_id is None:
        sisa.bayar(row, by=by)
        _decide(row, "terima", by=by)
        return
    iuran = db.session.get_one(
        Iuran, row.iuran_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if sebab := halangan(iuran, row.jenis):
        raise RuleError(sebab, kode="setoran")
    check_move(MACHINE, iuran, _MOVE[row.jenis], by=by, diusulkan_oleh=row.oleh)
    _decide(row, "terima", by=by)
    if row.jenis is JenisUsul.KEMBALIKAN:
        _give_back(iuran, row.alasan, by)
    elif iuran.status_bpjs is StatusBpjs.TERCATAT:
        _bear(iuran, row, by)
    else:
        lepas_kredit([iuran], tanggal=today(), by=by)
    alasan = {iuran.id: row.alasan}
    advance_many(MACHINE, [iuran], _MOVE[row.jenis], by=by, alasan=alasan, diusulkan_oleh=row.oleh)
    if row.jenis is JenisUsul.KEMBALIKAN:
        tutup_untuk(JenisUrusan.PENGEMBALIAN, [iuran.id], catatan="Pengembalian disetujui.", by=by)
        turunkan_didebit(iuran.asn_id)


def refuse_usul(row: UsulIuran, *, catatan: str, by: Pelaku, versi: int | None = None) -> None:
    """U3: with a sentence for the treasurer."""
    check_version(row, versi)
    _decide(row, "tolak", by=by, catatan=catatan)


def _bear(iuran: Iuran, row: UsulIuran, by: Pelaku) -> None:
    """What the city advanced for a recorded month is its own now; the posting names the debt (C13).

    Credit that had paid a part of the month stays spent: BPJS has it, and the worker has the month.
    """
    utang = buku.saldo_iuran([iuran.id], AkunBuku.PIUTANG_DONATUR).get(iuran.id, 0)
    if utang > 0:
        posting = buku.Posting.dua_sisi(
            JenisJurnal.PENGHAPUSAN,
            today(),
            AkunBuku.BEBAN_KOTA,
            AkunBuku.PIUTANG_DONATUR,
            utang,
            iuran_id=iuran.id,
            usul_id=row.id,
            membalik_id=buku.list_berlaku([iuran.id], JenisJurnal.PIUTANG).get(iuran.id),
        )
        buku.catat([posting], by=by)
    tutup_untuk(JenisUrusan.TALANGAN, [iuran.id], catatan="Penghapusan disetujui.", by=by)


def _give_back(iuran: Iuran, alasan: str, by: Pelaku) -> None:
    """The money goes back to the donor; or, once BPJS has it, becomes his credit against BPJS."""
    if iuran.status_bpjs in DI_BPJS:
        _as_credit(iuran, alasan, by)
        return
    lepas = JenisJurnal.DEBET if iuran.status is StatusIuran.BERHASIL else JenisJurnal.PENERIMAAN
    asal = buku.list_berlaku([iuran.id], lepas).get(iuran.id)
    if iuran.tagihan:
        buku.catat(
            [
                buku.Posting.dua_sisi(
                    JenisJurnal.PENGEMBALIAN,
                    today(),
                    AkunBuku.TITIPAN_IURAN,
                    _uang(iuran),
                    iuran.tagihan,
                    iuran_id=iuran.id,
                    membalik_id=asal,
                )
            ],
            by=by,
        )
    lepas_kredit([iuran], tanggal=today(), by=by)


def _as_credit(iuran: Iuran, alasan: str, by: Pelaku) -> None:
    """A charge-back has already left the account; everything else is carried over for the sponsorship."""
    ditagih = alasan == TAGIHAN_BALIK
    jumlah = iuran.tagihan
    if not ditagih:
        # A lower price since the remittance has given a part of it already.
        jumlah = iuran.jumlah - buku.saldo_iuran([iuran.id], AkunBuku.PIUTANG_BPJS).get(iuran.id, 0)
    if jumlah > 0:
        posting = buku.Posting.dua_sisi(
            JenisJurnal.PENGEMBALIAN,
            today(),
            AkunBuku.PIUTANG_BPJS,
            AkunBuku.BANK_PENAMPUNG if ditagih else AkunBuku.KREDIT_DONATUR,
            jumlah,
            asuhan_id=iuran.asuhan_id,
            iuran_id=iuran.id,
        )
        buku.catat([posting], by=by)


def _uang(iuran: Iuran) -> AkunBuku:
    """Where the money lies that goes back."""
    masuk = db.session.get(Penerimaan, iuran.penerimaan_id) if iuran.penerimaan_id else None
    tunai = masuk is not None and masuk.saluran is Saluran.TUNAI
    return AkunBuku.KAS if tunai and iuran.status is StatusIuran.DIBAYAR_LAIN else AkunBuku.BANK_PENAMPUNG


def turunkan_didebit(asn_id: uuid.UUID, bulan: date | None = None) -> None:
    """Down from the rung ``DIDEBIT`` when no contribution of the running month is paid any more."""
    db.session.flush()
    kini = awal_bulan(bulan or today())
    lain = select(Iuran.id).where(Iuran.asn_id == asn_id, Iuran.periode == kini, Iuran.status.in_(UANG_MASUK))
    if db.session.scalar(lain.limit(1)) is None:
        turun_banyak({asn_id}, Tahap.DIDEBIT, pada=today())


def _decide(row: UsulIuran, peristiwa: str, *, by: Pelaku, catatan: str | None = None) -> None:
    # One UPDATE: the database wants decision and state together.
    with db.session.no_autoflush:
        check_move(MACHINE_USUL, row, peristiwa, by=by)
        row.diputus_oleh, row.diputus_pada, row.catatan = by.akun_id, now(), catatan
        advance(MACHINE_USUL, row, peristiwa, by=by, catatan=catatan)
