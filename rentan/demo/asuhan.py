"""Who sponsors whom in the demo city: plans of sign-ups, holds, ended ones, offers."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from rentan.asn.models import Tahapan
from rentan.asn.status import StatusAsn, Tahap
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import MACHINE
from rentan.calon.models import Tawaran
from rentan.calon.status import MACHINE as MESIN_TAWARAN
from rentan.core.permissions import Peran
from rentan.core.settings import get_setting
from rentan.demo.acak import Acak, bagi, ukuran_opd
from rentan.demo.akun import DaftarAkun, petugas_contoh
from rentan.demo.buku import Buku
from rentan.demo.pekerja import DaftarPekerja
from rentan.demo.roster import UKURAN_BAWAAN, Orang
from rentan.pekerja.status import AsalPekerja
from rentan.surat_kuasa.status import StatusSurat
from rentan.tarif.queries import bulan_pertama, penghasilan_terendah
from rentan.wilayah.models import Kelurahan

#: The press count: donors whose signed papers came in, and workers of all sign-ups together.
ORANG_TUA_ASUH, PEKERJA = 90, 458
#: Workers of letters that were verified, and of these: living where the ceremony was.
DISETUJUI, UPACARA = 362, 64
#: A letter that came in the last days waits in the queue.
JEDA = 6
#: Sign-ups beside them that have not come that far.
DRAF, DICETAK = 12, 16
#: How many of the donors sent their papers how many months ago: twelve … none.
LAJU = (7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 5, 8, 7)
#: Other sponsorships: held now, held too long, ended by the donor; offers that wait or were answered.
DITAHAN, LEWAT, BATAL, TAWARAN = 24, 30, 26, 28
#: The count was of full-time staff; part-time PPPK may join, and some have begun to.
PENUH_WAKTU = (StatusAsn.PNS, StatusAsn.PPPK)
PROGRAM = ("JKK+JKM", "JKK+JKM+JHT")


@dataclass
class Rencana:
    """One ASN's sign-up: how far it has come, and on which days. ``disetujui``: verified in the meantime."""

    orang: Orang
    akun_id: uuid.UUID
    keadaan: StatusSurat
    mulai: date
    terakhir: date
    program: str
    penghasilan: int
    periode: int
    bulan_pertama: date
    disetujui: bool = False
    asuhan: list[dict[str, Any]] = field(default_factory=list)


