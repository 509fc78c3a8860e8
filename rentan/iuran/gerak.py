"""Moves of contributions together with what they always bring about: ledger, receipt, rung of participation.

The only place that makes C7-C10, C15 and P1-P6; every function takes many rows and works inside the caller's
transaction. ``tanggal``: the day of the fact (of the debit, of the payment), in the city's calendar.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select

from rentan.asn.hitungan import naik_banyak, turun_banyak
from rentan.asn.models import Asn, Tahapan
from rentan.asn.status import Tahap
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.clock import today
from rentan.core.massal import chunks, set_many
from rentan.core.numbering import next_numbers
from rentan.core.workflow import advance_many
from rentan.ext import db
from rentan.iuran import buku
from rentan.iuran.buku_akun import AkunBuku, JenisJurnal, Sisi
from rentan.iuran.models import Iuran
from rentan.iuran.status import GUGUR, MACHINE, MACHINE_BPJS, UANG_MASUK, KelasGagal, StatusBpjs
from rentan.util.tanggal import awal_bulan

#: Remitted already, and BPJS has the money until it gives a refused month back (P6): a debit that the bank
#: takes back is then owed by the donor, not missing in the deposit.
SUDAH_DISETOR = (StatusBpjs.DISETOR, StatusBpjs.TERCATAT, StatusBpjs.DITOLAK_BPJS)


def terima_debet(
    rows: Sequence[Iuran],
    *,
    tanggal: Mapping[uuid.UUID, date],
    paket_id: uuid.UUID,
    by: Pelaku,
    peristiwa: str = "berhasil",
) -> None:
    """C7 (``berhasil``) or C10 (``jawaban_berhasil``): receipt, ledger, rung. ``tanggal`` by row id."""
    if not rows:
        return
    beri_bukti(rows, tanggal)
    advance_many(MACHINE, rows, peristiwa, by=by)
    buku.catat(
        [
            buku.Posting.dua_sisi(
                JenisJurnal.DEBET,
                tanggal[one.id],
                AkunBuku.BANK_PENAMPUNG,
                AkunBuku.PIUTANG_DONATUR if one.status_bpjs in SUDAH_DISETOR else AkunBuku.TITIPAN_IURAN,
                one.tagihan,
                iuran_id=one.id,
                paket_id=paket_id,
            )
            for one in rows
        ],
        by=by,
    )
    naikkan_didebit(rows)


def beri_bukti(rows: Sequence[Iuran], tanggal: Mapping[uuid.UUID, date]) -> None:
    """The day the money came in, and a receipt number (kuitansi) of the day's year for each row."""
    tahun = today().year
    nomor = next_numbers("kuitansi", tahun, len(rows))
    set_many(
        rows,
        {
            one.id: {"dibayar_pada": tanggal[one.id], "nomor_bukti": f"KW-{tahun}-{n:06d}"}
            for one, n in zip(rows, nomor, strict=True)
        },
    )


def naikkan_didebit(rows: Sequence[Iuran]) -> None:
    """The donors whose contribution of the running month is paid stand on the rung ``DIDEBIT``.

    Who has stopped meanwhile has left the ladder, and does not come back onto its last rung.
    """
    kini = awal_bulan(today())
    ikut: list[uuid.UUID] = []
    for some in chunks(sorted({one.asn_id for one in rows if one.periode == kini})):
        ikut += db.session.scalars(select(Asn.id).where(Asn.id.in_(some), Asn.ikut))
    naik_banyak(ikut, Tahap.DIDEBIT, pada=today())


def bulan_baru() -> int:
    """Job "bulan-baru": who has not paid the running month does not stand on ``DIDEBIT``; who has, does.

    Answers how many moved. Safe on any day of the month: the rung ends with the month before.
    """
    kini = awal_bulan(today())
    lunas = select(Iuran.asn_id).where(Iuran.periode == kini, Iuran.status.in_(UANG_MASUK))
    di_sana = select(Tahapan.asn_id).where(Tahapan.tahap == Tahap.DIDEBIT, Tahapan.sampai.is_(None))
    turun = db.session.scalars(di_sana.where(Tahapan.asn_id.not_in(lunas))).all()
    banyak = turun_banyak(turun, Tahap.DIDEBIT, pada=kini)
    naik = db.session.scalars(select(Asn.id).where(Asn.ikut, Asn.id.in_(lunas), Asn.id.not_in(di_sana)))
    return banyak + naik_banyak(naik.all(), Tahap.DIDEBIT, pada=kini)


def gagalkan_debet(
    rows: Sequence[Iuran],
    *,
    kelas: Mapping[uuid.UUID, KelasGagal],
    by: Pelaku,
    peristiwa: str = "gagal",
    alasan: Mapping[uuid.UUID, str | None] | None = None,
) -> None:
    """C8 (``gagal``) or C10 (``jawaban_gagal``): ``kelas`` by row id, ``alasan`` the bank's code."""
    set_many(rows, {one.id: {"kelas_gagal": kelas[one.id]} for one in rows})
    advance_many(MACHINE, rows, peristiwa, by=by, alasan=alasan)


def tanpa_kabar(rows: Sequence[Iuran]) -> None:
    """C9: the answer is complete and does not name these; nobody sends them again by himself."""
    advance_many(MACHINE, rows, "tanpa_kabar", by=SISTEM)


