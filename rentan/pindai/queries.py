"""Reads of stacks: an operator reaches those of the own OPD, whose papers lie in that office."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, exists, false, func, select
from sqlalchemy.orm import aliased

from rentan.asn.models import Asn
from rentan.berkas import queries as berkas_queries
from rentan.berkas.models import Berkas
from rentan.berkas.status import WAJIB_UNGGAH, JenisBerkas
from rentan.core.actor import Pelaku
from rentan.core.arsip import baca
from rentan.core.baca import get_one
from rentan.core.clock import start_of_day, today
from rentan.core.errors import NotFound
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.opd.models import Opd
from rentan.pindai.models import HalamanPindai, Tumpukan
from rentan.pindai.pilah import SuratDikenal
from rentan.pindai.status import HasilHalaman, StatusTumpukan
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import BERJALAN, HIDUP, StatusSurat
from rentan.verifikasi.models import ButirPerbaikan, PermintaanPerbaikan, Putusan

#: A stack with the same bytes is not read again.
ADA = (StatusTumpukan.DIBACA, StatusTumpukan.SIAP, StatusTumpukan.SELESAI)
#: Most letters that the list for placing a page by hand offers.
PILIHAN_SURAT = 100


def _visible(query: Select[Any], seen_by: Pelaku) -> Select[Any]:
    """The one scope of stacks."""
    if not seen_by.has(Peran.OPERATOR_OPD):
        return query.where(false())
    return query.where(Tumpukan.opd_id.in_(seen_by.opd_ids))


def get_tumpukan(tumpukan_id: uuid.UUID, *, seen_by: Pelaku, untuk_diubah: bool = False) -> Tumpukan:
    """One stack; ``untuk_diubah`` locks it, so that its changes take turns. Raises ``NotFound``."""
    query = _visible(select(Tumpukan).where(Tumpukan.id == tumpukan_id), seen_by)
    return get_one(query, untuk_diubah=untuk_diubah)


def list_tumpukan(*, seen_by: Pelaku, limit: int = 20) -> list[Tumpukan]:
    """The latest stacks, newest first."""
    query = _visible(select(Tumpukan), seen_by).order_by(Tumpukan.dibuat_pada.desc(), Tumpukan.id)
    return list(db.session.scalars(query.limit(limit)))


def find_sama(opd_id: uuid.UUID, sha256: str) -> Tumpukan | None:
    """The stack of the same bytes, if this OPD has one that was or is being read."""
    query = select(Tumpukan).where(
        Tumpukan.opd_id == opd_id, Tumpukan.sha256 == sha256, Tumpukan.status.in_(ADA)
    )
    return db.session.scalar(query)


def used_today(akun_id: uuid.UUID) -> int:
    """Stacks that this account uploaded since midnight of the city."""
    query = select(func.count()).where(
        Tumpukan.dibuat_oleh == akun_id, Tumpukan.dibuat_pada >= start_of_day(today())
    )
    return int(db.session.scalar(query) or 0)


def list_opd(by: Pelaku) -> list[Opd]:
    """The OPD whose stacks this operator may scan, by name."""
    return list(db.session.scalars(select(Opd).where(Opd.id.in_(by.opd_ids)).order_by(Opd.nama, Opd.id)))


def list_halaman(tumpukan: Tumpukan) -> list[HalamanPindai]:
    """All pages that have been read, in their order."""
    query = select(HalamanPindai).where(HalamanPindai.tumpukan_id == tumpukan.id)
    return list(db.session.scalars(query.order_by(HalamanPindai.nomor)))


def list_nomor(tumpukan_id: uuid.UUID) -> set[int]:
    """The numbers of the pages that have been read."""
    query = select(HalamanPindai.nomor).where(HalamanPindai.tumpukan_id == tumpukan_id)
    return set(db.session.scalars(query))


def get_halaman(tumpukan: Tumpukan, nomor: int) -> HalamanPindai:
    """One page of the stack. Raises ``NotFound``."""
    query = select(HalamanPindai).where(
        HalamanPindai.tumpukan_id == tumpukan.id, HalamanPindai.nomor == nomor
    )
    row = db.session.scalar(query)
    if row is None:
        raise NotFound
    return row


def read_gambar(halaman: HalamanPindai) -> bytes:
    """The page's picture. Raises ``NotFound`` when there is none (any more), else as ``arsip.baca``."""
    if halaman.kunci_gambar is None or halaman.sha256 is None:
        raise NotFound
    return baca(halaman, "kunci_gambar", halaman.kunci_gambar, halaman.sha256)


