"""M5, M6 and the queue: who may take which letter, for how long, and what others see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event

from rentan.core.clock import now
from rentan.core.errors import Forbidden, NotFound, RuleError, Stale
from rentan.core.workflow import list_riwayat
from rentan.ext import db
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import MACHINE, StatusSurat
from rentan.verifikasi import actions, antrean, queries
from rentan.verifikasi.queries import get_surat_masuk
from tests.cast import Cast
from tests.threads import run_at_once
from tests.verifikasi.periksa import add_berkas, ambil, berkas, putus, surat_masuk, verifikator

AWAL = "2026-11-20T02:00:00Z"


def refused(call: Any) -> RuleError:
    with pytest.raises(RuleError) as caught:
        call()
    return caught.value


def test_claim_is_shown_to_others_until_it_ends(cast: Cast) -> None:
    with time_machine.travel(AWAL, tick=False) as jam:
        vera, surat = verifikator(), surat_masuk(cast.sari)
        ambil(surat, cast.rini)
        assert (surat.status, surat.diperiksa_oleh) == (StatusSurat.DIPERIKSA, cast.rini.akun.id)
        said = refused(lambda: ambil(surat, vera)).pesan
        assert said == "Surat ini sedang diperiksa Rini Rekaan s.d. pukul 11.00."
        line = antrean.list_antrean(seen_by=vera.pelaku).baris[0]
        assert line.pemeriksa == "Rini Rekaan" and not line.dipegang_sendiri
        assert antrean.find_berikutnya(vera.pelaku) is None
        jam.shift(timedelta(hours=2, minutes=1))
        assert antrean.find_berikutnya(vera.pelaku).id == surat.id
        ambil(surat, vera)
        assert surat.diperiksa_oleh == vera.akun.id
        assert "dipegang Vera Rekaan" in refused(lambda: putus(surat, cast.rini)).pesan


def test_release_keeps_place_and_verdicts(cast: Cast) -> None:
    vera, surat = verifikator(), surat_masuk(cast.sari)
    sent = surat.diunggah_pada
    ambil(surat, cast.rini)
    putus(surat, cast.rini)
    assert "dipegang" in refused(lambda: actions.release_surat(surat, by=vera.pelaku)).pesan
    actions.release_surat(surat, by=cast.rini.pelaku)
    assert (surat.status, surat.diperiksa_oleh, surat.diunggah_pada) == (StatusSurat.DIUNGGAH, None, sent)
    assert len(queries.list_putusan(surat)) == 4
    ambil(surat, vera)
    actions.release_surat(surat, by=cast.dewi.pelaku)  # an admin frees what was left lying
    assert [one.langkah for one in list_riwayat(MACHINE, surat)][-4:] == ["M5", "M6", "M5", "M6"]


def test_nobody_takes_the_own_letter(cast: Cast) -> None:
    surat = surat_masuk(cast.rini)
    with pytest.raises(Forbidden):
        actions.claim_surat(surat, by=cast.rini.pelaku)
    with pytest.raises(NotFound):
        get_surat_masuk(surat.id, seen_by=cast.rini.pelaku)
    assert antrean.find_berikutnya(cast.rini.pelaku) is None
    line = antrean.list_antrean(seen_by=cast.rini.pelaku).baris[0]
    assert line.alasan == antrean.MILIK_SENDIRI


def test_nobody_takes_what_he_uploaded(cast: Cast) -> None:
    surat = surat_masuk(cast.sari)
    add_berkas(surat, berkas(surat).jenis, cast.rini.akun.id)
    assert "ikut mengunggah" in refused(lambda: ambil(surat, cast.rini)).pesan
    assert antrean.find_berikutnya(cast.rini.pelaku) is None
    assert "ikut mengunggah" in (antrean.list_antrean(seen_by=cast.rini.pelaku).baris[0].alasan or "")
    ambil(surat, verifikator())


@pytest.mark.parametrize("nama", ["sari", "budi", "wati", "joko", "hadi", "yuni", "bayu", "agus"])
def test_others_take_nothing(cast: Cast, nama: str) -> None:
    surat, orang = surat_masuk(cast.sari), getattr(cast, nama)
    with pytest.raises((Forbidden, NotFound)):
        actions.claim_surat(get_surat_masuk(surat.id, seen_by=orang.pelaku), by=orang.pelaku)
    assert antrean.list_antrean(seen_by=orang.pelaku).jumlah == 0


def test_oldest_first_and_skip(cast: Cast) -> None:
    letters = []
    for number, orang in enumerate((cast.lina, cast.eko, cast.sari)):
        with time_machine.travel(AWAL, tick=False) as jam:
            jam.shift(timedelta(hours=number))
            letters.append(surat_masuk(orang))
    page = antrean.list_antrean(seen_by=cast.rini.pelaku, banyak=2)
    assert [one.surat.id for one in page.baris] == [one.id for one in letters[:2]]
    assert page.jumlah == 3 and page.sesudah == letters[1].id
    rest = antrean.list_antrean(seen_by=cast.rini.pelaku, banyak=2, sesudah=page.sesudah)
    assert [one.surat.id for one in rest.baris] == [letters[2].id] and rest.sesudah is None
    own = antrean.list_antrean(seen_by=cast.rini.pelaku, opd_id=cast.eko.asn.opd_id)
    assert [one.surat.id for one in own.baris] == [letters[1].id]
    found = antrean.find_berikutnya(cast.rini.pelaku, sesudah=letters[0])
    assert found is not None and found.id == letters[1].id


def test_stale_page(cast: Cast) -> None:
    surat = surat_masuk(cast.sari)
    seen = surat.versi
    ambil(surat, cast.rini)
    with pytest.raises(Stale):
        actions.release_surat(surat, by=cast.rini.pelaku, versi=seen)


@pytest.mark.kedua_basis
def test_many_at_once_take_different_letters(app: Flask, cast: Cast) -> None:
    people = [cast.rini, verifikator("Vera"), verifikator("Vino"), verifikator("Veni")]
    letters = {surat_masuk(orang).id for orang in (cast.sari, cast.lina, cast.eko)}
    actors = [one.pelaku for one in people]

    def take(number: int) -> Any:
        found = antrean.find_berikutnya(actors[number])
        if found is None:
            return None
        actions.claim_surat(found, by=actors[number])
        db.session.commit()
        return found.id

    took = [one for one in run_at_once(app, len(people), take) if one is not None]
    assert not [one for one in took if isinstance(one, Exception)], took
    assert len(took) == len(set(took)) == 3 and set(took) == letters


@pytest.mark.kedua_basis
def test_two_at_once_one_wins(app: Flask, cast: Cast) -> None:
    people = [cast.rini, verifikator("Vera"), verifikator("Vino")]
    surat_id = surat_masuk(cast.sari).id
    actors = [one.pelaku for one in people]

    def take(number: int) -> str:
        surat = db.session.get_one(SuratKuasa, surat_id)
        actions.claim_surat(surat, by=actors[number])
        db.session.commit()
        return "dapat"

    done = run_at_once(app, len(people), take)
    assert done.count("dapat") == 1
    for one in done:
        assert one == "dapat" or (isinstance(one, RuleError) and "sedang diperiksa" in one.pesan), one
    surat = db.session.get_one(SuratKuasa, surat_id)
    assert surat.diperiksa_sejak <= now()


def test_queue_reads_the_same_number_of_times_however_long(app: Flask, cast: Cast) -> None:
    def reads() -> int:
        db.session.commit()
        db.session.expire_all()
        found = []

        def note(*_args: Any) -> None:
            found.append(1)

        event.listen(db.engine, "before_cursor_execute", note)
        for line in antrean.list_antrean(seen_by=by).baris:
            assert line.surat.asn.nama
        event.remove(db.engine, "before_cursor_execute", note)
        return len(found)

    by = cast.rini.pelaku
    surat_masuk(cast.sari)
    few = reads()
    surat_masuk(cast.lina)
    surat_masuk(cast.eko)
    assert reads() == few
