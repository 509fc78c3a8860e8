"""B1 of debit batches: asked for by a treasurer, filled at once or, when it is long, in the background."""

from __future__ import annotations

from datetime import date

from rentan.autodebet.debet import PENANGAN
from rentan.autodebet.debet_isi import list_calon
from rentan.autodebet.debet_tanggal import hari_debet_paket, penghalang_susun
from rentan.core.actor import Pelaku
from rentan.core.errors import RuleError
from rentan.paket.actions import susun_paket
from rentan.paket.models import Paket
from rentan.paket.status import JenisPaket
from rentan.paket.tugas import susun_latar
from rentan.util.tanggal import awal_bulan


def susun_debet(jenis: JenisPaket, bulan: date, *, by: Pelaku, latar: bool = False) -> Paket:
    """The DEBET or ULANG batch of this month; with ``latar`` a long one is filled after the caller's commit.

    Raises ``RuleError``: ``belum_waktunya``, ``paket_terbuka``, ``paket_kosong``; ``LookupError`` for
    another kind.
    """
    if jenis not in PENANGAN:
        raise LookupError(jenis)
    bulan = awal_bulan(bulan)
    if sentence := penghalang_susun(jenis, bulan):
        raise RuleError(sentence, kode="belum_waktunya")
    if not latar:
        return susun_paket(jenis, bulan, by=by)
    return susun_latar(jenis, bulan, banyak=count_siap(jenis, bulan), by=by)


def count_siap(jenis: JenisPaket, bulan: date) -> int:
    """How many contributions a batch of this kind and month would take now."""
    calon = list_calon(jenis, bulan, hari_debet_paket(jenis, bulan))
    return sum(one.alasan is None for one in calon)
