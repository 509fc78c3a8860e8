"""“Mengapa gaji saya (tidak) dipotong?”: every state has its sentence, and none contradicts the row."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rentan.asuhan.status import StatusAsuhan
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
                lines.append(Coba(f"D-{n}", jenis, date(2026, 12, 1), 8_400 - kredit, HasilCoba.TERBUKA))
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


@settings(max_examples=100, deadline=None)
@given(histories(), st.sampled_from([0, 10, 40]))
def test_sentences_never_contradict_the_row(row: Baris, hari: int) -> None:
    found = jelaskan(replace(DASAR, baris=(row,), hari_ini=date(2026, 11, 20) + timedelta(days=hari)))
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
    assert any("icoba lagi " in one and "Tidak" not in one for one in semua) <= (
        row.status is S.GAGAL and row.kelas_gagal is KelasGagal.COBA_LAGI
    )
    # The way has one sentence a move, in order, each whole.
    assert [one.kode for one in found.langkah] == [f"{one.kode}:{one.peristiwa}" for one in row.langkah]
    assert all(one.endswith(".") and "None" not in one and ".." not in one for one in (jawaban, *semua))
