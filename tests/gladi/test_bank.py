"""The bank double: reads both layouts, has exactly the faults that were asked for, keeps its own truth."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from rentan.autodebet.layout_debet import layout_debet, nama_layout
from rentan.gladi.bank import SELURUH, TAMBAHAN, BerkasTidakTerbaca, Salah, answer, read_debet

WAKTU = datetime(2026, 12, 1, 8, 15)  # noqa: DTZ001 - the bank writes its local time without a zone


def debet(n: int = 30, layout: str = "csv") -> bytes:
    rows = [
        {
            "no": k, "periode": date(2026, 12, 1), "referensi": f"D2612-{k:06d}", "rekening": f"10{k:08d}",
            "nama_rekening": f"DONATUR {k}", "nominal": 8_400, "tanggal": date(2026, 12, 1),
            "keterangan": "IURAN DESEMBER 2026",
        }
        for k in range(1, n + 1)
    ]  # fmt: skip
    head = {
        "nomor": "DB-2026-0001", "periode": date(2026, 12, 1), "tanggal": date(2026, 12, 1), "jumlah": n,
        "total": 8_400 * n,
    }  # fmt: skip
    return layout_debet(layout).write(head, rows)


def lines(data: bytes) -> list[list[str]]:
    return [one.split(";") for one in data.decode().split("\r\n")[1:-2]]


@pytest.mark.parametrize("nama", nama_layout())
def test_every_layout_is_read_and_answered(nama: str) -> None:
    data = debet(5, nama)
    rows = read_debet(data, layout_debet(nama))
    assert [one.referensi for one in rows] == [f"D2612-{k:06d}" for k in range(1, 6)]
    assert {one.nominal for one in rows} == {8_400} and rows[0].rekening == "1000000001"
    found = answer(data, layout_debet(nama), waktu=WAKTU)
    assert len(lines(found.berkas[0].data)) == 5
    assert found.diambil == {one.referensi: 8_400 for one in rows}


@pytest.mark.parametrize("nama", nama_layout())
def test_a_file_that_was_cut_or_changed_is_not_read(nama: str) -> None:
    data = debet(5, nama)
    for bad in (data[:-3], data.replace(b"8400", b"8401", 1)):
        with pytest.raises((BerkasTidakTerbaca, ValueError)):
            read_debet(bad, layout_debet(nama))


def test_each_fault_of_a_line_is_there_once_and_the_same_seed_gives_the_same_bytes() -> None:
    wanted = {one: 1 for one in Salah if one not in SELURUH and one not in TAMBAHAN}
    layout = layout_debet("csv")
    one = answer(debet(), layout, wanted, waktu=WAKTU, benih=7)
    assert sorted(one.salah.values()) == sorted(wanted)
    assert one == answer(debet(), layout, wanted, waktu=WAKTU, benih=7)
    assert one.salah != answer(debet(), layout, wanted, waktu=WAKTU, benih=8).salah
    assert len(lines(one.berkas[0].data)) == 30 - 1 + 2  # one unanswered, two that stand twice
    assert sorted(cells[3] for cells in lines(one.berkas[1].data)) == ["00", "51", "R1"]
    by = {salah: ref for ref, salah in one.salah.items()}
    assert one.diambil[by[Salah.NOMINAL]] == 8_401 and one.diambil[by[Salah.PEMBALIKAN]] == 0
    assert one.diambil[by[Salah.SALDO]] == 0 and one.diambil[by[Salah.BERHASIL_SUSULAN]] == 8_400


def test_faults_of_the_whole_file() -> None:
    layout, data = layout_debet("csv"), debet()
    whole = answer(data, layout, waktu=WAKTU).berkas[0].data
    mixed = answer(data, layout, {Salah.ACAK: 1}, waktu=WAKTU).berkas[0]
    assert mixed.data != whole and sorted(lines(mixed.data)) == sorted(lines(whole))
    assert len(answer(data, layout, {Salah.POTONG: 1}, waktu=WAKTU).berkas[0].data) < len(whole)
    assert (
        answer(data, layout, {Salah.TRAILER: 1}, waktu=WAKTU).berkas[0].data.split(b"TOTAL;")[1]
        != (whole.split(b"TOTAL;")[1])
    )
    refused = answer(data, layout, {Salah.TOLAK: 1}, waktu=WAKTU)
    assert refused.berkas == () and refused.ditolak and set(refused.diambil.values()) == {0}


def test_strangers_are_added_to_ours() -> None:
    layout = layout_debet("csv")
    lain = read_debet(debet(3), layout)
    found = answer(debet(), layout, {Salah.ASING: 2, Salah.BATCH_LAIN: 1}, waktu=WAKTU, lain=lain)
    assert len(lines(found.berkas[0].data)) == 33 and len(found.diambil) == 30


def test_more_faults_than_lines_are_refused() -> None:
    with pytest.raises(ValueError, match="more faults"):
        answer(debet(2), layout_debet("csv"), {Salah.SALDO: 3}, waktu=WAKTU)
