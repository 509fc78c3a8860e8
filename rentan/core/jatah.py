"""How much one person may take out as files (EXP-2)."""

from __future__ import annotations

from sqlalchemy import func, select

from rentan.core.actor import Pelaku
from rentan.core.audit import Jejak, Peristiwa
from rentan.core.clock import start_of_day, today
from rentan.core.errors import RuleError
from rentan.ext import db, runtime


def check_jatah_ekspor(by: Pelaku, banyak: int) -> None:
    """At most so many rows, and so many exports of one person a day (EXP-2); ``RuleError`` says what to
    do.
    """
    batas = runtime().profil.batas
    if banyak > batas.baris_ekspor:
        raise RuleError(
            f"Daftar ini berisi {banyak} baris, lebih dari {batas.baris_ekspor} baris yang dapat diunduh "
            "sekaligus. Persempit dengan saringan, lalu unduh per bagian.",
            kode="ekspor_terlalu_besar",
        )
    sudah = db.session.scalar(
        select(func.count()).where(
            Jejak.pelaku_id == by.akun_id,
            Jejak.peristiwa == Peristiwa.EKSPOR.value,
            Jejak.waktu >= start_of_day(today()),
        )
    )
    if (sudah or 0) >= batas.ekspor_per_hari:
        raise RuleError(
            f"Anda sudah mengunduh {batas.ekspor_per_hari} daftar hari ini, batas untuk satu hari. "
            "Lanjutkan besok, atau pakai berkas yang sudah Anda unduh.",
            kode="ekspor_habis",
        )
