"""A14 by a verifikator: an accepted worker moved away, or was never who the data says."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.core.errors import NotFound, RuleError
from rentan.ext import db
from rentan.kepesertaan import keluar
from rentan.kepesertaan.actions import AlasanKeluar
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import StatusPekerja
from tests.cast import Cast
from tests.kepesertaan.maker import make_siap, make_terdaftar, send

PADA = date(2026, 11, 20)
A, S = AlasanKeluar, StatusPekerja


@pytest.fixture(autouse=True)
def _today(time_machine: Any) -> None:
    time_machine.move_to("2026-11-21 10:00+07:00")


def of(worker: Pekerja) -> Asuhan:
    return db.session.scalars(db.select(Asuhan).where(Asuhan.pekerja_id == worker.id)).one()


def drop(cast: Cast, worker: Pekerja, alasan: AlasanKeluar, catatan: str = "Surat RT 04.") -> Asuhan:
    asuhan = keluar.get_diterima(of(worker).id, seen_by=cast.rini.pelaku, untuk_diubah=True)
    keluar.drop_worker(asuhan, alasan, pada=PADA, catatan=catatan, by=cast.rini.pelaku)
    return asuhan


@pytest.mark.kedua_basis
@pytest.mark.parametrize(("alasan", "status"), [(A.PINDAH, S.LAYAK), (A.DATA_PALSU, S.TIDAK_LAYAK)])
def test_not_registered_yet(cast: Cast, alasan: AlasanKeluar, status: StatusPekerja) -> None:
    worker = make_siap(cast.sari.asn)
    asuhan = drop(cast, worker, alasan)
    db.session.commit()
    assert (asuhan.status, asuhan.alasan_akhir) == (StatusAsuhan.BERAKHIR, alasan.value)
    assert worker.status is status


def test_a_members_cover_ends_with_it_and_death_is_the_liaisons(cast: Cast) -> None:
    worker = make_terdaftar(cast)
    for wrong, catatan in ((A.MENINGGAL, "kabar"), (A.PINDAH, " ")):
        with pytest.raises(RuleError) as caught:
            drop(cast, worker, wrong, catatan)
        assert caught.value.kode == ("alasan" if wrong is A.MENINGGAL else "bukti")
    drop(cast, worker, A.PINDAH)
    assert worker.status is S.BERAKHIR


def test_what_bpjs_has_in_hand_waits_for_its_answer(cast: Cast) -> None:
    worker = make_siap(cast.sari.asn)
    send(cast)
    with pytest.raises(RuleError) as caught:
        drop(cast, worker, A.DATA_PALSU)
    assert caught.value.kode == "di_bpjs"


def test_the_pages_and_wati(cast: Cast, client_as: Any) -> None:
    worker = make_siap(cast.sari.asn)
    lain = make_siap(cast.eko.asn, "Usulan Rekaan", status_asuhan=StatusAsuhan.DIUSULKAN)
    sendiri = make_siap(cast.rini.asn, "Milik Rini")
    db.session.commit()
    rini, url = client_as(cast.rini), f"/verifikasi/keluar/{of(worker).id}"
    page = rini.get("/verifikasi/keluar?cari=rekaan").text
    assert "Slamet Rekaan" in page and "Usulan Rekaan" not in page
    assert "Milik Rini" not in rini.get("/verifikasi/keluar").text
    assert rini.get(url).status_code == 200
    for one in (lain, sendiri):
        with pytest.raises(NotFound):
            keluar.get_diterima(of(one).id, seen_by=cast.rini.pelaku)
    for orang in (cast.wati, cast.bayu, cast.sari):
        assert client_as(orang).get(url).status_code == 403
    data = {"alasan": "pindah", "pada": "20-11-2026", "catatan": "Surat RT.", "versi": "99"}
    assert rini.post(url, data=data).status_code == 409
    data["versi"] = str(of(worker).versi)
    assert rini.post(url, data=data | {"alasan": "meninggal"}).status_code == 422
    assert rini.post(url, data=data).status_code == 303
    assert rini.get(url).status_code == 404
