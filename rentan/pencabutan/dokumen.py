"""From a withdrawal's rows to its paper."""

from __future__ import annotations

from datetime import timedelta

from rentan.core import cetak_cabut, cetak_data
from rentan.core.subject import reveal
from rentan.ext import db, runtime
from rentan.opd.models import Opd
from rentan.pencabutan.models import Pencabutan
from rentan.surat_kuasa.models import SuratKuasa


def susun_pencabutan(row: Pencabutan, surat: SuratKuasa, *, lewat_kertas: bool) -> cetak_cabut.Pencabutan:
    """The letter as it is to be printed now. The whole account number stands in it: it goes to the bank."""
    profil = runtime().profil
    sampai = surat.berlaku_sampai
    pernah = sampai is not None and surat.berlaku_mulai is not None
    return cetak_cabut.Pencabutan(
        nomor=row.nomor,
        tempat=profil.tempat,
        tanggal=row.ditandatangani_pada,
        nama=surat.asn.nama,
        nip=surat.asn.nip,
        opd=db.session.get_one(Opd, surat.asn.opd_id).nama,
        nomor_rekening=reveal(surat, "rekening") or "",
        nama_rekening=surat.nama_rekening or "",
        penerima=cetak_data.PenerimaKuasa(
            bank=profil.bank.nama_lengkap,
            cabang=profil.bank.cabang,
            alamat=profil.bank.alamat,
            pengirim_daftar=profil.pengirim_daftar,
        ),
        nomor_surat=surat.nomor or "",
        ref=surat.ref,
        versi=surat.urutan_versi,
        surat_ditandatangani=surat.ditandatangani_pada,
        bebas_mulai=sampai + timedelta(days=1) if pernah and sampai is not None else None,
        diterima=row.diterima_pada,
        lewat_kertas=lewat_kertas,
    )
