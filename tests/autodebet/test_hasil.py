"""The bank's answer to a debit: each fault of the double behaves as written, the same file is nothing new."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine

from rentan.autodebet.hasil import PENANGAN
from rentan.autodebet.hasil_baris import parse_waktu
from rentan.core.errors import Forbidden
from rentan.core.imports import run_import
from rentan.ext import db
from rentan.gladi.bank import Salah
from rentan.iuran import buku
from rentan.iuran.buku_akun import AkunBuku
from rentan.iuran.models import Iuran, Percobaan
from rentan.iuran.status import KelasGagal
from rentan.paket.models import Paket, Pengecualian
from rentan.paket.status import StatusPaket
from tests.autodebet.hasil_maker import BACA, KIRIM, baca, bank, baris, jawab, keadaan, make_terkirim, tulis
from tests.tolak import refusal

SUKSES, GAGAL, MENUNGGU = ("berhasil", "berhasil"), ("gagal", "gagal"), ("dikirim", "terbuka")


@pytest.fixture
def terkirim(cast: Any) -> Any:
    """A batch of ten lines at the bank; then the day on which its answers are read."""
    with time_machine.travel(KIRIM, tick=False):
        found = make_terkirim(cast, 10)
    with time_machine.travel(BACA, tick=False):
        yield found


def asked() -> list[str]:
    return sorted(db.session.scalars(db.select(Pengecualian.kode)))


@pytest.mark.kedua_basis
def test_everything_succeeds(cast: Any, terkirim: Any) -> None:
    paket, data = terkirim
    found = bank(data)
    hasil = baca(found.berkas[0].data, cast)
    assert (hasil.read, hasil.changed, hasil.unchanged) == (10, 10, 0)
    assert set(keadaan(paket).values()) == {SUKSES}
    assert paket.status is StatusPaket.HASIL_LENGKAP and paket.uang.pengimpor == cast.hadi.pelaku.akun_id
    assert buku.saldo(AkunBuku.BANK_PENAMPUNG) == sum(found.diambil.values()) == paket.uang.jumlah_rupiah
    assert len({row.nomor_bukti for row in db.session.scalars(db.select(Iuran))}) == 10


@pytest.mark.kedua_basis
def test_failures_have_the_class_of_their_code_and_missing_lines_keep_the_batch_open(
    cast: Any, terkirim: Any
) -> None:
    paket, data = terkirim
    wanted = {
        Salah.SALDO: 1,
        Salah.REKENING_TUTUP: 1,
        Salah.REKENING_SALAH: 1,
        Salah.SISTEM: 1,
        Salah.HILANG: 1,
    }
    found = bank(data, wanted)
    hasil = baca(found.berkas[0].data, cast)
    assert hasil.changed == 9 and asked() == []
    by = {salah: keadaan(paket)[ref] for ref, salah in found.salah.items()}
    assert by.pop(Salah.HILANG) == MENUNGGU and set(by.values()) == {GAGAL}
    assert sorted(str(one) for one in db.session.scalars(db.select(Iuran.kelas_gagal)) if one) == [
        "coba_lagi", "coba_lagi", "perbaiki_data", "perbaiki_data",
    ]  # fmt: skip
    assert paket.status is StatusPaket.HASIL_SEBAGIAN


@pytest.mark.parametrize(
    ("salah", "kode", "menunggu"),
    [
        (Salah.DUPLIKAT, ["duplikat"], 1),
        (Salah.NOMINAL, ["nominal_lebih"], 1),
        (Salah.REKENING_LAIN, ["rekening_beda"], 1),
        (Salah.KODE_ASING, ["kode_tidak_dikenal"], 1),
        (Salah.ASING, ["referensi_tidak_dikenal"], 0),
        (Salah.GANDA, [], 0),
        (Salah.BERTENTANGAN, ["jawaban_bertentangan", "jawaban_bertentangan"], 1),
    ],
)
def test_a_line_that_fits_nowhere_stops_nothing(
    cast: Any, terkirim: Any, salah: Salah, kode: list[str], menunggu: int
) -> None:
    paket, data = terkirim
    hasil = baca(bank(data, {salah: 1}).berkas[0].data, cast)
    assert asked() == kode
    states = list(keadaan(paket).values())
    assert (states.count(MENUNGGU), states.count(SUKSES)) == (menunggu, 10 - menunggu)
    assert hasil.changed == 10 - menunggu
    assert paket.status is (StatusPaket.HASIL_SEBAGIAN if menunggu else StatusPaket.HASIL_LENGKAP)
    assert set(db.session.scalars(db.select(Pengecualian.paket_id))) <= {paket.id}


def test_the_same_file_again_reordered_or_renamed_changes_nothing(cast: Any, terkirim: Any) -> None:
    paket, data = terkirim
    faults = {Salah.SALDO: 1, Salah.NOMINAL: 1, Salah.ASING: 1, Salah.DUPLIKAT: 1}
    first = bank(data, faults).berkas[0]
    baca(first.data, cast, first.nama)
    before = (keadaan(paket), asked(), buku.saldo(AkunBuku.BANK_PENAMPUNG))
    assert refusal(lambda: baca(first.data, cast, "lain.csv")).kode == "sudah_diimpor"
    shuffled = bank(data, faults | {Salah.ACAK: 1}).berkas[0]
    assert shuffled.data != first.data
    hasil = baca(shuffled.data, cast, shuffled.nama)
    assert (hasil.changed, hasil.unchanged) == (0, hasil.read)
    assert (keadaan(paket), asked(), buku.saldo(AkunBuku.BANK_PENAMPUNG)) == before


def test_a_cut_file_is_taken_as_far_as_it_goes(cast: Any, terkirim: Any) -> None:
    paket, data = terkirim
    whole = bank(data).berkas[0].data
    cut = whole[: whole.rindex(b"2026-12-01") + 5]  # in the middle of the last line
    hasil = baca(cut, cast)
    assert hasil.changed == 9 and asked() == ["baris_rusak"]
    assert paket.status is StatusPaket.HASIL_SEBAGIAN
    assert baca(whole, cast).changed == 1 and paket.status is StatusPaket.HASIL_LENGKAP


def test_a_closing_line_that_does_not_agree_warns_and_leaves_the_batch_open(cast: Any, terkirim: Any) -> None:
    paket, data = terkirim
    wrong = bank(data, {Salah.TRAILER: 1}).berkas[0].data
    assert refusal(lambda: baca(wrong, cast, setuju=False)).kode == "perlu_setuju"
    hasil = baca(wrong, cast)
    assert hasil.changed == 10 and hasil.warnings and set(keadaan(paket).values()) == {SUKSES}
    assert paket.status is StatusPaket.HASIL_SEBAGIAN  # B9 is for a person to declare
    lines = [jawab(one) for one in baris(data)]
    assert "Jumlah rupiah" in baca(tulis(*lines, kaki="TOTAL;10;1"), cast).warnings[0]
    assert not baca(tulis(*lines, kaki=f"TOTAL;10;{paket.uang.jumlah_rupiah}"), cast).warnings


def test_success_then_failure_is_asked_and_keeps_the_success(cast: Any, terkirim: Any) -> None:
    paket, data = terkirim
    for one in bank(data, {Salah.GAGAL_SUSULAN: 1}).berkas:
        baca(one.data, cast, one.nama)
    assert set(keadaan(paket).values()) == {SUKSES} and asked() == ["gagal_setelah_berhasil"]


def test_failure_then_success_is_asked_and_never_retried_meanwhile(cast: Any, terkirim: Any) -> None:
    paket, data = terkirim
    found = bank(data, {Salah.BERHASIL_SUSULAN: 1})
    for one in found.berkas:
        baca(one.data, cast, one.nama)
    [ref] = found.salah
    assert keadaan(paket)[ref] == GAGAL and asked() == ["berhasil_setelah_gagal"]
    [kelas] = db.session.scalars(db.select(Iuran.kelas_gagal).where(Iuran.kelas_gagal.is_not(None)))
    assert kelas is KelasGagal.HENTIKAN
    assert buku.saldo(AkunBuku.BANK_PENAMPUNG) == sum(found.diambil.values()) - found.diambil[ref]


@pytest.mark.kedua_basis
def test_a_late_reversal(cast: Any, terkirim: Any) -> None:
    paket, data = terkirim
    found = bank(data, {Salah.PEMBALIKAN: 2})
    pertama, kedua = found.berkas
    baca(pertama.data, cast)
    baca(kedua.data, cast)
    assert sorted(keadaan(paket).values()) == [SUKSES] * 8 + [GAGAL] * 2 and asked() == []
    assert buku.saldo(AkunBuku.BANK_PENAMPUNG) == sum(found.diambil.values())
    assert sorted(
        db.session.scalars(db.select(Percobaan.ref_bank).where(Percobaan.ref_bank.is_not(None)))
    ) == (sorted(f"RV{ref}" for ref in found.salah))
    # The old answer once more, in other bytes: that success was taken back and stays so.
    again = baca(bank(data, {Salah.ACAK: 1}).berkas[0].data, cast)
    assert again.changed == 0 and asked() == []


def test_a_reversal_in_the_same_file_follows_its_success(cast: Any, terkirim: Any) -> None:
    paket, data = terkirim
    one = baris(data)[0]
    hasil = baca(tulis(jawab(one, "R1", ref="RV1"), jawab(one)), cast)
    assert hasil.changed == 2 and keadaan(paket)[one.referensi] == GAGAL
    assert buku.saldo(AkunBuku.BANK_PENAMPUNG) == 0


def test_reversals_that_cannot_be(cast: Any, terkirim: Any) -> None:
    paket, data = terkirim
    a, b, c, d = baris(data)[:4]
    baca(tulis(jawab(a), jawab(b), jawab(c)), cast)
    baca(
        tulis(
            jawab(a, "R1"), jawab(b, "R1", ref="RV1"), jawab(c, "R1", ref="RV1"), jawab(d, "R1", ref="RV2"),
        ),
        cast,
    )  # fmt: skip
    assert asked() == ["pembalikan_belum", "pembalikan_tanpa_ref", "ref_bank_ganda"]
    states = keadaan(paket)
    assert [states[one.referensi] for one in (a, b, c, d)] == [SUKSES, GAGAL, SUKSES, MENUNGGU]


def test_two_successes_at_different_hours_are_asked(cast: Any, terkirim: Any) -> None:
    paket, data = terkirim
    one = baris(data)[0]
    baca(tulis(jawab(one), jawab(one, waktu="2026-12-01 09:00:00")), cast)
    assert asked() == ["debet_ganda", "debet_ganda"] and keadaan(paket)[one.referensi] == MENUNGGU


@pytest.mark.parametrize("waktu", ["2026-11-25 23:59:00", "2026-12-04 00:00:00", "2026-12-03T17:01:00+00:00"])
def test_a_day_before_sending_or_still_to_come(cast: Any, terkirim: Any, waktu: str) -> None:
    _, data = terkirim
    baca(tulis(jawab(baris(data)[0], waktu=waktu)), cast)
    assert asked() == ["tanggal_tidak_mungkin"]


def test_the_day_is_the_citys(cast: Any, terkirim: Any) -> None:
    """17.01 UTC is after midnight in Semarang."""
    _, data = terkirim
    one, two = baris(data)[:2]
    baca(tulis(jawab(one, waktu="2026-12-01T17:01:00+00:00"), jawab(two, waktu="01/12/2026 08.15")), cast)
    days = sorted(str(day) for day in db.session.scalars(db.select(Iuran.dibayar_pada)) if day)
    assert days == ["2026-12-01", "2026-12-02"]


def test_lines_of_another_batch_are_asked(cast: Any) -> None:
    with time_machine.travel("2026-10-28T03:00:00Z", tick=False):
        lama, data_lama = make_terkirim(cast, 2, bulan=date(2026, 11, 1))
    with time_machine.travel(KIRIM, tick=False):
        baru, data = make_terkirim(cast, 3)
    with time_machine.travel(BACA, tick=False):
        baca(bank(data, {Salah.BATCH_LAIN: 1}, lain=baris(data_lama)).berkas[0].data, cast)
        assert asked() == ["paket_lain"] and set(keadaan(lama).values()) == {MENUNGGU}
        assert baru.status is StatusPaket.HASIL_LENGKAP and lama.status is StatusPaket.DIKIRIM


def test_a_file_that_the_bank_never_got_has_no_answer(cast: Any, terkirim: Any) -> None:
    paket, data = terkirim
    paket.status = StatusPaket.DITOLAK_BERKAS
    coba = db.session.scalars(db.select(Percobaan).order_by(Percobaan.urutan)).first()
    one = baris(data)[0]
    baca(tulis(jawab(one)), cast)
    assert asked() == ["belum_dikirim"]
    coba.referensi_lama, coba.referensi = [one.referensi], "D2612-999999-9"
    db.session.flush()
    baca(tulis(jawab(one, waktu="2026-12-01 08:16:00")), cast)
    assert asked() == ["belum_dikirim", "berkas_batal"]


def test_nothing_readable_changes_nothing(cast: Any, terkirim: Any) -> None:
    paket, data = terkirim
    one = baris(data)[0]
    hasil = baca(
        tulis(
            f"{one.referensi};;8400;00;;2026-12-01 08:15:00;",
            f"{one.referensi};{one.rekening};x;00;;2026-12-01;",
            f"{one.referensi};{one.rekening};{one.nominal};00;;kemarin;",
        ),
        cast,
    )  # fmt: skip
    assert hasil.changed == 0 and asked() == ["baris_rusak"] * 3 and paket.status is StatusPaket.DIKIRIM


def test_the_other_layout_is_read_by_its_titles(cast: Any) -> None:
    with time_machine.travel(KIRIM, tick=False):
        paket, data = make_terkirim(cast, 2, layout="tetap")
    with time_machine.travel(BACA, tick=False):
        baca(bank(data, layout="tetap").berkas[0].data, cast)
    assert set(keadaan(paket).values()) == {SUKSES} and db.session.get_one(Paket, paket.id).status is (
        StatusPaket.HASIL_LENGKAP
    )


def test_nobody_answers_who_is_not_a_treasurer(cast: Any, terkirim: Any) -> None:
    with pytest.raises(Forbidden):
        run_import(PENANGAN, tulis(jawab(baris(terkirim[1])[0])), "hasil.csv", by=cast.wati.pelaku)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "kemarin",
        "2026-12-01 08:1",
        "2026-13-01",
        "32-12-2026",
        "0001-01-01T00:00:00+14:00",
        "20261201",
        "²³",
    ],
)
def test_times_that_are_none(text: str) -> None:
    assert parse_waktu(text) is None


def test_a_strange_closing_line_is_no_fault(cast: Any, terkirim: Any) -> None:
    _, data = terkirim
    assert not baca(tulis(*map(jawab, baris(data)), kaki="TOTAL;²;x"), cast).warnings
