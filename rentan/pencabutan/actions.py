"""Stopping (states.md M18, M19, M22 with A10, A15): never refused, no reason asked, three dates kept.

A letter that a verifikator or the bank holds at the moment cannot move by itself. The withdrawal is then
written down at once and carried out as soon as the letter is free (decisions/2026-11-21-berhenti.md).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from rentan.akun.models import Akun
from rentan.akun.queries import pelaku_of
from rentan.asuhan.models import Asuhan
from rentan.asuhan.putusan import batalkan_banyak, henti_banyak
from rentan.asuhan.status import SUDAH_SIAP
from rentan.autodebet.berlaku import SETELAH_BERLAKU
from rentan.autodebet.kait import SETELAH_DEBET_BERHASIL, SETELAH_KIRIM_DEBET
from rentan.berkas.actions import simpan_cetakan, simpan_unggahan
from rentan.berkas.models import Berkas
from rentan.berkas.sanitise import Bersih
from rentan.berkas.status import JenisBerkas
from rentan.calon.actions import add_many_to_pool
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.cetak import render_dokumen
from rentan.core.clock import now, to_local, today
from rentan.core.errors import Forbidden, RuleError
from rentan.core.numbering import next_number
from rentan.core.permissions import Peran
from rentan.core.workflow import advance, check_version
from rentan.ext import db
from rentan.pekerja.status import StatusPekerja
from rentan.pencabutan.akibat import BELUM_KE_BANK, Cara, cara_berhenti, list_pekerja
from rentan.pencabutan.debet import akhiri_tercabut, minta_kembali
from rentan.pencabutan.dokumen import susun_pencabutan
from rentan.pencabutan.models import Pencabutan
from rentan.pencabutan.queries import find_pencabutan
from rentan.surat_kuasa import actions as surat_actions
from rentan.surat_kuasa.asli import check_reach
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.nomor import format_nomor
from rentan.surat_kuasa.queries import find_berjalan
from rentan.surat_kuasa.status import MACHINE
from rentan.surat_kuasa.tahap import turunkan_tahap
from rentan.tarif.queries import bulan_pertama

ALASAN_BERHENTI = "donatur_berhenti"
ALASAN_MENINGGAL = "meninggal"


def stop_surat(
    surat: SuratKuasa,
    *,
    by: Pelaku,
    cari_pengganti: bool = True,
    ditandatangani_pada: date | None = None,
    versi: int | None = None,
) -> Pencabutan | None:
    """Stop paying under this letter; the withdrawal, or ``None`` when the letter was simply cancelled (M22).

    By the donor: signed and received at once. By an operator: ``ditandatangani_pada`` is the date on the
    signed paper. By a bendahara: on a reported death. Raises ``RuleError`` when the letter has ended already
    or a withdrawal stands, ``Forbidden``, ``Stale``.
    """
    check_reach(surat, by, Peran.ASN, Peran.OPERATOR_OPD, Peran.BENDAHARA)
    check_version(surat, versi)
    cara = cara_berhenti(surat)
    if cara is None:
        raise RuleError(f"Surat kuasa ini sudah berstatus “{surat.status.label}”.", kode="sudah_berakhir")
    own = by.has(Peran.ASN) and surat.asn_id == by.asn_id
    if cara in (Cara.BATAL, Cara.TUNGGU_VERIFIKASI) and not own:
        raise Forbidden(
            "Surat ini belum sampai ke bank. Pemiliknya sendiri, atau verifikator, yang membatalkannya."
        )
    if cara is Cara.BATAL:
        cancel_surat(surat, by=by, cari_pengganti=cari_pengganti)
        return None
    row = _new_row(
        surat, own=own, cari_pengganti=cari_pengganti, ditandatangani_pada=ditandatangani_pada, by=by
    )
    if cara is Cara.CABUT:
        withdraw_surat(surat, row, by=by)
        _stop_successor(surat, row, by=by, own=own)
    elif cara is Cara.TUNGGU_BANK:
        _print(row, surat, by=by)
    return row


def cancel_surat(surat: SuratKuasa, *, by: Pelaku, cari_pengganti: bool) -> None:
    """M22 and A15: nothing was sent to the bank, nothing was debited, the workers are free."""
    pekerja = list_pekerja(surat)
    surat_actions.batal(surat, by=by, alasan=ALASAN_BERHENTI)
    release_pekerja(pekerja, by=by, cari_pengganti=cari_pengganti)


def withdraw_surat(surat: SuratKuasa, row: Pencabutan, *, by: Pelaku) -> None:
    """M18 with its consequences: last day, workers, rungs, the paper for the bank."""
    meninggal = _recorded_death(surat, row, by)
    pekerja = list_pekerja(surat)
    surat.berlaku_sampai = bulan_pertama(today()) - timedelta(days=1)
    advance(MACHINE, surat, "cabut", by=by, alasan=ALASAN_MENINGGAL if meninggal else ALASAN_BERHENTI)
    release_pekerja(pekerja, by=by, cari_pengganti=row.cari_pengganti)
    turunkan_tahap(surat.asn)
    if row.berkas_cetak_id is None:
        _print(row, surat, by=by)


def is_paper(surat: SuratKuasa, by: Pelaku) -> bool:
    """The donor's signed paper comes through an operator of the donor's own OPD, whoever else that person is;
    any other bendahara records a reported death (M18)."""
    return by.has(Peran.OPERATOR_OPD) and surat.asn.opd_id in by.opd_ids


def is_recorded_by_owner(row: Pencabutan) -> bool:
    """Did the donor stop in person? Only then may the system cancel in the donor's name (M22)."""
    akun = db.session.get(Akun, row.oleh) if row.oleh else None
    return akun is not None and akun.asn_id == row.surat.asn_id


