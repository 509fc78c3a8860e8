"""From a letter's rows to the paper: what ``surat_kuasa.typ`` is given, and what is frozen of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from rentan.asuhan.queries import harga
from rentan.core import cetak_data
from rentan.core.kop import kop_kota
from rentan.core.settings import get_setting
from rentan.core.subject import load_deks, reveal
from rentan.ext import db, runtime
from rentan.opd.models import Opd
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.queries import isi_draf_of
from rentan.tarif.queries import hari_debet
from rentan.util.nik import mask_nik

BPJS = "BPJS Ketenagakerjaan"


def susun_dokumen(surat: SuratKuasa) -> cetak_data.SuratKuasa:
    """The letter as it is to be printed now. The guards of M2 have passed, else ``ValueError``."""
    profil = runtime().profil
    if not (surat.nomor and surat.plafon and surat.bulan_pertama and surat.daftar):
        raise ValueError("the letter is not complete")
    load_deks(one.asuhan.pekerja_id for one in surat.daftar)
    return cetak_data.SuratKuasa(
        kop=kop_kota(),
        nomor=surat.nomor,
        ref=surat.ref,
        versi=surat.urutan_versi,
        tempat=profil.tempat,
        gerakan=profil.nama_gerakan,
        dasar_hukum=profil.dasar_hukum,
        pemberi=_pemberi(surat),
        penerima=cetak_data.PenerimaKuasa(
            bank=profil.bank.nama_lengkap,
            cabang=profil.bank.cabang,
            alamat=profil.bank.alamat,
            pengirim_daftar=profil.pengirim_daftar,
        ),
        plafon=surat.plafon,
        periode=surat.daftar[0].asuhan.periode,
        bulan_pertama=surat.bulan_pertama,
        debet_pertama=hari_debet(surat.bulan_pertama),
        ulang_maks=int(get_setting("maks_coba_debet")),
        pekerja=tuple(_baris(one, surat.bulan_pertama) for one in surat.daftar),
        penerima_data=(profil.nama_pemda, profil.bank.nama_lengkap, BPJS),
        meterai=profil.batas.meterai,
    )


def _pemberi(surat: SuratKuasa) -> cetak_data.PemberiKuasa:
    isi = isi_draf_of(surat)
    return cetak_data.PemberiKuasa(
        nama=surat.asn.nama,
        nip=surat.asn.nip,
        jabatan=surat.asn.jabatan,
        opd=db.session.get_one(Opd, surat.asn.opd_id).nama,
        alamat=isi["alamat"],
        telepon=isi["telepon"],
        nomor_rekening=reveal(surat, "rekening") or "",
        nama_rekening=surat.nama_rekening or "",
    )


def _baris(satu: SuratPekerja, bulan: date) -> cetak_data.BarisPekerja:
    """The bank needs no whole NIK; its first part tells namesakes apart.

    The serial is hidden here as on every page of the donor: a letter that shows it and a page that shows the
    rest would together give the number (MSK-1).
    """
    pekerja = satu.asuhan.pekerja
    return cetak_data.BarisPekerja(
        nama=pekerja.nama,
        nik=mask_nik(reveal(pekerja, "nik") or "", lahir_terlihat=True),
        pekerjaan=pekerja.pekerjaan,
        program=satu.asuhan.program,
        iuran=harga(satu.asuhan, bulan).total,
    )


def freeze(dokumen: cetak_data.SuratKuasa) -> str:
    """All that the print says, as JSON (dates ISO, without the emblem's picture): the content of ``isi_enc``.

    Address and phone stand at the top again, so that a later version starts from them.
    """
    isi: dict[str, Any] = asdict(dokumen)
    isi["kop"].pop("logo")
    isi["alamat"], isi["telepon"] = dokumen.pemberi.alamat, dokumen.pemberi.telepon
    return json.dumps(isi, ensure_ascii=False, default=_iso)


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"not printable: {type(value).__name__}")
