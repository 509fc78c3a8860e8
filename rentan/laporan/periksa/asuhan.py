"""Sponsorships, letters and papers hold what the rules promise (CON-1, states.md §1, MON-3 k)."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from sqlalchemy import func, select

from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import TERBUKA
from rentan.berkas.models import Berkas
from rentan.berkas.queries import PaperDamaged, read_asal, read_bersih
from rentan.berkas.status import JenisBerkas
from rentan.core.errors import NotFound
from rentan.core.storage import MissingObject
from rentan.core.subject import load_deks
from rentan.ext import db
from rentan.laporan.periksa.dasar import Pemeriksaan, Temuan
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.status import StatusSurat

SEKALI_BACA = 200
BELUM_TERCETAK = (StatusSurat.DRAF, StatusSurat.DIBATALKAN)


def _pembayar() -> Iterator[Temuan]:
    query = (
        select(Asuhan.pekerja_id, func.count())
        .where(Asuhan.status.in_(TERBUKA))
        .group_by(Asuhan.pekerja_id)
        .having(func.count() > 1)
    )
    for pekerja_id, banyak in db.session.execute(query):
        yield Temuan(f"pekerja {pekerja_id}", f"mempunyai {banyak} asuhan terbuka")


def _plafon() -> Iterator[Temuan]:
    jumlah = (
        select(SuratPekerja.surat_kuasa_id, func.sum(SuratPekerja.harga_tertinggi).label("jumlah"))
        .group_by(SuratPekerja.surat_kuasa_id)
        .subquery()
    )
    query = (
        select(SuratKuasa.id, SuratKuasa.plafon, jumlah.c.jumlah)
        .join(jumlah, jumlah.c.surat_kuasa_id == SuratKuasa.id)
        .where(SuratKuasa.status.not_in(BELUM_TERCETAK), SuratKuasa.plafon < jumlah.c.jumlah)
    )
    for surat_id, plafon, harga in db.session.execute(query):
        yield Temuan(f"surat_kuasa {surat_id}", f"plafon {plafon} di bawah jumlah harga tertinggi {harga}")


def _surat_beku() -> Iterator[Temuan]:
    """The frozen hash is that of the stored print; ``berkas`` checks that the stored bytes have it."""
    cetakan = (
        select(Berkas.surat_kuasa_id, Berkas.sha256).where(Berkas.jenis == JenisBerkas.SURAT_CETAK).subquery()
    )
    query = (
        select(SuratKuasa.id)
        .where(SuratKuasa.status.not_in(BELUM_TERCETAK))
        .where(
            ~select(cetakan.c.sha256)
            .where(cetakan.c.surat_kuasa_id == SuratKuasa.id, cetakan.c.sha256 == SuratKuasa.sha256)
            .exists()
        )
    )
    for surat_id in db.session.scalars(query):
        yield Temuan(
            f"surat_kuasa {surat_id}", "cetakan tersimpan tidak mempunyai sidik surat yang dibekukan"
        )


def _berkas() -> Iterator[Temuan]:
    terakhir = None
    while True:
        query = select(Berkas).order_by(Berkas.id).limit(SEKALI_BACA)
        baris = list(db.session.scalars(query if terakhir is None else query.where(Berkas.id > terakhir)))
        if not baris:
            return
        terakhir = baris[-1].id
        load_deks(one.subjek_id for one in baris)
        for one in baris:
            yield from _satu_berkas(one)
        db.session.expunge_all()


def _satu_berkas(berkas: Berkas) -> Iterator[Temuan]:
    bagian = [("bersih", read_bersih, berkas.ukuran)]
    if berkas.kunci_asal is not None:
        bagian.append(("asal", read_asal, berkas.ukuran_asal))
    for nama, baca, ukuran in bagian:
        try:
            isi = baca(berkas)
        except MissingObject:
            yield Temuan(f"berkas {berkas.id}", f"isi {nama} tidak ada di penyimpanan")
        except InvalidTag:
            yield Temuan(f"berkas {berkas.id}", f"isi {nama} tidak dapat didekripsi")
        except (PaperDamaged, NotFound, ValueError):
            yield Temuan(f"berkas {berkas.id}", f"isi {nama} berbeda dari sidiknya")
        else:
            if len(isi) != ukuran:
                yield Temuan(f"berkas {berkas.id}", f"ukuran isi {nama} {len(isi)}, tercatat {ukuran}")


PEMERIKSAAN = (
    Pemeriksaan("pembayar", "Setiap pekerja mempunyai paling banyak satu pembayar", _pembayar),
    Pemeriksaan("plafon", "Plafon surat menutup jumlah harga tertinggi", _plafon),
    Pemeriksaan("surat_beku", "Cetakan surat sama dengan yang dibekukan", _surat_beku),
    Pemeriksaan("berkas", "Setiap berkas ada, dapat dibuka, dan utuh", _berkas),
)
