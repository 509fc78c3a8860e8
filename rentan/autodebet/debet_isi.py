"""Which contributions go into a debit batch and which do not, and why (B1, C4, C11; product.md §3).

DEBET takes what is scheduled up to its month, and the months of a prepaid block that begins by then. ULANG
takes what the bank refused for a reason that may pass, as often as the settings allow, and what fell out of
an earlier ULANG. Nobody chooses: the same rows are in whoever builds the batch.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from rentan.asn.masa import habis_pada
from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import TERBUKA
from rentan.core.massal import chunks
from rentan.core.settings import get_setting
from rentan.ext import db
from rentan.iuran.gugur import TALANGAN_SELESAI
from rentan.iuran.jadwal import awal_blok
from rentan.iuran.models import Iuran, Percobaan
from rentan.iuran.status import AlasanTahan, HasilCoba, KelasGagal, StatusIuran
from rentan.iuran.tersetor import GILIRAN, TIDAK_DITAGIH, tak_tersetor
from rentan.paket.models import Paket
from rentan.paket.penangan import Dikecualikan
from rentan.paket.status import JenisPaket
from rentan.pekerja.models import Pekerja
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import StatusSurat
from rentan.util.tanggal import awal_bulan, format_bulan, tambah_bulan

S = StatusIuran
#: A month further back than this ends the cover whatever is paid: it is settled in another way (C1).
MUNDUR = 2

TANPA_SURAT = "Surat kuasa tidak berlaku pada hari debet."
_IKUT_ULANG = ("Gagal didebet dan dapat dicoba lagi: ikut paket debet ulang.", "bendahara")
_TAHAN = {
    AlasanTahan.MANDAT: (TANPA_SURAT, "ASN"),
    AlasanTahan.JEDA: ("Potongan sedang dijeda.", "ASN"),
    AlasanTahan.PLAFON: ("Jumlah iuran sebulan melebihi batas dalam surat kuasa.", "ASN (surat kuasa baru)"),
    AlasanTahan.REKENING: ("Nomor rekening pada surat kuasa tidak dapat dipakai.", "ASN (surat kuasa baru)"),
    AlasanTahan.DIMINTA: ("Ditahan bendahara sampai suatu hal selesai diperiksa.", "bendahara"),
}


@dataclass(frozen=True)
class Calon:
    """A contribution that could be debited: its place, and what stands in its way (``None``: nothing)."""

    iuran_id: uuid.UUID
    periode: date
    urutan: tuple[Any, ...]
    judul: str
    alasan: str | None = None
    siapa: str = ""


def surat_berlaku(tanggal: date) -> ColumnElement[bool]:
    """Letters under which the bank may debit on this day.

    A pause counts from its first month until it is lifted (M17), whatever end was expected; a letter that was
    replaced still carries its own last month (M20). Nobody is debited who is out of service by then, whether
    M21 has come or not.
    """
    bulan = awal_bulan(tanggal)
    dijeda = or_(SuratKuasa.jeda_sejak.is_(None), SuratKuasa.jeda_sejak <= bulan)
    return and_(
        SuratKuasa.berlaku_mulai <= tanggal,
        SuratKuasa.asn_id.not_in(select(Asn.id).where(habis_pada(tanggal))),
        or_(SuratKuasa.berlaku_sampai.is_(None), SuratKuasa.berlaku_sampai >= tanggal),
        or_(
            SuratKuasa.status == StatusSurat.AKTIF,
            and_(SuratKuasa.status == StatusSurat.DITANGGUHKAN, ~dijeda),
            and_(SuratKuasa.status == StatusSurat.DIGANTI, SuratKuasa.berlaku_sampai.is_not(None)),
        ),
    )


def list_calon(jenis: JenisPaket, bulan: date, tanggal: date) -> list[Calon]:
    """Everything that a batch of this kind and month is about and that is in no open batch, in file order."""
    sibuk = select(Percobaan.iuran_id).where(Percobaan.hasil == HasilCoba.TERBUKA)
    query = _baris(tanggal).where(Iuran.id.not_in(sibuk), _bulan_ini(bulan))
    if jenis is JenisPaket.DEBET:
        query = query.where(Iuran.status.in_((S.TERJADWAL, S.DITAHAN, S.TANPA_KABAR, S.GAGAL)))
    else:
        query = query.where(
            or_(
                Iuran.status.in_((S.GAGAL, S.TANPA_KABAR)),
                and_(Iuran.status == S.TERJADWAL, Iuran.id.in_(_pernah_gagal())),
            )
        )
    rows = [row for row in db.session.execute(query) if _jatuh_tempo(row, bulan)]
    coba = count_percobaan([row.id for row in rows if row.status is S.GAGAL], bulan)
    putus = _alasan_debet if jenis is JenisPaket.DEBET else _alasan_ulang
    found = [
        Calon(row.id, row.periode, _urutan(row), _judul(row), *putus(row, coba.get(row.id, 0), bulan))
        for row in rows
    ]
    return sorted(found, key=lambda one: one.urutan)


def _baris(tanggal: date) -> Any:
    return (
        select(
            Iuran.id,
            Iuran.asn_id,
            Iuran.asuhan_id,
            Iuran.periode,
            Iuran.status,
            Iuran.status_bpjs,
            Iuran.alasan_tahan,
            Iuran.kelas_gagal,
            Asn.nama,
            Asn.nama_urut,
            Pekerja.nama.label("pekerja"),
            Pekerja.status.label("status_pekerja"),
            Pekerja.mulai_masa,
            Pekerja.lunas_sampai,
            Asuhan.bulan_pertama,
            Asuhan.periode.label("blok"),
            Asuhan.dibuat_pada,
            Asuhan.status.label("asuhan"),
            Asuhan.alasan_akhir,
            func.coalesce(surat_berlaku(tanggal), False).label("berlaku"),
        )
        .join(Asuhan, Asuhan.id == Iuran.asuhan_id)
        .join(Asn, Asn.id == Iuran.asn_id)
        .join(Pekerja, Pekerja.id == Iuran.pekerja_id)
        .join(SuratKuasa, SuratKuasa.id == Iuran.surat_kuasa_id, isouter=True)
    )


def _bulan_ini(bulan: date) -> ColumnElement[bool]:
    return or_(Iuran.periode <= bulan, Asuhan.periode > 1)


def _jatuh_tempo(row: Any, bulan: date) -> bool:
    """The month itself, one before it, or one of a prepaid block that has begun."""
    return row.periode <= bulan or awal_blok(row.periode, row.bulan_pertama, row.blok) <= bulan


def _pernah_gagal() -> Select[Any]:
    return select(Percobaan.iuran_id).where(Percobaan.hasil == HasilCoba.GAGAL)


def count_percobaan(iuran_ids: Iterable[uuid.UUID], bulan: date) -> dict[uuid.UUID, int]:
    """How often each of these was sent in the batches of this month."""
    wanted = set(iuran_ids)
    query = (
        select(Percobaan.iuran_id, func.count())
        .join(Paket, Paket.id == Percobaan.paket_id)
        .where(Paket.periode == bulan, Percobaan.hasil != HasilCoba.DIKELUARKAN)
        .group_by(Percobaan.iuran_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query) if row[0] in wanted}


def count_ke(iuran_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How often each of these has been sent at all."""
    found: dict[uuid.UUID, int] = {}
    for some in chunks(list(iuran_ids)):
        query = (
            select(Percobaan.iuran_id, func.count())
            .where(Percobaan.iuran_id.in_(some), Percobaan.hasil != HasilCoba.DIKELUARKAN)
            .group_by(Percobaan.iuran_id)
        )
        found |= {row[0]: row[1] for row in db.session.execute(query)}
    return found