def _recorded_death(surat: SuratKuasa, row: Pencabutan, by: Pelaku) -> bool:
    """Was this withdrawal recorded on a reported death? It may be carried out by somebody else."""
    if row.oleh != by.akun_id:
        akun = db.session.get(Akun, row.oleh) if row.oleh else None
        if akun is None:
            return False
        by = pelaku_of(akun)
    return by.asn_id != surat.asn_id and by.has(Peran.BENDAHARA) and not is_paper(surat, by)


def _stop_successor(surat: SuratKuasa, row: Pencabutan, *, by: Pelaku, own: bool) -> None:
    """The donor stops altogether: a newer version under way must not come into force later.

    Only the donor cancels it (M22). For others the withdrawal is written down and carried out when the bank
    accepts (M18 with M13); a paper reaches the versions that were signed by then, a death all.
    """
    lanjutan = find_berjalan(surat.asn_id)
    if lanjutan is None or find_pencabutan(lanjutan.id) is not None:
        return
    if own:
        stop_surat(lanjutan, by=by, cari_pengganti=row.cari_pengganti)
        return
    pada = lanjutan.ditandatangani_pada
    if _recorded_death(surat, row, by) or (pada is not None and pada <= row.ditandatangani_pada):
        baru = _new_row(
            lanjutan,
            own=False,
            cari_pengganti=row.cari_pengganti,
            ditandatangani_pada=row.ditandatangani_pada,
            by=by,
        )
        if cara_berhenti(lanjutan) is Cara.TUNGGU_BANK:
            _print(baru, lanjutan, by=by)


