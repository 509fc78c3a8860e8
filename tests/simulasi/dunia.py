"""The same year in the application: people, days and files, played through its own actions."""

from __future__ import annotations

import csv
import heapq
import io
import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import time_machine
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from rentan.akun.queries import pelaku_of
from rentan.autodebet.debet_susun import susun_debet
from rentan.autodebet.layout_debet import layout_debet
from rentan.core.clock import start_of_day, today
from rentan.core.errors import RuleError
from rentan.core.imports import run_import
from rentan.core.imports_base import JenisImpor, handler_of
from rentan.core.permissions import Peran
from rentan.core.subject import load_deks, reveal
from rentan.ext import db
from rentan.gladi.bank import Baris, read_debet
from rentan.iuran.models import Iuran, Percobaan, Urusan
from rentan.iuran.status import UANG_MASUK, StatusBpjs
from rentan.iuran.tersetor import AlasanTinggal
from rentan.iuran.urusan import ambil_urusan
from rentan.jobs import JOBS
from rentan.laporan.periksa import run_checks
from rentan.opd.models import Opd
from rentan.paket import actions, uang
from rentan.paket.models import Paket, Pengecualian
from rentan.paket.status import JenisPaket, StatusPaket
from rentan.paket.urus import ambil_pengecualian
from rentan.pekerja.models import Pekerja
from rentan.setoran.actions import pay_setoran
from rentan.setoran.models import BarisSetor
from rentan.setoran.queries import list_calon
from rentan.setoran.status import HasilSetor
from rentan.tarif.actions import add_potongan
from rentan.tarif.price import Potongan
from rentan.tarif.queries import jadwal_bulan
from tests import factories
from tests.cast import Cast
from tests.simulasi.warga import Orang, Warga, hari_pertama, nomor

#: Jobs that say or move something about money and cover, in the order of the scheduler.
KERJA = (
    "akhiri-masa", "akhiri-talangan", "akhiri-jeda", "bulan-baru", "jadwalkan-iuran", "jalankan-pencabutan",
    "hitung-perlindungan", "periksa-tagihan", "sesuaikan-tarif", "umumkan-tarif", "beri-tahu",
    "tandai-usia65", "minta-kartu", "tanya-siaga", "ingatkan-masa",
)  # fmt: skip
#: The donors here begin with a letter at the bank; its paper, its check and BPJS's first answer are left out.
TANPA_KERTAS = ("surat_beku", "disetujui", "terdaftar")
KEPALA = ("REFERENSI", "NO_REKENING", "NOMINAL", "KODE_HASIL", "KETERANGAN", "WAKTU", "REF_BANK")


