"""The cards' pages by role: what each sees, counting a parcel step by step, the files."""

from __future__ import annotations

import io
import re
from typing import Any

from flask import Flask

from rentan.core.audit import Jejak
from rentan.core.subject import reveal
from rentan.ext import db
from rentan.kartu.models import Kartu
from rentan.kartu.status import StatusKartu
from tests.cast import Cast
from tests.kartu import maker

S = StatusKartu


def look(browser: Any, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return str(answer.text)


def test_the_liaison_requests_numbers_and_packs_from_one_page(app: Flask, cast: Cast, client_as: Any) -> None:
    asuhan = maker.make_terdaftar(cast.sari, "Slamet Rekaan")
    bayu = client_as(cast.bayu)
    assert "Minta kartu (1)" in look(bayu, "/kartu")
    answer = bayu.post("/kartu/minta", data={"kunci_formulir": bayu.key()})
    assert answer.status_code == 303
    page = look(bayu, "/kartu")
    assert "Susun daftar kirim" in page and "Slamet" not in page
    answer = bayu.post(
        "/kartu/daftar-kirim", data={"kecamatan": maker.NGALIYAN, "kunci_formulir": bayu.key()}
    )
    assert answer.status_code == 303 and "/paket/" in answer.location
    assert "Slamet Rekaan" in look(bayu, answer.location)
    assert "Sedang disusun" in look(bayu, "/kartu")
    kartu = db.session.scalars(db.select(Kartu)).one()
    page = look(bayu, f"/kartu/{kartu.id}")
    nomor = reveal(asuhan.pekerja, "kpj")
    assert nomor not in page and nomor[-4:] in page  # MSK-1


def test_counting_shows_the_difference_before_anything_is_noted(
    app: Flask, cast: Cast, client_as: Any
) -> None:
    paket, sent = maker.kirim_daftar(cast, 4)
    joko, tini = client_as(cast.joko), client_as(cast.tini)
    url = f"/kartu/terima/{paket.id}"
    assert url in look(joko, "/kartu")
    assert url not in look(tini, "/kartu")  # and Tini?
    assert tini.get(url).status_code == tini.post(url).status_code == 404
    assert look(joko, url).count('name="hadir"') == 4
    data = {"hadir": str(sent[0].id), "kode": f"RENTAN:KT:{sent[1].kode}\n{sent[2].kode.lower()}\nAAAA0000"}
    page = joko.post(f"{url}/hitung", data=data).text
    assert "Dikirim 4, diterima 3, kurang 1." in page
    assert "1 kode bukan bagian kiriman ini" in page
    assert {one.status for one in sent} == {S.DIKIRIM_KEC}

    body = {"hadir": [str(one.id) for one in sent[:3]], "kurang": str(sent[3].id), "asing": "AAAA0000"}
    refused = joko.post(url, data=body | {"nasib": "hilang", "catatan": "", "kunci_formulir": joko.key()})
    assert refused.status_code == 422 and "keterangan untuk setiap kartu" in refused.text
    key = joko.key()
    good = body | {"nasib": "hilang", "catatan": "Tidak ada dalam amplop", "kunci_formulir": key}
    assert joko.post(url, data=good).status_code == 303
    assert [one.status for one in sent] == [S.DITERIMA_KEC] * 3 + [S.HILANG]
    assert joko.post(url, data=good).status_code == 303  # the same form again: the first answer
    assert db.session.scalar(db.select(db.func.count()).where(Kartu.menggantikan_id == sent[3].id)) == 1


def test_missing_cards_may_be_awaited(app: Flask, cast: Cast, client_as: Any) -> None:
    paket, sent = maker.kirim_daftar(cast, 2)
    joko = client_as(cast.joko)
    body = {"hadir": str(sent[0].id), "kurang": str(sent[1].id), "catatan": "", "nasib": "menyusul"}
    answer = joko.post(f"/kartu/terima/{paket.id}", data=body | {"kunci_formulir": joko.key()})
    assert answer.status_code == 303
    assert [one.status for one in sent] == [S.DITERIMA_KEC, S.DIKIRIM_KEC]


def test_a_card_of_another_kecamatan_is_not_received_by_a_forged_form(
    app: Flask, cast: Cast, client_as: Any
) -> None:
    other = maker.make_kartu(cast.sari, S.DIKIRIM_KEC, kecamatan=maker.TUGU)
    joko = client_as(cast.joko)
    answer = joko.post("/kartu/terima", data={"hadir": str(other.id), "kunci_formulir": joko.key()})
    assert answer.status_code == 422
    assert other.status is S.DIKIRIM_KEC


def test_the_donor_is_asked_for_the_address_and_answers(app: Flask, cast: Cast, client_as: Any) -> None:
    kartu = maker.make_kartu(cast.sari, S.DIKEMBALIKAN)
    sari, eko = client_as(cast.sari), client_as(cast.eko)
    assert f"/kartu/{kartu.id}" in look(sari, "/asuhan")
    assert "Beri tahu alamat pekerja" in look(sari, "/asuhan")
    assert "Di mana pekerja ini tinggal sekarang?" in look(sari, f"/kartu/{kartu.id}")
    assert eko.get(f"/kartu/{kartu.id}").status_code == 404  # and Eko?
    body = {"alamat": "Jalan Baru 7", "kelurahan": maker.kelurahan(maker.TUGU), "versi": kartu.versi}
    url = f"/kartu/{kartu.id}/alamat"
    assert eko.post(url, data=body).status_code == 404
    assert sari.post(url, data=body | {"kunci_formulir": sari.key()}).status_code == 303
    assert kartu.kecamatan_kode == maker.TUGU
    stale = sari.post(url, data=body | {"kunci_formulir": sari.key()})
    assert stale.status_code == 409
    assert client_as(cast.rini).post(url, data=body | {"versi": kartu.versi}).status_code == 403


def test_a_refused_move_is_a_disabled_button_with_its_reason(app: Flask, cast: Cast, client_as: Any) -> None:
    kartu = maker.make_kartu(cast.sari, S.TIDAK_KETEMU, percobaan=1)
    page = look(client_as(cast.joko), f"/kartu/{kartu.id}")
    assert re.search(r'<button[^>]* disabled aria-describedby="alasan-kembalikan">', page)
    assert "Baru 1 kali dicoba" in page


def test_notes_of_staff_and_proxies_are_not_the_donors(app: Flask, cast: Cast, client_as: Any) -> None:
    kartu = maker.make_kartu(cast.sari)
    joko = client_as(cast.joko)
    body = {"apa": "rusak", "catatan": "Basah di gudang", "versi": kartu.versi}
    url = f"/kartu/{kartu.id}/lapor"
    assert joko.post(url, data=body | {"kunci_formulir": joko.key()}).status_code == 303
    assert "Basah di gudang" in look(joko, f"/kartu/{kartu.id}")
    page = look(client_as(cast.sari), f"/kartu/{kartu.id}")
    assert "Basah di gudang" not in page and "kartu pengganti dimintakan" in page


def test_administrators_read_counts_without_names(app: Flask, cast: Cast, client_as: Any) -> None:
    kartu = maker.make_kartu(cast.sari, nama="Slamet Rekaan")
    dewi = client_as(cast.dewi)
    page = look(dewi, "/kartu")
    assert "Di kecamatan" in page and "Slamet" not in page and "/kartu/daftar" not in page
    assert "Slamet" not in look(dewi, "/kartu/daftar")
    assert dewi.get(f"/kartu/{kartu.id}").status_code == 404


def test_search_list_and_files(app: Flask, cast: Cast, client_as: Any) -> None:
    paket, sent = maker.kirim_daftar(cast, 2)
    joko, tini, bayu = client_as(cast.joko), client_as(cast.tini), client_as(cast.bayu)
    found = bayu.post("/kartu/cari", data={"cari": sent[0].kode[:4] + "-" + sent[0].kode[4:]})
    assert sent[0].pekerja.nama in found.text
    assert sent[0].pekerja.nama not in tini.post("/kartu/cari", data={"cari": sent[0].kode}).text
    listed = look(bayu, "/kartu/daftar?status=dikirim_kec&kecamatan=33.74.15")
    assert all(one.pekerja.nama in listed for one in sent)
    assert sent[0].pekerja.nama not in look(bayu, "/kartu/daftar?status=diserahkan")
    book = bayu.get("/kartu/daftar.xlsx?status=dikirim_kec")
    assert book.status_code == 200 and book.data[:2] == b"PK"
    pdf = joko.get(f"/kartu/daftar-kirim/{paket.id}.pdf")
    assert pdf.data[:5] == b"%PDF-" and io.BytesIO(pdf.data).getbuffer().nbytes > 5_000
    assert bayu.get(f"/kartu/daftar-kirim/{paket.id}.pdf?kertas=f4").data[:5] == b"%PDF-"
    assert tini.get(f"/kartu/daftar-kirim/{paket.id}.pdf").status_code == 404
    exports = db.session.scalars(db.select(Jejak.rincian).where(Jejak.peristiwa == "ekspor"))
    assert len(list(exports)) == 3


def test_the_same_list_prints_the_same_bytes(app: Flask, cast: Cast, client_as: Any) -> None:
    paket, sent = maker.kirim_daftar(cast, 2)
    bayu, url = client_as(cast.bayu), f"/kartu/daftar-kirim/{paket.id}.pdf"
    first = bayu.get(url).data
    sent[0].pekerja.nama = "Nama Baru"
    assert bayu.get(url).data == first
