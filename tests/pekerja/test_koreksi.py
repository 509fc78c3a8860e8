"""Correcting a worker's data: the checks of typing in, what stood there before, races for one number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask

from rentan.core.errors import RuleError, Stale
from rentan.ext import db
from rentan.pekerja.koreksi import correct_pekerja, data_of, list_perubahan, values_of
from rentan.pekerja.models import DugaDuplikat, Pekerja, PeringatanDiterima
from rentan.pekerja.queries import find_pekerja
from rentan.pekerja.status import JenisKelamin, StatusPekerja
from tests import factories
from tests.cast import Cast
from tests.threads import run_at_once
from tests.tolak import refusal


@pytest.mark.kedua_basis
def test_everything_can_be_corrected_and_was_kept(cast: Cast) -> None:
    row = factories.make_pekerja("Slamet Rekaan")
    before = data_of(row)
    baru = replace(
        before,
        nik=factories.nik(date(1981, 6, 18), perempuan=True),
        nama="Slamet Riyadi",
        tanggal_lahir=date(1981, 6, 18),
        jenis_kelamin=JenisKelamin.P,
        alamat="Jalan Baru 2",
        hp="+6281200000009",
    )
    kept = correct_pekerja(row, baru, by=cast.sari.pelaku)
    db.session.commit()
    assert data_of(row) == baru and row.nama_inti == "SLAMET RIYADI" and row.data_diubah_pada
    assert find_pekerja(baru.nik) is row and find_pekerja(before.nik) is None
    old = values_of(kept)
    assert {one: old[one] for one in kept.kolom} == {one: getattr(before, one) for one in kept.kolom}
    assert [one.id for one in list_perubahan(row)] == [kept.id]


def test_nothing_changed_is_no_correction(cast: Cast) -> None:
    row = factories.make_pekerja()
    assert refusal(lambda: correct_pekerja(row, data_of(row), by=cast.sari.pelaku)).kode == "tidak_berubah"
    assert row.data_diubah_pada is None


def test_a_stale_page_is_refused(cast: Cast) -> None:
    row = factories.make_pekerja()
    changed = replace(data_of(row), nama="Lain Rekaan")
    with pytest.raises(Stale):
        correct_pekerja(row, changed, by=cast.sari.pelaku, versi=row.versi - 1)


@pytest.mark.parametrize(
    ("ganti", "kode"),
    [
        ({"tanggal_lahir": date(1950, 1, 1)}, "terlalu_tua"),
        ({"tanggal_lahir": date(1980, 5, 18)}, "perlu_alasan"),
        ({"kelurahan_kode": "00.00.00.0000"}, "kelurahan"),
    ],
)
def test_the_checks_of_typing_in(cast: Cast, ganti: dict[str, Any], kode: str) -> None:
    row = factories.make_pekerja()
    changed = replace(data_of(row), **ganti)
    assert refusal(lambda: correct_pekerja(row, changed, by=cast.sari.pelaku)).kode == kode


def test_a_warning_is_accepted_once(cast: Cast) -> None:
    row = factories.make_pekerja()
    odd = replace(data_of(row), tanggal_lahir=date(1980, 5, 18))
    correct_pekerja(row, odd, alasan_peringatan="Sudah dicocokkan.", by=cast.sari.pelaku)
    correct_pekerja(row, replace(odd, nama="Slamet Riyadi"), by=cast.sari.pelaku)
    codes = list(db.session.scalars(db.select(PeringatanDiterima.kode)))
    assert codes == ["nik_beda_tanggal_lahir"]


def test_resembling_workers_are_looked_for_again(cast: Cast) -> None:
    other = factories.make_pekerja("Sri Rahayu")
    row = factories.make_pekerja("Bambang Rekaan")
    correct_pekerja(row, replace(data_of(row), nama="Sri Rahayuu"), by=cast.sari.pelaku)
    assert row.status is other.status is StatusPekerja.DUGA_DUPLIKAT
    assert db.session.scalar(db.select(db.func.count()).select_from(DugaDuplikat)) == 1


@pytest.mark.kedua_basis
def test_one_number_for_many_at_once(app: Flask, cast: Cast) -> None:
    """Several workers corrected to the same number: one gets it, the others are refused politely."""
    ids = [factories.make_pekerja(f"Orang Rekaan {n}", lahir=date(1980, 5, n)).id for n in range(1, 5)]
    baru, pelaku = factories.nik(date(1980, 5, 17)), cast.sari.pelaku
    db.session.commit()

    def take(number: int) -> str:
        row = db.session.get_one(Pekerja, ids[number])
        try:
            changed = replace(data_of(row), nik=baru)
            correct_pekerja(row, changed, alasan_peringatan="Cocok KTP.", by=pelaku)
            db.session.commit()
        except RuleError as refused:
            db.session.rollback()
            return refused.kode
        return "dapat"

    assert sorted(run_at_once(app, 4, take)) == ["dapat"] + ["nik_terpakai"] * 3


@pytest.mark.kedua_basis
def test_two_who_become_alike_at_once(app: Flask, cast: Cast) -> None:
    """Each is corrected into the other's likeness at the same moment: no deadlock, and one doubt at least."""
    ids = [factories.make_pekerja(nama).id for nama in ("Sri Rahayu Rekaan", "Bambang Rekaan")]
    ids += [factories.make_pekerja(nama).id for nama in ("Sri Rahayu", "Bambang")]
    pelaku = cast.sari.pelaku
    db.session.commit()

    def alike(number: int) -> str:
        row = db.session.get_one(Pekerja, ids[number])
        nama = ("Bambang Rekaan", "Sri Rahayu Rekaan", "Bambang", "Sri Rahayu")[number]
        correct_pekerja(row, replace(data_of(row), nama=nama), by=pelaku)
        db.session.commit()
        return "baik"

    assert run_at_once(app, 4, alike) == ["baik"] * 4
