"""What the BPJS liaison decides about one worker: complete the form's data, end the cover (W17, W18)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import select

from rentan.asuhan.models import Asuhan
from rentan.asuhan.putusan import keluar
from rentan.asuhan.status import TERBUKA, StatusAsuhan
from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, today
from rentan.core.errors import RuleError
from rentan.core.permissions import Peran
from rentan.core.status import Status
from rentan.core.subject import reveal
from rentan.core.workflow import check_version
from rentan.ext import db
from rentan.iuran.models import Iuran
from rentan.iuran.status import UANG_MASUK, JenisUrusan
from rentan.kepesertaan.formulir import ISI
from rentan.kepesertaan.models import BarisDaftar
from rentan.paket.models import Paket
from rentan.paket.status import StatusPaket
from rentan.paket.status_baris import HasilBaris
from rentan.pekerja.gerak import gerak
from rentan.pekerja.koreksi import correct_pekerja, data_of
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import SumberPerlindungan
from rentan.setoran.urusan import open_many
from rentan.util.tanggal import awal_bulan, format_tanggal


class AlasanKeluar(Status):
    """Why a cover ends (states.md A14, W17, W18)."""

    MENINGGAL = "meninggal", "Meninggal dunia"
    JADI_PU = "jadi_pu", "Menjadi pekerja penerima upah (PU)"
    MENOLAK = "menolak", "Tidak bersedia lagi"
    PINDAH = "pindah", "Pindah dan tidak ingin melanjutkan"
    DATA_PALSU = "data_palsu", "Data pekerja tidak benar"


class AlasanBuka(Status):
    """Why a whole NIK is looked at (MSK-1)."""

    JAWABAN = "jawaban_bpjs", "Mencocokkan jawaban BPJS"
    KANTOR = "kantor_cabang", "Pertanyaan kantor cabang BPJS"
    KLAIM = "klaim", "Klaim atau laporan kecelakaan"


#: What the liaison may fill in for the form; the rest is the donor's to correct.
DAPAT_DILENGKAPI = ("pekerjaan", "lokasi_kerja", "alamat", "hp")


def complete_data(pekerja: Pekerja, isian: dict[str, str | None], *, by: Pelaku, versi: int | None) -> None:
    """Fill in blanks of BPJS's form; what somebody else has written stays.

    Raises ``RuleError`` (``sudah_terisi``) for a field that is not blank, and those of ``correct_pekerja``.
    """
    check_version(pekerja, versi)
    data = data_of(pekerja)
    for name in isian:
        if name not in DAPAT_DILENGKAPI or getattr(data, name) not in (None, ""):
            raise RuleError(
                f"Isian {ISI.get(name, name)} sudah terisi. Perbaikannya lewat donatur atau operator OPD.",
                name,
                kode="sudah_terisi",
            )
    correct_pekerja(pekerja, replace(data, **{k: v for k, v in isian.items() if v}), by=by, versi=versi)  # type: ignore[arg-type]


def end_cover(
    pekerja: Pekerja,
    alasan: AlasanKeluar,
    *,
    pada: date,
    catatan: str,
    by: Pelaku,
    versi: int | None = None,
) -> None:
    """W17 or W18, and A14 for the sponsorship. ``pada`` is the day it happened, not after today.

    A line that waits for BPJS's answer is closed; a batch that has not been sent has to let go of it by
    itself (its lock or sending is refused). Raises ``RuleError``, ``Stale``.
    """
    check_version(pekerja, versi)
    keterangan = check_bukti(pekerja, alasan, pada, catatan)
    peristiwa = "meninggal" if alasan is AlasanKeluar.MENINGGAL else "keluar"
    open_ones = db.session.scalars(
        select(Asuhan)
        .where(Asuhan.pekerja_id == pekerja.id, Asuhan.status.in_((*TERBUKA, StatusAsuhan.MENCARI_PENGGANTI)))
        .order_by(Asuhan.id)
        .with_for_update()
    ).all()
    # The sponsorship first: as long as it counts, the counters take the worker for registered or not.
    for asuhan in open_ones:
        keluar(asuhan, alasan=alasan.value, by=by, catatan=keterangan)
    pekerja.keluar_pada = pada
    gerak(pekerja, peristiwa, by=by, alasan=alasan.value, catatan=keterangan)
    _close_lines(pekerja, alasan)
    _refund_later_months(pekerja, pada, alasan, by)


def check_bukti(pekerja: Pekerja, alasan: AlasanKeluar, pada: date, catatan: str) -> str:
    """What happened, when, and what the end rests on, as one note. Raises ``RuleError``: ``tanggal``,
    ``bukti``."""
    if pada > today():
        raise RuleError("Tanggalnya tidak boleh sesudah hari ini.", "pada", kode="tanggal")
    if pada < pekerja.tanggal_lahir:
        raise RuleError("Tanggalnya lebih awal daripada tanggal lahir pekerja.", "pada", kode="tanggal")
    if not catatan.strip():
        raise RuleError("Tuliskan dasarnya, misalnya surat atau siapa yang melapor.", "catatan", kode="bukti")
    return f"{alasan.label}, {format_tanggal(pada)}. {catatan.strip()}"


def _refund_later_months(pekerja: Pekerja, pada: date, alasan: AlasanKeluar, by: Pelaku) -> None:
    """W17, W18: money for months after the one in which it happened goes back (product.md §3)."""
    query = select(Iuran).where(
        Iuran.pekerja_id == pekerja.id, Iuran.periode > awal_bulan(pada), Iuran.status.in_(UANG_MASUK)
    )
    rows = list(db.session.scalars(query.order_by(Iuran.id)))
    words = f"Kepesertaan berakhir {format_tanggal(pada)} ({alasan.label.lower()}), sebelum bulan iuran ini."
    said = {one.id: words for one in rows}
    open_many(JenisUrusan.PENGEMBALIAN, rows, said, pemilik=Peran.BENDAHARA, by=by)


def confirm_lapse(
    pekerja: Pekerja, *, pada: date, catatan: str, by: Pelaku, versi: int | None = None
) -> None:
    """W15: BPJS confirms the lapse that we had computed; ``pada`` is the day of its letter or list.

    Raises ``RuleError`` without a source or for a day to come, ``Stale``.
    """
    check_version(pekerja, versi)
    if pada > today():
        raise RuleError("Tanggalnya tidak boleh sesudah hari ini.", "pada", kode="tanggal")
    if not catatan.strip():
        raise RuleError("Tuliskan sumbernya, misalnya surat atau daftar BPJS.", "catatan", kode="bukti")
    gerak(pekerja, "konfirmasi", by=by, catatan=f"{format_tanggal(pada)}. {catatan.strip()}")
    pekerja.sumber, pekerja.sumber_pada = SumberPerlindungan.DIKONFIRMASI, pada
    pekerja.sumber_impor_id = None
    db.session.flush()


def _close_lines(pekerja: Pekerja, alasan: AlasanKeluar) -> None:
    query = (
        select(BarisDaftar, Paket.status)
        .join(Paket, Paket.id == BarisDaftar.paket_id)
        .where(BarisDaftar.pekerja_id == pekerja.id, BarisDaftar.hasil == HasilBaris.MENUNGGU)
    )
    for line, status in db.session.execute(query):
        if status in (StatusPaket.DIKIRIM, StatusPaket.HASIL_SEBAGIAN):
            line.hasil, line.dijawab_pada = HasilBaris.DITOLAK, now()
            line.kode_hasil, line.keterangan = alasan.value, f"Kepesertaan diakhiri: {alasan.label}."


def open_nik(pekerja: Pekerja, alasan: AlasanBuka, *, by: Pelaku) -> str:
    """The whole NIK for a stated reason; the look is recorded (MSK-1, AUD-3)."""
    record(Peristiwa.NIK_DIBUKA, by=by, objek=pekerja, alasan=alasan.value)
    return reveal(pekerja, "nik") or ""
