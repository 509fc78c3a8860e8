"""The rehearsal itself: a debit locked, approved and sent by fictional staff, answered by the bank's double.

It runs in a copy that was made for it and refuses to run anywhere else: the copy is an instance of its own,
with its own database, keys and documents, and is told as of the days of the batch that is rehearsed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from rentan.autodebet.debet_isi import list_calon
from rentan.autodebet.debet_susun import susun_debet
from rentan.autodebet.debet_tanggal import hari_debet_paket
from rentan.autodebet.hasil import PENANGAN
from rentan.autodebet.layout_debet import layout_debet
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.clock import start_of_day, to_local, today, told_at
from rentan.core.errors import RuleError
from rentan.core.imports import run_import
from rentan.core.imports_base import Hasil
from rentan.core.permissions import Peran
from rentan.core.settings import change_setting
from rentan.ext import db, runtime
from rentan.gladi.bank import Baris, BerkasBank, Jawaban, Salah, answer, read_debet
from rentan.gladi.salinan import Petugas, isi_kota, make_petugas
from rentan.iuran.jadwal import jadwalkan
from rentan.iuran.models import Iuran, Percobaan
from rentan.iuran.status import HasilCoba, StatusIuran
from rentan.iuran.tagihan import periksa_tagihan
from rentan.paket import uang
from rentan.paket.actions import kirim_paket, kunci_paket, read_berkas, setujui_paket
from rentan.paket.models import Paket, Pengecualian
from rentan.paket.status import JenisPaket
from rentan.paket.urus import penyelesai_of
from rentan.tarif.queries import JadwalBulan, jadwal_bulan
from rentan.util.angka import format_angka
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import format_tanggal, tambah_bulan

#: A file in the instance folder of a copy; without it nothing is rehearsed.
TANDA = "gladi-salinan"
#: Most lines of a rehearsal.
PALING_BANYAK = 500
#: Minutes after midnight.
PAGI = 8 * 60
BERIKUTNYA = {
    "tanpa": "Tidak ada yang perlu dilakukan.",
    "gagal": "Iuran yang boleh diulang ikut paket debet ulang; yang lain menjadi urusan donatur.",
    "terpotong": "Mintalah berkas yang lengkap kepada bank, lalu baca berkas itu. Baris yang sudah tercatat "
    "tidak dicatat dua kali.",
    "diam": "Tanyakan baris yang belum dijawab kepada bank. Baris itu tidak didebet ulang sebelum jelas.",
}


@dataclass(frozen=True)
class Permintaan:
    """What is rehearsed. ``layout``: that of the bank's file, ``""`` for the one in use by default."""

    bulan: date
    donatur: int
    baris: int
    salah: Mapping[Salah, int]
    layout: str = ""
    benih: int = 1


@dataclass
class Catatan:
    """What the page shows; everything is fictional. ``jawaban``: the bank's files in order."""

    langkah: list[dict[str, Any]] = field(default_factory=list)
    berkas: list[dict[str, Any]] = field(default_factory=list)
    baris: list[dict[str, Any]] = field(default_factory=list)
    pengecualian: list[dict[str, Any]] = field(default_factory=list)
    jumlah: dict[str, int] = field(default_factory=dict)
    jawaban: list[BerkasBank] = field(default_factory=list)
    debet: BerkasBank | None = None

    def json(self) -> dict[str, Any]:
        """Without the files' bytes."""
        found = asdict(self)
        return {key: found[key] for key in ("langkah", "berkas", "baris", "pengecualian", "jumlah")}

    def tambah(self, judul: str, oleh: str, kalimat: str, *, ditolak: bool = False) -> None:
        hari = format_tanggal(today())
        self.langkah.append(
            {"judul": judul, "hari": hari, "oleh": oleh, "kalimat": kalimat, "ditolak": ditolak}
        )


