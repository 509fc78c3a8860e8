"""Slips: only the own OPD, only who has not activated, by sub-unit, on paper."""

from __future__ import annotations

import json
import uuid
from datetime import date

import pypdfium2
import pytest

from rentan.aktivasi import actions, queries
from rentan.asn.models import KodeAktivasi
from rentan.asn.status import StatusAktif
from rentan.core.audit import Jejak
from rentan.core.errors import Forbidden, NotFound
from rentan.ext import db
from tests import factories


@pytest.fixture
def people(cast):
    """Two of Budi's OPD in two sub-units and one of Wati's, none activated; one who has left."""
    own, other = factories.opd("DISKOMINFO"), factories.opd("DINKES")
    made = [
        factories.make_asn("Tono Rekaan", own, unit_kerja="Bidang A"),
        factories.make_asn("Umi Rekaan", own, unit_kerja="Bidang B"),
        factories.make_asn("Vera Rekaan", other, unit_kerja="Puskesmas"),
        factories.make_asn("Zaki Rekaan", own, unit_kerja="Bidang A", status_aktif=StatusAktif.KELUAR),
    ]
    db.session.commit()
    return made


def text_of(pdf: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]


def test_budi_prints_for_his_opd(cast, people, client_as):
    budi = client_as(cast.budi)
    page = budi.get("/aktivasi/slip").text
    assert "Bidang A" in page and "Puskesmas" not in page and 'data-uji="belum">2<' in page
    answer = budi.post("/aktivasi/slip/DISKOMINFO", data={"unit": "semua"})
    assert answer.mimetype == "application/pdf" and answer.headers["Cache-Control"] == "no-store"
    pages = text_of(answer.data)
    assert len(pages) == 2, "a sub-unit each"
    assert "Tono Rekaan" in pages[0] and "Umi Rekaan" in pages[1]
    assert not any(name in text for text in pages for name in ("Sari", "Vera", "Zaki"))
    assert db.session.scalars(db.select(Jejak.peristiwa)).all() == ["slip_dicetak"]
    assert 'data-uji="tercetak">2<' in budi.get("/aktivasi/slip").text


def test_one_sub_unit(cast, people, client_as):
    unit = next(one for one in queries.list_unit(factories.opd("DISKOMINFO")) if one.nama == "Bidang B")
    answer = client_as(cast.budi).post("/aktivasi/slip/DISKOMINFO", data={"unit": str(unit.unit_id)})
    assert "Umi Rekaan" in "".join(text_of(answer.data)) and "Tono" not in "".join(text_of(answer.data))


def test_the_printed_code_opens_the_account(cast, people, client, client_as):
    pages = text_of(client_as(cast.budi).post("/aktivasi/slip/DISKOMINFO", data={"unit": "semua"}).data)
    kode = next(word for word in pages[0].split() if word.count("-") == 2 and len(word) == 14)
    sandi = "jembatan-merah-subuh"
    data = {"nip": people[0].nip, "kode": kode, "sandi": sandi, "sandi_ulang": sandi}
    assert client.post("/aktivasi", data=data).status_code == 303
    assert [one.nama for one in queries.list_belum(factories.opd("DISKOMINFO"))] == ["Umi Rekaan"]


def test_printing_again_voids_the_first(cast, people, client_as):
    budi = client_as(cast.budi)
    for _ in range(2):
        budi.post("/aktivasi/slip/DISKOMINFO", data={"unit": "semua"})
    rows = db.session.scalars(db.select(KodeAktivasi)).all()
    assert sorted(row.dibatalkan_pada is None for row in rows) == [False, False, True, True]


