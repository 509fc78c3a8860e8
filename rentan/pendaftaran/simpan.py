"""What every saving has in common: the draft, the print made void, the letter kept in step."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from sqlalchemy.exc import IntegrityError

from rentan.asn.status import StatusAktif
from rentan.core.actor import Pelaku
from rentan.core.clock import now
from rentan.core.errors import RuleError
from rentan.core.workflow import advance
from rentan.ext import db
from rentan.pendaftaran.isian import load_isian, store_isian
from rentan.pendaftaran.langkah import count_done
from rentan.pendaftaran.models import Pendaftaran
from rentan.pendaftaran.queries import Keadaan, find_draf, load_keadaan
from rentan.pendaftaran.ringkasan import alamat_lengkap
from rentan.pendaftaran.status import MACHINE
from rentan.surat_kuasa import actions as surat_actions
from rentan.surat_kuasa.status import StatusSurat

SUDAH_TERKIRIM = (
    "Pendaftaran Anda sudah terkirim dan surat kuasanya sedang diproses. Perubahan dapat dibuat setelah "
    "surat itu selesai diperiksa."
)


def start_pendaftaran(keadaan: Keadaan, *, by: Pelaku) -> Pendaftaran:
    """P1: the open draft, made at the first saving. Two tabs at once get the same one (CON-1).

    Raises ``RuleError``: ``surat_berjalan`` (a sent letter is under way, M1), ``asn_tidak_aktif``.
    """
    require_open(keadaan)
    if keadaan.draf is not None:
        return keadaan.draf
    row = Pendaftaran(id=uuid.uuid4(), asn_id=keadaan.asn.id, selesai=0, dibuat_pada=now(), diubah_pada=now())
    if keadaan.surat is not None:
        row.surat_kuasa_id = keadaan.surat.id
    try:
        with db.session.begin_nested():
            advance(MACHINE, row, "mulai", by=by, baru=True)
    except IntegrityError:
        earlier = find_draf(keadaan.asn.id, lock=True)
        if earlier is None:
            raise
        return earlier
    return row


def require_open(keadaan: Keadaan) -> None:
    """Refuse whoever may not begin or change a sign-up now.

    Codes as ``start_pendaftaran``, and ``surat_terkirim``.
    """
    if keadaan.surat_lain is not None:
        raise RuleError(SUDAH_TERKIRIM, kode="surat_berjalan")
    if keadaan.terkunci:
        raise RuleError(
            "Surat kuasa Anda sudah dikirim, jadi isinya tidak dapat diubah lagi. Periksa jawaban, lalu "
            "kirim pendaftaran.",
            kode="surat_terkirim",
        )
    if keadaan.asn.status_aktif is not StatusAktif.AKTIF:
        raise RuleError(
            "Hanya ASN yang tercatat aktif yang dapat mendaftar. Hubungi operator OPD bila ini keliru.",
            kode="asn_tidak_aktif",
        )


def change_draf(keadaan: Keadaan, cetak_ulang: bool, by: Pelaku) -> Pendaftaran:
    """The draft, ready for a change: a print becomes void (M3), which the donor says before with a tick."""
    draf = start_pendaftaran(keadaan, by=by)
    surat = keadaan.surat
    if surat is None or not keadaan.tercetak:
        return draf
    if not cetak_ulang:
        raise RuleError(
            "Surat kuasa sudah dicetak. Centang bahwa surat itu akan diganti dan dicetak ulang.",
            "cetak_ulang",
            kode="perlu_cetak_ulang",
        )
    draf.surat_kuasa_id = surat_actions.ubah(surat, by=by).id
    isian = load_isian(draf)
    isian.ditandatangani_pada = None
    store_isian(draf, isian)
    return draf


def save_langkah(
    keadaan: Keadaan,
    langkah: str,
    versi: int | None,
    cetak_ulang: bool,
    answers: Mapping[str, object],
    by: Pelaku,
) -> Pendaftaran:
    """Store one step's answers; unchanged answers leave a printed letter as it is."""
    if any(getattr(keadaan.isian, name) != value for name, value in answers.items()):
        draf = change_draf(keadaan, cetak_ulang, by)
    else:
        draf = start_pendaftaran(keadaan, by=by)
    isian = load_isian(draf)
    isian.save_langkah(langkah, versi, **answers)
    store_isian(draf, isian)
    return draf


def settle(draf: Pendaftaran, by: Pelaku) -> None:
    """After a saving: the letter's draft says what answers and workers say, and the progress is counted."""
    db.session.flush()
    keadaan = load_keadaan(seen_by=by)
    isian, surat = keadaan.isian, keadaan.surat
    if surat is None and isian.nomor_rekening is not None and keadaan.pekerja:
        surat = surat_actions.buat(keadaan.asn, by=by)
    if surat is not None and surat.status is StatusSurat.DRAF:
        draf.surat_kuasa_id = surat.id
        surat_actions.sinkronkan_pekerja(surat, list(keadaan.pekerja), by=by)
        if isian.nomor_rekening is not None and keadaan.pekerja:
            surat_actions.isi_draf(
                surat,
                rekening=isian.nomor_rekening,
                nama_rekening=isian.nama_rekening,
                plafon=keadaan.plafon,
                bulan_pertama=isian.bulan_pertama,
                alamat=alamat_lengkap(isian),
                telepon=isian.hp,
                by=by,
            )
    db.session.flush()
    touch(draf, load_keadaan(seen_by=by))


def touch(draf: Pendaftaran, keadaan: Keadaan) -> None:
    draf.selesai, draf.diubah_pada = count_done(keadaan), now()
