"""What batches of money have beyond the others: control totals, two approvers, the bank's refusal,
reconciliation, closing (states.md §6 B5a, B6, B7, B9-B11).

Amounts are whole rupiah. Every action works inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from rentan.core.actor import Pelaku
from rentan.core.clock import now
from rentan.core.errors import RuleError
from rentan.core.settings import get_setting
from rentan.core.workflow import advance, check_move
from rentan.ext import db
from rentan.paket.models import Paket, PaketUang
from rentan.paket.penangan import uang_of
from rentan.paket.status import MACHINE, JenisPaket, StatusPaket


@dataclass(frozen=True)
class Selisih:
    """A difference between what succeeded and what the bank credited: signed rupiah, and its reason."""

    jumlah: int
    sebab: str


def uang_dari(paket: Paket) -> PaketUang:
    """The money part of a batch. Raises ``RuleError`` for a kind that carries none."""
    if paket.uang is None:
        raise RuleError("Langkah ini hanya untuk paket debet dan setoran.", kode="bukan_uang")
    return paket.uang


def hitung(paket: Paket) -> None:
    """B3: the control total, and of a debit how far it is from the month before (B5a).

    A first month has nothing to be compared with, and a retry is part of a debit that was approved: both are
    approved by one person.
    """
    uang = uang_dari(paket)
    uang.jumlah_rupiah = uang_of(paket.jenis).jumlah_rupiah(paket)
    if paket.jenis is not JenisPaket.DEBET:
        return
    lalu = _bulan_lalu(paket)
    uang.banding_baris = lalu.jumlah if lalu else None
    uang.banding_rupiah = lalu.uang.jumlah_rupiah if lalu and lalu.uang else None
    uang.perlu_kedua = any(
        berbeda(kini, dulu)
        for kini, dulu in ((paket.jumlah, uang.banding_baris), (uang.jumlah_rupiah, uang.banding_rupiah))
    )


def berbeda(kini: int, dulu: int | None) -> bool:
    """More than ``persen_beda`` per cent away from what it was."""
    return dulu is not None and abs(kini - dulu) * 100 > int(get_setting("persen_beda")) * dulu


def _bulan_lalu(paket: Paket) -> Paket | None:
    """The last debit that was locked for an earlier month."""
    query = select(Paket).where(
        Paket.jenis == paket.jenis,
        Paket.lingkup == paket.lingkup,
        Paket.periode < paket.periode,
        Paket.status.not_in((StatusPaket.DISUSUN, StatusPaket.DIBATALKAN)),
    )
    return db.session.scalar(query.order_by(Paket.periode.desc()).limit(1))


def setujui_pertama(paket: Paket, *, by: Pelaku, versi: int | None = None) -> None:
    """B5a: the first of two approvals; the batch stays locked until another approver gives the second."""
    check_move(MACHINE, paket, "setujui_pertama", by=by, versi=versi)
    uang = uang_dari(paket)
    advance(MACHINE, paket, "setujui_pertama", by=by)
    uang.setuju_pertama_oleh, uang.setuju_pertama_pada = by.akun_id, now()


def lupakan_persetujuan(paket: Paket) -> None:
    """B4, B7: another file needs approvals of its own."""
    paket.disetujui_oleh = paket.disetujui_pada = None
    if paket.uang is not None:
        paket.uang.setuju_pertama_oleh = paket.uang.setuju_pertama_pada = None


def tolak_berkas(
    paket: Paket, *, pesan_bank: str, tidak_dijalankan: bool, by: Pelaku, versi: int | None = None
) -> None:
    """B6: the bank refused the whole file; somebody made sure that it executed no line of it."""
    uang = uang_dari(paket)
    advance(
        MACHINE,
        paket,
        "tolak_berkas",
        by=by,
        versi=versi,
        catatan=pesan_bank,
        pesan_bank=pesan_bank,
        tidak_dijalankan=tidak_dijalankan,
    )
    uang.ditolak_bank = pesan_bank
    uang_of(paket.jenis).setelah_tolak_berkas(paket, by=by)


def perbaiki(paket: Paket, *, by: Pelaku, versi: int | None = None) -> None:
    """B7: the same lines wait in the reopened batch; the next lock makes a new file with a new number."""
    advance(MACHINE, paket, "perbaiki", by=by, versi=versi)
    lupakan_persetujuan(paket)
    paket.dikunci_oleh = paket.dikunci_pada = paket.dikirim_pada = paket.tanda_terima = None
    uang_of(paket.jenis).setelah_perbaiki(paket, by=by)


def nyatakan_lengkap(paket: Paket, *, by: Pelaku, versi: int | None = None) -> None:
    """B9: the bank says that nothing more will come; lines without an answer are unknown (C9)."""
    advance(MACHINE, paket, "nyatakan_lengkap", by=by, versi=versi)
    uang_of(paket.jenis).setelah_lengkap(paket, by=by)


def rekonsiliasi(
    paket: Paket, *, kredit_bank: int, selisih: Sequence[Selisih], by: Pelaku, versi: int | None = None
) -> None:
    """B10: what succeeded plus the listed differences is what the bank credited. Raises ``RuleError``."""
    uang = uang_dari(paket)
    if any(not one.jumlah or not one.sebab.strip() for one in selisih):
        raise RuleError(
            "Setiap selisih memerlukan jumlah dan sebabnya.", "selisih", kode="selisih_tanpa_sebab"
        )
    sisa = kredit_bank - uang_of(paket.jenis).berhasil_rupiah(paket) - sum(one.jumlah for one in selisih)
    advance(MACHINE, paket, "rekonsiliasi", by=by, versi=versi, selisih=sisa)
    uang.kredit_bank = kredit_bank
    uang.selisih = [{"jumlah": one.jumlah, "sebab": one.sebab.strip()} for one in selisih]
    uang.rekonsiliasi_oleh, uang.rekonsiliasi_pada = by.akun_id, now()


def tutup(paket: Paket, *, by: Pelaku, versi: int | None = None) -> None:
    """B11: for good, by an approver who did not read the bank's answer; corrections are reversals (B13)."""
    uang = uang_dari(paket)
    advance(
        MACHINE,
        paket,
        "tutup",
        by=by,
        versi=versi,
        tanpa_pemilik=uang_of(paket.jenis).count_tanpa_pemilik(paket),
        pembaca=uang_of(paket.jenis).list_pembaca(paket),
    )
    uang.ditutup_oleh, uang.ditutup_pada = by.akun_id, now()
