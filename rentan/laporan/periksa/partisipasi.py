"""The roster, its dated facts and the counters tell the same."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, func, or_, select

from rentan.asn.hitungan_dasar import TAHAP_SUDAH_IKUT, URUTAN_TAHAP
from rentan.asn.hitungan_ulang import periksa_hitungan
from rentan.asn.models import Asn, NipRiwayat, Penempatan, Tahapan
from rentan.asn.status import Tahap
from rentan.ext import db
from rentan.laporan.periksa.dasar import Pemeriksaan, Temuan
from rentan.opd.models import Opd


def _hitungan() -> Iterator[Temuan]:
    selisih = periksa_hitungan()
    kode = {one.id: one.kode for one in db.session.scalars(select(Opd))} if selisih else {}
    for one in selisih:
        yield Temuan(
            f"{kode.get(one.opd_id, one.opd_id)} {one.bulan:%Y-%m} {one.status_asn}",
            f"hitungan {one.kolom} tercatat {one.tercatat}, seharusnya {one.dihitung}",
        )


def _penempatan() -> Iterator[Temuan]:
    terbuka = select(Penempatan).where(Penempatan.sampai.is_(None)).subquery()
    beda = or_(
        terbuka.c.id.is_(None),
        terbuka.c.opd_id != Asn.opd_id,
        terbuka.c.unit_id.is_distinct_from(Asn.unit_id),
        terbuka.c.status_asn != Asn.status_asn,
        terbuka.c.status_aktif != Asn.status_aktif,
    )
    query = select(Asn.id, terbuka.c.id).join(terbuka, terbuka.c.asn_id == Asn.id, isouter=True).where(beda)
    for asn_id, ada in db.session.execute(query):
        sebab = "berbeda dari penempatan terbuka" if ada else "tidak mempunyai penempatan terbuka"
        yield Temuan(f"asn {asn_id}", sebab)
    ganda = (
        select(Penempatan.asn_id)
        .where(Penempatan.sampai.is_(None))
        .group_by(Penempatan.asn_id)
        .having(func.count() > 1)
    )
    for asn_id in db.session.scalars(ganda):
        yield Temuan(f"asn {asn_id}", "mempunyai lebih dari satu penempatan terbuka")


def _tahap() -> Iterator[Temuan]:
    per_asn: dict[object, set[Tahap]] = {}
    for asn_id, tahap in db.session.execute(
        select(Tahapan.asn_id, Tahapan.tahap).where(Tahapan.sampai.is_(None))
    ):
        per_asn.setdefault(asn_id, set()).add(tahap)
    query = select(Asn.id, Asn.ikut, Asn.tahap).where(
        or_(
            Asn.ikut,
            Asn.tahap.is_not(None),
            Asn.id.in_(select(Tahapan.asn_id).where(Tahapan.sampai.is_(None))),
        )
    )
    for asn_id, ikut, puncak in db.session.execute(query):
        terbuka = per_asn.get(asn_id, set())
        if puncak != max(terbuka, key=URUTAN_TAHAP.index, default=None):
            yield Temuan(f"asn {asn_id}", "kolom tahap berbeda dari tahapan terbuka")
        if ikut != any(one in terbuka for one in TAHAP_SUDAH_IKUT):
            yield Temuan(f"asn {asn_id}", "kolom ikut berbeda dari tahapan terbuka")
        if terbuka.intersection(TAHAP_SUDAH_IKUT) and Tahap.DIAJUKAN not in terbuka:
            yield Temuan(f"asn {asn_id}", "berada di tahap lanjut tanpa pendaftaran terkirim")


def _nip() -> Iterator[Temuan]:
    terbuka = and_(NipRiwayat.asn_id == Asn.id, NipRiwayat.sampai.is_(None))
    query = (
        select(Asn.id, func.count(NipRiwayat.id), func.max(NipRiwayat.nip), Asn.nip)
        .join(NipRiwayat, terbuka, isouter=True)
        .group_by(Asn.id, Asn.nip)
        .having(or_(func.count(NipRiwayat.id) != 1, func.max(NipRiwayat.nip) != Asn.nip))
    )
    for asn_id, banyak, _lama, _nip in db.session.execute(query):
        sebab = "berbeda dari NIP sekarang" if banyak == 1 else f"terbuka sebanyak {banyak}"
        yield Temuan(f"asn {asn_id}", f"riwayat NIP {sebab}")


PEMERIKSAAN = (
    Pemeriksaan("hitungan", "Hitungan per OPD dan bulan sama dengan hitung ulang", _hitungan),
    Pemeriksaan("penempatan", "Setiap ASN mempunyai satu penempatan terbuka yang sesuai", _penempatan),
    Pemeriksaan("tahap", "Tahap setiap ASN sesuai dengan tahapan bertanggal", _tahap),
    Pemeriksaan("nip", "Riwayat NIP yang terbuka adalah NIP sekarang", _nip),
)
