"""Help: a page for every role, open to guests, with figures that follow the settings."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from rentan.bantuan.queries import HALAMAN
from rentan.core.permissions import Peran
from rentan.core.settings import change_setting
from rentan.ext import db

#: What the page of the donor must say (product.md §3 Benefits, Letter, Debit).
WAJIB_ASN = (
    "Rp42 juta", "hanya Rp10 juta", "Rp174 juta", "2 × 24 jam", "56 kali", "48 kali", "tidak menjanjikannya",
    "tanpa alasan", "saldo", "hari kerja pertama", "batas tertinggi",
)  # fmt: skip


def read(browser: FlaskClient, kunci: str = "") -> str:
    answer = browser.get(f"/bantuan{kunci}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_there_is_a_page_for_every_role_and_for_guests() -> None:
    assert {one.peran for one in HALAMAN} == {*Peran, None}


@pytest.mark.parametrize("kunci", [one.kunci for one in HALAMAN])
def test_page_opens_for_guests_and_says_whom_to_ask(client: FlaskClient, kunci: str) -> None:
    html = read(client, f"/{kunci}")
    assert html.count("<h1") == 1 and f'data-uji="bantuan-{kunci}"' in html
    assert "operator di sekretariat OPD Anda" in html


def test_donor_reads_benefits_as_information_and_how_to_stop(client: FlaskClient) -> None:
    html = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", read(client, "/asn")))
    assert not [one for one in WAJIB_ASN if one not in html]


def test_figures_follow_the_settings(client: FlaskClient, cast: Any) -> None:
    assert "selama 7 hari" in read(client, "/asn")
    change_setting("hari_pegang", 9, by=cast.dewi.pelaku)
    db.session.commit()
    assert "selama 9 hari" in read(client, "/asn")


def test_own_roles_come_first(cast: Any, client_as: Any, client: FlaskClient) -> None:
    html = read(client_as(cast.budi))
    own, others = html.split("Peran lain")
    assert "/bantuan/operator_opd" in own and "/bantuan/asn" in own and "/bantuan/admin" in others
    assert "Untuk peran Anda" not in read(client)


def test_links_lead_somewhere_for_whom_they_are_meant(cast: Any, client_as: Any) -> None:
    for nama, kunci in (
        ("budi", "operator_opd"), ("joko", "petugas_kecamatan"), ("rini", "verifikator"),
        ("hadi", "bendahara"),
        ("yuni", "penyetuju"), ("bayu", "petugas_bpjs"), ("agus", "pimpinan"), ("dewi", "admin"),
    ):  # fmt: skip
        browser = client_as(getattr(cast, nama))
        for link in set(re.findall(r'href="(/[^"#]*)"', read(browser, f"/{kunci}"))):
            if not link.startswith("/static"):
                assert browser.get(link).status_code in (200, 303), (kunci, link)


@pytest.mark.parametrize("kunci", ["rahasia", "..%2Fasn", "_halaman", "ASN", "asn/"])
def test_other_addresses_are_not_found(client: FlaskClient, kunci: str) -> None:
    assert client.get(f"/bantuan/{kunci}").status_code == 404
