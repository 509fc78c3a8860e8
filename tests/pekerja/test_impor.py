"""Lists of those covered elsewhere: dated lines, corrected by later lists, ending on their own."""

from __future__ import annotations

from datetime import date

import pytest

from rentan.core.imports import run_import
from rentan.core.subject import reveal
from rentan.ext import db
from rentan.pekerja.impor import PENANGAN
from rentan.pekerja.models import Pelindungan
from rentan.pekerja.queries import list_sumber
from rentan.pekerja.status import StatusPekerja
from tests import factories

KEPALA = "NIK;NAMA;SUMBER;MULAI;SELESAI"


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to("2026-11-21 10:00+07:00")


def line(
    digits: str | None = None, sumber="APBD", mulai="01-01-2026", selesai="31-12-2026", nama="Slamet"
) -> str:
    return f"{digits or factories.nik()};{nama};{sumber};{mulai};{selesai}"


def take(*lines: str, bom: bool = True, kepala: str = KEPALA):
    text = "\r\n".join([kepala, *lines]) + "\r\n"
    data = text.encode("utf-8-sig" if bom else "utf-8")
    found = run_import(PENANGAN, data, "daftar.csv", dry_run=False, take_good=True)
    db.session.commit()
    assert len(found.good) + len(found.refused) == found.read == len(lines)
    return found


@pytest.mark.kedua_basis
def test_lines_are_kept_sealed(app):
    digits = factories.nik()
    take(line(digits))
    row = db.session.scalars(db.select(Pelindungan)).one()
    assert reveal(row, "nik") == digits and (row.mulai, row.selesai) == (date(2026, 1, 1), date(2026, 12, 31))


def test_commas_and_no_mark_are_read_too(app):
    assert len(take(line().replace(";", ","), bom=False, kepala=KEPALA.replace(";", ",")).good) == 1


@pytest.mark.parametrize(
    ("changes", "kode"),
    [
        ({"digits": "123"}, "nik_length"),
        ({"mulai": "01-01-2027"}, "selesai_before_mulai"),
        ({"selesai": "31-11-2026"}, "selesai_not_exist"),
        ({"sumber": ""}, "sumber_empty"),
        ({"nama": ""}, "nama_empty"),
        ({"sumber": "X" * 41}, "sumber_too_long"),
    ],
)
def test_bad_lines_are_refused(app, changes, kode):
    found = take(line(), line(**changes))
    assert [(one.row, one.code) for one in found.refused] == [(3, kode)]


def test_again_and_later(app):
    one, two = factories.nik(), factories.nik()
    take(line(one), line(two))
    again = take(line(one), line(two))
    assert (again.unchanged, again.changed) == (2, 0)
    later = take(line(one, selesai="31-03-2027"))
    assert (later.unchanged, later.changed) == (0, 1)
    assert sorted(db.session.scalars(db.select(Pelindungan.selesai))) == [
        date(2026, 12, 31),
        date(2027, 3, 31),
    ]


def test_twice_in_one_list(app):
    digits = factories.nik()
    found = take(
        line(digits), line(digits), line(digits, selesai="30-06-2026"), line(digits, sumber="DBHCHT")
    )
    assert [(one.row, one.code) for one in found.refused] == [(4, "nik_duplicate")]
    assert found.unchanged == 1 and db.session.scalar(db.select(db.func.count(Pelindungan.id))) == 2


def test_recorded_workers_are_moved_out(cast):
    covered, over = factories.nik(), factories.nik()
    first = factories.make_pekerja("Satu", digits=covered)
    second = factories.make_pekerja("Dua", digits=over)
    db.session.commit()
    take(line(covered), line(over, selesai="30-06-2026"))
    db.session.refresh(first)
    assert first.status is StatusPekerja.DITANGGUNG_LAIN and second.status is StatusPekerja.LAYAK


def test_the_overview_counts_and_names_nobody(cast, client_as):
    take(
        line(),
        line(),
        line(selesai="30-06-2026"),
        line(selesai="05-12-2026"),
        line(mulai="01-01-2027", selesai="31-12-2027"),
    )
    found = {(one.selesai, one.keadaan, one.jumlah) for one in list_sumber()}
    assert found == {
        (date(2026, 12, 31), "Berlaku", 2),
        (date(2026, 6, 30), "Sudah berakhir", 1),
        (date(2026, 12, 5), "Berakhir dalam 30 hari", 1),
        (date(2027, 12, 31), "Belum mulai", 1),
    }
    html = client_as(cast.bayu).get("/pekerja/pelindungan").text
    assert 'data-uji="berlaku">3<' in html and 'data-uji="semua">5<' in html
    first, last = html.index("5 Desember 2026"), html.index("30 Juni 2026")
    assert first < html.index("31 Desember 2026") < last, "what ends next first, what is over last"