class Kota(Warga):
    """The application's city, the script, and the days on which things happen."""

    def __init__(self, cast: Cast, orang: list[Orang], awal: int, acak: random.Random) -> None:
        super().__init__(cast)
        self.orang, self.awal, self.acak = orang, awal, acak
        kedua = factories.make_akun("yani", "Yani Rekaan")
        factories.grant(kedua, Peran.PENYETUJU)
        self.dewi, self.yani = cast.dewi.pelaku, pelaku_of(kedua)
        self._hal: list[tuple[datetime, int, Callable[[], Any]]] = []
        self.pengecualian: Counter[str] = Counter()
        #: What the bank itself says that it has moved for each batch, in whole rupiah.
        self.bank: dict[uuid.UUID, int] = {}

    # -- days ------------------------------------------------------------------------------------------------

    def pada(self, hari: date, jam: int, apa: Callable[[], Any]) -> None:
        heapq.heappush(self._hal, (start_of_day(hari) + timedelta(hours=jam), next(self._urut), apa))

    def jalankan(self, sampai: date) -> None:
        """Everything before this day, each thing in a transaction of its own."""
        while self._hal and self._hal[0][0] < start_of_day(sampai):
            saat, _, apa = heapq.heappop(self._hal)
            with time_machine.travel(saat, tick=False):
                apa()
                db.session.commit()
            db.session.remove()

    def rencanakan(self, bulan: int) -> None:
        """The days of a contribution month, and what people do before its cut-off."""
        b, lalu = jadwal_bulan(hari_pertama(bulan)), jadwal_bulan(hari_pertama(bulan - 1))
        D, U, S = JenisPaket.DEBET, JenisPaket.ULANG, JenisPaket.SETOR
        tengah = max(lalu.setor, b.kandidat) + timedelta(days=1)
        for n, satu in enumerate(self.orang):
            pertama = satu.pekerja[0]
            if pertama.mulai == bulan:
                self.pada(tengah, 6, partial(self.masuk, satu))
            for p in satu.pekerja:
                if p.berhenti == bulan != pertama.berhenti:
                    hari = lalu.setor + timedelta(days=1) if n % 20 else tengah
                    self.pada(hari, 7, partial(self.lepas, satu, p))
                if p.lanjut == bulan:
                    self.pada(b.kunci, 1, partial(self.ganti, p))
                if p.jeda[:1] == (bulan,):
                    self.pada(b.kunci, 3, partial(self.jeda, p))
                if bulan in p.tunai:
                    self.pada(b.kunci, 6, partial(self.tunai, p, bulan))
            if pertama.berhenti == bulan:
                # Before the month is scheduled, or after it.
                self.pada(
                    lalu.setor + timedelta(days=1) if n % 2 else tengah, 7, partial(self.henti, satu, n)
                )
            if bulan > self.awal and pertama.mulai < bulan and pertama.opd[bulan] != pertama.opd[bulan - 1]:
                self.pada(tengah, 8, partial(self.pindah, satu, pertama.opd[bulan]))
        self.pada(tengah, 9, self.hitung)
        for hari in (hari_pertama(bulan), b.kandidat, b.kunci):
            self.pada(hari, 5, self._kerja)
        langkah = (self._kunci, self._setujui, self._kirim)
        for jenis, tiga in ((D, (b.kunci, b.setuju, b.kirim)), (U, (b.hasil,) * 3), (S, (b.setor,) * 3)):
            for jam, satu_hari, apa in zip((14, 15, 16), tiga, langkah, strict=True):
                self.pada(satu_hari, jam, partial(apa, jenis, hari_pertama(bulan)))
        self.pada(b.hasil, 9, partial(self._jawab, D, hari_pertama(bulan)))
        self.pada(b.setor, 9, partial(self._jawab, U, hari_pertama(bulan)))
        self.pada(b.jawab, 9, partial(self._catat, bulan))
        self.pada(b.jawab + timedelta(days=1), 9, partial(self._tutup, bulan))

    def _kerja(self) -> None:
        for nama in KERJA:
            JOBS[nama]()
            db.session.commit()

    def ubah_tarif(self, hari: date, potongan: Potongan) -> None:
        """The admin adds a cut on that day."""
        self.pada(hari, 10, lambda: add_potongan(potongan, by=self.dewi))

    # -- batches ---------------------------------------------------------------------------------------------

    def _paket(self, jenis: JenisPaket, bulan: date, *status: StatusPaket) -> Paket | None:
        query = select(Paket).where(Paket.jenis == jenis, Paket.periode == bulan, Paket.status.in_(status))
        return db.session.scalar(query.order_by(Paket.dibuat_pada).limit(1))

    def _kunci(self, jenis: JenisPaket, bulan: date) -> None:
        by = self.bayu if jenis is JenisPaket.SETOR else self.hadi
        try:
            with db.session.begin_nested():
                build = actions.susun_paket if jenis is JenisPaket.SETOR else susun_debet
                actions.kunci_paket(build(jenis, bulan, by=by), by=by)
        except RuleError as refused:
            if refused.kode != "paket_kosong":
                raise

    def _setujui(self, jenis: JenisPaket, bulan: date) -> None:
        if (paket := self._paket(jenis, bulan, StatusPaket.DIKUNCI)) is None:
            return
        if paket.uang is not None and paket.uang.perlu_kedua:
            uang.setujui_pertama(paket, by=self.yani)
        actions.setujui_paket(paket, by=self.yuni)

    def _kirim(self, jenis: JenisPaket, bulan: date) -> None:
        paket = self._paket(jenis, bulan, StatusPaket.DISETUJUI)
        if paket is None or paket.uang is None:
            return
        if jenis is JenisPaket.SETOR:
            total = self.bank[paket.id] = jumlah_setoran(actions.read_berkas(paket))
            pay_setoran(paket, nomor=f"NTP-{bulan:%Y%m}", tanggal=today(), jumlah=total, by=self.hadi)
        else:
            actions.kirim_paket(paket, by=self.hadi, tanda_terima="Kanal berkas bank")

    def _tutup(self, bulan: int) -> None:
        """Exceptions and matters get an owner, batches that are answered are reconciled and closed."""
        besok = today() + timedelta(days=14)
        for satu in db.session.scalars(select(Pengecualian).where(Pengecualian.pemilik_id.is_(None))):
            self.pengecualian[satu.kode] += 1
            ambil_pengecualian(
                satu, tenggat=besok, by=self.hadi if satu.jenis is JenisImpor.HASIL_DEBET else self.bayu
            )
        for one in db.session.scalars(
            select(Urusan).where(Urusan.pemilik_id.is_(None), Urusan.selesai_pada.is_(None))
        ):
            ambil_urusan(one, tenggat=besok, by=self.hadi if one.pemilik is Peran.BENDAHARA else self.bayu)
        db.session.flush()
        query = select(Paket).where(Paket.status == StatusPaket.HASIL_LENGKAP).order_by(Paket.dibuat_pada)
        for paket in db.session.scalars(query):
            if paket.uang is not None:
                kredit = self.bank[paket.id]
                uang.rekonsiliasi(paket, kredit_bank=kredit, selisih=(), by=self.hadi)
                uang.tutup(paket, by=self.yuni)

    # -- the bank, honest and not ----------------------------------------------------------------------------

    def _jawab(self, jenis: JenisPaket, bulan: date) -> None:
        paket = self._paket(jenis, bulan, StatusPaket.DIKIRIM)
        if paket is None or paket.uang is None:
            return
        layout = layout_debet(paket.uang.layout or None)
        sent = {one.referensi: one for one in read_debet(actions.read_berkas(paket), layout)}
        waktu = f"{paket.uang.tanggal:%Y-%m-%d} 06:15:00"
        query = select(Percobaan.referensi, Percobaan.ke, Iuran.pekerja_id, Iuran.periode).join(
            Iuran, Iuran.id == Percobaan.iuran_id
        )
        said: dict[str, str] = {}
        for row in db.session.execute(query.where(Percobaan.paket_id == paket.id)):
            if row.referensi in sent:
                naskah = self.peserta[row.pekerja_id].jawaban
                said[row.referensi] = naskah.get((nomor(row.periode), row.ke), "00")
        assert said.keys() == sent.keys()
        self.bank[paket.id] = sum(one.nominal for ref, one in sent.items() if said[ref] == "00")

        def baris(ref: str, kode: str, lebih: int = 0, ref_bank: str = "") -> list[str]:
            one: Baris = sent[ref]
            return [ref, one.rekening, str(one.nominal + lebih), kode, "KATA BANK", waktu, ref_bank]

        refs = sorted(sent)
        ganjil = nomor(bulan) % 2
        pilih = partial(self.acak.sample, refs, min(2, len(refs)))
        dusta = [[f"ASING{n:04d}", "9900000000", "16800", "00", "", waktu, ""] for n in range(3)]
        dusta += [baris(one, "00", 1) for one in pilih()] + [baris(one, "77") for one in pilih()[:1]]
        if ganjil:
            self._impor(dusta, "hasil-palsu.csv", lebih=1)
        jujur = [baris(one, "00" if said[one] == "R" else said[one]) for one in refs if said[one]]
        jujur += [jujur[0]] * 3
        self.acak.shuffle(jujur)
        data = self._impor(jujur, "DATA(1).csv")
        try:
            run_import(handler_of(JenisImpor.HASIL_DEBET), data, "hasil.csv", by=self.hadi)
            raise AssertionError("the same bytes were taken twice")
        except RuleError as refused:
            assert refused.kode == "sudah_diimpor"
        balik = [baris(one, "R1", ref_bank=f"RV{one}") for one in refs if said[one] == "R"]
        ingkar = [baris(one, "00") for one in refs if said[one] in ("14", "62")]
        ingkar += [baris(one, "51") for one in pilih() if said[one] == "00"]
        if balik or ganjil:
            self._impor([*balik, *ingkar, *jujur[::-1]], "hasil-susulan.csv")
        if any(not one for one in said.values()):
            db.session.refresh(paket)
            uang.nyatakan_lengkap(paket, by=self.hadi)

    def _impor(self, lines: Iterable[list[str]], nama: str, lebih: int = 0) -> bytes:
        lines = list(lines)
        total = ["TOTAL", str(len(lines) + lebih), str(sum(int(one[2]) for one in lines))]
        data = tulis([KEPALA, *lines, total])
        hasil = run_import(handler_of(JenisImpor.HASIL_DEBET), data, nama, setuju=True, by=self.hadi)
        assert not hasil.refused
        return data

    def _catat(self, bulan: int) -> None:
        """BPJS's list: what was remitted by now, but for the months that it forgets until the next list."""
        query = (
            select(Pekerja, Iuran.periode, Paket.periode)
            .join(Iuran, Iuran.pekerja_id == Pekerja.id)
            .join(BarisSetor, BarisSetor.iuran_id == Iuran.id)
            .join(Paket, Paket.id == BarisSetor.paket_id)
            .where(BarisSetor.hasil == HasilSetor.MENUNGGU, Iuran.status_bpjs == StatusBpjs.DISETOR)
            .order_by(Paket.periode, BarisSetor.urutan)
        )
        rows = [
            (pekerja, periode)
            for pekerja, periode, kapan in db.session.execute(query)
            if nomor(kapan) < bulan or nomor(periode) not in self.peserta[pekerja.id].telat
        ]
        load_deks(one.id for one, _ in rows)
        lines = [[reveal(one, "nik") or "", one.nama, f"{periode:%Y-%m}", "Y", ""] for one, periode in rows]
        lines.append(["3374151705809000", "Orang Lain", f"{hari_pertama(bulan):%Y-%m}", "Y", ""])
        data = tulis([("NIK", "NAMA", "BULAN", "STATUS", "KETERANGAN"), *lines])
        hasil = run_import(
            handler_of(JenisImpor.CATATAN_BPJS), data, f"tercatat-{bulan}.csv", setuju=True, by=self.bayu
        )
        assert not hasil.refused

    # -- what has become of it -------------------------------------------------------------------------------

    def per_opd(self, bulan: int) -> dict[str, Counter[tuple[str, int]]]:
        """As ``acuan.per_opd``, read from the contributions."""
        wanted = {
            "uang": Iuran.status.in_(UANG_MASUK) & (Iuran.periode <= hari_pertama(bulan)),
            "disetor": Iuran.status_bpjs.in_((StatusBpjs.DISETOR, StatusBpjs.TERCATAT)),
            "tercatat": Iuran.status_bpjs == StatusBpjs.TERCATAT,
        }
        found: dict[str, Counter[tuple[str, int]]] = {}
        for nama, where in wanted.items():
            query = (
                select(Opd.kode, Iuran.periode, func.count(), func.sum(Iuran.jumlah))
                .join(Iuran, Iuran.opd_id == Opd.id)
                .where(where)
                .group_by(Opd.kode, Iuran.periode)
            )
            for kode, periode, banyak, rupiah in db.session.execute(query):
                for apa, n in (("banyak", banyak), ("rupiah", int(rupiah))):
                    found.setdefault(f"{nama}_{apa}", Counter())[kode, nomor(periode)] += n
        return found

    def per_pekerja(self) -> dict[int, tuple[int | None, str]]:
        """(last recorded month, cover) of each worker, by the identity of its script."""
        query = select(Pekerja.id, Pekerja.lunas_sampai, Pekerja.status)
        return {
            id(self.peserta[row.id]): (
                nomor(row.lunas_sampai) if row.lunas_sampai else None,
                row.status.value,
            )
            for row in db.session.execute(query)
            if row.id in self.peserta
        }

    def terlantar(self, bulan: int) -> list[Any]:
        """Money for months up to this one that is neither on its way to BPJS nor named with a true reason:
        a month before it that is not paid, or a lapsed worker; or else a matter of somebody's."""
        sebab = {one.iuran_id: one for one in list_calon()}
        urusan = set(db.session.scalars(select(Urusan.iuran_id).where(Urusan.selesai_pada.is_(None))))
        query = select(Iuran.id, Iuran.pekerja_id, Iuran.periode).where(
            Iuran.status.in_(UANG_MASUK),
            Iuran.status_bpjs == StatusBpjs.BELUM,
            Iuran.periode <= hari_pertama(bulan),
        )
        found = []
        for row in db.session.execute(query):
            p, calon = self.peserta[row.pekerja_id], sebab[row.id]
            sela = calon.alasan is AlasanTinggal.SELA and calon.bulan and nomor(calon.bulan) not in p.uang
            terhenti = calon.alasan is AlasanTinggal.TERHENTI and p.cover == "nonaktif"
            if not (sela or terhenti or row.id in urusan):
                found.append((row.periode, calon.alasan, calon.bulan, p))
        return found


def jumlah_setoran(data: bytes) -> int:
    """What the lines of a remittance come to, as BPJS adds them up, in whole rupiah."""
    judul, *rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    return sum(int(str(row[judul.index("JUMLAH")])) for row in rows)


def tulis(rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


def temuan() -> list[tuple[str, Any]]:
    """What ``flask periksa`` says."""
    return [(one.nama, some[:3]) for one, some in run_checks() if some and one.nama not in TANPA_KERTAS]
