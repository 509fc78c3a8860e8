"""The correction loop in a real browser: a refused paper, its crop, a new one, and back in the queue."""

from __future__ import annotations

from typing import Any

import pytest

from rentan.berkas.status import JenisBerkas
from rentan.ext import db
from rentan.surat_kuasa.status import StatusSurat
from rentan.verifikasi import actions
from rentan.verifikasi.queries import list_hal
from tests.cast import Cast
from tests.surat_kuasa.kertas import photo
from tests.verifikasi.perbaikan_maker import make_perbaikan


@pytest.mark.parametrize("skrip", [True, False])
def test_a_refused_paper_comes_back(cast: Cast, buka: Any, skrip: bool) -> None:
    surat = make_perbaikan(cast)
    page = buka(cast.sari, skrip=skrip)
    page.goto("/perbaikan")
    assert page.locator("h1").inner_text() == "Perbaikan"
    crop = page.locator("img.potongan")
    crop.wait_for()
    # The part that the verifikator marked really arrives as a picture.
    assert crop.evaluate("image => image.complete && image.naturalWidth > 10") if skrip else crop.count() == 1
    assert page.get_by_role("button", name="Kirim perbaikan").is_disabled()
    assert "Surat kuasa bertanda tangan" in page.locator('[data-uji="diterima"]').inner_text()

    new = {"name": "ktp-baru.jpg", "mimeType": "image/jpeg", "buffer": photo("green")}
    page.get_by_label("Pilih berkas pengganti").set_input_files(new)
    page.get_by_role("button", name="Unggah pengganti").click()
    page.get_by_text("1 dari 1 bagian sudah dijawab").wait_for()
    page.get_by_role("button", name="Kirim perbaikan").click()
    page.get_by_text("Surat kembali ke tempatnya semula").wait_for()

    db.session.expire_all()
    assert surat.status is StatusSurat.DIUNGGAH
    rini = buka(cast.rini, skrip=skrip)
    rini.goto("/verifikasi")
    assert surat.nomor in rini.locator("main").inner_text()
    actions.claim_surat(surat, by=cast.rini.pelaku)
    undecided = [one.kunci for one in list_hal(surat) if not one.diputus]
    assert undecided == [JenisBerkas.KTP.value]
    db.session.rollback()
