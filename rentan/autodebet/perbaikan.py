"""What the bank refused comes back to the donor (M15): a better picture, or a new version of the letter."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from rentan.autodebet.layout import KelasKode, KodeTolak, layout_mandat
from rentan.autodebet.models import BarisMandat
from rentan.berkas.models import Berkas
from rentan.berkas.queries import list_kini
from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.errors import NotFound, RuleError
from rentan.core.permissions import Peran
from rentan.core.workflow import advance, check_version
from rentan.ext import db
from rentan.paket.status_baris import HasilBaris
from rentan.surat_kuasa.actions import renew_after_bank
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import MACHINE, StatusSurat
from rentan.surat_kuasa.tahap import turunkan_tahap
from rentan.verifikasi.actions import end_claim, open_request
from rentan.verifikasi.models import Putusan
from rentan.verifikasi.status import HasilPutusan

PANJANG_KALIMAT = 500


@dataclass(frozen=True)
class Tolakan:
    """A refused letter with the bank's last answer to it."""

    surat: SuratKuasa
    kode: KodeTolak
    keterangan: str
    sejak: datetime


def list_tolakan(*, seen_by: Pelaku) -> list[Tolakan]:
    """Letters that the bank refused and nobody has sent back yet, the longest waiting first; not the own."""
    if not seen_by.has(Peran.VERIFIKATOR):
        return []
    rows = [one for one in _refused() if one.surat.asn_id != seen_by.asn_id]
    return sorted(rows, key=lambda one: (one.sejak, one.surat.id))


def get_tolakan(surat_id: uuid.UUID, *, seen_by: Pelaku) -> Tolakan:
    """One of them. Raises ``NotFound``."""
    found = next((one for one in list_tolakan(seen_by=seen_by) if one.surat.id == surat_id), None)
    if found is None:
        raise NotFound
    return found


def _refused() -> list[Tolakan]:
    query = (
        select(BarisMandat, SuratKuasa)
        .join(SuratKuasa, SuratKuasa.id == BarisMandat.surat_kuasa_id)
        .where(
            SuratKuasa.status == StatusSurat.DITOLAK_BANK,
            BarisMandat.hasil == HasilBaris.DITOLAK,
        )
        .order_by(BarisMandat.dijawab_pada, BarisMandat.id)
    )
    tolak = layout_mandat().tolak
    last = {surat.id: (baris, surat) for baris, surat in db.session.execute(query)}
    return [
        Tolakan(surat, tolak[baris.kode_hasil], baris.keterangan or "", baris.dijawab_pada)
        for baris, surat in last.values()
        if baris.kode_hasil is not None and baris.kode_hasil in tolak and baris.dijawab_pada is not None
    ]


def kembalikan(tolakan: Tolakan, *, kalimat: str, by: Pelaku, versi: int | None = None) -> SuratKuasa:
    """M15 by the class of the code: the letter with an open request, or the draft of its next version.

    ``kalimat`` is what the donor reads. Raises ``RuleError`` without one, ``Stale`` for an old page.
    """
    if not kalimat.strip():
        raise RuleError("Tuliskan apa yang harus diperbaiki.", "kalimat", kode="tanpa_kalimat")
    check_version(tolakan.surat, versi)
    if tolakan.kode.kelas is KelasKode.DATA:
        return renew_after_bank(
            tolakan.surat, alasan=tolakan.kode.alasan, catatan=kalimat.strip(), by=by, versi=versi
        )
    return _ask_picture(tolakan, kalimat.strip(), by)


def _ask_picture(tolakan: Tolakan, kalimat: str, by: Pelaku) -> SuratKuasa:
    """The verdict "ya" on the paper falls; the donor answers the request as one of a verifikator (M8)."""
    surat = tolakan.surat
    kini = list_kini(surat.id)
    papers = [kini[jenis] for jenis in tolakan.kode.berkas if jenis in kini]
    if not papers:
        raise RuleError("Berkas yang harus diganti tidak ditemukan pada surat ini.", kode="tanpa_berkas")
    advance(MACHINE, surat, "perbaiki", by=by, alasan=tolakan.kode.alasan, catatan=kalimat)
    end_claim(surat)
    open_request(surat, [_refuse_paper(surat, one, tolakan.kode, kalimat, by) for one in papers], by=by)
    turunkan_tahap(surat.asn)
    return surat


def _refuse_paper(surat: SuratKuasa, berkas: Berkas, kode: KodeTolak, kalimat: str, by: Pelaku) -> Putusan:
    standing = select(Putusan).where(Putusan.berkas_id == berkas.id, Putusan.gugur_pada.is_(None))
    for lama in db.session.scalars(standing):
        lama.gugur_pada = now()
    db.session.flush()
    putusan = Putusan(
        id=uuid.uuid4(),
        surat_kuasa_id=surat.id,
        berkas_id=berkas.id,
        hasil=HasilPutusan.PERBAIKI,
        alasan=kode.alasan,
        kalimat=kalimat,
        oleh=by.akun_id,
        pada=now(),
    )
    db.session.add(putusan)
    db.session.flush()
    record(Peristiwa.PUTUSAN_DIBERI, by=by, objek=surat, hal=berkas.jenis.value, putusan="perbaiki")
    return putusan
