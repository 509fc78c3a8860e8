"""Uploaded papers made harmless: what browsers get is always a copy that we made ourselves (UPL-1…3, UPL-7).

This module looks at bytes only; the parsers live in ``sanitise_child`` and run in the sandbox.
"""

from dataclasses import dataclass
from pathlib import PurePath

from rentan.core.errors import RuleError
from rentan.core.sandbox import MIB, SandboxError, run_limited

MAX_BYTES = 5 * MIB
"""Most bytes of an uploaded file (UPL-1)."""

_FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".pdf": "PDF"}
_MAGIC = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n", "PDF": b"%PDF-"}
_ACCEPTED = "Unggah berkas JPG, PNG, atau PDF."


@dataclass(frozen=True)
class Bersih:
    """The re-made copy: an RGB JPEG, or a PDF whose pages are images.

    ``lebar`` and ``tinggi`` are pixels of a JPEG, points of a PDF's first page. ``kode`` holds, per page, the
    texts of the QR codes on it, when they were asked for; whose codes they are, the caller finds out.
    """

    mime: str
    data: bytes
    halaman: int
    lebar: int
    tinggi: int
    kode: tuple[tuple[str, ...], ...] = ()


def sanitise(data: bytes, nama_file: str, *, baca_kode: bool = False) -> Bersih:
    """A clean copy of an uploaded JPG, PNG or PDF; with ``baca_kode`` also the QR codes seen on its pages.

    Extension, first bytes and full parse must agree. Raises ``RuleError`` with one sentence that says what to
    do; ``kode`` is ``berkas_`` and ``kosong``, ``terlalu_besar``, ``jenis``, ``tidak_cocok``, ``piksel``,
    ``halaman``, ``ukuran_halaman``, ``sandi``, ``rusak`` or ``sibuk``.
    """
    kind = _kind(data, nama_file)
    target = "clean_pdf" if kind == "PDF" else "clean_image"
    answer, (clean,) = _run(target, {"format": kind, "kode": baca_kode}, data)
    mime = "application/pdf" if kind == "PDF" else "image/jpeg"
    codes = tuple(tuple(page) for page in answer["kode"])
    return Bersih(mime, clean, answer["halaman"], answer["lebar"], answer["tinggi"], codes)


def render_page(pdf: bytes, halaman: int, *, sisi: int = 1_600) -> bytes:
    """Page ``halaman`` (from 1) of a PDF as a JPEG whose longer side has ``sisi`` pixels (100–3,000).

    Raises ``RuleError`` when there is no such page or the PDF cannot be opened.
    """
    request = {"halaman": halaman, "sisi": min(max(sisi, 100), 3_000)}
    return _run("render_page", request, pdf)[1][0]


def crop_page(data: bytes, mime: str, halaman: int, kotak: tuple[int, int, int, int]) -> bytes:
    """A part of one page of our own copy as JPEG; ``kotak``: left, top, width, height in thousandths.

    Raises ``RuleError`` when there is no such page or the copy cannot be opened.
    """
    request = {"pdf": mime == "application/pdf", "halaman": halaman, "kotak": list(kotak)}
    return _run("crop_page", request, data)[1][0]


def _run(target: str, request: dict, data: bytes) -> tuple[dict, list[bytes]]:
    try:
        return run_limited(f"rentan.berkas.sanitise_child:{target}", request, [data])
    except SandboxError as e:
        if e.kode == "sibuk":
            raise RuleError(
                "Sistem sedang memeriksa berkas lain. Coba unggah kembali sebentar lagi.", kode="berkas_sibuk"
            ) from e
        raise RuleError(
            "Berkas ini rusak atau terlalu rumit dibuka. Potret atau pindai ulang, lalu unggah kembali.",
            kode="berkas_rusak",
        ) from e


def _kind(data: bytes, nama_file: str) -> str:
    """``JPEG``, ``PNG`` or ``PDF`` when name and first bytes say the same."""
    if not data:
        raise RuleError("Berkas ini kosong. Pilih berkasnya kembali.", kode="berkas_kosong")
    if len(data) > MAX_BYTES:
        raise RuleError(
            f"Berkas ini lebih besar dari {MAX_BYTES // MIB} MB. Kecilkan ukuran fotonya atau pindai dengan "
            "resolusi lebih rendah.",
            kode="berkas_terlalu_besar",
        )
    ext = PurePath(nama_file).suffix.lower()
    foreign = _foreign(data, ext)
    if foreign:
        raise RuleError(foreign, kode="berkas_jenis")
    kind = _FORMATS.get(ext)
    if kind is None:
        raise RuleError(f"Jenis berkas ini tidak diterima. {_ACCEPTED}", kode="berkas_jenis")
    if not data.startswith(_MAGIC[kind]):
        raise RuleError(
            f"Berkas ini bernama {ext}, tetapi isinya bukan {ext[1:].upper()}. Simpan ulang berkas aslinya "
            "sebagai JPG, PNG, atau PDF.",
            kode="berkas_tidak_cocok",
        )
    return kind


def _foreign(data: bytes, ext: str) -> str | None:
    """The sentence for kinds that people often send, known by content as well: phones rename them (UPL-7)."""
    if ext in (".heic", ".heif") or (
        data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"msf1")
    ):
        return (
            "Foto HEIC dari iPhone belum dapat dibaca. Buka Pengaturan, Kamera, Format, pilih Paling "
            "Kompatibel, lalu potret ulang sebagai JPG."
        )
    if ext == ".webp" or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        return "Gambar WEBP belum dapat dibaca. Buka gambarnya, lalu simpan sebagai JPG atau PNG."
    if ext in (".doc", ".docx", ".odt"):
        return (
            "Dokumen Word tidak diterima. Cetak dan tanda tangani, lalu unggah hasil pindainya sebagai PDF."
        )
    if ext in (".zip", ".rar", ".7z"):
        return f"Berkas terkompresi tidak diterima. Keluarkan isinya dahulu. {_ACCEPTED}"
    return None
