"""What verification, BPJS and the bank make of a sponsorship (states.md §2: A5-A7, A10, A14, A15)."""

from __future__ import annotations

from rentan.asn.hitungan import tambah_pekerja
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import DIUSULKAN_KE_ATAS, MACHINE
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.workflow import advance, check_version
from rentan.ext import db


def terima(asuhan: Asuhan, *, by: Pelaku) -> None:
    """A5: the worker is accepted; the sponsorship waits for the mandate."""
    advance(MACHINE, asuhan, "layak", by=by)


def tolak(asuhan: Asuhan, *, alasan: str, by: Pelaku) -> None:
    """A6: this worker cannot be sponsored; ``alasan`` is a reason code. The donor is offered the board."""
    _akhiri(asuhan, "tidak_layak", alasan, by)


def siap(asuhan: Asuhan) -> None:
    """A7: mandate in force and worker registered; the caller has seen to both."""
    advance(MACHINE, asuhan, "siap", by=SISTEM, mandat_berlaku=True, terdaftar=True)


def henti(asuhan: Asuhan, *, alasan: str, by: Pelaku, versi: int | None = None) -> None:
    """A10: the donor stops; a successor is looked for."""
    check_version(asuhan, versi)
    _akhiri(asuhan, "henti", alasan, by)


def keluar(asuhan: Asuhan, *, alasan: str, by: Pelaku, catatan: str | None = None) -> None:
    """A14: the worker left (``meninggal``, ``jadi_pu``, ``menolak``, ``data_palsu``, ``pindah``, a final
    refusal of BPJS); the donor is asked for the next worker, the mandate stays."""
    _akhiri(asuhan, "pekerja_keluar", alasan, by, catatan)


def batalkan_oleh_sistem(asuhan: Asuhan, *, alasan: str) -> None:
    """A15 as a consequence: the mandate was withdrawn before this worker was ever debited."""
    _akhiri(asuhan, "batal", alasan, SISTEM)


def _akhiri(asuhan: Asuhan, peristiwa: str, alasan: str, by: Pelaku, catatan: str | None = None) -> None:
    dihitung = asuhan.status in DIUSULKAN_KE_ATAS
    advance(MACHINE, asuhan, peristiwa, by=by, alasan=alasan, catatan=catatan)
    asuhan.alasan_akhir = alasan
    db.session.flush()
    if dihitung:
        tambah_pekerja(asuhan.asn, -1, pekerja_id=asuhan.pekerja_id)
