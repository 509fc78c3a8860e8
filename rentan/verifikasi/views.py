"""The queue of letters: who waits, who holds what, and taking the next one; crops of refused papers."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, request, url_for

from rentan.berkas.queries import read_bersih
from rentan.berkas.sanitise import crop_page
from rentan.core.audit import Peristiwa, record, undo_changes
from rentan.core.errors import RuleError
from rentan.core.permissions import Permission
from rentan.core.workflow import list_riwayat
from rentan.ext import db, runtime
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.penjaga import klaim_berlaku, klaim_sampai
from rentan.surat_kuasa.riwayat import KALIMAT
from rentan.surat_kuasa.status import MACHINE, StatusSurat
from rentan.verifikasi import actions, antrean
from rentan.verifikasi.forms import LangkahForm, SaringForm
from rentan.verifikasi.queries import get_putusan, get_surat_masuk, name_of
from rentan.web.access import pelaku, requires
from rentan.web.context import add_menu
from rentan.web.page import render_page
from rentan.web.transaction import answered_before, finish
from rentan.web.unduhan import kirim_berkas

bp = Blueprint("verifikasi", __name__)
add_menu("Verifikasi", "verifikasi.index", Permission.VERIFIKASI, awalan="/verifikasi", urutan=15)

#: Verifikator and admin; the admin sees who holds what and may free a letter (M6), nothing else.
_ANTREAN = (Permission.VERIFIKASI, Permission.BERKAS_ASAL)
KOSONG = "Tidak ada lagi surat yang menunggu Anda periksa."


@bp.get("/verifikasi")
@requires(*_ANTREAN)
def index() -> Response:
    """Letters that wait, oldest first."""
    saring = SaringForm()
    saring.opd.pilihan = antrean.list_opd_menunggu()
    saring.validate()
    page = antrean.list_antrean(
        seen_by=pelaku(),
        opd_id=saring.opd.data,
        sesudah=request.args.get("sesudah", type=uuid.UUID),
        banyak=runtime().profil.batas.baris_per_halaman,
    )
    asked = antrean.list_minta_pendapat(seen_by=pelaku())
    record(Peristiwa.NAMA_DILIHAT, by=pelaku(), daftar="verifikasi", jumlah=len(page.baris) + len(asked))
    return render_page(
        "verifikasi/antrean.html",
        "antrean",
        saring=saring,
        halaman=page,
        minta=asked,
        dipegang=antrean.list_dipegang(pelaku()),
        lanjutan=bool(request.args.get("sesudah")),
        DIPERIKSA=StatusSurat.DIPERIKSA,
    )


@bp.post("/verifikasi/ambil")
@requires(Permission.VERIFIKASI)
def take_next() -> Response:
    """Take the oldest letter that this person may verify; one that is held already comes first."""
    if answer := answered_before():
        return answer
    if held := antrean.list_dipegang(pelaku()):
        return finish(_url(held[0]))
    found = claim_next()
    return finish(_url(found)) if found else finish(url_for(".index"), KOSONG)


@bp.post("/verifikasi/<uuid:surat_id>/ambil")
@requires(Permission.VERIFIKASI)
def claim(surat_id: uuid.UUID) -> Response:
    """M5 for one letter of the list. Who comes too late is told who was first."""
    if answer := answered_before():
        return answer
    surat = get_surat_masuk(surat_id, seen_by=pelaku())
    try:
        actions.claim_surat(surat, by=pelaku())
    except RuleError as refused:
        if refused.status != 422:
            raise
        undo_changes()
        return conflict(get_surat_masuk(surat_id, seen_by=pelaku()), refused.pesan)
    return finish(_url(surat))


@bp.post("/verifikasi/<uuid:surat_id>/lepas")
@requires(*_ANTREAN)
def release(surat_id: uuid.UUID) -> Response:
    """M6: back into the queue, at its old place."""
    form = LangkahForm()
    if not form.accepts():
        raise RuleError("Permintaan ini tidak lengkap. Muat ulang halaman, lalu ulangi.")
    if answer := answered_before():
        return answer
    surat = get_surat_masuk(surat_id, seen_by=pelaku())
    actions.release_surat(surat, by=pelaku(), versi=form.versi.data)
    return finish(url_for(".index"), f"Surat {surat.nomor} kembali ke antrean. Putusannya tersimpan.")


@bp.post("/verifikasi/<uuid:surat_id>/lewati")
@requires(Permission.VERIFIKASI)
def skip(surat_id: uuid.UUID) -> Response:
    """Give this one back and take the next one after it."""
    form = LangkahForm()
    if not form.accepts():
        raise RuleError("Permintaan ini tidak lengkap. Muat ulang halaman, lalu ulangi.")
    if answer := answered_before():
        return answer
    surat = get_surat_masuk(surat_id, seen_by=pelaku())
    actions.release_surat(surat, by=pelaku(), versi=form.versi.data)
    found = claim_next(sesudah=surat)
    if found is None:
        return finish(url_for(".index"), f"Surat {surat.nomor} dilewati. {KOSONG}")
    return finish(_url(found), f"Surat {surat.nomor} dilewati dan kembali ke antrean.")


@bp.get("/verifikasi/potongan/<uuid:putusan_id>.jpg")
@requires(Permission.BERKAS_LIHAT)
def crop(putusan_id: uuid.UUID) -> Response:
    """The marked part of a refused paper: for the verifikator and its owner, each look is noted."""
    row = get_putusan(putusan_id, seen_by=pelaku())
    berkas = row.berkas
    assert berkas is not None and row.halaman is not None
    kotak = (row.kiri or 0, row.atas or 0, row.lebar or 0, row.tinggi or 0)
    data = crop_page(read_bersih(berkas), berkas.mime, row.halaman, kotak)
    record(
        Peristiwa.BERKAS_DILIHAT,
        by=pelaku(),
        objek=berkas,
        jenis=berkas.jenis.value,
        halaman=row.halaman,
        potongan=True,
    )
    return kirim_berkas(data, "image/jpeg", "bagian.jpg", lampiran=False)


def conflict(surat: SuratKuasa, pesan: str | None = None) -> Response:
    """409: who has this letter now, and what was done to it last (CON-5)."""
    moves = list_riwayat(MACHINE, surat)[-3:]
    return render_page(
        "verifikasi/konflik.html",
        status=409,
        surat=surat,
        pesan=pesan,
        pemeriksa=name_of(surat.diperiksa_oleh),
        sampai=klaim_sampai(surat) if klaim_berlaku(surat) else None,
        kejadian=[(KALIMAT[one.langkah, one.peristiwa], one.pada, name_of(one.pelaku_id)) for one in moves],
    )


def claim_next(*, sesudah: SuratKuasa | None = None) -> SuratKuasa | None:
    """Claim the next free letter; ``None`` when there is none. One lost to a colleague is passed over."""
    found = antrean.find_berikutnya(pelaku(), sesudah=sesudah)
    if found is None:
        return None
    try:
        with db.session.begin_nested():
            actions.claim_surat(found, by=pelaku())
    except RuleError:
        return None
    return found


def _url(surat: SuratKuasa) -> str:
    return url_for("verifikasi_surat.show", surat_id=surat.id)