def _urutan(row: Any) -> tuple[Any, ...]:
    """By donor; of one donor the oldest sponsorship first: a low balance pays that one (product.md §6)."""
    return urutan_baris(row.nama_urut, row.asn_id, row.dibuat_pada, row.asuhan_id, row.periode)


def urutan_baris(
    nama: str, asn_id: uuid.UUID, dibuat_pada: datetime, asuhan_id: uuid.UUID, periode: date
) -> tuple[Any, ...]:
    """The order of the lines of a file."""
    return nama, asn_id, dibuat_pada, asuhan_id, periode


def _judul(row: Any) -> str:
    return f"{row.nama}, untuk {row.pekerja}, {format_bulan(row.periode)}"


def tak_ditagih(row: Any) -> tuple[str, str] | None:
    """Nothing is collected that cannot be remitted (P1): why, and whose turn it is. ``row`` has the month,
    ``status_bpjs``, ``status_pekerja``, ``mulai_masa``, ``lunas_sampai``."""
    alasan = tak_tersetor(
        row.periode, row.status_pekerja, row.mulai_masa, row.lunas_sampai, bpjs=row.status_bpjs
    )
    if alasan is None:
        return None
    siapa = GILIRAN[alasan].label
    return TIDAK_DITAGIH[alasan], siapa[0].lower() + siapa[1:]


