"""A year of money in the demo city: every month debited, retried, remitted, recorded by BPJS, and closed.

Told with the application's own actions on the days of states.md §6; the bank is the one of the rehearsal.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

from sqlalchemy import select

from rentan.autodebet.layout_debet import layout_debet
from rentan.core.clock import start_of_day, to_local, today
from rentan.core.errors import RuleError
from rentan.core.imports_base import JenisImpor
from rentan.core.subject import load_deks, reveal
from rentan.demo.alur import Alur, Hal, Petugas
from rentan.demo.berkas import baca_csv, tulis_csv
from rentan.ext import db
from rentan.gladi.bank import Salah, answer
from rentan.iuran.gerak import bulan_baru
from rentan.iuran.jadwal import jadwalkan
from rentan.iuran.models import Iuran
from rentan.iuran.tagihan import periksa_tagihan
from rentan.paket import uang
from rentan.paket.actions import kirim_paket, kunci_paket, read_berkas, setujui_paket, susun_paket
from rentan.paket.models import Paket
from rentan.paket.status import JenisPaket, StatusPaket
from rentan.pekerja.models import Pekerja
from rentan.perlindungan.hitung import hitung_perlindungan
from rentan.setoran.actions import pay_setoran
from rentan.setoran.models import BarisSetor
from rentan.setoran.status import HasilSetor
from rentan.tarif.queries import JadwalBulan, jadwal_bulan
from rentan.util.tanggal import tambah_bulan

#: Months of debits before the running one.
BULAN = 12
#: One line in so many finds too little money at first; in the running month a few still do at the retry.
TIAP_SALDO, MASIH_KURANG = 28, 3
#: Minutes after the office opens.
PAGI = 8 * 60


class DaftarUang:
    """Puts the months on the ``alur``."""

    def __init__(self, alur: Alur, petugas: Petugas) -> None:
        self.alur, self.petugas = alur, petugas

    def rencanakan(self) -> None:
        """Nothing happens yet."""
        kini = self.alur.waktu.bulan(0)
        for mundur in range(BULAN, -2, -1):
            bulan = tambah_bulan(kini, -mundur)
            self._bulan(jadwal_bulan(bulan), tutup=bulan < kini)
            self._pada(bulan, 10, bulan_baru)
            self._pada(bulan, 15, hitung_perlindungan)

    def _pada(self, hari: date, menit: int, apa: Hal) -> None:
        self.alur.pada(start_of_day(hari) + timedelta(minutes=menit), apa)

    def _bulan(self, jadwal: JadwalBulan, *, tutup: bool) -> None:
        self._pada(jadwal.kandidat, 20, jadwalkan)
        self._pada(jadwal.kandidat, 25, partial(periksa_tagihan, jadwal.bulan))
        self._pada(jadwal.kunci, PAGI + 60, partial(self._kunci, JenisPaket.DEBET, jadwal.bulan))
        self._pada(jadwal.setuju, PAGI + 90, partial(self._setujui, JenisPaket.DEBET, jadwal.bulan))
        self._pada(jadwal.kirim, PAGI + 120, partial(self._kirim, JenisPaket.DEBET, jadwal.bulan))
        self._pada(jadwal.hasil, PAGI + 30, partial(self._jawab, JenisPaket.DEBET, jadwal, tutup))
        for menit, apa in ((40, self._kunci), (60, self._setujui), (80, self._kirim)):
            self._pada(jadwal.hasil, PAGI + menit, partial(apa, JenisPaket.ULANG, jadwal.bulan))
        self._pada(jadwal.setor, PAGI, partial(self._jawab, JenisPaket.ULANG, jadwal, tutup))
        for menit, apa in ((60, self._kunci), (90, self._setujui)):
            self._pada(jadwal.setor, PAGI + menit, partial(apa, JenisPaket.SETOR, jadwal.bulan))
        self._pada(jadwal.setor, PAGI + 150, partial(self._bayar, jadwal.bulan))
        self._pada(jadwal.jawab, PAGI + 60, partial(self._catat, jadwal.bulan))
        if tutup:
            self._pada(jadwal.jawab + timedelta(days=1), PAGI + 60, partial(self._tutup, jadwal.bulan))

    # -- steps; each does nothing where there is nothing to do ----------------------------------------------

    def _paket(self, jenis: JenisPaket, bulan: date, status: StatusPaket) -> Paket | None:
        query = select(Paket).where(Paket.jenis == jenis, Paket.periode == bulan, Paket.status == status)
        return db.session.scalar(query.order_by(Paket.dibuat_pada).limit(1))

    def _kunci(self, jenis: JenisPaket, bulan: date) -> None:
        by = self.petugas.bpjs if jenis is JenisPaket.SETOR else self.petugas.bendahara
        try:
            with db.session.begin_nested():
                kunci_paket(susun_paket(jenis, bulan, by=by), by=by)
        except RuleError as refused:
            # Nobody to debit yet, or nothing that may be tried again.
            if refused.kode not in ("paket_kosong", "paket_belum_waktunya"):
                raise

    def _setujui(self, jenis: JenisPaket, bulan: date) -> None:
        paket = self._paket(jenis, bulan, StatusPaket.DIKUNCI)
        if paket is None:
            return
        if paket.uang is not None and paket.uang.perlu_kedua:
            uang.setujui_pertama(paket, by=self.petugas.penyetuju)
            setujui_paket(paket, by=self.petugas.penyetuju_kedua)
        else:
            setujui_paket(paket, by=self.petugas.penyetuju)

    def _kirim(self, jenis: JenisPaket, bulan: date) -> None:
        if paket := self._paket(jenis, bulan, StatusPaket.DISETUJUI):
            kirim_paket(paket, by=self.petugas.bendahara, tanda_terima="Kanal berkas bank")

    def _jawab(self, jenis: JenisPaket, jadwal: JadwalBulan, tutup: bool) -> None:
        """The bank's file: some accounts are empty on payday, nearly all have money three days later."""
        paket = self._paket(jenis, jadwal.bulan, StatusPaket.DIKIRIM)
        if paket is None or paket.uang is None:
            return
        kurang = paket.jumlah // TIAP_SALDO if jenis is JenisPaket.DEBET else 0
        if jenis is JenisPaket.ULANG and not tutup:
            kurang = min(MASIH_KURANG, paket.jumlah // 3)
        layout = layout_debet(paket.uang.layout or None)
        saat = to_local(start_of_day(paket.uang.tanggal)) + timedelta(hours=6)
        jawaban = answer(
            read_berkas(paket), layout, {Salah.SALDO: kurang}, waktu=saat.replace(tzinfo=None),
            benih=jadwal.bulan.month,
        )  # fmt: skip
        for berkas in jawaban.berkas:
            baca_csv(JenisImpor.HASIL_DEBET, berkas.data, berkas.nama, self.petugas.bendahara)

    def _bayar(self, bulan: date) -> None:
        paket = self._paket(JenisPaket.SETOR, bulan, StatusPaket.DISETUJUI)
        if paket is not None and paket.uang is not None:
            pay_setoran(
                paket, nomor=f"NTP-{bulan:%Y%m}", tanggal=today(), jumlah=paket.uang.jumlah_rupiah,
                by=self.petugas.bendahara,
            )  # fmt: skip

    def _catat(self, bulan: date) -> None:
        """BPJS's list of the months that it has recorded."""
        query = (
            select(Pekerja, Iuran.periode)
            .join(Iuran, Iuran.pekerja_id == Pekerja.id)
            .join(BarisSetor, BarisSetor.iuran_id == Iuran.id)
            .join(Paket, Paket.id == BarisSetor.paket_id)
            .where(Paket.periode == bulan, Paket.status == StatusPaket.DIKIRIM)
            .where(BarisSetor.hasil == HasilSetor.MENUNGGU)
            .order_by(BarisSetor.urutan)
        )
        rows = list(db.session.execute(query))
        if not rows:
            return
        load_deks(pekerja.id for pekerja, _ in rows)
        isi: list[list[object]] = [["NIK", "NAMA", "BULAN", "STATUS", "KETERANGAN"]]
        isi += [[reveal(one, "nik"), one.nama, f"{periode:%Y-%m}", "Y", ""] for one, periode in rows]
        nama = f"tercatat-{bulan:%Y-%m}.csv"
        baca_csv(JenisImpor.CATATAN_BPJS, tulis_csv(isi), nama, self.petugas.bpjs)

    def _tutup(self, bulan: date) -> None:
        """Reconciled with the bank's statement by the treasurer, closed by the approver."""
        query = select(Paket).where(Paket.periode == bulan, Paket.status == StatusPaket.HASIL_LENGKAP)
        for paket in db.session.scalars(query.order_by(Paket.dibuat_pada)):
            if paket.uang is not None:
                kredit = uang.uang_of(paket.jenis).berhasil_rupiah(paket)
                uang.rekonsiliasi(paket, kredit_bank=kredit, selisih=(), by=self.petugas.bendahara)
                uang.tutup(paket, by=self.petugas.penyetuju)
