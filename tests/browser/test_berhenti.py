"""Stopping in a real browser, scripts on and off: what follows with dates, one click, the paper."""

from __future__ import annotations

from typing import Any

import pytest

from rentan.ext import db
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import StatusSurat
from tests.pencabutan.test_berhenti import berlaku_siap


@pytest.mark.parametrize("skrip", [True, False])
def test_stopping(cast: Any, buka: Any, skrip: bool) -> None:
    surat_id = berlaku_siap(cast).id
    db.session.commit()
    page = buka(cast.sari, skrip=skrip)
    page.goto("/asuhan")
    page.get_by_role("link", name="Berhenti menjadi orang tua asuh").click()
    assert "tidak dipotong lagi" in page.locator("[data-uji=akibat]").inner_text()
    assert page.locator("textarea, select, input[type=text]").count() == 0  # nothing is asked
    page.get_by_role("button", name="Ya, saya berhenti").click()
    page.wait_for_selector("[data-uji=tanggal-pencabutan]")
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh surat pencabutan (PDF)").click()
    assert download.value.suggested_filename.startswith("pencabutan-sk-")
    db.session.expire_all()
    assert db.session.get_one(SuratKuasa, surat_id).status is StatusSurat.DICABUT_MENUNGGU
