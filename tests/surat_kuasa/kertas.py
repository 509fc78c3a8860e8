"""Letters and papers for the tests of this room: made by the application itself, or drawn here."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pypdfium2 as pdfium
from PIL import Image

from rentan.asuhan import actions as asuhan_actions
from rentan.asuhan.models import Asuhan
from rentan.berkas.models import Berkas
from rentan.berkas.queries import read_bersih
from rentan.berkas.status import JenisBerkas
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.ext import db
from rentan.pekerja.status import Sektor
from rentan.surat_kuasa import actions
from rentan.surat_kuasa.models import SuratKuasa
from rentan.tarif.queries import bulan_pertama
from tests import factories

REKENING = "2034567891"


def add_asuhan(
    orang: Any, *, by: Pelaku | None = None, nama: str = "Slamet Rekaan", **pilihan: Any
) -> Asuhan:
    """A proposed worker of this ASN in the lowest class."""
    sektor = pilihan.pop("sektor", Sektor.LAIN)
    facts = {"program": "JKK+JKM", "penghasilan": 1_000_000, "periode": 1} | pilihan
    return asuhan_actions.usulkan(
        orang.asn,
        factories.make_pekerja(nama, sektor=sektor),
        bulan_pertama=None,
        by=by or orang.pelaku,
        **facts,
    )


def make_draf(orang: Any, *, by: Pelaku | None = None, pekerja: int = 1, **isi: Any) -> SuratKuasa:
    """A complete draft, ready to print."""
    by = by or orang.pelaku
    asuhan = [add_asuhan(orang, by=by, nama=f"Slamet Rekaan {n}") for n in range(1, pekerja + 1)]
    surat = actions.buat(orang.asn, by=by)
    facts = {
        "rekening": REKENING,
        "nama_rekening": orang.asn.nama.upper(),
        "plafon": 16_800 * pekerja,
        "bulan_pertama": bulan_pertama(today()),
        "alamat": "Jalan Contoh Nomor 7, Kelurahan Rekaan",
        "telepon": "+6281200000001",
    } | isi
    actions.isi_draf(surat, by=by, **facts)
    actions.sinkronkan_pekerja(surat, asuhan, by=by)
    return surat


def make_cetak(orang: Any, *, by: Pelaku | None = None, **isi: Any) -> SuratKuasa:
    """A printed letter."""
    surat = make_draf(orang, by=by, **isi)
    actions.cetak(surat, by=by or orang.pelaku)
    return surat


def upload(surat: SuratKuasa, jenis: JenisBerkas, data: bytes, nama: str, by: Pelaku) -> Berkas:
    return actions.unggah_berkas(surat, jenis=jenis, data=data, nama_file=nama, by=by)


def upload_all(surat: SuratKuasa, by: Pelaku) -> None:
    """The three papers: the letter as scanned from its print, two photos."""
    upload(surat, JenisBerkas.SURAT_KUASA, scan(surat), "pindaian.pdf", by)
    upload(surat, JenisBerkas.KTP, photo(), "ktp.jpg", by)
    upload(surat, JenisBerkas.BUKU_REKENING, photo("navy"), "buku.jpg", by)


def make_unggah(orang: Any, *, by: Pelaku | None = None, tanda_tangan: date | None = None) -> SuratKuasa:
    """A letter handed in today."""
    by = by or orang.pelaku
    surat = make_cetak(orang, by=by)
    upload_all(surat, by)
    actions.unggah(surat, ditandatangani_pada=tanda_tangan or today(), by=by)
    return surat


def print_of(surat: SuratKuasa) -> bytes:
    """The frozen PDF."""
    row = db.session.scalars(
        db.select(Berkas).where(Berkas.surat_kuasa_id == surat.id, Berkas.jenis == JenisBerkas.SURAT_CETAK)
    ).one()
    return read_bersih(row)


def pages(pdf: bytes, scale: float = 150 / 72) -> list[Image.Image]:
    return [page.render(scale=scale).to_pil().convert("RGB") for page in pdfium.PdfDocument(pdf)]


def text_of(pdf: bytes) -> str:
    """What a reader finds in the PDF, blanks made single."""
    found = [page.get_textpage().get_text_bounded() for page in pdfium.PdfDocument(pdf)]
    return " ".join(" ".join(found).split())


def scan(surat: SuratKuasa) -> bytes:
    """The letter's own pages (not the separator sheets) as a scanner would give them: pictures in a PDF."""
    images = pages(print_of(surat))[: surat.halaman]
    return as_pdf(images)


def as_pdf(images: list[Image.Image]) -> bytes:
    out = io.BytesIO()
    images[0].save(out, "PDF", save_all=True, append_images=images[1:], resolution=150)
    return out.getvalue()


def as_jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def photo(colour: str = "tan") -> bytes:
    """A picture without any code."""
    return as_jpeg(Image.new("RGB", (640, 400), colour))
