"""Participation as files: XLSX tables, PDF reports, and the text that a secretary copies into a message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from rentan.asn.status import StatusAktif, StatusAsn, Tahap
from rentan.core.cetak import Cetakan, Kertas, render_dokumen
from rentan.core.cetak_data import TandaTangan
from rentan.core.cetak_laporan import BarisAsn, BarisPartisipasi, Dasbor, LaporanOpd, TabelPartisipasi
from rentan.core.kop import kop_kota
from rentan.core.sheets_write import OutColumn, SheetOut, Value, write_xlsx
from rentan.ext import runtime
from rentan.laporan.daftar import BarisUnit, Daftar, Saringan
from rentan.laporan.queries import Angka, BarisOpd, jumlah, penyebut
from rentan.opd.models import Opd
from rentan.util.angka import format_angka, format_persen
from rentan.util.tanggal import format_bulan, format_waktu

KOLOM_TAHAP = tuple(one.label for one in Tahap)
#: The same on paper, where the columns are narrow.
KOLOM_CETAK = ("Akun aktif", "Terkirim", "Terverifikasi", "Didebit")
#: The workers' own three facts, each counted apart.
KOLOM_PEKERJA = ("Pekerja terdaftar di BPJS", "Pekerja terlindungi", "Kartu diserahkan")
IKUT = tuple(Tahap).index(Tahap.DIAJUKAN)


def kalimat_penyebut() -> str:
    """Who is counted, as a sentence for the foot of every figure."""
    dihitung = [one.label for one in StatusAsn if one in penyebut()]
    lain = [one.label for one in StatusAsn if one not in penyebut()]
    daftar = " dan ".join([", ".join(dihitung[:-1]), dihitung[-1]] if len(dihitung) > 1 else dihitung)
    tambahan = f" {', '.join(lain)} boleh ikut, tetapi tidak dihitung." if lain else ""
    return f"Yang dihitung adalah ASN aktif berstatus {daftar}.{tambahan}"


def alasan_luar(status_aktif: StatusAktif, status_asn: StatusAsn) -> str:
    """Why somebody is listed apart."""
    return status_asn.label if status_aktif is StatusAktif.AKTIF else status_aktif.label


def keadaan(tahap: Tahap | None) -> str:
    """How far somebody has come, in words."""
    return "Belum aktivasi" if tahap is None else tahap.label


def pesan_salin(opd: Opd, angka: Angka, waktu: datetime) -> str:
    """The message for the OPD's group: figures and the way, no names and no numbers of persons."""
    profil = runtime().profil
    return (
        f"Yth. Bapak/Ibu ASN {opd.nama},\n\n"
        f"Per {format_waktu(waktu)}, {format_angka(angka.ikut)} dari {format_angka(angka.asn)} ASN "
        f"({format_persen(angka.ikut, angka.asn)}) di lingkungan kita telah mengirim pendaftaran "
        f"{profil.nama_gerakan}. {format_angka(angka.belum)} ASN belum ikut.\n\n"
        f"Keikutsertaan bersifat sukarela. Bapak/Ibu yang berkenan dapat mendaftar sendiri di aplikasi "
        f"{profil.nama_aplikasi}; slip aktivasi tersedia di sekretariat. Terima kasih."
    )


# -- XLSX ---------------------------------------------------------------------------------------------------

_RINGKASAN = (
    OutColumn("TAHAP", 34),
    OutColumn("JUMLAH", 12, "angka"),
    OutColumn("DARI", 12, "angka"),
    OutColumn("PERSEN", 12),
)
_ORANG = (
    OutColumn("NAMA", 38),
    OutColumn("NIP", 22, "teks"),
    OutColumn("JABATAN", 38),
    OutColumn("UNIT KERJA", 38),
    OutColumn("STATUS", 18),
    OutColumn("KEADAAN", 28),
)
_KOTA = (
    OutColumn("KODE", 18),
    OutColumn("OPD", 52),
    OutColumn("ASN", 10, "angka"),
    *(OutColumn(label.upper(), 16, "angka") for label in KOLOM_TAHAP),
    OutColumn("PERSEN IKUT", 12),
    OutColumn("BELUM IKUT", 12, "angka"),
    OutColumn("PEKERJA", 10, "angka"),
    *(OutColumn(label.upper(), 14, "angka") for label in KOLOM_PEKERJA),
    OutColumn("TIDAK DIHITUNG", 14, "angka"),
)


