"""Printed documents: complete, the same each time, safe with any text, and their codes read back."""

import dataclasses
import re
from datetime import UTC, date, datetime, timedelta, timezone

import pypdfium2 as pdfium
import pytest
import typst

from rentan.core import cetak
from rentan.core.cetak import KOTAK, TEMPLATES, render_dokumen, render_pdf
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
from rentan.core.qr import read_codes

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


# --- every document ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kertas", ["a4", "f4"])
@pytest.mark.parametrize("nama", SEMUA)
def test_same_data_same_bytes_on_the_right_paper(nama, kertas):
    dokumen = SEMUA[nama]("Contoh")
    first = render_dokumen(dokumen, waktu=WAKTU, kertas=kertas)
    assert first == render_dokumen(dokumen, waktu=WAKTU, kertas=kertas)
    assert first.pdf != render_dokumen(dokumen, waktu=WAKTU + timedelta(minutes=1), kertas=kertas).pdf
    with pdfium.PdfDocument(first.pdf) as pdf:
        sizes = {tuple(round(side / 72 * 25.4) for side in page.get_size()) for page in pdf}
    assert sizes == {(210, 297) if kertas == "a4" else (215, 330)}


def test_time_zone_of_the_same_moment_does_not_matter():
    utc = WAKTU.astimezone(UTC)
    assert render_dokumen(surat(), waktu=utc) == render_dokumen(surat(), waktu=WAKTU)


@pytest.mark.parametrize("nama", SEMUA)
def test_typed_text_is_never_read_as_typst(nama):
    isi = " ".join(teks_pdf(render_dokumen(SEMUA[nama](GANAS), waktu=WAKTU).pdf))
    padat = "".join(isi.split())
    assert "".join(TERBACA.split()) in padat
    assert "root:" not in isi
    assert KOTAK in isi and "\U0001f600" not in isi


@pytest.mark.parametrize("nama", SEMUA)
def test_long_texts_stay_inside_the_page(nama):
    dokumen = SEMUA[nama](PANJANG + " " + "x" * 120)
    with pdfium.PdfDocument(render_dokumen(dokumen, waktu=WAKTU).pdf) as pdf:
        for page in pdf:
            width, height = page.get_size()
            textpage = page.get_textpage()
            for i in range(textpage.count_rects()):
                left, bottom, right, top = textpage.get_rect(i)
                assert left >= 0 and bottom >= 0 and right <= width and top <= height


@pytest.mark.parametrize("nama", SEMUA)
def test_is_archival_and_names_nobody_in_its_metadata(nama):
    pdf = render_dokumen(SEMUA[nama]("Contoh"), waktu=WAKTU).pdf
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf and b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    with pdfium.PdfDocument(pdf) as dokumen:
        metadata = str(dokumen.get_metadata_dict())
    assert not re.search(r"Sari|Slamet|Wati|\d{10,}(?<!20261121104200)", metadata.replace("D:20261121", ""))


def test_every_printable_character_has_a_glyph():
    printable = "".join(
        chr(c) for c in range(0x20, 0x2700) if not cetak._TAK_TERCETAK.match(chr(c)) and c not in (0xAD,)
    )
    assert KOTAK in printable and "é" in printable
    render_dokumen(tanda_terima(" ".join(printable)), waktu=WAKTU)


def test_invisible_marks_are_dropped_and_letters_composed():
    nama = "Si\u202eti\u200b A\u0000mi\u0301nah"
    [teks] = teks_pdf(render_dokumen(dataclasses.replace(tanda_terima(), nama=nama), waktu=WAKTU).pdf)
    assert "Siti Amínah" in teks


# --- the doors of the compiler -----------------------------------------------------------------------------


@pytest.mark.parametrize("template", ["../cetak/pemisah", "/etc/passwd", "tidak_ada", "", "pemisah.typ"])
def test_only_known_templates(template):
    with pytest.raises(ValueError):
        render_pdf(template, {}, waktu=WAKTU)


def test_naive_time_and_unknown_paper_are_refused():
    isi = Pemisah(ref="2026-1", versi=1, penerbit="x").isi()
    with pytest.raises(ValueError):
        render_pdf("pemisah", isi, waktu=WAKTU.replace(tzinfo=None))
    with pytest.raises(ValueError):
        render_pdf("pemisah", isi, waktu=WAKTU, kertas="a3")  # type: ignore[arg-type]


@pytest.mark.parametrize("berkas", ["/etc/hostname", "../../pyproject.toml", "/../base.html"])
def test_a_template_cannot_read_outside_its_folder(tmp_path, monkeypatch, berkas):
    (tmp_path / "cetak").mkdir()
    (tmp_path / "base.html").write_text("x")
    (tmp_path / "cetak" / "nakal.typ").write_text(f'#read("{berkas}")\n#metadata(1) <jumlah-halaman>')
    monkeypatch.setattr(cetak, "TEMPLATES", tmp_path / "cetak")
    with pytest.raises(RuntimeError, match="escape the project root|searched at .*/cetak/etc/hostname"):
        render_pdf("nakal", {}, waktu=WAKTU)


def test_templates_evaluate_nothing_and_fetch_nothing():
    for path in TEMPLATES.glob("*.typ"):
        assert not re.search(r"\beval\(|@preview|@local|plugin\(", path.read_text()), path.name


def test_templates_name_no_city_and_no_bank():
    for path in TEMPLATES.glob("*.typ"):
        assert not re.search(r"semarang|jateng|jawa tengah", path.read_text(), re.I), path.name


# --- surat kuasa -------------------------------------------------------------------------------------------


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


# --- the others --------------------------------------------------------------------------------------------


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