def balikkan_debet(rows: Sequence[Iuran], *, tanggal: date, by: Pelaku) -> None:
    """C15: the bank takes a success back. What was remitted meanwhile becomes the donor's debt."""
    if not rows:
        return
    jurnal = buku.list_berlaku([one.id for one in rows], JenisJurnal.DEBET)
    set_many(rows, {one.id: {"kelas_gagal": KelasGagal.COBA_LAGI} for one in rows})
    advance_many(MACHINE, rows, "terlambat_gagal", by=by)
    buku.balik([jurnal[one.id] for one in rows], tanggal=tanggal, by=by)
    # A price that fell after the debit had given the difference back: that money has not come in after all.
    while lebih := buku.list_berlaku([one.id for one in rows], JenisJurnal.KELEBIHAN, AkunBuku.TITIPAN_IURAN):
        buku.balik(list(lebih.values()), tanggal=tanggal, by=by)
    disetor = [one.id for one in rows if one.status_bpjs in SUDAH_DISETOR]
    # Nothing where the reversal itself has made the debt again: the bank took back a repayment of it.
    kurang = buku.saldo_iuran(disetor, AkunBuku.TITIPAN_IURAN)
    buku.catat(
        [
            buku.Posting.dua_sisi(
                JenisJurnal.PIUTANG,
                tanggal,
                AkunBuku.PIUTANG_DONATUR,
                AkunBuku.TITIPAN_IURAN,
                kurang[key],
                iuran_id=key,
            )
            for key in disetor
            if kurang.get(key, 0) > 0
        ],
        by=by,
    )


def setor(rows: Sequence[Iuran], *, tanggal: date, paket_id: uuid.UUID, by: Pelaku) -> None:
    """P3: paid to BPJS."""
    advance_many(MACHINE_BPJS, rows, "setor", by=by)
    buku.catat(
        [
            buku.Posting.dua_sisi(
                JenisJurnal.SETORAN,
                tanggal,
                AkunBuku.TITIPAN_IURAN,
                AkunBuku.BANK_PENAMPUNG,
                one.jumlah,
                iuran_id=one.id,
                paket_id=paket_id,
            )
            for one in rows
        ],
        by=by,
    )


def catat_tercatat(rows: Sequence[Iuran], *, pada: date, by: Pelaku) -> None:
    """P4: BPJS has recorded the month. The cover follows in ``setoran`` (W11, W14)."""
    set_many(rows, {one.id: {"tercatat_pada": pada} for one in rows})
    advance_many(MACHINE_BPJS, rows, "tercatat", by=by)


def masuk_setoran(rows: Sequence[Iuran], *, by: Pelaku) -> None:
    """P1: into a remittance that is being built."""
    advance_many(MACHINE_BPJS, rows, "masuk_setoran", by=by)


def keluar_setoran(rows: Sequence[Iuran], *, by: Pelaku) -> None:
    """P2: out of a remittance that has not been paid."""
    advance_many(MACHINE_BPJS, rows, "keluar_setoran", by=by)


def tolak_bpjs(rows: Sequence[Iuran], *, alasan: Mapping[uuid.UUID, str | None], by: Pelaku) -> None:
    """P5: BPJS refuses the month; ``alasan`` is our code for its words, by row id."""
    advance_many(MACHINE_BPJS, rows, "ditolak", by=by, alasan=alasan)


def setor_ulang(rows: Sequence[Iuran], *, tanggal: date, catatan: str, by: Pelaku) -> None:
    """P6: the money of a refused month has come back on ``tanggal``; it is remitted once more.

    The posting of the remittance is taken back, else the same month would be paid out twice; with it what was
    owed because of it: the donor's debt for a debit that the bank took back, and BPJS's for a lower price.
    """
    jurnal = buku.list_berlaku([one.id for one in rows], JenisJurnal.SETORAN)
    advance_many(MACHINE_BPJS, rows, "perbaiki", by=by, catatan={one.id: catatan for one in rows})
    buku.balik([jurnal[one.id] for one in rows if one.id in jurnal], tanggal=tanggal, by=by)
    berdiri = [one for one in rows if one.status not in GUGUR]
    belum = [one.id for one in berdiri if one.status not in UANG_MASUK]
    buku.balik(list(buku.list_berlaku(belum, JenisJurnal.PIUTANG).values()), tanggal=tanggal, by=by)
    ids = [one.id for one in berdiri]
    while lebih := buku.list_berlaku(ids, JenisJurnal.KELEBIHAN, AkunBuku.PIUTANG_BPJS):
        buku.balik(list(lebih.values()), tanggal=tanggal, by=by)
    _lunasi_bpjs([one for one in rows if one.status in GUGUR], tanggal=tanggal, by=by)


def _lunasi_bpjs(rows: Sequence[Iuran], *, tanggal: date, by: Pelaku) -> None:
    """BPJS has given back months that were refunded to their donors before (C14): what it owed is settled."""
    utang = buku.saldo_iuran([one.id for one in rows], AkunBuku.PIUTANG_BPJS)
    postings = []
    for one in rows:
        bpjs = min(max(utang.get(one.id, 0), 0), one.jumlah)
        sisi = [buku.Sisipan(AkunBuku.TITIPAN_IURAN, Sisi.D, one.jumlah)]
        if bpjs:
            sisi.append(buku.Sisipan(AkunBuku.PIUTANG_BPJS, Sisi.K, bpjs))
        if bpjs < one.jumlah:
            lebih = one.jumlah - bpjs
            sisi.append(buku.Sisipan(AkunBuku.KREDIT_DONATUR, Sisi.K, lebih, one.asuhan_id))
        postings.append(buku.Posting(JenisJurnal.PENGEMBALIAN, tanggal, tuple(sisi), iuran_id=one.id))
    buku.catat(postings, by=by)
