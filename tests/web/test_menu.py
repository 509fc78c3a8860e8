"""The main menu: start page first, then daily work, tools last; no two entries lead to one page."""

from __future__ import annotations

import re
from typing import Any

import pytest

from rentan.ext import db
from rentan.opd.models import Opd

MENU = {
    "sari": [
        "Beranda", "Pendaftaran", "Pekerja asuhan", "Perbaikan", "Iuran saya", "Surat kuasa", "Daftar calon",
    ],
    "budi": [
        "Beranda", "Partisipasi", "Perlindungan", "Surat kuasa OPD", "Pindai", "Kartu", "Masa kerja",
        "Slip aktivasi", "Pendaftaran", "Pekerja asuhan", "Perbaikan", "Iuran saya", "Daftar calon",
    ],
    "joko": ["Beranda", "Kartu", "Daftar calon"],
    "hadi": [
        "Beranda", "Autodebet", "Setoran", "Cermin", "Iuran", "Perlindungan", "Urusan", "Lembar asli",
        "Tarif",
    ],
    "rini": [
        "Beranda", "Verifikasi", "Ditolak bank", "Kartu", "Pendaftaran", "Pekerja asuhan", "Perbaikan",
        "Iuran saya", "Surat kuasa", "Daftar calon",
    ],
    "bayu": [
        "Beranda", "Kepesertaan", "Setoran", "Cermin", "Pengganti", "Perlindungan", "Urusan", "Kartu",
        "Daftar calon", "Pelindungan lain",
    ],
    "yuni": ["Beranda", "Persetujuan", "Penerimaan dan usul", "Cermin", "Tarif"],
    "agus": ["Beranda", "Dasbor", "Perlindungan"],
    "dewi": [
        "Beranda", "Dasbor", "Lembar asli", "Kartu", "Slip aktivasi", "Daftar calon", "Pelindungan lain",
        "Daftar ASN", "OPD", "Akun", "Tarif", "Pengaturan", "Jejak",
    ],
}  # fmt: skip


def entries(browser: Any, path: str) -> list[tuple[str, bool]]:
    html = browser.get(path).get_data(as_text=True)
    nav = html[html.index('class="menu-utama"') :].split("</nav>")[0]
    return [
        (label, "aria-current" in attrs) for attrs, label in re.findall(r"<li><a ([^>]*)>([^<]*)</a>", nav)
    ]


@pytest.mark.parametrize("nama", MENU)
def test_the_menu_of_a_role_stands_in_the_order_of_its_work(cast: Any, client_as: Any, nama: str) -> None:
    shown = entries(client_as(getattr(cast, nama)), "/beranda")

    assert [label for label, _ in shown] == MENU[nama]
    assert [label for label, active in shown if active] == ["Beranda"]


def test_one_opd_belongs_to_the_dashboard_for_who_sees_the_city(cast: Any, client_as: Any) -> None:
    shown = entries(
        client_as(cast.agus), f"/partisipasi?opd={db.session.get(Opd, cast.sari.asn.opd_id).kode}"
    )

    assert [label for label, active in shown if active] == ["Dasbor"]


def test_each_page_lights_the_entry_it_belongs_to_and_no_other(cast: Any, client_as: Any) -> None:
    for nama, path, label in (
        ("hadi", "/paket", "Autodebet"),
        ("hadi", "/macet", "Beranda"),
        ("hadi", "/siaga/jeda", "Autodebet"),
        ("bayu", "/paket", "Kepesertaan"),
        ("bayu", "/siaga/ramalan", "Pengganti"),
        ("budi", "/tarif/pemberitahuan", "Surat kuasa OPD"),
        ("budi", "/kartu", "Kartu"),
        ("sari", "/siaga", "Pekerja asuhan"),
    ):
        shown = entries(client_as(getattr(cast, nama)), path)
        assert [one for one, active in shown if active] == [label], (nama, path)
