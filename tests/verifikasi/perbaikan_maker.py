"""A letter that waits for repair: sent in by somebody of the cast, refused by Rini with actions."""

from __future__ import annotations

from typing import Any

from rentan.berkas.queries import list_kini
from rentan.berkas.status import WAJIB_UNGGAH, JenisBerkas
from rentan.ext import db
from rentan.surat_kuasa.models import SuratKuasa
from rentan.verifikasi import actions
from rentan.verifikasi.models import ButirPerbaikan
from rentan.verifikasi.queries import find_permintaan
from rentan.verifikasi.status import HasilPutusan
from tests.cast import Cast
from tests.surat_kuasa.kertas import make_unggah


def judge(
    surat: SuratKuasa, cast: Cast, *, gagal: tuple[JenisBerkas, ...] = (), pekerja: str | None = None
) -> None:
    """Rini judges everything of a letter that she holds: ``gagal`` papers are unreadable, ``pekerja`` is the
    reason code for its workers (``None``: accepted)."""
    rini = cast.rini.pelaku
    papers = list_kini(surat.id)
    for jenis in WAJIB_UNGGAH:
        ya = jenis not in gagal
        actions.judge_berkas(
            surat,
            papers[jenis],
            hasil=HasilPutusan.YA if ya else HasilPutusan.PERBAIKI,
            alasan=None if ya else "buram",
            bagian=None if ya else actions.Bagian(1, 100, 200, 300, 150),
            by=rini,
        )
    for satu in surat.daftar:
        ya = pekerja is None
        actions.judge_pekerja(
            surat,
            satu.asuhan,
            hasil=HasilPutusan.YA if ya else HasilPutusan.PERBAIKI,
            alasan=pekerja,
            by=rini,
        )


def make_perbaikan(
    cast: Cast,
    orang: Any = None,
    *,
    gagal: tuple[JenisBerkas, ...] = (JenisBerkas.KTP,),
    pekerja: str | None = None,
    by: Any = None,
) -> SuratKuasa:
    """A letter in ``perlu_perbaikan`` (Sari's, unless another is named), committed."""
    surat = make_unggah(orang or cast.sari, by=by)
    actions.claim_surat(surat, by=cast.rini.pelaku)
    judge(surat, cast, gagal=gagal, pekerja=pekerja)
    actions.request_repair(surat, by=cast.rini.pelaku)
    db.session.commit()
    return surat


def points(surat: SuratKuasa) -> list[ButirPerbaikan]:
    permintaan = find_permintaan(surat.id)
    return list(permintaan.butir) if permintaan else []
