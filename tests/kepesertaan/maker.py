"""Workers on their way to BPJS, and BPJS's files, for the tests of this room."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.core.actor import Pelaku
from rentan.core.clock import now
from rentan.core.imports import run_import
from rentan.core.imports_base import Hasil
from rentan.core.subject import reveal
from rentan.ext import db
from rentan.kepesertaan.impor import PENANGAN
from rentan.kepesertaan.kpj import PENANGAN as KPJ
from rentan.paket import actions
from rentan.paket.models import Paket
from rentan.paket.status import JenisPaket
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import StatusPekerja
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.status import AsliDi, StatusSurat
from tests import factories
from tests.asn.roster_files import xlsx
from tests.cast import Cast

JUDUL = ("Nomor Identitas", "Nama Lengkap", "Status (Y/T)", "Keterangan Status Data")
BULAN = date(2026, 12, 1)


def make_surat(asn: Asn, status: StatusSurat = StatusSurat.TERVERIFIKASI) -> SuratKuasa:
    """The ASN's letter in this state; the same one when there is one."""
    surat = db.session.scalar(db.select(SuratKuasa).where(SuratKuasa.asn_id == asn.id))
    if surat is not None:
        return surat
    number = db.session.scalar(db.select(db.func.count()).select_from(SuratKuasa)) + 1
    surat = SuratKuasa(
        id=uuid.uuid4(), asn_id=asn.id, nomor=f"SK/{number}", ref=f"REF{number:05d}", urutan_versi=1,
        status=status, asli_di=AsliDi.ASN, plafon=168_000, bulan_pertama=BULAN, isi_enc=b"x",
        sha256="0" * 64, dicetak_pada=now(), diunggah_pada=now(), ditandatangani_pada=date(2026, 11, 2),
        diputus_pada=now(), dibuat_pada=now(),
    )  # fmt: skip
    db.session.add(surat)
    db.session.flush()
    return surat


def make_siap(
    asn: Asn,
    nama: str = "Slamet Rekaan",
    *,
    status_surat: StatusSurat = StatusSurat.TERVERIFIKASI,
    status_asuhan: StatusAsuhan = StatusAsuhan.MENUNGGU_MANDAT,
    **more: Any,
) -> Pekerja:
    """A worker whom nothing keeps from BPJS, unless the arguments say so."""
    lokasi = more.pop("lokasi_kerja", "Pasar")
    pekerja = factories.make_pekerja(nama, **more)
    pekerja.lokasi_kerja = lokasi
    asuhan = Asuhan(
        id=uuid.uuid4(), asn_id=asn.id, pekerja_id=pekerja.id, status=status_asuhan, program="JKK+JKM",
        penghasilan=1_000_000, bulan_pertama=BULAN, dibuat_pada=now(),
    )  # fmt: skip
    db.session.add(asuhan)
    db.session.flush()
    surat = make_surat(asn, status_surat)
    count = db.session.scalar(
        db.select(db.func.count()).select_from(SuratPekerja).where(SuratPekerja.surat_kuasa_id == surat.id)
    )
    db.session.add(
        SuratPekerja(surat_kuasa_id=surat.id, asuhan_id=asuhan.id, urutan=count + 1, harga_tertinggi=16_800)
    )
    db.session.flush()
    return pekerja


def send(cast: Cast, *, by: Pelaku | None = None) -> Paket:
    """Build, lock, approve and send a list with everybody who is ready."""
    bayu = by or cast.bayu.pelaku
    paket = actions.susun_paket(JenisPaket.DAFTAR, BULAN, by=bayu)
    actions.kunci_paket(paket, by=bayu)
    actions.setujui_paket(paket, by=cast.yuni.pelaku)
    actions.kirim_paket(paket, by=bayu, tanda_terima="loket 2")
    db.session.flush()
    return paket


def answer(pekerja: Pekerja, status: str = "Y", keterangan: str = "", nama: str | None = None) -> list[str]:
    """A row of BPJS's answer."""
    return [reveal(pekerja, "nik") or "", nama or pekerja.nama, status, keterangan]


def jawaban(*rows: Sequence[Any], judul: Sequence[str] = JUDUL) -> bytes:
    return xlsx(("JAWABAN", rows), header=judul)


def read_answer(cast: Cast, *rows: Sequence[Any], judul: Sequence[str] = JUDUL, **more: Any) -> Hasil:
    """Read and apply BPJS's answer as the liaison."""
    data = jawaban(*rows, judul=judul)
    hasil = run_import(PENANGAN, data, "jawaban.xlsx", by=cast.bayu.pelaku, **more)
    db.session.commit()
    return hasil


def read_kpj(cast: Cast, *rows: Sequence[Any], **more: Any) -> Hasil:
    data = xlsx(("KPJ", rows), header=("NIK", "NAMA", "KPJ"))
    hasil = run_import(KPJ, data, "kpj.xlsx", by=cast.bayu.pelaku, **more)
    db.session.commit()
    return hasil


def make_terdaftar(cast: Cast, nama: str = "Slamet Rekaan") -> Pekerja:
    """A worker whom BPJS has registered."""
    pekerja = make_siap(cast.sari.asn, nama)
    send(cast)
    read_answer(cast, answer(pekerja))
    assert pekerja.status is StatusPekerja.TERDAFTAR
    return pekerja
