"""One row for who may see it, read afresh when it is held; the rows after the last one shown."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask
from sqlalchemy import select, update

from rentan.asn.models import Asn
from rentan.core.baca import after, get_one
from rentan.core.errors import NotFound
from rentan.ext import db
from tests.cast import Cast

pytestmark = pytest.mark.kedua_basis


def test_a_row_held_for_a_change_is_read_afresh(app: Flask, cast: Cast) -> None:
    query = select(Asn).where(Asn.id == cast.sari.akun.asn_id)
    with db.session.no_autoflush:
        row = get_one(query)
        db.session.execute(update(Asn).values(nama="Baru"), execution_options={"synchronize_session": False})
        assert get_one(query).nama != "Baru"
        assert get_one(query, untuk_diubah=True, key_share=True) is row
        assert row.nama == "Baru"
    with pytest.raises(NotFound):
        get_one(query.where(Asn.nama == "Lain"), untuk_diubah=True)


def test_pages_follow_each_other_in_both_directions(app: Flask, cast: Cast) -> None:
    urut = (Asn.nama_urut, Asn.id)
    for turun in (False, True):
        query = select(Asn).order_by(*(one.desc() if turun else one for one in urut))
        semua = list(db.session.scalars(query))
        assert len(semua) > 2
        halaman = after(query, semua[1].id, *urut, turun=turun)
        assert list(db.session.scalars(halaman)) == semua[2:]
        assert list(db.session.scalars(after(query, uuid.uuid4(), *urut, turun=turun))) == semua
