"""The operator's table in a real Chromium, with scripts and without: the same people either way."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from rentan.asn.status import Tahap
from rentan.ext import db
from rentan.opd.models import Opd
from tests.cast import Cast
from tests.laporan.kota import isi_opd, selesai


@pytest.fixture
def orang(cast: Cast) -> Cast:
    """Budi's OPD with 60 who have not joined and 3 who have."""
    opd = db.session.get_one(Opd, cast.budi.asn.opd_id)
    isi_opd(opd, 60, nama="Belum")
    isi_opd(opd, 3, tahap=(Tahap.AKTIVASI, Tahap.DIAJUKAN), nama="Sudah")
    selesai()
    db.session.commit()
    return cast


def rows(page: Any, nama: str = "daftar-belum") -> list[str]:
    return page.locator(f"[data-uji={nama}] tbody th").all_inner_texts()


@pytest.mark.parametrize("skrip", [True, False], ids=["dengan skrip", "tanpa skrip"])
def test_operator_pages_searches_and_looks_at_both_lists(
    orang: Cast, buka: Callable[..., Any], skrip: bool
) -> None:
    page = buka(orang.budi, skrip=skrip)
    page.goto("/partisipasi")
    page.get_by_role("heading", level=1, name=re.compile("Partisipasi")).wait_for()
    first = rows(page)
    assert len(first) == 50
    if skrip:
        page.evaluate("window.tetap = true")

    page.get_by_role("link", name="Berikutnya →").click()
    page.get_by_role("link", name="← Sebelumnya").wait_for()
    second = rows(page)
    assert len(second) > 0
    assert not set(first) & set(second)
    assert len(first) + len(second) == 60 + 3  # and Sari, Lina, Budi
    assert "sesudah=" in page.url

    page.go_back()
    page.get_by_role("link", name="Berikutnya →").wait_for()
    assert rows(page) == first

    page.get_by_label("Nama atau NIP").fill("lina")
    page.get_by_role("button", name="Saring").click()
    page.wait_for_url(re.compile("cari=lina"))
    page.get_by_role("link", name="Hapus saringan").wait_for()
    assert rows(page) == ["Lina Rekaan"]
    if skrip:
        assert page.evaluate("window.tetap"), "the list was swapped without loading the page again"

    page.locator("[data-uji=tab-ikut]").click()
    page.locator("[data-uji=daftar-ikut]").wait_for()
    assert len(rows(page, "daftar-ikut")) == 3


def test_search_for_nobody_says_so(orang: Cast, buka: Callable[..., Any]) -> None:
    page = buka(orang.budi)
    page.goto("/partisipasi")
    page.get_by_label("Nama atau NIP").fill("zzzz tidak ada")
    page.get_by_role("button", name="Saring").click()
    page.get_by_text("Tidak ada yang cocok").wait_for()


def test_and_wati_sees_her_own_opd(orang: Cast, buka: Callable[..., Any]) -> None:
    page = buka(orang.wati)
    page.goto("/partisipasi")
    assert not [one for one in rows(page) if one.startswith(("Belum", "Lina", "Sari"))]
    page.goto(f"/partisipasi?opd={orang.budi.asn.opd_id}")
    assert not page.get_by_text("Belum Rekaan").count()
