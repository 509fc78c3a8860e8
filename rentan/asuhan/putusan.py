"""What becomes of a sponsorship after it was proposed (states.md §2: A5-A16)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from rentan.asn.hitungan import tambah_pekerja, tambah_pekerja_banyak
from rentan.asuhan.garis import bulan_kosong, bulan_lanjut, bulan_terakhir, diasuh_lain
from rentan.asuhan.garis import tanpa_sela as is_seamless
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import DIUSULKAN_KE_ATAS, MACHINE, StatusAsuhan
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.clock import today
from rentan.core.errors import RuleError
from rentan.core.massal import chunks, set_many
from rentan.core.workflow import advance, advance_many, check_version
from rentan.ext import db

#: Rooms to the right follow in the same transaction. After a sponsorship ceased to be paid for (A10, A14,
#: A15): contributions that have not left are taken back. After A10 or A16 with a successor wanted: the pool.
SETELAH_BERHENTI: list[Callable[[Sequence[Asuhan], Pelaku], None]] = []
SETELAH_DICARIKAN: list[Callable[[Sequence[Asuhan], Pelaku], None]] = []


def terima(asuhan: Asuhan, *, by: Pelaku) -> None:
    """A5: the worker is accepted; the sponsorship waits for the mandate."""
    advance(MACHINE, asuhan, "layak", by=by)


def tolak(asuhan: Asuhan, *, alasan: str, by: Pelaku) -> None:
    """A6: this worker cannot be sponsored; ``alasan`` is a reason code. The donor is offered the board."""
    _akhiri(asuhan, "tidak_layak", alasan, by)


def siap(asuhan: Asuhan) -> None:
    """A7: mandate in force and worker registered; the caller has seen to both."""
    advance(MACHINE, asuhan, "siap", by=SISTEM, mandat_berlaku=True, terdaftar=True)


def catat_iuran_pertama(asuhan_ids: Collection[uuid.UUID]) -> int:
    """A8: BPJS has recorded a month of these; answers how many were still waiting for their first one."""
    rows: list[Asuhan] = []
    for some in chunks(sorted(asuhan_ids)):
        query = select(Asuhan).where(Asuhan.id.in_(some), Asuhan.status == StatusAsuhan.SIAP)
        query = query.order_by(Asuhan.id).with_for_update(key_share=True)
        rows += db.session.scalars(query.execution_options(populate_existing=True))
    advance_many(MACHINE, rows, "iuran_tercatat", by=SISTEM)
    return len(rows)


def henti(
    asuhan: Asuhan, *, alasan: str, by: Pelaku, versi: int | None = None, cari_pengganti: bool = True
) -> None:
    """A10: the donor stops, today; a successor is looked for, on the board as well if the donor agrees."""
    check_version(asuhan, versi)
    asuhan.berhenti_pada = today()
    asuhan.jeda_sejak = asuhan.jeda_sampai = None
    _akhiri(asuhan, "henti", alasan, by)
    if cari_pengganti:
        for ikut in SETELAH_DICARIKAN:
            ikut([asuhan], by)


def henti_banyak(rows: Sequence[Asuhan], *, alasan: str, by: Pelaku, cari_pengganti: bool = True) -> None:
    """``henti`` for many at once (M18, M21): held by the caller, in the order of their ids, set-based."""
    _akhiri_banyak(rows, "henti", alasan, by, berhenti_pada=today(), jeda_sejak=None, jeda_sampai=None)
    if cari_pengganti:
        for ikut in SETELAH_DICARIKAN:
            ikut(rows, by)


def keluar(asuhan: Asuhan, *, alasan: str, by: Pelaku, catatan: str | None = None) -> None:
    """A14: the worker left (``meninggal``, ``jadi_pu``, ``menolak``, ``data_palsu``, ``pindah``, a final
    refusal of BPJS); the donor is asked for the next worker, the mandate stays."""
    _akhiri(asuhan, "pekerja_keluar", alasan, by, catatan)


def batalkan_oleh_sistem(asuhan: Asuhan, *, alasan: str) -> None:
    """A15 as a consequence: the mandate was withdrawn before this worker was ever debited."""
    _akhiri(asuhan, "batal", alasan, SISTEM)


def batalkan_banyak(rows: Sequence[Asuhan], *, alasan: str) -> None:
    """``batalkan_oleh_sistem`` for many at once, held by the caller as for ``henti_banyak``."""
    _akhiri_banyak(rows, "batal", alasan, SISTEM)


# -- pause (A9) ---------------------------------------------------------------------------------------------


def jeda(asuhan: Asuhan, *, sejak: date, sampai: date, by: Pelaku, versi: int | None = None) -> None:
    """A9: no debit for the months ``sejak`` through ``sampai``, by the donor or with the whole letter.

    What is missing before the pause counts as well: three months in a row without a payer end the cover.
    """
    check_version(asuhan, versi)
    lanjut = bulan_lanjut([asuhan.pekerja_id])[asuhan.pekerja_id]
    advance(MACHINE, asuhan, "jeda", by=by, bulan_jeda=bulan_kosong(min(lanjut, sejak), sampai) + 1)
    asuhan.jeda_sejak, asuhan.jeda_sampai = sejak, sampai
    db.session.flush()


def lanjutkan(asuhan: Asuhan, *, by: Pelaku, versi: int | None = None) -> None:
    """A9: the pause is over."""
    check_version(asuhan, versi)
    advance(MACHINE, asuhan, "lanjut", by=by)
    asuhan.jeda_sejak = asuhan.jeda_sampai = None
    db.session.flush()


# -- the next one in the line (A11-A13, A16) ----------------------------------------------------------------


def alihkan(lama: Asuhan, pengganti: Asuhan) -> None:
    """A11: ``pengganti`` goes on where ``lama`` ended; raises ``RuleError`` for a gap or an overlap."""
    mulai = pengganti.bulan_pertama
    terakhir = bulan_terakhir([lama.pekerja_id], kecuali=pengganti.id).get(lama.pekerja_id)
    if pengganti.garis_asuh_id != lama.garis_asuh_id or pengganti.pekerja_id != lama.pekerja_id:
        raise ValueError("a successor stands in the same line, for the same worker")
    seamless = mulai is not None and is_seamless(terakhir, mulai)
    advance(MACHINE, lama, "pengganti_siap", by=SISTEM, tanpa_sela=seamless)


def kembali(asuhan: Asuhan, *, mandat_berlaku: bool, by: Pelaku, versi: int | None = None) -> None:
    """A12: the donor takes the worker back before the third month without a payer."""
    check_version(asuhan, versi)
    lanjut = bulan_lanjut([asuhan.pekerja_id])[asuhan.pekerja_id]
    facts: dict[str, Any] = {
        "mandat_berlaku": mandat_berlaku,
        "bulan_kosong": bulan_kosong(lanjut),
        "diasuh_lain": diasuh_lain(asuhan),
    }
    try:
        with db.session.begin_nested():
            advance(MACHINE, asuhan, "kembali", by=by, **facts)
            asuhan.alasan_akhir = asuhan.berhenti_pada = None
    except IntegrityError:
        raise RuleError("Pekerja ini baru saja dilanjutkan donatur lain.", kode="sudah_diasuh") from None
    tambah_pekerja(asuhan.asn, 1, pekerja_id=asuhan.pekerja_id)


def akhiri_tanpa_pengganti(asuhan: Asuhan, *, catatan: str, by: Pelaku, versi: int | None = None) -> None:
    """A13: two months have passed without a payer; ``catatan`` says how the worker was told."""
    check_version(asuhan, versi)
    if not catatan.strip():
        raise RuleError("Tuliskan kapan dan bagaimana pekerja diberi tahu.", "catatan", kode="tanpa_catatan")
    kosong = bulan_kosong(bulan_lanjut([asuhan.pekerja_id])[asuhan.pekerja_id])
    advance(
        MACHINE, asuhan, "tanpa_pengganti", by=by, alasan="tanpa_pengganti", catatan=catatan.strip(),
        bulan_kosong=kosong,
    )  # fmt: skip
    asuhan.alasan_akhir = "tanpa_pengganti"
    db.session.flush()


def buka_kembali(asuhan: Asuhan, *, diusulkan_oleh: uuid.UUID, hari_berakhir: int, by: Pelaku) -> None:
    """A16: ended by mistake; ``by`` is the second verifikator. A successor is looked for."""
    advance(
        MACHINE, asuhan, "buka_kembali", by=by, alasan="salah_petugas", diusulkan_oleh=diusulkan_oleh,
        hari_berakhir=hari_berakhir, diasuh_lain=diasuh_lain(asuhan),
    )  # fmt: skip
    asuhan.alasan_akhir, asuhan.berhenti_pada = None, today()
    db.session.flush()
    for ikut in SETELAH_DICARIKAN:
        ikut([asuhan], by)


def _akhiri(asuhan: Asuhan, peristiwa: str, alasan: str, by: Pelaku, catatan: str | None = None) -> None:
    dihitung = asuhan.status in DIUSULKAN_KE_ATAS
    advance(MACHINE, asuhan, peristiwa, by=by, alasan=alasan, catatan=catatan)
    asuhan.alasan_akhir = alasan
    db.session.flush()
    if dihitung:
        tambah_pekerja(asuhan.asn, -1, pekerja_id=asuhan.pekerja_id)
        for ikut in SETELAH_BERHENTI:
            ikut([asuhan], by)


def _akhiri_banyak(rows: Sequence[Asuhan], peristiwa: str, alasan: str, by: Pelaku, **kolom: Any) -> None:
    dihitung = [one for one in rows if one.status in DIUSULKAN_KE_ATAS]
    advance_many(MACHINE, rows, peristiwa, by=by, alasan=dict.fromkeys((one.id for one in rows), alasan))
    set_many(rows, {one.id: {"alasan_akhir": alasan} | kolom for one in rows})
    if dihitung:
        for ikut in SETELAH_BERHENTI:
            ikut(dihitung, by)
        tambah_pekerja_banyak([(one.asn_id, one.pekerja_id) for one in dihitung], -1)
