"""From paper: the sheet typed in, and its scan read back line by line, nothing guessed."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from typing import Any

import pypdfium2 as pdfium
import pytest
import time_machine
from flask import Flask
from PIL import Image, ImageDraw

from rentan.core.arsip import UMUR_YATIM
from rentan.core.audit import Jejak
from rentan.core.cetak_serah import LEMBAR
from rentan.core.clock import now
from rentan.core.errors import NotFound, RuleError
from rentan.core.qr import find_codes
from rentan.ext import db, runtime
from rentan.kartu import acara_cetak, acara_queries, lembar
from rentan.kartu.acara import sapu_bukti
from rentan.kartu.models import AcaraSerah, Kartu, PenyerahanKartu
from rentan.kartu.serah import find_penyerahan
from rentan.kartu.status import CaraSerah, HasilUndangan, Hubungan, Penerima, StatusKartu
from tests.cast import Cast
from tests.kartu.hari import list_undangan, make_acara
from tests.kartu.test_serah import serahkan

MM = 200 / 25.4  # pixels a millimetre at 200 dpi


def sheets(acara: AcaraSerah) -> list[Image.Image]:
    """The printed sheet as a scanner at 200 dpi sees it."""
    pdf = pdfium.PdfDocument(acara_cetak.print_daftar_hadir(acara, acara_queries.list_baris(acara), "a4"))
    return [pdf[n].render(scale=200 / 72).to_pil().convert("L") for n in range(len(pdf))]


def sign(page: Image.Image, kode: str) -> None:
    """A scrawl in the signature box of this card's line."""
    (code,) = [one for one in find_codes(page) if one.teks == f"RENTAN:KT:{kode}"]
    x = (code.kiri_atas[0] + code.kanan_bawah[0]) / 2 + (LEMBAR.ttd_kiri + 6) * MM
    y = (code.kiri_atas[1] + code.kanan_bawah[1]) / 2
    points = [(x + n * 9, y + (35 if n % 2 else -35)) for n in range(16)]
    ImageDraw.Draw(page).line(points, fill=30, width=5)


def as_pdf(pages: list[Image.Image]) -> bytes:
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=200)
    return out.getvalue()


def read(acara: AcaraSerah, data: bytes, nama: str, orang: Any) -> lembar.HasilBaca:
    answer, gambar = lembar.read_scan_file(data, nama)
    found = lembar.keep_lines(acara, answer, gambar, by=orang.pelaku)
    db.session.commit()
    return found


def test_turned_tilted_and_noisy_pages_give_every_line(cast: Cast) -> None:
    acara = make_acara(cast.joko, 7)
    rows = list_undangan(acara)
    pages = sheets(acara)
    assert len(pages) == 3  # one per kelurahan
    signed = {rows[0].kartu.kode, rows[5].kartu.kode}
    for page in pages:
        for code in find_codes(page):
            if code.teks.removeprefix("RENTAN:KT:") in signed:
                sign(page, code.teks.removeprefix("RENTAN:KT:"))
    noise = Image.effect_noise(pages[1].size, 40)
    pages[1] = Image.blend(pages[1], noise, 0.15)
    pages = [
        pages[2].rotate(180),
        pages[0].rotate(2, expand=True, fillcolor=255),
        pages[1].rotate(90, expand=True),
    ]
    found = read(acara, as_pdf(pages), "lembar.pdf", cast.joko)
    assert (found.halaman, found.dikenal, found.asing, found.tanpa_kode) == (3, 7, 0, ())
    rows = list_undangan(acara)
    assert {one.kartu.kode for one in rows if one.bertanda} == signed
    assert {one.hasil for one in rows} == {HasilUndangan.MENUNGGU}, "nothing is decided by the machine"
    for one in rows:
        picture = Image.open(io.BytesIO(lembar.read_potongan(one)))
        assert picture.width > 5 * picture.height


def test_the_cut_shows_the_boxes_and_the_signature(cast: Cast) -> None:
    """A tick right of the code and ink in the last box stand where they should in the upright cut."""
    acara = make_acara(cast.joko, 1)
    (row,) = list_undangan(acara)
    (page,) = sheets(acara)
    sign(page, row.kartu.kode)
    read(acara, as_pdf([page.rotate(181.5, expand=True, fillcolor=255)]), "lembar.pdf", cast.joko)
    picture = Image.open(io.BytesIO(lembar.read_potongan(list_undangan(acara)[0]))).convert("L")
    boxes = [8.5, 25.5, 59.5, 74.2, LEMBAR.ttd_kiri - LEMBAR.isian_kiri]  # last column: signature
    ink = picture.crop((round(boxes[-1] * 6) + 12, 12, picture.width - 12, picture.height - 12))
    assert sum(ink.histogram()[:120]) > 1_000
    tick = picture.crop((20, 20, 85, 75))
    assert sum(tick.histogram()[:120]) > 100, "the empty box of “diterima sendiri” is in the cut"


