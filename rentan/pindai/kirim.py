"""Filing: the whole papers of a stack become papers of their letters; complete letters are handed in (M4).

Each letter is filed in a transaction of its own: one refusal does not stop the others.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from rentan.berkas import actions as berkas_actions
from rentan.berkas.models import Berkas
from rentan.berkas.sanitise import Bersih
from rentan.berkas.status import JenisBerkas
from rentan.core.actor import Pelaku
from rentan.core.errors import RuleError
from rentan.core.sandbox import SandboxError
from rentan.ext import db
from rentan.pindai import baca, queries
from rentan.pindai.buang import forget_pictures
from rentan.pindai.models import HalamanPindai
from rentan.pindai.queries import BarisBaki
from rentan.pindai.status import StatusTumpukan
from rentan.surat_kuasa import actions as surat_actions
from rentan.surat_kuasa.asli import catat_asli, check_reach
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.queries import get_surat
from rentan.surat_kuasa.status import AsliDi, StatusSurat
from rentan.verifikasi.perbaikan import replace_paper

_PDF = "application/pdf"
_JPEG = "image/jpeg"
BERUBAH = "Tumpukan ini berubah sejak halaman dibuka. Periksa sekali lagi, lalu kirim."


@dataclass(frozen=True)
class Kertas:
    """One paper ready to be filed: which pages it was made of, and its bytes."""

    jenis: JenisBerkas
    halaman: tuple[uuid.UUID, ...]
    data: bytes
    mime: str
    kode: tuple[tuple[str, ...], ...]
    lebar: int
    tinggi: int


def collect(baris: Sequence[BarisBaki]) -> dict[uuid.UUID, list[Kertas]]:
    """The whole papers of these letters as bytes, by letter. Raises ``RuleError``.

    Writes nothing, and gives the database back before the binding: rows read before are to be read again.
    """
    found: dict[uuid.UUID, list[Kertas]] = {}
    letters: list[tuple[uuid.UUID, Kertas, list[bytes]]] = []
    for satu in baris:
        papers = found.setdefault(satu.surat.id, [])
        for jenis in satu.bisa_disimpan:
            pages = [page for _, page in sorted(satu.ada[jenis].items())]
            pictures = [queries.read_gambar(one) for one in pages]
            kertas = Kertas(
                jenis,
                tuple(one.id for one in pages),
                pictures[0],
                _JPEG,
                tuple(_code_of(one) for one in pages),
                pages[0].lebar,
                pages[0].tinggi,
            )
            if jenis is JenisBerkas.SURAT_KUASA:
                letters.append((satu.surat.id, kertas, pictures))
            else:
                papers.append(kertas)
    db.session.rollback()
    try:
        bound = baca.bind([pictures for _, _, pictures in letters])
    except SandboxError as failed:
        raise RuleError(
            "Sistem sedang memeriksa berkas lain. Coba kirim kembali sebentar lagi.", kode="berkas_sibuk"
        ) from failed
    for (surat_id, kertas, _), data in zip(letters, bound, strict=True):
        found[surat_id].insert(0, replace(kertas, data=data, mime=_PDF))
    return found


def _code_of(page: HalamanPindai) -> tuple[str, ...]:
    """What the page's own code proves; a page placed by hand proves nothing."""
    return (page.kode,) if page.kode and page.ditempatkan_pada is None else ()


def file_letter(
    tumpukan_id: uuid.UUID,
    surat_id: uuid.UUID,
    kertas: Sequence[Kertas],
    *,
    ditandatangani_pada: date | None = None,
    by: Pelaku,
) -> None:
    """Keep these papers with their letter; with a date of signature the letter is handed in as well (M4).

    The pictures of filed pages are destroyed. Raises ``RuleError``: ``tumpukan_berubah``, ``tumpukan_tutup``,
    and what the letter's own rules refuse (dates, missing papers, status).
    """
    tumpukan = queries.get_tumpukan(tumpukan_id, seen_by=by, untuk_diubah=True)
    if tumpukan.status is not StatusTumpukan.SIAP:
        raise RuleError("Tumpukan ini sudah ditutup.", kode="tumpukan_tutup")
    surat = get_surat(surat_id, seen_by=by, untuk_diubah=True)
    check_reach(surat, by)
    pages = {one.id: one for one in queries.list_halaman(tumpukan)}
    waiting = queries.menunggu_berkas([surat])[surat.id]
    for satu in kertas:
        own = [pages[one] for one in satu.halaman]
        if any(one.berkas_id or one.surat_kuasa_id != surat.id or one.jenis is not satu.jenis for one in own):
            raise RuleError(BERUBAH, kode="tumpukan_berubah")
        if satu.jenis not in waiting:
            raise RuleError(
                f"Surat ini berstatus “{surat.status.label}” dan tidak lagi menunggu {satu.jenis.label}.",
                kode="bukan_menunggu",
            )
        paper = _keep(surat, satu, by)
        for one in own:
            one.berkas_id = paper.id
        forget_pictures(own)
    if surat.asli_di in (AsliDi.NONE, AsliDi.ASN, AsliDi.KEMBALI):
        catat_asli(surat, AsliDi.OPD, by=by)  # who scans it holds it
    if ditandatangani_pada is not None and surat.status is StatusSurat.DICETAK:
        surat_actions.unggah(surat, ditandatangani_pada=ditandatangani_pada, by=by)


def _keep(surat: SuratKuasa, satu: Kertas, by: Pelaku) -> Berkas:
    """A paper of a printed letter, or in the place of one that the verifikator refused."""
    if surat.status is StatusSurat.PERLU_PERBAIKAN:
        return _replace(surat, satu, by)
    known = sum(map(bool, satu.kode)) if satu.jenis is JenisBerkas.SURAT_KUASA else None
    return berkas_actions.simpan_pindaian(
        jenis=satu.jenis,
        data=satu.data,
        mime=satu.mime,
        halaman=len(satu.halaman),
        asn=surat.asn,
        surat_kuasa_id=surat.id,
        by=by,
        halaman_dikenal=known,
    )


def _replace(surat: SuratKuasa, satu: Kertas, by: Pelaku) -> Berkas:
    """M8 itself stays with the page of repairs, where the other points are answered."""
    butir = queries.find_butir(surat.id, satu.jenis)
    if butir is None:
        raise RuleError(BERUBAH, kode="tumpukan_berubah")
    bersih = Bersih(satu.mime, satu.data, len(satu.halaman), satu.lebar, satu.tinggi, satu.kode)
    replace_paper(butir, data=satu.data, nama_file="pindaian", bersih=bersih, by=by)
    paper = queries.find_kertas(surat.id, satu.jenis)
    assert paper is not None
    return paper
