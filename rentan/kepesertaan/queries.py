"""Who can go to BPJS, who cannot and why, and where everybody who went stands."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select

from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import DIUSULKAN_KE_ATAS, StatusAsuhan
from rentan.core.actor import Pelaku
from rentan.core.baca import after, get_one
from rentan.core.clock import today
from rentan.core.errors import NotFound
from rentan.core.permissions import Peran, Permission
from rentan.ext import db, runtime
from rentan.iuran.models import Penerimaan
from rentan.iuran.status import StatusUsul
from rentan.kepesertaan import formulir
from rentan.kepesertaan.models import BarisDaftar
from rentan.opd.models import Opd
from rentan.paket.models import Paket
from rentan.paket.status import StatusPaket
from rentan.paket.status_baris import HasilBaris
from rentan.pekerja.alasan_bpjs import alasan_of
from rentan.pekerja.masa import aman_sampai
from rentan.pekerja.models import Pekerja, Pelindungan
from rentan.pekerja.queries import find_by_nik, in_force, lahir_sesudah
from rentan.pekerja.status import TERDAFTAR_DI_BPJS, StatusPekerja
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.status import TERKIRIM, StatusSurat
from rentan.tarif.queries import bulan_pertama, hari_debet

S, W = StatusSurat, StatusPekerja
#: W7: the donor's letter is accepted at least, unless a prepayment stands in for it.
DISETUJUI = (S.TERVERIFIKASI, S.DIAJUKAN_BANK, S.AKTIF, S.DITANGGUHKAN)
#: A5: the verifikator (or every check) has accepted this worker for this donor.
DITERIMA = tuple(one for one in DIUSULKAN_KE_ATAS if one is not StatusAsuhan.DIUSULKAN)
#: Batches whose lines BPJS has in hand.
TERKIRIM_KE_BPJS = (StatusPaket.DIKIRIM, StatusPaket.HASIL_SEBAGIAN, StatusPaket.HASIL_LENGKAP)

#: Why somebody is not in a list, from the reason that hides all others to the last one.
ALASAN = {
    "ditolak_bpjs": "Ditolak BPJS, menunggu perbaikan",
    "duga_duplikat": "Sedang diperiksa sebagai dugaan ganda",
    "tercakup": "Sudah dilindungi program lain",
    "mandat": "Surat kuasa donatur belum disetujui",
    "belum_diterima": "Pekerja belum diterima verifikator",
    "usia": "Usia tidak memenuhi syarat pada debet pertama",
    "kosong": "Data untuk formulir BPJS belum lengkap",
    "dalam_paket": "Sudah masuk ke sebuah paket",
}


@dataclass(frozen=True)
class Kandidat:
    """A worker who may go to BPJS (``kode`` empty), or why not. ``siapa`` can put it right, in words."""

    pekerja_id: uuid.UUID
    asuhan_id: uuid.UUID
    nama: str
    kode: str
    kosong: tuple[str, ...]
    siapa: str

    @property
    def alasan(self) -> str:
        if self.kode == "kosong":
            return f"{ALASAN['kosong']}: {', '.join(formulir.in_words(self.kosong))}."
        return f"{ALASAN[self.kode]}." if self.kode else ""


def list_kandidat(*, pekerja_ids: list[uuid.UUID] | None = None) -> list[Kandidat]:
    """Everybody on the way to BPJS, longest sponsored first; of ``pekerja_ids`` only those, if given.

    Reads columns, not objects: the whole city in one query.
    """
    bulan = bulan_pertama(today())
    batas_lahir: dict[date, date] = {}
    found = []
    for row in _rows(pekerja_ids, hari_debet(bulan)):
        mulai = max(row.bulan_pertama or bulan, bulan)
        if mulai not in batas_lahir:
            batas_lahir[mulai] = lahir_sesudah(hari_debet(mulai))
        kosong = formulir.missing(row._mapping)
        kode = _kode(row, batas_lahir[mulai], bool(kosong))
        found.append(Kandidat(row.id, row.asuhan_id, row.nama, kode, kosong, _siapa(kode, row)))
    return found


def _rows(pekerja_ids: list[uuid.UUID] | None, debet: date) -> Iterator[Any]:
    named = select(SuratPekerja.asuhan_id).join(SuratKuasa, SuratKuasa.id == SuratPekerja.surat_kuasa_id)
    prabayar = select(Penerimaan.asuhan_id).where(Penerimaan.status == StatusUsul.DITERIMA)
    disetujui = or_(Asuhan.id.in_(named.where(SuratKuasa.status.in_(DISETUJUI))), Asuhan.id.in_(prabayar))
    terkirim = Asuhan.id.in_(named.where(SuratKuasa.status.in_(TERKIRIM)))
    query = (
        select(
            Pekerja.id,
            Pekerja.nama,
            Pekerja.status,
            Pekerja.tanggal_lahir,
            Pekerja.jenis_kelamin,
            Pekerja.alamat,
            Pekerja.kelurahan_kode.label("kelurahan"),
            Pekerja.pekerjaan,
            Pekerja.lokasi_kerja,
            Pekerja.hp_enc.is_not(None).label("hp"),
            Pekerja.alasan_bpjs,
            Asuhan.id.label("asuhan_id"),
            Asuhan.status.label("status_asuhan"),
            Asuhan.bulan_pertama,
            Asuhan.program,
            Asuhan.penghasilan,
            Asn.nama.label("asn"),
            Opd.singkatan.label("opd"),
            disetujui.label("disetujui"),
            Pekerja.nik_bi.in_(select(Pelindungan.nik_bi).where(in_force(debet))).label("tercakup"),
            BarisDaftar.paket_id,
        )
        .join(Asuhan, Asuhan.pekerja_id == Pekerja.id)
        .join(Asn, Asn.id == Asuhan.asn_id)
        .join(Opd, Opd.id == Asn.opd_id)
        .join(
            BarisDaftar,
            and_(BarisDaftar.pekerja_id == Pekerja.id, BarisDaftar.hasil == HasilBaris.MENUNGGU),
            isouter=True,
        )
        .where(
            Asuhan.status.in_(DIUSULKAN_KE_ATAS),
            Pekerja.status.in_((W.CALON, W.LAYAK, W.DUGA_DUPLIKAT, W.DITANGGUNG_LAIN, W.DITOLAK_BPJS)),
            or_(terkirim, Asuhan.status.in_(DITERIMA)),
        )
        .order_by(Asuhan.dibuat_pada, Asuhan.id)
    )
    if pekerja_ids is None or len(pekerja_ids) > 500:
        # One pass over the city is cheaper than many over parts of it.
        wanted = None if pekerja_ids is None else set(pekerja_ids)
        yield from (row for row in db.session.execute(query) if wanted is None or row.id in wanted)
    else:
        yield from db.session.execute(query.where(Pekerja.id.in_(pekerja_ids)))


def _kode(row: Any, lahir_sesudah_ini: date, kosong: bool) -> str:
    refused = {
        W.DITOLAK_BPJS: "ditolak_bpjs",
        W.DUGA_DUPLIKAT: "duga_duplikat",
        W.DITANGGUNG_LAIN: "tercakup",
    }
    checks = (
        (row.status in refused, refused.get(row.status, "")),
        (row.tercakup, "tercakup"),
        (not row.disetujui, "mandat"),
        (row.status_asuhan not in DITERIMA or row.status is not W.LAYAK, "belum_diterima"),
        (row.tanggal_lahir <= lahir_sesudah_ini, "usia"),
        (kosong, "kosong"),
        (row.paket_id is not None, "dalam_paket"),
    )
    return next((kode for holds, kode in checks if holds), "")


def _siapa(kode: str, row: Any) -> str:
    donatur = f"ASN {row.asn} atau operator {row.opd}"
    if kode == "ditolak_bpjs":
        siapa = alasan_of(row.alasan_bpjs).siapa
        return donatur if siapa is Peran.ASN else siapa.label
    return {
        "duga_duplikat": Peran.VERIFIKATOR.label,
        "mandat": Peran.VERIFIKATOR.label,
        "belum_diterima": Peran.VERIFIKATOR.label,
        "usia": Peran.VERIFIKATOR.label,
        "kosong": f"{Peran.PETUGAS_BPJS.label}, setelah bertanya kepada {donatur}",
    }.get(kode, "")


def count_status() -> dict[StatusPekerja, int]:
    """How many sponsored workers stand where in their cover."""
    query = (
        select(Pekerja.status, func.count(Pekerja.id.distinct()))
        .join(Asuhan, Asuhan.pekerja_id == Pekerja.id)
        .where(Asuhan.status.in_(DIUSULKAN_KE_ATAS))
        .group_by(Pekerja.status)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


@dataclass(frozen=True)
class BarisPekerja:
    """A worker as the liaison's lists show him; ``sejak``: the day of the last answer or sending.

    ``aman``: until when the cover surely holds, ``None`` where no month is recorded or it is over.
    """

    id: uuid.UUID
    nama: str
    pekerjaan: str
    kelurahan: str
    status: StatusPekerja
    sejak: date | None
    keterangan: str
    siapa: str
    aman: date | None = None


DAFTAR = {
    "diajukan": ("Diajukan, menunggu jawaban BPJS", (W.DIAJUKAN_BPJS,)),
    "ditolak": ("Ditolak BPJS", (W.DITOLAK_BPJS,)),
    "terdaftar": ("Terdaftar di BPJS", TERDAFTAR_DI_BPJS),
    "terhenti": ("Perlindungan terhenti", (W.NONAKTIF,)),
}


def _in_scope(seen_by: Pelaku) -> None:
    if not seen_by.can(Permission.KEPESERTAAN_KELOLA):
        raise NotFound


def list_pekerja(
    daftar: str, *, seen_by: Pelaku, cari: str = "", sesudah: uuid.UUID | None = None, banyak: int = 50
) -> list[BarisPekerja]:
    """One of ``DAFTAR`` by name, optionally those whose name contains ``cari``. Raises ``NotFound``."""
    _in_scope(seen_by)
    if daftar not in DAFTAR:
        raise NotFound
    query = select(Pekerja).where(Pekerja.status.in_(DAFTAR[daftar][1]))
    if cari:
        query = query.where(Pekerja.nama_inti.contains(cari.upper(), autoescape=True))
    query = after(query, sesudah, Pekerja.nama_inti, Pekerja.id)
    query = query.options(db.joinedload(Pekerja.kelurahan)).order_by(Pekerja.nama_inti, Pekerja.id)
    rows = db.session.scalars(query.limit(banyak)).all()
    lines = _last_lines([one.id for one in rows])
    return [_shown(one, lines.get(one.id)) for one in rows]


def _last_lines(pekerja_ids: list[uuid.UUID]) -> dict[uuid.UUID, BarisDaftar]:
    """The newest line that BPJS has in hand, by worker."""
    query = (
        select(BarisDaftar)
        .join(Paket, Paket.id == BarisDaftar.paket_id)
        .where(BarisDaftar.pekerja_id.in_(pekerja_ids), Paket.status.in_(TERKIRIM_KE_BPJS))
        .options(db.contains_eager(BarisDaftar.paket))
        .order_by(Paket.dikirim_pada, BarisDaftar.id)
    )
    return {line.pekerja_id: line for line in db.session.scalars(query)}


def _shown(pekerja: Pekerja, line: BarisDaftar | None) -> BarisPekerja:
    sejak, keterangan, siapa = None, "", ""
    if line is not None:
        moment = line.dijawab_pada or line.paket.dikirim_pada
        sejak = moment.date() if moment else None
    if pekerja.status is W.DITOLAK_BPJS:
        alasan = alasan_of(pekerja.alasan_bpjs)
        keterangan, siapa = alasan.kalimat, alasan.siapa.label
        if line is not None and line.keterangan:
            keterangan = f"{keterangan} Kata BPJS: “{line.keterangan}”"
    elif pekerja.status is W.DIAJUKAN_BPJS and line is not None:
        keterangan = f"Paket {line.paket.nomor}"
    elif pekerja.terdaftar_pada is not None:
        sejak = pekerja.terdaftar_pada
    return BarisPekerja(
        pekerja.id,
        pekerja.nama,
        pekerja.pekerjaan,
        pekerja.kelurahan.label,
        pekerja.status,
        sejak,
        keterangan,
        siapa,
        aman_sampai(pekerja.lunas_sampai)
        if pekerja.lunas_sampai and pekerja.status in TERDAFTAR_DI_BPJS
        else None,
    )


def get_pekerja(pekerja_id: uuid.UUID, *, seen_by: Pelaku, untuk_diubah: bool = False) -> Pekerja:
    """A sponsored or registered worker. Raises ``NotFound``: a pool worker is not the liaison's to open."""
    _in_scope(seen_by)
    diasuh = select(Asuhan.pekerja_id).where(Asuhan.status.in_(DIUSULKAN_KE_ATAS))
    ours = or_(
        Pekerja.id.in_(diasuh),
        Pekerja.status.in_((*TERDAFTAR_DI_BPJS, W.NONAKTIF, W.DIAJUKAN_BPJS, W.DITOLAK_BPJS)),
    )
    query = select(Pekerja).where(Pekerja.id == pekerja_id, ours)
    return get_one(query, untuk_diubah=untuk_diubah, key_share=True)


def list_terkirim(niks: dict[bytes, Any]) -> dict[bytes, tuple[Pekerja, BarisDaftar | None]]:
    """Workers by blind index of these NIK, each with the newest line that BPJS has in hand."""
    found = find_by_nik(niks)
    ids = [one.id for one in found.values()]
    lines: dict[uuid.UUID, BarisDaftar] = {}
    for start in range(0, len(ids), 500):
        lines |= _last_lines(ids[start : start + 500])
    return {key: (one, lines.get(one.id)) for key, one in found.items()}


def batas_baris() -> int:
    """Rows of one file (product.md §5: at most 10,000)."""
    return int(runtime().profil.batas.baris_daftar_bpjs)
