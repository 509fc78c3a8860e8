"""A second, invented city runs without a change of code, and the code names no city (issue 2, point 2)."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import time_machine
from flask import Flask
from flask_migrate import upgrade

from rentan.berkas.models import Berkas
from rentan.berkas.queries import read_bersih
from rentan.config import load_settings
from rentan.core.clock import set_zone, today
from rentan.core.permissions import Peran
from rentan.core.settings import get_setting
from rentan.ext import db, runtime
from rentan.factory import create_app
from rentan.opd.models import Opd
from rentan.profil import load_profil
from rentan.reference import load_reference
from rentan.wilayah.models import Kecamatan
from tests import factories
from tests.cast import Orang, _sandi_hash
from tests.conftest import CheckedClient, _watch_commits
from tests.halaman import faults_of_page
from tests.pendaftaran import jalan

ROOT = Path(__file__).resolve().parent.parent
LAIN = ROOT / "tests" / "kota_lain" / "profil.toml"
BAWAAN = ROOT / "rentan" / "wilayah" / "seed" / "semarang"


@pytest.fixture
def kota(tmp_path: Path) -> Iterator[Flask]:
    """An application of the other city on an empty, migrated database, inside its context."""
    app = create_app(
        load_settings(
            {
                "RENTAN_ENV": "demo",
                "RENTAN_INSTANCE": str(tmp_path),
                "RENTAN_QUEUE_URL": "segera:",
                "RENTAN_PROFIL_KOTA": str(LAIN),
            }
        )
    )
    app.config.update(TESTING=True)
    app.test_client_class = CheckedClient
    _watch_commits(app)
    with app.app_context():
        upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()
    set_zone("Asia/Jakarta")


def person(nama: str, peran: Peran | None = None) -> Orang:
    opd = factories.opd(next(csv.DictReader((LAIN.parent / "opd.csv").open(encoding="utf-8")))["kode"])
    asn = factories.make_asn(nama, opd)
    akun = factories.make_akun(asn.nip, nama, asn=asn, sandi_hash=_sandi_hash())
    factories.grant(akun, Peran.ASN)
    if peran:
        factories.grant(akun, peran, opd=opd if peran is Peran.OPERATOR_OPD else None)
    db.session.commit()
    return Orang(akun, asn)


def browser_of(kota: Flask, orang: Orang) -> Any:
    browser = kota.test_client()
    orang.sign_in(browser)
    return browser


def test_reference_data_and_limits_are_those_of_the_city(kota: Flask) -> None:
    names = set(db.session.scalars(db.select(Kecamatan.nama)))
    with (LAIN.parent / "kecamatan.csv").open(encoding="utf-8") as stream:
        assert names == {row["nama"] for row in csv.DictReader(stream)}
    assert get_setting("maks_pekerja") == 3


def test_date_is_that_of_the_city(kota: Flask) -> None:
    with time_machine.travel(datetime(2026, 10, 31, 16, 30, tzinfo=UTC)):
        assert today() == date(2026, 11, 1)


def test_pages_show_the_city(kota: Flask) -> None:
    page = kota.test_client().get("/aktivasi")
    assert page.status_code == 200
    assert "Kota Contohan" in page.text
    assert faults_of_page(page.text) == []
    operator = browser_of(kota, person("Budi Umpama", Peran.OPERATOR_OPD))
    page = operator.get("/partisipasi")
    assert page.status_code == 200
    assert "Sekretariat Kota" in page.text
    assert_silent(page.text)


def test_letter_names_the_bank_of_the_city(kota: Flask) -> None:
    browser = browser_of(kota, person("Sari Umpama"))
    data_diri = jalan.DATA_DIRI | {"kelurahan": "99.71.01.1001"}
    assert jalan.isi(browser, "/pendaftaran/data-diri", data_diri).status_code == 303
    pekerja = jalan.pekerja(nik=factories.nik(date(1980, 5, 17), wilayah="997101"), kelurahan="99.71.02.1001")
    sent = jalan.isi(browser, "/pendaftaran/pekerja/tambah", pekerja, action="/pendaftaran/pekerja")
    assert sent.status_code == 303
    iuran = jalan.IURAN | {"periode": "6", "nomor_rekening": "123456789012", "nama_rekening": "Sari Umpama"}
    assert jalan.isi(browser, "/pendaftaran/iuran", iuran).status_code == 303
    sent = jalan.isi(browser, "/pendaftaran/berkas", {}, action="/pendaftaran/berkas/cetak")
    assert sent.status_code == 303
    words = text_of(read_bersih(db.session.scalars(db.select(Berkas)).one()))
    for expected in ("PT Bank Umpama Daerah", "KOTA CONTOHAN", "Peraturan Wali Kota Contohan"):
        assert expected in words
    assert_silent(words)


def text_of(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in pages)


# -- the code names no city --------------------------------------------------------------------------------


def shipped_names() -> set[str]:
    """Words that only the shipped city's profile may hold, lower case."""
    profil = load_profil(BAWAAN / "profil.toml")
    words = {profil.tempat, profil.provinsi, profil.bank.nama, profil.bank.nama_lengkap, profil.nama_pemda}
    with profil.kecamatan_csv.open(encoding="utf-8-sig") as stream:
        # Names of two words are made of common ones ("Gajah Mungkur" stays, "Tengah" alone would not).
        words |= {row["nama"] for row in csv.DictReader(stream)}
    return {word.lower() for word in words} | {"jateng", profil.tempat.lower()}


NAMES = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in sorted(shipped_names())), re.IGNORECASE)
#: The path of the profile that is used when none is named; and a list of common passwords.
ALLOWED = {("rentan/config.py", "semarang")}


def assert_silent(words: str) -> None:
    assert not NAMES.findall(words)


def strings_of(source: str) -> Iterator[tuple[int, str]]:
    """String literals of a module without docstrings (those may explain by example)."""
    tree = ast.parse(source)
    said = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.lineno, node.value


def test_no_line_of_code_names_the_shipped_city() -> None:
    found = []
    for path in (ROOT / "rentan").rglob("*.py"):
        name = path.relative_to(ROOT).as_posix()
        if "/seed/" not in name:
            found += [
                f"{name}:{line}: {words}"
                for line, words in strings_of(path.read_text("utf-8"))
                if NAMES.search(words) and (name, words) not in ALLOWED
            ]
    for folder in ("templates", "static"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".html", ".typ", ".js", ".css", ".txt", ".svg"}:
                lines = path.read_text("utf-8").splitlines()
                found += [
                    f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
                    for number, line in enumerate(lines, 1)
                    if NAMES.search(line)
                ]
    assert not found, "\n" + "\n".join(found)


def test_finder_finds() -> None:
    assert NAMES.search("Pemerintah Kota Semarang")
    assert NAMES.search("BANK JATENG")
    assert not NAMES.search("Kota Contohan")


def test_offices_learn_their_place_once(kota: Flask) -> None:
    def place() -> str | None:
        return db.session.scalar(db.select(Opd.kelurahan_kode).where(Opd.kode == "KEPEGAWAIAN"))

    assert place() == "99.71.01.1001"
    db.session.execute(db.update(Opd).values(kelurahan_kode=None))
    load_reference(db.session.connection(), runtime().profil, runtime().keyring)
    assert place() == "99.71.01.1001"
    db.session.execute(db.update(Opd).values(kelurahan_kode="99.71.01.1002"))
    load_reference(db.session.connection(), runtime().profil, runtime().keyring)
    assert place() == "99.71.01.1002"  # what somebody has entered stays
