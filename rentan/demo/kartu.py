"""Cards of the demo city: requested, packed per kecamatan, counted there, handed over in one ceremony."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import func, select

from rentan.core.clock import today
from rentan.demo.acak import Acak
from rentan.demo.alur import Alur, Petugas
from rentan.demo.lanjutan import DaftarLanjutan
from rentan.ext import db
from rentan.kartu import acara as acara_actions
from rentan.kartu.actions import receive_kiriman, report_kartu, request_kartu
from rentan.kartu.models import AcaraSerah, Kartu, UndanganSerah
from rentan.kartu.serah import hand_over_kartu
from rentan.kartu.status import CaraSerah, Hubungan, Penerima, StatusKartu
from rentan.paket.status import JenisPaket
from rentan.wilayah.models import Kecamatan

#: Cards that were handed over in the ceremony; the others invited did not come or had a wrong name on it.
DISERAHKAN = 60
#: Days ago: cards requested after each KPJ list, the shipment, the ceremony, later shipments elsewhere.
HARI_MINTA, HARI_KIRIM, HARI_UPACARA, HARI_KIRIM_LAIN = (104, 78, 52, 30, 10), 38, 12, 16
#: A shipment of which one card is missing.
BESAR = 20
ALASAN_WAKIL = ("sakit", "sedang berjualan di luar kota", "menjaga anak")


class DaftarKartu:
    """Puts the cards' way on the ``alur``."""

    def __init__(self, alur: Alur, petugas: Petugas, lanjutan: DaftarLanjutan, skala: float) -> None:
        self.alur, self.petugas, self.lanjutan, self.acak = alur, petugas, lanjutan, Acak("kartu")
        self.diserahkan = max(2, round(DISERAHKAN * skala))
        self.upacara = lanjutan.kecamatan_upacara

    def rencanakan(self) -> None:
        """Nothing happens yet."""
        for lalu in HARI_MINTA:
            self.alur.pada(self.alur.hari(lalu), partial(request_kartu, by=self.petugas.bpjs))
        self.alur.pada(self.alur.hari(HARI_KIRIM), partial(self._kirim, self.upacara))
        self.alur.pada(self.alur.hari(HARI_UPACARA + 5), partial(self._undang, self.upacara, 5))
        self.alur.pada(self.alur.hari(1), self._undang_lain)
        kode = sorted(db.session.scalars(select(Kecamatan.kode).where(Kecamatan.kode != self.upacara)))
        for n, satu in enumerate(kode):
            if n == 2:
                siap = partial(self.lanjutan.kunci, JenisPaket.KARTU, self.petugas.bpjs, satu)
                self.alur.pada(self.alur.hari(2), siap)
            if n % 3 < 2:  # the others wait for their list
                self.alur.pada(self.alur.hari(HARI_KIRIM_LAIN), partial(self._kirim, satu, n % 3 == 0))

    def _kirim(self, kecamatan: str, diterima: bool = True) -> None:
        self.lanjutan.kirim(
            JenisPaket.KARTU,
            self.petugas.bpjs,
            partial(self._terima, kecamatan) if diterima else _tunggu,
            kecamatan,
            timedelta(days=2),
        )

    def _terima(self, kecamatan: str, paket_id: uuid.UUID) -> None:
        """Counted in the kecamatan: all there, except one of the larger shipments elsewhere."""
        query = select(Kartu.id).where(Kartu.paket_id == paket_id, Kartu.status == StatusKartu.DIKIRIM_KEC)
        hadir = list(db.session.scalars(query.order_by(Kartu.kode)))
        hilang = (
            {hadir.pop(): "Tidak ada di dalam amplop."}
            if len(hadir) >= BESAR and kecamatan != self.upacara
            else {}
        )
        receive_kiriman(hadir, hilang, by=self.petugas.kecamatan[kecamatan])

    def _undang_lain(self) -> None:
        """A ceremony still to come: where most cards have arrived since."""
        query = (
            select(Kartu.kecamatan_kode)
            .where(Kartu.kecamatan_kode != self.upacara, Kartu.status == StatusKartu.DITERIMA_KEC)
            .group_by(Kartu.kecamatan_kode)
            .order_by(func.count().desc(), Kartu.kecamatan_kode)
        )
        if kecamatan := db.session.scalar(query.limit(1)):
            self._undang(kecamatan, 6)

    def _undang(self, kecamatan: str, hari_lagi: int) -> None:
        by = self.petugas.kecamatan[kecamatan]
        query = select(Kartu.id).where(
            Kartu.kecamatan_kode == kecamatan, Kartu.status == StatusKartu.DITERIMA_KEC
        )
        kartu = list(db.session.scalars(query.order_by(Kartu.kode)))[: self.diserahkan + 4]
        if not kartu:
            return
        nama = db.session.get_one(Kecamatan, kecamatan).nama
        acara = acara_actions.create_acara(
            nama=f"Penyerahan kartu di Kecamatan {nama}", tempat=f"Pendopo Kecamatan {nama}",
            tanggal=today() + timedelta(days=hari_lagi), kecamatan_kode=kecamatan, by=by,
        )  # fmt: skip
        acara_actions.invite_kartu(acara, kartu, by=by)
        self.alur.nanti(timedelta(days=hari_lagi, hours=1), partial(self._serahkan, acara.id))

    def _serahkan(self, acara_id: uuid.UUID) -> None:
        """One after another at four desks, some seconds apart; every eighth card to a relative."""
        by, acara = self.petugas.kecamatan[self.upacara], db.session.get_one(AcaraSerah, acara_id)
        undangan = list(
            db.session.scalars(
                select(UndanganSerah).where(UndanganSerah.acara_id == acara_id).order_by(UndanganSerah.urutan)
            )
        )
        lewat = set(self.acak.sample(range(len(undangan)), max(0, len(undangan) - self.diserahkan)))
        datang = [one for n, one in enumerate(undangan) if n not in lewat]
        for n, satu in enumerate(datang):
            self.alur.nanti(timedelta(seconds=40 * n), partial(self._satu, satu.kartu_id, acara_id, n))
        tidak = [one for n, one in enumerate(undangan) if n in lewat]
        if len(tidak) > 1:
            salah = partial(
                report_kartu,
                tidak[0].kartu,
                "salah_data",
                catatan="Nama kurang satu huruf.",
                by=by,
            )
            self.alur.nanti(timedelta(hours=2), salah)
        self.alur.nanti(timedelta(hours=3), partial(acara_actions.finish_acara, acara, by=by))

    def _satu(self, kartu_id: uuid.UUID, acara_id: uuid.UUID, n: int) -> None:
        by = self.petugas.kecamatan[self.upacara]
        kartu, acara = db.session.get_one(Kartu, kartu_id), db.session.get_one(AcaraSerah, acara_id)
        umum: dict[str, Any] = {
            "tanggal": acara.tanggal, "cara": CaraSerah.PINDAI, "by": by, "acara": acara,
            "meja": f"Meja {n % 4 + 1}",
        }  # fmt: skip
        if n % 8 != 7:
            hand_over_kartu(kartu, penerima=Penerima.PEKERJA, identitas_dilihat=True, **umum)
            return
        kelamin = self.acak.jenis_kelamin()
        hand_over_kartu(
            kartu, penerima=Penerima.WAKIL, nama_wakil=self.acak.nama(kelamin),
            hubungan=self.acak.choice((Hubungan.SUAMI_ISTRI, Hubungan.ANAK, Hubungan.SAUDARA)),
            alasan_wakil=self.acak.choice(ALASAN_WAKIL), **umum,
        )  # fmt: skip


def _tunggu(_paket_id: uuid.UUID) -> None:
    """The shipment lies unopened."""
