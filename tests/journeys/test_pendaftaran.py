"""From the start page to the receipt, as Sari walks it."""

from __future__ import annotations

import time_machine

from tests.pendaftaran import jalan


@time_machine.travel("2026-11-21 03:00:00+00:00", tick=True)
def test_sari_signs_up_with_one_worker(cast, client_as):
    browser = client_as(cast.sari)
    jalan.sampai_unggah(browser)
    page = browser.get("/pendaftaran/periksa").get_data(as_text=True)
    assert "1 pekerja × (Rp8.400 × 1 bulan + Rp16.800 × 11 bulan) = Rp193.200" in page
    sent = jalan.kirim(browser)
    assert sent.status_code == 303
    receipt = browser.get(sent.location)
    assert receipt.status_code == 200
    assert "TT-2026-000001" in receipt.get_data(as_text=True)