def latih(minta: Permintaan, lapor: Callable[[int], None] = lambda _persen: None) -> Catatan:
    """Rehearse in this (empty, migrated) copy; ``lapor`` hears how far it is, 0 to 100.

    Raises ``RuntimeError`` outside of a copy.
    """
    settings = runtime().settings
    if not settings.demo or not (settings.instance / TANDA).exists():
        raise RuntimeError("a rehearsal runs in a copy only")
    return _Latihan(minta, lapor).jalan()


class _Latihan:
    def __init__(self, minta: Permintaan, lapor: Callable[[int], None]) -> None:
        self.minta, self.lapor = minta, lapor
        self.catatan = Catatan()
        self.lain: list[Baris] = []
        self.petugas: Petugas

    def jalan(self) -> Catatan:
        minta = self.minta
        jadwal = jadwal_bulan(minta.bulan)
        dua_bulan = bool(minta.salah.get(Salah.BATCH_LAIN))
        awal = tambah_bulan(minta.bulan, -1) if dua_bulan else minta.bulan
        with self._pada(jadwal_bulan(awal).kandidat, 0):
            self.petugas = make_petugas()
            isi_kota(minta.donatur, minta.baris, awal)
            if minta.layout:
                change_setting("layout_debet", minta.layout, by=SISTEM)
        self.lapor(15)
        if dua_bulan:
            dulu = self._kirim(jadwal_bulan(awal), Catatan())
            self.lain = read_debet(read_berkas(dulu), self._layout(dulu))
        self.lapor(30)
        paket = self._kirim(jadwal, self.catatan)
        self.lapor(50)
        data = read_berkas(paket)
        self.catatan.debet = BerkasBank(paket.nama_berkas or "debet.csv", data)
        jawaban = answer(
            data,
            self._layout(paket),
            minta.salah,
            waktu=self._waktu(paket),
            benih=minta.benih,
            lain=self.lain,
        )
        self.catatan.jawaban = list(jawaban.berkas)
        if jawaban.ditolak:
            self._tolak(paket, jadwal, jawaban.ditolak)
        for hari, berkas in enumerate(jawaban.berkas):
            self._baca(berkas, jadwal.hasil + timedelta(days=hari))
            self.lapor(60 + 15 * hari)
        with self._pada(jadwal.hasil + timedelta(days=max(0, len(jawaban.berkas) - 1)), PAGI + 120):
            self._akhir(paket, jawaban)
        self.lapor(100)
        return self.catatan

    @staticmethod
    def _pada(hari: date, menit: int) -> Any:
        return told_at(start_of_day(hari) + timedelta(minutes=menit))

    @staticmethod
    def _layout(paket: Paket) -> Any:
        return layout_debet((paket.uang.layout if paket.uang else "") or None)

    @staticmethod
    def _waktu(paket: Paket) -> datetime:
        """The bank writes its own local time."""
        hari = paket.uang.tanggal if paket.uang else today()
        return to_local(start_of_day(hari) + timedelta(hours=6)).replace(tzinfo=None)

    # -- to the bank ----------------------------------------------------------------------------------------

    def _kirim(self, jadwal: JadwalBulan, tulis: Catatan) -> Paket:
        p = self.petugas
        with self._pada(jadwal.kandidat, 20):
            jadwalkan()
            periksa_tagihan(jadwal.bulan)
            banyak = db.session.scalar(
                select(func.count()).where(
                    Iuran.periode == jadwal.bulan, Iuran.status == StatusIuran.TERJADWAL
                )
            )
            tulis.tambah("Iuran dijadwalkan", "Program", f"{format_angka(banyak or 0)} iuran rekaan dibuat.")
        with self._pada(jadwal.kunci, PAGI + 60):
            paket = susun_debet(JenisPaket.DEBET, jadwal.bulan, by=p.bendahara)
            tulis.tambah("Paket disusun", "Bendahara", f"Paket berisi {format_angka(paket.jumlah)} baris.")
            kunci_paket(paket, by=p.bendahara)
            total = paket.uang.jumlah_rupiah if paket.uang else 0
            tulis.tambah(
                "Paket dikunci",
                "Bendahara",
                f"Berkas {paket.nama_berkas} dibuat: {format_angka(paket.jumlah)} baris, "
                f"{format_rupiah(total)}.",
            )
        merangkap = replace(p.bendahara, peran=frozenset({Peran.BENDAHARA, Peran.PENYETUJU}))
        with self._pada(jadwal.setuju, PAGI + 60):
            self._harus_ditolak(
                tulis, "Penyusun menyetujui paketnya sendiri", lambda: setujui_paket(paket, by=merangkap)
            )
            self._harus_ditolak(
                tulis,
                "Paket dikirim sebelum disetujui",
                lambda: kirim_paket(paket, by=p.bendahara, tanda_terima="gladi"),
            )
            if paket.uang and paket.uang.perlu_kedua:
                uang.setujui_pertama(paket, by=p.penyetuju_kedua)
                tulis.tambah(
                    "Persetujuan pertama", "Penyetuju kedua", "Jumlahnya jauh berbeda dari bulan lalu."
                )
            setujui_paket(paket, by=p.penyetuju)
            tulis.tambah(
                "Paket disetujui", "Penyetuju", "Orang lain daripada penyusunnya menyetujui berkas ini."
            )
        with self._pada(jadwal.kirim, PAGI + 60):
            kirim_paket(paket, by=p.bendahara, tanda_terima="Bank tiruan")
            tulis.tambah("Paket dikirim", "Bendahara", "Berkas diserahkan kepada bank tiruan.")
        return paket

    # -- and back -------------------------------------------------------------------------------------------

    def _tolak(self, paket: Paket, jadwal: JadwalBulan, pesan: str) -> None:
        with self._pada(jadwal.hasil, PAGI + 30):
            uang.tolak_berkas(paket, pesan_bank=pesan, tidak_dijalankan=True, by=self.petugas.bendahara)
            self.catatan.tambah(
                "Bank menolak seluruh berkas",
                "Bendahara",
                f"Bank menjawab “{pesan}” dan memastikan tidak satu baris pun dijalankan. Berikutnya: "
                "perbaiki paket, kunci lagi, dan kirim berkas yang baru.",
            )

    def _baca(self, berkas: BerkasBank, hari: date) -> None:
        by = self.petugas.bendahara
        db.session.commit()  # the preview rolls back
        with self._pada(hari, PAGI + 30):
            try:
                lihat = run_import(PENANGAN, berkas.data, berkas.nama, dry_run=True, by=by)
            except RuleError as refused:
                self.catatan.tambah(
                    f"Berkas {berkas.nama} tidak terbaca", "Program", refused.pesan, ditolak=True
                )
                return
            self._pratinjau(berkas, lihat)
            if lihat.perlu_setuju:
                self._harus_ditolak(
                    self.catatan,
                    "Berkas diterapkan tanpa persetujuan khusus",
                    lambda: run_import(PENANGAN, berkas.data, berkas.nama, by=by),
                )
            run_import(PENANGAN, berkas.data, berkas.nama, setuju=True, by=by)
            self.catatan.tambah(
                f"Hasil {berkas.nama} diterapkan",
                "Bendahara",
                f"{format_angka(lihat.changed)} baris berubah.",
            )
            self._harus_ditolak(
                self.catatan,
                "Berkas yang sama dibaca lagi",
                lambda: run_import(PENANGAN, berkas.data, berkas.nama, setuju=True, by=by),
            )

    def _pratinjau(self, berkas: BerkasBank, lihat: Hasil) -> None:
        self.catatan.berkas.append(
            {
                "nama": berkas.nama,
                "dibaca": lihat.read,
                "rincian": lihat.rincian,
                "peringatan": lihat.warnings,
                "pertanyaan": lihat.perlu_setuju or "",
                "berikutnya": BERIKUTNYA["terpotong"] if lihat.warnings and lihat.perlu_setuju else "",
            }
        )
        self.catatan.tambah(
            f"Pratinjau {berkas.nama}",
            "Bendahara",
            f"{format_angka(lihat.read)} baris terbaca; belum ada yang berubah.",
        )

    def _harus_ditolak(self, tulis: Catatan, judul: str, coba: Callable[[], object]) -> None:
        """Try what must not work and note the program's sentence. Raises ``RuntimeError`` when it worked."""
        db.session.commit()
        try:
            coba()
        except RuleError as refused:
            db.session.rollback()
            tulis.tambah(judul, "Program", refused.pesan, ditolak=True)
            return
        db.session.rollback()
        raise RuntimeError(f"not refused: {judul}")

    # -- what came of it ------------------------------------------------------------------------------------

    def _akhir(self, paket: Paket, jawaban: Jawaban) -> None:
        db.session.commit()
        rows = list(
            db.session.scalars(
                select(Percobaan)
                .where(Percobaan.paket_id == paket.id)
                .order_by(Percobaan.urutan, Percobaan.id)
            )
        )
        layout = self._layout(paket)
        self._tanya(self.petugas.bendahara)
        ditanya = {one["referensi"] for one in self.catatan.pengecualian}
        for one in rows:
            salah = jawaban.salah.get(one.referensi or "")
            kode = layout.kode.get(one.kode_hasil or "")
            self.catatan.baris.append(
                {
                    "referensi": one.referensi or "",
                    "jumlah": one.jumlah,
                    "salah": salah.label if salah else "",
                    "hasil": one.hasil.label,
                    "iuran": one.iuran.status.label,
                    "kode": f"{one.kode_hasil} {kode.kata}" if kode else (one.kode_hasil or ""),
                    "berikutnya": self._berikutnya(one, ditanya),
                }
            )
        tercatat = {one.referensi or "": one.jumlah for one in rows if one.hasil is HasilCoba.BERHASIL}
        ulang = []
        with suppress(LookupError):
            ulang = list_calon(
                JenisPaket.ULANG, paket.periode, hari_debet_paket(JenisPaket.ULANG, paket.periode)
            )
        self.catatan.jumlah = {
            "baris": len(rows),
            "berhasil": len(tercatat),
            "gagal": sum(one.hasil is HasilCoba.GAGAL for one in rows),
            "belum": sum(one.hasil in (HasilCoba.TERBUKA, HasilCoba.TANPA_KABAR) for one in rows),
            "pengecualian": len(self.catatan.pengecualian),
            "ulang": sum(one.alasan is None for one in ulang),
            "rupiah_bank": sum(jawaban.diambil.values()),
            "rupiah_tercatat": sum(tercatat.values()),
            "lebih_dari_bank": sum(jawaban.diambil.get(ref, 0) < rupiah for ref, rupiah in tercatat.items()),
        }

    @staticmethod
    def _berikutnya(one: Percobaan, ditanya: set[str]) -> str:
        if one.referensi in ditanya:
            return "Lihat pengecualiannya di bawah."
        if one.hasil is HasilCoba.GAGAL:
            return BERIKUTNYA["gagal"]
        return BERIKUTNYA["tanpa" if one.hasil is HasilCoba.BERHASIL else "diam"]

    def _tanya(self, by: Pelaku) -> None:
        query = select(Pengecualian).order_by(Pengecualian.dibuat_pada, Pengecualian.baris, Pengecualian.id)
        for one in db.session.scalars(query):
            penyelesai = penyelesai_of(one.jenis)
            rincian = dict(penyelesai.rincian(one)) if penyelesai else {}
            langkah = penyelesai.tindakan(one) if penyelesai else ()
            self.catatan.pengecualian.append(
                {
                    "referensi": rincian.get("Referensi", ""),
                    "baris": one.baris,
                    "pesan": one.pesan,
                    "tindakan": [{"label": step.label, "akibat": step.akibat} for step in langkah],
                }
            )
