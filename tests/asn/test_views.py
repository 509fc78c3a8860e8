"""The admin's pages of the roster, and everybody else who knocks."""

from __future__ import annotations

import io
import re
import uuid
from datetime import date
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from rentan.asn.models import Asn, Penempatan
from rentan.asn.status import StatusAktif
from rentan.core import imports_apply
from rentan.core.clock import today
from rentan.core.imports import Impor, StatusImpor
from rentan.ext import db
from rentan.opd.models import EjaanOpd
from tests.asn.roster_files import nip, row, xlsx
from tests.cast import Cast

A, B = nip(date(1985, 3, 2), 1), nip(date(1990, 7, 9), 2)


def unggah(browser, data: bytes, **more: str):  # type: ignore[no-untyped-def]
    isi = {
        "berkas": (io.BytesIO(data), "daftar.xlsx"),
        "berlaku": f"{today():%d-%m-%Y}",
        "kunci_formulir": browser.key(),
        **more,
    }
    return browser.post("/asn/impor", data=isi, content_type="multipart/form-data")


def isian(html: str, nama: str) -> str:
    found = re.search(rf'name="{nama}" value="([^"]*)"', html)
    assert found, nama
    return found[1]


@pytest.mark.kedua_basis
def test_upload_preview_confirm(app: Flask, cast: Cast, client_as) -> None:  # type: ignore[no-untyped-def]
    dewi = client_as(cast.dewi)
    assert dewi.get("/asn/impor").status_code == 200
    answer = unggah(dewi, xlsx(("DATA", [row(A, nama="Siti <b>"), row(B, nama="Lina")])))
    assert answer.status_code == 303
    alamat = answer.location
    html = dewi.get(alamat).text
    assert 'data-uji="baik">2' in html
    assert "tidak ada dalam daftar ini dan akan dicatat keluar" in html
    kiriman = {
        name: isian(html.split("/terapkan", 1)[1], name) for name in ("token", "cara", "kunci_formulir")
    }
    refused = dewi.post(f"{alamat}/terapkan", data=kiriman)
    assert refused.status_code == 422 and "Ada yang perlu diperbaiki" in refused.text
    kiriman = {**kiriman, "kunci_formulir": dewi.key(), "setuju": "y"}
    for _ in range(2):  # a double click has one effect and one answer
        done = dewi.post(f"{alamat}/terapkan", data=kiriman)
        assert (done.status_code, done.location) == (303, alamat)
    assert db.session.scalar(db.select(Asn.nama).where(Asn.nip == A)) == "Siti <b>"
    html = dewi.get(alamat).text
    assert "sudah diterapkan" in html and "2 baris diterapkan" in html
    assert "Siti &lt;b&gt;" in dewi.get("/asn?cari=siti").text


def test_refused_rows_can_be_downloaded_and_the_good_taken(app: Flask, cast: Cast, client_as) -> None:  # type: ignore[no-untyped-def]
    dewi = client_as(cast.dewi)
    alamat = unggah(dewi, xlsx(("DATA", [row(A), row(int(B))]))).location
    html = dewi.get(alamat).text
    assert "Terapkan 1 baris yang baik saja" in html
    sheet = dewi.get(f"{alamat}/ditolak.xlsx")
    assert sheet.data.startswith(b"PK") and B.encode() not in sheet.data
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet.data)).get_sheet_by_index(0).to_python()
    assert any("diunduh oleh Dewi Rekaan" in str(cell) for row in rows for cell in row), "EXP-2"
    form = html.split("/terapkan", 1)[1]
    kiriman = {name: isian(form, name) for name in ("token", "cara", "kunci_formulir")}
    assert dewi.post(f"{alamat}/terapkan", data={**kiriman, "setuju": "y"}).status_code == 303
    assert db.session.scalar(db.select(Asn.id).where(Asn.nip == A))