def _alasan_debet(row: Any, _coba: int, bulan: date) -> tuple[str | None, str]:
    if row.status is S.TERJADWAL and row.berlaku and (sebab := tak_ditagih(row)):
        return sebab
    if row.status is S.TERJADWAL and row.periode < tambah_bulan(bulan, -MUNDUR):
        return "Lebih dari dua bulan yang lalu; dibayar lewat jalan lain atau dihapuskan.", "bendahara"
    if row.status is S.TERJADWAL:
        return (None, "") if row.berlaku else (TANPA_SURAT, "ASN")
    if row.status is S.DITAHAN:
        return _TAHAN[row.alasan_tahan]
    if row.status is S.GAGAL and row.kelas_gagal is KelasGagal.COBA_LAGI:
        return tak_ditagih(row) or _IKUT_ULANG
    return _alasan_gagal(row)


def _alasan_ulang(row: Any, coba: int, bulan: date) -> tuple[str | None, str]:
    if row.status is S.TANPA_KABAR or (row.status is S.GAGAL and row.kelas_gagal is not KelasGagal.COBA_LAGI):
        return _alasan_gagal(row)
    if not row.berlaku:
        return TANPA_SURAT, "ASN, atau bendahara lewat jalan lain"
    # A stand-in has agreed to these very months; who stopped otherwise is not debited again.
    if row.asuhan not in TERBUKA and row.alasan_akhir != TALANGAN_SELESAI:
        return "Asuhannya sudah berhenti; dibayar lewat jalan lain atau dihapuskan.", "bendahara"
    if sebab := tak_ditagih(row):
        return sebab
    if row.periode < tambah_bulan(bulan, -MUNDUR):
        return "Lebih dari dua bulan yang lalu; dibayar lewat jalan lain.", "bendahara"
    boleh = 1 + int(get_setting("maks_coba_debet"))
    if coba >= boleh:
        return f"Sudah dicoba {coba} kali bulan ini; dicoba lagi bulan depan.", "bendahara"
    return None, ""


def _alasan_gagal(row: Any) -> tuple[str, str]:
    if row.status is S.TANPA_KABAR:
        return "Menunggu kabar bank; tidak pernah didebet lagi sebelum jelas.", "bendahara"
    if row.kelas_gagal is KelasGagal.PERBAIKI_DATA:
        return "Rekening pada surat kuasa salah atau sudah ditutup.", "ASN (surat kuasa baru)"
    return "Kode jawaban bank melarang debet ulang.", "bendahara"


def dikecualikan(calon: Sequence[Calon], dikeluarkan: set[uuid.UUID], banyak: int) -> list[Dikecualikan]:
    """What is left out, each with its reason; ``dikeluarkan`` was taken out of this batch by hand."""
    found = []
    for one in calon[:banyak]:
        alasan, siapa = one.alasan, one.siapa
        if alasan is None and one.iuran_id in dikeluarkan:
            alasan, siapa = "Dikeluarkan dari paket ini; ikut paket berikutnya.", "bendahara"
        elif alasan is None:
            alasan = "Baru saja siap. Tekan “Tambahkan yang sudah siap”."
        found.append(Dikecualikan(one.iuran_id, one.judul, alasan, siapa))
    return found
