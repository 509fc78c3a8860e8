"""The days of debit batches: what may be built, locked and sent when (states.md §6, product.md §3).

The bank debits on the first working day of the month; a retry follows on its own day, or on the next working
day once that has passed. The cut-off freezes who is in (nobody's first month begins after it); the lock is
allowed until the day on which the file must leave.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from rentan.core.clock import today
from rentan.ext import db
from rentan.paket.models import Paket
from rentan.paket.status import DI_LUAR, JenisPaket, StatusPaket
from rentan.tarif.queries import hari_khusus, jadwal_bulan
from rentan.util.kalender import geser_hari_kerja
from rentan.util.tanggal import awal_bulan, format_bulan, format_tanggal, tambah_bulan

S = StatusPaket
TERJAWAB = (S.HASIL_SEBAGIAN, S.HASIL_LENGKAP, S.DIREKONSILIASI, S.DITUTUP)


def bulan_kerja(hari: date | None = None) -> date:
    """The month whose debit is being worked on: the latest one whose candidate day has come."""
    hari = hari or today()
    berikut = tambah_bulan(awal_bulan(hari), 1)
    return berikut if jadwal_bulan(berikut).kandidat <= hari else awal_bulan(hari)


def tanggal_debet(paket: Paket) -> date:
    """The day on which the bank debits this batch when it is locked now."""
    ditolak = paket.uang is not None and paket.uang.ditolak_bank is not None
    return hari_debet_paket(paket.jenis, paket.periode, ditolak=ditolak)


def hari_debet_paket(jenis: JenisPaket, bulan: date, *, ditolak: bool = False) -> date:
    """The day of a batch of this kind. ``ditolak``: the bank refused its file once, so it may go later."""
    jadwal, hari = jadwal_bulan(bulan), today()
    tetap = jadwal.ulang if jenis is JenisPaket.ULANG else jadwal.debet
    boleh_nanti = jenis is JenisPaket.ULANG or ditolak
    return geser_hari_kerja(hari, 1, **hari_khusus()) if boleh_nanti and hari >= tetap else tetap


def penghalang_susun(jenis: JenisPaket, bulan: date) -> str | None:
    """B1: why no batch of this kind and month can be built now, in a sentence."""
    return _susun_ulang(bulan) if jenis is JenisPaket.ULANG else _susun_debet(bulan)


def _susun_debet(bulan: date) -> str | None:
    jadwal, hari = jadwal_bulan(bulan), today()
    if hari < jadwal.kandidat:
        return f"Daftar debet {format_bulan(bulan)} disusun mulai {format_tanggal(jadwal.kandidat)}."
    lain = select(Paket).where(Paket.jenis == JenisPaket.DEBET, Paket.status != S.DIBATALKAN)
    if db.session.scalar(lain.where(Paket.periode == bulan).limit(1)):
        return f"Debet {format_bulan(bulan)} sudah disusun. Sebulan hanya ada satu paket debet."
    if hari > jadwal.kirim:
        return (
            f"Hari kirim untuk debet {format_bulan(bulan)} ({format_tanggal(jadwal.kirim)}) sudah lewat; "
            "iurannya ikut debet bulan berikutnya."
        )
    dulu = lain.where(Paket.periode < bulan, Paket.status.not_in(DI_LUAR)).order_by(Paket.periode).limit(1)
    if belum := db.session.scalar(dulu):
        bulan_itu = format_bulan(belum.periode)
        return f"Paket debet {bulan_itu} belum dikirim. Kirim atau batalkan paket itu lebih dahulu."
    return None


def _susun_ulang(bulan: date) -> str | None:
    debet = select(Paket.id).where(
        Paket.jenis == JenisPaket.DEBET, Paket.periode == bulan, Paket.status.in_(TERJAWAB)
    )
    if db.session.scalar(debet.limit(1)) is None:
        return f"Hasil debet {format_bulan(bulan)} belum dibaca, sehingga belum diketahui mana yang diulang."
    if awal_bulan(hari_debet_paket(JenisPaket.ULANG, bulan)) != bulan:
        return (
            f"Tidak ada hari kerja tersisa untuk debet ulang {format_bulan(bulan)}; yang gagal ikut debet "
            "ulang bulan berikutnya."
        )
    return None


def penghalang_tanggal(paket: Paket, *, kirim: bool = False) -> str | None:
    """B3, B5: the bank could no longer debit this batch on its day, in a sentence."""
    hari = today()
    if kirim:
        tanggal = paket.uang.tanggal if paket.uang else tanggal_debet(paket)
        if hari <= tanggal:
            return None
        return (
            f"Tanggal debet dalam berkas ini ({format_tanggal(tanggal)}) sudah lewat. Batalkan paket ini; "
            "iurannya ikut paket berikutnya."
        )
    ditolak = paket.uang is not None and paket.uang.ditolak_bank is not None
    batas = jadwal_bulan(paket.periode).kirim
    if paket.jenis is JenisPaket.ULANG or ditolak or hari <= batas:
        return None
    return (
        f"Hari kirim ({format_tanggal(batas)}) sudah lewat, sehingga bank tidak dapat lagi mendebet pada "
        "tanggalnya. Batalkan paket ini; iurannya ikut debet bulan berikutnya."
    )
