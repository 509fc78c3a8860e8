"""Batches of money hold what the rules promise (MON-3 c, d, e, g, i, j; states.md §6)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import CompoundSelect, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from rentan.autodebet.debet_berkas import berkas_debet
from rentan.autodebet.susulan import per_paket
from rentan.core.subject import reveal_values
from rentan.ext import db
from rentan.iuran.buku_akun import AkunBuku, JenisJurnal, Sisi
from rentan.iuran.models import Entri, Iuran, Jurnal, Penerimaan, Percobaan, UsulIuran
from rentan.iuran.status import UANG_MASUK, HasilCoba, StatusBpjs, StatusIuran, StatusUsul
from rentan.laporan.periksa.dasar import Pemeriksaan, Temuan
from rentan.paket.models import Paket, PaketUang
from rentan.paket.status import DEBET, DI_LUAR, StatusPaket
from rentan.setoran.models import BarisSetor
from rentan.setoran.status import HasilSetor
from rentan.surat_kuasa.models import SuratKuasa

S, B, H = StatusIuran, StatusBpjs, HasilCoba
#: A refund (C14) names the debit as well, but does not make it a failure.
DIBALIK = select(Jurnal.membalik_id).where(
    Jurnal.jenis == JenisJurnal.PEMBALIKAN, Jurnal.membalik_id.is_not(None)
)
#: A batch whose list is frozen and outside: its totals are what was approved.
TERKIRIM = (*DI_LUAR, StatusPaket.DITOLAK_BERKAS)
DICOCOKKAN = (StatusPaket.DIREKONSILIASI, StatusPaket.DITUTUP)


def _baris() -> CompoundSelect[*tuple[Any, ...]]:
    """Per batch: its lines and their sum, whatever the kind."""
    coba = select(Percobaan.paket_id, Percobaan.jumlah).where(Percobaan.hasil != H.DIKELUARKAN)
    setor = select(BarisSetor.paket_id, BarisSetor.jumlah).where(BarisSetor.hasil != HasilSetor.DIKELUARKAN)
    return coba.union_all(setor)


def _total_paket() -> Iterator[Temuan]:
    """(c) What was approved is the sum of the lines."""
    baris = _baris().subquery()
    jumlah = (
        select(baris.c.paket_id, func.count().label("banyak"), func.sum(baris.c.jumlah).label("rupiah"))
        .group_by(baris.c.paket_id)
        .subquery()
    )
    banyak, rupiah = func.coalesce(jumlah.c.banyak, 0), func.coalesce(jumlah.c.rupiah, 0)
    query = (
        select(Paket.id, Paket.jumlah, PaketUang.jumlah_rupiah, banyak, rupiah)
        .join(PaketUang, PaketUang.paket_id == Paket.id)
        .join(jumlah, jumlah.c.paket_id == Paket.id, isouter=True)
        .where(
            Paket.status.in_(TERKIRIM),
            or_(Paket.jumlah != banyak, PaketUang.jumlah_rupiah != rupiah),
        )
    )
    for paket_id, n, total, banyak_ada, rupiah_ada in db.session.execute(query):
        yield Temuan(
            f"paket {paket_id}", f"total {n} baris {total} rupiah, barisnya {banyak_ada} dan {rupiah_ada}"
        )


def _berkas_paket() -> Iterator[Temuan]:
    """(c), (i) The frozen lines, each for its own month, give the approved file again, totals included."""
    query = select(Paket).where(Paket.jenis.in_(DEBET), Paket.status.in_(TERKIRIM)).order_by(Paket.id)
    for paket in db.session.scalars(query).all():
        lines = (
            select(Percobaan.id, Percobaan.asn_id, Percobaan.isi_enc, Iuran.periode)
            .join(Iuran, Iuran.id == Percobaan.iuran_id)
            .where(Percobaan.paket_id == paket.id, Percobaan.hasil != H.DIKELUARKAN)
        )
        rows = db.session.execute(lines.order_by(Percobaan.urutan)).all()
        try:
            if paket.uang is None or any(row.isi_enc is None for row in rows):
                yield Temuan(f"paket {paket.id}", "terkirim dengan baris yang tidak dibekukan")
                continue
            terang = reveal_values("percobaan", "isi", [(row.id, row.asn_id, row.isi_enc) for row in rows])
            isi = [json.loads(terang[row.id]) for row in rows]
            sama = hashlib.sha256(berkas_debet(paket, paket.uang, isi).data).hexdigest() == paket.sha256
            sama &= all(one["periode"] == row.periode.isoformat() for one, row in zip(isi, rows, strict=True))
        except (InvalidTag, KeyError, ValueError):
            sama = False
        if not sama:
            yield Temuan(f"paket {paket.id}", "baris beku tidak menghasilkan berkas yang disetujui")


def _jawaban() -> Iterator[Temuan]:
    """(d) A sent line has one outcome: none before the answer, exactly one when it is complete."""
    lengkap = Paket.status.in_((StatusPaket.HASIL_LENGKAP, *DICOCOKKAN))
    dijawab = Percobaan.hasil.in_((H.BERHASIL, H.GAGAL, H.TANPA_KABAR))
    belum = Paket.status.in_(
        (StatusPaket.DISUSUN, StatusPaket.DIKUNCI, StatusPaket.DISETUJUI, StatusPaket.DIKIRIM)
    )
    query = (
        select(Percobaan.id, Percobaan.hasil, Paket.status)
        .join(Paket, Paket.id == Percobaan.paket_id)
        .where(or_(and_(lengkap, Percobaan.hasil == H.TERBUKA), and_(belum, dijawab)))
    )
    for baris_id, hasil, status in db.session.execute(query):
        yield Temuan(f"percobaan {baris_id}", f"{hasil.value} dalam paket {status.value}")


def _percobaan() -> Iterator[Temuan]:
    """The state of a contribution is that of its attempts (states.md §5)."""
    terbuka = (
        select(
            Percobaan.iuran_id,
            func.sum(case((Percobaan.hasil == H.TERBUKA, 1), else_=0)).label("terbuka"),
            func.sum(case((Percobaan.hasil == H.TANPA_KABAR, 1), else_=0)).label("tanpa_kabar"),
            func.sum(case((Percobaan.hasil == H.BERHASIL, 1), else_=0)).label("berhasil"),
        )
        .group_by(Percobaan.iuran_id)
        .subquery()
    )
    n = {nama: func.coalesce(terbuka.c[nama], 0) for nama in ("terbuka", "tanpa_kabar", "berhasil")}
    di_batch = Iuran.status.in_((S.DALAM_BATCH, S.DIKIRIM))
    query = (
        select(Iuran.id, Iuran.status, *n.values())
        .join(terbuka, terbuka.c.iuran_id == Iuran.id, isouter=True)
        .where(
            or_(
                n["terbuka"] != case((di_batch, 1), else_=0),
                n["tanpa_kabar"] != case((Iuran.status == S.TANPA_KABAR, 1), else_=0),
                and_(Iuran.status == S.BERHASIL, n["berhasil"] != 1),
                and_(Iuran.status.in_((S.TERJADWAL, S.DITAHAN, S.GAGAL)), n["berhasil"] != 0),
            )
        )
    )
    for iuran_id, status, a, b, c in db.session.execute(query):
        yield Temuan(
            f"iuran {iuran_id}",
            f"{status.value} dengan {a} percobaan terbuka, {b} tanpa kabar, {c} berhasil",
        )
    keluar = (
        select(Iuran.id, Iuran.status, Paket.status)
        .join(Percobaan, and_(Percobaan.iuran_id == Iuran.id, Percobaan.hasil == H.TERBUKA))
        .join(Paket, Paket.id == Percobaan.paket_id)
        .where(di_batch, (Iuran.status == S.DIKIRIM) != Paket.status.in_(TERKIRIM))
    )
    for iuran_id, status, paket_status in db.session.execute(keluar):
        yield Temuan(f"iuran {iuran_id}", f"{status.value} dalam paket {paket_status.value}")


def _bank() -> Iterator[Temuan]:
    """(e) Successes of a batch = its postings in the ledger; those that stood when it was reconciled = the
    bank's credit, differences listed. What the bank took back later is not the batch's any more (B13).
    """
    berhasil = (
        select(Percobaan.paket_id, func.sum(Percobaan.jumlah).label("n"))
        .where(Percobaan.hasil == H.BERHASIL)
        .group_by(Percobaan.paket_id)
        .subquery()
    )
    buku = (
        select(Jurnal.paket_id, func.sum(Entri.jumlah).label("n"))
        .join(Entri, and_(Entri.jurnal_id == Jurnal.id, Entri.sisi == Sisi.D))
        .where(Jurnal.jenis.in_((JenisJurnal.DEBET, JenisJurnal.SETORAN)), Jurnal.id.not_in(DIBALIK))
        .group_by(Jurnal.paket_id)
        .subquery()
    )
    cocok = per_paket().subquery()
    query = (
        select(
            Paket,
            func.coalesce(berhasil.c.n, 0),
            func.coalesce(buku.c.n, 0),
            func.coalesce(cocok.c.saat_cocok, 0),
        )
        .join(berhasil, berhasil.c.paket_id == Paket.id, isouter=True)
        .join(buku, buku.c.paket_id == Paket.id, isouter=True)
        .join(cocok, cocok.c.paket_id == Paket.id, isouter=True)
        .where(Paket.jenis.in_(DEBET))
        .order_by(Paket.id)
    )
    for paket, sukses, tercatat, dicocokkan in db.session.execute(query):
        if sukses != tercatat:
            yield Temuan(f"paket {paket.id}", f"berhasil {sukses}, dalam buku {tercatat}")
        if paket.status in DICOCOKKAN and paket.uang is not None:
            selisih = sum(int(one["jumlah"]) for one in paket.uang.selisih)
            if paket.uang.kredit_bank is None or dicocokkan + selisih != paket.uang.kredit_bank:
                yield Temuan(
                    f"paket {paket.id}",
                    f"berhasil {dicocokkan} dan selisih {selisih} bukan kredit bank {paket.uang.kredit_bank}",
                )


def _mandat() -> Iterator[Temuan]:
    """(g) Each line that left had a letter in force on its debit day; each month stayed in its ceiling."""
    baris = (
        select(Percobaan.id, Iuran.surat_kuasa_id, PaketUang.tanggal)
        .join(Iuran, Iuran.id == Percobaan.iuran_id)
        .join(Paket, Paket.id == Percobaan.paket_id)
        .join(PaketUang, PaketUang.paket_id == Paket.id)
        .where(Paket.status.in_(TERKIRIM), Percobaan.hasil != H.DIKELUARKAN)
    )
    kirim = baris.subquery()
    query = (
        select(kirim.c.id)
        .join(SuratKuasa, SuratKuasa.id == kirim.c.surat_kuasa_id, isouter=True)
        .where(
            or_(
                SuratKuasa.berlaku_mulai.is_(None),
                SuratKuasa.berlaku_mulai > kirim.c.tanggal,
                SuratKuasa.berlaku_sampai < kirim.c.tanggal,
            )
        )
    )
    for baris_id in db.session.scalars(query):
        yield Temuan(f"percobaan {baris_id}", "didebet tanpa surat kuasa yang berlaku pada hari debet")
    diminta = (
        select(Percobaan.iuran_id, func.max(Percobaan.jumlah).label("n"))
        .join(Paket, Paket.id == Percobaan.paket_id)
        .where(Paket.status.in_(TERKIRIM), Percobaan.hasil != H.DIKELUARKAN)
        .group_by(Percobaan.iuran_id)
        .subquery()
    )
    lebih = (
        select(SuratKuasa.id, Iuran.periode, SuratKuasa.plafon, func.sum(diminta.c.n))
        .join(Iuran, Iuran.surat_kuasa_id == SuratKuasa.id)
        .join(diminta, diminta.c.iuran_id == Iuran.id)
        .group_by(SuratKuasa.id, Iuran.periode, SuratKuasa.plafon)
        .having(func.sum(diminta.c.n) > SuratKuasa.plafon)
    )
    for surat_id, bulan, plafon, jumlah in db.session.execute(lebih):
        yield Temuan(f"surat_kuasa {surat_id} {bulan:%Y-%m}", f"didebet {jumlah}, batasnya {plafon}")


def _dua_orang() -> Iterator[Temuan]:
    """(j) Two people: for two approvals, building and approving, reading and closing, asking and deciding."""
    sama = or_(
        PaketUang.setuju_pertama_oleh == Paket.disetujui_oleh,
        PaketUang.setuju_pertama_oleh.in_([Paket.dibuat_oleh, Paket.dikunci_oleh]),
        PaketUang.ditutup_oleh == PaketUang.pengimpor,
    )
    paket = select(Paket.id).join(PaketUang, PaketUang.paket_id == Paket.id).where(sama)
    for paket_id in db.session.scalars(paket):
        yield Temuan(f"paket {paket_id}", "disetujui atau ditutup oleh orang yang sama")
    kurang = (
        select(Paket.id)
        .join(PaketUang, PaketUang.paket_id == Paket.id)
        .where(
            PaketUang.perlu_kedua,
            Paket.status.in_((StatusPaket.DISETUJUI, *TERKIRIM)),
            PaketUang.setuju_pertama_oleh.is_(None),
        )
    )
    for paket_id in db.session.scalars(kurang):
        yield Temuan(f"paket {paket_id}", "perlu dua penyetuju, tetapi hanya disetujui satu")
    for model in (Penerimaan, UsulIuran):
        query = select(model.id).where(model.diputus_oleh == model.oleh)
        for satu in db.session.scalars(query):
            yield Temuan(f"{model.__tablename__} {satu}", "diputus oleh yang mencatatnya")
    yield from _keluar_tanpa_dua_orang()


def _keluar_tanpa_dua_orang() -> Iterator[Temuan]:
    """Credit that was paid out and debts that were written off name the proposal that another accepted."""
    sisa = and_(Jurnal.jenis == JenisJurnal.PENGEMBALIAN, Entri.akun == AkunBuku.KREDIT_DONATUR)
    hapus = and_(Jurnal.jenis == JenisJurnal.PENGHAPUSAN, Entri.akun == AkunBuku.BEBAN_KOTA)
    query = (
        select(Jurnal.id)
        .join(Entri, and_(Entri.jurnal_id == Jurnal.id, Entri.sisi == Sisi.D))
        .join(UsulIuran, UsulIuran.id == Jurnal.usul_id, isouter=True)
        .where(
            or_(sisa, hapus),
            or_(
                UsulIuran.id.is_(None),
                UsulIuran.status != StatusUsul.DITERIMA,
                UsulIuran.oleh.is_(None),
                UsulIuran.diputus_oleh.is_(None),
                and_(UsulIuran.jumlah.is_not(None), UsulIuran.jumlah != Entri.jumlah),
            ),
        )
    )
    for jurnal_id in db.session.scalars(query):
        yield Temuan(f"jurnal {jurnal_id}", "uang keluar atau piutang dihapus tanpa usul yang disetujui")


def _setoran() -> Iterator[Temuan]:
    """The way to BPJS: a contribution stands where its line of a remittance stands, and its money is in."""
    baris = aliased(BarisSetor)
    hidup = and_(baris.iuran_id == Iuran.id, baris.hasil.in_((HasilSetor.MENUNGGU, HasilSetor.TERCATAT)))
    query = (
        select(Iuran.id, Iuran.status, Iuran.status_bpjs, baris.hasil, Paket.status)
        .join(baris, hidup, isouter=True)
        .join(Paket, Paket.id == baris.paket_id, isouter=True)
        .where(or_(baris.id.is_not(None), Iuran.status_bpjs.not_in((B.BELUM, B.DITOLAK_BPJS))))
    )
    for iuran_id, status, bpjs, hasil, paket_status in db.session.execute(query):
        keluar = paket_status in TERKIRIM
        seharusnya = {
            (HasilSetor.MENUNGGU, False): B.DALAM_SETORAN,
            (HasilSetor.MENUNGGU, True): B.DISETOR,
            (HasilSetor.TERCATAT, True): B.TERCATAT,
        }.get((hasil, keluar))
        if bpjs is not seharusnya:
            ada = "tanpa baris setoran" if hasil is None else f"barisnya {hasil.value}"
            yield Temuan(f"iuran {iuran_id}", f"di BPJS {bpjs.value}, {ada}")
        elif bpjs is B.DALAM_SETORAN and status not in UANG_MASUK:
            yield Temuan(f"iuran {iuran_id}", f"dalam setoran, uangnya {status.value}")


PEMERIKSAAN = (
    Pemeriksaan("total_paket", "Total paket sama dengan jumlah barisnya", _total_paket),
    Pemeriksaan("berkas_paket", "Baris beku menghasilkan berkas yang disetujui", _berkas_paket),
    Pemeriksaan("jawaban", "Setiap baris terkirim mempunyai satu jawaban", _jawaban),
    Pemeriksaan("percobaan", "Keadaan iuran sesuai dengan percobaan debetnya", _percobaan),
    Pemeriksaan("bank", "Hasil debet sama dengan buku dan dengan kredit bank", _bank),
    Pemeriksaan("mandat", "Setiap debet mempunyai surat kuasa berlaku dan dalam batasnya", _mandat),
    Pemeriksaan("dua_orang_uang", "Uang diputus oleh orang lain daripada yang menyusunnya", _dua_orang),
    Pemeriksaan("setoran", "Perjalanan iuran ke BPJS sesuai dengan baris setorannya", _setoran),
)
