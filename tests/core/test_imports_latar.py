"""Long lists: confirmed in the request, applied in the queue, whole or not at all (IMP-4, CON-4, CRA-1)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from rentan.akun.models import PeranAkun
from rentan.asn.models import Asn
from rentan.asn.roster import ROSTER
from rentan.core import imports_apply
from rentan.core.actor import Pelaku
from rentan.core.audit import Jejak, Peristiwa
from rentan.core.clock import now
from rentan.core.errors import RuleError, Stale
from rentan.core.imports import (
    Impor,
    JenisImpor,
    StatusImpor,
    apply_impor,
    cancel_impor,
    confirmation_token,
    expire_imports,
    receive_impor,
    recheck_impor,
    start_apply,
)
from rentan.core.permissions import Permission
from rentan.core.queue import enqueue
from rentan.ext import db, runtime
from tests.asn.roster_files import nip, row, xlsx
from tests.cast import Cast
from tests.threads import run_at_once

A, B = (nip(date(1985, 3, n), n) for n in (1, 2))
BAIK = xlsx(("DATA", [row(A), row(B, nama="Lina")]))
KELOLA = Permission.ASN_KELOLA


def unggah(by: Pelaku, data: bytes = BAIK) -> Impor:
    impor = receive_impor(JenisImpor.ROSTER, data, "daftar.xlsx", {}, by)
    db.session.commit()
    return baca(impor)


def mulai(impor: Impor, by: Pelaku, token: str = "", **more: Any) -> None:
    token = token or confirmation_token(impor, by=by)
    start_apply(impor, token, False, by, izin=KELOLA, **{"setuju": True, **more})
    db.session.commit()


def baca(impor: Impor) -> Impor:
    db.session.refresh(impor)
    return impor


def jumlah_asn() -> int:
    return db.session.scalar(db.select(db.func.count(Asn.id)).where(Asn.nip.in_([A, B]))) or 0


def diterapkan() -> int:
    query = db.select(db.func.count(Jejak.seq)).where(Jejak.peristiwa == Peristiwa.IMPOR_DITERAPKAN)
    return db.session.scalar(query) or 0


@pytest.fixture
def antrean(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Jobs that were queued and not begun; until the test lets them run, the machine stands still."""
    waiting: list[dict[str, Any]] = []

    def keep(name: str, **args: Any) -> None:
        if name == "impor.terapkan":
            waiting.append(args)
        else:
            enqueue(name, **args)

    monkeypatch.setattr(imports_apply, "enqueue", keep)
    return waiting


def test_confirmed_now_and_applied_after_the_commit(app: Flask, cast: Cast) -> None:
    dewi = cast.dewi.pelaku
    impor = unggah(dewi)
    token = confirmation_token(impor, by=dewi)
    for wrong, kode in (({"token": "x"}, "token_salah"), ({"setuju": False}, "perlu_setuju")):
        impor.ringkasan = {**impor.ringkasan, "perlu_setuju": "Yakin?" if "setuju" in wrong else None}
        with pytest.raises(RuleError) as refused:
            mulai(impor, dewi, **({"token": token} | wrong))
        assert refused.value.kode == kode
        db.session.rollback()
    mulai(impor, dewi, token)
    assert baca(impor).status is StatusImpor.DITERAPKAN and impor.diterapkan_pada
    assert jumlah_asn() == 2 and not runtime().store.exists(impor.kunci_berkas)
    with pytest.raises(Stale):
        mulai(impor, dewi, token)


@pytest.mark.kedua_basis
def test_cut_off_by_a_stop_of_the_machine(app: Flask, cast: Cast, antrean: list[dict[str, Any]]) -> None:
    """Nothing was written, the page says so, and the old job does nothing when it comes after all."""
    dewi = cast.dewi.pelaku
    impor = unggah(dewi)
    mulai(impor, dewi)
    assert baca(impor).status is StatusImpor.MENERAPKAN
    for move in (cancel_impor, recheck_impor):
        with pytest.raises(Stale):
            move(impor, by=dewi)
    assert expire_imports() == 0 and runtime().store.exists(impor.kunci_berkas)
    imports_apply.mark_cut_off()
    db.session.commit()
    assert baca(impor).status is StatusImpor.SIAP and "terputus" in (impor.galat or "")
    imports_apply.run_apply(**antrean[0])
    assert baca(impor).status is StatusImpor.SIAP and jumlah_asn() == 0
    mulai(impor, dewi)
    assert baca(impor).galat is None
    imports_apply.run_apply(**antrean[0])
    assert jumlah_asn() == 0
    for _ in range(2):
        imports_apply.run_apply(**antrean[1])
    assert baca(impor).status is StatusImpor.DITERAPKAN
    assert (jumlah_asn(), diterapkan()) == (2, 1)


@pytest.mark.kedua_basis
def test_two_confirmations_at_once(app: Flask, cast: Cast) -> None:
    dewi = cast.dewi.pelaku
    impor = unggah(dewi)
    impor_id, token = impor.id, confirmation_token(impor, by=dewi)
    outcome = run_at_once(app, 2, lambda _n: mulai(db.session.get_one(Impor, impor_id), dewi, token))
    assert [type(one) for one in outcome if one is not None] == [Stale]
    assert (baca(impor).status, jumlah_asn(), diterapkan()) == (StatusImpor.DITERAPKAN, 2, 1)


def test_what_stops_it_is_told_and_nothing_is_written(
    app: Flask, cast: Cast, antrean: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    dewi = cast.dewi.pelaku
    impor, write = unggah(dewi), ROSTER.apply

    def gagal(failure: Exception, kata: str) -> None:
        def apply(hasil: Any, impor: Impor, by: Pelaku) -> None:
            write(hasil, impor, by)
            raise failure

        with monkeypatch.context() as patch:
            patch.setattr(ROSTER, "apply", apply)
            mulai(impor, dewi)
            imports_apply.run_apply(**antrean[-1])
        assert baca(impor).status is StatusImpor.SIAP and kata in (impor.galat or "")
        assert jumlah_asn() == 0

    gagal(RuleError("Bulan ini sudah ditutup."), "Bulan ini sudah ditutup")
    gagal(ArithmeticError(), "gangguan pada aplikasi")
    grant = db.session.scalars(db.select(PeranAkun).where(PeranAkun.akun_id == dewi.akun_id)).one()
    mulai(impor, dewi)
    grant.dicabut_pada = now()  # between the confirmation and its turn
    db.session.commit()
    imports_apply.run_apply(**antrean[-1])
    assert baca(impor).status is StatusImpor.SIAP and "Peran Anda" in (impor.galat or "")
    assert (jumlah_asn(), diterapkan()) == (0, 0)


def test_the_city_changed_while_it_waited(app: Flask, cast: Cast, antrean: list[dict[str, Any]]) -> None:
    """What was confirmed is not what would happen: it is read again and shown anew."""
    dewi = cast.dewi.pelaku
    satu, dua = unggah(dewi), unggah(dewi)
    mulai(satu, dewi)
    apply_impor(dua, confirmation_token(dua, by=dewi), False, dewi, setuju=True)
    db.session.commit()
    imports_apply.run_apply(**antrean[0])
    assert baca(satu).status is StatusImpor.SIAP and satu.ringkasan["unchanged"] == 2
    assert "Data kota berubah" in (satu.galat or "") and diterapkan() == 1