def test_and_wati(cast, people, client_as):
    wati = client_as(cast.wati)
    foreign = wati.post("/aktivasi/slip/DISKOMINFO", data={"unit": "semua"})
    missing = wati.post("/aktivasi/slip/TIDAKADA", data={"unit": "semua"})
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert wati.get("/aktivasi/slip?opd=DISKOMINFO").status_code == 404
    unit = queries.list_unit(factories.opd("DISKOMINFO"))[0]
    assert wati.post("/aktivasi/slip/DINKES", data={"unit": str(unit.unit_id)}).status_code == 422
    with pytest.raises(Forbidden):
        actions.issue_codes(factories.opd("DISKOMINFO"), {}, sampai=actions.expiry(), by=cast.wati.pelaku)
    with pytest.raises(NotFound):
        queries.get_opd("DISKOMINFO", seen_by=cast.wati.pelaku)
    assert db.session.scalars(db.select(KodeAktivasi)).all() == []


@pytest.mark.parametrize("who", ["sari", "joko", "rini", "bayu", "agus"])
def test_others_print_nothing(cast, people, client_as, who):
    assert client_as(getattr(cast, who)).get("/aktivasi/slip").status_code == 403


def test_the_admin_prints_for_any(cast, people, client_as):
    answer = client_as(cast.dewi).post("/aktivasi/slip/DINKES", data={"unit": "semua"})
    assert "Vera Rekaan" in "".join(text_of(answer.data))


def test_nobody_left_to_activate(cast, client_as):
    page = client_as(cast.budi).get("/aktivasi/slip").text
    assert "Semua sudah mengaktifkan akun" in page
    assert client_as(cast.budi).post("/aktivasi/slip/DISKOMINFO", data={"unit": "semua"}).status_code == 422


def test_a_thousand_slips_in_one_go(cast):
    own = factories.opd("DISDIK")
    people = [
        queries.Penerima(uuid.uuid4(), f"19910405201501{i:04}", f"Orang {i}", f"SD {i // 12}")
        for i in range(1000)
    ]
    cetakan = actions.render_slips(
        own.nama, people, actions.make_codes(people), sampai=actions.expiry(), alamat="x"
    )
    assert cetakan.pdf.startswith(b"%PDF")


# -- flask aktivasi slips ---------------------------------------------------------------------------------


def run(app, *args):
    db.session.commit()
    return app.test_cli_runner().invoke(args=["aktivasi", "slips", *args])


def test_the_command_writes_a_private_file(app, cast, people, tmp_path):
    out = tmp_path / "slip.pdf"
    result = run(app, "--opd", "DISKOMINFO", "-o", str(out), "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {"opd": "DISKOMINFO", "slips": 2, "written": True, "dry_run": False}
    assert out.stat().st_mode & 0o777 == 0o600 and len(text_of(out.read_bytes())) == 2


def test_the_command_dry_and_again_and_wrong(app, cast, people, tmp_path):
    out = str(tmp_path / "slip.pdf")
    assert run(app, "--opd", "DISKOMINFO", "-o", out, "--dry-run").exit_code == 0
    assert db.session.scalars(db.select(KodeAktivasi)).all() == [] and not (tmp_path / "slip.pdf").exists()
    run(app, "--opd", "DISKOMINFO", "-o", out)
    again = run(app, "--opd", "DISKOMINFO", "-o", out, "--only-new", "--json")
    assert json.loads(again.stdout)["slips"] == 0
    assert run(app, "--opd", "TIDAKADA", "-o", out).exit_code == 1
    assert json.loads(run(app, "--opd", "TIDAKADA", "-o", out, "--json").stdout)["error"] == "opd"
    assert run(app, "--opd", "DISKOMINFO", "-o", str(tmp_path / "tiada" / "x.pdf")).exit_code == 1
    assert run(app, "-o", out).exit_code == 2
    assert len(db.session.scalars(db.select(KodeAktivasi)).all()) == 2


def test_people_of_all_ages_get_one(cast):
    factories.make_asn("Muda Rekaan", lahir=date(2004, 1, 1), status_aktif=StatusAktif.CUTI)
    assert [one.nama for one in queries.list_belum(factories.opd("DISKOMINFO"))] == ["Muda Rekaan"]
