"""``advance`` is the only way a status moves (states.md G1-G6): shown on a small machine over a worker."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm.exc import StaleDataError

from rentan.core.actor import SISTEM, Pelaku
from rentan.core.audit import Jejak, verify_chain
from rentan.core.errors import Forbidden, RuleError, Stale
from rentan.core.permissions import Peran
from rentan.core.workflow import Machine, Move, Riwayat, advance, list_riwayat, offers
from rentan.ext import db
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import StatusPekerja as S
from tests import factories
from tests.cast import Cast
from tests.threads import run_at_once

pytestmark = pytest.mark.kedua_basis


def needs_name(_row: Pekerja, _by: Pelaku, facts: dict[str, object]) -> str | None:
    return None if facts.get("nama") else "Isi namanya dahulu, lalu kirim lagi."


def own_opd_only(_row: Pekerja, by: Pelaku, peran: Peran) -> bool:
    """The row counts as one of Budi's OPD: his is the first that the cast makes."""
    return peran is not Peran.OPERATOR_OPD or by.opd_ids == own_opd_only.opd  # type: ignore[attr-defined]


OPERATOR = frozenset({Peran.OPERATOR_OPD})
UJI = Machine(
    nama="uji",
    sebutan="Pekerja",
    in_scope=own_opd_only,
    moves=(
        Move("U1", "catat", frozenset(), S.CALON, OPERATOR, "Catat"),
        Move("U2", "terima", frozenset({S.CALON}), S.LAYAK, OPERATOR, "Terima", penjaga=(needs_name,)),
        Move("U3", "lewat", frozenset({S.CALON, S.LAYAK}), S.BERAKHIR, frozenset(), "Akhiri", sistem=True),
        Move("U4", "ulang", frozenset({S.LAYAK}), S.CALON, OPERATOR | {Peran.VERIFIKATOR}, "Ulangi"),
    ),
)


@pytest.fixture
def pekerja(cast: Cast) -> Pekerja:
    own_opd_only.opd = cast.budi.pelaku.opd_ids  # type: ignore[attr-defined]
    row = factories.make_pekerja(status=S.CALON)
    db.session.commit()
    return row


def unchanged(row: Pekerja, status: S = S.CALON) -> bool:
    db.session.rollback()
    db.session.refresh(row)
    return row.status is status and not db.session.scalars(db.select(Riwayat)).all()


def test_move_changes_status_and_leaves_history_and_trail(cast: Cast, pekerja: Pekerja) -> None:
    versi = pekerja.versi
    advance(UJI, pekerja, "terima", by=cast.budi.pelaku, versi=versi, alasan="lengkap", nama="Slamet")
    db.session.commit()
    db.session.refresh(pekerja)
    assert (pekerja.status, pekerja.versi) == (S.LAYAK, versi + 1)
    (row,) = list_riwayat(UJI, pekerja)
    assert (row.langkah, row.dari, row.ke, row.urutan) == ("U2", "calon", "layak", 1)
    assert (row.pelaku_id, row.peran, row.alasan) == (cast.budi.akun.id, "operator_opd", "lengkap")
    event = db.session.scalars(db.select(Jejak).order_by(Jejak.seq.desc())).first()
    assert (event.peristiwa, event.objek_id) == ("status_berpindah", str(pekerja.id))
    assert list(verify_chain())[-1] == event.seq


def test_creating_move(cast: Cast, pekerja: Pekerja) -> None:
    row = factories.make_pekerja("Baru Rekaan")
    advance(UJI, row, "catat", by=cast.budi.pelaku, baru=True)
    assert row.status is S.CALON
    assert list_riwayat(UJI, row)[0].dari is None


def test_and_wati_of_another_opd(cast: Cast, pekerja: Pekerja) -> None:
    with pytest.raises(Forbidden):
        advance(UJI, pekerja, "terima", by=cast.wati.pelaku, nama="Slamet")
    assert unchanged(pekerja)


