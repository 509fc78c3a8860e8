"""From paper: the signed sheet typed in, or its scan read back line by line and confirmed by eye."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from sqlalchemy import select

from rentan.core.actor import Pelaku
from rentan.core.arsip import baca, hash_of, simpan
from rentan.core.audit import Peristiwa, record
from rentan.core.errors import NotFound, RuleError
from rentan.core.sandbox import MIB, Limits, SandboxError, run_limited
from rentan.ext import db
from rentan.kartu.acara import note_absent
from rentan.kartu.acara_queries import Baris
from rentan.kartu.actions import hold_kartu, report_kartu
from rentan.kartu.models import AcaraSerah, Kartu, PenyerahanKartu, UndanganSerah
from rentan.kartu.serah import (
    PREFIX_POTONGAN,
    SudahDiserahkan,
    attach_bukti,
    check_acara,
    find_penyerahan,
    hand_over_kartu,
)
from rentan.kartu.status import CaraSerah, HasilUndangan, Hubungan, Penerima, StatusKartu

#: Lines of one page of the form, saved together: two sheets of paper.
PER_HALAMAN = 20
#: Several pages are read at a time; the child may take a while.
BATAS = Limits(cpu=60, wall=90, file=64 * MIB)
_FORMAT = {".pdf": "PDF", ".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}
_MAGIC = {"PDF": b"%PDF-", "JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n"}


@dataclass(frozen=True)
class IsianBaris:
    """What somebody read off one line; ``hasil`` is sendiri, wakil, tidak_datang or salah_data."""

    undangan_id: uuid.UUID
    hasil: str
    nama_wakil: str = ""
    hubungan: Hubungan | None = None
    alasan_wakil: str = ""
    alasan: str = "tidak_datang"


@dataclass(frozen=True)
class HasilBaca:
    """What a scan gave: ``dikenal`` lines to be confirmed, ``asing`` codes of cards not on this list,
    ``tanpa_kode`` pages without any code of ours, ``lain`` pages of another day's sheet."""

    halaman: int
    dikenal: int
    asing: int
    tanpa_kode: tuple[int, ...]
    lain: tuple[int, ...]


def get_undangan(undangan_id: uuid.UUID, acara: AcaraSerah) -> UndanganSerah:
    """A line of this day. Raises ``NotFound``."""
    row = db.session.get(UndanganSerah, undangan_id)
    if row is None or row.acara_id != acara.id:
        raise NotFound
    return row


def record_line(acara: AcaraSerah, isian: IsianBaris, *, cara: CaraSerah, by: Pelaku) -> str | None:
    """Do what the line says; a line that says what is noted already changes nothing.

    The caller commits after each line: one that is refused loses no other. ``cara`` ``LEMBAR`` takes the
    line's picture along as proof. Raises ``RuleError``; answers a notice for the page, or ``None``.
    """
    undangan = get_undangan(isian.undangan_id, acara)
    bukti = read_potongan(undangan) if cara is CaraSerah.LEMBAR and undangan.kunci_potongan else None
    if isian.hasil in ("sendiri", "wakil"):
        notice = _handed_over(acara, undangan, isian, cara, bukti, by)
    else:
        check_acara(acara)
        notice = _not_handed_over(undangan, isian, by)
    _drop_potongan(undangan)
    db.session.flush()
    return notice


def _handed_over(
    acara: AcaraSerah,
    undangan: UndanganSerah,
    isian: IsianBaris,
    cara: CaraSerah,
    bukti: bytes | None,
    by: Pelaku,
) -> str | None:
    standing = find_penyerahan(undangan.kartu)
    if standing is not None and standing.acara_id == acara.id:
        if bukti is not None:
            attach_bukti(standing, bukti)
            return "bukti disusulkan"
        return "sudah dicatat sebelumnya"
    wakil = isian.hasil == "wakil"
    hand_over_kartu(
        undangan.kartu,
        penerima=Penerima.WAKIL if wakil else Penerima.PEKERJA,
        tanggal=acara.tanggal,
        cara=cara,
        acara=acara,
        # The sheet is signed at the desk, where the identity card was shown.
        identitas_dilihat=not wakil,
        nama_wakil=isian.nama_wakil,
        hubungan=isian.hubungan,
        alasan_wakil=isian.alasan_wakil,
        bukti=bukti,
        by=by,
    )
    return None


