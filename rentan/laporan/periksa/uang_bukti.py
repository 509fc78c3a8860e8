"""Every rupiah names where it came from, every cover the month that carries it (MON-2, MON-3 e, f; G6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import aliased

from rentan.asuhan.models import Asuhan
from rentan.core.clock import today
from rentan.ext import db
from rentan.iuran.buku_akun import AkunBuku, JenisJurnal
from rentan.iuran.models import Entri, Iuran, Jurnal, Penerimaan
from rentan.iuran.status import GUGUR, StatusBpjs, StatusIuran, StatusUsul
from rentan.laporan.periksa.dasar import Pemeriksaan, Temuan
from rentan.laporan.periksa.uang import BERSIH, DIBALIK
from rentan.paket.models import Paket, PaketUang
from rentan.paket.status import DI_LUAR, JenisPaket
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import StatusPekerja
from rentan.util.tanggal import awal_bulan, tambah_bulan

UANG = (AkunBuku.KAS, AkunBuku.BANK_PENAMPUNG)
#: The nightly count of covers may be this late before it is a finding.
TENGGANG_HITUNG = timedelta(days=2)


def _asal() -> Iterator[Temuan]:
    """Cash, bank and debts move only for a contribution, a receipt or a proposal."""
    akun = (*UANG, AkunBuku.PIUTANG_DONATUR, AkunBuku.PIUTANG_BPJS, AkunBuku.BEBAN_KOTA)
    query = (
        select(Jurnal.id, Jurnal.jenis)
        .where(
            Jurnal.iuran_id.is_(None),
            Jurnal.penerimaan_id.is_(None),
            Jurnal.usul_id.is_(None),
            Jurnal.id.in_(select(Entri.jurnal_id).where(Entri.akun.in_(akun))),
        )
        .order_by(Jurnal.id)
    )
    for jurnal_id, jenis in db.session.execute(query):
        yield Temuan(f"jurnal {jurnal_id}", f"{jenis.value} tanpa iuran, penerimaan, atau usul")


def _penerimaan() -> Iterator[Temuan]:
    """An accepted receipt stands in the ledger with its amount, any other not at all."""
    masuk = (
        select(Jurnal.penerimaan_id, BERSIH.label("n"))
        .join(Entri, Entri.jurnal_id == Jurnal.id)
        .where(Jurnal.penerimaan_id.is_not(None), Entri.akun.in_(UANG))
        .group_by(Jurnal.penerimaan_id)
        .subquery()
    )
    ada = func.coalesce(masuk.c.n, 0)
    seharusnya = case((Penerimaan.status == StatusUsul.DITERIMA, Penerimaan.jumlah), else_=0)
    query = (
        select(Penerimaan.id, seharusnya, ada)
        .join(masuk, masuk.c.penerimaan_id == Penerimaan.id, isouter=True)
        .where(ada != seharusnya)
    )
    for penerimaan_id, perlu, n in db.session.execute(query):
        yield Temuan(f"penerimaan {penerimaan_id}", f"tercatat {n} dalam buku, seharusnya {perlu}")


def _dasar() -> Iterator[Temuan]:
    """A month was paid on the day, and by the debit or the receipt, that the ledger knows."""
    debet = select(Jurnal.iuran_id, Jurnal.tanggal).where(
        Jurnal.jenis == JenisJurnal.DEBET, Jurnal.id.not_in(DIBALIK)
    )
    satu = debet.subquery()
    didebet = (
        select(Iuran.id, Iuran.dibayar_pada, satu.c.tanggal)
        .join(satu, satu.c.iuran_id == Iuran.id, isouter=True)
        .where(
            Iuran.status == StatusIuran.BERHASIL,
            or_(satu.c.tanggal.is_(None), satu.c.tanggal != Iuran.dibayar_pada),
        )
    )
    for iuran_id, dibayar, tanggal in db.session.execute(didebet):
        yield Temuan(f"iuran {iuran_id}", f"dibayar {dibayar}, debetnya dalam buku {tanggal or 'tidak ada'}")
    lain = (
        select(Iuran.id, Iuran.dibayar_pada, Penerimaan.tanggal)
        .join(
            Penerimaan,
            and_(Penerimaan.id == Iuran.penerimaan_id, Penerimaan.status == StatusUsul.DITERIMA),
            isouter=True,
        )
        .where(
            Iuran.status == StatusIuran.DIBAYAR_LAIN,
            or_(Penerimaan.id.is_(None), Penerimaan.tanggal != Iuran.dibayar_pada),
        )
    )
    for iuran_id, dibayar, tanggal in db.session.execute(lain):
        yield Temuan(f"iuran {iuran_id}", f"dibayar {dibayar}, penerimaannya {tanggal or 'tidak ada'}")


def _kredit() -> Iterator[Temuan]:
    """What carried-over money pays of a month is what was taken from it in the ledger."""
    asal = aliased(Jurnal)
    pakai = or_(Jurnal.jenis == JenisJurnal.PAKAI_KREDIT, asal.jenis == JenisJurnal.PAKAI_KREDIT)
    dipakai = (
        select(Jurnal.iuran_id, BERSIH.label("n"))
        .join(Entri, Entri.jurnal_id == Jurnal.id)
        .join(asal, asal.id == Jurnal.membalik_id, isouter=True)
        .where(pakai, Entri.akun == AkunBuku.KREDIT_DONATUR)
        .group_by(Jurnal.iuran_id)
        .subquery()
    )
    ada = func.coalesce(dipakai.c.n, 0)
    query = (
        select(Iuran.id, Iuran.kredit_dipakai, ada)
        .join(dipakai, dipakai.c.iuran_id == Iuran.id, isouter=True)
        .where(Iuran.status.not_in(GUGUR), ada != Iuran.kredit_dipakai)
    )
    for iuran_id, dipakai_kini, n in db.session.execute(query):
        yield Temuan(f"iuran {iuran_id}", f"memakai kelebihan bayar {dipakai_kini}, dalam buku {n}")


def _bayar_setoran() -> Iterator[Temuan]:
    """What was paid to BPJS is the batch's total, with the number of its proof (B5)."""
    tanpa = or_(PaketUang.nomor_bukti.is_(None), PaketUang.nomor_bukti == "")
    query = (
        select(Paket.id, PaketUang.jumlah_rupiah, PaketUang.kredit_bank)
        .join(PaketUang, PaketUang.paket_id == Paket.id)
        .where(
            Paket.jenis == JenisPaket.SETOR,
            Paket.status.in_(DI_LUAR),
            or_(
                tanpa,
                PaketUang.kredit_bank.is_(None),
                PaketUang.kredit_bank != PaketUang.jumlah_rupiah,
            ),
        )
    )
    for paket_id, total, dibayar in db.session.execute(query):
        yield Temuan(f"paket {paket_id}", f"total {total}, dibayar {dibayar}, atau tanpa nomor bukti")


