"""BKPP's roster as an import: reading, deciding, and the preview's numbers (issue 2, point 3)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from rentan.asn.roster_banding import MASIH_BEKERJA, Kota, Lama, Putusan, cari_ganti_nip, putuskan
from rentan.asn.roster_baris import COLUMNS, Bacaan, Baris, baca
from rentan.asn.roster_terapkan import terapkan
from rentan.asn.status import StatusAktif, StatusAsn
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.core.errors import RuleError
from rentan.core.imports import Ditolak, Hasil, Impor, JenisImpor, Table, register
from rentan.core.sheets import Row
from rentan.opd.queries import buat_pencocok, list_semua_opd
from rentan.util.angka import format_angka, format_persen
from rentan.util.galat import TidakSah
from rentan.util.nama import nama_urut
from rentan.util.nip import parse_nip
from rentan.util.tanggal import format_tanggal

#: A file of one agency instead of the city's would make everybody else leave: above this share we ask.
BAGIAN_KELUAR = 20  # per cent of those at work
BERLAKU_TERTUA = timedelta(days=5 * 366)
OPD_ASING = "OPD belum dikenal"
MAKS_NAMA = 200  # people listed by id in the preview; the numbers are always whole


@dataclass
class HasilRoster(Hasil):
    """The rows' decisions (``good``), who leaves, and from which day."""

    keluar: list[Lama] = field(default_factory=list)
    berlaku: date = date.max


def check_berlaku(berlaku: date) -> date:
    """The day from which a roster holds: not in the future (counters tell what is), not long past."""
    if berlaku > today():
        raise RuleError(
            "Tanggal berlaku daftar tidak boleh sesudah hari ini. Terapkan daftar itu pada hari berlakunya.",
            "berlaku",
            kode="berlaku_masa_depan",
        )
    if berlaku < today() - BERLAKU_TERTUA:
        raise RuleError(
            "Tanggal berlaku daftar lebih dari lima tahun yang lalu. Periksa tahunnya.",
            "berlaku",
            kode="berlaku_terlalu_lama",
        )
    return berlaku


class PenanganRoster:
    """``pilihan``: ``berlaku`` (ISO date, default today)."""

    jenis = JenisImpor.ROSTER
    judul = "Daftar ASN"
    columns = COLUMNS

    def check(self, table: Table, pilihan: dict[str, Any], by: Pelaku) -> HasilRoster:
        berlaku = date.fromisoformat(pilihan["berlaku"]) if pilihan.get("berlaku") else today()
        return _Pemeriksaan(table, check_berlaku(berlaku)).hasil()

    def apply(self, hasil: Hasil, impor: Impor, by: Pelaku) -> None:
        if not isinstance(hasil, HasilRoster):
            raise TypeError("a roster is applied from its own check")
        terapkan(hasil.good, hasil.keluar, hasil.berlaku)


ROSTER = PenanganRoster()
register(ROSTER)