def tangga(angka: Angka) -> list[tuple[str, int, int]]:
    """(label, numerator, denominator) of each rung that ASN stand on."""
    return [(label, n, angka.asn) for label, n in zip(KOLOM_TAHAP, _tahap(angka), strict=True)]


def tangga_pekerja(angka: Angka) -> list[tuple[str, int, int]]:
    """The same of the sponsored workers; only BPJS's confirmation makes one *terlindungi*."""
    return [(label, n, angka.pekerja) for label, n in zip(KOLOM_PEKERJA, _pekerja(angka), strict=True)]


def _tahap(angka: Angka) -> tuple[int, ...]:
    return (angka.aktivasi, angka.diajukan, angka.terverifikasi, angka.didebit)


def _pekerja(angka: Angka) -> tuple[int, ...]:
    return (angka.pekerja_terdaftar, angka.pekerja_aktif, angka.pekerja_kartu)


def _pekerja_cetak(angka: Angka) -> tuple[tuple[str, int], ...]:
    """The workers' figures as the papers show them."""
    tiga = zip(KOLOM_PEKERJA, _pekerja(angka), strict=True)
    return (("Pekerja diasuh", angka.pekerja), *tiga)


def kalimat_saringan(saringan: Saringan, unit: str | None) -> str:
    """The filters in use, for the head of a file; what was searched for is not repeated."""
    bagian = [f"Daftar: {saringan.daftar.label}"]
    if unit:
        bagian.append(f"unit kerja: {unit}")
    if saringan.status:
        bagian.append(f"status: {saringan.status.label}")
    if saringan.tahap:
        tahap = next((one for one in Tahap if one.value == saringan.tahap), None)
        bagian.append(f"tahap: {keadaan(tahap)}")
    if saringan.cari:
        bagian.append("dengan pencarian nama atau NIP")
    return "; ".join(bagian) + "."


def xlsx_opd(
    opd: Opd,
    saringan: Saringan,
    unit: str | None,
    angka: Angka,
    baris: Sequence[Any],
    oleh: str,
    waktu: datetime,
) -> bytes:
    """The list with its filters, behind a sheet with the OPD's ladder."""
    judul = [
        f"Partisipasi {opd.nama}",
        f"Bulan {format_bulan(saringan.bulan)}, keadaan {format_waktu(waktu)}",
    ]
    ringkasan: list[Sequence[Value]] = [
        (label, n, dari, format_persen(n, dari))
        for label, n, dari in (*tangga(angka), *tangga_pekerja(angka))
    ]
    ringkasan += [
        ("ASN yang dihitung", angka.asn, None, None),
        ("Belum ikut", angka.belum, angka.asn, format_persen(angka.belum, angka.asn)),
        ("Tidak dihitung: pensiun, meninggal, cuti", angka.di_luar, None, None),
        ("Tidak dihitung: status lain", angka.lain, None, None),
    ]
    orang = [
        (b.nama, b.nip, b.jabatan, b.unit, b.status_asn.label, _keadaan_baris(saringan, b)) for b in baris
    ]
    return write_xlsx(
        [
            SheetOut("RINGKASAN", [*judul, kalimat_penyebut()], _RINGKASAN, ringkasan),
            SheetOut(
                saringan.daftar.label.upper(), [*judul, kalimat_saringan(saringan, unit)], _ORANG, orang
            ),
        ],
        _kaki(oleh, waktu),
    )


def _keadaan_baris(saringan: Saringan, baris: Any) -> str:
    if saringan.daftar is Daftar.LUAR:
        return alasan_luar(baris.status_aktif, baris.status_asn)
    return keadaan(baris.tahap)


