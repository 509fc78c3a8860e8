"""Accounts of the demo city: who activated when, who works for an agency, a district or the city."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from rentan.akun.actions import hash_sandi
from rentan.akun.models import Akun, PeranAkun
from rentan.asn.models import KodeAktivasi, Tahapan
from rentan.asn.status import Tahap
from rentan.core.clock import start_of_day
from rentan.core.permissions import PERAN_KOTA, Peran
from rentan.core.settings import get_setting
from rentan.demo.acak import Acak, kata
from rentan.demo.buku import Buku
from rentan.demo.roster import Orang
from rentan.ext import db
from rentan.wilayah.models import Kecamatan

#: Published with the sign-ins: fictional, and of the length that AUT-2 asks for.
SANDI = "teh-manis-di-teras-7"
#: Shares of the roster: activated, and holding a printed slip that is not used yet.
AKTIF, SLIP = 0.08, 0.06
#: Sign-in names of those who are not in the roster.
PENGENAL = {
    Peran.VERIFIKATOR: "verifikator",
    Peran.BENDAHARA: "bendahara",
    Peran.PENYETUJU: "penyetuju",
    Peran.PETUGAS_BPJS: "bpjs",
    Peran.PIMPINAN: "pimpinan",
    Peran.ADMIN: "admin",
}

#: The second verifikator and the second approver, for what one may not decide alone.
PENGENAL_KEDUA, PENYETUJU_KEDUA = "verifikator.dua", "penyetuju.dua"

Baris = dict[str, Any]


class DaftarAkun:
    """Writes accounts into the book and remembers whose they are."""

    def __init__(self, buku: Buku) -> None:
        self.buku, self.acak, self.waktu = buku, Acak("akun"), buku.waktu
        self._hash = hash_sandi(SANDI)  # one hash for all: the password is published anyway
        self.asn: dict[uuid.UUID, uuid.UUID] = {}
        self._aktivasi: dict[uuid.UUID, dict[str, Baris]] = {}
        self.operator: dict[uuid.UUID, uuid.UUID] = {}
        self.penugasan: dict[uuid.UUID, Baris] = {}
        self.petugas: dict[str, uuid.UUID] = {}
        self.kota: dict[Peran, uuid.UUID] = {}
        self._pejabat()

    def _pejabat(self) -> None:
        sejak = start_of_day(self.waktu.awal)
        for peran in (*sorted(PERAN_KOTA), Peran.PIMPINAN):
            self.kota[peran] = self._akun(PENGENAL[peran], self.acak.nama(self.acak.jenis_kelamin()), sejak)[
                "id"
            ]
            self._peran(self.kota[peran], peran, self.waktu.awal)
        self.kedua = self._orang_kedua(PENGENAL_KEDUA, Peran.VERIFIKATOR, sejak)
        self.penyetuju_kedua = self._orang_kedua(PENYETUJU_KEDUA, Peran.PENYETUJU, sejak)
        for kecamatan in db.session.scalars(select(Kecamatan).order_by(Kecamatan.kode)):
            pengenal = pengenal_petugas(kecamatan.nama)
            akun_id = self._akun(pengenal, self.acak.nama(self.acak.jenis_kelamin()), sejak)["id"]
            self._peran(akun_id, Peran.PETUGAS_KECAMATAN, self.waktu.awal, kecamatan_kode=kecamatan.kode)
            self.petugas[kecamatan.kode] = akun_id

    def _orang_kedua(self, pengenal: str, peran: Peran, sejak: datetime) -> uuid.UUID:
        akun_id: uuid.UUID = self._akun(pengenal, self.acak.nama(self.acak.jenis_kelamin()), sejak)["id"]
        self._peran(akun_id, peran, self.waktu.awal)
        return akun_id

    def _akun(self, pengenal: str, nama: str, pada: datetime, asn_id: uuid.UUID | None = None) -> Baris:
        return self.buku.tambah(
            Akun, id=self.acak.id(), versi=1, pengenal=pengenal, nama=nama, asn_id=asn_id,
            sandi_hash=self._hash, sandi_diubah_pada=pada, aktif=True, totp_langkah=0, dibuat_pada=pada,
            terakhir_masuk_pada=None,
        )  # fmt: skip

    def _peran(self, akun_id: uuid.UUID, peran: Peran, mulai: date, **tempat: Any) -> Baris:
        return self.buku.tambah(
            PeranAkun, id=self.acak.id(), akun_id=akun_id, peran=peran, mulai=mulai, selesai=None,
            diberi_oleh=self.kota.get(Peran.ADMIN), diberi_pada=start_of_day(mulai), **tempat,
        )  # fmt: skip

    def aktifkan(self, orang: Orang, hari: date, *, paling_lambat: date | None = None) -> uuid.UUID:
        """The ASN used the slip on that day: account, role and first rung.

        Somebody who has an account keeps it; ``paling_lambat`` moves a later activation to ``hari``.
        """
        if orang.id in self.asn:
            baris = self._aktivasi[orang.id]
            if paling_lambat is not None and baris["tahapan"]["mulai"] > paling_lambat:
                self._beri_hari(baris, hari)
            return self.asn[orang.id]
        akun = self._akun(orang.nip, orang.nama, start_of_day(hari), orang.id)
        self.asn[orang.id] = akun["id"]
        self._aktivasi[orang.id] = baris = {
            "akun": akun,
            "peran": self._peran(self.asn[orang.id], Peran.ASN, hari),
            "kode": self._kode(orang, start_of_day(hari)),
            "tahapan": self.buku.tambah(
                Tahapan, id=self.acak.id(), asn_id=orang.id, tahap=Tahap.AKTIVASI, mulai=hari, sampai=None
            ),
        }
        self._beri_hari(baris, hari)
        orang.baris["tahap"] = Tahap.AKTIVASI
        return self.asn[orang.id]

    def _beri_hari(self, baris: dict[str, Baris], hari: date) -> None:
        """All traces of one activation on one day."""
        hari = max(hari, self.waktu.awal)
        pada = self.acak.jam(hari)
        dicetak = pada - timedelta(days=self.acak.randint(1, 6))
        baris["akun"] |= {"dibuat_pada": pada, "sandi_diubah_pada": pada}
        baris["peran"] |= {"mulai": hari, "diberi_pada": pada}
        baris["kode"] |= {
            "dicetak_pada": dicetak, "dipakai_pada": pada, "kedaluwarsa_pada": dicetak + self._masa_kode(),
        }  # fmt: skip
        baris["tahapan"] |= {"mulai": hari}

    def _masa_kode(self) -> timedelta:
        return timedelta(days=int(get_setting("hari_kode_aktivasi")))

    def jadikan_operator(self, orang: Orang) -> None:
        """The secretariat's person of the own agency: among the first to activate."""
        akun_id = self.aktifkan(orang, self.waktu.awal + timedelta(days=self.acak.randint(0, 9)))
        self.penugasan[orang.opd_id] = self._peran(
            akun_id, Peran.OPERATOR_OPD, self.waktu.awal, opd_id=orang.opd_id
        )
        self.operator[orang.opd_id] = akun_id

    def _kode(self, orang: Orang, dicetak: datetime) -> Baris:
        # What is stored of a code is its keyed hash; nobody holds these slips, so any hash will do.
        return self.buku.tambah(
            KodeAktivasi, id=self.acak.id(), asn_id=orang.id, kode_hash=self.acak.randbytes(32),
            dicetak_oleh=self.operator.get(orang.opd_id), dicetak_pada=dicetak,
            kedaluwarsa_pada=dicetak + self._masa_kode(), dipakai_pada=None, dibatalkan_pada=None,
        )  # fmt: skip

    def isi(self, semua: list[Orang]) -> None:
        """One operator per agency; others activate over the months; slips lie about unused or expired."""
        a, w = self.acak, self.waktu
        kemarin = w.hari_ini - timedelta(days=1)
        per_opd: dict[uuid.UUID, list[Orang]] = {}
        for orang in semua:
            if orang.mulai == w.awal:
                per_opd.setdefault(orang.opd_id, []).append(orang)
        for n, satu in enumerate(per_opd.values()):
            self.jadikan_operator(orang := a.choice(satu))
            if n % 25 == 1 and orang.opd_kode != kata()["masuk"]["opd"]:
                # Some duties end soon: the admin is told beforehand.
                self.penugasan[orang.opd_id]["selesai"] = w.hari_ini + timedelta(days=a.randint(9, 27))
        for orang in semua:
            nasib = a.random()
            if nasib < AKTIF:
                self.aktifkan(orang, a.hari(max(w.bulan(5), orang.mulai), kemarin))
            elif nasib < AKTIF + SLIP and orang.id not in self.asn:
                self._kode(orang, a.jam(w.hari_ini - timedelta(days=a.randint(2, 45))))


def pengenal_petugas(nama_kecamatan: str) -> str:
    """``petugas.semarang-tengah``."""
    return f"petugas.{nama_kecamatan.casefold().replace(' ', '-')}"


def petugas_contoh(kecamatan: list[Kecamatan]) -> Kecamatan:
    """The district whose officer is among the published sign-ins."""
    return next((one for one in kecamatan if one.kode == kata()["masuk"]["kecamatan"]), kecamatan[0])
