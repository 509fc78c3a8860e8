"""The ASN of the demo city with half a year of history: joins, moves, retirements, new NIP."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update

from rentan.asn.models import Asn, NipRiwayat, Penempatan
from rentan.asn.status import StatusAktif, StatusAsn
from rentan.demo.acak import Acak, akhir_masa_kerja, bagi, kata, ukuran_opd
from rentan.demo.buku import Buku
from rentan.ext import db
from rentan.opd.models import Opd, UnitKerja
from rentan.util.nama import nama_urut
from rentan.util.tanggal import tambah_bulan
from rentan.wilayah.models import Kecamatan, Kelurahan

#: PNS, PPPK and part-time PPPK on the day of the press count.
STATUS = {StatusAsn.PNS: 8031, StatusAsn.PPPK: 5615, StatusAsn.PPPK_PW: 2354}
#: Per ten thousand ASN: who moved, joined, left for which reason, or got a new NIP in the recorded months.
PINDAH, MASUK, NIP_BARU = 40, 75, 8
LUAR = {StatusAktif.PENSIUN: 40, StatusAktif.CUTI: 8, StatusAktif.MENINGGAL: 4, StatusAktif.KELUAR: 8}
GELAR, PUNYA_HP = 0.4, 0.7  # shares of the roster
UKURAN_BAWAAN = (100, 1)  # an agency that the size table does not know (another city's profile)


@dataclass(frozen=True)
class Orang:
    """An active ASN as the other parts of the demo city need one."""

    id: uuid.UUID
    nip: str
    nama: str
    jenis_kelamin: str
    lahir: date
    jabatan: str
    status: StatusAsn
    opd_id: uuid.UUID
    opd_kode: str
    mulai: date
    baris: dict[str, Any]


class Roster:
    """Writes the roster into the book; ``orang`` lists the active ASN, agency by agency."""

    def __init__(self, buku: Buku, jumlah: int) -> None:
        self.buku, self.acak, self.waktu = buku, Acak("roster"), buku.waktu
        self.opd = list(db.session.scalars(select(Opd).order_by(Opd.urutan, Opd.id)))
        self.kelurahan = list(db.session.scalars(select(Kelurahan).order_by(Kelurahan.kode)))
        self.kecamatan = {k.nama.casefold(): k.kode for k in db.session.scalars(select(Kecamatan))}
        self.orang: list[Orang] = []
        self._unit: dict[tuple[uuid.UUID, str], uuid.UUID] = {}
        self._nama_unit = {one.id: self._unit_dari(one) for one in self.opd}
        ukuran = bagi(jumlah, [ukuran_opd().get(one.kode, UKURAN_BAWAAN)[0] for one in self.opd])
        status = [
            s for s, n in zip(STATUS, bagi(jumlah, list(STATUS.values())), strict=True) for _ in range(n)
        ]
        self.acak.shuffle(status)
        for opd, banyak in zip(self.opd, ukuran, strict=True):
            for _ in range(banyak):
                self._tulis(opd, status.pop())
        self._luar(jumlah)
        self._kantor()

    def _unit_dari(self, opd: Opd) -> list[str]:
        pola = self._pola(opd)["nama"]
        wilayah = self._kelurahan_dari(opd)
        nama = []
        for satu in pola:
            if "{kelurahan}" in satu:
                nama += [satu.format(kelurahan=kel.nama) for kel in wilayah]
            elif "{n}" in satu:
                nama += [satu.format(n=n) for n in range(1, 46)]
            else:
                nama.append(satu)
        return list(dict.fromkeys(nama))

    def _pola(self, opd: Opd) -> dict[str, Any]:
        unit = kata()["unit"]
        return dict(unit.get(opd.kode) or unit.get(opd.jenis) or unit["dinas"])

    def _kelurahan_dari(self, opd: Opd) -> list[Kelurahan]:
        """The wards of a district office; of any other agency all wards."""
        kode = next((k for nama, k in self.kecamatan.items() if opd.nama.casefold().endswith(nama)), None)
        if opd.jenis != "kecamatan" or kode is None:
            return self.kelurahan
        return [one for one in self.kelurahan if one.kecamatan_kode == kode]

    def _kantor(self) -> None:
        """Each agency without a place gets one, so that "near the office" means something."""
        for opd in self.opd:
            kode = self.acak.choice(self._kelurahan_dari(opd)).kode  # drawn always: the rest stays as it was
            if opd.kelurahan_kode is None:
                db.session.execute(update(Opd).where(Opd.id == opd.id).values(kelurahan_kode=kode))

    # -- one person ----------------------------------------------------------------------------------------

    def _tulis(self, opd: Opd, status: StatusAsn) -> None:
        a, w = self.acak, self.waktu
        lahir = a.lahir(w.hari_ini, 23, 57)
        nasib = a.random() * 10_000
        mulai = w.bulan(a.randint(0, 5)) if nasib < MASUK else w.awal
        baris = self._baris(opd, status, StatusAktif.AKTIF, lahir)
        if MASUK <= nasib < MASUK + PINDAH:
            mulai = w.bulan(a.randint(0, 4))
            lama = a.choice([one for one in self.opd if one is not opd])
            self._penempatan(
                baris, w.awal, mulai - timedelta(days=1), opd_id=lama.id, unit_id=self._pilih_unit(lama)
            )
        self._penempatan(baris, mulai)
        self._nip(baris, baru=nasib > 10_000 - NIP_BARU and status is not StatusAsn.PNS)
        if a.random() < PUNYA_HP:
            self.buku.rahasia(baris, Asn, "hp", baris["id"], a.hp())
        self.orang.append(
            Orang(
                id=baris["id"], nip=baris["nip"], nama=baris["nama"], lahir=lahir,
                jenis_kelamin="LP"[int(baris["nip"][14]) - 1], jabatan=baris["jabatan"], status=status,
                opd_id=opd.id, opd_kode=opd.kode,
                mulai=w.awal if nasib >= MASUK else mulai, baris=baris,
            )
        )  # fmt: skip

    def _baris(self, opd: Opd, status: StatusAsn, aktif: StatusAktif, lahir: date) -> dict[str, Any]:
        a, w = self.acak, self.waktu
        kelamin = a.jenis_kelamin()
        nama = a.nama(kelamin)
        if a.random() < GELAR:
            nama = f"{nama}, {a.choice(kata()['nama']['gelar'])}"
        nip = self.buku.nomor.nip(a, lahir, status.value, kelamin, w.hari_ini)
        return self.buku.tambah(
            Asn, id=a.id(), versi=1, nip=nip, nama=nama, nama_urut=nama_urut(nama),
            jabatan=a.choice(kata()["jabatan"][self._pola(opd)["jabatan"]]), opd_id=opd.id,
            unit_id=self._pilih_unit(opd), status_asn=status, status_aktif=aktif, tanggal_lahir=lahir,
            tmt=date(int(nip[8:12]), int(nip[12:14]) if status is StatusAsn.PNS else 3, 1),
            akhir_kontrak=date(w.hari_ini.year, 12, 31) if status is StatusAsn.PPPK_PW else None,
            tmt_pensiun=akhir_masa_kerja(lahir) if status is StatusAsn.PNS else None, ikut=False, tahap=None,
        )  # fmt: skip

    def _pilih_unit(self, opd: Opd) -> uuid.UUID:
        nama = self.acak.choice(self._nama_unit[opd.id])
        if (opd.id, nama) not in self._unit:
            self._unit[opd.id, nama] = self.buku.tambah(
                UnitKerja, id=self.acak.id(), opd_id=opd.id, nama=nama
            )["id"]
        return self._unit[opd.id, nama]

    def _penempatan(
        self, baris: dict[str, Any], mulai: date, sampai: date | None = None, **beda: Any
    ) -> None:
        salinan = {
            nama: baris[nama] for nama in ("opd_id", "unit_id", "status_asn", "status_aktif", "jabatan")
        }
        self.buku.tambah(
            Penempatan, id=self.acak.id(), asn_id=baris["id"], mulai=mulai, sampai=sampai, **(salinan | beda)
        )

    def _nip(self, baris: dict[str, Any], *, baru: bool) -> None:
        """The NIP history; somebody with a new contract had another number before."""
        a, w = self.acak, self.waktu
        mulai = w.bulan(a.randint(0, 4)) if baru else w.awal
        if baru:
            kelamin = "LP"[int(baris["nip"][14]) - 1]
            lama = self.buku.nomor.nip(
                a, baris["tanggal_lahir"], baris["status_asn"].value, kelamin, w.hari_ini
            )
            self.buku.tambah(
                NipRiwayat, id=a.id(), asn_id=baris["id"], nip=lama, mulai=w.awal,
                sampai=mulai - timedelta(days=1),
            )  # fmt: skip
        self.buku.tambah(
            NipRiwayat, id=a.id(), asn_id=baris["id"], nip=baris["nip"], mulai=mulai, sampai=None
        )

    def _luar(self, jumlah: int) -> None:
        """Those who no longer count: retired, dead, on unpaid leave, gone; beside the active ones."""
        a, w = self.acak, self.waktu
        for aktif, tiap in LUAR.items():
            for _ in range(-(-jumlah * tiap // 10_000)):
                opd = a.choices(self.opd, [ukuran_opd().get(one.kode, UKURAN_BAWAAN)[0] for one in self.opd])[
                    0
                ]
                sejak = w.bulan(a.randint(0, 4))
                pensiun = aktif is StatusAktif.PENSIUN
                lahir = tambah_bulan(sejak, -58 * 12 - 1) if pensiun else a.lahir(w.hari_ini, 25, 57)
                status = StatusAsn.PNS if pensiun else a.choice(list(STATUS))
                baris = self._baris(opd, status, aktif, lahir)
                self._penempatan(baris, w.awal, sejak - timedelta(days=1), status_aktif=StatusAktif.AKTIF)
                self._penempatan(baris, sejak)
                self._nip(baris, baru=False)