def _not_handed_over(undangan: UndanganSerah, isian: IsianBaris, by: Pelaku) -> str | None:
    kartu = undangan.kartu
    hold_kartu(kartu)  # with its list before it, as whoever counts the parcel does
    if kartu.status is StatusKartu.DISERAHKAN:
        raise SudahDiserahkan(find_penyerahan(kartu))
    wanted = HasilUndangan.TIDAK_DATANG if isian.hasil == "tidak_datang" else HasilUndangan.SALAH_DATA
    if undangan.hasil is wanted:
        return "sudah dicatat sebelumnya"
    if wanted is HasilUndangan.TIDAK_DATANG:
        note_absent(undangan, alasan=isian.alasan, by=by)
    else:
        # K11 with a replacement, and this line's outcome with it.
        report_kartu(kartu, "salah_data", catatan="Dicatat pada hari penyerahan kartu.", by=by)
    return None


# -- the scanned sheet --------------------------------------------------------------------------------------


def read_scan_file(data: bytes, nama_file: str) -> tuple[dict, list[bytes]]:
    """Cut the lines out of an uploaded scan, in the sandbox; no database. Raises ``RuleError``."""
    kind = _FORMAT.get(PurePath(nama_file).suffix.lower())
    if kind is None or not data.startswith(_MAGIC[kind]):
        raise RuleError(
            "Unggah hasil pindai lembar sebagai PDF, JPG, atau PNG.", "lembar", kode="berkas_jenis"
        )
    try:
        return run_limited("rentan.kartu.lembar_child:read_sheets", {"format": kind}, [data], limits=BATAS)
    except SandboxError as failed:
        if failed.kode == "sibuk":
            raise RuleError(
                "Sistem sedang memeriksa berkas lain. Coba unggah kembali sebentar lagi.",
                "lembar",
                kode="berkas_sibuk",
            ) from failed
        raise RuleError(
            "Berkas ini rusak atau terlalu rumit dibuka. Pindai ulang dengan resolusi 200 dpi, lalu unggah "
            "kembali.",
            "lembar",
            kode="berkas_rusak",
        ) from failed


def keep_lines(acara: AcaraSerah, answer: dict, gambar: Sequence[bytes], *, by: Pelaku) -> HasilBaca:
    """Put each cut line beside its invitation, to be read by eye; nothing is decided here.

    A line that is read again takes the newer picture. Pages and codes of elsewhere are only counted.
    """
    rows = {
        kode: undangan
        for undangan, kode in db.session.execute(
            select(UndanganSerah, Kartu.kode)
            .join(Kartu, UndanganSerah.kartu_id == Kartu.id)
            .where(UndanganSerah.acara_id == acara.id)
        )
    }
    pages = answer["lembar"]
    lain = {n for n, one in enumerate(pages, 1) if one is not None and one["acara"] != acara.kode}
    dikenal = asing = 0
    with_line = set()
    for one, picture in zip(answer["baris"], gambar, strict=True):
        with_line.add(one["halaman"])
        undangan = rows.get(one["kode"])
        if undangan is None or one["halaman"] in lain:
            asing += 1
            continue
        undangan.kunci_potongan = simpan(undangan, "kunci_potongan", picture, prefix=PREFIX_POTONGAN)
        undangan.sha256_potongan = hash_of(picture)
        undangan.bertanda = bool(one["bertanda"])
        dikenal += 1
    tanpa = tuple(n for n, one in enumerate(pages, 1) if one is None and n not in with_line)
    record(Peristiwa.ACARA_DIUBAH, by=by, objek=acara, lembar_dibaca=len(pages), baris=dikenal, asing=asing)
    db.session.flush()
    return HasilBaca(len(pages), dikenal, asing, tanpa, tuple(sorted(lain)))


def read_potongan(undangan: UndanganSerah) -> bytes:
    """The picture of a line that waits to be read. Raises ``NotFound`` when there is none."""
    if undangan.kunci_potongan is None or undangan.sha256_potongan is None:
        raise NotFound
    return baca(undangan, "kunci_potongan", undangan.kunci_potongan, undangan.sha256_potongan)


def _drop_potongan(undangan: UndanganSerah) -> None:
    """The picture is read (and kept as proof where there is one); the sweep removes its bytes."""
    undangan.kunci_potongan = undangan.sha256_potongan = undangan.bertanda = None


def read_bukti(penyerahan: PenyerahanKartu) -> bytes:
    """The proof of a hand-over. Raises ``NotFound`` when there is none."""
    if penyerahan.kunci_bukti is None or penyerahan.sha256_bukti is None:
        raise NotFound
    return baca(penyerahan, "kunci_bukti", penyerahan.kunci_bukti, penyerahan.sha256_bukti)


def page_of(baris: Sequence[Baris], halaman: int) -> tuple[list[Baris], int]:
    """The lines of one page of the form (from 1) and how many pages there are."""
    pages = max(1, -(-len(baris) // PER_HALAMAN))
    start = (min(max(halaman, 1), pages) - 1) * PER_HALAMAN
    return list(baris[start : start + PER_HALAMAN]), pages
