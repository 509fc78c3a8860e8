"""Ledger and contributions hold what the rules promise (MON-3 a, b, e, f, h; states.md §5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from rentan.asuhan.models import Asuhan
from rentan.ext import db
from rentan.iuran.buku_akun import AkunBuku, JenisJurnal, Sisi
from rentan.iuran.models import TERAMBIL, Entri, Iuran, Jurnal, Percobaan, Urusan
from rentan.iuran.potret import potret_harga
from rentan.iuran.status import GUGUR, UANG_MASUK, HasilCoba, JenisUrusan, StatusBpjs, StatusIuran
from rentan.laporan.periksa.dasar import Pemeriksaan, Temuan
from rentan.pekerja.models import Pekerja
from rentan.surat_kuasa.models import SuratKuasa
from rentan.tarif.queries import list_diubah
from rentan.util.tanggal import awal_bulan, tambah_bulan

S, B, H = StatusIuran, StatusBpjs, HasilCoba
#: Debit minus credit of the entries at hand.
BERSIH = func.sum(case((Entri.sisi == Sisi.D, Entri.jumlah), else_=-Entri.jumlah))
DIBALIK = select(Jurnal.membalik_id).where(Jurnal.membalik_id.is_not(None))


def _jurnal() -> Iterator[Temuan]:
    """(a) Each posting balances, and so does the whole; a reversal is the mirror image of what it names."""
    query = (
        select(Jurnal.id, func.coalesce(BERSIH, 0), func.count(Entri.id))
        .join(Entri, Entri.jurnal_id == Jurnal.id, isouter=True)
        .group_by(Jurnal.id)
        .having(or_(func.coalesce(BERSIH, 0) != 0, func.count(Entri.id) < 2))
    )
    for jurnal_id, beda, banyak in db.session.execute(query):
        yield Temuan(f"jurnal {jurnal_id}", f"mempunyai {banyak} entri dengan selisih {beda}")
    asal = func.coalesce(Jurnal.membalik_id, Jurnal.id)
    dibalik = select(Jurnal.membalik_id).where(Jurnal.jenis == JenisJurnal.PEMBALIKAN)
    query = (
        select(asal, Entri.akun, BERSIH)
        .join(Entri, Entri.jurnal_id == Jurnal.id)
        .where(or_(Jurnal.jenis == JenisJurnal.PEMBALIKAN, Jurnal.id.in_(dibalik)))
        .group_by(asal, Entri.akun, Entri.asuhan_id)
        .having(BERSIH != 0)
    )
    for jurnal_id, akun, beda in db.session.execute(query):
        yield Temuan(f"jurnal {jurnal_id}", f"dibalik dengan selisih {beda} pada {akun.value}")


def _saldo() -> Iterator[Temuan]:
    """(f) Nothing is spent that is not there: neither credit of a sponsorship nor deposited contributions.

    Unless the bank took it back after it was spent, and the treasurer is asking for it (C15).
    """
    ditagih = select(Urusan.asuhan_id).where(
        Urusan.jenis == JenisUrusan.KURANG_BAYAR, Urusan.selesai_pada.is_(None)
    )
    query = (
        select(Entri.asuhan_id, BERSIH)
        .where(Entri.akun == AkunBuku.KREDIT_DONATUR, Entri.asuhan_id.not_in(ditagih))
        .group_by(Entri.asuhan_id)
        .having(BERSIH > 0)
    )
    for asuhan_id, lebih in db.session.execute(query):
        yield Temuan(f"asuhan {asuhan_id}", f"kelebihan bayar terpakai {lebih} lebih dari yang ada")
    for akun, n in db.session.execute(select(Entri.akun, BERSIH).group_by(Entri.akun)):
        if akun is AkunBuku.TITIPAN_IURAN and n > 0:
            yield Temuan(f"buku {akun.value}", f"disetor {n} lebih dari yang terkumpul")


def _titipan() -> Iterator[Temuan]:
    """(e), (f) The ledger holds for each contribution what its state says: collected, remitted, nothing."""
    titipan = (
        select(Jurnal.iuran_id, (-BERSIH).label("n"))
        .join(Entri, Entri.jurnal_id == Jurnal.id)
        .where(Entri.akun == AkunBuku.TITIPAN_IURAN, Jurnal.iuran_id.is_not(None))
        .group_by(Jurnal.iuran_id)
        .subquery()
    )
    disetor = Iuran.status_bpjs.in_((B.DISETOR, B.TERCATAT, B.DITOLAK_BPJS))
    seharusnya = case(
        (Iuran.status.in_(GUGUR), 0),
        (disetor, 0),
        (Iuran.status.in_(UANG_MASUK), Iuran.jumlah),
        else_=Iuran.kredit_dipakai,
    )
    ada = func.coalesce(titipan.c.n, 0)
    query = (
        select(Iuran.id, Iuran.status, Iuran.status_bpjs, seharusnya, ada)
        .join(titipan, titipan.c.iuran_id == Iuran.id, isouter=True)
        .where(ada != seharusnya)
    )
    for iuran_id, status, bpjs, perlu, n in db.session.execute(query):
        yield Temuan(
            f"iuran {iuran_id}", f"{status.value}/{bpjs.value}: titipan dalam buku {n}, seharusnya {perlu}"
        )
    tanpa = select(Iuran.id).where(
        Iuran.status.in_(UANG_MASUK), or_(Iuran.nomor_bukti.is_(None), Iuran.dibayar_pada.is_(None))
    )
    for iuran_id in db.session.scalars(tanpa):
        yield Temuan(f"iuran {iuran_id}", "dibayar tanpa nomor kuitansi")


def _piutang() -> Iterator[Temuan]:
    """A donor owes what was remitted for a month that is not paid, and nothing else; a month that BPJS has is
    written off only at the city's expense (C13)."""
    utang = (
        select(Jurnal.iuran_id, BERSIH.label("n"))
        .join(Entri, Entri.jurnal_id == Jurnal.id)
        .where(Entri.akun == AkunBuku.PIUTANG_DONATUR, Jurnal.iuran_id.is_not(None))
        .group_by(Jurnal.iuran_id)
        .subquery()
    )
    disetor = Iuran.status_bpjs.in_((B.DISETOR, B.TERCATAT, B.DITOLAK_BPJS))
    terutang = and_(disetor, Iuran.status.not_in((*UANG_MASUK, *GUGUR)))
    seharusnya = case((terutang, Iuran.jumlah - Iuran.kredit_dipakai), else_=0)
    ada = func.coalesce(utang.c.n, 0)
    query = (
        select(Iuran.id, Iuran.status, Iuran.status_bpjs, seharusnya, ada)
        .join(utang, utang.c.iuran_id == Iuran.id, isouter=True)
        .where(ada != seharusnya)
    )
    for iuran_id, status, bpjs, perlu, n in db.session.execute(query):
        yield Temuan(
            f"iuran {iuran_id}", f"{status.value}/{bpjs.value}: piutang dalam buku {n}, seharusnya {perlu}"
        )