def list_kunci() -> set[str]:
    """Every name in the document store that a stack or one of its pages knows."""
    pages = select(HalamanPindai.kunci_gambar).where(HalamanPindai.kunci_gambar.is_not(None))
    known = {key for key in db.session.scalars(pages) if key is not None}
    return known.union(*db.session.scalars(select(Tumpukan.bagian)))


# -- letters and what they wait for -------------------------------------------------------------------------


def kenali(opd_id: uuid.UUID, ref: Iterable[str]) -> dict[str, SuratDikenal]:
    """The OPD's letters of these references; a letter of another OPD is unknown here."""
    lain = aliased(SuratKuasa)
    later = exists().where(
        lain.asn_id == SuratKuasa.asn_id,
        lain.urutan_versi > SuratKuasa.urutan_versi,
        lain.status.in_((*BERJALAN, *HIDUP)),
    )
    query = (
        select(SuratKuasa, later)
        .join(Asn, Asn.id == SuratKuasa.asn_id)
        .where(SuratKuasa.ref.in_(set(ref)), Asn.opd_id == opd_id, SuratKuasa.halaman.is_not(None))
    )
    rows = list(db.session.execute(query))
    menunggu = menunggu_berkas([surat for surat, _ in rows])
    return {
        surat.ref: SuratDikenal(
            surat.id, surat.urutan_versi, int(surat.halaman or 0), menunggu[surat.id], newer
        )
        for surat, newer in rows
    }


def menunggu_berkas(surat: Sequence[SuratKuasa]) -> dict[uuid.UUID, frozenset[JenisBerkas]]:
    """The papers that each letter waits for: all three once printed (M4), then those asked for again (M7)."""
    repair = [one.id for one in surat if one.status is StatusSurat.PERLU_PERBAIKAN]
    query = (
        select(PermintaanPerbaikan.surat_kuasa_id, Berkas.jenis)
        .join(ButirPerbaikan, ButirPerbaikan.permintaan_id == PermintaanPerbaikan.id)
        .join(Putusan, Putusan.id == ButirPerbaikan.putusan_id)
        .join(Berkas, Berkas.id == Putusan.berkas_id)
        .where(PermintaanPerbaikan.surat_kuasa_id.in_(repair), PermintaanPerbaikan.ditutup_pada.is_(None))
    )
    asked: dict[uuid.UUID, set[JenisBerkas]] = {}
    for surat_id, jenis in db.session.execute(query) if repair else ():
        asked.setdefault(surat_id, set()).add(jenis)
    return {
        one.id: frozenset(WAJIB_UNGGAH)
        if one.status is StatusSurat.DICETAK
        else frozenset(asked.get(one.id, ()))
        for one in surat
    }


def find_butir(surat_id: uuid.UUID, jenis: JenisBerkas) -> ButirPerbaikan | None:
    """The open point of a repair request that asks for this paper."""
    query = (
        select(ButirPerbaikan)
        .join(PermintaanPerbaikan, PermintaanPerbaikan.id == ButirPerbaikan.permintaan_id)
        .join(Putusan, Putusan.id == ButirPerbaikan.putusan_id)
        .join(Berkas, Berkas.id == Putusan.berkas_id)
        .where(
            PermintaanPerbaikan.surat_kuasa_id == surat_id,
            PermintaanPerbaikan.ditutup_pada.is_(None),
            Berkas.jenis == jenis,
        )
    )
    return db.session.scalars(query.order_by(ButirPerbaikan.id)).first()


def find_kertas(surat_id: uuid.UUID, jenis: JenisBerkas) -> Berkas | None:
    """The letter's paper of this kind that counts now."""
    return berkas_queries.list_kini(surat_id).get(jenis)


def list_menunggu(opd_id: uuid.UUID, cari: str = "") -> list[tuple[SuratKuasa, Asn]]:
    """Letters of the OPD that wait for papers, by name; ``cari``: part of a name, NIP or letter number."""
    query = (
        select(SuratKuasa, Asn)
        .join(Asn, Asn.id == SuratKuasa.asn_id)
        .where(
            Asn.opd_id == opd_id,
            SuratKuasa.status.in_((StatusSurat.DICETAK, StatusSurat.PERLU_PERBAIKAN)),
        )
    )
    if cari:
        query = query.where(
            Asn.nama_urut.contains(cari.upper(), autoescape=True)
            | (Asn.nip == "".join(cari.split()))
            | SuratKuasa.nomor.contains(cari, autoescape=True)
        )
    query = query.order_by(Asn.nama_urut, SuratKuasa.id).limit(PILIHAN_SURAT)
    return [(surat, asn) for surat, asn in db.session.execute(query)]


# -- the tray -----------------------------------------------------------------------------------------------


