"""A letter in the queue and people who verify it, for the tests of this room."""

from __future__ import annotations

from typing import Any

from rentan.berkas import actions as berkas_actions
from rentan.berkas.models import Berkas
from rentan.berkas.queries import list_kini
from rentan.berkas.sanitise import Bersih
from rentan.berkas.status import WAJIB_UNGGAH, JenisBerkas
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.surat_kuasa import actions as surat_actions
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import AsliDi
from rentan.verifikasi import actions, queries
from rentan.verifikasi.status import HasilPutusan
from tests import factories
from tests.cast import Orang, _sandi_hash
from tests.surat_kuasa.kertas import make_cetak, photo

YA = HasilPutusan.YA


def verifikator(nama: str = "Vera") -> Orang:
    """One more verifikator, who is no ASN."""
    akun = factories.make_akun(nama.lower(), f"{nama} Rekaan", sandi_hash=_sandi_hash())
    factories.grant(akun, Peran.VERIFIKATOR)
    db.session.flush()
    return Orang(akun)


def surat_masuk(orang: Any, *, asli: AsliDi = AsliDi.OPD, **isi: Any) -> SuratKuasa:
    """A letter handed in, its original at the OPD. The papers are photos: who uploads is the ASN himself."""
    by = orang.pelaku
    surat = make_cetak(orang, **isi)
    for jenis in WAJIB_UNGGAH:
        add_berkas(surat, jenis, by.akun_id)
    surat_actions.unggah(surat, ditandatangani_pada=today(), by=by)
    surat.asli_di = asli
    db.session.flush()
    return surat


def add_berkas(surat: SuratKuasa, jenis: JenisBerkas, akun_id: Any) -> Berkas:
    """A paper of the letter, kept as the application keeps it but without the sandbox."""

    data = photo()
    return berkas_actions.simpan_unggahan(
        jenis=jenis,
        data=data,
        nama_file="x.jpg",
        asn=surat.asn,
        surat_kuasa_id=surat.id,
        by=Pelaku(akun_id=akun_id),
        bersih=Bersih("image/jpeg", data, 1, 640, 400),
    )


def ambil(surat: SuratKuasa, orang: Any) -> SuratKuasa:
    actions.claim_surat(surat, by=orang.pelaku)
    return surat


def berkas(surat: SuratKuasa, jenis: JenisBerkas = JenisBerkas.KTP) -> Berkas:
    return list_kini(surat.id)[jenis]


def putus(surat: SuratKuasa, orang: Any, **lain: tuple[HasilPutusan, str | None]) -> None:
    """A verdict on everything: "ya", but for what is named ``ktp=(PERBAIKI, "buram")``, ``pekerja_1=…``."""
    for hal in queries.list_hal(surat):
        hasil, alasan = lain.get(hal.kunci.replace("-", "_"), (YA, None))
        if hal.asuhan is not None:
            actions.judge_pekerja(surat, hal.asuhan, hasil=hasil, alasan=alasan, by=orang.pelaku)
        else:
            assert hal.berkas is not None
            actions.judge_berkas(surat, hal.berkas, hasil=hasil, alasan=alasan, by=orang.pelaku)