def _satu_berhasil() -> Iterator[Temuan]:
    """(b) At most one standing debit per sponsorship and month, and one payer per worker and month."""
    for kolom, nama in ((Iuran.asuhan_id, "asuhan"), (Iuran.pekerja_id, "pekerja")):
        query = (
            select(kolom, Iuran.periode, func.count(Jurnal.id))
            .join(Jurnal, Jurnal.iuran_id == Iuran.id)
            .where(Jurnal.jenis == JenisJurnal.DEBET, Jurnal.id.not_in(DIBALIK), Iuran.status.not_in(GUGUR))
            .group_by(kolom, Iuran.periode)
            .having(func.count(Jurnal.id) > 1)
        )
        for satu, bulan, banyak in db.session.execute(query):
            yield Temuan(f"{nama} {satu} {bulan:%Y-%m}", f"berhasil didebet {banyak} kali")
        ganda = (
            select(kolom, Iuran.periode, func.count())
            .where(Iuran.status.not_in(GUGUR))
            .group_by(kolom, Iuran.periode)
            .having(func.count() > 1)
        )
        for satu, bulan, banyak in db.session.execute(ganda):
            yield Temuan(f"{nama} {satu} {bulan:%Y-%m}", f"mempunyai {banyak} iuran untuk bulan yang sama")


def _harga() -> Iterator[Temuan]:
    """(h) The price of each line is the tariff's of that month, or was before somebody changed the tariff."""
    diubah = list_diubah()
    query = select(
        Iuran.id,
        Iuran.periode,
        Iuran.dijadwalkan_pada,
        Iuran.penghasilan,
        Iuran.program,
        Iuran.sektor,
        Iuran.jumlah,
        Iuran.jkk,
        Iuran.jkm,
        Iuran.jht,
    ).where(Iuran.status.not_in(GUGUR))
    for row in db.session.execute(query.execution_options(yield_per=2_000)):
        if any(mulai <= row.periode and row.dijadwalkan_pada < pada for mulai, pada in diubah):
            continue
        harga = potret_harga(row.periode, row.penghasilan, row.program, row.sektor)
        if any(getattr(row, nama) != harga[nama] for nama in ("jumlah", "jkk", "jkm", "jht")):
            yield Temuan(f"iuran {row.id}", f"berharga {row.jumlah}, menurut tarif {harga['jumlah']}")
    salah = (
        select(Percobaan.id, Percobaan.jumlah, Iuran.jumlah - Iuran.kredit_dipakai)
        .join(Iuran, Iuran.id == Percobaan.iuran_id)
        .where(Percobaan.hasil == H.TERBUKA, Percobaan.jumlah != Iuran.jumlah - Iuran.kredit_dipakai)
    )
    for baris_id, jumlah, tagihan in db.session.execute(salah):
        yield Temuan(f"percobaan {baris_id}", f"meminta {jumlah}, tagihannya {tagihan}")


