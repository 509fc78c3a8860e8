"""The debit of a month in the browser: a treasurer builds and locks, the approver approves, it is sent."""

from __future__ import annotations

import os
from typing import Any

import pytest
import time_machine

from rentan.ext import db
from tests.autodebet.maker_debet import SIAP, make_bulan


def _potret(page: Any, nama: str) -> None:
    if folder := os.environ.get("RENTAN_POTRET"):
        page.screenshot(path=f"{folder}/{nama}.png", full_page=True, caret="initial")


@pytest.mark.parametrize("skrip", [True, False])
def test_build_lock_approve_send(cast: Any, buka: Any, skrip: bool) -> None:
    with time_machine.travel(SIAP, tick=True):
        donors, _ = make_bulan(3)
        donors[2].surat.berlaku_mulai = None
        db.session.commit()
        hadi, yuni = buka(cast.hadi, skrip=skrip), buka(cast.yuni, skrip=skrip)
        hadi.goto("/autodebet")
        _potret(hadi, "bulan")
        hadi.get_by_role("button", name="Susun debet Desember 2026").click()
        hadi.get_by_role("heading", name="Berikutnya: periksa, lalu kunci").wait_for()
        assert "tidak berlaku pada hari debet" in hadi.locator('[data-uji="dikecualikan"]').inner_text()
        _potret(hadi, "disusun")
        hadi.get_by_role("button", name="Kunci paket").click()
        hadi.get_by_role("heading", name="Berikutnya: persetujuan orang kedua").wait_for()
        assert hadi.get_by_role("button", name="Setujui paket").count() == 0
        assert hadi.locator('[data-uji="jumlah-rupiah"]').inner_text() == "Rp16.800"

        yuni.goto("/paket")
        yuni.get_by_role("link", name="DB-2026-0001").first.click()
        _potret(yuni, "disetujui")
        yuni.get_by_role("button", name="Setujui paket").click()
        yuni.get_by_text("Disetujui, siap dikirim").first.wait_for()
        assert yuni.get_by_role("button", name="Catat sudah dikirim").count() == 0

        hadi.goto("/autodebet")
        hadi.get_by_role("link", name="Kirim ke bank").click()
        hadi.get_by_label("Catatan tanda terima").fill("nomor 12")
        _potret(hadi, "kirim")
        hadi.get_by_role("button", name="Catat sudah dikirim").click()
        hadi.get_by_role("heading", name="Berikutnya: hasil bank").wait_for()
        _potret(hadi, "dikirim")
