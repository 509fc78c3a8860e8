"""Lists take as many queries for many rows as for one (platform.md: no query inside a loop)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from rentan.asuhan import actions as asuhan_actions
from rentan.core.actor import Pelaku
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.surat_kuasa import actions as surat_actions
from rentan.wilayah.models import Kelurahan
from tests import factories
from tests.calon.maker import make_calon
from tests.cast import Cast

PAGES = (
    ("sari", "/asuhan"),
    ("sari", "/calon"),
    ("sari", "/beranda"),
    ("sari", "/pendaftaran/pekerja"),
    ("budi", "/surat-kuasa"),
    ("budi", "/partisipasi"),
    ("budi", "/beranda"),
    ("rini", "/beranda"),
    ("bayu", "/beranda"),
    ("budi", "/macet"),
    ("dewi", "/asn"),
    ("dewi", "/akun/kelola"),
    ("dewi", "/jejak"),
    ("dewi", "/dasbor"),
)
#: Above what any of these pages needs today (5 to 26).
PALING_BANYAK = 28


@pytest.fixture(autouse=True)
def _today(time_machine: Any) -> None:
    time_machine.move_to("2026-11-21 10:00+07:00")


def _add_rows(cast: Cast, number: int) -> None:
    """One more of all that these pages list: in the pool, sponsored by Sari, a colleague with a letter."""
    wards = db.session.scalars(select(Kelurahan.kode).order_by(Kelurahan.kode).limit(10)).all()
    opd = cast.sari.asn.opd_id
    make_calon(f"Calon {number}", kelurahan=wards[number])
    asn = factories.make_asn(f"Rekan {number}", nip=f"198503022009012{500 + number}")
    asn.opd_id = opd
    akun = factories.make_akun(asn.nip, asn.nama, asn=asn)
    factories.grant(akun, Peran.ASN)
    by = Pelaku(akun_id=akun.id, peran=frozenset({Peran.ASN}), asn_id=asn.id)
    for giver, actor, name in ((asn, by, "Kerja"), (cast.sari.asn, cast.sari.pelaku, "Asuh")):
        worker = factories.make_pekerja(f"{name} {number}", kelurahan=wards[number])
        asuhan_actions.usulkan(
            giver,
            worker,
            program="JKK+JKM",
            penghasilan=1_000_000,
            periode=1,
            bulan_pertama=date(2026, 12, 1),
            by=actor,
        )
    surat_actions.buat(asn, by=by)
    db.session.commit()


def test_more_rows_take_no_more_queries(app: Flask, cast: Cast, client_as: Any) -> None:
    said: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _cur, statement, *_: said.append(statement))
    browsers = {who: client_as(getattr(cast, who)) for who, _ in PAGES}

    def count() -> dict[tuple[str, str], int]:
        found = {}
        for who, url in PAGES:
            db.session.commit()
            said.clear()
            assert browsers[who].get(url).status_code == 200, url
            found[who, url] = len(said)
        return found

    _add_rows(cast, 0)
    count()  # the first round fills what is cached
    few = count()
    for number in range(1, 8):
        _add_rows(cast, number)
    many = count()
    assert many == few
    assert max(many.values()) <= PALING_BANYAK
