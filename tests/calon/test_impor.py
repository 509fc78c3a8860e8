"""The pool list: good + refused = read, repeated ward names, a second time changes nothing."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from rentan.calon.impor import PENANGAN
from rentan.calon.models import Calon
from rentan.core.imports import run_import
from rentan.core.subject import reveal
from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.pekerja.impor import PENANGAN as PELINDUNGAN
from rentan.pekerja.models import DugaDuplikat, Pekerja, Pelindungan, PeringatanDiterima
from rentan.pekerja.status import Sektor, StatusPekerja
from tests import factories
from tests.asuhan.test_usulkan import propose

JUDUL = [
    "NIK",
    "NAMA",
    "TANGGAL LAHIR",
    "JENIS KELAMIN",
    "PEKERJAAN",
    "KELURAHAN",
    "KECAMATAN",
    "ALAMAT",
    "HP",
]
LAHIR = date(1980, 5, 17)


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to("2026-11-21 10:00+07:00")


def line(digits: str | None = None, **changes) -> list:
    facts = {
        "nik": digits or factories.nik(LAHIR),
        "nama": "Slamet Rekaan",
        "lahir": "17-05-1980",
        "kelamin": "L",
        "pekerjaan": "pedagang sayur",
        "kelurahan": "Tambakaji",
        "kecamatan": "Ngaliyan",
        "alamat": "Jalan Contoh 1",
        "hp": "081234567890",
    }
    return list((facts | changes).values())


def sheet(*lines: list, titles: list[str] = JUDUL) -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    page = book.add_worksheet("CALON")
    for number, row in enumerate([titles, *lines]):
        for column, cell in enumerate(row):
            if isinstance(cell, int):
                page.write_number(number, column, cell)
            else:
                page.write_string(number, column, cell)
    book.close()
    return stream.getvalue()


def take(*lines: list, take_good: bool = True, titles: list[str] = JUDUL):
    found = run_import(
        PENANGAN, sheet(*lines, titles=titles), "calon.xlsx", dry_run=False, take_good=take_good
    )
    db.session.commit()
    assert len(found.good) + len(found.refused) == found.read == len(lines)
    return found


def codes(found) -> list[str]:
    return [one.code for one in found.refused]


@pytest.mark.kedua_basis
def test_a_row_becomes_a_worker_in_the_pool(app):
    digits = factories.nik(LAHIR)
    take(line(digits, pekerjaan="tukang becak"))
    worker = db.session.scalars(db.select(Pekerja)).one()
    assert worker.status is StatusPekerja.LAYAK and worker.sektor is Sektor.TRANSPORTASI
    assert reveal(worker, "nik") == digits and reveal(worker, "hp") == "+6281234567890"
    pool = db.session.scalars(db.select(Calon)).one()
    assert (pool.kelurahan_kode[:8], pool.kecamatan_kode) == ("33.74.15", "33.74.15")
    steps = db.session.execute(db.select(Riwayat.langkah, Riwayat.ke).order_by(Riwayat.urutan)).all()
    assert [tuple(one) for one in steps] == [("W1", "calon"), ("W2", "layak")]


@pytest.mark.parametrize(
    ("changes", "kode"),
    [
        ({"nik": 3374151705809001}, "nik_numeric_cell"),
        ({"nik": "337415170580900"}, "nik_length"),
        ({"nik": ""}, "nik_empty"),
        ({"nama": ""}, "nama_empty"),
        ({"lahir": "31-02-1980"}, "tanggal_lahir_not_exist"),
        ({"lahir": "30-11-1961"}, "terlalu_tua"),
        ({"lahir": "02-12-2009"}, "terlalu_muda"),
        ({"lahir": "01-01-2030"}, "lahir_setelah_tanggal"),
        ({"kelamin": "X"}, "jenis_kelamin_invalid"),
        ({"kelurahan": "Antah Berantah"}, "kelurahan_unknown"),
        ({"kelurahan": "Tambakaji", "kecamatan": "Genuk"}, "kelurahan_unknown"),
        ({"kelurahan": "Purwosari", "kecamatan": ""}, "kelurahan_ambiguous"),
        ({"hp": "12345"}, "hp_invalid"),
        ({"alamat": "x" * 201}, "teks_too_long"),
    ],
)
def test_bad_rows_are_refused_with_place_and_reason(app, changes, kode):
    found = take(line(nama="Orang Baik"), line(**changes))
    (bad,) = found.refused
    assert (bad.sheet, bad.row, bad.code) == ("CALON", 3, kode) and bad.message


@pytest.mark.parametrize(
    ("kelurahan", "kecamatan", "kode"),
    [
        ("Purwosari", "Mijen", "33.74.14.1005"),
        ("PURWOSARI", "Kec. Semarang Utara", "33.74.02.1004"),
        ("Kel. Mangunharjo", "tugu", "33.74.16.1007"),
        ("Mangun Harjo", "Tembalang", "33.74.10.1003"),
        ("33.74.16.1007", "", "33.74.16.1007"),
        ("Tambakaji", "", None),
    ],
)
def test_repeated_ward_names_are_told_apart(app, kelurahan, kecamatan, kode):
    take(line(kelurahan=kelurahan, kecamatan=kecamatan))
    found = db.session.scalars(db.select(Calon.kelurahan_kode)).one()
    assert found == kode or (kode is None and found.startswith("33.74.15."))


def test_without_the_district_column_only_clear_names_pass(app):
    titles = [one for one in JUDUL if one != "KECAMATAN"]
    rows = [line(nama="A"), line(nama="B", kelurahan="Purwosari")]
    found = take(*[row[:6] + row[7:] for row in rows], titles=titles)
    assert codes(found) == ["kelurahan_ambiguous"]


@pytest.mark.kedua_basis
def test_the_same_file_again_changes_nothing(app):
    rows = [line(nama=f"Orang {n}", lahir=f"{n + 1:02d}-05-1980") for n in range(5)]
    take(*rows)
    before = db.session.scalar(db.select(db.func.count(Riwayat.id)))
    again = take(*rows)
    assert (again.unchanged, again.changed) == (5, 0)
    assert db.session.scalar(db.select(db.func.count(Riwayat.id))) == before
    assert db.session.scalar(db.select(db.func.count(Calon.id))) == 5


def test_a_later_file_corrects_those_who_wait_but_nobody_sponsored(cast):
    waiting, taken = factories.nik(LAHIR), factories.nik(LAHIR)
    take(line(waiting, nama="Menunggu Lama"), line(taken, nama="Sudah Diasuh"))
    sponsored = db.session.scalars(db.select(Pekerja).where(Pekerja.nama == "Sudah Diasuh")).one()
    propose(cast.sari, sponsored)
    db.session.commit()
    new = {"alamat": "Jalan Baru 2", "hp": "", "kelurahan": "Purwosari", "kecamatan": "Mijen"}
    found = take(line(waiting, nama="Menunggu Lama", **new), line(taken, nama="Sudah Diasuh", **new))
    assert (found.changed, found.unchanged) == (1, 1)
    row = db.session.scalars(db.select(Calon).where(Calon.kecamatan_kode == "33.74.14")).one()
    assert row.pekerja.alamat == "Jalan Baru 2" and row.pekerja.hp_enc is None
    assert sponsored.alamat == "Jalan Contoh 1"


def test_twice_in_one_file(app):
    digits = factories.nik(LAHIR)
    found = take(line(digits), line(digits), line(digits, alamat="Jalan Lain"))
    assert codes(found) == ["nik_duplicate"] and "baris 2" in found.refused[0].message
    assert found.unchanged == 1 and db.session.scalar(db.select(db.func.count(Pekerja.id))) == 1


def test_a_known_number_with_another_name_is_refused(cast):
    digits = factories.nik(LAHIR)
    factories.make_pekerja("Nama Asli", digits=digits)
    found = take(line(digits, nama="Orang Berbeda"))
    assert codes(found) == ["nik_data_beda"] and "Asli" not in found.refused[0].message


def test_warnings_are_kept_with_their_reason(app):
    take(line(factories.nik(LAHIR, wilayah="332205")), line(nama="Beda Tanggal", lahir="18-05-1980"))
    kept = db.session.scalars(db.select(PeringatanDiterima.kode).order_by(PeringatanDiterima.kode)).all()
    assert kept == ["nik_beda_tanggal_lahir", "nik_luar_daerah"]


def test_those_covered_elsewhere_are_recorded_but_not_offered(app):
    digits = factories.nik(LAHIR)
    csv = f"NIK;NAMA;SUMBER;MULAI;SELESAI\r\n{digits};Slamet;APBD;01-01-2026;31-12-2026\r\n"
    run_import(PELINDUNGAN, csv.encode("utf-8-sig"), "apbd.csv", dry_run=False, take_good=False)
    found = take(line(digits))
    assert found.rincian["Sudah dilindungi program lain (tidak ditawarkan)"] == 1
    assert db.session.scalars(db.select(Pekerja.status)).one() is StatusPekerja.DITANGGUNG_LAIN


@pytest.mark.kedua_basis
def test_similar_people_in_one_file_go_to_the_queue(cast):
    take(line(nama="Sri Rahayu"), line(nama="SRI RAHAYU, S.Pd"), line(nama="Bambang"))
    assert db.session.scalar(db.select(db.func.count(DugaDuplikat.id))) == 1
    counted = db.session.execute(db.select(Pekerja.status, db.func.count()).group_by(Pekerja.status)).all()
    assert dict(map(tuple, counted)) == {StatusPekerja.DUGA_DUPLIKAT: 2, StatusPekerja.LAYAK: 1}


def test_the_citys_own_files(app, shared_data: Path):
    runner = app.test_cli_runner()

    def run(*args: str) -> dict:
        answer = runner.invoke(args=[*args, "--json"])
        assert answer.exit_code == 0, answer.output
        return json.loads(answer.stdout.splitlines()[-1])

    listed = str(shared_data / "pelindungan_apbd.csv")
    first = run("pelindungan", "import", listed, "--dry-run")
    assert (first["read"], first["good"]) == (7217, 7217)
    assert db.session.scalar(db.select(db.func.count(Pelindungan.id))) == 0
    run("pelindungan", "import", listed)
    assert run("pelindungan", "import", listed)["unchanged"] == 7217
    pool = str(shared_data / "calon_pekerja.xlsx")
    assert run("calon", "import", pool)["good"] == 1200
    assert run("calon", "import", pool)["unchanged"] == 1200
    counted = db.session.execute(db.select(Pekerja.status, db.func.count()).group_by(Pekerja.status)).all()
    assert dict(map(tuple, counted)) == {StatusPekerja.LAYAK: 1156, StatusPekerja.DITANGGUNG_LAIN: 44}


def test_a_refused_row_refuses_the_file_and_writes_nothing(app, tmp_path):
    path = tmp_path / "calon.xlsx"
    path.write_bytes(sheet(line(), line(nama="Buruk", hp="12")))
    answer = app.test_cli_runner().invoke(args=["calon", "import", str(path), "--json"])
    body = json.loads(answer.stdout.splitlines()[-1])
    assert answer.exit_code == 1 and (body["read"], body["good"], body["refused"]) == (2, 1, 1)
    assert body["rows"][0] | {"message": ""} == {
        "sheet": "CALON",
        "row": 3,
        "code": "hp_invalid",
        "message": "",
    }
    assert db.session.scalar(db.select(db.func.count(Pekerja.id))) == 0
