"""Verification, batches and BPJS: who decided, on what, and that the frozen lists are what was sent."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, case, func, or_, select

from rentan.akun.models import Akun
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import TERBUKA
from rentan.berkas.models import Berkas
from rentan.berkas.status import WAJIB_UNGGAH
from rentan.ext import db
from rentan.kepesertaan.models import BarisDaftar
from rentan.laporan.periksa.dasar import Pemeriksaan, Temuan
from rentan.paket.models import Paket
from rentan.paket.status_baris import HasilBaris
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import TERDAFTAR_DI_BPJS, StatusPekerja
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import HIDUP, StatusSurat
from rentan.verifikasi.models import PendapatKedua, PermintaanPerbaikan, Putusan
from rentan.verifikasi.status import HasilPutusan, JawabanPendapat, JenisPendapat

#: Approved, and not given back since.
DISETUJUI = (StatusSurat.TERVERIFIKASI, StatusSurat.DIAJUKAN_BANK, *HIDUP)


def _disetujui() -> Iterator[Temuan]:
    """M9: three verdicts "ya" on the papers that count, and at least one accepted worker."""
    ya = and_(
        Putusan.surat_kuasa_id == SuratKuasa.id,
        Putusan.gugur_pada.is_(None),
        Putusan.hasil == HasilPutusan.YA,
    )
    kini = and_(Berkas.id == Putusan.berkas_id, Berkas.diganti_pada.is_(None), Berkas.jenis.in_(WAJIB_UNGGAH))
    query = (
        select(
            SuratKuasa.id,
            func.count(Berkas.jenis.distinct()),
            func.count(case((Putusan.asuhan_id.is_not(None), Putusan.id))),
        )
        .join(Putusan, ya, isouter=True)
        .join(Berkas, kini, isouter=True)
        .where(SuratKuasa.status.in_(DISETUJUI))
        .group_by(SuratKuasa.id)
    )
    for surat_id, berkas, pekerja in db.session.execute(query):
        if berkas < len(WAJIB_UNGGAH):
            yield Temuan(f"surat_kuasa {surat_id}", f"disetujui dengan {berkas} dari 3 berkas diterima")
        if not pekerja:
            yield Temuan(f"surat_kuasa {surat_id}", "disetujui tanpa pekerja yang diterima")


def _pemeriksa() -> Iterator[Temuan]:
    """G5: nobody judges the own letter, or what he uploaded."""
    query = (
        select(Putusan.id, SuratKuasa.asn_id == Akun.asn_id)
        .join(SuratKuasa, SuratKuasa.id == Putusan.surat_kuasa_id)
        .join(Akun, Akun.id == Putusan.oleh)
        .join(Berkas, Berkas.id == Putusan.berkas_id, isouter=True)
        .where(or_(SuratKuasa.asn_id == Akun.asn_id, Berkas.diunggah_oleh == Putusan.oleh))
    )
    for putusan_id, sendiri in db.session.execute(query):
        sebab = "suratnya sendiri" if sendiri else "berkas yang diunggahnya"
        yield Temuan(f"putusan {putusan_id}", f"diputus atas {sebab}")


def _pendapat() -> Iterator[Temuan]:
    """M10: a refusal has two people; a second opinion is another person's."""
    sama = select(PendapatKedua.id).where(PendapatKedua.dijawab_oleh == PendapatKedua.diminta_oleh)
    for pendapat_id in db.session.scalars(sama):
        yield Temuan(f"pendapat_kedua {pendapat_id}", "dijawab oleh yang memintanya")
    setuju = (
        select(PendapatKedua.id)
        .where(
            PendapatKedua.surat_kuasa_id == SuratKuasa.id,
            PendapatKedua.jenis == JenisPendapat.TOLAK,
            PendapatKedua.jawaban == JawabanPendapat.SETUJU,
        )
        .exists()
    )
    query = select(SuratKuasa.id).where(SuratKuasa.status == StatusSurat.DITOLAK, ~setuju)
    for surat_id in db.session.scalars(query):
        yield Temuan(f"surat_kuasa {surat_id}", "ditolak tanpa persetujuan verifikator kedua")


def _perbaikan() -> Iterator[Temuan]:
    """A letter that waits for repair has its one open request, and no other letter has one."""
    terbuka = (
        select(PermintaanPerbaikan.surat_kuasa_id, func.count().label("banyak"))
        .where(PermintaanPerbaikan.ditutup_pada.is_(None))
        .group_by(PermintaanPerbaikan.surat_kuasa_id)
        .subquery()
    )
    banyak = func.coalesce(terbuka.c.banyak, 0)
    perlu = case((SuratKuasa.status == StatusSurat.PERLU_PERBAIKAN, 1), else_=0)
    query = (
        select(SuratKuasa.id, SuratKuasa.status, banyak)
        .join(terbuka, terbuka.c.surat_kuasa_id == SuratKuasa.id, isouter=True)
        .where(banyak != perlu)
    )
    for surat_id, status, ada in db.session.execute(query):
        yield Temuan(f"surat_kuasa {surat_id}", f"berstatus {status.value} dengan {ada} permintaan terbuka")


