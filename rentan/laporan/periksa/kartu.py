"""Cards and what was stored beside the letters: packing lists, stacks, proofs, berita acara."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import func, or_, select

from rentan.core import arsip
from rentan.core.storage import MissingObject
from rentan.core.subject import load_deks
from rentan.ext import db
from rentan.kartu.models import AcaraSerah, Kartu, PenyerahanKartu, UndanganSerah
from rentan.kartu.status import HIDUP, StatusAcara, StatusKartu
from rentan.laporan.periksa.dasar import Pemeriksaan, Temuan
from rentan.paket.models import Paket
from rentan.pindai.baca import opened
from rentan.pindai.models import HalamanPindai, Tumpukan
from rentan.pindai.status import StatusTumpukan

SEKALI_BACA = 200
#: After the hand-over a card can only be reported lost, broken or wrong; that it was handed over stays true.
SUDAH_DISERAHKAN = (
    StatusKartu.DISERAHKAN, StatusKartu.HILANG, StatusKartu.RUSAK, StatusKartu.SALAH_DATA,
)  # fmt: skip


def _kartu_hidup() -> Iterator[Temuan]:
    query = (
        select(Kartu.pekerja_id, func.count())
        .where(Kartu.status.in_(HIDUP))
        .group_by(Kartu.pekerja_id)
        .having(func.count() > 1)
    )
    for pekerja_id, banyak in db.session.execute(query):
        yield Temuan(f"pekerja {pekerja_id}", f"mempunyai {banyak} kartu yang berlaku")


def _serah() -> Iterator[Temuan]:
    """A hand-over that stands and the card's state say the same."""
    berlaku = (
        select(func.count())
        .where(PenyerahanKartu.kartu_id == Kartu.id, PenyerahanKartu.dibatalkan_pada.is_(None))
        .correlate(Kartu)
        .scalar_subquery()
    )
    query = select(Kartu.id, Kartu.status, berlaku).where(
        or_(
            (Kartu.status == StatusKartu.DISERAHKAN) & (berlaku != 1),
            Kartu.status.not_in(SUDAH_DISERAHKAN) & (berlaku > 0),
        )
    )
    for kartu_id, status, banyak in db.session.execute(query):
        yield Temuan(f"kartu {kartu_id}", f"berstatus {status.value} dengan {banyak} penyerahan berlaku")


def _acara() -> Iterator[Temuan]:
    """A finished hand-over day has its berita acara."""
    query = select(AcaraSerah.id).where(
        AcaraSerah.status == StatusAcara.SELESAI,
        or_(AcaraSerah.nomor_ba.is_(None), AcaraSerah.kunci_ba.is_(None), AcaraSerah.sha256_ba.is_(None)),
    )
    for acara_id in db.session.scalars(query):
        yield Temuan(f"acara_serah {acara_id}", "selesai tanpa berita acara")


#: (rows, column of the key, column of the hash, which rows must still have their bytes).
_TERSIMPAN: tuple[tuple[Any, str, str, Any], ...] = (
    (Paket, "kunci_berkas", "sha256", Paket.kunci_berkas.is_not(None)),
    (HalamanPindai, "kunci_gambar", "sha256", HalamanPindai.kunci_gambar.is_not(None)),
    (AcaraSerah, "kunci_ba", "sha256_ba", AcaraSerah.kunci_ba.is_not(None)),
    (UndanganSerah, "kunci_potongan", "sha256_potongan", UndanganSerah.kunci_potongan.is_not(None)),
    (PenyerahanKartu, "kunci_bukti", "sha256_bukti", PenyerahanKartu.kunci_bukti.is_not(None)),
)


def _arsip() -> Iterator[Temuan]:
    """Everything stored for these rows is there, can be opened, and has the hash that was frozen."""
    for model, kunci, sidik, syarat in _TERSIMPAN:
        terakhir = None
        while True:
            query = select(model).where(syarat).order_by(model.id).limit(SEKALI_BACA)
            rows = list(db.session.scalars(query if terakhir is None else query.where(model.id > terakhir)))
            if not rows:
                break
            terakhir = rows[-1].id
            load_deks(one.subjek_id for one in rows)
            for one in rows:
                yield from _satu(one, kunci, sidik)
            db.session.expunge_all()


def _tumpukan() -> Iterator[Temuan]:
    """A stack that is still being read has its PDF, whole; afterwards only its pages are kept."""
    query = select(Tumpukan.id).where(Tumpukan.status == StatusTumpukan.DIBACA).order_by(Tumpukan.id)
    for tumpukan_id in list(db.session.scalars(query)):
        try:
            with opened(db.session.get_one(Tumpukan, tumpukan_id)):
                pass
        except MissingObject:
            yield Temuan(f"tumpukan {tumpukan_id}", "isi tidak ada di penyimpanan")
        except InvalidTag:
            yield Temuan(f"tumpukan {tumpukan_id}", "isi tidak dapat didekripsi")
        except (arsip.PaperDamaged, ValueError):
            yield Temuan(f"tumpukan {tumpukan_id}", "isi berbeda dari sidiknya")


def _satu(row: Any, kunci: str, sidik: str) -> Iterator[Temuan]:
    nama = f"{row.__tablename__} {row.id}"
    try:
        arsip.baca(row, kunci, getattr(row, kunci), getattr(row, sidik))
    except MissingObject:
        yield Temuan(nama, "isi tidak ada di penyimpanan")
    except InvalidTag:
        yield Temuan(nama, "isi tidak dapat didekripsi")
    except (arsip.PaperDamaged, ValueError):
        yield Temuan(nama, "isi berbeda dari sidiknya")


PEMERIKSAAN = (
    Pemeriksaan("kartu_hidup", "Setiap pekerja mempunyai paling banyak satu kartu berlaku", _kartu_hidup),
    Pemeriksaan("serah", "Kartu diserahkan bila dan hanya bila penyerahannya berlaku", _serah),
    Pemeriksaan("acara", "Acara yang selesai mempunyai berita acara", _acara),
    Pemeriksaan("arsip", "Daftar kirim, halaman pindai, bukti, dan berita acara ada dan utuh", _arsip),
    Pemeriksaan("tumpukan", "Tumpukan yang sedang dibaca ada dan utuh", _tumpukan),
)