class _Pemeriksaan:
    """One walk over the rows, then one over the people."""

    def __init__(self, table: Table, berlaku: date) -> None:
        self.table, self.berlaku = table, berlaku
        self.kota = Kota()
        self.pencocok = buat_pencocok(berlaku)
        self.ditolak: list[Ditolak] = []
        self.terpakai: list[tuple[Row, Baris]] = []
        self.ganda: dict[int, int] = {}
        self.opd_asing: Counter[str] = Counter()
        self.hitung: Counter[str] = Counter()
        self._gugur: set[int] = set()
        self.ditolak_nip: set[str] = set()
        self.ditolak_nama: set[tuple[str, date | None]] = set()

    def hasil(self) -> HasilRoster:
        pertama: dict[str, tuple[int, Row]] = {}
        for row in self.table.rows:
            bacaan = baca(row, self.pencocok)
            self._catat(bacaan)
            if bacaan.baris is None:
                self._tolak(row, *bacaan.galat[0], lain=bacaan.galat[1:])
            elif bacaan.baris.nip not in pertama:
                pertama[bacaan.baris.nip] = (len(self.terpakai), row)
                self.terpakai.append((row, bacaan.baris))
            else:
                self._kembar(row, bacaan.baris, *pertama[bacaan.baris.nip])
        return self._simpulkan()

    def _catat(self, bacaan: Bacaan) -> None:
        self.hitung["hp"] += bacaan.hp_diabaikan
        self.hitung["lahir"] += bacaan.lahir_beda
        if bacaan.opd_tak_dikenal:
            self.opd_asing[bacaan.opd_tak_dikenal] += 1

    def _kembar(self, row: Row, baris: Baris, ke: int, asal: Row) -> None:
        """The same NIP again: the same data are only counted, other data are refused (the first stands)."""
        if baris == self.terpakai[ke][1]:
            self.ganda[len(self.terpakai)] = ke
            self.terpakai.append((row, baris))
            return
        self._tolak(
            row,
            "duplicate_nip_conflict",
            f"NIP ini sudah ada di lembar {asal.sheet} baris {asal.row} dengan data berbeda. "
            "Baris pertama yang dipakai; hapus atau betulkan baris ini.",
        )

    def _tolak(self, row: Row, kode: str, pesan: str, lain: list[tuple[str, str]] = ()) -> None:  # type: ignore[assignment]
        self.ditolak.append(Ditolak(row.sheet, row.row, kode, " ".join([pesan, *(one[1] for one in lain)])))
        try:
            self.ditolak_nip.add(parse_nip(row.values["NIP"]).digits)
        except TidakSah:
            nama, lahir = row.values.get("NAMA"), row.values.get("TANGGAL LAHIR")
            if isinstance(nama, str):
                self.ditolak_nama.add((nama_urut(nama), lahir if isinstance(lahir, date) else None))

    def _simpulkan(self) -> HasilRoster:
        orang = {
            i: self.kota.menurut_nip[b.nip]
            for i, (_, b) in enumerate(self.terpakai)
            if b.nip in self.kota.menurut_nip
        }
        self._tolak_orang_sama(orang)
        ada = {one.id for one in orang.values()}
        tersisa = [one for one in self.kota.orang.values() if one.id not in ada and not self._terlindung(one)]
        baru = [(i, b) for i, (_, b) in enumerate(self.terpakai) if i not in orang and i not in self.ganda]
        ganti = cari_ganti_nip(
            [(i, b) for i, b in baru if i not in self._gugur],
            [one for one in tersisa if one.status_aktif in (*MASIH_BEKERJA, StatusAktif.KELUAR)],
        )
        putusan = self._putuskan(orang | ganti, set(ganti))
        kembali = {one.id for one in ganti.values()}
        keluar = [one for one in tersisa if one.status_aktif in MASIH_BEKERJA and one.id not in kembali]
        return self._ringkas(putusan, keluar)

    def _tolak_orang_sama(self, orang: dict[int, Lama]) -> None:
        """A former and the present NIP of one person in the same file: the first row stands."""
        pertama: dict[Any, int] = {}
        for index in sorted(orang):
            if index in self.ganda:
                continue
            ke = pertama.setdefault(orang[index].id, index)
            if ke != index:
                asal = self.terpakai[ke][0]
                self._tolak(
                    self.terpakai[index][0],
                    "duplicate_person",
                    f"Orang ini sudah ada di lembar {asal.sheet} baris {asal.row} dengan NIP lain. "
                    "Baris pertama yang dipakai.",
                )
                self._gugur |= {index} | {i for i, j in self.ganda.items() if j == index}
        for index in sorted(self._gugur & self.ganda.keys()):
            self._tolak(self.terpakai[index][0], "duplicate_person", "Orang ini sudah ada dengan NIP lain.")

    def _terlindung(self, lama: Lama) -> bool:
        """Somebody whose row was refused stands in the roster, and so has not left."""
        found = (
            lama.nip in self.ditolak_nip
            or (lama.nama_urut, lama.tanggal_lahir) in self.ditolak_nama
            or (lama.nama_urut, None) in self.ditolak_nama
        )
        self.hitung["terlindung"] += found and lama.status_aktif in MASIH_BEKERJA
        return found

    def _putuskan(self, orang: dict[int, Lama], ganti: set[int]) -> list[Putusan]:
        hp = self.kota.hp({orang[i].id for i, (_, b) in enumerate(self.terpakai) if i in orang and b.hp})
        putusan: list[Putusan] = []
        menurut_index: dict[int, Putusan] = {}
        for i, (row, baris) in enumerate(self.terpakai):
            if i in self._gugur:
                continue
            tempat, lama = (row.sheet, row.row), orang.get(i)
            if i in self.ganda:
                asli = menurut_index[self.ganda[i]]
                putusan.append(Putusan(*tempat, "ganda", asli.lama, asli.isi, None))
                continue
            nip_dulu = baris.nip in self.kota.nip_dulu
            self.hitung["nip_dulu"] += nip_dulu
            one = putuskan(
                tempat,
                baris,
                lama,
                hp.get(lama.id) if lama else None,
                nip_dulu=nip_dulu,
                ganti_nip=i in ganti,
            )
            menurut_index[i] = one
            putusan.append(one)
        return putusan

    def _ringkas(self, putusan: list[Putusan], keluar: list[Lama]) -> HasilRoster:
        bekerja = sum(one.status_aktif in MASIH_BEKERJA for one in self.kota.orang.values())
        return HasilRoster(
            read=len(self.table.rows),
            good=putusan,
            refused=sorted(self.ditolak, key=self._urutan()),
            unchanged=sum(one.aksi in ("tetap", "ganda") for one in putusan),
            changed=sum(one.aksi == "ubah" for one in putusan),
            rincian=_rincian(putusan, keluar, self.opd_asing, self.berlaku),
            warnings=self._peringatan(),
            perlu_setuju=_perlu_setuju(len(keluar), bekerja),
            keluar=keluar,
            berlaku=self.berlaku,
        )

    def _urutan(self) -> Any:
        lembar = {name: i for i, name in enumerate(dict.fromkeys(row.sheet for row in self.table.rows))}
        return lambda one: (lembar[one.sheet], one.row)

    def _peringatan(self) -> list[str]:
        kalimat = {
            "hp": "Nomor HP pada {} baris tidak sah, sehingga tidak dipakai.",
            "lahir": "Tanggal lahir pada {} baris berbeda dengan yang tertulis dalam NIP; yang dipakai "
            "tanggal dari kolomnya.",
            "nip_dulu": "{} baris memakai NIP lama dari orang yang sudah ber-NIP baru; NIP barunya "
            "dipertahankan.",
            "terlindung": "{} ASN yang barisnya ditolak tidak dianggap keluar.",
        }
        return [
            teks.format(format_angka(self.hitung[kunci]))
            for kunci, teks in kalimat.items()
            if self.hitung[kunci]
        ]