def xlsx_kota(baris: Sequence[BarisOpd], bulan: date, oleh: str, waktu: datetime) -> bytes:
    """Every OPD with its ladder, and the sum of the rows."""
    total = BarisOpd("", "JUMLAH", "", 0, jumlah(one.angka for one in baris))
    isi: list[Sequence[Value]] = [
        (
            b.kode,
            ("   " * b.tingkat) + b.nama,
            b.angka.asn,
            *_tahap(b.angka),
            format_persen(b.angka.ikut, b.angka.asn),
            b.angka.belum,
            b.angka.pekerja,
            *_pekerja(b.angka),
            b.angka.tidak_dihitung,
        )
        for b in (*baris, total)
    ]
    judul = [
        f"Partisipasi ASN {runtime().profil.nama_kota}",
        f"Bulan {format_bulan(bulan)}, keadaan {format_waktu(waktu)}",
        kalimat_penyebut(),
    ]
    return write_xlsx([SheetOut("OPD", judul, _KOTA, isi)], _kaki(oleh, waktu))


def _kaki(oleh: str, waktu: datetime) -> str:
    return f"Diunduh oleh {oleh} pada {format_waktu(waktu)}"


# -- PDF ----------------------------------------------------------------------------------------------------


def pdf_opd(
    opd: Opd,
    bulan: date,
    angka: Angka,
    unit: Sequence[BarisUnit],
    belum: Sequence[Any],
    luar: Sequence[Any],
    waktu: datetime,
    oleh: str,
    kertas: Kertas = "a4",
) -> Cetakan:
    """The report that the OPD's secretary signs: ladder, sub-units, who has not joined, who is not
    counted.
    """
    profil = runtime().profil
    tabel = TabelPartisipasi(
        judul_nama="Unit kerja",
        kolom=KOLOM_CETAK,
        ikut=IKUT,
        baris=tuple(BarisPartisipasi(nama=u.nama, asn=u.asn, jumlah=u.jumlah) for u in unit if u.asn),
    )
    laporan = LaporanOpd(
        kop=kop_kota(opd.nama),
        opd=opd.nama,
        bulan=bulan,
        per=waktu,
        penyebut=kalimat_penyebut(),
        tabel=tabel,
        pekerja=_pekerja_cetak(angka),
        tanda_tangan=TandaTangan(tempat=profil.tempat, jabatan=f"Sekretaris {opd.nama}", nama="." * 40),
        oleh=oleh,
        belum_ikut=tuple(BarisAsn(nama=b.nama, nip=b.nip, unit=b.unit or "") for b in belum),
        dikecualikan=tuple(
            BarisAsn(
                nama=b.nama,
                nip=b.nip,
                unit=b.unit or "",
                keterangan=alasan_luar(b.status_aktif, b.status_asn),
            )
            for b in luar
        ),
    )
    return render_dokumen(laporan, waktu=waktu, kertas=kertas)


def pdf_kota(
    baris: Sequence[BarisOpd], bulan: date, urutan: str, waktu: datetime, oleh: str, kertas: Kertas = "a4"
) -> Cetakan:
    """The Mayor's page: every OPD, the ladder of the city, the workers."""
    profil, total = runtime().profil, jumlah(one.angka for one in baris)
    isi = tuple(
        BarisPartisipasi(
            nama=("– " * b.tingkat) + b.nama,
            asn=b.angka.asn,
            jumlah=_tahap(b.angka),
            ikut_lain=b.angka.lain_ikut,
        )
        for b in baris
    )
    return render_dokumen(
        Dasbor(
            kop=kop_kota(profil.kop[-2] if len(profil.kop) > 2 else profil.nama_gerakan),
            kota=profil.nama_kota,
            bulan=bulan,
            per=waktu,
            penyebut=kalimat_penyebut(),
            urutan=urutan,
            oleh=oleh,
            tabel=TabelPartisipasi(judul_nama="Perangkat daerah", kolom=KOLOM_CETAK, ikut=IKUT, baris=isi),
            pekerja=_pekerja_cetak(total),
        ),
        waktu=waktu,
        kertas=kertas,
    )