def test_an_unknown_agency_is_mapped_once_and_remembered(app: Flask, cast: Cast, client_as) -> None:  # type: ignore[no-untyped-def]
    dewi = client_as(cast.dewi)
    file = xlsx(("DATA", [row(A, opd="Dinkes & KB"), row(B, opd="DINAS ANTARIKSA, Biro")]))
    alamat = unggah(dewi, file).location
    html = dewi.get(alamat).text
    assert "Nama OPD yang belum dikenal" in html and "DINAS ANTARIKSA, Biro" in html
    opd = re.search(r'<option value="([0-9a-f-]{36})">Dinas Kesehatan</option>', html)
    assert opd
    for ejaan in ("Dinkes & KB", "DINAS ANTARIKSA, Biro"):
        kiriman = {"ejaan": ejaan, "opd": opd[1], "kunci_formulir": dewi.key()}
        assert dewi.post(f"{alamat}/ejaan", data=kiriman).status_code == 303
    html = dewi.get(alamat).text
    assert 'data-uji="baik">2' in html and "belum dikenal" not in html
    assert set(db.session.scalars(db.select(EjaanOpd.ejaan))) == {"dinkesdankb", "dinasantariksabiro"}
    html = dewi.get(unggah(dewi, file).location).text
    assert 'data-uji="baik">2' in html


def test_a_waiting_upload_shows_progress_as_page_and_as_fragment(app: Flask, cast: Cast, client_as) -> None:  # type: ignore[no-untyped-def]
    dewi = client_as(cast.dewi)
    alamat = unggah(dewi, xlsx(("DATA", [row(A)]))).location
    impor = db.session.scalars(db.select(Impor)).one()
    impor.status, impor.kemajuan = StatusImpor.DIBACA, 60
    db.session.commit()
    html = dewi.get(alamat).text
    assert 'value="60"' in html and 'hx-trigger="click, every 1s"' in html
    part = dewi.get(f"{alamat}/kemajuan", headers={"HX-Request": "true"}).text
    assert "<html" not in part and 'id="isi"' in part
    assert dewi.get(f"{alamat}/kemajuan").status_code == 303
    assert dewi.post(f"{alamat}/batal").status_code == 303
    assert "dibatalkan" in dewi.get(alamat).text


def test_a_stale_preview_is_made_anew(app: Flask, cast: Cast, client_as) -> None:  # type: ignore[no-untyped-def]
    dewi = client_as(cast.dewi)
    file = xlsx(("DATA", [row(A)]))
    satu, dua = unggah(dewi, file).location, unggah(dewi, file).location
    for alamat, akhir in ((satu, StatusImpor.DITERAPKAN), (dua, StatusImpor.SIAP)):
        form = dewi.get(alamat).text
        if alamat == satu:
            lama = dewi.get(dua).text.split("/terapkan", 1)[1]
            form = form.split("/terapkan", 1)[1]
        else:
            form = lama
        kiriman = {name: isian(form, name) for name in ("token", "cara", "kunci_formulir")}
        assert dewi.post(f"{alamat}/terapkan", data={**kiriman, "setuju": "y"}).status_code == 303
        impor = db.session.get(Impor, uuid.UUID(alamat.rsplit("/", 1)[1]))
        assert impor is not None and impor.status is akhir
    assert "Periksa pratinjau yang baru" in dewi.get(dua).text


def test_bad_uploads_get_a_sentence(app: Flask, cast: Cast, client_as) -> None:  # type: ignore[no-untyped-def]
    dewi = client_as(cast.dewi)
    assert unggah(dewi, b"bukan tabel").status_code == 422
    assert unggah(dewi, b"").status_code == 422
    besok = unggah(dewi, xlsx(("DATA", [row(A)])), berlaku="01-01-2030")
    assert besok.status_code == 422 and "tidak boleh sesudah hari ini" in besok.text
    gagal = unggah(dewi, xlsx(("DATA", [["x"]]), header=("BUKAN",)))
    assert "tidak dapat diterapkan" in dewi.get(gagal.location).text


def test_only_the_admin_comes_in_and_another_admins_upload_is_not_there(
    app: Flask, cast: Cast, client_as
) -> None:  # type: ignore[no-untyped-def]
    alamat = unggah(client_as(cast.dewi), xlsx(("DATA", [row(A)]))).location
    asn_id = cast.eko.asn.id  # type: ignore[union-attr]
    for orang in (cast.wati, cast.sari, cast.bayu, cast.agus, cast.rini):
        browser = client_as(orang)
        for path in ("/asn", "/asn/impor", alamat, f"{alamat}/ditolak.xlsx", f"/asn/{asn_id}", "/opd"):
            assert browser.get(path).status_code == 403, path
    db.session.execute(db.update(Impor).values(dibuat_oleh=cast.bayu.akun.id))
    db.session.commit()
    dewi = client_as(cast.dewi)
    assert dewi.get(alamat).status_code == 404
    assert dewi.post(f"{alamat}/terapkan", data={"token": "x"}).status_code == 404
    assert dewi.post(f"{alamat}/batal").status_code == 404


