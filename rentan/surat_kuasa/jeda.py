"""Pausing the debit (states.md M16, M17 with A9): one or two months, by the donor or by the bendahara.

A pause postpones: the months left out are debited together with the first one after it (C1 reaches back two
months), because a month that nobody pays ends the worker's cover.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Date, String, Uuid, column, select, table

from rentan.asuhan import putusan
from rentan.asuhan.garis import bulan_kosong, bulan_lanjut
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import SUDAH_SIAP, StatusAsuhan
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.clock import today
from rentan.core.errors import RuleError
from rentan.core.massal import set_many
from rentan.core.workflow import advance, advance_many, check_version
from rentan.ext import db
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.penjaga import JEDA_BLOKIR, JEDA_GAJI, JEDA_SENDIRI
from rentan.surat_kuasa.status import HIDUP, MACHINE, StatusSurat
from rentan.tarif.queries import bulan_pertama, jadwal_bulan
from rentan.util.tanggal import tambah_bulan

# Contributions belong to a room to the right; their table is read by name, for one question only.
_IURAN = table("iuran", column("asn_id", Uuid), column("periode", Date), column("status", String))
#: The bank has not been asked for such a month: it waits, was paid in another way, or is nobody's any more.
BELUM_DIMINTA = (
    "terjadwal", "ditahan", "dalam_batch", "dibayar_lain", "dari_kredit", "dihapuskan", "dikembalikan",
)  # fmt: skip

#: Why a bendahara pauses, in words.
ALASAN_BENDAHARA = {JEDA_BLOKIR: "Rekening diblokir bank", JEDA_GAJI: "Gaji tidak dibayarkan"}


def bulan_jeda(bulan: int, hari: date | None = None, *, asn_id: uuid.UUID | None = None) -> tuple[date, date]:
    """First and last month of a pause of so many months.

    It begins with the next list that is still open, for the donor ``asn_id`` a month later when the bank has
    been asked for that one already. What is paid in advance for one worker does not put off the pause of all.
    """
    sejak = bulan_pertama(hari or today())
    if asn_id is not None:
        query = select(_IURAN.c.periode).where(
            _IURAN.c.asn_id == asn_id, _IURAN.c.periode == sejak, _IURAN.c.status.not_in(BELUM_DIMINTA)
        )
        if db.session.scalar(query.limit(1)) is not None:
            sejak = tambah_bulan(sejak, 1)
    return sejak, tambah_bulan(sejak, bulan - 1)


def pause_surat(
    surat: SuratKuasa, bulan: int, *, by: Pelaku, alasan: str = JEDA_SENDIRI, versi: int | None = None
) -> None:
    """M16 for ``bulan`` (1 or 2) months; each sponsorship that is paid for pauses with it (A9).

    Raises ``RuleError``: ``penjaga_m16`` when three months in a row would have no payer, ``bulan``,
    ``alasan``; ``Stale``, ``Forbidden``.
    """
    check_version(surat, versi)
    if bulan < 1:
        raise RuleError("Pilih jeda satu atau dua bulan.", "bulan", kode="bulan")
    own = by.asn_id is not None and by.asn_id == surat.asn_id
    if not own and alasan not in ALASAN_BENDAHARA:
        raise RuleError("Pilih alasannya.", "alasan", kode="alasan")
    sejak, sampai = bulan_jeda(bulan, asn_id=surat.asn_id)
    rows = list_dibayar(surat)
    lanjut = bulan_lanjut([one.pekerja_id for one in rows])
    kosong = [bulan_kosong(min(one, sejak), sampai) + 1 for one in lanjut.values()]
    sebab = JEDA_SENDIRI if own else alasan
    advance(MACHINE, surat, "jeda", by=by, alasan=sebab, bulan_jeda=max(kosong, default=bulan))
    surat.jeda_sejak, surat.jeda_sampai, surat.alasan_jeda = sejak, sampai, sebab
    for asuhan in rows:
        if asuhan.status is StatusAsuhan.AKTIF:
            putusan.jeda(asuhan, sejak=sejak, sampai=sampai, by=SISTEM)
    db.session.flush()


def resume_surat(surat: SuratKuasa, *, by: Pelaku, versi: int | None = None) -> None:
    """M17: the donor ends the own pause, the bendahara what was blocked. Raises ``RuleError``, ``Stale``."""
    check_version(surat, versi)
    advance(MACHINE, surat, "lanjut", by=by)
    for asuhan in list_dibayar(surat):
        together = (asuhan.jeda_sejak, asuhan.jeda_sampai) == (surat.jeda_sejak, surat.jeda_sampai)
        if asuhan.status is StatusAsuhan.DIJEDA and together:
            putusan.lanjutkan(asuhan, by=SISTEM)
    surat.jeda_sejak = surat.jeda_sampai = surat.alasan_jeda = None
    db.session.flush()


def resume_pekerja(asuhan: Asuhan, *, by: Pelaku, versi: int | None = None) -> None:
    """A9 by the donor: the pause of one worker is over.

    Raises ``RuleError`` (``surat_dijeda``) while the letter itself is paused: it goes on as a whole (M17);
    ``Stale``, ``Forbidden``.
    """
    query = select(SuratKuasa).where(SuratKuasa.asn_id == asuhan.asn_id, SuratKuasa.status.in_(HIDUP))
    held = query.with_for_update(of=SuratKuasa, key_share=True).execution_options(populate_existing=True)
    surat = db.session.scalar(held)
    if surat is None or surat.status is not StatusSurat.AKTIF:
        raise RuleError(
            "Potongan untuk pekerja ini dilanjutkan bersama surat kuasanya, sesudah jeda surat itu selesai.",
            kode="surat_dijeda",
        )
    putusan.lanjutkan(asuhan, by=by, versi=versi)


def list_dibayar(surat: SuratKuasa, *, untuk_diubah: bool = True) -> list[Asuhan]:
    """The sponsorships that are debited under the donor's letter in force, a stand-in's included; held."""
    query = select(Asuhan).where(Asuhan.asn_id == surat.asn_id, Asuhan.status.in_(SUDAH_SIAP))
    query = query.order_by(Asuhan.id)
    if untuk_diubah:
        query = query.with_for_update(of=Asuhan, key_share=True)
    return list(db.session.scalars(query))


def selesai(sampai: date, hari: date) -> bool:
    """Is a pause through the month ``sampai`` over? With the candidate list of the month after it."""
    return hari >= jadwal_bulan(tambah_bulan(sampai, 1)).kandidat


def akhiri_jeda() -> int:
    """Job (M17, A9): pauses whose last month was agreed end by themselves; answers how many.

    A pause of the bendahara waits until the account or the pay is free again. Safe to run twice.
    """
    hari = today()
    query = select(SuratKuasa).where(
        SuratKuasa.status == StatusSurat.DITANGGUHKAN,
        SuratKuasa.alasan_jeda == JEDA_SENDIRI,
        SuratKuasa.jeda_sampai.is_not(None),
    )
    held = query.order_by(SuratKuasa.id).with_for_update(of=SuratKuasa, key_share=True)
    due = [one for one in db.session.scalars(held) if one.jeda_sampai and selesai(one.jeda_sampai, hari)]
    for surat in due:
        resume_surat(surat, by=SISTEM)
    alone = (
        select(Asuhan)
        .join(SuratKuasa, SuratKuasa.asn_id == Asuhan.asn_id)
        .where(
            Asuhan.status == StatusAsuhan.DIJEDA,
            Asuhan.jeda_sampai.is_not(None),
            SuratKuasa.status == StatusSurat.AKTIF,
        )
        .order_by(Asuhan.id)
        .with_for_update(of=Asuhan, key_share=True)
    )
    rows = [one for one in db.session.scalars(alone) if one.jeda_sampai and selesai(one.jeda_sampai, hari)]
    for asuhan in rows:
        putusan.lanjutkan(asuhan, by=SISTEM)
    return len(due) + len(rows)


def end_masa(
    letters: Sequence[SuratKuasa],
    *,
    alasan: Mapping[uuid.UUID, str | None],
    sampai: Mapping[uuid.UUID, date],
) -> None:
    """M21 for these held letters: out of service, or so many months without a debit; ``alasan`` are codes and
    ``sampai`` the last days in force, by letter. The workers are the caller's (A10)."""
    advance_many(MACHINE, letters, "habis_masa", by=SISTEM, alasan=alasan, habis=True)
    set_many(letters, {one.id: {"berlaku_sampai": sampai[one.id]} for one in letters})
