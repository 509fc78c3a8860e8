"""The scan page in a real Chromium: nothing a scanner types is lost or done twice."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from waitress.server import create_server

from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.kartu.models import PenyerahanKartu
from rentan.kartu.status import StatusKartu
from tests import factories
from tests.cast import Cast, Orang
from tests.kartu.hari import NGALIYAN, TUGU, list_undangan, make_acara, make_kartu

JEDA = 0.06  # seconds between two codes of a quick scanner
LAMBAT = 0.15  # seconds that the server takes for each


class ServerLambat:
    """The application behind a slow line, which can be taken away and brought back on its port."""

    def __init__(self, app: Flask) -> None:
        self.app, self.port = app, 0
        self.start()

    def _slow(self, environ: Any, start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] == "POST":
            time.sleep(LAMBAT)
        return self.app.wsgi_app(environ, start_response)

    def start(self) -> None:
        self.made = create_server(self._slow, host="127.0.0.1", port=self.port, threads=8)
        self.port = self.made.effective_port
        self.thread = threading.Thread(target=self._serve, args=(self.made,), daemon=True)
        self.thread.start()

    @staticmethod
    def _serve(made: Any) -> None:
        with contextlib.suppress(OSError):  # closing the server takes the socket out of its loop
            made.run()

    def stop(self) -> None:
        """At once: connections are cut in the middle of what they do."""
        for channel in list(self.made.active_channels.values()):
            with contextlib.suppress(Exception):
                channel.close()
        self.made.close()
        self.thread.join(timeout=5)


@pytest.fixture
def lambat(app: Flask) -> Iterator[ServerLambat]:
    db.session.commit()
    made = ServerLambat(app)
    yield made
    made.stop()


@pytest.fixture
def server(lambat: ServerLambat) -> str:
    """The pages of ``buka`` come from the slow server."""
    return f"http://127.0.0.1:{lambat.port}"


def scan(page: Any, kode: str) -> None:
    """As a scanner does: text and Enter in one go, then the hand reaches for the next card."""
    page.keyboard.insert_text(kode)
    page.keyboard.press("Enter")


def wait_until_sent(page: Any) -> None:
    """A busy machine may need a while; nothing here measures how fast it is."""
    page.locator("#serah[data-antre='0']").wait_for(timeout=120_000)


def handed_over() -> list[Any]:
    db.session.rollback()
    db.session.expire_all()
    query = db.select(PenyerahanKartu).where(PenyerahanKartu.dibatalkan_pada.is_(None))
    found = list(db.session.scalars(query))
    db.session.expunge_all()
    db.session.rollback()
    return found


def plan(cast: Cast, banyak: int) -> tuple[str, list[str]]:
    """A day with so many cards: the address of its scan page and the codes in the order of the sheet.

    No transaction stays open: on SQLite it would keep the server out.
    """
    acara = make_acara(cast.joko, banyak)
    found = f"/kartu/serah?acara={acara.id}", [one.kartu.kode for one in list_undangan(acara)]
    db.session.rollback()
    return found


def test_sixty_cards_and_a_restart_in_the_middle(
    cast: Cast, lambat: ServerLambat, buka: Callable[..., Any]
) -> None:
    alamat, kode = plan(cast, 60)
    page = buka(cast.joko)
    page.goto(alamat)
    assert page.locator("[data-uji=hitung]").inner_text() == "0 / 60"
    for n, one in enumerate(kode):
        scan(page, f"RENTAN:KT:{one}" if n % 2 else one)
        page.wait_for_timeout(JEDA * 1000)
        if n == 25:
            lambat.stop()
        if n == 40:
            lambat.start()
    wait_until_sent(page)
    assert page.locator("[data-uji=hitung]").inner_text() == "60 / 60"
    assert page.locator("[data-uji=gagal] li").count() == 0
    rows = handed_over()
    assert len(rows) == 60
    assert len({one.kartu_id for one in rows}) == 60
    assert page.locator("[data-uji=terakhir] tbody tr").count() == 20
    assert page.evaluate("document.activeElement.id") == "nomor_kartu"
    assert "serah:" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_four_desks_at_once(cast: Cast, buka: Callable[..., Any]) -> None:
    """Fifteen cards each, and one that all four scan: three are told who had it, nobody hears a failure."""
    alamat, kode = plan(cast, 61)
    desks = [cast.joko]
    for n in range(3):
        akun = factories.make_akun(f"meja{n}", f"Meja {n} Rekaan")
        factories.grant(akun, Peran.PETUGAS_KECAMATAN, kecamatan=NGALIYAN[0][:8])
        desks.append(Orang(akun))
    db.session.commit()
    akun_ids = {one.akun.id for one in desks}
    pages = [buka(one) for one in desks]
    for page in pages:
        page.goto(alamat)
    for start in range(0, 60, 4):
        for desk, page in enumerate(pages):
            scan(page, kode[start + desk])
        pages[0].wait_for_timeout(JEDA * 1000)
    for page in pages:
        scan(page, kode[60])
    for page in pages:
        wait_until_sent(page)
    rows = handed_over()
    assert len(rows) == 61
    assert len({one.kartu_id for one in rows}) == 61
    assert {one.dicatat_oleh for one in rows} == akun_ids
    said = [page.locator("[data-uji=hasil] .serah-kata").inner_text() for page in pages]
    assert sorted(said) == ["▲ Sudah diserahkan"] * 3 + ["✔ Diserahkan"]
    assert sum(page.locator("[data-uji=gagal] li").count() for page in pages) == 0


def test_unsent_codes_survive_a_reload_but_card_numbers_are_not_stored(
    cast: Cast, buka: Callable[..., Any]
) -> None:
    alamat, kode = plan(cast, 4)
    page = buka(cast.joko)
    page.goto(alamat)
    page.route(
        "**/kartu/serah?*",
        lambda route: route.abort() if route.request.method == "POST" else route.fallback(),
    )
    for one in kode:
        scan(page, one)
    scan(page, "26110123456")
    page.get_by_text("5 kode menunggu dikirim").wait_for()
    stored = page.evaluate("JSON.stringify(sessionStorage)")
    assert all(one in stored for one in kode)
    assert "26110123456" not in stored
    page.once("dialog", lambda dialog: dialog.accept())  # the browser warns: one number is not kept
    page.reload()
    page.unroute_all()
    wait_until_sent(page)
    assert page.locator("[data-uji=hitung]").inner_text() == "4 / 4"
    assert len(handed_over()) == 4


def test_what_is_refused_goes_to_its_own_list(cast: Cast, buka: Callable[..., Any]) -> None:
    alamat, (kode,) = plan(cast, 1)
    foreign, stray = make_kartu(kelurahan=TUGU).kode, make_kartu("Tambahan Rekaan").kode
    on_its_way = make_kartu("Jalan Rekaan", status=StatusKartu.DIKIRIM_KEC).kode
    db.session.commit()
    page = buka(cast.joko)
    page.goto(alamat)
    for one in (foreign, "K9999999", on_its_way, stray, kode, kode):
        scan(page, one)
    wait_until_sent(page)
    refused = page.locator("[data-uji=gagal] li")
    assert refused.count() == 3
    assert sum("tidak dikenal" in one for one in refused.all_inner_texts()) == 2
    assert page.locator("[data-uji=hasil] .serah-kata").inner_text() == "▲ Sudah diserahkan"
    assert page.locator("[data-uji=hitung]").inner_text() == "1 / 1"
    assert len(handed_over()) == 2
    page.get_by_role("button", name="Kosongkan daftar ini").click()
    assert refused.count() == 0


def test_taken_back_from_the_list_and_handed_over_again(cast: Cast, buka: Callable[..., Any]) -> None:
    alamat, kode = plan(cast, 2)
    page = buka(cast.joko)
    page.goto(alamat)
    scan(page, kode[0])
    wait_until_sent(page)
    page.locator(f"[data-uji=terakhir] tr[data-kode={kode[0]}]").get_by_role("button").click()
    page.get_by_text("Penyerahan dibatalkan").wait_for()
    assert page.locator("[data-uji=hitung]").inner_text() == "0 / 2"
    scan(page, kode[0])
    wait_until_sent(page)
    assert page.locator("[data-uji=hitung]").inner_text() == "1 / 2"


def test_a_session_that_ended_keeps_the_codes(cast: Cast, buka: Callable[..., Any]) -> None:
    alamat, kode = plan(cast, 2)
    page = buka(cast.joko)
    page.goto(alamat)
    cookies = page.context.cookies()
    page.context.clear_cookies()
    for one in kode:
        scan(page, one)
    page.get_by_text("Muat ulang halaman").or_(page.get_by_text("Sesi Anda berakhir")).wait_for()
    assert handed_over() == []
    page.context.add_cookies(cookies)
    page.goto(alamat)
    wait_until_sent(page)
    assert len(handed_over()) == 2


@pytest.mark.parametrize("skrip", [True, False], ids=["dengan skrip", "tanpa skrip"])
def test_one_card_to_somebody_for_the_worker(cast: Cast, buka: Callable[..., Any], skrip: bool) -> None:
    alamat, kode = plan(cast, 2)
    page = buka(cast.joko, skrip=skrip)
    page.goto(alamat)
    page.get_by_text("Diwakilkan", exact=True).first.click()
    page.get_by_label("Diwakilkan", exact=True).check()
    page.get_by_label("Nama wakil").fill("Siti Rekaan")
    page.get_by_label("Hubungan dengan pekerja").select_option("anak")
    page.get_by_label("Alasan diwakilkan").fill("sakit")
    page.get_by_label("Kode kartu").fill(kode[0])
    page.get_by_role("button", name="Serahkan", exact=True).click()
    page.locator("[data-uji=hasil]").get_by_text("Diserahkan").wait_for()
    assert page.locator("[data-uji=hitung]").inner_text() == "1 / 2"
    (row,) = handed_over()
    assert row.penerima.value == "wakil"


def test_without_scripts_one_card_a_page(cast: Cast, buka: Callable[..., Any]) -> None:
    alamat, kode = plan(cast, 2)
    page = buka(cast.joko, skrip=False)
    page.goto(alamat)
    for n, one in enumerate(kode, 1):
        page.get_by_label("Kode kartu").fill(one)
        page.get_by_label("Kode kartu").press("Enter")
        page.get_by_text(f"{n} / 2").wait_for()
    page.get_by_label("Kode kartu").fill(kode[0])
    page.get_by_label("Kode kartu").press("Enter")
    page.locator("[data-uji=hasil]").get_by_text("Sudah diserahkan").wait_for()
    assert len(handed_over()) == 2