def test_list_pages_filters_and_one_person(app: Flask, cast: Cast, client_as) -> None:  # type: ignore[no-untyped-def]
    dewi = client_as(cast.dewi)
    html = dewi.get("/asn").text
    assert "Sari Rekaan" in html and "Wati Rekaan" in html
    html = dewi.get("/asn?cari=sari&aktif=aktif", headers={"HX-Request": "true"}).text
    assert "Sari Rekaan" in html and "Wati" not in html and "<html" not in html
    assert cast.sari.asn is not None
    assert "Sari Rekaan" in dewi.get(f"/asn?cari={cast.sari.asn.nip}").text
    assert "Tidak ada ASN yang cocok" in dewi.get("/asn?cari=%25").text
    assert dewi.get("/asn?sesudah=bukan").status_code == 200
    assert dewi.get("/asn?opd=bukan").status_code == 422
    assert dewi.get(f"/asn/{cast.dewi.akun.id}").status_code == 404


def test_retirement_is_recorded_with_its_day(app: Flask, cast: Cast, client_as) -> None:  # type: ignore[no-untyped-def]
    dewi, asn = client_as(cast.dewi), cast.lina.asn
    assert asn is not None
    alamat = f"/asn/{asn.id}"
    versi = isian(dewi.get(alamat).text, "versi")
    kiriman = {"versi": versi, "status_aktif": "pensiun", "sejak": "01-11-2030", "kunci_formulir": dewi.key()}
    assert dewi.post(alamat, data=kiriman).status_code == 422
    kiriman = {**kiriman, "sejak": f"{today():%d-%m-%Y}", "kunci_formulir": dewi.key()}
    assert dewi.post(alamat, data=kiriman).status_code == 303
    assert db.session.get_one(Asn, asn.id).status_aktif is StatusAktif.PENSIUN
    rows = db.session.scalars(
        db.select(Penempatan).where(Penempatan.asn_id == asn.id).order_by(Penempatan.mulai)
    ).all()
    assert [one.status_aktif for one in rows] == [StatusAktif.AKTIF, StatusAktif.PENSIUN]
    stale = dewi.post(alamat, data={**kiriman, "status_aktif": "aktif", "kunci_formulir": dewi.key()})
    assert stale.status_code == 409
    table = stale.text.partition('data-uji="beda"')[2].partition("</table>")[0]
    assert "<td>Pensiun</td><td>Aktif</td>" in table, "stored and typed side by side"
    assert isian(stale.text, "versi") != versi, "the form may be sent again"


def test_a_long_list_is_applied_behind_the_page(
    app: Flask, cast: Cast, client_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports_apply, "BANYAK", 1)
    monkeypatch.setattr(imports_apply, "enqueue", lambda *_args, **_more: None)
    dewi = client_as(cast.dewi)
    alamat = unggah(dewi, xlsx(("DATA", [row(A), row(B)]))).location
    form = dewi.get(alamat).text.split("/terapkan", 1)[1]
    kiriman = {name: isian(form, name) for name in ("token", "cara", "kunci_formulir")} | {"setuju": "y"}
    for _ in range(2):  # the same click twice
        assert dewi.post(f"{alamat}/terapkan", data=kiriman).status_code == 303
    html = dewi.get(alamat).text
    assert "2 baris sedang diterapkan" in html and 'hx-trigger="click, every 2s"' in html
    assert "/batal" not in html and "/terapkan" not in html
    assert 'id="isi"' in dewi.get(f"{alamat}/kemajuan", headers={"HX-Request": "true"}).text
    again = dewi.post(f"{alamat}/terapkan", data=kiriman | {"kunci_formulir": dewi.key()})
    assert again.status_code == 409 and "sedang diterapkan" in again.text
    assert dewi.post(f"{alamat}/batal").status_code == 409
    imports_apply.mark_cut_off()
    db.session.commit()
    html = dewi.get(alamat).text
    assert "Daftar ini belum diterapkan" in html and "terputus" in html and "/terapkan" in html
