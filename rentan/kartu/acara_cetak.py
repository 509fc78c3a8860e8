"""The papers of a hand-over day: sheet, labels and invitations before, berita acara and table after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rentan.core.cetak import Cetakan, Kertas, render_dokumen
from rentan.core.cetak_data import TandaTangan
from rentan.core.cetak_serah import (
    BarisHadir,
    BeritaAcara,
    DaftarHadir,
    Kecualian,
    LabelKartu,
    Undangan,
)
from rentan.core.clock import now, to_local
from rentan.core.kop import kop_kota
from rentan.core.sheets_write import OutColumn, SheetOut, Value, write_xlsx
from rentan.ext import db, runtime
from rentan.kartu.acara_queries import Baris, Jumlah, nik4, wakil_dari
from rentan.kartu.models import AcaraSerah, PenyerahanKartu
from rentan.kartu.status import HasilUndangan
from rentan.pekerja.models import Pekerja
from rentan.util.tanggal import format_tanggal, format_waktu
from rentan.wilayah.models import Kecamatan

Tambahan = Sequence[tuple[PenyerahanKartu, Pekerja, str]]
_ALASAN = {
    "tidak_datang": "tidak datang",
    "pindah": "pindah alamat",
    "sakit": "sakit atau bepergian",
    "tidak_dikenal": "alamat tidak ditemukan",
    "acara_batal": "acara dibatalkan",
    "dibatalkan": "penyerahan dibatalkan sesudah acara",
    "hilang": "kartu hilang",
    "rusak": "kartu rusak",
}
#: K11 on the day: the card is not in the kecamatan any more, or of no use.
_KARTU_KELUAR = {"hilang": "Kartu dilaporkan hilang", "rusak": "Kartu dilaporkan rusak"}


def nama_kecamatan(acara: AcaraSerah) -> str:
    """The district's name."""
    return db.session.get_one(Kecamatan, acara.kecamatan_kode).nama


def _baris_hadir(baris: Sequence[Baris]) -> tuple[BarisHadir, ...]:
    last = nik4(baris)
    return tuple(
        BarisHadir(
            urutan=one.undangan.urutan,
            nama=one.pekerja.nama,
            nik4=last[one.undangan.id],
            kelurahan=one.kelurahan,
            kode=one.kartu.kode,
        )
        for one in baris
    )


def print_daftar_hadir(acara: AcaraSerah, baris: Sequence[Baris], kertas: Kertas) -> bytes:
    """The sheet that goes round on the day."""
    dokumen = DaftarHadir(
        nama=acara.nama,
        tempat=acara.tempat,
        tanggal=acara.tanggal,
        kecamatan=nama_kecamatan(acara),
        kode=acara.kode,
        baris=_baris_hadir(baris),
    )
    return render_dokumen(dokumen, waktu=now(), kertas=kertas).pdf


def print_label(acara: AcaraSerah, baris: Sequence[Baris]) -> bytes:
    """Labels for the cards' envelopes, in the order of the sheet; always A4."""
    return render_dokumen(LabelKartu(nama=acara.nama, baris=_baris_hadir(baris)), waktu=now()).pdf


def print_undangan(acara: AcaraSerah, baris: Sequence[Baris]) -> bytes:
    """Invitations for those of the list who have no telephone (K6)."""
    profil = runtime().profil
    dokumen = Undangan(
        nama=acara.nama,
        tempat=acara.tempat,
        tanggal=acara.tanggal,
        kecamatan=nama_kecamatan(acara),
        gerakan=profil.nama_gerakan,
        bantuan=profil.kontak_bantuan,
        baris=_baris_hadir([one for one in baris if one.pekerja.hp_enc is None]),
    )
    return render_dokumen(dokumen, waktu=now()).pdf


def _keterangan(one: Baris) -> str | None:
    """Why a line stands among the exceptions; ``None`` for a worker who came himself."""
    hasil = one.undangan.hasil
    if hasil is HasilUndangan.DISERAHKAN:
        wakil = wakil_dari(one.penyerahan) if one.penyerahan else None
        return f"Diwakilkan kepada {wakil[0]} ({wakil[1].label.lower()})" if wakil else None
    if hasil is HasilUndangan.TIDAK_DATANG and one.undangan.alasan in _KARTU_KELUAR:
        return _KARTU_KELUAR[one.undangan.alasan]
    alasan = _ALASAN.get(one.undangan.alasan or "", "")
    kembali = "kartu kembali disimpan di kecamatan"
    if hasil is HasilUndangan.TIDAK_DATANG:
        return f"Tidak ditemui: {alasan or 'tidak datang'}; {kembali}"
    return "Data pada kartu salah; kartu pengganti diminta" if hasil is HasilUndangan.SALAH_DATA else kembali