def _bulan_pertama() -> Iterator[Temuan]:
    """No month is asked for before the first one of its sponsorship."""
    query = (
        select(Iuran.id, Iuran.periode, Asuhan.bulan_pertama)
        .join(Asuhan, Asuhan.id == Iuran.asuhan_id)
        .where(Iuran.status.not_in(GUGUR), Iuran.periode < Asuhan.bulan_pertama)
    )
    for iuran_id, bulan, pertama in db.session.execute(query):
        yield Temuan(f"iuran {iuran_id}", f"bulan {bulan:%Y-%m}, asuhannya mulai {pertama:%Y-%m}")


def _perlindungan() -> Iterator[Temuan]:
    """A cover rests on a month that BPJS has recorded; nobody is called covered when months are missing."""
    tercatat = (
        select(Iuran.id)
        .where(
            Iuran.pekerja_id == Pekerja.id,
            Iuran.periode == Pekerja.lunas_sampai,
            Iuran.status_bpjs == StatusBpjs.TERCATAT,
        )
        .exists()
    )
    rows = select(Pekerja.id, Pekerja.lunas_sampai).where(Pekerja.lunas_sampai.is_not(None), ~tercatat)
    for pekerja_id, lunas in db.session.execute(rows):
        yield Temuan(f"pekerja {pekerja_id}", f"lunas sampai {lunas:%Y-%m}, bulan itu tidak tercatat di BPJS")
    batas = tambah_bulan(awal_bulan(today() - TENGGANG_HITUNG), -1)
    telat = select(Pekerja.id, Pekerja.lunas_sampai).where(
        Pekerja.status == StatusPekerja.AKTIF,
        or_(Pekerja.lunas_sampai.is_(None), Pekerja.lunas_sampai < batas),
    )
    for pekerja_id, lunas in db.session.execute(telat):
        sampai = f"{lunas:%Y-%m}" if lunas else "tidak ada bulan"
        yield Temuan(f"pekerja {pekerja_id}", f"disebut terlindungi, yang tercatat sampai {sampai}")


PEMERIKSAAN = (
    Pemeriksaan("asal_uang", "Setiap rupiah mempunyai iuran, penerimaan, atau usulnya", _asal),
    Pemeriksaan("penerimaan", "Setiap penerimaan tercatat dalam buku dengan jumlahnya", _penerimaan),
    Pemeriksaan("dasar_bayar", "Setiap pembayaran mempunyai debet atau penerimaannya", _dasar),
    Pemeriksaan("kredit_dipakai", "Kelebihan bayar yang dipakai sama dengan yang dalam buku", _kredit),
    Pemeriksaan("bayar_setoran", "Yang dibayar kepada BPJS sama dengan isi setorannya", _bayar_setoran),
    Pemeriksaan("bulan_pertama", "Tidak ada iuran sebelum bulan pertama asuhannya", _bulan_pertama),
    Pemeriksaan("perlindungan", "Setiap perlindungan bersandar pada bulan yang tercatat", _perlindungan),
)
