"""``flask periksa``: clean on a clean city, and each check finds its own damage."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text

from rentan.asn.models import Asn
from rentan.asn.status import Tahap
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.berkas.models import Berkas
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.ext import db, runtime
from rentan.laporan.periksa import SEMUA, run_checks
from tests import factories
from tests.cast import Cast
from tests.laporan.kota import isi_opd, selesai
from tests.surat_kuasa.kertas import make_unggah


@pytest.fixture(autouse=True)
def _in_november() -> Any:
    with time_machine.travel(datetime.fromisoformat("2026-11-21T09:00:00+07:00"), tick=True):
        yield


@pytest.fixture
def city(cast: Cast) -> Cast:
    isi_opd(factories.opd("DINKES"), 3, tahap=(Tahap.AKTIVASI, Tahap.DIAJUKAN))
    selesai(date(2026, 1, 1))
    return cast


def found() -> dict[str, int]:
    """Number of findings of each check that found something."""
    db.session.expire_all()
    return {check.nama: len(temuan) for check, temuan in run_checks() if temuan}


def run(statement: str, **values: Any) -> None:
    db.session.execute(text(statement), values)
    db.session.flush()


@pytest.mark.kedua_basis
def test_a_clean_city_has_no_findings(city: Cast) -> None:
    assert found() == {}
    assert len({one.nama for one in SEMUA}) == len(SEMUA)


DAMAGE: dict[str, str] = {
    "hitungan": "UPDATE hitungan_opd SET diajukan = diajukan + 1 WHERE diajukan > 0",
    "penempatan": "UPDATE penempatan SET jabatan = jabatan, status_aktif = 'cuti' WHERE asn_id = :sari",
    "tahap": "UPDATE asn SET ikut = true WHERE id = :sari",
    "nip": "UPDATE nip_riwayat SET nip = '199001012020011001' WHERE asn_id = :sari",
    "kunci": "UPDATE sidik_kunci SET sidik = 'lain'",
}


@pytest.mark.kedua_basis
@pytest.mark.parametrize("nama", DAMAGE)
def test_damage_is_found_by_its_check(city: Cast, nama: str) -> None:
    sari = city.sari.asn.id
    value = sari if db.engine.dialect.name == "postgresql" else sari.hex
    run(DAMAGE[nama], **({"sari": value} if ":sari" in DAMAGE[nama] else {}))
    assert nama in found()


def test_an_asn_without_open_placement_is_found(city: Cast) -> None:
    run("UPDATE penempatan SET sampai = '2026-11-01' WHERE asn_id = :one", one=city.sari.asn.id.hex)
    assert found()["penempatan"] == 1


def test_a_status_without_history_is_found(city: Cast) -> None:
    pekerja = factories.make_pekerja()
    db.session.flush()
    assert found()["riwayat"] == 1
    db.session.add(
        Asuhan(
            asn_id=city.sari.asn.id, pekerja_id=pekerja.id, status=StatusAsuhan.DIUSULKAN, program="JKK+JKM",
            penghasilan=1_000_000, dibuat_pada=now(),
        )
    )  # fmt: skip
    db.session.flush()
    assert found() == {"riwayat": 2, "hitungan": 1}


def test_two_payers_are_found_even_when_the_index_is_gone(city: Cast) -> None:
    pekerja = factories.make_pekerja()
    run("DROP INDEX uq_asuhan_pekerja_terbuka")
    for orang in (city.sari, city.lina):
        db.session.add(
            Asuhan(
                asn_id=orang.asn.id, pekerja_id=pekerja.id, status=StatusAsuhan.DIUSULKAN, program="JKK+JKM",
                penghasilan=1_000_000, dibuat_pada=now(),
            )
        )  # fmt: skip
    db.session.flush()
    assert found()["pembayar"] == 1


@pytest.mark.kedua_basis
def test_a_missing_trigger_and_a_changed_trail_are_found(city: Cast) -> None:
    record(Peristiwa.MASUK, by=city.sari.pelaku)
    db.session.commit()
    assert found() == {}
    if db.engine.dialect.name == "postgresql":
        run("DROP TRIGGER tambah_saja_jejak_baris ON jejak")
    else:
        run("DROP TRIGGER tambah_saja_jejak_update")
    assert found() == {"pemicu": 1}
    run("UPDATE jejak SET hasil = 'lain' WHERE seq = (SELECT max(seq) FROM jejak)")
    assert found() == {"pemicu": 1, "jejak": 1}


def test_the_command_says_it_in_words_and_json(app: Flask, city: Cast) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["periksa"]).exit_code == 0
    db.session.get(Asn, city.sari.asn.id).ikut = True
    db.session.commit()
    told = runner.invoke(args=["periksa"])
    assert told.exit_code == 1 and "SALAH tahap" in told.output
    answer = json.loads(runner.invoke(args=["periksa", "--json"]).output)
    assert answer["ok"] is False and answer["findings"] == 1
    assert "Sari" not in told.output, "findings name rows, not people"
    strict = json.loads(runner.invoke(args=["periksa", "--produksi", "--json"]).output)
    assert any(one["name"] == "produksi" and one["findings"] for one in strict["checks"])


@pytest.mark.parametrize("ending", ["pdf", "xlsx"])
def test_reports_from_the_command_line(app: Flask, city: Cast, tmp_path: Path, ending: str) -> None:
    runner = app.test_cli_runner()
    make: Callable[..., Any] = lambda *args: runner.invoke(args=["laporan", *args])  # noqa: E731
    out = tmp_path / f"laporan.{ending}"
    told = make("opd", "--opd", "DINKES", "--periode", "2026-10", "-o", str(out))
    assert told.exit_code == 0, told.output
    assert out.stat().st_mode & 0o077 == 0
    assert make("kota", "--periode", "2026-11", "-o", str(out), "--json").exit_code == 0
    assert out.read_bytes().startswith(b"%PDF" if ending == "pdf" else b"PK")
    assert make("opd", "--opd", "TIDAK", "-o", str(out)).exit_code == 2
    assert make("kota", "--periode", "2026-13", "-o", str(out)).exit_code == 2
    assert make("kota", "-o", str(tmp_path / "x.doc")).exit_code == 2
    assert found() == {}


# -- letters and papers -------------------------------------------------------------------------------------


@pytest.fixture
def letter(city: Cast) -> Any:
    """A letter handed in today, with its papers."""
    surat = make_unggah(city.sari)
    db.session.commit()
    return surat


def test_a_letter_and_its_papers_hold(letter: Any) -> None:
    assert {nama: n for nama, n in found().items() if nama != "riwayat"} == {}


def papers() -> list[Berkas]:
    return list(db.session.scalars(db.select(Berkas).order_by(Berkas.id)))


def test_a_paper_that_is_gone_swapped_or_shortened_is_found(letter: Any) -> None:
    store, (first, second, third, *_) = runtime().store, papers()
    store.delete(first.kunci_bersih)
    swapped = store.get(second.kunci_bersih)
    store.put(second.kunci_bersih, store.get(third.kunci_bersih))
    assert found()["berkas"] == 2
    store.put(second.kunci_bersih, swapped[:-1])
    assert found()["berkas"] == 2
    run("UPDATE berkas SET ukuran = ukuran + 1 WHERE id = :one", one=third.id.hex)
    assert found()["berkas"] == 3


def test_a_ceiling_below_the_prices_and_another_print_are_found(letter: Any) -> None:
    run("UPDATE surat_pekerja SET harga_tertinggi = 99999999")
    run("UPDATE surat_kuasa SET sha256 = 'lain'")
    assert {"plafon", "surat_beku"} <= found().keys()