def tabel_jumlah(jumlah: Jumlah) -> tuple[tuple[str, int], ...]:
    """The totals in the order in which page, PDF and XLSX show them."""
    return (
        ("Diundang", jumlah.diundang),
        ("Diserahkan kepada pekerja sendiri", jumlah.sendiri),
        ("Diserahkan kepada wakil", jumlah.diwakilkan),
        ("Tidak datang", jumlah.tidak_datang),
        ("Data pada kartu salah", jumlah.salah_data),
        ("Belum dicatat", jumlah.menunggu),
        ("Diserahkan di luar daftar undangan", jumlah.tambahan),
    )


def susun_berita_acara(
    acara: AcaraSerah, baris: Sequence[Baris], tambahan: Tambahan, jumlah: Jumlah
) -> Cetakan:
    """The report as PDF; its time is the moment the day was ended, so the same facts give the same bytes."""
    kecamatan = nama_kecamatan(acara)
    kecualian = [
        Kecualian(nama=b.pekerja.nama, kelurahan=b.kelurahan, kode=b.kartu.kode, keterangan=said)
        for b in baris
        if (said := _keterangan(b)) is not None
    ] + [
        Kecualian(
            nama=pekerja.nama,
            kelurahan=pekerja.kelurahan.nama,
            kode=kode,
            keterangan="Tidak ada dalam daftar undangan; kartu diserahkan",
        )
        for _, pekerja, kode in tambahan
    ]
    profil = runtime().profil
    selesai = acara.selesai_pada or now()
    dokumen = BeritaAcara(
        kop=kop_kota(f"Kecamatan {kecamatan}"),
        nomor=acara.nomor_ba or "",
        nama=acara.nama,
        tempat=acara.tempat,
        tanggal=acara.tanggal,
        kecamatan=kecamatan,
        gerakan=profil.nama_gerakan,
        jumlah=tabel_jumlah(jumlah),
        kecualian=tuple(kecualian),
        tanda_tangan=TandaTangan(
            tempat=profil.tempat,
            jabatan=f"Petugas Kecamatan {kecamatan}",
            nama="",
            tanggal=to_local(selesai).date(),
        ),
        mengetahui=f"Camat {kecamatan}",
    )
    return render_dokumen(dokumen, waktu=selesai)


_KOLOM = (
    OutColumn("NO", 6, "angka"),
    OutColumn("NAMA", 34),
    OutColumn("KELURAHAN", 22),
    OutColumn("KODE KARTU", 14),
    OutColumn("HASIL", 16),
    OutColumn("NAMA WAKIL", 28),
    OutColumn("HUBUNGAN", 18),
    OutColumn("ALASAN", 30),
    OutColumn("DICATAT", 28),
    OutColumn("CARA", 24),
)


def write_hasil(
    acara: AcaraSerah,
    baris: Sequence[Baris],
    tambahan: Tambahan,
    jumlah: Jumlah,
    *,
    oleh: str,
    waktu: datetime,
) -> bytes:
    """The day as XLSX: totals, then every line with how it went."""
    judul = [
        f"Penyerahan kartu: {acara.nama}",
        f"{format_tanggal(acara.tanggal)}, {acara.tempat}, Kecamatan {nama_kecamatan(acara)}",
        f"Berita acara {acara.nomor_ba}" if acara.nomor_ba else "Belum ada berita acara",
    ]
    kaki = f"Diunduh oleh {oleh}, {format_waktu(to_local(waktu))}"
    rows: list[tuple[Value, ...]] = [
        (
            one.undangan.urutan,
            one.pekerja.nama,
            one.kelurahan,
            one.kartu.kode,
            one.keadaan,
            *_wakil(one.penyerahan),
            _ALASAN.get(one.undangan.alasan or "", "")
            or (one.penyerahan.alasan_wakil if one.penyerahan else ""),
            format_waktu(to_local(one.penyerahan.dicatat_pada)) if one.penyerahan else "",
            one.penyerahan.cara.label if one.penyerahan else "",
        )
        for one in baris
    ]
    rows += [
        (
            None, pekerja.nama, pekerja.kelurahan.nama, kode, "Di luar daftar", *_wakil(row),
            row.alasan_wakil or "", format_waktu(to_local(row.dicatat_pada)), row.cara.label,
        )
        for row, pekerja, kode in tambahan
    ]  # fmt: skip
    total = SheetOut(
        "JUMLAH", judul, (OutColumn("HASIL", 40), OutColumn("JUMLAH", 12, "angka")), tabel_jumlah(jumlah)
    )
    return write_xlsx([total, SheetOut("DAFTAR", judul, _KOLOM, rows)], kaki)


def _wakil(penyerahan: PenyerahanKartu | None) -> tuple[str, str]:
    wakil = wakil_dari(penyerahan) if penyerahan else None
    return (wakil[0], wakil[1].label) if wakil else ("", "")
