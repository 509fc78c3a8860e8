"""“Mengapa gaji saya (tidak) dipotong?”: every state has its sentence, and none contradicts the row."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rentan.asuhan.status import StatusAsuhan
from rentan.autodebet import debet_isi
from rentan.iuran.mengapa import JAWABAN, TANPA_BARIS, jelaskan, kalimat_aman
from rentan.iuran.mengapa_data import Baris, Bayar, Coba, Fakta, Langkah
from rentan.iuran.mengapa_langkah import LANGKAH
from rentan.iuran.status import (
    MACHINE,
    MACHINE_BPJS,
    UANG_MASUK,
    AlasanTahan,
    HasilCoba,
    KelasGagal,
    Saluran,
    StatusBpjs,
    StatusIuran,
)
from rentan.iuran.usul_alasan import ALASAN_USUL, HAPUSKAN, KEMBALIKAN
from rentan.paket.status import JenisPaket
from rentan.pekerja.status import StatusPekerja
from rentan.rooms import BLUEPRINTS
from rentan.surat_kuasa.status import StatusSurat
from rentan.tarif.queries import JadwalBulan
from rentan.util.tanggal import awal_bulan, tambah_bulan

S, A = StatusIuran, StatusAsuhan
BULAN = date(2026, 12, 1)
JADWAL = JadwalBulan(
    bulan=BULAN, kandidat=date(2026, 11, 17), kunci=date(2026, 11, 24), setuju=date(2026, 11, 25),
    kirim=date(2026, 11, 26), debet=date(2026, 12, 1), hasil=date(2026, 12, 3), ulang=date(2026, 12, 4),
    setor=date(2026, 12, 8), jawab=date(2026, 12, 15),
)  # fmt: skip
DASAR = Fakta(
    bulan=BULAN, hari_ini=date(2026, 12, 3), jadwal=JADWAL, nama="Slamet Rekaan", asuhan=A.AKTIF,
    pekerja=StatusPekerja.AKTIF, surat=StatusSurat.AKTIF, bulan_pertama=date(2026, 1, 1),
    lunas_sampai=date(2026, 11, 1),
)  # fmt: skip
PUKUL = datetime(2026, 11, 20, 3, tzinfo=UTC)


def way(*events: str) -> tuple[Langkah, ...]:
    """History rows of these events on either axis, a day apart."""
    kode = {one.peristiwa: one.kode for one in (*MACHINE.moves, *MACHINE_BPJS.moves)}
    return tuple(Langkah(kode[one], one, PUKUL + timedelta(days=n)) for n, one in enumerate(events))


def told(*baris: Baris, **more: Any) -> list[str]:
    found = jelaskan(replace(DASAR, baris=baris, **more))
    return [found.jawaban.teks, *(one.teks for one in (*found.langkah, *found.lanjutan))]


def coba(hasil: HasilCoba, nomor: str | None = "D-2026-12", **more: Any) -> Coba:
    return Coba(nomor, JenisPaket.DEBET, date(2026, 12, 1), 8_400, hasil, **more)


def test_the_example_of_the_delight_page() -> None:
    """delight.md 5: what happened, what the bank said, what comes, how long the worker is safe."""
    assert BLUEPRINTS, "the rooms are loaded, so that the bank's codes have words"
    row = Baris(
        S.GAGAL, StatusBpjs.BELUM, 8_400, kelas_gagal=KelasGagal.COBA_LAGI,
        langkah=way("jadwalkan", "masuk_batch", "kirim", "gagal"),
        coba=(coba(HasilCoba.GAGAL, kode_hasil="51"),),
    )  # fmt: skip
    assert told(row) == [
        "Tidak dipotong: saldo tidak cukup.",
        "Iuran Desember 2026 untuk Slamet Rekaan, Rp8.400, dijadwalkan.",
        "Tagihan Rp8.400 untuk Slamet Rekaan masuk paket debet D-2026-12, hari debet Selasa, "
        "1 Desember 2026.",
        "Paket debet D-2026-12 dikirim ke bank.",
        "Bank menjawab: saldo tidak cukup.",
        "Menurut bank, saldo rekening Anda tidak cukup pada hari debet. Bank tidak mendebet sebagian.",
        "Direncanakan dicoba lagi Jumat, 4 Desember 2026.",
        "Perlindungan Slamet Rekaan aman sampai 31 Januari 2027.",
    ]


def test_every_state_and_move_has_its_sentence() -> None:
    assert set(JAWABAN) == set(S)
    assert set(LANGKAH) == {(one.kode, one.peristiwa) for one in (*MACHINE.moves, *MACHINE_BPJS.moves)}
    for alasan in AlasanTahan:
        assert alasan.label.endswith(".")
    assert all(kata[0].isupper() and not kata.endswith(".") for kata in ALASAN_USUL.values())


@pytest.mark.parametrize(
    ("more", "kode"),
    [
        ({"asuhan": A.DITOLAK}, "tidak_jadi"),
        ({"asuhan": A.BERAKHIR, "berhenti_pada": date(2026, 11, 5)}, "berhenti"),
        ({"asuhan": A.MENCARI_PENGGANTI}, "berhenti"),
        ({"asuhan": A.DIALIHKAN}, "berhenti"),
        ({"sampai": date(2026, 11, 1)}, "sementara_selesai"),
        ({"asuhan": A.MENUNGGU_MANDAT, "surat": StatusSurat.DIUNGGAH}, "menunggu_surat"),
        ({"asuhan": A.DIUSULKAN, "surat": None}, "menunggu_surat"),
        ({"asuhan": A.MENUNGGU_MANDAT}, "menunggu_bpjs"),
        ({"bulan_pertama": date(2027, 1, 1)}, "belum_mulai"),
        ({"asuhan": A.DIJEDA, "jeda_sampai": date(2026, 12, 1)}, "dijeda"),
        ({"asuhan": A.DIJEDA}, "dijeda"),
        ({"surat": StatusSurat.DITANGGUHKAN}, "surat_ditangguhkan"),
        ({"asuhan": A.DIJEDA, "jeda_sampai": date(2026, 11, 1)}, "tidak_ada"),
        ({"asuhan": A.DIJEDA, "jeda_sejak": date(2027, 1, 1)}, "tidak_ada"),
        ({"surat": StatusSurat.DITANGGUHKAN, "surat_jeda_sampai": date(2026, 11, 1)}, "tidak_ada"),
        ({"masa": date(2026, 11, 30)}, "habis_masa"),
        ({"masa": date(2026, 12, 1)}, "tidak_ada"),
        ({"disebut": False}, "tidak_disebut"),
        ({"pekerja": StatusPekerja.NONAKTIF}, "tidak_disetor"),
        ({"mulai_masa": date(2027, 1, 1)}, "tidak_disetor"),
        ({"lunas_sampai": date(2026, 12, 1)}, "tidak_disetor"),
        ({"pekerja": StatusPekerja.NONAKTIF, "hari_ini": date(2027, 1, 2)}, "tidak_ada"),
        ({"surat": StatusSurat.DICABUT}, "surat_tidak_berlaku"),
        ({"surat": None}, "surat_tidak_berlaku"),
        ({"hari_ini": date(2026, 11, 16)}, "belum_dijadwalkan"),
        ({"hari_ini": date(2026, 11, 20)}, "segera_dijadwalkan"),
        ({}, "tidak_ada"),
    ],
)
def test_no_row_has_a_reason(more: dict[str, Any], kode: str) -> None:
    found = jelaskan(replace(DASAR, **more))
    assert found.jawaban.kode == kode and found.jawaban.teks.endswith(".") and not found.langkah
    assert {one for one, _, _ in TANPA_BARIS} >= {kode}


def test_no_state_of_sponsorship_and_letter_is_without_an_answer() -> None:
    for asuhan, surat, hari in product(A, (None, *StatusSurat), (date(2026, 11, 1), date(2026, 12, 31))):
        found = jelaskan(replace(DASAR, asuhan=asuhan, surat=surat, hari_ini=hari))
        assert found.jawaban.teks.endswith("."), (asuhan, surat, hari)


@pytest.mark.parametrize(
    ("more", "kode", "kata"),
    [
        ({}, "aman", "31 Januari 2027"),
        ({"lunas_sampai": None}, "aman_belum", "belum mencatat"),
        ({"lunas_sampai": None, "pekerja": StatusPekerja.LAYAK}, None, ""),
        ({"lunas_sampai": date(2026, 6, 1)}, "aman_lewat", "Juni 2026"),
        ({"pekerja": StatusPekerja.NONAKTIF}, "aman_lewat", "November 2026"),
        ({"asuhan": A.BERAKHIR}, None, ""),
    ],
)
def test_how_long_the_worker_is_safe(more: dict[str, Any], kode: str | None, kata: str) -> None:
    found = kalimat_aman(replace(DASAR, **more))
    assert (found and found.kode) == kode and kata in (found.teks if found else "")


@pytest.mark.parametrize(
    ("row", "kata"),
    [
        (Baris(S.TERJADWAL, StatusBpjs.BELUM, 8_400), "menunggu paket debet berikutnya"),
        (Baris(S.DITAHAN, StatusBpjs.BELUM, 8_400, alasan_tahan=AlasanTahan.JEDA), AlasanTahan.JEDA.label),
        (Baris(S.TANPA_KABAR, StatusBpjs.BELUM, 8_400), "tidak terpotong dua kali"),
        (
            Baris(
                S.DIBAYAR_LAIN, StatusBpjs.BELUM, 8_400, dibayar_pada=date(2026, 11, 20), nomor_bukti="KW-1",
                bayar=Bayar(Saluran.TUNAI, "KAS-1", date(2026, 11, 20)),
            ),
            "dibayar tunai pada Jumat, 20 November 2026 (bukti KAS-1)",
        ),
        (Baris(S.DARI_KREDIT, StatusBpjs.BELUM, 8_400, kredit=8_400), "dari kelebihan bayar"),
        (
            Baris(
                S.DIHAPUSKAN, StatusBpjs.BELUM, 8_400,
                langkah=(Langkah("C13", "hapuskan", PUKUL, "pekerja_meninggal"),),
            ),
            "dihapuskan: pekerja meninggal dunia.",
        ),
        (
            Baris(S.GAGAL, StatusBpjs.DISETOR, 8_400, kelas_gagal=KelasGagal.COBA_LAGI,
                  langkah=way("jadwalkan", "masuk_batch", "kirim", "berhasil", "terlambat_gagal")),
            "Sempat dipotong, lalu debetnya dibatalkan bank.",
        ),
    ],
)  # fmt: skip
def test_states_in_words(row: Baris, kata: str) -> None:
    assert kata in told(row)[0]


def test_prepaid_and_scheduled() -> None:
    row = Baris(
        S.DIBAYAR_LAIN, StatusBpjs.BELUM, 8_400, dibayar_pada=date(2026, 10, 2), nomor_bukti="KW-2026-000001"
    )
    assert "Bulan ini dibayar di muka 2 Oktober 2026." in told(row)
    assert "Akan dipotong Rp8.400 pada Selasa, 1 Desember 2026." in told(
        Baris(S.TERJADWAL, StatusBpjs.BELUM, 8_400), hari_ini=date(2026, 11, 25)
    )


# -- generated ways: random walks over both machines ------------------------------------------------------


@st.composite
def histories(draw: Any) -> Baris:
    """A row that went a random way through both tables of moves, with the lines it left."""
    uang, bpjs = None, StatusBpjs.BELUM
    langkah: list[Langkah] = []
    lines: list[Coba] = []
    kelas, tahan, kredit = None, None, 0
    for n in range(draw(st.integers(1, 14))):
        moves = [one for one in MACHINE.moves if uang in one.dari or (uang is None and not one.dari)]
        if uang in UANG_MASUK or bpjs is not StatusBpjs.BELUM:
            moves += [one for one in MACHINE_BPJS.moves if bpjs in one.dari]
        if not moves:
            break
        move = draw(st.sampled_from(moves))
        alasan = None
        match move.peristiwa:
            case "masuk_batch" | "ulang":
                jenis = JenisPaket.ULANG if move.peristiwa == "ulang" else JenisPaket.DEBET
                lines.append(Coba(f"D-{n}", jenis, BULAN, 8_400 - kredit, HasilCoba.TERBUKA, bulan=BULAN))
            case "keluar":
                lines[-1] = replace(lines[-1], hasil=HasilCoba.DIKELUARKAN)
            case "gagal" | "jawaban_gagal" | "terlambat_gagal":
                kelas = draw(st.sampled_from(list(KelasGagal)))
                lines[-1] = replace(
                    lines[-1], hasil=HasilCoba.GAGAL, kode_hasil=draw(st.sampled_from(["51", "14", "x9"]))
                )
            case "berhasil" | "jawaban_berhasil":
                lines[-1] = replace(lines[-1], hasil=HasilCoba.BERHASIL)
            case "tanpa_kabar":
                lines[-1] = replace(lines[-1], hasil=HasilCoba.TANPA_KABAR)
            case "tahan":
                tahan = draw(st.sampled_from(list(AlasanTahan)))
                alasan = tahan.value
            case "pakai_kredit":
                kredit = 8_400
            case "hapuskan":
                alasan = draw(st.sampled_from(list(HAPUSKAN)))
            case "kembalikan":
                alasan = draw(st.sampled_from(list(KEMBALIKAN)))
        langkah.append(Langkah(move.kode, move.peristiwa, PUKUL + timedelta(days=n), alasan))
        if move in MACHINE.moves:
            uang = move.ke
        else:
            bpjs = move.ke
    assert uang is not None
    masuk = any(
        one.peristiwa in ("berhasil", "jawaban_berhasil", "bayar_lain", "pakai_kredit") for one in langkah
    )
    return Baris(
        uang, bpjs, 8_400, kredit, tahan, kelas, date(2026, 12, 1) if masuk else None,
        "KW-2026-000001" if masuk else None, date(2026, 12, 15) if bpjs is StatusBpjs.TERCATAT else None,
        tuple(langkah), tuple(lines),
    )  # fmt: skip


def _gagal(kali: int, kelas: KelasGagal, bpjs: StatusBpjs) -> Baris:
    """A row that failed so many times; none: it is only scheduled."""
    ulang = ("ulang", "kirim", "gagal") * (kali - 1)
    return Baris(
        S.GAGAL if kali else S.TERJADWAL, bpjs, 8_400, kelas_gagal=kelas if kali else None,
        langkah=way("jadwalkan", *(("masuk_batch", "kirim", "gagal", *ulang) if kali else ())),
        coba=tuple(
            Coba(f"D-{n}", jenis, BULAN, 8_400, HasilCoba.GAGAL, "51", BULAN)
            for n, jenis in enumerate([JenisPaket.DEBET, *[JenisPaket.ULANG] * 3][:kali])
        ),
    )  # fmt: skip


#: Rows about which the next batch decides: random walks seldom end there.
MENUNGGU = st.builds(
    _gagal,
    st.sampled_from([0, 0, 1, 2, 3, 4]),
    st.sampled_from([KelasGagal.COBA_LAGI, KelasGagal.COBA_LAGI, *KelasGagal]),
    st.sampled_from([StatusBpjs.BELUM, StatusBpjs.BELUM, StatusBpjs.DISETOR]),
)
#: What else is known, and bears on whether the bank will be asked.
FAKTA = st.fixed_dictionaries(
    {
        "hari_ini": st.sampled_from([0, 10, 40, 70, 110]).map(lambda n: date(2026, 11, 20) + timedelta(n)),
        "asuhan": st.sampled_from([A.AKTIF, A.AKTIF, A.DIJEDA, A.MENCARI_PENGGANTI]),
        "talangan_selesai": st.booleans(),
        "pekerja": st.sampled_from([StatusPekerja.AKTIF] * 9 + [*StatusPekerja]),
        "mulai_masa": st.sampled_from([None, None, BULAN, tambah_bulan(BULAN, 1)]),
        "lunas_sampai": st.sampled_from([None, tambah_bulan(BULAN, -1), tambah_bulan(BULAN, -1), BULAN]),
        "paket_dikunci": st.booleans(),
    }
)
TAHAN = (AlasanTahan.JEDA, AlasanTahan.MANDAT, AlasanTahan.REKENING)
HALANGAN = st.dictionaries(
    st.sampled_from([tambah_bulan(BULAN, n) for n in range(3)]), st.sampled_from(TAHAN), max_size=1
)


def putusan_paket(f: Fakta, b: Baris, geser: int = 0) -> str | None:
    """Why the batch of the month (``geser`` months later) leaves the row out, asked of the batch itself."""
    bulan = tambah_bulan(max(f.bulan, awal_bulan(f.hari_ini)), geser)
    row = SimpleNamespace(
        status=b.status, status_bpjs=b.status_bpjs, kelas_gagal=b.kelas_gagal, alasan_tahan=b.alasan_tahan,
        periode=f.bulan, status_pekerja=f.pekerja, mulai_masa=f.mulai_masa, lunas_sampai=f.lunas_sampai,
        berlaku=bulan not in b.halangan, asuhan=f.asuhan,
        alasan_akhir=debet_isi.TALANGAN_SELESAI if f.talangan_selesai else "donatur_berhenti",
    )  # fmt: skip
    coba = sum(one.hasil is not HasilCoba.DIKELUARKAN for one in b.coba) if bulan == f.bulan else 0
    putus = debet_isi._alasan_ulang if b.status is S.GAGAL else debet_isi._alasan_debet
    with patch.object(debet_isi, "get_setting", return_value=f.maks_coba - 1):
        return putus(row, coba, bulan)[0]


def _sesuai_paket(f: Fakta, row: Baris) -> None:
    """What is promised of the next batch is what that batch does; what is promised of none is not done."""
    found = jelaskan(f)
    jawaban, kode = found.jawaban.teks, {one.kode for one in found.lanjutan}
    luar = putusan_paket(f, row)
    dicoba = bool(kode & {"dicoba_lagi", "dapat_dicoba"})
    assert dicoba == (row.status is S.GAGAL and luar is None)
    assert dicoba == any("icoba lagi pada" in one.teks or "Direnc" in one.teks for one in found.lanjutan)
    if row.status is S.GAGAL and "Sudah dicoba" in str(luar):
        assert ("bulan_depan" in kode) == (putusan_paket(f, row, 1) is None)
    assert ("bulan_depan" in kode) <= (luar is not None and putusan_paket(f, row, 1) is None)
    if row.status is S.TERJADWAL:
        assert ("Akan dipotong" in jawaban or "menunggu paket" in jawaban) == (luar is None)
        assert ("Akan dipotong" in jawaban) <= (f.hari_ini < JADWAL.kirim and not f.paket_dikunci)


@settings(max_examples=100, deadline=None)
@given(histories(), FAKTA, HALANGAN)
def test_sentences_never_contradict_the_row(
    row: Baris, fakta: dict[str, Any], halangan: dict[date, AlasanTahan]
) -> None:
    row = replace(row, halangan=halangan)
    f = replace(DASAR, baris=(row,), **fakta)
    found = jelaskan(f)
    jawaban, semua = found.jawaban.teks, [one.teks for one in (*found.langkah, *found.lanjutan)]
    punya = {one.peristiwa for one in row.langkah}
    lines = {one.hasil for one in row.coba}

    assert found.jawaban.kode == row.status.value
    assert jawaban.startswith("Dipotong ") == (row.status is S.BERHASIL)
    assert jawaban.startswith("Sempat dipotong") <= ("terlambat_gagal" in punya and row.status is S.GAGAL)
    assert ("dikembalikan" in jawaban) == (row.status is S.DIKEMBALIKAN)
    # A sentence about a success, a record or a receipt stands only beside its row.
    berhasil = punya & {"berhasil", "jawaban_berhasil"}
    assert any("Bank menjawab berhasil" in one for one in semua) == ("berhasil" in punya)
    assert not berhasil or HasilCoba.BERHASIL in lines or "terlambat_gagal" in punya
    assert any("tercatat di BPJS Ketenagakerjaan" in one for one in semua) == ("tercatat" in punya)
    assert any(one.startswith("Nomor kuitansi") for one in semua) == (row.status in UANG_MASUK)
    _sesuai_paket(f, row)
    # The way has one sentence a move, in order, each whole.
    assert [one.kode for one in found.langkah] == [f"{one.kode}:{one.peristiwa}" for one in row.langkah]
    assert all(one.endswith(".") and "None" not in one and ".." not in one for one in (jawaban, *semua))


@settings(max_examples=300, deadline=None)
@given(MENUNGGU, FAKTA, HALANGAN)
def test_what_is_promised_of_the_next_batch(
    row: Baris, fakta: dict[str, Any], halangan: dict[date, AlasanTahan]
) -> None:
    row = replace(row, halangan=halangan)
    _sesuai_paket(replace(DASAR, baris=(row,), **fakta), row)
