"""The import framework: preview, one-use confirmation, all or nothing, races, swapped files (IMP-4)."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from rentan.asn.models import Asn
from rentan.core.actor import Pelaku
from rentan.core.audit import Jejak
from rentan.core.clock import now
from rentan.core.errors import NotFound, RuleError, Stale
from rentan.core.imports import (
    Impor,
    JenisImpor,
    StatusImpor,
    apply_impor,
    cancel_impor,
    confirmation_token,
    expire_imports,
    get_impor,
    receive_impor,
    recheck_impor,
    resume_imports,
)
from rentan.core.imports_base import Ditolak, Hasil
from rentan.core.secrets import encrypt
from rentan.core.subject import dek_for
from rentan.ext import db, runtime
from tests.asn.roster_files import nip, row, xlsx
from tests.cast import Cast

A, B, D = (nip(date(1985, 3, n), n) for n in (1, 2, 3))
BAIK = xlsx(("DATA", [row(A), row(B, nama="Lina")]))
CAMPUR = xlsx(("DATA", [row(A), row(int(B))]))


def unggah(by: Pelaku, data: bytes = BAIK) -> Impor:
    impor = receive_impor(JenisImpor.ROSTER, data, "daftar.xlsx", {}, by)
    db.session.commit()
    db.session.refresh(impor)
    return impor


def jumlah_asn() -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(Asn).where(Asn.nip.in_([A, B]))) or 0


def test_upload_is_encrypted_and_read_but_nothing_is_written(app: Flask, cast: Cast) -> None:
    impor = unggah(cast.dewi.pelaku)
    assert impor.status is StatusImpor.SIAP
    assert (impor.kemajuan, impor.ringkasan["good"]) == (100, 2)
    stored = runtime().store.get(impor.kunci_berkas)
    assert b"PK" not in stored[:2] and A.encode() not in stored
    assert jumlah_asn() == 0


@pytest.mark.kedua_basis
def test_confirmed_once_by_the_same_person(app: Flask, cast: Cast) -> None:
    dewi = cast.dewi.pelaku
    impor = unggah(dewi)
    token = confirmation_token(impor, by=dewi)
    hasil = apply_impor(impor, token, False, dewi, setuju=True)
    db.session.commit()
    assert len(hasil.good) == 2 and jumlah_asn() == 2
    assert impor.status is StatusImpor.DITERAPKAN
    assert not runtime().store.exists(impor.kunci_berkas)
    with pytest.raises(Stale):
        apply_impor(impor, token, False, dewi)
    peristiwa = list(db.session.scalars(db.select(Jejak.peristiwa).order_by(Jejak.seq)))
    assert peristiwa[-2:] == ["impor_diperiksa", "impor_diterapkan"]


def test_nobody_else_sees_or_confirms_it(app: Flask, cast: Cast) -> None:
    impor = unggah(cast.dewi.pelaku)
    token = confirmation_token(impor, by=cast.dewi.pelaku)
    for lain in (cast.bayu.pelaku, cast.wati.pelaku):
        with pytest.raises(NotFound):
            get_impor(impor.id, jenis=JenisImpor.ROSTER, seen_by=lain)
        with pytest.raises(NotFound):
            apply_impor(impor, token, False, lain)
        with pytest.raises(NotFound):
            confirmation_token(impor, by=lain)
    with pytest.raises(NotFound):
        get_impor(impor.id, jenis=JenisImpor.CALON, seen_by=cast.dewi.pelaku)


def test_a_token_of_another_file_or_too_late_is_refused(app: Flask, cast: Cast, time_machine: Any) -> None:
    dewi = cast.dewi.pelaku
    satu, dua = unggah(dewi), unggah(dewi, CAMPUR)
    with pytest.raises(RuleError) as refused:
        apply_impor(satu, confirmation_token(dua, by=dewi), False, dewi)
    assert refused.value.kode == "token_salah"
    token = confirmation_token(satu, by=dewi)
    time_machine.move_to(satu.kedaluwarsa_pada + timedelta(seconds=1))
    with pytest.raises(RuleError) as refused:
        apply_impor(satu, token, False, dewi)
    assert refused.value.kode == "token_kedaluwarsa"
    db.session.rollback()
    recheck_impor(satu, by=dewi)
    db.session.commit()
    db.session.refresh(satu)
    with pytest.raises(RuleError) as refused:
        apply_impor(satu, token, False, dewi)
    assert refused.value.kode == "token_salah"
    db.session.rollback()
    apply_impor(satu, confirmation_token(satu, by=dewi), False, dewi, setuju=True)
    db.session.commit()
    assert jumlah_asn() == 2


def test_a_swapped_file_is_refused(app: Flask, cast: Cast) -> None:
    dewi = cast.dewi.pelaku
    impor = unggah(dewi)
    token, store = confirmation_token(impor, by=dewi), runtime().store
    lain = xlsx(("DATA", [row(A), row(B, nama="Lina"), row(D)]))
    for data in (
        encrypt(dek_for(impor.id), lain, table="impor", column="berkas", row=impor.id),
        b"x" * 100,
    ):
        store.put(impor.kunci_berkas, data)
        with pytest.raises(RuleError) as refused:
            apply_impor(impor, token, False, dewi)
        assert refused.value.kode == "berkas_berubah"
        db.session.rollback()
    store.delete(impor.kunci_berkas)
    with pytest.raises(RuleError):
        apply_impor(impor, token, False, dewi)
    db.session.rollback()
    assert jumlah_asn() == 0


def test_all_or_nothing_unless_the_good_rows_are_taken(app: Flask, cast: Cast) -> None:
    dewi = cast.dewi.pelaku
    impor = unggah(dewi, CAMPUR)
    assert impor.ditolak[0]["code"] == "nip_numeric_cell"
    assert impor.ringkasan["good"] + impor.ringkasan["refused"] == impor.ringkasan["read"] == 2
    token = confirmation_token(impor, by=dewi)
    with pytest.raises(RuleError) as refused:
        apply_impor(impor, token, False, dewi, setuju=True)
    assert refused.value.kode == "ada_ditolak"
    db.session.rollback()
    assert jumlah_asn() == 0
    apply_impor(impor, token, True, dewi, setuju=True)
    db.session.commit()
    assert jumlah_asn() == 1


def test_what_was_shown_must_still_be_what_happens(app: Flask, cast: Cast) -> None:
    dewi = cast.dewi.pelaku
    satu, dua = unggah(dewi), unggah(dewi)
    apply_impor(satu, confirmation_token(satu, by=dewi), False, dewi, setuju=True)
    db.session.commit()
    with pytest.raises(Stale):
        apply_impor(dua, confirmation_token(dua, by=dewi), False, dewi, setuju=True)
    db.session.rollback()
    recheck_impor(dua, by=dewi)
    db.session.commit()
    db.session.refresh(dua)
    assert dua.ringkasan["unchanged"] == 2


@pytest.mark.kedua_basis
def test_two_imports_confirmed_at_once(app: Flask, cast: Cast) -> None:
    dewi = cast.dewi.pelaku
    pairs = [(one.id, confirmation_token(one, by=dewi)) for one in (unggah(dewi), unggah(dewi))]
    start, outcome = threading.Barrier(2), []

    def confirm(impor_id: Any, token: str) -> None:
        with app.app_context():
            start.wait()
            try:
                apply_impor(db.session.get_one(Impor, impor_id), token, False, dewi, setuju=True)
                db.session.commit()
                outcome.append("ok")
            except RuleError as refused:
                db.session.rollback()
                outcome.append(refused.kode)

    db.session.commit()
    threads = [threading.Thread(target=confirm, args=pair) for pair in pairs]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(outcome)[0] in {"impor_lain", "ok", "usang"} and outcome.count("ok") == 1
    assert jumlah_asn() == 2


def test_an_unusable_file_says_why(app: Flask, cast: Cast) -> None:
    dewi = cast.dewi.pelaku
    with pytest.raises(RuleError) as refused:
        receive_impor(JenisImpor.ROSTER, b"%PDF-1.7", "daftar.xlsx", {}, dewi)
    assert refused.value.kode == "jenis_berkas"
    with pytest.raises(RuleError):
        receive_impor(JenisImpor.ROSTER, b"x" * (10 * 1024 * 1024 + 1), "daftar.csv", {}, dewi)
    db.session.rollback()
    impor = unggah(dewi, xlsx(("DATA", [["x"]]), header=("BUKAN",)))
    assert impor.status is StatusImpor.GAGAL
    assert impor.galat and "NIP" in impor.galat
    assert not runtime().store.exists(impor.kunci_berkas)


def test_cancelled_and_forgotten_uploads_lose_their_file(app: Flask, cast: Cast, time_machine: Any) -> None:
    dewi = cast.dewi.pelaku
    satu, dua = unggah(dewi), unggah(dewi)
    cancel_impor(satu, by=dewi)
    db.session.commit()
    assert satu.status is StatusImpor.DIBATALKAN and not runtime().store.exists(satu.kunci_berkas)
    with pytest.raises(Stale):
        cancel_impor(satu, by=dewi)
    assert expire_imports() == 0
    time_machine.move_to(now() + timedelta(days=2))
    assert (expire_imports(), expire_imports()) == (1, 0)
    db.session.commit()
    assert not runtime().store.exists(dua.kunci_berkas)


def test_a_reading_lost_with_its_process_is_taken_up_again(app: Flask, cast: Cast) -> None:
    impor = unggah(cast.dewi.pelaku)
    impor.status, impor.token_hash, impor.kemajuan = StatusImpor.DIBACA, None, 10
    db.session.commit()
    resume_imports()
    db.session.commit()
    db.session.refresh(impor)
    assert impor.status is StatusImpor.SIAP


def test_a_handler_that_loses_a_row_is_a_defect() -> None:
    twice = [Ditolak("A", 4, "x", "y"), Ditolak("A", 4, "x", "y")]
    for hasil in (Hasil(read=3, good=[1], refused=twice[:1]), Hasil(read=2, good=[], refused=twice)):
        with pytest.raises(ValueError):
            hasil.verify()
    Hasil(read=2, good=[1], refused=twice[:1]).verify()
