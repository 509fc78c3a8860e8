"""What the QR codes on an uploaded letter prove: this letter, another one, or nothing."""

from __future__ import annotations

from collections.abc import Sequence

from rentan.core.errors import RuleError
from rentan.core.qr import KodeSurat, parse_kode
from rentan.surat_kuasa.models import SuratKuasa


def check_halaman(surat: SuratKuasa, kode: Sequence[Sequence[str]]) -> int:
    """How many of the letter's pages were recognised in ``kode`` (QR texts per page); 0: none readable.

    Raises ``RuleError``: ``kode_surat_lain`` for a page of another letter, ``kode_versi_lama`` for one of an
    older version of this letter. Codes that are not ours, and separator sheets, say nothing.
    """
    pages: set[int] = set()
    for text in (text for page in kode for text in page):
        found = parse_kode(text)
        if not isinstance(found, KodeSurat):
            continue
        if found.ref == surat.ref and found.versi == surat.urutan_versi:
            pages.add(found.halaman)
        else:
            raise _other(surat, found)
    return len(pages)


def _other(surat: SuratKuasa, found: KodeSurat) -> RuleError:
    """Every version has its own reference; the database is not asked whose another one is."""
    if found.versi < surat.urutan_versi:
        return RuleError(
            f"Kode pada lembar ini milik versi lama (versi {found.versi}). Cetak dan tanda tangani versi "
            f"{surat.urutan_versi}, lalu unggah surat itu.",
            "surat_kuasa",
            kode="kode_versi_lama",
        )
    return RuleError(
        f"Kode pada lembar ini ({found.ref}) bukan milik surat kuasa {surat.ref}. Periksa apakah berkasnya "
        "tertukar, lalu unggah yang benar.",
        "surat_kuasa",
        kode="kode_surat_lain",
    )
