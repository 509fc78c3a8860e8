"""What has waited longer than the setting ``hari_macet``: counts per waiting state, and the rows of one.

Scope: an operator sees the own OPD, a petugas kecamatan the cards of the own kecamatan, the roles of the city
everything; leadership sees counts only (AUZ-3).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Select,
    String,
    Uuid,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import TERBUKA, StatusAsuhan
from rentan.core.actor import Pelaku
from rentan.core.clock import now
from rentan.core.errors import NotFound
from rentan.core.permissions import PERAN_KOTA, Peran
from rentan.core.settings import get_setting
from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.iuran.models import Iuran, Penerimaan, Urusan, UsulIuran
from rentan.kartu.models import Kartu
from rentan.laporan.tunggu import SEMUA, KeadaanPengecualian, KeadaanUrusan, Tunggu
from rentan.opd.models import Opd
from rentan.paket.models import Paket, Pengecualian
from rentan.pekerja.models import DugaDuplikat, Pekerja
from rentan.pekerja.status import StatusPekerja
from rentan.pindai.models import Tumpukan
from rentan.siaga.models import Talangan
from rentan.surat_kuasa.models import SuratKuasa
from rentan.verifikasi.models import PendapatKedua
from rentan.wilayah.models import Kecamatan

UKURAN_HALAMAN = 50


@dataclass(frozen=True)
class Macet:
    """One waiting state with how many rows wait in it too long, and since when the oldest does."""

    tunggu: Tunggu
    banyak: int
    terlama: datetime


@dataclass(frozen=True)
class Baris:
    """One row that waits: ``nama`` of a person or the number of a thing, ``tempat`` OPD or kecamatan."""

    objek_id: uuid.UUID
    sejak: datetime
    nama: str
    tempat: str


def batas_macet() -> datetime:
    """Who has waited since before this moment is late."""
    return now() - timedelta(days=int(get_setting("hari_macet")))


def sees_names(by: Pelaku) -> bool:
    """Everybody with a desk; leadership alone reads counts (AUZ-3)."""
    return by.has(*PERAN_KOTA, Peran.OPERATOR_OPD, Peran.PETUGAS_KECAMATAN)


def list_macet(*, seen_by: Pelaku) -> list[Macet]:
    """Every waiting state in which something has waited too long, the oldest first; one query."""
    bagian = []
    for mesin, sumber in _SUMBER.items():
        rows = _scoped(sumber(), seen_by).subquery()
        bagian.append(
            select(
                literal(mesin),
                cast(rows.c.status, String),
                cast(rows.c.jenis, String),
                func.count(),
                func.min(rows.c.sejak),
            )
            .where(rows.c.sejak < batas_macet())
            .group_by(rows.c.status, rows.c.jenis)
        )
    found: dict[tuple[str, str, str | None], tuple[int, datetime]] = {
        (mesin, status, jenis): (int(banyak), terlama)
        for mesin, status, jenis, banyak, terlama in db.session.execute(union_all(*bagian))
    }
    hasil = []
    for one in SEMUA:
        kunci = (one.mesin, one.status.value, one.jenis.value if one.jenis else None)
        if one.daftar and kunci in found:
            hasil.append(Macet(one, *found[kunci]))
    return sorted(hasil, key=lambda one: (one.terlama, one.tunggu.kunci))


def list_baris(
    tunggu: Tunggu, *, seen_by: Pelaku, terbaru: bool = False, sesudah: uuid.UUID | None = None,
    batas: int = UKURAN_HALAMAN,
) -> tuple[list[Baris], uuid.UUID | None]:  # fmt: skip
    """The rows of one state that wait too long, oldest (or newest) first, and where the next page goes on.

    ``NotFound`` for a place to go on from that is not in the list, and for readers of counts only.
    """
    if not sees_names(seen_by):
        raise NotFound
    rows = _scoped(_SUMBER[tunggu.mesin](), seen_by).subquery()
    syarat = [rows.c.sejak < batas_macet(), rows.c.status == tunggu.status.value]
    if tunggu.jenis is not None:
        syarat.append(rows.c.jenis == tunggu.jenis.value)
    if sesudah is not None:
        pada = db.session.scalar(select(rows.c.sejak).where(*syarat, rows.c.id == sesudah))
        if pada is None:
            raise NotFound
        di = tuple_(rows.c.sejak, rows.c.id)
        patokan = tuple_(literal(pada, rows.c.sejak.type), literal(sesudah, rows.c.id.type))
        syarat.append(di < patokan if terbaru else di > patokan)
    urut = (rows.c.sejak.desc(), rows.c.id.desc()) if terbaru else (rows.c.sejak, rows.c.id)
    query = (
        select(rows.c.id, rows.c.sejak, rows.c.nama, Opd.singkatan, Kecamatan.nama)
        .join(Opd, Opd.id == rows.c.opd_id, isouter=True)
        .join(Kecamatan, Kecamatan.kode == rows.c.kecamatan, isouter=True)
        .where(*syarat)
        .order_by(*urut)
        .limit(batas + 1)
    )
    baris = [
        Baris(objek_id, sejak, nama or "", kecamatan or opd or "")
        for objek_id, sejak, nama, opd, kecamatan in db.session.execute(query)
    ]
    lebih, baris = len(baris) > batas, baris[:batas]
    return baris, (baris[-1].objek_id if lebih else None)


def _scoped(query: Select[Any], by: Pelaku) -> Select[Any]:
    """The rows of a source that this person may count (AUZ-2)."""
    rows = query.subquery()
    if by.has(*PERAN_KOTA, Peran.PIMPINAN):
        return select(rows)
    reach: Any = false()
    if by.has(Peran.OPERATOR_OPD):
        reach = or_(reach, rows.c.opd_id.in_(by.opd_ids))
    if by.has(Peran.PETUGAS_KECAMATAN):
        reach = or_(reach, rows.c.kecamatan.in_(by.kecamatan))
    return select(rows).where(reach)


# -- sources: id, status, jenis, sejak, nama, opd_id, kecamatan of whatever waits ---------------------------


def _sejak(mesin: str, model: Any, lain: Any) -> Any:
    """The move that led into the present state; a move within a state does not make it younger."""
    masuk = or_(Riwayat.dari.is_(None), Riwayat.dari != Riwayat.ke)
    terakhir = (
        select(func.max(Riwayat.pada))
        .where(Riwayat.mesin == mesin, Riwayat.objek_id == model.id, masuk)
        .correlate(model)
        .scalar_subquery()
    )
    return func.coalesce(terakhir, lain)


#: What a source does not have, with its type: PostgreSQL compares nothing of unknown type.
_KOSONG = {"jenis": cast(null(), String), "kecamatan": cast(null(), String), "opd_id": cast(null(), Uuid)}


def _kolom(
    model: Any,
    status: Any,
    sejak: Any,
    nama: Any,
    *,
    opd: Any = None,
    kecamatan: Any = None,
    jenis: Any = None,
) -> Select[Any]:
    pilih = {"id": model.id, "status": status, "jenis": jenis, "sejak": sejak, "nama": nama, "opd_id": opd}
    pilih["kecamatan"] = kecamatan
    return select(
        *((_KOSONG[label] if nilai is None else nilai).label(label) for label, nilai in pilih.items())
    ).select_from(model)


def _menunggu(mesin: str) -> list[str]:
    return sorted({one.status.value for one in SEMUA if one.mesin == mesin and one.daftar})


def _surat() -> Select[Any]:
    sejak = _sejak("surat_kuasa", SuratKuasa, SuratKuasa.dibuat_pada)
    query = _kolom(SuratKuasa, SuratKuasa.status, sejak, Asn.nama, opd=Asn.opd_id)
    return query.join(Asn, Asn.id == SuratKuasa.asn_id).where(SuratKuasa.status.in_(_menunggu("surat_kuasa")))


def _asuhan() -> Select[Any]:
    sejak = _sejak("asuhan", Asuhan, Asuhan.dibuat_pada)
    query = _kolom(Asuhan, Asuhan.status, sejak, Pekerja.nama, opd=Asn.opd_id)
    return (
        query.join(Asn, Asn.id == Asuhan.asn_id)
        .join(Pekerja, Pekerja.id == Asuhan.pekerja_id)
        .where(Asuhan.status.in_(_menunggu("asuhan")))
    )


def _pekerja() -> Select[Any]:
    """Workers with a donor; whoever is only on the list of candidates waits for nobody's desk.

    A worker waits to be sent to BPJS since the verifikator accepted him, not since he was recorded. Who is
    registered waits once the last sponsorship is over: until then the contribution does, or the search.
    """
    sejak = case(
        (
            Pekerja.status.in_((StatusPekerja.LAYAK, StatusPekerja.TERDAFTAR)),
            _sejak("asuhan", Asuhan, Asuhan.dibuat_pada),
        ),
        else_=_sejak("pekerja", Pekerja, Pekerja.dicatat_pada),
    )
    query = _kolom(Pekerja, Pekerja.status, sejak, Pekerja.nama, opd=Asn.opd_id)
    diterima = or_(Pekerja.status != StatusPekerja.LAYAK, Asuhan.status == StatusAsuhan.MENUNGGU_MANDAT)
    berdonatur = and_(Pekerja.status != StatusPekerja.TERDAFTAR, Asuhan.status.in_(TERBUKA), diterima)
    lain = aliased(Asuhan)
    terakhir = select(lain.id).where(lain.pekerja_id == Pekerja.id).correlate(Pekerja)
    terakhir = terakhir.order_by(lain.dibuat_pada.desc(), lain.id.desc()).limit(1)
    dicari = exists().where(
        lain.pekerja_id == Pekerja.id, lain.status.in_((*TERBUKA, StatusAsuhan.MENCARI_PENGGANTI))
    )
    ditinggal = and_(
        Pekerja.status == StatusPekerja.TERDAFTAR, Asuhan.id == terakhir.scalar_subquery(), ~dicari
    )
    return (
        query.join(Asuhan, Asuhan.pekerja_id == Pekerja.id)
        .join(Asn, Asn.id == Asuhan.asn_id)
        .where(Pekerja.status.in_(_menunggu("pekerja")), or_(berdonatur, ditinggal))
    )


def _kartu() -> Select[Any]:
    query = _kolom(
        Kartu, Kartu.status, Kartu.sejak, Pekerja.nama, opd=Asn.opd_id, kecamatan=Kartu.kecamatan_kode
    )
    return (
        query.join(Pekerja, Pekerja.id == Kartu.pekerja_id)
        .join(Asuhan, Asuhan.id == Kartu.asuhan_id, isouter=True)
        .join(Asn, Asn.id == Asuhan.asn_id, isouter=True)
        .where(Kartu.status.in_(_menunggu("kartu")))
    )


def _paket() -> Select[Any]:
    sejak = _sejak("paket", Paket, Paket.dibuat_pada)
    nama = func.coalesce(Paket.nomor, "Paket yang belum dikunci")
    query = _kolom(Paket, Paket.status, sejak, nama, jenis=Paket.jenis)
    return query.where(Paket.status.in_(_menunggu("paket")))


def _tumpukan() -> Select[Any]:
    query = _kolom(
        Tumpukan, Tumpukan.status, Tumpukan.dibuat_pada, literal("Tumpukan pindaian"), opd=Tumpukan.opd_id
    )
    return query.where(Tumpukan.status.in_(_menunggu("tumpukan")))


def _pendapat() -> Select[Any]:
    query = _kolom(PendapatKedua, PendapatKedua.jawaban, PendapatKedua.diminta_pada, Asn.nama, opd=Asn.opd_id)
    return (
        query.join(SuratKuasa, SuratKuasa.id == PendapatKedua.surat_kuasa_id)
        .join(Asn, Asn.id == SuratKuasa.asn_id)
        .where(PendapatKedua.jawaban.in_(_menunggu("pendapat_kedua")))
    )


def _ganda() -> Select[Any]:
    query = _kolom(DugaDuplikat, DugaDuplikat.putusan, DugaDuplikat.dibuat_pada, Pekerja.nama)
    return query.join(Pekerja, Pekerja.id == DugaDuplikat.pekerja_id).where(
        DugaDuplikat.putusan.in_(_menunggu("duga_duplikat"))
    )


def _pengecualian() -> Select[Any]:
    terbuka = literal(KeadaanPengecualian.TERBUKA.value)
    query = _kolom(
        Pengecualian, terbuka, Pengecualian.dibuat_pada, Pengecualian.kode, jenis=Pengecualian.jenis
    )
    return query.where(Pengecualian.selesai_pada.is_(None))


def _iuran() -> Select[Any]:
    sejak = _sejak("iuran", Iuran, Iuran.dijadwalkan_pada)
    query = _kolom(Iuran, Iuran.status, sejak, Pekerja.nama, opd=Iuran.opd_id)
    query = query.join(Pekerja, Pekerja.id == Iuran.pekerja_id)
    return query.where(Iuran.status.in_(_menunggu("iuran")))


def _iuran_bpjs() -> Select[Any]:
    sejak = _sejak("iuran_bpjs", Iuran, Iuran.dijadwalkan_pada)
    query = _kolom(Iuran, Iuran.status_bpjs, sejak, Pekerja.nama, opd=Iuran.opd_id)
    query = query.join(Pekerja, Pekerja.id == Iuran.pekerja_id)
    return query.where(Iuran.status_bpjs.in_(_menunggu("iuran_bpjs")))


def _usul() -> Select[Any]:
    opd = func.coalesce(Iuran.opd_id, Asn.opd_id)
    query = _kolom(UsulIuran, UsulIuran.status, UsulIuran.dibuat_pada, Asn.nama, opd=opd)
    query = query.join(Asuhan, Asuhan.id == UsulIuran.asuhan_id).join(Asn, Asn.id == Asuhan.asn_id)
    query = query.join(Iuran, Iuran.id == UsulIuran.iuran_id, isouter=True)
    return query.where(UsulIuran.status.in_(_menunggu("usul_iuran")))


def _penerimaan() -> Select[Any]:
    query = _kolom(Penerimaan, Penerimaan.status, Penerimaan.dibuat_pada, Penerimaan.nomor, opd=Asn.opd_id)
    query = query.join(Asn, Asn.id == Penerimaan.asn_id)
    return query.where(Penerimaan.status.in_(_menunggu("penerimaan")))


def _talangan() -> Select[Any]:
    query = _kolom(Talangan, Talangan.status, Talangan.ditawarkan_pada, Asn.nama, opd=Asn.opd_id)
    query = query.join(Asn, Asn.id == Talangan.asn_id)
    return query.where(Talangan.status.in_(_menunggu("talangan")))


def _urusan() -> Select[Any]:
    terbuka = literal(KeadaanUrusan.TERBUKA.value)
    query = _kolom(Urusan, terbuka, Urusan.dibuat_pada, Pekerja.nama, opd=Asn.opd_id, jenis=Urusan.jenis)
    query = query.join(Asuhan, Asuhan.id == Urusan.asuhan_id).join(Asn, Asn.id == Asuhan.asn_id)
    return query.join(Pekerja, Pekerja.id == Asuhan.pekerja_id).where(Urusan.selesai_pada.is_(None))


_SUMBER: dict[str, Callable[[], Select[Any]]] = {
    "surat_kuasa": _surat,
    "asuhan": _asuhan,
    "pekerja": _pekerja,
    "kartu": _kartu,
    "paket": _paket,
    "tumpukan": _tumpukan,
    "pendapat_kedua": _pendapat,
    "duga_duplikat": _ganda,
    "pengecualian": _pengecualian,
    "iuran": _iuran,
    "iuran_bpjs": _iuran_bpjs,
    "usul_iuran": _usul,
    "penerimaan": _penerimaan,
    "talangan": _talangan,
    "urusan": _urusan,
}