def _new_row(
    surat: SuratKuasa, *, own: bool, cari_pengganti: bool, ditandatangani_pada: date | None, by: Pelaku
) -> Pencabutan:
    if not own and is_paper(surat, by) and ditandatangani_pada is None:
        raise RuleError("Isi tanggal pada surat pencabutan.", "ditandatangani_pada", kode="tanpa_tanggal")
    signed = today() if own or ditandatangani_pada is None else ditandatangani_pada
    begins = surat.ditandatangani_pada or to_local(surat.dibuat_pada).date()
    if not begins <= signed <= today():
        raise RuleError(
            "Tanggal surat pencabutan harus sesudah surat kuasa ditandatangani dan paling lambat hari ini.",
            "ditandatangani_pada",
            kode="tanggal_tidak_mungkin",
        )
    hari = today()
    row = Pencabutan(
        id=uuid.uuid4(),
        surat_kuasa_id=surat.id,
        surat=surat,
        nomor=format_nomor(next_number("pencabutan", hari.year), hari, "CK"),
        ditandatangani_pada=signed,
        diterima_pada=now(),
        oleh=by.akun_id,
        cari_pengganti=cari_pengganti,
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        raise RuleError(
            "Pencabutan surat ini sudah tercatat. Muat ulang halaman untuk melihatnya.", kode="sudah_dicabut"
        ) from None
    record(Peristiwa.PENCABUTAN_DICATAT, by=by, objek=row, surat=surat.id)
    return row


def release_pekerja(
    pekerja: Sequence[Asuhan],
    *,
    by: Pelaku,
    cari_pengganti: bool,
    alasan: str = ALASAN_BERHENTI,
    batal: str = "mandat_dicabut",
) -> None:
    """A10 for who was ready or paid for, A15 for the others; in an order of their own (ids). ``alasan`` and
    ``batal`` are their reason codes."""
    urut = sorted(pekerja, key=lambda one: one.id)
    siap, belum = ([one for one in urut if (one.status in SUDAH_SIAP) is ya] for ya in (True, False))
    henti_banyak(siap, alasan=alasan, by=SISTEM, cari_pengganti=cari_pengganti)
    batalkan_banyak(belum, alasan=batal)
    if cari_pengganti:
        layak = [one.pekerja for one in urut if one.pekerja.status is StatusPekerja.LAYAK]
        add_many_to_pool(layak, by=by)


def _print(row: Pencabutan, surat: SuratKuasa, *, by: Pelaku) -> None:
    lewat_kertas = row.ditandatangani_pada != to_local(row.diterima_pada).date() or by.asn_id != surat.asn_id
    cetakan = render_dokumen(susun_pencabutan(row, surat, lewat_kertas=lewat_kertas), waktu=row.diterima_pada)
    berkas = simpan_cetakan(
        cetakan.pdf,
        halaman=cetakan.halaman,
        asn=surat.asn,
        surat_kuasa_id=surat.id,
        by=by,
        jenis=JenisBerkas.CABUT_CETAK,
    )
    row.berkas_cetak_id = berkas.id
    db.session.flush()


def attach_signed(
    row: Pencabutan, *, data: bytes, nama_file: str, bersih: Bersih, by: Pelaku, versi: int | None = None
) -> Berkas:
    """Keep the scan of the signed paper with the withdrawal; a newer scan takes its place."""
    check_reach(row.surat, by)
    check_version(row, versi)
    berkas = simpan_unggahan(
        jenis=JenisBerkas.CABUT_TTD,
        data=data,
        nama_file=nama_file,
        asn=row.surat.asn,
        surat_kuasa_id=row.surat_kuasa_id,
        by=by,
        bersih=bersih,
    )
    row.berkas_ttd_id = berkas.id
    db.session.flush()
    return berkas


def forward_pencabutan(row: Pencabutan, tanggal: date, *, by: Pelaku, versi: int | None = None) -> None:
    """The third date: passed on to the bank on ``tanggal``. Raises ``RuleError`` for an impossible day."""
    check_reach(row.surat, by, Peran.BENDAHARA)
    check_version(row, versi)
    if row.diteruskan_pada is not None:
        raise RuleError("Pencabutan ini sudah dicatat diteruskan ke bank.", kode="sudah_diteruskan")
    if not to_local(row.diterima_pada).date() <= tanggal <= today():
        raise RuleError(
            "Tanggal diteruskan harus antara tanggal pencabutan diterima dan hari ini.",
            "tanggal",
            kode="tanggal_tidak_mungkin",
        )
    row.diteruskan_pada = tanggal
    db.session.flush()
    record(Peristiwa.PENCABUTAN_DITERUSKAN, by=by, objek=row, surat=row.surat_kuasa_id)


def acknowledge_pencabutan(row: Pencabutan, *, by: Pelaku, versi: int | None = None) -> None:
    """M19: the bank has acknowledged. Raises ``RuleError`` before it was passed on."""
    check_version(row, versi)
    if row.diteruskan_pada is None:
        raise RuleError(
            "Catat lebih dahulu kapan pencabutan ini diteruskan ke bank.", kode="belum_diteruskan"
        )
    advance(MACHINE, row.surat, "cabut_selesai", by=by)


# -- withdrawals that waited --------------------------------------------------------------------------------


def _carry_out(surat: SuratKuasa, by: Pelaku) -> None:
    """M13 (or M12) has just put a letter into force whose donor has stopped meanwhile: M18 at once."""
    row = find_pencabutan(surat.id)
    if row is not None:
        withdraw_surat(surat, row, by=by)


def run_waiting() -> int:
    """Job: cancel the letters whose donor stopped while a verifikator or the bank held them (M22).

    In the donor's own name, as the donor asked; answers how many. Safe to run twice.
    """
    query = (
        select(Pencabutan)
        .join(SuratKuasa, SuratKuasa.id == Pencabutan.surat_kuasa_id)
        .where(SuratKuasa.status.in_(BELUM_KE_BANK))
        .order_by(SuratKuasa.id)
        .with_for_update(of=SuratKuasa, key_share=True)
    )
    done = 0
    for row in db.session.scalars(query):
        if not is_recorded_by_owner(row):
            continue
        akun = db.session.get_one(Akun, row.oleh)
        cancel_surat(row.surat, by=pelaku_of(akun), cari_pengganti=row.cari_pengganti)
        done += 1
    return done


SETELAH_BERLAKU.append(_carry_out)
SETELAH_KIRIM_DEBET.append(akhiri_tercabut)
SETELAH_DEBET_BERHASIL.append(minta_kembali)
