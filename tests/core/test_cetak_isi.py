"""What each printed document says: the letter page by page, slips, reports, the receipt."""

import dataclasses

import pytest
import typst

from rentan.core import cetak
from rentan.core.cetak import TEMPLATES, render_dokumen
from rentan.core.cetak_laporan import BarisPartisipasi
from rentan.core.qr import read_codes
from tests.core.contoh_cetak import (
    PANJANG,
    WAKTU,
    dasbor,
    gambar_pdf,
    laporan,
    pekerja,
    slip,
    surat,
    tabel,
    tanda_terima,
    teks_pdf,
)


@pytest.mark.parametrize("kertas", ["a4", "f4"])
@pytest.mark.parametrize("n", [1, 10, 40])
def test_each_page_of_the_letter_carries_its_own_code(n, kertas):
    cetakan = render_dokumen(surat(n, teks=PANJANG), waktu=WAKTU, kertas=kertas)
    kode = [read_codes(gambar) for gambar in gambar_pdf(cetakan.pdf)]
    m = cetakan.halaman
    assert m >= 2
    assert kode == [[f"RENTAN:SK:2026-000123:1:{i}/{m}"] for i in range(1, m + 1)] + [
        ["RENTAN:PS:2026-000123:1:KTP"],
        ["RENTAN:PS:2026-000123:1:BUKU"],
    ]
    for i, teks in enumerate(teks_pdf(cetakan.pdf)[:m], start=1):
        assert f"Halaman {i} dari {m}" in teks


def test_letter_without_separator_sheets():
    cetakan = render_dokumen(surat(jenis_pemisah=()), waktu=WAKTU)
    assert len(gambar_pdf(cetakan.pdf, 20)) == cetakan.halaman


def test_letter_says_all_that_the_mandate_needs():
    teks = " ".join(teks_pdf(render_dokumen(surat(10), waktu=WAKTU).pdf))
    for bagian in (
        "Nomor: SK/2026/000123",
        "Sari Contoh",
        "19850412 201001 2 003",
        "Pranata Contoh",
        "Dinas Contoh",
        "Jalan Contoh",
        "0812-3456-7890",
        "2001234567 pada Bank Contoh",
        "SARI Contoh",
        "Cabang Utama",
        "daftar bulanan yang disampaikan oleh Badan Kepegawaian",
        "paling banyak Rp168.000 (seratus enam puluh delapan ribu rupiah) per bulan untuk seluruhnya",
        "hari kerja pertama setiap bulan",
        "hari libur atau cuti bersama",
        "iuran bulan Desember 2026, pada Selasa, 1 Desember 2026",
        "tidak didebet sebagian",
        "diulang paling banyak 2 kali",
        "tanpa memberikan alasan",
        "meninggal dunia, berakhir kontrak kerjanya, atau pensiun",
        "Undang-Undang Nomor 27 Tahun 2022",
        "dan BPJS Ketenagakerjaan, semata-mata",
        "Slamet Contoh 10 ************9010 Pedagang sayur keliling JKK + JKM Rp8.400",
        "Jumlah iuran bulan Desember 2026 Rp84.000",
        "Meterai Rp10.000",
        "Kota Contoh, ....",
        "Penerima Kuasa,",
        "Pemberi Kuasa,",
        "Dicetak 21 November 2026 pukul 10.42 WIB",
    ):
        assert bagian in teks, bagian


def test_letter_paid_ahead_and_without_retries():
    teks = " ".join(teks_pdf(render_dokumen(surat(periode=12, ulang_maks=0), waktu=WAKTU).pdf))
    assert "sekaligus untuk 12 bulan" in teks
    assert "Pendebetan yang gagal tidak diulang" in teks


def test_letter_without_nik_has_no_nik_column():
    tanpa = tuple(dataclasses.replace(p, nik="") for p in pekerja(2))
    assert "NIK" not in " ".join(teks_pdf(render_dokumen(surat(pekerja=tanpa), waktu=WAKTU).pdf))


@pytest.mark.parametrize("ref", ["", "kecil", "A:B", "2026 1"])
def test_letter_with_a_reference_that_qr_cannot_carry_is_refused(ref):
    with pytest.raises(ValueError):
        render_dokumen(surat(ref=ref), waktu=WAKTU)


def test_page_codes_of_another_length_are_refused():
    isi = surat().isi()
    with pytest.raises(typst.TypstError, match="page codes"):
        cetak._compiler(
            TEMPLATES / "surat_kuasa.typ",
            {**cetak._clean(isi), "kertas": "a4", "dicetak": "", "qr_halaman": ["<svg/>"] * 7},
        ).compile(format="pdf")


def test_slips_eight_a_page_and_each_unit_apart():
    halaman = teks_pdf(render_dokumen(slip(jumlah=(9, 2, 8)), waktu=WAKTU).pdf)
    assert [teks.count("K7QM-4TXN-9WRH") for teks in halaman] == [8, 1, 2, 8]
    assert "Lembar 2 dari 2" in halaman[1]
    for bagian in ("rentan.example/aktivasi", "Kode ini pribadi", "21 November 2026 pukul 10.42 WIB"):
        assert bagian in halaman[0]


def test_longest_slips_still_fit_eight_a_page():
    halaman = teks_pdf(render_dokumen(slip(PANJANG, (8,)), waktu=WAKTU).pdf)
    assert [teks.count("termasuk petugas") for teks in halaman] == [8]


def test_report_shows_numerator_denominator_and_percent():
    halaman = teks_pdf(render_dokumen(laporan(), waktu=WAKTU).pdf)
    teks = " ".join(halaman)
    assert "Lengkap 3 120 2,50%" in teks
    assert "Unit Contoh 2 40 20 10 2 5,00%" in teks
    assert "Jumlah 120 60 30 3 2,50%" in teks
    assert "Belum ikut (40)" in teks and "Wati Contoh 39" in teks and "Tidak dihitung (1)" in teks
    assert f"Halaman 1 dari {len(halaman)}" in halaman[0]
    assert "Keadaan per 21 November 2026 pukul 10.42 WIB" in teks


def test_report_with_and_without_the_list_of_names():
    tanpa = dataclasses.replace(laporan(), belum_ikut=None)
    assert "Belum ikut" not in " ".join(teks_pdf(render_dokumen(tanpa, waktu=WAKTU).pdf))
    assert "sudah ikut" in " ".join(teks_pdf(render_dokumen(laporan(belum=0), waktu=WAKTU).pdf))


def test_dashboard_totals_are_the_sum_of_its_rows():
    teks = " ".join(teks_pdf(render_dokumen(dasbor(), waktu=WAKTU).pdf))
    assert "Jumlah 2.560 1.280 640 2.016 78,75%" in teks
    assert "1 dari 64 perangkat daerah belum ada yang ikut" in teks
    assert "458 pekerja diasuh" in teks


def test_table_with_a_missing_number_or_without_rows():
    pincang = dataclasses.replace(tabel(), baris=(BarisPartisipasi(nama="x", asn=1, jumlah=(1,)),))
    with pytest.raises(ValueError):
        pincang.isi()
    assert "Jumlah 0 0 0 0 –" in " ".join(teks_pdf(render_dokumen(dasbor(n=0), waktu=WAKTU).pdf))


def test_receipt_has_number_workers_and_next_dates():
    [teks] = teks_pdf(render_dokumen(tanda_terima(), waktu=WAKTU).pdf)
    for bagian in ("TT/2026/000123", "Contoh 2 Pedagang", "Rp16.800", "Selasa, 1 Desember 2026", "Rp168.000"):
        assert bagian in teks