def test_pages_of_other_days_blank_pages_and_rubbish(cast: Cast) -> None:
    acara, other = make_acara(cast.joko, 2), make_acara(cast.joko, 1)
    blank = Image.new("L", (1654, 2339), 255)
    data = as_pdf([*sheets(other), blank, *sheets(acara)])
    found = read(acara, data, "lembar.pdf", cast.joko)
    assert (found.dikenal, found.asing, found.tanpa_kode, found.lain) == (2, 1, (2,), (1,))
    assert list_undangan(other)[0].kunci_potongan is None
    for rubbish, nama in (
        (b"%PDF-1.4 nothing", "a.pdf"),
        (b"\xff\xd8\xff no", "a.jpg"),
        (b"PK", "a.pdf"),
        (b"", "a.exe"),
    ):
        with pytest.raises(RuleError):
            lembar.read_scan_file(rubbish, nama)


def test_a_photo_of_one_sheet(cast: Cast) -> None:
    acara = make_acara(cast.joko, 1)
    out = io.BytesIO()
    sheets(acara)[0].rotate(-3, expand=True, fillcolor=200).save(out, "JPEG", quality=60)
    assert read(acara, out.getvalue(), "FOTO.JPG", cast.joko).dikenal == 1


def isian(undangan: Any, hasil: str, **more: Any) -> lembar.IsianBaris:
    return lembar.IsianBaris(undangan_id=undangan.id, hasil=hasil, **more)


@pytest.mark.kedua_basis
def test_confirmed_lines_become_hand_overs_with_the_cut_as_proof(cast: Cast) -> None:
    acara = make_acara(cast.joko, 4)
    read(acara, as_pdf(sheets(acara)), "lembar.pdf", cast.joko)
    rows = list_undangan(acara)
    cut = lembar.read_potongan(rows[0])
    joko = cast.joko.pelaku
    lembar.record_line(acara, isian(rows[0], "sendiri"), cara=CaraSerah.LEMBAR, by=joko)
    wakil = isian(rows[1], "wakil", nama_wakil="Siti", hubungan=Hubungan.ANAK, alasan_wakil="sakit")
    lembar.record_line(acara, wakil, cara=CaraSerah.LEMBAR, by=joko)
    lembar.record_line(acara, isian(rows[2], "tidak_datang"), cara=CaraSerah.LEMBAR, by=joko)
    lembar.record_line(acara, isian(rows[3], "salah_data"), cara=CaraSerah.LEMBAR, by=joko)
    db.session.commit()
    first = find_penyerahan(rows[0].kartu)
    assert first is not None and first.cara is CaraSerah.LEMBAR
    assert lembar.read_bukti(first) == cut
    sealed = runtime().store.get(first.kunci_bukti or "")
    assert cut not in sealed and hashlib.sha256(cut).hexdigest() == first.sha256_bukti
    assert find_penyerahan(rows[1].kartu).penerima is Penerima.WAKIL  # type: ignore[union-attr]
    assert rows[2].kartu.status is StatusKartu.TIDAK_KETEMU
    assert rows[3].kartu.status is StatusKartu.SALAH_DATA
    noted = [one.hasil.value for one in list_undangan(acara)]
    assert noted == ["diserahkan", "diserahkan", "tidak_datang", "salah_data"]
    assert {one.kunci_potongan for one in list_undangan(acara)} == {None}


def test_the_proof_follows_within_a_week(cast: Cast) -> None:
    acara = make_acara(cast.joko, 2)
    rows = list_undangan(acara)
    for one in rows:
        serahkan(one.kartu, cast.joko, acara=acara)
    read(acara, as_pdf(sheets(acara)), "lembar.pdf", cast.joko)
    said = lembar.record_line(acara, isian(rows[0], "sendiri"), cara=CaraSerah.LEMBAR, by=cast.joko.pelaku)
    assert said == "bukti disusulkan"
    db.session.commit()
    with time_machine.travel(now() + timedelta(days=8)), pytest.raises(RuleError, match="paling lama 7 hari"):
        lembar.record_line(acara, isian(rows[1], "sendiri"), cara=CaraSerah.LEMBAR, by=cast.joko.pelaku)


def test_a_card_that_is_out_cannot_be_absent(cast: Cast) -> None:
    acara = make_acara(cast.joko, 1)
    (row,) = list_undangan(acara)
    serahkan(row.kartu, cast.joko, acara=acara)
    with pytest.raises(RuleError, match="sudah diserahkan"):
        lembar.record_line(acara, isian(row, "tidak_datang"), cara=CaraSerah.KETIK, by=cast.joko.pelaku)
    same = lembar.record_line(acara, isian(row, "sendiri"), cara=CaraSerah.KETIK, by=cast.joko.pelaku)
    assert same == "sudah dicatat sebelumnya"


def test_a_line_of_another_day_is_not_found(cast: Cast) -> None:
    acara, other = make_acara(cast.joko, 1), make_acara(cast.joko, 1)
    with pytest.raises(NotFound):
        lembar.record_line(
            acara, isian(list_undangan(other)[0], "sendiri"), cara=CaraSerah.KETIK, by=cast.joko.pelaku
        )