def _klaim() -> Iterator[Temuan]:
    """A letter is held by a verifikator exactly while it is being checked."""
    dipegang = and_(SuratKuasa.diperiksa_oleh.is_not(None), SuratKuasa.diperiksa_sejak.is_not(None))
    kosong = and_(SuratKuasa.diperiksa_oleh.is_(None), SuratKuasa.diperiksa_sejak.is_(None))
    diperiksa = SuratKuasa.status == StatusSurat.DIPERIKSA
    query = select(SuratKuasa.id, SuratKuasa.status).where(
        or_(and_(diperiksa, ~dipegang), and_(~diperiksa, ~kosong))
    )
    for surat_id, status in db.session.execute(query):
        yield Temuan(f"surat_kuasa {surat_id}", f"berstatus {status.value} tidak sesuai pemegangnya")


def _berlaku() -> Iterator[Temuan]:
    query = select(SuratKuasa.id).where(SuratKuasa.status.in_(HIDUP), SuratKuasa.berlaku_mulai.is_(None))
    for surat_id in db.session.scalars(query):
        yield Temuan(f"surat_kuasa {surat_id}", "berlaku tanpa tanggal mulai berlaku")


def _dua_orang() -> Iterator[Temuan]:
    """B5a, G5: who built or locked a batch does not approve it."""
    query = select(Paket.id).where(
        or_(Paket.disetujui_oleh == Paket.dibuat_oleh, Paket.disetujui_oleh == Paket.dikunci_oleh)
    )
    for paket_id in db.session.scalars(query):
        yield Temuan(f"paket {paket_id}", "disetujui oleh penyusunnya")


def _terdaftar() -> Iterator[Temuan]:
    """W8: BPJS's "Y" of a batch line, or an import that told it, stands behind every registered worker."""
    diterima = (
        select(BarisDaftar.id)
        .where(BarisDaftar.pekerja_id == Pekerja.id, BarisDaftar.hasil == HasilBaris.DITERIMA)
        .exists()
    )
    query = select(Pekerja.id, Pekerja.terdaftar_pada, diterima).where(
        Pekerja.status.in_(TERDAFTAR_DI_BPJS), or_(Pekerja.terdaftar_pada.is_(None), ~diterima)
    )
    for pekerja_id, pada, ada in db.session.execute(query):
        if not ada:
            yield Temuan(f"pekerja {pekerja_id}", "terdaftar tanpa jawaban BPJS")
        if pada is None:
            yield Temuan(f"pekerja {pekerja_id}", "terdaftar tanpa tanggal terdaftar")


def _gabung() -> Iterator[Temuan]:
    """W4: a record merged into an older one is over, and nobody sponsors it any more."""
    terbuka = select(Asuhan.id).where(Asuhan.pekerja_id == Pekerja.id, Asuhan.status.in_(TERBUKA)).exists()
    query = select(Pekerja.id, terbuka).where(
        Pekerja.digabung_ke.is_not(None), or_(Pekerja.status != StatusPekerja.BERAKHIR, terbuka)
    )
    for pekerja_id, ada in db.session.execute(query):
        sebab = "masih diasuh" if ada else "belum berakhir"
        yield Temuan(f"pekerja {pekerja_id}", f"sudah digabung tetapi {sebab}")


PEMERIKSAAN = (
    Pemeriksaan("disetujui", "Surat yang disetujui mempunyai putusan atas semua berkasnya", _disetujui),
    Pemeriksaan("pemeriksa", "Tidak seorang pun memeriksa surat atau unggahannya sendiri", _pemeriksa),
    Pemeriksaan("pendapat", "Penolakan disetujui orang kedua", _pendapat),
    Pemeriksaan("perbaikan", "Surat yang perlu perbaikan mempunyai satu permintaan terbuka", _perbaikan),
    Pemeriksaan("klaim", "Surat dipegang verifikator hanya selama diperiksa", _klaim),
    Pemeriksaan("berlaku", "Setiap surat yang berlaku mempunyai tanggal mulai", _berlaku),
    Pemeriksaan("dua_orang", "Paket disetujui orang lain daripada penyusunnya", _dua_orang),
    Pemeriksaan("terdaftar", "Setiap pekerja terdaftar mempunyai jawaban BPJS", _terdaftar),
    Pemeriksaan("gabung", "Catatan yang digabung sudah berakhir", _gabung),
)