@dataclass
class BarisBaki:
    """One letter of the stack: which papers lie here, which one still lacks."""

    surat: SuratKuasa
    nama: str
    menunggu: frozenset[JenisBerkas]
    ada: dict[JenisBerkas, dict[int, HalamanPindai]] = field(default_factory=dict)
    tersimpan: frozenset[JenisBerkas] = frozenset()
    #: Sentences: "halaman 2", "KTP ASN".
    kurang: list[str] = field(default_factory=list)

    def halaman(self, jenis: JenisBerkas) -> int:
        """How many pages this paper has."""
        return int(self.surat.halaman or 1) if jenis is JenisBerkas.SURAT_KUASA else 1

    def penuh(self, jenis: JenisBerkas) -> bool:
        """Does the whole paper lie in the stack?"""
        return len(self.ada.get(jenis, ())) == self.halaman(jenis)

    @property
    def bisa_disimpan(self) -> list[JenisBerkas]:
        """The whole papers that this letter waits for."""
        return [one for one in WAJIB_UNGGAH if one in self.menunggu and self.penuh(one)]

    @property
    def perbaikan(self) -> bool:
        return self.surat.status is StatusSurat.PERLU_PERBAIKAN


@dataclass
class Baki:
    """What became of a stack: letters, and the pages that belong to none."""

    lengkap: list[BarisBaki] = field(default_factory=list)
    kurang: list[BarisBaki] = field(default_factory=list)
    tak_menunggu: list[BarisBaki] = field(default_factory=list)
    #: Pages that a person has to look at, and those that need nobody (doubles, blanks, put aside).
    perlu: list[HalamanPindai] = field(default_factory=list)
    lain: list[HalamanPindai] = field(default_factory=list)
    disimpan: int = 0
    hitungan: Counter[HasilHalaman] = field(default_factory=Counter)


PERLU_DILIHAT = (
    HasilHalaman.TANPA_KODE,
    HasilHalaman.TEMPEL_KOSONG,
    HasilHalaman.VERSI_LAMA,
    HasilHalaman.BUKAN_DI_SINI,
    HasilHalaman.TERLAMBAT,
    HasilHalaman.RUSAK,
)


def make_baki(tumpukan: Tumpukan) -> Baki:
    """The tray: letters by name, what each lacks, and the remaining pages in their order."""
    baki = Baki()
    rows: dict[uuid.UUID, BarisBaki] = {}
    pages = list_halaman(tumpukan)
    letters = _letters({one.surat_kuasa_id for one in pages if one.surat_kuasa_id and not one.berkas_id})
    for page in pages:
        if page.berkas_id is not None:
            baki.disimpan += 1
        elif page.surat_kuasa_id is not None and page.jenis is not None:
            surat, nama = letters[page.surat_kuasa_id]
            row = rows.setdefault(surat.id, BarisBaki(surat, nama, frozenset()))
            row.ada.setdefault(page.jenis, {})[page.halaman_surat or 1] = page
        elif page.dibuang_pada is None and page.hasil in PERLU_DILIHAT:
            baki.perlu.append(page)
            baki.hitungan[page.hasil] += 1
        else:
            baki.lain.append(page)
            baki.hitungan[page.hasil] += 1
    menunggu = menunggu_berkas([row.surat for row in rows.values()])
    uploaded = berkas_queries.list_kini_banyak(rows)
    for row in sorted(rows.values(), key=lambda one: (one.nama, one.surat.ref)):
        row.menunggu = menunggu[row.surat.id]
        row.tersimpan = frozenset(uploaded.get(row.surat.id, ()))
        _put(baki, row)
    return baki


def _put(baki: Baki, row: BarisBaki) -> None:
    if not row.menunggu.intersection(row.ada):
        baki.tak_menunggu.append(row)
        return
    for jenis in WAJIB_UNGGAH:
        if jenis not in row.menunggu or row.penuh(jenis):
            continue
        found = row.ada.get(jenis, {})
        if found:
            missing = [str(n) for n in range(1, row.halaman(jenis) + 1) if n not in found]
            row.kurang.append(f"halaman {', '.join(missing)}")
        elif row.perbaikan or jenis not in row.tersimpan:
            row.kurang.append(jenis.label)
    (baki.kurang if row.kurang else baki.lengkap).append(row)


def _letters(surat_ids: set[uuid.UUID | None]) -> dict[uuid.UUID, tuple[SuratKuasa, str]]:
    query = (
        select(SuratKuasa, Asn.nama)
        .join(Asn, Asn.id == SuratKuasa.asn_id)
        .where(SuratKuasa.id.in_(surat_ids))
    )
    return {surat.id: (surat, nama) for surat, nama in db.session.execute(query)}