def test_the_sweep_takes_only_what_no_row_knows(app: Flask, cast: Cast) -> None:
    later = now() + UMUR_YATIM + timedelta(hours=1)
    with time_machine.travel(later):
        sapu_bukti()  # of other tests
    acara = make_acara(cast.joko, 2)
    read(acara, as_pdf(sheets(acara)), "lembar.pdf", cast.joko)
    rows = list_undangan(acara)
    lembar.record_line(acara, isian(rows[0], "sendiri"), cara=CaraSerah.LEMBAR, by=cast.joko.pelaku)
    db.session.commit()
    with time_machine.travel(later + timedelta(hours=1)):
        assert sapu_bukti() == 1  # the line's picture, which is proof now
        assert sapu_bukti() == 0
    assert lembar.read_bukti(find_penyerahan(rows[0].kartu))  # type: ignore[arg-type]
    assert lembar.read_potongan(rows[1])


# -- pages --------------------------------------------------------------------------------------------------


def fields(acara: AcaraSerah, hasil: dict[int, str], **more: str) -> dict[str, str]:
    """The typed page as a browser sends it: line number -> answer."""
    data = dict(more)
    for n, one in enumerate(list_undangan(acara)[:20]):
        data[f"baris-{n}-undangan"] = str(one.id)
        if one.urutan in hasil:
            data[f"baris-{n}-hasil"] = hasil[one.urutan]
    return data


def test_typed_in_page_by_page_and_twice(cast: Cast, client_as: Any) -> None:
    acara = make_acara(cast.joko, 23)
    joko = client_as(cast.joko)
    url = f"/kartu/acara/{acara.id}/ketik"
    assert joko.get(url).text.count('data-uji="baris-lembar"') == 20
    assert joko.get(f"{url}?halaman=2").text.count('data-uji="baris-lembar"') == 3
    data = fields(acara, dict.fromkeys(range(1, 19), "sendiri") | {19: "tidak_datang", 20: "salah_data"})
    answer = joko.post(url, data=data | {"kunci_formulir": joko.key()})
    assert answer.status_code == 303 and answer.location.endswith("halaman=2")
    assert db.session.scalar(db.select(db.func.count()).select_from(PenyerahanKartu)) == 18
    assert joko.post(url, data=data | {"kunci_formulir": joko.key()}).status_code == 303
    assert db.session.scalar(db.select(db.func.count()).select_from(PenyerahanKartu)) == 18


def test_a_refused_line_takes_no_other_along(cast: Cast, client_as: Any) -> None:
    acara = make_acara(cast.joko, 3)
    joko = client_as(cast.joko)
    data = fields(acara, {1: "sendiri", 2: "wakil", 3: "sendiri"}, kunci_formulir=joko.key())
    data["baris-1-nama_wakil"] = "Siti Rekaan"
    answer = joko.post(f"/kartu/acara/{acara.id}/ketik", data=data)
    assert answer.status_code == 422
    assert "2 baris disimpan, 1 baris perlu diperbaiki" in answer.text
    assert "Isi nama wakil, hubungannya" in answer.text and "Siti Rekaan" in answer.text
    assert [one.hasil.value for one in list_undangan(acara)] == ["diserahkan", "menunggu", "diserahkan"]


def test_uploaded_looked_at_and_confirmed(cast: Cast, client_as: Any) -> None:
    acara = make_acara(cast.joko, 2)
    joko, url = client_as(cast.joko), f"/kartu/acara/{acara.id}"
    scan = as_pdf(sheets(acara))
    answer = joko.post(
        f"{url}/lembar", data={"lembar": (io.BytesIO(scan), "a.pdf"), "kunci_formulir": joko.key()}
    )
    assert answer.status_code == 303 and answer.location.endswith("/lembar/baca")
    page = joko.get(answer.location)
    assert page.text.count("kotak tanda tangan kosong") == 2
    assert "checked" not in page.text, "nothing is ticked beforehand"
    row = list_undangan(acara)[0]
    picture = f"{url}/undangan/{row.id}/potongan.jpg"
    assert joko.get(picture).mimetype == "image/jpeg"
    assert client_as(cast.tini).get(picture).status_code == 404
    answer = joko.post(f"{url}/lembar/baca", data=fields(acara, {1: "sendiri"}, kunci_formulir=joko.key()))
    assert answer.status_code == 303
    assert joko.get(picture).status_code == 404
    handed = db.session.scalars(db.select(PenyerahanKartu)).one()
    for nama, status in (("joko", 200), ("bayu", 200), ("tini", 404), ("sari", 403), ("rini", 403)):
        got = client_as(getattr(cast, nama)).get(f"/kartu/serah/{handed.id}/bukti.jpg")
        assert got.status_code == status, nama
    looks = db.session.scalar(
        db.select(db.func.count()).select_from(Jejak).where(Jejak.peristiwa == "bukti_dilihat")
    )
    assert looks == 3
    assert db.session.get_one(Kartu, row.kartu_id).status is StatusKartu.DISERAHKAN
