"""Taking a letter, judging its papers and workers, and what becomes of it (states.md §1: M5-M7, M9, M22).

Each action locks the letter first, so that two verifikator take turns; the second one is told what changed.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from rentan.asn.hitungan import naik
from rentan.asn.status import Tahap
from rentan.asuhan import putusan as asuhan_putusan
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.berkas.models import Berkas
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, today
from rentan.core.errors import Forbidden, NotFound, RuleError
from rentan.core.permissions import Peran
from rentan.core.workflow import advance, check_version
from rentan.ext import db
from rentan.pekerja.gerak import gerak
from rentan.pekerja.status import StatusPekerja
from rentan.surat_kuasa import actions as surat_actions
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.penjaga import holder, not_uploader
from rentan.surat_kuasa.status import MACHINE, StatusSurat, in_scope
from rentan.verifikasi.alasan import ALASAN_BATAL, Alasan, find_alasan
from rentan.verifikasi.models import ButirPerbaikan, PermintaanPerbaikan, Putusan
from rentan.verifikasi.queries import (
    Hal,
    facts_periksa,
    list_hal,
    list_perbaikan,
    worker_obstacle,
)
from rentan.verifikasi.status import HasilPutusan, Jawaban

SUDAH_TERBUKA = "Masih ada permintaan perbaikan yang terbuka."


@dataclass(frozen=True)
class Bagian:
    """A part of a page: ``halaman`` from 1, the rest in thousandths of the page as it is shown upright."""

    halaman: int
    kiri: int
    atas: int
    lebar: int
    tinggi: int


def claim_surat(surat: SuratKuasa, *, by: Pelaku) -> None:
    """M5: take a letter to check it; a claim older than ``jam_klaim`` hours may be taken over.

    Raises ``RuleError`` naming the holder and until when, ``Forbidden`` for the own letter.
    """
    lock_surat(surat)
    advance(MACHINE, surat, "ambil", by=by, **facts_periksa(surat, by))
    surat.diperiksa_oleh, surat.diperiksa_sejak = by.akun_id, now()
    db.session.flush()


def release_surat(surat: SuratKuasa, *, by: Pelaku, versi: int | None = None) -> None:
    """M6: give it back; it keeps its place in the queue, and its verdicts stand."""
    lock_surat(surat)
    advance(MACHINE, surat, "lepas", by=by, versi=versi, **facts_periksa(surat, by))
    end_claim(surat)


def judge_berkas(
    surat: SuratKuasa,
    berkas: Berkas,
    *,
    hasil: HasilPutusan,
    alasan: str | None = None,
    kalimat: str | None = None,
    bagian: Bagian | None = None,
    by: Pelaku,
    versi: int | None = None,
) -> Putusan:
    """The verdict on a paper; an earlier one lapses. Without ``kalimat`` the reason's own sentence holds.

    Raises ``RuleError`` (no reason, a part outside the page, …) and ``Stale``.
    """
    check_holder(surat, by, versi)
    if berkas.surat_kuasa_id != surat.id or berkas.diganti_pada is not None:
        raise RuleError("Berkas ini sudah diganti. Muat ulang halaman, lalu periksa yang baru.")
    if hasil is HasilPutusan.TOLAK:
        raise RuleError("Berkas tidak ditolak, tetapi diminta diperbaiki. Pilih alasan perbaikannya.")
    reason = None if hasil is HasilPutusan.YA else _reason(find_alasan(berkas.jenis, alasan))
    row = _verdict(surat, hasil, reason, kalimat, by, berkas_id=berkas.id)
    if bagian is not None and reason is not None:
        _mark(row, bagian, berkas)
    return _keep(row, surat, by, berkas.jenis.value)


def judge_pekerja(
    surat: SuratKuasa,
    asuhan: Asuhan,
    *,
    hasil: HasilPutusan,
    alasan: str | None = None,
    kalimat: str | None = None,
    by: Pelaku,
    versi: int | None = None,
) -> Putusan:
    """The verdict on a worker of this letter; ``hasil`` of a refused one follows from the reason.

    Raises ``RuleError`` when the worker cannot be accepted (doubtful duplicate) or was decided before.
    """
    check_holder(surat, by, versi)
    if all(one.asuhan_id != asuhan.id for one in surat.daftar):
        raise NotFound
    if asuhan.status is not StatusAsuhan.DIUSULKAN:
        raise RuleError(
            f"Asuhan ini berstatus “{asuhan.status.label}”, sehingga tidak diputus lagi dalam surat ini."
        )
    reason = None
    if hasil is HasilPutusan.YA:
        if obstacle := worker_obstacle(asuhan.pekerja):
            raise RuleError(obstacle, kode="pekerja_belum_layak")
    else:
        reason = _reason(find_alasan(None, alasan))
        hasil = reason.hasil
    return _keep(_verdict(surat, hasil, reason, kalimat, by, asuhan_id=asuhan.id), surat, by, "pekerja")


def request_repair(surat: SuratKuasa, *, by: Pelaku, versi: int | None = None) -> PermintaanPerbaikan:
    """M7: send what failed back to the donor, one point per verdict; the claim ends."""
    lock_surat(surat)
    hal = list_hal(surat)
    advance(MACHINE, surat, "minta_perbaikan", by=by, versi=versi, **facts_periksa(surat, by, hal))
    end_claim(surat)
    return open_request(surat, [one.putusan for one in list_perbaikan(hal) if one.putusan], by=by)


def open_request(surat: SuratKuasa, putusan: Sequence[Putusan], *, by: Pelaku) -> PermintaanPerbaikan:
    """The request for repair that goes with M7 and M15; the caller makes the move.

    Raises ``RuleError`` when one is open already (the database allows one).
    """
    request = PermintaanPerbaikan(
        id=uuid.uuid4(), surat_kuasa_id=surat.id, dibuka_oleh=by.akun_id, dibuka_pada=now()
    )
    request.butir = [
        ButirPerbaikan(putusan_id=one.id, urutan=number, jawaban=Jawaban.MENUNGGU)
        for number, one in enumerate(putusan, 1)
    ]
    try:
        with db.session.begin_nested():
            db.session.add(request)
            db.session.flush()
    except IntegrityError:
        raise RuleError(SUDAH_TERBUKA, kode="penjaga_m7") from None
    record(Peristiwa.PERBAIKAN_DIMINTA, by=by, objek=surat, butir=len(putusan))
    return request


def approve_surat(surat: SuratKuasa, *, by: Pelaku, versi: int | None = None) -> None:
    """M9: the letter is verified; accepted workers go on (A5), refused ones leave (A6, W2).

    An earlier version in force stays until the bank has the new one (M13, M20).
    """
    lock_surat(surat)
    hal = list_hal(surat)
    advance(MACHINE, surat, "setujui", by=by, versi=versi, **facts_periksa(surat, by, hal))
    surat.diputus_pada = now()
    end_claim(surat)
    _decide_workers(hal, by)
    naik(surat.asn, Tahap.TERVERIFIKASI, pada=today())


def cancel_surat(surat: SuratKuasa, *, alasan: str, by: Pelaku, versi: int | None = None) -> None:
    """M22 by who checks the letter: a double one, another person's, or one whose workers are all refused.

    The claim is given back first (M6). With ``tanpa_pekerja`` the refused workers leave (A6), so that the
    donor is offered others.
    """
    if alasan not in ALASAN_BATAL:
        raise RuleError("Pilih alasan pembatalan.", "alasan", kode="tanpa_alasan")
    check_holder(surat, by, versi)
    hal = list_hal(surat)
    facts = facts_periksa(surat, by, hal)
    if alasan == "tanpa_pekerja":
        workers = [one for one in hal if one.satu is not None]
        if facts["pekerja_diterima"] or not all(one.diputus for one in workers) or list_perbaikan(workers):
            raise RuleError(
                "Masih ada pekerja yang diterima, belum diperiksa, atau perlu diperbaiki.", "alasan"
            )
        _decide_workers(hal, by)
    advance(MACHINE, surat, "lepas", by=by, **facts)
    end_claim(surat)
    surat_actions.batal(surat, by=by, alasan=alasan)


# -- the letter in hand --------------------------------------------------------------------------------------


def lock_surat(surat: SuratKuasa) -> None:
    """The letter as it is now, held until the end; rows that name it may still be added by others."""
    db.session.refresh(surat, with_for_update={"key_share": True})


def check_reach(surat: SuratKuasa, by: Pelaku) -> None:
    """A verifikator, and not of the own letter (AUZ-5); else ``Forbidden``."""
    if not (by.has(Peran.VERIFIKATOR) and in_scope(surat, by, Peran.VERIFIKATOR)):
        raise Forbidden


def check_holder(surat: SuratKuasa, by: Pelaku, versi: int | None) -> None:
    """Only who holds the letter judges it, and nobody judges what he uploaded (G5)."""
    lock_surat(surat)
    check_reach(surat, by)
    check_version(surat, versi)
    if surat.status is not StatusSurat.DIPERIKSA:
        raise RuleError(
            f"Surat ini berstatus “{surat.status.label}”, sehingga tidak sedang Anda periksa. Ambil dari "
            "antrean lebih dahulu.",
            kode="status_tidak_cocok",
        )
    facts = facts_periksa(surat, by)
    for guard in (holder, not_uploader):
        if refusal := guard(surat, by, facts):
            raise RuleError(refusal, kode="bukan_pemegang")


def end_claim(surat: SuratKuasa) -> None:
    """Nobody holds the letter any more."""
    surat.diperiksa_oleh = surat.diperiksa_sejak = None
    db.session.flush()


# -- within -------------------------------------------------------------------------------------------------


def _reason(found: Alasan | None) -> Alasan:
    if found is None:
        raise RuleError("Pilih alasannya.", "alasan", kode="tanpa_alasan")
    return found


def _verdict(
    surat: SuratKuasa,
    hasil: HasilPutusan,
    reason: Alasan | None,
    kalimat: str | None,
    by: Pelaku,
    **hal: uuid.UUID,
) -> Putusan:
    said = None if reason is None else (kalimat or reason.kalimat)
    if reason is not None and not said:
        raise RuleError("Tulis kalimat untuk ASN: apa yang salah dan apa yang harus dilakukan.", "kalimat")
    return Putusan(
        id=uuid.uuid4(),
        surat_kuasa_id=surat.id,
        hasil=hasil,
        alasan=reason.kode if reason else None,
        kalimat=said,
        oleh=by.akun_id,
        pada=now(),
        **hal,
    )


def _mark(row: Putusan, bagian: Bagian, berkas: Berkas) -> None:
    inside = (
        1 <= bagian.halaman <= berkas.halaman
        and min(bagian.kiri, bagian.atas) >= 0
        and min(bagian.lebar, bagian.tinggi) > 0
        and bagian.kiri + bagian.lebar <= 1000
        and bagian.atas + bagian.tinggi <= 1000
    )
    if not inside:
        raise RuleError(
            "Bagian yang ditandai berada di luar halaman. Tandai ulang, atau kosongkan semua angkanya.",
            "kiri",
            kode="bagian_di_luar",
        )
    row.halaman, row.kiri, row.atas = bagian.halaman, bagian.kiri, bagian.atas
    row.lebar, row.tinggi = bagian.lebar, bagian.tinggi


def _keep(row: Putusan, surat: SuratKuasa, by: Pelaku, hal: str) -> Putusan:
    """Let the earlier verdict on the same thing lapse, and keep this one."""
    same = Putusan.berkas_id == row.berkas_id if row.berkas_id else Putusan.asuhan_id == row.asuhan_id
    db.session.execute(
        db.update(Putusan)
        .where(Putusan.surat_kuasa_id == surat.id, same, Putusan.gugur_pada.is_(None))
        .values(gugur_pada=row.pada)
    )
    db.session.add(row)
    db.session.flush()
    record(Peristiwa.PUTUSAN_DIBERI, by=by, objek=surat, hal=hal, putusan=row.hasil.value, alasan=row.alasan)
    return row


def _decide_workers(hal: Sequence[Hal], by: Pelaku) -> None:
    """A5 and A6 by the verdicts, always in the same order (two letters could name one worker)."""
    open_ones = [one for one in hal if one.asuhan is not None and one.terbuka and one.putusan is not None]
    for one in sorted(open_ones, key=lambda one: one.asuhan.id if one.asuhan else uuid.UUID(int=0)):
        assert one.asuhan is not None and one.putusan is not None
        if one.putusan.hasil is HasilPutusan.YA:
            _accept(one.asuhan, by)
        elif one.putusan.hasil is HasilPutusan.TOLAK:
            _refuse_worker(one.asuhan, one.putusan.alasan or "", by)


def _accept(asuhan: Asuhan, by: Pelaku) -> None:
    if obstacle := worker_obstacle(asuhan.pekerja):
        raise RuleError(f"{asuhan.pekerja.nama}: {obstacle}", kode="pekerja_belum_layak")
    if asuhan.pekerja.status is StatusPekerja.CALON:
        gerak(asuhan.pekerja, "layak", by=SISTEM)
    asuhan_putusan.terima(asuhan, by=by)


def _refuse_worker(asuhan: Asuhan, alasan: str, by: Pelaku) -> None:
    asuhan_putusan.tolak(asuhan, alasan=alasan, by=by)
    reason = find_alasan(None, alasan)
    unfit = reason is not None and reason.tidak_layak
    if unfit and asuhan.pekerja.status in (StatusPekerja.CALON, StatusPekerja.LAYAK):
        gerak(asuhan.pekerja, "tidak_layak", by=by, alasan=alasan)