class DaftarAsuhan:
    """Writes sponsorships into the book; ``rencana`` is what the letters are made from."""

    def __init__(self, buku: Buku, akun: DaftarAkun, pekerja: DaftarPekerja, orang: list[Orang]) -> None:
        self.buku, self.akun, self.pekerja = buku, akun, pekerja
        self.acak, self.waktu = Acak("asuhan"), buku.waktu
        self.kemarin = self.waktu.hari_ini - timedelta(days=1)
        self.orang = [one for one in orang if one.mulai == self.waktu.awal]
        self.rencana: list[Rencana] = []
        self._dipakai: set[uuid.UUID] = set()
        self._luang: list[Orang] = []
        self._upacara = 0
        kecamatan = petugas_contoh([one.kecamatan for one in pekerja.kelurahan]).kode
        self._kelurahan_upacara = [one for one in pekerja.kelurahan if one.kecamatan_kode == kecamatan]

    def isi(self, skala: float) -> None:
        """All sponsorships of a city of ``skala`` times the real size."""
        self._upacara = max(3, round(UPACARA * skala))
        orang_tua_asuh = self._pilih(max(4, round(ORANG_TUA_ASUH * skala)), PENUH_WAKTU)
        for orang, kirim in zip(orang_tua_asuh, self._hari_kirim(len(orang_tua_asuh)), strict=True):
            self._rencanakan(orang, StatusSurat.DIUNGGAH, kirim)
        lain = self._pilih(max(1, round(DRAF * skala)) + max(1, round(DICETAK * skala)))
        for n, orang in enumerate(lain):
            keadaan = StatusSurat.DRAF if n < max(1, round(DRAF * skala)) else StatusSurat.DICETAK
            self._rencanakan(orang, keadaan, self.kemarin - timedelta(days=self.acak.randint(0, 12)))
        jumlah = self._banyak(max(12, round(PEKERJA * skala)), len(orang_tua_asuh))
        for rencana, banyak_pekerja in self._setujui(skala, list(zip(self.rencana, jumlah, strict=True))):
            self._asuh(rencana, banyak_pekerja)
        self._luang = [one for one in self.orang if one.id in self.akun.asn and one.id not in self._dipakai]
        self.acak.shuffle(self._luang)
        for buat, banyak in ((self._tahan, DITAHAN), (self._lewat, LEWAT), (self._batal, BATAL)):
            for _ in range(max(1, round(banyak * skala))):
                buat()
        for n in range(max(4, round(TAWARAN * skala))):
            self._tawarkan(("menunggu", "tolak", "menunggu", "lewat_waktu", "terima")[n % 5])

    def _pilih(self, jumlah: int, status: Collection[StatusAsn] = tuple(StatusAsn)) -> list[Orang]:
        """So many ASN who have not signed up yet, shared out over the agencies as on the day of the count."""
        per_opd: dict[str, list[Orang]] = {}
        for orang in self.orang:
            if orang.id not in self._dipakai and orang.status in status:
                per_opd.setdefault(orang.opd_kode, []).append(orang)
        kode = sorted(per_opd)
        bobot = [ukuran_opd().get(one, UKURAN_BAWAAN)[1] for one in kode]
        hasil: list[Orang] = []
        for satu, banyak in zip(kode, bagi(jumlah, bobot), strict=True):
            hasil += self.acak.sample(per_opd[satu], min(banyak, len(per_opd[satu])))
        self._dipakai |= {one.id for one in hasil}
        return hasil

    def _hari_kirim(self, jumlah: int) -> list[date]:
        """Days on which papers came in, more from month to month, on working days only."""
        hari = []
        for mundur, banyak in zip(range(len(LAJU) - 1, -1, -1), bagi(jumlah, list(LAJU)), strict=True):
            awal = self.waktu.bulan(mundur)
            akhir = min(self.waktu.bulan(mundur - 1) - timedelta(days=1), self.kemarin)
            hari += [self._kerja(self.acak.hari(awal, akhir)) for _ in range(banyak)]
        hari[-1] = self._kerja(self.kemarin)  # however small the city, somebody waits in the queue
        self.acak.shuffle(hari)
        return hari

    def _kerja(self, hari: date) -> date:
        hari = min(hari, self.kemarin)
        return hari - timedelta(days=max(0, hari.weekday() - 4))

    def _banyak(self, jumlah: int, orang_tua_asuh: int) -> list[int]:
        """Workers per sign-up: drafts have one or two, donors share the rest up to the limit."""
        batas = int(get_setting("maks_pekerja"))
        draf = [self.acak.randint(1, 2) for _ in self.rencana[orang_tua_asuh:]]
        hasil = [1] * orang_tua_asuh
        for _ in range(max(0, jumlah - sum(draf) - orang_tua_asuh)):
            terbuka = [n for n, isi in enumerate(hasil) if isi < batas]
            if not terbuka:
                break
            hasil[self.acak.choice(terbuka)] += 1
        return hasil + draf

    def _setujui(self, skala: float, semua: list[tuple[Rencana, int]]) -> list[tuple[Rencana, int]]:
        """Who sent first was verified first, until enough workers are on their way to BPJS; oldest first."""
        terkirim = [one for one in semua if one[0].keadaan is StatusSurat.DIUNGGAH]
        terkirim.sort(key=lambda one: (one[0].terakhir, one[0].orang.nip))
        perlu = round(DISETUJUI * skala)
        for rencana, banyak in terkirim:
            rencana.disetujui = perlu > 0 and rencana.terakhir < self.kemarin - timedelta(days=JEDA)
            perlu -= banyak if rencana.disetujui else 0
        return terkirim + [one for one in semua if one[0].keadaan is not StatusSurat.DIUNGGAH]

    def _rencanakan(self, orang: Orang, keadaan: StatusSurat, terakhir: date) -> None:
        a = self.acak
        mulai = terakhir - timedelta(days=a.randint(4, 9))
        # Whoever activated later than the plan wants has activated in time after all: the slip came first.
        akun_id = self.akun.aktifkan(orang, mulai - timedelta(days=a.randint(0, 12)), paling_lambat=mulai)
        dasar = penghasilan_terendah(terakhir)
        terkirim = keadaan is StatusSurat.DIUNGGAH
        self.rencana.append(
            Rencana(
                orang=orang, akun_id=akun_id, keadaan=keadaan, mulai=mulai, terakhir=terakhir,
                program=a.choices(PROGRAM, (8, 2))[0],
                penghasilan=dasar if a.random() < 0.8 else a.choice((1_500_000, 2_000_000, 2_950_000)),
                periode=a.choices((1, 3, 6, 12), (70, 12, 8, 10))[0],
                bulan_pertama=bulan_pertama(terakhir if terkirim else self.waktu.hari_ini),
            )
        )  # fmt: skip
        if terkirim:
            self.buku.tambah(
                Tahapan, id=a.id(), asn_id=orang.id, tahap=Tahap.DIAJUKAN, mulai=terakhir, sampai=None
            )
            orang.baris.update(ikut=True, tahap=Tahap.DIAJUKAN)
        # Who signs up tells where home is, for "near home".
        orang.baris["kelurahan_kode"] = a.choice(self.pekerja.kelurahan).kode

    def _asuh(self, rencana: Rencana, banyak: int) -> None:
        """The workers of one sign-up: typed in, or out of the pool by way of a hold."""
        for _ in range(banyak):
            pada = self.acak.jam(rencana.mulai)
            di = self._di_upacara() if rencana.disetujui else None
            siapa: dict[str, Any] = {"oleh": rencana.akun_id, "peran": Peran.ASN}
            if self.acak.random() < 0.6:
                pekerja = self.pekerja.layak(pada, AsalPekerja.ASN, kelurahan=di, **siapa)
                baris = self._baris(rencana.orang, pekerja, pada)
            else:
                pekerja = self.pekerja.calon_baru(
                    rencana.mulai - timedelta(days=self.acak.randint(5, 60)), di
                )
                baris = self._baris(rencana.orang, pekerja, pada)
                self._gerak(baris, "pesan", pada, **siapa)
                baris["ditahan_sampai"] = rencana.mulai + self._masa_pegang()
                pada += timedelta(minutes=20)
            self._gerak(baris, "usulkan", pada, **siapa)
            baris |= {
                "program": rencana.program, "penghasilan": rencana.penghasilan, "periode": rencana.periode,
                "bulan_pertama": rencana.bulan_pertama,
            }  # fmt: skip
            rencana.asuhan.append(baris)

    def _di_upacara(self) -> Kelurahan | None:
        """The first workers live in the kecamatan whose cards are handed over in one ceremony."""
        if self._upacara <= 0:
            return None
        self._upacara -= 1
        return self.acak.choice(self._kelurahan_upacara)

    def _baris(self, orang: Orang, pekerja: dict[str, Any], pada: datetime) -> dict[str, Any]:
        return self.buku.tambah(
            Asuhan, id=self.acak.id(), versi=1, garis_asuh_id=self.acak.id(), asn_id=orang.id,
            pekerja_id=pekerja["id"], program=PROGRAM[0], penghasilan=penghasilan_terendah(pada.date()),
            periode=1, bulan_pertama=None, ditahan_sampai=None, diperpanjang=False, dibantu=False,
            alasan_akhir=None, dibuat_pada=pada,
        )  # fmt: skip

    def _gerak(self, baris: dict[str, Any], peristiwa: str, pada: datetime, **siapa: Any) -> None:
        baris["status"] = self.buku.gerak(MACHINE, baris["id"], peristiwa, pada, **siapa)

    def _masa_pegang(self) -> timedelta:
        return timedelta(days=int(get_setting("hari_pegang")))

    # -- beside the sign-ups -------------------------------------------------------------------------------

    def _calon_asn(self) -> tuple[Orang, dict[str, Any]]:
        """Somebody with an account who has not signed up, as the actor of a move."""
        orang = self._luang.pop() if self._luang else self.acak.choice(self.orang)
        return orang, {"oleh": self.akun.aktifkan(orang, self.waktu.bulan(5)), "peran": Peran.ASN}

    def _pegang(self, pada: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
        orang, siapa = self._calon_asn()
        baris = self._baris(orang, self.pekerja.calon_baru(self.waktu.bulan(5)), pada)
        self._gerak(baris, "pesan", pada, **siapa)
        baris["ditahan_sampai"] = pada.date() + self._masa_pegang()
        return baris, siapa

    def _tahan(self) -> None:
        """Held now; every fourth one extended once."""
        baris, siapa = self._pegang(self.acak.jam(self.kemarin - timedelta(days=self.acak.randint(0, 4))))
        if self.acak.random() < 0.25:
            self._gerak(baris, "perpanjang", self.acak.jam(self.kemarin) + timedelta(hours=8), **siapa)
            baris |= {"ditahan_sampai": baris["ditahan_sampai"] + self._masa_pegang(), "diperpanjang": True}

    def _lewat(self) -> None:
        """Held until the last day was over: the worker is back in the pool."""
        baris, _ = self._pegang(self.acak.jam(self.acak.hari(self.waktu.bulan(4), self.waktu.bulan(1))))
        sesudah = baris["ditahan_sampai"] + timedelta(days=1)
        self._gerak(baris, "lewat_waktu", self.acak.jam(sesudah) - timedelta(hours=7))

    def _batal(self) -> None:
        """Proposed and ended again by the donor before anything was sent."""
        baris, siapa = self._pegang(self.acak.jam(self.acak.hari(self.waktu.bulan(4), self.waktu.bulan(1))))
        pada = datetime.fromisoformat(str(baris["dibuat_pada"])) + timedelta(hours=1)
        self._gerak(baris, "usulkan", pada, **siapa)
        self._gerak(baris, "batal", pada + timedelta(days=self.acak.randint(1, 9)), **siapa)
        baris["alasan_akhir"] = "batal_donatur"

    def _tawarkan(self, akhir: str) -> None:
        """A pool worker offered to an ASN by the agency's operator, with the answer; if accepted, held."""
        orang, siapa = self._calon_asn()
        menunggu = akhir == "menunggu"
        hari = self.kemarin - timedelta(
            days=self.acak.randint(0, 4) if menunggu else self.acak.randint(20, 60)
        )
        if akhir == "terima":
            hari = self.kemarin - timedelta(days=self.acak.randint(1, 3))
        pada = self.acak.jam(hari)
        pekerja = self.pekerja.calon_baru(self.waktu.bulan(5))
        baris = self.buku.tambah(
            Tawaran, id=self.acak.id(), versi=1, calon_id=self.pekerja.calon[pekerja["id"]]["id"],
            asn_id=orang.id, ditawarkan_oleh=self.akun.operator.get(orang.opd_id), ditawarkan_pada=pada,
            berlaku_sampai=hari + self._masa_pegang(), dijawab_pada=None,
        )  # fmt: skip

        def gerak(peristiwa: str, saat: datetime, **oleh: Any) -> None:
            baris["status"] = self.buku.gerak(MESIN_TAWARAN, baris["id"], peristiwa, saat, **oleh)

        gerak("tawarkan", pada, oleh=self.akun.operator.get(orang.opd_id), peran=Peran.OPERATOR_OPD)
        if menunggu:
            return
        saat = pada + (
            self._masa_pegang() + timedelta(days=1) if akhir == "lewat_waktu" else timedelta(hours=5)
        )
        gerak(akhir, saat, **({} if akhir == "lewat_waktu" else siapa))
        baris["dijawab_pada"] = saat
        if akhir == "terima":
            asuhan = self._baris(orang, pekerja, saat)
            self._gerak(asuhan, "pesan", saat, **siapa)
            asuhan["ditahan_sampai"] = saat.date() + self._masa_pegang()
