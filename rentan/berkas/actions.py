"""Keeping papers: limits, cleaning, encryption, and the order that a crash cannot hurt (UPL-1…5)."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rentan.asn.models import Asn
from rentan.berkas.models import Berkas
from rentan.berkas.queries import list_kunci, used_today
from rentan.berkas.sanitise import Bersih, sanitise
from rentan.berkas.status import JenisBerkas
from rentan.core.actor import Pelaku
from rentan.core.arsip import sapu, simpan
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.errors import RuleError
from rentan.ext import db, runtime

PREFIX = "berkas"


@contextmanager
def at_field(jenis: JenisBerkas) -> Iterator[None]:
    """What is refused inside belongs to the form field of this paper (``surat_kuasa``, ``ktp``, …)."""
    try:
        yield
    except RuleError as refused:
        refused.field = refused.field or jenis.value
        raise


def clean_upload(data: bytes, nama_file: str, jenis: JenisBerkas, *, by: Pelaku) -> Bersih:
    """The harmless copy of an upload, made in the sandbox: slow, so do it before the transaction that writes.

    Of a signed letter the page codes are read as well.
    Raises ``RuleError`` with one sentence; the refusal stands in the trail, without the file's name.
    """
    try:
        with at_field(jenis):
            return sanitise(data, nama_file, baca_kode=jenis is JenisBerkas.SURAT_KUASA)
    except RuleError as refused:
        record(
            Peristiwa.BERKAS_DITOLAK,
            by=by,
            hasil="ditolak",
            sebab=refused.kode,
            jenis=jenis.value,
            ukuran=len(data),
        )
        raise


def check_kuota(ukuran: int, *, by: Pelaku) -> None:
    """Refuse the file that would exceed a person's files or bytes of one day (UPL-1)."""
    if by.akun_id is None:
        return
    batas = runtime().profil.batas
    files, size = used_today(by.akun_id)
    if files >= batas.berkas_per_hari or size + ukuran > batas.ukuran_berkas_per_hari:
        raise RuleError(
            f"Hari ini Anda sudah mengunggah {files} berkas. Batasnya {batas.berkas_per_hari} berkas dan "
            f"{batas.ukuran_berkas_per_hari // 1024**2} MB sehari; lanjutkan besok.",
            kode="berkas_kuota",
        )


def simpan_unggahan(
    *,
    jenis: JenisBerkas,
    data: bytes,
    nama_file: str,
    asn: Asn,
    surat_kuasa_id: uuid.UUID | None,
    by: Pelaku,
    bersih: Bersih | None = None,
    halaman_dikenal: int | None = None,
) -> Berkas:
    """Keep an uploaded paper of ``asn``; the paper of the same kind before it stays, but no longer counts.

    ``bersih`` is the copy made by ``clean_upload`` before the transaction; without it the copy is made now.
    Who may upload for whom is the letter's rule: ``surat_kuasa.actions.unggah_berkas``. Raises ``RuleError``.
    """
    check_kuota(len(data), by=by)
    bersih = bersih or clean_upload(data, nama_file, jenis, by=by)
    row = Berkas(
        id=uuid.uuid4(),
        jenis=jenis,
        asn_id=asn.id,
        surat_kuasa_id=surat_kuasa_id,
        mime=bersih.mime,
        halaman=bersih.halaman,
        halaman_dikenal=halaman_dikenal,
        ukuran_asal=len(data),
        ukuran=len(bersih.data),
        sha256_asal=hashlib.sha256(data).hexdigest(),
        sha256=hashlib.sha256(bersih.data).hexdigest(),
        diunggah_oleh=by.akun_id,
        diunggah_pada=now(),
    )
    row.kunci_asal = simpan(row, "kunci_asal", data, prefix=PREFIX)
    row.kunci_bersih = simpan(row, "kunci_bersih", bersih.data, prefix=PREFIX)
    return _enter(row, by=by)