def _perlu_setuju(keluar: int, bekerja: int) -> str | None:
    if not bekerja or keluar * 100 <= bekerja * BAGIAN_KELUAR:
        return None
    return (
        f"{format_angka(keluar)} dari {format_angka(bekerja)} ASN ({format_persen(keluar, bekerja)}) "
        "tidak ada dalam daftar ini dan akan dicatat keluar. "
        "Pastikan berkas ini memuat seluruh kota, bukan satu OPD."
    )


def _rincian(
    putusan: list[Putusan], keluar: list[Lama], opd_asing: Counter[str], berlaku: date
) -> dict[str, Any]:
    satu = [one for one in putusan if one.aksi != "ganda"]
    pindah = [one for one in satu if one.pindah]
    ganti = [one for one in satu if one.ganti_nip]
    return {
        "Berlaku mulai": format_tanggal(berlaku),
        "Bergabung": sum(one.aksi == "baru" for one in satu),
        "Pindah OPD": len(pindah),
        "Data berubah tanpa pindah OPD": sum(one.aksi == "ubah" and not one.pindah for one in satu),
        "Ganti NIP": len(ganti),
        "Kembali aktif": sum(one.kembali for one in satu),
        "Tidak ada lagi dalam daftar (dicatat keluar)": len(keluar),
        "Baris yang sama persis dengan baris lain": len(putusan) - len(satu),
        "Menurut status": _menurut_status(satu),
        "Menurut OPD": _menurut_opd(satu, keluar),
        OPD_ASING: _opd_asing(opd_asing),
        "orang": {
            "pindah": [[str(one.lama.id), str(one.isi.opd_id)] for one in pindah[:MAKS_NAMA] if one.lama],
            "keluar": [str(one.id) for one in keluar[:MAKS_NAMA]],
            "ganti_nip": [[str(one.lama.id), one.sheet, one.row] for one in ganti[:MAKS_NAMA] if one.lama],
        },
    }


def _menurut_status(satu: list[Putusan]) -> list[list[Any]]:
    jumlah = Counter(one.isi.status_asn for one in satu)
    return [["Status", "ASN"], *([status.value, jumlah[status]] for status in StatusAsn)]


def _menurut_opd(satu: list[Putusan], keluar: list[Lama]) -> list[list[Any]]:
    jumlah = Counter(one.isi.opd_id for one in satu)
    masuk = Counter(one.isi.opd_id for one in satu if one.aksi == "baru" or one.pindah or one.kembali)
    pergi = Counter(
        [one.opd_id for one in keluar] + [one.lama.opd_id for one in satu if one.pindah and one.lama]
    )
    return [
        ["Kode", "OPD", "ASN", "Masuk", "Keluar"],
        *(
            [opd.kode, opd.nama, jumlah[opd.id], masuk[opd.id], pergi[opd.id]]
            for opd in list_semua_opd()
            if jumlah[opd.id] or pergi[opd.id]
        ),
    ]


def _opd_asing(opd_asing: Counter[str]) -> list[list[Any]]:
    """Unknown names with their number of rows. A cell that looks like a number is somebody's: not shown."""
    shown = [(nama, n) for nama, n in sorted(opd_asing.items()) if not re.search(r"\d{6}", nama)]
    return [["Tertulis di berkas", "Baris"], *([nama[:100], n] for nama, n in shown)]