@pytest.mark.parametrize("nama", ["sari", "joko", "rini", "agus", "dewi"])
def test_role_without_the_move_is_refused(cast: Cast, pekerja: Pekerja, nama: str) -> None:
    with pytest.raises(Forbidden):
        advance(UJI, pekerja, "terima", by=getattr(cast, nama).pelaku, nama="Slamet")
    assert unchanged(pekerja)


def test_guest_is_refused(cast: Cast, pekerja: Pekerja) -> None:
    with pytest.raises(Forbidden):
        advance(UJI, pekerja, "terima", by=Pelaku(akun_id=None), nama="Slamet")
    assert unchanged(pekerja)


def test_system_makes_only_moves_of_the_system(cast: Cast, pekerja: Pekerja) -> None:
    with pytest.raises(Forbidden):
        advance(UJI, pekerja, "terima", by=SISTEM, nama="Slamet")
    assert unchanged(pekerja)
    with pytest.raises(Forbidden):
        advance(UJI, pekerja, "lewat", by=cast.budi.pelaku)
    advance(UJI, pekerja, "lewat", by=SISTEM)
    assert list_riwayat(UJI, pekerja)[0].peran == "sistem"


def test_stale_page_is_refused(cast: Cast, pekerja: Pekerja) -> None:
    with pytest.raises(Stale):
        advance(UJI, pekerja, "terima", by=cast.budi.pelaku, versi=pekerja.versi - 1, nama="Slamet")
    assert unchanged(pekerja)


def test_guard_says_why_and_changes_nothing(cast: Cast, pekerja: Pekerja) -> None:
    with pytest.raises(RuleError, match="Isi namanya dahulu") as refused:
        advance(UJI, pekerja, "terima", by=cast.budi.pelaku)
    assert refused.value.kode == "penjaga_u2"
    assert pekerja.status is S.CALON
    assert not db.session.info.get("jejak")
    assert unchanged(pekerja)


def test_wrong_source_state_names_the_right_ones(cast: Cast, pekerja: Pekerja) -> None:
    with pytest.raises(RuleError) as refused:
        advance(UJI, pekerja, "ulang", by=cast.budi.pelaku)
    assert S.CALON.label in refused.value.pesan
    assert S.LAYAK.label in refused.value.pesan
    assert refused.value.kode == "status_tidak_cocok"
    assert unchanged(pekerja)


def test_unknown_event_is_our_own_mistake(cast: Cast, pekerja: Pekerja) -> None:
    with pytest.raises(LookupError):
        advance(UJI, pekerja, "terbang", by=cast.budi.pelaku)


def test_offers_are_what_advance_would_do(cast: Cast, pekerja: Pekerja) -> None:
    people = [getattr(cast, nama).pelaku for nama in vars(cast)] + [SISTEM]
    for status in (S.CALON, S.LAYAK, S.BERAKHIR):
        for by in people:
            for facts in ({}, {"nama": "Slamet"}):
                pekerja.status = status
                db.session.commit()
                offered = {one.move.kode: one.alasan for one in offers(UJI, pekerja, by, **facts)}
                for move in UJI.moves:
                    try:
                        advance(UJI, pekerja, move.peristiwa, by=by, **facts)
                        outcome: object = None
                    except Forbidden:
                        outcome = "tidak ditawarkan"
                    except RuleError as refused:
                        outcome = (
                            "tidak ditawarkan" if refused.kode == "status_tidak_cocok" else refused.pesan
                        )
                    db.session.rollback()
                    assert offered.get(move.kode, "tidak ditawarkan") == outcome


def test_two_moves_at_once_make_one(app: Flask, cast: Cast, pekerja: Pekerja) -> None:
    budi, pekerja_id = cast.budi.pelaku, pekerja.id

    def accept(_number: int) -> str:
        row = db.session.get_one(Pekerja, pekerja_id)
        advance(UJI, row, "terima", by=budi, nama="Slamet")
        db.session.commit()
        return "diterima"

    results = run_at_once(app, 8, accept)
    assert results.count("diterima") == 1
    assert all(isinstance(one, RuleError | StaleDataError) for one in results if one != "diterima")
    assert len(list_riwayat(UJI, pekerja)) == 1
