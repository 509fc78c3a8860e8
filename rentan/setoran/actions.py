"""Paying a remittance (B5) and sending a refused month once more (P6)."""

from __future__ import annotations

from datetime import date

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
from rentan.util.rupiah import format_rupiah

PREFIX = "setoran"


def pay_setoran(
    paket: Paket,
    *,
    nomor: str,
    tanggal: date,
    jumlah: int,
    by: Pelaku,
    pindaian: Bersih | None = None,
    versi: int | None = None,
) -> None:
    """B5, P3: the treasurer has paid BPJS; ``jumlah`` in whole rupiah is exactly the batch's total.

    ``pindaian`` is the cleaned scan of the proof. Raises ``RuleError`` (``jumlah_beda``, ``tanggal``,
    ``tanpa_bukti``) and those of ``kirim_paket``.
    """
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
    uang = paket.uang
    if pindaian is not None:
        # Key and hash together: a flush in between would meet the table's own rule.
        key = arsip.simpan(paket, "kunci_bukti", pindaian.data, prefix=PREFIX)
        uang.kunci_bukti, uang.sha256_bukti = key, arsip.hash_of(pindaian.data)
    uang.nomor_bukti, uang.tanggal, uang.kredit_bank = nomor.strip(), tanggal, jumlah
    kirim_paket(paket, by=by, tanda_terima=nomor.strip())


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
