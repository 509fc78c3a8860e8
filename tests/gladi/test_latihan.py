"""The rehearsal itself, in a database of its own, and the commands."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from rentan.asn.hitungan_ulang import periksa_hitungan
from rentan.autodebet.layout_debet import nama_layout
from rentan.ext import db, runtime
from rentan.gladi import folder
from rentan.gladi.bank import Salah
from rentan.gladi.latihan import TANDA, Catatan, Permintaan, latih
from rentan.laporan.periksa import uang, uang_paket
from tests.gladi.test_bank import debet

DES = date(2026, 12, 1)


@pytest.fixture
def salinan(app: Flask) -> Iterator[Flask]:
    """The test's empty database, marked as a copy."""
    tanda = runtime().settings.instance / TANDA
    tanda.touch()
    yield app
    tanda.unlink()


def ditolak(found: Catatan) -> list[str]:
    return [one["judul"] for one in found.langkah if one["ditolak"]]


def test_every_fault_of_a_line_ends_as_written(salinan: Flask) -> None:
    salah = {
        Salah.SALDO: 1, Salah.HILANG: 1, Salah.NOMINAL: 1, Salah.PEMBALIKAN: 1, Salah.GAGAL_SUSULAN: 1,
        Salah.BATCH_LAIN: 1, Salah.ASING: 1, Salah.GANDA: 1,
    }  # fmt: skip
    persen: list[int] = []

    found = latih(Permintaan(DES, 8, 10, salah), persen.append)
    db.session.commit()

    outcome = {one["salah"]: (one["hasil"], one["berikutnya"]) for one in found.baris if one["salah"]}
    assert {one: hasil for one, (hasil, _) in outcome.items()} == {
        "Saldo tidak cukup": "Gagal",
        "Baris tidak dijawab": "Menunggu jawaban",
        "Nominal lebih satu rupiah": "Menunggu jawaban",
        "Berhasil, lalu dibatalkan bank": "Gagal",
        "Berhasil, lalu dijawab gagal": "Berhasil",
        "Baris yang sama dua kali": "Berhasil",
    }
    assert outcome["Baris tidak dijawab"][1].startswith("Tanyakan")
    assert len(found.pengecualian) == 4 and all(one["pesan"] for one in found.pengecualian)
    assert found.jumlah["berhasil"] == 6 and found.jumlah["lebih_dari_bank"] == 0
    assert ditolak(found).count("Berkas yang sama dibaca lagi") == 2
    assert persen == sorted(persen) and persen[-1] == 100
    # What it leaves in the copy is as good as what people would have left.
    assert not periksa_hitungan()
    assert [one.nama for one in (*uang.PEMERIKSAAN, *uang_paket.PEMERIKSAAN) if list(one.cari())] == []


@pytest.mark.parametrize("layout", nama_layout())
def test_a_file_that_was_cut_is_asked_about_first(salinan: Flask, layout: str) -> None:
    found = latih(Permintaan(DES, 8, 8, {Salah.TRAILER: 1}, layout))

    assert "Baris penutup" in found.berkas[0]["pertanyaan"] and found.berkas[0]["berikutnya"]
    assert "Berkas diterapkan tanpa persetujuan khusus" in ditolak(found)
    assert found.jumlah["berhasil"] == 8


def test_a_refused_file_executes_nothing(salinan: Flask) -> None:
    found = latih(Permintaan(DES, 3, 3, {Salah.TOLAK: 1}))

    assert found.jawaban == [] and found.jumlah["berhasil"] == 0 and found.jumlah["rupiah_bank"] == 0
    assert "perbaiki paket" in found.langkah[-1]["kalimat"]


def test_the_command_runs_one_and_tells_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def run_child(here: Path) -> None:
        folder.simpan_hasil(here, Catatan(jumlah={"baris": 50}))

    monkeypatch.setattr(folder, "run_child", run_child)
    cli = app.test_cli_runner()
    found = cli.invoke(args=["gladi", "run", "--salah", "saldo=3,hilang=1", "--json"])
    assert found.exit_code == 0 and json.loads(found.stdout)["jumlah"] == {"baris": 50}
    assert cli.invoke(args=["gladi", "run", "--paket", "DB-2026-9999"]).exit_code == 1
    assert cli.invoke(args=["gladi", "run", "--salah", "saldo=60"]).exit_code == 1
    assert cli.invoke(args=["gladi", "run", "--salah", "gempa=1"]).exit_code == 2

    def fail(_here: Path) -> None:
        raise subprocess.CalledProcessError(1, "flask")

    monkeypatch.setattr(folder, "run_child", fail)
    assert cli.invoke(args=["gladi", "run"]).exit_code == 1


def test_the_command_answers_a_file(app: Flask, tmp_path: Path) -> None:
    file, out = tmp_path / "debet.csv", tmp_path / "jawaban.csv"
    file.write_bytes(debet(5))
    cli = app.test_cli_runner()

    found = cli.invoke(args=["gladi", "answer", str(file), "--salah", "pembalikan=1", "-o", str(out)])

    assert found.exit_code == 0 and out.read_bytes().count(b"\r\n") == 7
    assert (tmp_path / "jawaban-2.csv").read_bytes().count(b"\r\n") == 3
    file.write_bytes(b"bukan berkas debet")
    assert cli.invoke(args=["gladi", "answer", str(file), "-o", str(out)]).exit_code == 1
