"""Paying a remittance (B5) and sending a refused month once more (P6)."""

from __future__ import annotations

from datetime import date
from typing import Any

from rentan.berkas.sanitise import Bersih
from rentan.core import arsip
from rentan.core.actor import Pelaku
from rentan.core.clock import to_local, today
from rentan.core.errors import RuleError
from rentan.core.workflow import check_move, check_version
from rentan.ext import db
from rentan.iuran import gerak
from rentan.iuran.models import Iuran
from rentan.iuran.status import JenisUrusan
from rentan.iuran.urusan import tutup_untuk
from rentan.paket.actions import kirim_paket
from rentan.paket.models import Paket, PaketUang
from rentan.paket.status import MACHINE, JenisPaket
from rentan.paket.tugas import kerjakan, register_langkah, susun_latar
from rentan.paket.uang import uang_dari
from rentan.setoran.penangan import PENANGAN
from rentan.setoran.queries import list_calon
from rentan.util.rupiah import format_rupiah

PREFIX = "setoran"


def build_setoran(*, by: Pelaku) -> Paket:
    """B1: everything that may go to BPJS now; a long list is filled after the caller's commit.

    Raises ``RuleError``: ``paket_terbuka``, ``paket_kosong``.
    """
    banyak = sum(one.alasan is None for one in list_calon())
    return susun_latar(PENANGAN.jenis, today(), banyak=banyak, by=by)


def pay_setoran(
    paket: Paket,
    *,
    nomor: str,
    tanggal: date,
    jumlah: int,
    by: Pelaku,
    pindaian: Bersih | None = None,
    versi: int | None = None,
    latar: bool = False,
) -> str:
    """B5, P3: the treasurer has paid BPJS; answers what was done, or with ``latar`` for a long batch begun.

    ``jumlah`` in whole rupiah is exactly the batch's total, ``pindaian`` the cleaned scan of the proof. In
    the background, what was typed waits with the step and is written by it: when it fails, nothing says that
    the batch was paid. Only the scan is stored before; :func:`sapu_bukti_setoran` takes away one that no
    batch got. Raises ``RuleError`` (``jumlah_beda``, ``tanggal``, ``tanpa_bukti``) and those of
    ``kirim_paket``.
    """
    _check_bayar(paket, nomor, tanggal, jumlah, by=by, versi=versi)
    facts: dict[str, Any] = {"nomor": nomor.strip(), "tanggal": tanggal.isoformat(), "jumlah": jumlah}
    if pindaian is not None:
        facts["kunci_bukti"] = arsip.simpan(paket, "kunci_bukti", pindaian.data, prefix=PREFIX)
        facts["sha256_bukti"] = arsip.hash_of(pindaian.data)
    if latar:
        return kerjakan(paket, BAYAR, by=by, versi=versi, **facts)
    return _bayar(paket, by=by, versi=versi, **facts)


def _check_bayar(
    paket: Paket, nomor: str, tanggal: date, jumlah: int, *, by: Pelaku, versi: int | None
) -> None:
    check_version(paket, versi)
    if paket.jenis is not JenisPaket.SETOR or paket.uang is None:
        raise RuleError("Paket ini bukan setoran.", kode="bukan_setoran")
    check_move(MACHINE, paket, "kirim", by=by)
    if not nomor.strip():
        raise RuleError("Isi nomor bukti pembayarannya.", "nomor", kode="tanpa_bukti")
    if jumlah != paket.uang.jumlah_rupiah:
        raise RuleError(
            f"Jumlah yang dibayar harus sama dengan isi paket, {format_rupiah(paket.uang.jumlah_rupiah)}.",
            "jumlah",
            kode="jumlah_beda",
        )
    if tanggal > today() or (paket.dikunci_pada and tanggal < to_local(paket.dikunci_pada).date()):
        raise RuleError(
            "Tanggal bayar paling awal hari paket dikunci dan tidak sesudah hari ini.",
            "tanggal",
            kode="tanggal",
        )


def _bayar(
    paket: Paket,
    *,
    by: Pelaku,
    nomor: str,
    tanggal: str,
    jumlah: int,
    versi: int | None = None,
    kunci_bukti: str | None = None,
    sha256_bukti: str | None = None,
) -> str:
    """The step itself; asked once more, since a long batch was checked some time before."""
    hari = date.fromisoformat(tanggal)
    _check_bayar(paket, nomor, hari, jumlah, by=by, versi=versi)
    uang = uang_dari(paket)
    if kunci_bukti:
        uang.kunci_bukti, uang.sha256_bukti = kunci_bukti, sha256_bukti
    uang.nomor_bukti, uang.tanggal, uang.kredit_bank = nomor, hari, jumlah
    kirim_paket(paket, by=by, tanda_terima=nomor)
    return "Setoran dicatat sudah dibayar."


BAYAR = "bayar"
register_langkah(BAYAR, _bayar, peristiwa="kirim")


def resubmit(iuran: Iuran, *, tanggal: date, catatan: str, by: Pelaku, versi: int | None = None) -> None:
    """P6: what BPJS refused has been put right and its money came back on ``tanggal``.

    The month goes into the next remittance. Raises ``RuleError`` without a note, ``Stale``.
    """
    check_version(iuran, versi)
    if not catatan.strip():
        raise RuleError("Tuliskan apa yang diperbaiki.", "catatan", kode="tanpa_catatan")
    if tanggal > today():
        raise RuleError("Tanggalnya tidak boleh sesudah hari ini.", "tanggal", kode="tanggal")
    gerak.setor_ulang([iuran], tanggal=tanggal, catatan=catatan.strip(), by=by)
    kata = "BPJS mengembalikan uangnya; iuran ini tidak lagi ditalangi."
    tutup_untuk(JenisUrusan.TALANGAN, [iuran.id], catatan=kata, by=by)


def sapu_bukti_setoran() -> int:
    """Job: scans of proofs that no batch knows."""
    known = db.session.scalars(db.select(PaketUang.kunci_bukti).where(PaketUang.kunci_bukti.is_not(None)))
    return arsip.sapu(PREFIX, [one for one in known if one])
