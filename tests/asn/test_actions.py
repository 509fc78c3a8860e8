"""Single changes by the admin, and who may see whom."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from rentan.asn.actions import change_status_aktif
from rentan.asn.hitungan_ulang import periksa_hitungan
from rentan.asn.models import Asn, Penempatan
from rentan.asn.queries import Saringan, get_asn, list_asn, penempatan_pada
from rentan.asn.roster import ROSTER
from rentan.asn.status import StatusAktif
from rentan.core.errors import NotFound, RuleError, Stale
from rentan.core.imports import run_import
from rentan.ext import db
from rentan.util.nama import nama_urut
from tests import factories
from tests.asn.roster_files import nip, row, xlsx
from tests.cast import Cast

A = nip(date(1985, 3, 2), 1)


@pytest.fixture
def asn(app: Flask, time_machine) -> Asn:  # type: ignore[no-untyped-def]
    time_machine.move_to("2026-11-21 03:00:00+00:00", tick=False)
    run_import(ROSTER, xlsx(("DATA", [row(A)])), "a.xlsx", pilihan={"berlaku": "2026-09-01"}, setuju=True)
    db.session.commit()
    return db.session.scalars(db.select(Asn).where(Asn.nip == A)).one()


@pytest.mark.kedua_basis
@pytest.mark.parametrize("sejak", [date(2026, 11, 5), date(2026, 10, 1), date(2026, 9, 1)])
def test_a_change_is_dated_and_counted(app: Flask, cast: Cast, asn: Asn, sejak: date) -> None:
    change_status_aktif(asn, status=StatusAktif.PENSIUN, sejak=sejak, by=cast.dewi.pelaku, versi=asn.versi)
    db.session.commit()
    assert asn.status_aktif is StatusAktif.PENSIUN
    found = penempatan_pada(asn.id, sejak)
    assert found is not None and found.status_aktif is StatusAktif.PENSIUN and found.sampai is None
    assert db.session.scalar(
        db.select(db.func.count()).select_from(Penempatan).where(Penempatan.asn_id == asn.id)
    ) == (1 if sejak == date(2026, 9, 1) else 2)
    assert not [one for one in periksa_hitungan() if one.opd_id == asn.opd_id]


def test_what_cannot_be(app: Flask, cast: Cast, asn: Asn) -> None:
    for status, sejak, kode in (
        (StatusAktif.AKTIF, date(2026, 11, 1), "status_sama"),
        (StatusAktif.CUTI, date(2026, 11, 22), "masa_depan"),
        (StatusAktif.CUTI, date(2026, 8, 31), "sebelum_penempatan"),
    ):
        with pytest.raises(RuleError) as refused:
            change_status_aktif(asn, status=status, sejak=sejak, by=cast.dewi.pelaku)
        assert refused.value.kode == kode
    with pytest.raises(Stale):
        change_status_aktif(
            asn, status=StatusAktif.CUTI, sejak=date(2026, 11, 1), by=cast.dewi.pelaku, versi=99
        )


def test_and_wati(app: Flask, cast: Cast) -> None:
    """The own row, an operator's OPD, the admin's everything; nothing else exists."""
    sari, lina, eko = (one.asn for one in (cast.sari, cast.lina, cast.eko))
    assert sari and lina and eko
    for orang, terlihat in (
        (cast.sari, {sari}),
        (cast.budi, {sari, lina, cast.budi.asn}),
        (cast.wati, {eko, cast.wati.asn}),
        (cast.bayu, set()),
        (cast.agus, set()),
    ):
        for asn in (sari, lina, eko):
            if asn in terlihat:
                assert get_asn(asn.id, seen_by=orang.pelaku) is asn
            else:
                with pytest.raises(NotFound):
                    get_asn(asn.id, seen_by=orang.pelaku)
        baris = list_asn(Saringan(), seen_by=orang.pelaku).baris
        assert {one.asn for one in baris} == terlihat
    assert len(list_asn(Saringan(), seen_by=cast.dewi.pelaku).baris) == 6


@pytest.mark.kedua_basis
def test_pages_lose_and_repeat_nobody(app: Flask, cast: Cast) -> None:
    for n in range(7):
        factories.make_asn("Kembar Rekaan" if n % 2 else f"Orang {n}")
    dewi = cast.dewi.pelaku
    urut = sorted(db.session.scalars(db.select(Asn)), key=lambda one: (nama_urut(one.nama), str(one.id)))
    pages, sesudah = [], None
    while True:
        page = list_asn(Saringan(), seen_by=dewi, sesudah=sesudah, ukuran=4)
        pages.append(page)
        if (sesudah := page.sesudah) is None:
            break
    assert [one.asn.id for page in pages for one in page.baris] == [one.id for one in urut]
    back = list_asn(Saringan(), seen_by=dewi, sebelum=pages[-1].sebelum, ukuran=4)
    assert [one.asn.id for one in back.baris] == [one.asn.id for one in pages[-2].baris]
