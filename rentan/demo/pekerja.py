"""Workers of the demo city: the pool, those covered elsewhere, doubtful duplicates."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from rentan.calon.models import Calon
from rentan.core.clock import start_of_day
from rentan.core.permissions import Peran
from rentan.demo.acak import Acak, kata
from rentan.demo.akun import DaftarAkun
from rentan.demo.buku import Buku
from rentan.demo.roster import Orang
from rentan.ext import db, runtime
from rentan.pekerja.models import DugaDuplikat, Pekerja, Pelindungan, PeringatanDiterima
from rentan.pekerja.naskah import VERSI
from rentan.pekerja.status import MACHINE, AsalPekerja, JenisKelamin, PutusanDuplikat, Sektor
from rentan.util.nama import kemiripan, nama_inti
from rentan.util.tanggal import akhir_bulan
from rentan.wilayah.models import Kecamatan, Kelurahan

#: Sources of the lists of workers whom another programme covers, most frequent first.
SUMBER = ("APBD", "DBHCHT", "SERTAKAN", "PU")
ALASAN_LUAR = "KTP masih beralamat asal; pekerja tinggal dan bekerja di kota ini."

Baris = dict[str, Any]


class DaftarPekerja:
    """Makes workers and writes them into the book; ``bebas`` are those who wait in the pool."""

    def __init__(self, buku: Buku, akun: DaftarAkun) -> None:
        self.buku, self.akun, self.acak, self.waktu = buku, akun, Acak("pekerja"), buku.waktu
        self.kelurahan = list(db.session.scalars(select(Kelurahan).order_by(Kelurahan.kode)))
        self.prefiks = {one.kode: one.prefiks_nik for one in db.session.scalars(select(Kecamatan))}
        self.bebas: list[Baris] = []
        self.calon: dict[uuid.UUID, Baris] = {}

    # -- one worker ----------------------------------------------------------------------------------------

    def baru(
        self,
        pada: datetime,
        asal: AsalPekerja,
        *,
        oleh: uuid.UUID | None = None,
        peran: Peran | None = None,
        kelurahan: Kelurahan | None = None,
        umur: tuple[int, int] = (19, 62),
        seperti: Baris | None = None,
        prefiks: str | None = None,
    ) -> Baris:
        """W1: a worker recorded at that moment; ``seperti`` makes a likeness of another one."""
        a = self.acak
        kelurahan = kelurahan or a.choice(self.kelurahan)
        kelamin = seperti["jenis_kelamin"].value if seperti else a.jenis_kelamin()
        lahir = seperti["tanggal_lahir"] if seperti else a.lahir(self.waktu.hari_ini, *umur)
        nama = seperti["nama"] if seperti else a.nama(kelamin)
        pekerjaan, sektor, lokasi = a.choice(kata()["pekerja"]["pekerjaan"])
        nik = self.buku.nomor.nik(a, lahir, kelamin, prefiks or self.prefiks[kelurahan.kecamatan_kode])
        tahu = pada.date() if asal in (AsalPekerja.ASN, AsalPekerja.KECAMATAN) else None
        baris = self.buku.tambah(
            Pekerja, id=a.id(), versi=1, nik_bi=self._bi(nik), nama=nama, nama_inti=nama_inti(nama),
            tanggal_lahir=lahir, jenis_kelamin=JenisKelamin[kelamin], pekerjaan=pekerjaan,
            sektor=Sektor[sektor.upper()], lokasi_kerja=lokasi, alamat=a.alamat(),
            kelurahan_kode=kelurahan.kode, asal=asal, dicatat_oleh=oleh, dicatat_pada=pada,
            diberi_tahu_pada=tahu, naskah_pemberitahuan=VERSI if tahu else None,
        )  # fmt: skip
        self.buku.rahasia(baris, Pekerja, "nik", baris["id"], nik)
        if a.random() < 0.6:
            self.buku.rahasia(baris, Pekerja, "hp", baris["id"], a.hp())
        self.gerak(baris, "catat", pada, oleh=oleh, peran=peran)
        return baris

    def gerak(self, baris: Baris, peristiwa: str, pada: datetime, **siapa: Any) -> None:
        baris["status"] = self.buku.gerak(MACHINE, baris["id"], peristiwa, pada, **siapa)

    def layak(self, pada: datetime, asal: AsalPekerja, **lain: Any) -> Baris:
        """W1 and W2: recorded and found eligible at once."""
        baris = self.baru(pada, asal, **lain)
        self.gerak(baris, "layak", pada)
        return baris

    def ke_daftar(self, baris: Baris, sejak: datetime, oleh: uuid.UUID | None) -> Baris:
        """The worker waits in the pool from that moment on."""
        kecamatan = next(k.kecamatan_kode for k in self.kelurahan if k.kode == baris["kelurahan_kode"])
        calon = self.buku.tambah(
            Calon, id=self.acak.id(), pekerja_id=baris["id"], kecamatan_kode=kecamatan,
            kelurahan_kode=baris["kelurahan_kode"], menunggu_sejak=sejak, diusulkan_oleh=oleh,
            keluar_pada=None, alasan_keluar=None,
        )  # fmt: skip
        self.calon[baris["id"]] = calon
        return calon

    def calon_baru(self, sejak: date, kelurahan: Kelurahan | None = None) -> Baris:
        """A pool worker: mostly from BPJS's list, the others proposed by their district."""
        a = self.acak
        kelurahan = kelurahan or a.choice(self.kelurahan)
        pada = a.jam(sejak)
        if a.random() < 0.25:
            oleh = self.akun.petugas[kelurahan.kecamatan_kode]
            siapa = {"oleh": oleh, "peran": Peran.PETUGAS_KECAMATAN}
            baris = self.layak(pada, AsalPekerja.KECAMATAN, kelurahan=kelurahan, **siapa)
        else:
            oleh = self.akun.kota[Peran.PETUGAS_BPJS]
            siapa = {"oleh": oleh, "peran": Peran.PETUGAS_BPJS}
            baris = self.layak(pada, AsalPekerja.IMPOR, kelurahan=kelurahan, **siapa)
        self.ke_daftar(baris, pada, oleh)
        return baris

    # -- lists ---------------------------------------------------------------------------------------------

    def isi(self, bebas: int, terlindungi: int, asn: list[Orang]) -> None:
        """The free pool, the covered-elsewhere lists, the ineligible and the doubtful."""
        a, w = self.acak, self.waktu
        nama_ganda = Counter(one.nama for one in self.kelurahan)
        kembar = [one for one in self.kelurahan if nama_ganda[one.nama] > 1]
        for n in range(bebas):
            di = kembar[n % len(kembar)] if n < 3 * len(kembar) and bebas > 100 else None
            self.bebas.append(self.calon_baru(a.hari(w.awal, w.hari_ini - timedelta(days=1)), di))
        for _ in range(terlindungi):
            self._pelindungan(self._nik_asing(), berlaku=a.random() < 0.85)
        for _ in range(max(2, bebas // 20)):
            self._tercakup()
        for _ in range(max(2, bebas // 100)):
            self._terlalu_tua()
            self._mirip(asn)
            self._luar_daerah()

    def _nik_asing(self) -> tuple[str, str]:
        a = self.acak
        kelamin = a.jenis_kelamin()
        lahir = a.lahir(self.waktu.hari_ini, 18, 64)
        prefiks = self.prefiks[a.choice(sorted(self.prefiks))]
        return self.buku.nomor.nik(a, lahir, kelamin, prefiks), a.nama(kelamin)

    def _pelindungan(self, siapa: tuple[str, str], *, berlaku: bool, nik_bi: bytes | None = None) -> Baris:
        a, w = self.acak, self.waktu
        nik, nama = siapa
        selesai = akhir_bulan(w.bulan(a.randint(-9, 0) if berlaku else a.randint(1, 5)))
        baris = self.buku.tambah(
            Pelindungan, id=a.id(), nik_bi=nik_bi or self._bi(nik), nama=nama,
            sumber=a.choices(SUMBER, (5, 3, 2, 1))[0], mulai=w.bulan(11), selesai=selesai, impor_id=None,
            dicatat_pada=start_of_day(w.awal),
        )  # fmt: skip
        self.buku.rahasia(baris, Pelindungan, "nik", baris["id"], nik)
        return baris

    def _bi(self, nik: str) -> bytes:
        found: bytes = runtime().keyring.blind_index("nik", nik)
        return found

    def _tercakup(self) -> None:
        """W5: on a list that is in force, so not offered; every fourth list has ended (W6): the best pool."""
        a, w = self.acak, self.waktu
        oleh = self.akun.kota[Peran.PETUGAS_BPJS]
        pada = a.jam(a.hari(w.awal, w.bulan(4)))
        asal = AsalPekerja.PELINDUNGAN if (habis := a.random() < 0.25) else AsalPekerja.IMPOR
        baris = self.layak(pada, asal, oleh=oleh, peran=Peran.PETUGAS_BPJS)
        nik = self.buku.rahasia_dari(Pekerja, "nik", baris["id"])
        daftar = self._pelindungan((nik, baris["nama"]), berlaku=not habis)
        self.gerak(baris, "tercakup", pada + timedelta(days=2))
        daftar["selesai"] = akhir_bulan(w.bulan(-3))
        if habis:
            daftar["selesai"] = akhir_bulan(w.bulan(2))
            sesudah = a.jam(w.bulan(1) + timedelta(days=a.randint(0, 10)))
            self.gerak(baris, "masa_habis", sesudah)
            self.bebas.append(baris)
            pada = sesudah
        self.ke_daftar(baris, pada, oleh)

    def _terlalu_tua(self) -> None:
        """W2 the other way: 65 or older, recorded and refused; never offered."""
        pada = self.acak.jam(self.acak.hari(self.waktu.awal, self.waktu.bulan(1)))
        oleh = self.akun.kota[Peran.PETUGAS_BPJS]
        siapa: dict[str, Any] = {"oleh": oleh, "peran": Peran.PETUGAS_BPJS}
        baris = self.baru(pada, AsalPekerja.IMPOR, umur=(66, 74), **siapa)
        self.gerak(baris, "tidak_layak", pada)

    def _mirip(self, asn: list[Orang]) -> None:
        """W3: somebody who resembles a pool worker or an ASN; a verifier will decide."""
        a, w = self.acak, self.waktu
        pada = a.jam(a.hari(w.bulan(2), w.hari_ini - timedelta(days=2)))
        oleh = self.akun.kota[Peran.PETUGAS_BPJS]
        siapa: dict[str, Any] = {"oleh": oleh, "peran": Peran.PETUGAS_BPJS}
        dengan_asn = a.random() < 0.3
        if dengan_asn:
            orang = a.choice(asn)
            serupa = {
                "nama": nama_inti(orang.nama).title(),
                "tanggal_lahir": orang.lahir,
                "jenis_kelamin": JenisKelamin[orang.jenis_kelamin],
            }
        else:
            asal = self.layak(pada - timedelta(days=9), AsalPekerja.IMPOR, **siapa)
            self.gerak(asal, "mirip", pada)
            self.ke_daftar(asal, pada - timedelta(days=9), oleh)
            serupa = asal | {"nama": asal["nama"].replace("i", "ie", 1)}
        baris = self.layak(pada, AsalPekerja.IMPOR, seperti=serupa, **siapa)
        self.gerak(baris, "mirip", pada)
        self.ke_daftar(baris, pada, oleh)
        nama_lain = orang.nama if dengan_asn else asal["nama"]
        self.buku.tambah(
            DugaDuplikat, id=a.id(), pekerja_id=baris["id"], mirip_id=None if dengan_asn else asal["id"],
            mirip_asn_id=orang.id if dengan_asn else None, putusan=PutusanDuplikat.MENUNGGU,
            kemiripan=round(kemiripan(nama_lain, baris["nama"]) * 100), alasan=None, dibuat_pada=pada,
            diputus_oleh=None, diputus_pada=None,
        )  # fmt: skip

    def _luar_daerah(self) -> None:
        """A NIK from elsewhere only warns; the warning is kept with the reason for accepting it."""
        a, w = self.acak, self.waktu
        pada = a.jam(a.hari(w.bulan(3), w.hari_ini - timedelta(days=2)))
        kelurahan = a.choice(self.kelurahan)
        oleh = self.akun.petugas[kelurahan.kecamatan_kode]
        siapa: dict[str, Any] = {"oleh": oleh, "peran": Peran.PETUGAS_KECAMATAN}
        baris = self.layak(pada, AsalPekerja.KECAMATAN, kelurahan=kelurahan, prefiks="332102", **siapa)
        self.ke_daftar(baris, pada, oleh)
        self.bebas.append(baris)
        self.buku.tambah(
            PeringatanDiterima, id=a.id(), pekerja_id=baris["id"], kode="nik_luar_daerah", alasan=ALASAN_LUAR,
            diterima_oleh=oleh, diterima_pada=pada,
        )  # fmt: skip
