"""A lapsed worker is registered anew: donor, age, other cover (W16)."""

from __future__ import annotations

from datetime import date

import pytest

from rentan.asuhan.status import StatusAsuhan
from rentan.core.clock import today
from rentan.core.errors import Forbidden, NotFound, RuleError, Stale
from rentan.ext import db
from rentan.kepesertaan.queries import list_kandidat
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import StatusPekerja as W
from rentan.pekerja.status import SumberPerlindungan
from rentan.util.tanggal import awal_bulan, tambah_bulan
from rentan.verifikasi.terhenti import get_terhenti, list_terhenti, register_again
from tests.cast import Cast
from tests.iuran.maker import make_donatur


def make_terhenti(cast: Cast, asn: object = None, **more: object) -> Pekerja:
    pekerja = make_donatur(asn, **more).asuhan[0].pekerja  # type: ignore[arg-type]
    pekerja.status, pekerja.lunas_sampai = W.NONAKTIF, tambah_bulan(awal_bulan(today()), -4)
    pekerja.sumber, pekerja.sumber_pada, pekerja.usia65 = SumberPerlindungan.DIHITUNG, today(), True
    pekerja.lokasi_kerja = "Pasar"
    db.session.flush()
    return pekerja


def test_the_road_to_bpjs_begins_again(cast: Cast) -> None:
    pekerja = make_terhenti(cast)
    satu = get_terhenti(pekerja.id, seen_by=cast.rini.pelaku)
    register_again(satu, catatan="Donatur memastikan", by=cast.rini.pelaku, versi=pekerja.versi)
    assert pekerja.status is W.LAYAK and not pekerja.usia65
    assert (pekerja.mulai_masa, pekerja.lunas_sampai, pekerja.terdaftar_pada) == (None, None, None)
    assert (pekerja.sumber, pekerja.sumber_pada) == (None, None)
    (kandidat,) = list_kandidat(pekerja_ids=[pekerja.id])
    assert kandidat.kode == "", "in the next list to BPJS"
    assert not list_terhenti(seen_by=cast.rini.pelaku)


def test_who_and_why_not(cast: Cast) -> None:
    pekerja = make_terhenti(cast)
    satu = get_terhenti(pekerja.id, seen_by=cast.rini.pelaku)
    with pytest.raises(RuleError, match="memastikan"):
        register_again(satu, catatan=" ", by=cast.rini.pelaku)
    with pytest.raises(Stale):
        register_again(satu, catatan="ya", by=cast.rini.pelaku, versi=pekerja.versi + 1)
    with pytest.raises(Forbidden):
        register_again(satu, catatan="ya", by=cast.bayu.pelaku)
    for other in (cast.bayu, cast.wati, cast.sari):
        with pytest.raises(NotFound):
            get_terhenti(pekerja.id, seen_by=other.pelaku)


def test_the_age_limit_counts_again(cast: Cast) -> None:
    pekerja = make_terhenti(cast, lahir_pekerja=date(1961, 11, 1))
    satu = get_terhenti(pekerja.id, seen_by=cast.rini.pelaku)
    assert "65 tahun" in satu.halangan
    with pytest.raises(RuleError, match="65 tahun"):
        register_again(satu, catatan="ya", by=cast.rini.pelaku)
    assert pekerja.status is W.NONAKTIF


def test_the_own_worker_is_somebody_elses_to_decide(cast: Cast) -> None:
    pekerja = make_terhenti(cast, cast.rini.asn)
    assert "verifikator lain" in get_terhenti(pekerja.id, seen_by=cast.rini.pelaku).halangan


def test_without_a_donor_nobody_is_registered(cast: Cast) -> None:
    donor = make_donatur()
    pekerja = donor.asuhan[0].pekerja
    pekerja.status, donor.asuhan[0].status = W.NONAKTIF, StatusAsuhan.MENCARI_PENGGANTI
    db.session.flush()
    with pytest.raises(NotFound):
        get_terhenti(pekerja.id, seen_by=cast.rini.pelaku)
