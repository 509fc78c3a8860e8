"""Where the pages of a stack lie: sorted by their codes, placed, turned and put aside by a person.

The caller has locked the stack, so that two operators of one office take turns.
"""

from __future__ import annotations

import io

from PIL import Image

from rentan.berkas.status import JenisBerkas
from rentan.core.actor import Pelaku
from rentan.core.arsip import hash_of, simpan
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.errors import RuleError
from rentan.core.qr import KodePemisah, KodeSurat, parse_kode
from rentan.core.workflow import check_version
from rentan.ext import db
from rentan.pindai import baca, queries
from rentan.pindai.buang import forget_pictures
from rentan.pindai.models import HalamanPindai, Tumpukan
from rentan.pindai.pilah import Tempat, Terbaca, pilah
from rentan.pindai.status import HasilHalaman, StatusTumpukan
from rentan.surat_kuasa.models import SuratKuasa


def sort_stack(tumpukan: Tumpukan) -> None:
    """Put every page where its code says; what a person decided, and what is filed, stays."""
    pages = queries.list_halaman(tumpukan)
    fixed = {
        one.nomor
        for one in pages
        if one.berkas_id or one.dibuang_pada or (one.ditempatkan_pada and one.surat_kuasa_id)
    }
    taken = {slot for one in pages if one.nomor in fixed and (slot := _slot(one))}
    free = [one for one in pages if one.nomor not in fixed]
    codes = [parse_kode(one.kode or "") for one in free]
    refs = {kode.ref for kode in codes if isinstance(kode, KodeSurat | KodePemisah)}
    letak = pilah([_reading(one) for one in free], queries.kenali(tumpukan.opd_id, refs), taken)
    moved = [one for one in free if _slot(one) != letak[one.nomor].tempat]
    for one in moved:
        one.surat_kuasa_id = one.jenis = one.halaman_surat = None
    db.session.flush()  # empty slots first: the database refuses two pages in one
    for one in free:
        one.hasil = letak[one.nomor].hasil
    for one in moved:
        if (tempat := letak[one.nomor].tempat) is not None:
            _put(one, tempat)
    db.session.flush()


def _reading(one: HalamanPindai) -> Terbaca:
    return Terbaca(
        nomor=one.nomor,
        kode=one.kode,
        tinta=one.tinta,
        sha256=one.sha256 or "",
        kosong=one.hasil is HasilHalaman.KOSONG,
        rusak=one.hasil is HasilHalaman.RUSAK,
        tempel_kosong=one.tempel_kosong,
    )


def _slot(one: HalamanPindai) -> Tempat | None:
    if one.surat_kuasa_id is None or one.jenis is None or one.halaman_surat is None:
        return None
    return Tempat(one.surat_kuasa_id, one.jenis, one.halaman_surat)


def _put(one: HalamanPindai, tempat: Tempat) -> None:
    one.surat_kuasa_id, one.jenis, one.halaman_surat = tempat.surat_id, tempat.jenis, tempat.halaman


def place_page(
    halaman: HalamanPindai,
    surat: SuratKuasa,
    jenis: JenisBerkas,
    nomor: int = 1,
    *,
    by: Pelaku,
    versi: int | None = None,
) -> None:
    """A person says what this page is. Raises ``RuleError``: ``bukan_menunggu`` (or of another OPD),
    ``halaman_surat``, ``sudah_ada``, ``tanpa_gambar``; ``Stale``."""
    _check_open(halaman, versi)
    if halaman.kunci_gambar is None:
        raise RuleError("Halaman ini tidak dapat dibuka. Pindai ulang lembarnya.", kode="tanpa_gambar")
    waiting = queries.menunggu_berkas([surat])[surat.id]
    if surat.asn.opd_id != halaman.tumpukan.opd_id or jenis not in waiting:
        raise RuleError(
            f"Surat itu tidak menunggu {jenis.label}. Pilih surat lain.", "surat", kode="bukan_menunggu"
        )
    last = int(surat.halaman or 1) if jenis is JenisBerkas.SURAT_KUASA else 1
    if not 1 <= nomor <= last:
        raise RuleError(f"Surat itu hanya {last} halaman.", "sebagai", kode="halaman_surat")
    tempat = Tempat(surat.id, jenis, nomor)
    for other in queries.list_halaman(halaman.tumpukan):
        if other.id != halaman.id and _slot(other) == tempat:
            raise RuleError(
                f"Bagian itu sudah diisi halaman {other.nomor} tumpukan ini. Sisihkan dahulu halaman itu.",
                "sebagai",
                kode="sudah_ada",
            )
    _put(halaman, tempat)
    _decided(halaman, by, "ditempatkan")
    halaman.dibuang_pada = None
    db.session.flush()
    sort_stack(halaman.tumpukan)


def set_aside(halaman: HalamanPindai, *, by: Pelaku, versi: int | None = None) -> None:
    """This page is no paper of a letter, or a bad scan; a double may take its place.

    Raises ``RuleError``, ``Stale``.
    """
    _check_open(halaman, versi)
    halaman.surat_kuasa_id = halaman.jenis = halaman.halaman_surat = None
    _decided(halaman, by, "disisihkan")
    halaman.dibuang_pada = now()
    db.session.flush()
    sort_stack(halaman.tumpukan)


def take_back(halaman: HalamanPindai, *, by: Pelaku, versi: int | None = None) -> None:
    """Undo what a person said of this page: its own code decides again. ``RuleError``, ``Stale``."""
    _check_open(halaman, versi)
    _decided(halaman, by, "dikembalikan")
    halaman.ditempatkan_oleh = halaman.ditempatkan_pada = halaman.dibuang_pada = None
    halaman.surat_kuasa_id = halaman.jenis = halaman.halaman_surat = None
    db.session.flush()
    sort_stack(halaman.tumpukan)


def turn_page(halaman: HalamanPindai, *, by: Pelaku, versi: int | None = None) -> None:
    """Turn the picture clockwise by 90 degrees: a page without a readable code shows no upper edge.

    Raises ``RuleError``, ``Stale``.
    """
    _check_open(halaman, versi)
    picture = Image.open(io.BytesIO(queries.read_gambar(halaman))).rotate(-90, expand=True)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    forget_pictures([halaman])
    halaman.kunci_gambar = simpan(halaman, "kunci_gambar", out.getvalue(), prefix=baca.PREFIX)
    halaman.sha256 = hash_of(out.getvalue())
    halaman.lebar, halaman.tinggi = picture.size
    halaman.putaran = (halaman.putaran + 90) % 360
    record(Peristiwa.HALAMAN_DITEMPATKAN, by=by, objek=halaman, apa="diputar")


def _decided(halaman: HalamanPindai, by: Pelaku, apa: str) -> None:
    halaman.ditempatkan_oleh, halaman.ditempatkan_pada = by.akun_id, now()
    record(Peristiwa.HALAMAN_DITEMPATKAN, by=by, objek=halaman, apa=apa, surat=halaman.surat_kuasa_id)


def _check_open(halaman: HalamanPindai, versi: int | None) -> None:
    check_version(halaman, versi)
    if halaman.tumpukan.status is not StatusTumpukan.SIAP:
        raise RuleError(
            f"Tumpukan ini berstatus “{halaman.tumpukan.status.label}”, sehingga tidak dapat diubah.",
            kode="tumpukan_tutup",
        )
    if halaman.berkas_id is not None:
        raise RuleError("Halaman ini sudah tersimpan pada suratnya.", kode="sudah_tersimpan")
