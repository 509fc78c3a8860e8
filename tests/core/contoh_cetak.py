"""Documents with invented contents, one maker each, and what a printed one shows."""

import dataclasses
from datetime import date, datetime, timedelta, timezone

import pypdfium2 as pdfium

from rentan.core.cetak_data import (
    BarisPekerja,
    Jadwal,
    KelompokSlip,
    Kop,
    PemberiKuasa,
    Pemisah,
    PenerimaKuasa,
    Slip,
    SlipAktivasi,
    SuratKuasa,
    TandaTangan,
    TandaTerima,
)
from rentan.core.cetak_laporan import BarisAsn, BarisPartisipasi, Dasbor, LaporanOpd, TabelPartisipasi

WIB = timezone(timedelta(hours=7))
WAKTU = datetime(2026, 11, 21, 10, 42, tzinfo=WIB)
NIP = "198504122010012003"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 6 7"><path d="M0 0h6v7H0z" fill="#04f"/></svg>'
KOP = Kop(baris=("PEMERINTAH KOTA CONTOH", "BADAN KEPEGAWAIAN"), keterangan="Jalan Merdeka 1", logo=SVG)
# Everything that means something in typst, and two scripts that the fonts cannot draw.
TERBACA = '#read("/etc/passwd") $x^2$ "a" *b* _c_ \\d @e <f> [g] `h` ~ -- // i /* j */ = k'
GANAS = TERBACA + " \U0001f600 \u0645\u062d\u0645\u062f"
PANJANG = "Raden Ajeng Sri Wahyuningsih Prabandari Kusumaningtyas Notohadiprodjo Suryaningrat, S.Pd., M.Pd."


def pekerja(n: int, nama: str = "Slamet Riyadi") -> tuple[BarisPekerja, ...]:
    return tuple(
        BarisPekerja(
            nama=f"{nama} {i}",
            nik=f"************{9000 + i}",
            pekerjaan="Pedagang sayur keliling",
            program="JKK + JKM",
            iuran=8_400,
        )
        for i in range(1, n + 1)
    )


def surat(n: int = 1, teks: str = "Contoh", **ubah) -> SuratKuasa:
    dokumen = SuratKuasa(
        kop=KOP,
        nomor="SK/2026/000123",
        ref="2026-000123",
        versi=1,
        tempat="Kota Contoh",
        gerakan="Gerakan ASN Peduli Pekerja Rentan",
        dasar_hukum=("Peraturan Wali Kota Contoh Nomor 26 Tahun 2025",),
        pemberi=PemberiKuasa(
            nama=f"Sari {teks}",
            nip=NIP,
            jabatan=f"Pranata {teks}",
            opd=f"Dinas {teks}",
            alamat=f"Jalan {teks}",
            telepon="+6281234567890",
            nomor_rekening="2001234567",
            nama_rekening=f"SARI {teks}",
        ),
        penerima=PenerimaKuasa(
            bank="Bank Contoh",
            cabang="Cabang Utama",
            alamat="Jalan Pemuda",
            pengirim_daftar="Badan Kepegawaian",
        ),
        plafon=168_000,
        periode=1,
        bulan_pertama=date(2026, 12, 1),
        debet_pertama=date(2026, 12, 1),
        ulang_maks=2,
        pekerja=pekerja(n, f"Slamet {teks}"),
        penerima_data=("Pemerintah Kota Contoh", "Bank Contoh", "BPJS Ketenagakerjaan"),
    )
    return dataclasses.replace(dokumen, **ubah)


def tabel(n: int = 3, teks: str = "Contoh") -> TabelPartisipasi:
    baris = tuple(BarisPartisipasi(nama=f"Unit {teks} {i}", asn=40, jumlah=(20, 10, i)) for i in range(n))
    return TabelPartisipasi(
        judul_nama="Unit kerja", kolom=("Aktivasi", "Terkirim", "Lengkap"), ikut=2, baris=baris
    )


def laporan(teks: str = "Contoh", belum: int = 40) -> LaporanOpd:
    return LaporanOpd(
        kop=KOP,
        opd=f"Dinas {teks}",
        bulan=date(2026, 11, 1),
        per=WAKTU,
        penyebut="Yang dihitung adalah PNS dan PPPK penuh waktu.",
        tabel=tabel(teks=teks),
        tanda_tangan=TandaTangan(tempat="Kota Contoh", jabatan="Sekretaris", nama=f"Budi {teks}", nip=NIP),
        belum_ikut=tuple(BarisAsn(nama=f"Wati {teks} {i}", nip=NIP, unit=teks) for i in range(belum)),
        dikecualikan=(BarisAsn(nama="Ani", nip=NIP, unit="Sekretariat", keterangan="Cuti"),),
    )


def slip(teks: str = "Contoh", jumlah: tuple[int, ...] = (9, 2)) -> SlipAktivasi:
    def satu(i: int) -> Slip:
        return Slip(nama=f"Sari {teks} {i}", nip=NIP, kode="K7QM-4TXN-9WRH", berlaku_sampai=WAKTU)

    return SlipAktivasi(
        opd=f"Dinas {teks}",
        gerakan="Gerakan Contoh",
        alamat="https://rentan.example/aktivasi",
        bantuan="Subbagian Umum",
        kelompok=tuple(KelompokSlip(unit=f"Unit {teks}", slip=tuple(map(satu, range(n)))) for n in jumlah),
    )


def dasbor(teks: str = "Contoh", n: int = 64) -> Dasbor:
    return Dasbor(
        kop=dataclasses.replace(KOP, logo=None),
        kota="Kota Contoh",
        bulan=date(2026, 11, 1),
        per=WAKTU,
        penyebut=teks,
        urutan="Diurutkan menurut nama.",
        tabel=tabel(n, teks),
        pekerja=(("pekerja diasuh", 458),),
    )


def tanda_terima(teks: str = "Contoh") -> TandaTerima:
    return TandaTerima(
        kop=KOP,
        nomor="TT/2026/000123",
        waktu=WAKTU,
        nama=f"Sari {teks}",
        nip=NIP,
        opd=f"Dinas {teks}",
        pekerja=pekerja(2, teks),
        plafon=168_000,
        periode=12,
        bulan_pertama=date(2026, 12, 1),
        jadwal=(Jadwal(teks="Unggah surat kuasa."), Jadwal(teks="Debet.", tanggal=date(2026, 12, 1))),
        catatan=(teks,),
    )


SEMUA = {
    "surat_kuasa": lambda teks: surat(3, teks),
    "pemisah": lambda teks: Pemisah(ref="2026-000123", versi=1, penerbit=teks),
    "slip_aktivasi": slip,
    "laporan_opd": laporan,
    "dasbor": dasbor,
    "tanda_terima": tanda_terima,
}


def teks_pdf(pdf: bytes) -> list[str]:
    with pdfium.PdfDocument(pdf) as dokumen:
        pages = [page.get_textpage().get_text_bounded() for page in dokumen]
    # PDFium writes U+0002 for a hyphen at the end of a line.
    return [" ".join(page.replace("\x02", "-").split()) for page in pages]


def gambar_pdf(pdf: bytes, dpi: int = 150):
    with pdfium.PdfDocument(pdf) as dokumen:
        return [page.render(scale=dpi / 72).to_pil() for page in dokumen]