def simpan_cetakan(
    pdf: bytes,
    *,
    halaman: int,
    asn: Asn,
    surat_kuasa_id: uuid.UUID,
    by: Pelaku,
    jenis: JenisBerkas = JenisBerkas.SURAT_CETAK,
) -> Berkas:
    """Freeze a letter that we printed: these bytes are what every later download gives."""
    sha256 = hashlib.sha256(pdf).hexdigest()
    row = Berkas(
        id=uuid.uuid4(),
        jenis=jenis,
        asn_id=asn.id,
        surat_kuasa_id=surat_kuasa_id,
        mime="application/pdf",
        halaman=halaman,
        ukuran_asal=len(pdf),
        ukuran=len(pdf),
        sha256_asal=sha256,
        sha256=sha256,
        diunggah_oleh=by.akun_id,
        diunggah_pada=now(),
    )
    row.kunci_bersih = simpan(row, "kunci_bersih", pdf, prefix=PREFIX)
    db.session.add(row)
    db.session.flush()
    return row


def simpan_pindaian(
    *,
    jenis: JenisBerkas,
    data: bytes,
    mime: str,
    halaman: int,
    asn: Asn,
    surat_kuasa_id: uuid.UUID,
    by: Pelaku,
    halaman_dikenal: int | None = None,
) -> Berkas:
    """Keep a paper put together from re-made pages of a scanned stack; it takes an older one's place.

    There is no file as received: it was one of many people's, and is destroyed. The quota is the stack's.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    row = Berkas(
        id=uuid.uuid4(),
        jenis=jenis,
        asn_id=asn.id,
        surat_kuasa_id=surat_kuasa_id,
        mime=mime,
        halaman=halaman,
        halaman_dikenal=halaman_dikenal,
        ukuran_asal=len(data),
        ukuran=len(data),
        sha256_asal=sha256,
        sha256=sha256,
        diunggah_oleh=by.akun_id,
        diunggah_pada=now(),
    )
    row.kunci_bersih = simpan(row, "kunci_bersih", data, prefix=PREFIX)
    return _enter(row, by=by, tumpukan=True)


def bawa_berkas(dari: uuid.UUID, ke: uuid.UUID, jenis: JenisBerkas) -> None:
    """Carry a paper over to the letter's next version: a KTP stays the same when the workers change."""
    row = db.session.scalar(
        db.select(Berkas).where(
            Berkas.surat_kuasa_id == dari, Berkas.jenis == jenis, Berkas.diganti_pada.is_(None)
        )
    )
    if row is not None:
        row.surat_kuasa_id = ke
        db.session.flush()


def gugurkan_berkas(surat_kuasa_id: uuid.UUID, jenis: JenisBerkas) -> None:
    """The letter's paper of this kind counts no longer; it stays as evidence."""
    _replace(surat_kuasa_id, jenis)


def _enter(row: Berkas, *, by: Pelaku, **lain: Any) -> Berkas:
    """A stored paper takes the place of an older one of its kind, with a row in the trail."""
    _replace(row.surat_kuasa_id, row.jenis)
    db.session.add(row)
    db.session.flush()
    record(
        Peristiwa.BERKAS_DIUNGGAH,
        by=by,
        objek=row,
        jenis=row.jenis.value,
        ukuran=row.ukuran_asal,
        surat=row.surat_kuasa_id,
        dibantu=by.asn_id != row.asn_id,
        **lain,
    )
    return row


def _replace(surat_kuasa_id: uuid.UUID | None, jenis: JenisBerkas) -> None:
    db.session.execute(
        db.update(Berkas)
        .where(Berkas.surat_kuasa_id == surat_kuasa_id, Berkas.jenis == jenis, Berkas.diganti_pada.is_(None))
        .values(diganti_pada=now())
    )


def sapu_berkas() -> int:
    """Job: delete stored objects that no row knows and that are older than two days; how many they were."""
    return sapu(PREFIX, list_kunci())
