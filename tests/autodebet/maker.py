"""Accepted letters, packets on their way and the bank's answers for the tests of both rooms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rentan.asn.hitungan import naik
from rentan.asn.status import Tahap
from rentan.asuhan.putusan import terima
from rentan.autodebet.jawaban import PENANGAN as JAWABAN
from rentan.core.clock import now, today
from rentan.core.imports import run_import
from rentan.core.imports_base import Hasil
from rentan.core.workflow import advance
from rentan.ext import db
from rentan.paket import actions as paket_actions
from rentan.paket.models import Paket
from rentan.paket.status import JenisPaket
from rentan.surat_kuasa.asli import pindah_asli
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import MACHINE, AsliDi
from rentan.tarif.queries import bulan_pertama
from tests.surat_kuasa.kertas import REKENING, make_unggah

BARIS_KEPALA = "REFERENSI;NO_REKENING;KODE_HASIL;KETERANGAN;TANGGAL"


def setujui(surat: SuratKuasa, cast: Any, *, asli: AsliDi = AsliDi.ADMIN) -> SuratKuasa:
    """M5 and M9 with the machine's own moves, as the verifikator makes them; the paper is at ``asli``."""
    by = cast.rini.pelaku
    advance(MACHINE, surat, "ambil", by=by)
    surat.diperiksa_oleh, surat.diperiksa_sejak = by.akun_id, now()
    advance(MACHINE, surat, "setujui", by=by)
    surat.diperiksa_oleh = surat.diperiksa_sejak = None
    surat.diputus_pada = now()
    naik(surat.asn, Tahap.TERVERIFIKASI, pada=today())
    for satu in surat.daftar:
        if satu.asuhan.status.value == "diusulkan":
            terima(satu.asuhan, by=by)
    surat.asli_di = AsliDi.OPD
    if asli is not AsliDi.OPD:
        pindah_asli(surat, asli, by=cast.dewi.pelaku)
    db.session.flush()
    return surat


def make_setuju(cast: Any, nama: str = "sari", **more: Any) -> SuratKuasa:
    """An accepted letter of this person."""
    return setujui(make_unggah(getattr(cast, nama)), cast, **more)


def susun(cast: Any) -> Paket:
    return paket_actions.susun_paket(JenisPaket.MANDAT, bulan_pertama(today()), by=cast.hadi.pelaku)


def setujui_paket(paket: Paket, cast: Any) -> Paket:
    paket_actions.kunci_paket(paket, by=cast.hadi.pelaku)
    paket_actions.setujui_paket(paket, by=cast.yuni.pelaku)
    return paket


def kirim(cast: Any) -> Paket:
    """A packet of everything that is ready, at the bank."""
    paket = setujui_paket(susun(cast), cast)
    paket_actions.kirim_paket(paket, by=cast.hadi.pelaku, tanda_terima="loket 3")
    return paket


def jawab(surat: SuratKuasa, kode: str = "00", *, rekening: str = REKENING, tanggal: str = "") -> str:
    """One line of the bank's answer."""
    return f"{surat.ref};{rekening};{kode};kata bank;{tanggal or f'{today():%d-%m-%Y}'}"


def impor(baris: Iterable[str], cast: Any, *, kaki: str = "", take_good: bool = True) -> Hasil:
    """Read and apply an answer file as the bendahara."""
    text = "\r\n".join([BARIS_KEPALA, *baris, *([kaki] if kaki else [])])
    return run_import(JAWABAN, text.encode(), "jawaban.csv", take_good=take_good, by=cast.hadi.pelaku)


def make_berlaku(cast: Any, nama: str = "sari") -> SuratKuasa:
    """A letter in force."""
    surat = make_setuju(cast, nama)
    kirim(cast)
    impor([jawab(surat)], cast)
    return surat