def _lunas() -> Iterator[Temuan]:
    """``lunas_sampai`` is the last month without a gap that BPJS has recorded."""
    tercatat: dict[Any, set[Any]] = defaultdict(set)
    query = (
        select(Iuran.pekerja_id, Iuran.periode)
        .join(Pekerja, Pekerja.id == Iuran.pekerja_id)
        .where(Iuran.status_bpjs == B.TERCATAT, TERAMBIL)
    )
    for pekerja_id, bulan in db.session.execute(query):
        tercatat[pekerja_id].add(bulan)
    rows = select(Pekerja.id, Pekerja.lunas_sampai, Pekerja.mulai_masa).where(
        or_(Pekerja.lunas_sampai.is_not(None), Pekerja.id.in_(select(query.subquery().c.pekerja_id)))
    )
    for pekerja_id, lunas, mulai in db.session.execute(rows):
        masuk = {one for one in tercatat[pekerja_id] if mulai is None or one >= awal_bulan(mulai)}
        if lunas is None and masuk:
            yield Temuan(f"pekerja {pekerja_id}", "mempunyai bulan tercatat tanpa tanggal lunas")
        elif lunas is not None and tambah_bulan(lunas, 1) in masuk:
            yield Temuan(f"pekerja {pekerja_id}", f"lunas sampai {lunas:%Y-%m}, bulan berikutnya tercatat")
    beda = (
        select(Pekerja.id, Pekerja.lunas_sampai, Iuran.status_bpjs)
        .join(Iuran, and_(Iuran.pekerja_id == Pekerja.id, Iuran.periode == Pekerja.lunas_sampai))
        .where(Iuran.status.in_(UANG_MASUK), Iuran.status_bpjs.not_in((B.TERCATAT,)))
    )
    for pekerja_id, lunas, bpjs in db.session.execute(beda):
        yield Temuan(f"pekerja {pekerja_id}", f"lunas sampai {lunas:%Y-%m}, iurannya {bpjs.value}")


def _donatur() -> Iterator[Temuan]:
    """A contribution is of the donor and the worker of its sponsorship, and its credit is of that as well."""
    query = (
        select(Iuran.id)
        .join(Asuhan, Asuhan.id == Iuran.asuhan_id)
        .where(or_(Asuhan.asn_id != Iuran.asn_id, Asuhan.pekerja_id != Iuran.pekerja_id))
    )
    for iuran_id in db.session.scalars(query):
        yield Temuan(f"iuran {iuran_id}", "donatur atau pekerjanya bukan dari asuhannya")
    surat = (
        select(Iuran.id)
        .join(SuratKuasa, SuratKuasa.id == Iuran.surat_kuasa_id)
        .where(SuratKuasa.asn_id != Iuran.asn_id)
    )
    for iuran_id in db.session.scalars(surat):
        yield Temuan(f"iuran {iuran_id}", "memakai surat kuasa orang lain")


PEMERIKSAAN = (
    Pemeriksaan("jurnal", "Setiap pembukuan seimbang dan setiap pembalikan utuh", _jurnal),
    Pemeriksaan("saldo", "Tidak ada uang yang dipakai melebihi yang ada", _saldo),
    Pemeriksaan("titipan", "Buku menyimpan uang setiap iuran sesuai keadaannya", _titipan),
    Pemeriksaan("piutang", "Donatur berutang hanya yang sudah disetor dan belum dibayar", _piutang),
    Pemeriksaan("satu_berhasil", "Setiap bulan dibayar paling banyak satu kali", _satu_berhasil),
    Pemeriksaan("harga", "Harga setiap iuran sesuai tarif bulannya", _harga),
    Pemeriksaan("lunas", "Lunas sampai adalah bulan terakhir yang tercatat di BPJS", _lunas),
    Pemeriksaan("donatur", "Setiap iuran milik donatur dan pekerja asuhannya", _donatur),
)
