"""What became of the letters that came in: verified, sent to bank and BPJS, answered.

Told with the application's own moves, each as of its own day (decisions, told past). The days lie back from
today, so that some things are always under way: a queue, a batch to approve, an answer that is waited for.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle
from typing import Any

from sqlalchemy import func, select

from rentan.autodebet.models import BarisMandat
from rentan.berkas.queries import list_kini
from rentan.berkas.status import WAJIB_UNGGAH, JenisBerkas
from rentan.core.actor import Pelaku
from rentan.core.clock import now, to_local
from rentan.core.errors import RuleError
from rentan.core.imports_base import JenisImpor
from rentan.core.subject import load_deks, reveal
from rentan.demo.acak import Acak
from rentan.demo.alur import Alur, Petugas
from rentan.demo.asuhan import Rencana
from rentan.demo.berkas import baca_csv, tulis_csv
from rentan.ext import db
from rentan.kepesertaan.models import BarisDaftar
from rentan.paket.actions import kirim_paket, kunci_paket, setujui_paket, susun_paket
from rentan.paket.models import Paket
from rentan.paket.status import JenisPaket
from rentan.paket.status_baris import HasilBaris
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import TERDAFTAR_DI_BPJS
from rentan.surat_kuasa.models import PerpindahanAsli, SuratKuasa
from rentan.surat_kuasa.status import AsliDi, StatusSurat
from rentan.verifikasi import actions as verifikasi
from rentan.verifikasi.actions import Bagian
from rentan.verifikasi.pendapat import ask_second_opinion
from rentan.verifikasi.status import HasilPutusan, JenisPendapat
from rentan.wilayah.models import Kelurahan

#: Workers whom BPJS has registered on the day of the press count.
TERDAFTAR = 313
#: How many days ago batches were built, oldest first; the last of each kind is still waited for. Whoever was
#: registered 62 days ago has had a contribution recorded by BPJS by now, on whatever day the city is filled.
HARI_DAFTAR = (*range(362, 61, -30), 13, 3)
HARI_MANDAT = (*range(369, 68, -30), 48, 4)
#: BPJS refuses one in so many, in these words.
TIAP_TOLAK = 21
KATA_TOLAK = (
    "NIK tidak ditemukan pada data kependudukan",
    "Nama tidak sesuai dengan NIK",
    "Tanggal lahir tidak sesuai dengan NIK",
    "Sudah terdaftar sebagai Penerima Upah",
)
#: A number that nobody in the city has.
NIK_ASING = "3374014101809999"
#: The bank refuses one letter in so many, for its picture or for its account number.
TIAP_TOLAK_BANK, KODE_BANK = 19, ("21", "14")


class DaftarLanjutan:
    """Verification, bank and BPJS. Cards follow in ``kartu.DaftarKartu`` on the same ``alur``."""

    def __init__(
        self, alur: Alur, petugas: Petugas, rencana: list[Rencana], skala: float, kecamatan_upacara: str
    ) -> None:
        self.rencana, self.alur, self.petugas, self.acak = rencana, alur, petugas, Acak("lanjutan")
        self.sasaran, self.kecamatan_upacara = max(2, round(TERDAFTAR * skala)), kecamatan_upacara
        self._dijawab = 0

    def rencanakan(self) -> None:
        """Put everything on the ``alur``; nothing happens yet."""
        surat = self._surat()
        self._verifikasi([one for one in self.rencana if one.disetujui], surat)
        self._antrean([one for one in self.rencana if not one.disetujui], surat)
        for lalu in HARI_MANDAT:
            self._paket(JenisPaket.MANDAT, lalu, self.petugas.bendahara, self._jawab_bank)
        for lalu in HARI_DAFTAR:
            self._paket(JenisPaket.DAFTAR, lalu, self.petugas.bpjs, self._jawab_bpjs)
        self.alur.pada(self.alur.hari(1), partial(self.kunci, JenisPaket.MANDAT, self.petugas.bendahara))

    def _surat(self) -> dict[uuid.UUID, tuple[uuid.UUID, datetime | None]]:
        """ASN to (letter that came in, when the office had its original)."""
        sampai = (
            select(PerpindahanAsli.surat_kuasa_id, func.min(PerpindahanAsli.pada).label("pada"))
            .where(PerpindahanAsli.ke == AsliDi.OPD)
            .group_by(PerpindahanAsli.surat_kuasa_id)
            .subquery()
        )
        query = (
            select(SuratKuasa.asn_id, SuratKuasa.id, sampai.c.pada)
            .join(sampai, sampai.c.surat_kuasa_id == SuratKuasa.id, isouter=True)
            .where(SuratKuasa.status == StatusSurat.DIUNGGAH)
        )
        return {row[0]: (row[1], row[2]) for row in db.session.execute(query)}

    # -- verification --------------------------------------------------------------------------------------

    def _verifikasi(self, rencana: list[Rencana], surat: dict[uuid.UUID, Any]) -> None:
        siapa = cycle((self.petugas.verifikator, self.petugas.kedua, self.petugas.verifikator))
        for satu, by in zip(rencana, siapa, strict=False):
            surat_id, sampai = surat[satu.orang.id]
            if sampai is None:
                continue
            hari = max(to_local(sampai).date(), satu.terakhir) + timedelta(days=self.acak.randint(1, 3))
            self.alur.pada(self.acak.jam(hari), partial(_setujui, surat_id, by))

    def _antrean(self, rencana: list[Rencana], surat: dict[uuid.UUID, Any]) -> None:
        """Of those in the queue some have a story; at least two wait untouched."""
        menunggu = [surat[one.orang.id][0] for one in rencana if one.orang.id in surat]
        cerita: list[tuple[int, Callable[[uuid.UUID], None]]] = [
            (3, self._buram),
            (2, self._tanpa_tanda_tangan),
            (2, self._data_pekerja),
            (1, self._usul_tolak),
        ]
        for surat_id, (lalu, apa) in zip(menunggu[: max(0, len(menunggu) - 2)], cerita, strict=False):
            self.alur.pada(self.alur.hari(lalu), partial(apa, surat_id))
        tengah = menunggu[len(cerita) : -1]
        siap = select(SuratKuasa.id).where(SuratKuasa.id.in_(tengah), SuratKuasa.asli_di == AsliDi.ADMIN)
        if surat_siap := db.session.scalar(siap.order_by(SuratKuasa.diunggah_pada).limit(1)):
            # Verified just now: there is something to put into the next batches.
            saat = now() - timedelta(hours=1)
            self.alur.pada(saat, partial(_setujui, surat_siap, self.petugas.verifikator))
        if len(menunggu) > len(cerita) + 2:
            by = self.petugas.kedua
            saat = now() - timedelta(minutes=20)
            self.alur.pada(saat, lambda: verifikasi.claim_surat(_ambil(menunggu[-1]), by=by))

    def _buram(self, surat_id: uuid.UUID) -> None:
        self._minta(surat_id, JenisBerkas.KTP, "buram", Bagian(1, 60, 120, 560, 420))

    def _tanpa_tanda_tangan(self, surat_id: uuid.UUID) -> None:
        self._minta(surat_id, JenisBerkas.SURAT_KUASA, "tanpa_tanda_tangan", None)

    def _minta(self, surat_id: uuid.UUID, jenis: JenisBerkas, alasan: str, bagian: Bagian | None) -> None:
        surat, by = _ambil(surat_id), self.petugas.verifikator
        verifikasi.claim_surat(surat, by=by)
        for satu, berkas in list_kini(surat.id).items():
            if satu is jenis:
                verifikasi.judge_berkas(
                    surat, berkas, hasil=HasilPutusan.PERBAIKI, alasan=alasan, bagian=bagian, by=by
                )
            elif satu in WAJIB_UNGGAH:
                verifikasi.judge_berkas(surat, berkas, hasil=HasilPutusan.YA, by=by)
        for daftar in surat.daftar:
            verifikasi.judge_pekerja(surat, daftar.asuhan, hasil=HasilPutusan.YA, by=by)
        verifikasi.request_repair(surat, by=by)

    def _data_pekerja(self, surat_id: uuid.UUID) -> None:
        surat, by = _ambil(surat_id), self.petugas.verifikator
        verifikasi.claim_surat(surat, by=by)
        _terima_berkas(surat, by)
        pertama, *lain = surat.daftar
        verifikasi.judge_pekerja(
            surat, pertama.asuhan, hasil=HasilPutusan.PERBAIKI, alasan="alamat_tidak_jelas", by=by
        )
        for daftar in lain:
            verifikasi.judge_pekerja(surat, daftar.asuhan, hasil=HasilPutusan.YA, by=by)
        verifikasi.request_repair(surat, by=by)

    def _usul_tolak(self, surat_id: uuid.UUID) -> None:
        surat, by = _ambil(surat_id), self.petugas.verifikator
        verifikasi.claim_surat(surat, by=by)
        ask_second_opinion(
            surat, jenis=JenisPendapat.TOLAK, alasan="rekening_orang_lain",
            catatan="Nama di buku rekening bukan nama pegawai ini.", by=by,
        )  # fmt: skip

    # -- batches -------------------------------------------------------------------------------------------

    def _paket(self, jenis: JenisPaket, lalu: int, by: Pelaku, jawab: Callable[[uuid.UUID], None]) -> None:
        """Built and locked, approved and sent on the same day, answered five days later."""
        self.alur.pada(self.alur.hari(lalu), partial(self.kirim, jenis, by, jawab))

    def kunci(self, jenis: JenisPaket, by: Pelaku, lingkup: str = "") -> Paket | None:
        """A batch that waits for its approval, if there is anything to put into it."""
        try:
            with db.session.begin_nested():
                paket = susun_paket(jenis, to_local(now()).date(), by=by, lingkup=lingkup)
                kunci_paket(paket, by=by)
        except RuleError as refused:
            if refused.kode != "paket_kosong":
                raise
            return None
        return paket

    def kirim(
        self,
        jenis: JenisPaket,
        by: Pelaku,
        setelah: Callable[[uuid.UUID], None],
        lingkup: str = "",
        jeda: timedelta = timedelta(days=5),
    ) -> None:
        """A batch on its way; ``setelah`` happens ``jeda`` later."""
        paket = self.kunci(jenis, by, lingkup)
        if paket is None:
            return
        approve = partial(setujui_paket, paket, by=self.petugas.penyetuju)
        self.alur.nanti(timedelta(hours=2), approve)
        self.alur.nanti(timedelta(hours=4), partial(kirim_paket, paket, by=by, tanda_terima="Diterima loket"))
        self.alur.nanti(jeda, partial(setelah, paket.id))

    def _jawab_bank(self, paket_id: uuid.UUID) -> None:
        query = (
            select(SuratKuasa)
            .join(BarisMandat, BarisMandat.surat_kuasa_id == SuratKuasa.id)
            .where(BarisMandat.paket_id == paket_id, BarisMandat.hasil == HasilBaris.MENUNGGU)
            .order_by(BarisMandat.urutan)
        )
        isi = [["REFERENSI", "NO_REKENING", "KODE_HASIL", "KETERANGAN", "TANGGAL"]]
        for surat in db.session.scalars(query):
            self._dijawab += 1
            kali, sisa = divmod(self._dijawab, TIAP_TOLAK_BANK)
            kode = "00" if sisa else KODE_BANK[kali % len(KODE_BANK)]
            isi.append([surat.ref, reveal(surat, "rekening") or "", kode, "", f"{to_local(now()):%d-%m-%Y}"])
        _impor(JenisImpor.JAWABAN_MANDAT, isi, self.petugas.bendahara)

    def _jawab_bpjs(self, paket_id: uuid.UUID) -> None:
        """Y until the city's count is reached; a few T with BPJS's words; for the others no answer yet."""
        query = (
            select(Pekerja, Kelurahan.kecamatan_kode)
            .join(BarisDaftar, BarisDaftar.pekerja_id == Pekerja.id)
            .join(Kelurahan, Kelurahan.kode == Pekerja.kelurahan_kode)
            .where(BarisDaftar.paket_id == paket_id, BarisDaftar.hasil == HasilBaris.MENUNGGU)
            .order_by(BarisDaftar.urutan)
        )
        rows = list(db.session.execute(query))
        load_deks(pekerja.id for pekerja, _ in rows)
        ada = db.session.scalar(
            select(func.count()).select_from(Pekerja).where(Pekerja.status.in_(TERDAFTAR_DI_BPJS))
        )
        sisa = self.sasaran - int(ada or 0)
        isi = [["Status (Y/T)", "Keterangan Status Data", "Nomor Identitas", "Nama Lengkap"]]
        if not ada:  # BPJS's lists name strangers now and then: an exception for a person
            isi.append(["Y", "", NIK_ASING, "Rekaan Asing"])
        kpj = [["NIK", "NAMA", "KPJ"]]
        for n, (pekerja, kecamatan) in enumerate(rows, 1):
            nik = reveal(pekerja, "nik") or ""
            if n % TIAP_TOLAK == 0 and kecamatan != self.kecamatan_upacara:
                isi.append(["T", KATA_TOLAK[n // TIAP_TOLAK % len(KATA_TOLAK)], nik, pekerja.nama])
            elif sisa > 0:
                sisa -= 1
                isi.append(["Y", "", nik, pekerja.nama])
                kpj.append([nik, pekerja.nama, f"26{self.acak.randint(0, 999_999_999):09d}"])
        _impor(JenisImpor.JAWABAN_BPJS, isi, self.petugas.bpjs)
        self.alur.nanti(timedelta(days=1), partial(_impor, JenisImpor.KPJ, kpj, self.petugas.bpjs))


def _ambil(surat_id: uuid.UUID) -> SuratKuasa:
    return db.session.get_one(SuratKuasa, surat_id)


def _terima_berkas(surat: SuratKuasa, by: Pelaku) -> None:
    for jenis, berkas in list_kini(surat.id).items():
        if jenis in WAJIB_UNGGAH:
            verifikasi.judge_berkas(surat, berkas, hasil=HasilPutusan.YA, by=by)


def _setujui(surat_id: uuid.UUID, by: Pelaku) -> None:
    """M5, every verdict "ya", M9."""
    surat = _ambil(surat_id)
    verifikasi.claim_surat(surat, by=by)
    _terima_berkas(surat, by)
    for daftar in surat.daftar:
        verifikasi.judge_pekerja(surat, daftar.asuhan, hasil=HasilPutusan.YA, by=by)
    verifikasi.approve_surat(surat, by=by)


def _impor(jenis: JenisImpor, isi: list[list[str]], by: Pelaku) -> None:
    """A file of these rows, if there are any."""
    if len(isi) > 1:
        baca_csv(jenis, tulis_csv(isi), f"{jenis.value}.csv", by)
