"""Sign-ups and letters of the demo city, with papers that are really rendered pages."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any

from sqlalchemy import select

from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.berkas import actions as berkas_actions
from rentan.berkas.models import Berkas
from rentan.berkas.sanitise import Bersih
from rentan.berkas.status import JenisBerkas
from rentan.core.actor import Pelaku
from rentan.core.cetak import Cetakan, render_dokumen
from rentan.core.numbering import NomorUrut
from rentan.core.permissions import Peran
from rentan.core.subject import load_deks, reveal, seal
from rentan.demo.acak import Acak
from rentan.demo.akun import DaftarAkun
from rentan.demo.asuhan import Rencana
from rentan.demo.buku import Buku
from rentan.demo.gambar import BUKU, KTP, gambar_buku, gambar_ktp, pindai_bertanda_tangan
from rentan.ext import db, runtime
from rentan.pekerja.models import Pekerja
from rentan.pendaftaran.isian import Isian, store_isian
from rentan.pendaftaran.models import Pendaftaran
from rentan.pendaftaran.status import MACHINE as MESIN_PENDAFTARAN
from rentan.surat_kuasa.dokumen import freeze, susun_dokumen
from rentan.surat_kuasa.models import PerpindahanAsli, SuratKuasa, SuratPekerja
from rentan.surat_kuasa.nomor import format_nomor, make_ref
from rentan.surat_kuasa.queries import harga_tertinggi
from rentan.surat_kuasa.status import MACHINE, AsliDi, StatusSurat
from rentan.util.nama import nama_inti
from rentan.wilayah.models import Kelurahan

#: One printed letter in so many was changed once, so that an older, void version exists.
TIAP_VERSI_LAMA = 9
A4 = (595, 842)  # points
_PDFIUM = Lock()
JENIS_KELAMIN = {"L": "LAKI-LAKI", "P": "PEREMPUAN"}


@dataclass
class Lembar:
    """One version of a letter on its way to the printer; ``ktp`` and ``buku`` only when it was sent in."""

    surat: SuratKuasa
    dokumen: Any
    waktu: datetime
    ktp: tuple[Any, ...] | None = None
    buku: tuple[Any, ...] | None = None


@dataclass(frozen=True)
class Hasil:
    """What came out of the printer, and the scans of the papers that were sent with it."""

    cetakan: Cetakan
    pindai: dict[JenisBerkas, Bersih]


class DaftarSurat:
    """Writes sign-ups, letters and papers of the plans; their ASN and workers are in the database already."""

    def __init__(self, buku: Buku, akun: DaftarAkun, rencana: list[Rencana]) -> None:
        self.buku, self.akun, self.acak, self.waktu = buku, akun, Acak("surat"), buku.waktu
        self.kemarin = self.waktu.hari_ini - timedelta(days=1)
        # Numbers run in the order of time.
        self.rencana = sorted(rencana, key=lambda one: (one.terakhir, one.orang.nip))
        self.kelurahan = {one.kode: one for one in db.session.scalars(select(Kelurahan))}
        self._urut: dict[tuple[str, int], int] = defaultdict(int)
        self._langkah_asli: dict[uuid.UUID, int] = defaultdict(int)
        self._asn = self._ambil(Asn, [one.orang.id for one in self.rencana])
        self._asuhan = self._ambil(Asuhan, [satu["id"] for one in self.rencana for satu in one.asuhan])
        pekerja = [satu["pekerja_id"] for one in self.rencana for satu in one.asuhan]
        self._pekerja = self._ambil(Pekerja, pekerja)  # held here, so that letters find them without asking
        load_deks([*self._asn, *self._pekerja])

    def _ambil(self, model: Any, ids: list[uuid.UUID]) -> dict[uuid.UUID, Any]:
        found: dict[uuid.UUID, Any] = {}
        for mulai in range(0, len(ids), 500):
            query = select(model).where(model.id.in_(ids[mulai : mulai + 500]))
            found |= {one.id: one for one in db.session.scalars(query)}
        return found

    def isi(self) -> int:
        """Everything; answers how many letters were printed."""
        kerja: list[tuple[Rencana, list[Lembar], SuratKuasa | None, Isian]] = []
        for rencana in self.rencana:
            isian = self._isian(rencana)
            self._kontak(rencana, isian)
            surat, lembar = self._susun(rencana, isian)
            kerja.append((rencana, lembar, surat, isian))
        with ThreadPoolExecutor(2) as pencetak:
            cetakan = pencetak.map(_cetak, [satu for _, lembar, _, _ in kerja for satu in lembar])
            for rencana, lembar, surat, isian in kerja:
                self._simpan(rencana, lembar, surat, cetakan)
                self._pendaftaran(rencana, surat, isian)
        for (ruang, tahun), terakhir in self._urut.items():
            db.session.add(NomorUrut(ruang=ruang, tahun=tahun, terakhir=terakhir))
        db.session.flush()
        return sum(len(lembar) for _, lembar, _, _ in kerja)

    # -- answers and content -------------------------------------------------------------------------------

    def _isian(self, rencana: Rencana) -> Isian:
        a, orang = self.acak, rencana.orang
        hp = reveal(self._asn[orang.id], "hp") or a.hp()
        bulan, digit = rencana.bulan_pertama, runtime().profil.bank.panjang_rekening - 1
        asuhan = [self._asuhan[satu["id"]] for satu in rencana.asuhan]
        return Isian(
            alamat=a.alamat(), kelurahan=orang.baris["kelurahan_kode"], hp=hp, program=rencana.program,
            penghasilan=rencana.penghasilan, periode=rencana.periode, bulan_pertama=bulan,
            nomor_rekening="9" + "".join(a.choice("0123456789") for _ in range(digit)),
            nama_rekening=nama_inti(orang.nama), versi={"data_diri": 1, "iuran": 1},
            plafon=sum(harga_tertinggi(one, bulan) for one in asuhan),
        )  # fmt: skip

    def _kontak(self, rencana: Rencana, isian: Isian) -> None:
        asn = self._asn[rencana.orang.id]
        seal(asn, "alamat", isian.alamat)
        seal(asn, "hp", isian.hp)

    def _surat(self, rencana: Rencana, isian: Isian, versi: int, nomor: str | None) -> SuratKuasa:
        surat = SuratKuasa(
            id=self.acak.id(), asn_id=rencana.orang.id, asn=self._asn[rencana.orang.id], nomor=nomor,
            ref=make_ref(self.acak.choice), urutan_versi=versi,
            asli_di=AsliDi.NONE, dibantu=False, plafon=isian.plafon, nama_rekening=isian.nama_rekening,
            bulan_pertama=isian.bulan_pertama, dibuat_pada=self.acak.jam(rencana.mulai + timedelta(days=1)),
            rekening_bi=runtime().keyring.blind_index("rekening", isian.nomor_rekening or ""),
        )  # fmt: skip
        seal(surat, "rekening", isian.nomor_rekening)
        seal(surat, "isi", json.dumps({"alamat": isian.alamat, "telepon": isian.hp}, ensure_ascii=False))
        for urutan, satu in enumerate(rencana.asuhan, 1):
            asuhan = self._asuhan[satu["id"]]
            harga = harga_tertinggi(asuhan, rencana.bulan_pertama)
            surat.daftar.append(
                SuratPekerja(
                    id=self.acak.id(),
                    asuhan_id=asuhan.id,
                    asuhan=asuhan,
                    urutan=urutan,
                    harga_tertinggi=harga,
                )
            )
        return surat

    def _susun(self, rencana: Rencana, isian: Isian) -> tuple[SuratKuasa | None, list[Lembar]]:
        """The letter as far as the plan goes, and what there is to print of it."""
        a = self.acak
        if rencana.keadaan is StatusSurat.DRAF:
            surat = self._surat(rencana, isian, 1, None) if len(rencana.asuhan) > 1 else None
            if surat is not None:
                self._gerak(surat, "buat", surat.dibuat_pada, rencana)
            return surat, []
        hari = rencana.mulai + timedelta(days=2)
        nomor = format_nomor(self._nomor("surat_kuasa", hari), hari)
        lembar: list[Lembar] = []
        lama = a.randrange(TIAP_VERSI_LAMA) == 0
        for versi in (1, 2) if lama else (1,):
            surat = self._surat(rencana, isian, versi, nomor)
            if versi == 2:
                saat = lembar[0].waktu + timedelta(hours=1)
                self._gerak(lembar[0].surat, "ubah", saat, rencana, alasan="versi_baru")
                surat.dibuat_pada = saat
            self._gerak(surat, "buat" if versi == 1 else "ubah", surat.dibuat_pada, rencana)
            surat.dicetak_pada = a.jam(hari) + timedelta(hours=2 * (versi - 1))
            self._gerak(surat, "cetak", surat.dicetak_pada, rencana)
            lembar.append(Lembar(surat, susun_dokumen(surat), surat.dicetak_pada))
        if rencana.keadaan is StatusSurat.DIUNGGAH:
            lembar[-1].ktp, lembar[-1].buku = self._ktp(rencana, isian), self._buku(isian)
        return surat, lembar

    def _gerak(self, surat: SuratKuasa, peristiwa: str, pada: datetime, siapa: Rencana, **lain: Any) -> None:
        surat.status = self.buku.gerak(
            MACHINE, surat.id, peristiwa, pada, oleh=siapa.akun_id, peran=Peran.ASN, **lain
        )

    def _nomor(self, ruang: str, hari: date) -> int:
        self._urut[ruang, hari.year] += 1
        return self._urut[ruang, hari.year]

    # -- papers --------------------------------------------------------------------------------------------

    def _simpan(
        self, rencana: Rencana, lembar: list[Lembar], surat: SuratKuasa | None, cetakan: Iterator[Hasil]
    ) -> None:
        by = Pelaku(akun_id=rencana.akun_id, peran=frozenset({Peran.ASN}), asn_id=rencana.orang.id)
        asn = self._asn[rencana.orang.id]
        hasil = None
        for satu in lembar:
            hasil = next(cetakan)
            satu.surat.sha256, satu.surat.halaman = hasil.cetakan.sha256, hasil.cetakan.halaman
            seal(satu.surat, "isi", freeze(satu.dokumen))
            db.session.add(satu.surat)
            db.session.flush()
            cetak = berkas_actions.simpan_cetakan(
                hasil.cetakan.pdf, halaman=hasil.cetakan.halaman, asn=asn, surat_kuasa_id=satu.surat.id, by=by
            )
            cetak.diunggah_pada = satu.waktu
        if surat is None:
            return
        db.session.add(surat)
        db.session.flush()
        if rencana.keadaan is StatusSurat.DIUNGGAH and hasil is not None:
            self._unggah(rencana, surat, hasil, by)

    def _unggah(self, rencana: Rencana, surat: SuratKuasa, hasil: Hasil, by: Pelaku) -> None:
        """The three papers, M4, and the way of the original."""
        a = self.acak
        saat = a.jam(rencana.terakhir)
        for jenis, bersih in hasil.pindai.items():
            baris: Berkas = berkas_actions.simpan_unggahan(
                jenis=jenis, data=bersih.data, nama_file=jenis.value, asn=surat.asn, surat_kuasa_id=surat.id,
                by=by, bersih=bersih,
                halaman_dikenal=bersih.halaman if jenis is JenisBerkas.SURAT_KUASA else None,
            )  # fmt: skip
            baris.diunggah_pada = saat - timedelta(minutes=a.randint(1, 30))
        surat.ditandatangani_pada = a.hari(rencana.mulai + timedelta(days=3), rencana.terakhir)
        surat.diunggah_pada = saat
        self._gerak(surat, "unggah", saat, rencana)
        self._pindah(surat, AsliDi.ASN, rencana.akun_id, saat)
        hari = rencana.terakhir + timedelta(days=a.randint(1, 4))
        operator = self.akun.operator.get(rencana.orang.opd_id)
        for ke in (AsliDi.OPD, AsliDi.ADMIN):
            # Verified letters came by paper too (M9: the original is at the office).
            if hari > self.kemarin or (not rencana.disetujui and a.random() < 0.2):
                break
            self._pindah(surat, ke, operator, a.jam(hari))
            hari += timedelta(days=a.randint(5, 14))
            if rencana.disetujui and hari > self.kemarin:
                break

    def _pindah(self, surat: SuratKuasa, ke: AsliDi, oleh: uuid.UUID | None, pada: datetime) -> None:
        self._langkah_asli[surat.id] += 1
        self.buku.tambah(
            PerpindahanAsli, id=self.acak.id(), surat_kuasa_id=surat.id, dari=surat.asli_di, ke=ke, oleh=oleh,
            pada=pada, catatan=None, urutan=self._langkah_asli[surat.id],
        )  # fmt: skip
        surat.asli_di = ke

    def _ktp(self, rencana: Rencana, isian: Isian) -> tuple[Any, ...]:
        """What stands on the donor's card."""
        a, orang, profil = self.acak, rencana.orang, runtime().profil
        kelurahan = self.kelurahan[orang.baris["kelurahan_kode"]]
        nik = self.buku.nomor.nik(a, orang.lahir, orang.jenis_kelamin, kelurahan.kecamatan.prefiks_nik)
        baris = [
            ("Nama", nama_inti(orang.nama)),
            ("Tempat/Tgl Lahir", f"{profil.tempat.upper()}, {orang.lahir:%d-%m-%Y}"),
            ("Jenis kelamin", JENIS_KELAMIN[orang.jenis_kelamin]),
            ("Alamat", (isian.alamat or "").upper()),
            ("Kel/Desa", kelurahan.nama.upper()),
            ("Kecamatan", kelurahan.kecamatan.nama.upper()),
            ("Pekerjaan", "APARATUR SIPIL NEGARA"),
            ("Berlaku hingga", "SEUMUR HIDUP"),
        ]
        return (f"Provinsi {profil.provinsi}", profil.nama_kota), nik, baris

    def _buku(self, isian: Isian) -> tuple[Any, ...]:
        """What stands on the first page of the donor's bank book."""
        bank = runtime().profil.bank
        return bank.nama_lengkap, bank.cabang, isian.nomor_rekening, isian.nama_rekening, isian.alamat

    # -- sign-ups ------------------------------------------------------------------------------------------

    def _pendaftaran(self, rencana: Rencana, surat: SuratKuasa | None, isian: Isian) -> None:
        """The sign-up of a plan: sent with its receipt number, or a draft that waits for its owner."""
        a = self.acak
        dibuat = a.jam(rencana.mulai)
        terkirim = rencana.keadaan is StatusSurat.DIUNGGAH
        selesai = {StatusSurat.DIUNGGAH: 4, StatusSurat.DICETAK: 3}.get(rencana.keadaan, 3 if surat else 2)
        if surat is None:  # stopped before the step about money
            isian.program = isian.penghasilan = isian.periode = isian.bulan_pertama = None
            isian.nomor_rekening = isian.nama_rekening = isian.plafon = None
            isian.versi = {"data_diri": 1}
        elif terkirim:
            isian.ditandatangani_pada = surat.ditandatangani_pada
        baris = Pendaftaran(
            id=a.id(), asn_id=rencana.orang.id, selesai=selesai, surat_kuasa_id=surat.id if surat else None,
            dibuat_pada=dibuat, diubah_pada=dibuat,
        )  # fmt: skip
        siapa: dict[str, Any] = {"oleh": rencana.akun_id, "peran": Peran.ASN}
        baris.status = self.buku.gerak(MESIN_PENDAFTARAN, baris.id, "mulai", dibuat, **siapa)
        if terkirim and surat is not None and surat.diunggah_pada is not None:
            baris.diajukan_pada = baris.diubah_pada = surat.diunggah_pada
            urut = self._nomor("pendaftaran", rencana.terakhir)
            baris.nomor = f"TT-{rencana.terakhir.year}-{urut:06d}"
            baris.status = self.buku.gerak(MESIN_PENDAFTARAN, baris.id, "kirim", surat.diunggah_pada, **siapa)
        store_isian(baris, isian)
        db.session.add(baris)


def _cetak(lembar: Lembar) -> Hasil:
    """Runs in a thread, beside the storing: typst and Pillow leave Python's lock, PDFium takes turns."""
    cetakan = render_dokumen(lembar.dokumen, waktu=lembar.waktu)
    if lembar.ktp is None or lembar.buku is None:
        return Hasil(cetakan, {})
    with _PDFIUM:
        surat = pindai_bertanda_tangan(cetakan.pdf, cetakan.halaman, Acak(lembar.dokumen.ref))
    return Hasil(
        cetakan,
        {
            JenisBerkas.SURAT_KUASA: Bersih("application/pdf", surat, cetakan.halaman, *A4),
            JenisBerkas.KTP: Bersih("image/jpeg", gambar_ktp(*lembar.ktp), 1, *KTP),
            JenisBerkas.BUKU_REKENING: Bersih("image/jpeg", gambar_buku(*lembar.buku), 1, *BUKU),
        },
    )
