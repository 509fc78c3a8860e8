"""Alerts and counts of cover at risk, and "aman sampai" on the pages of those concerned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from rentan.asuhan.status import StatusAsuhan
from rentan.ext import db
from rentan.opd.models import Opd
from rentan.pekerja.status import StatusPekerja
from rentan.perlindungan.peringatan import count_berisiko, count_opd, list_peringatan
from rentan.perlindungan.queries import list_jatuh
from rentan.perlindungan.sebab import Sebab
from tests.cast import Cast
from tests.iuran.maker import make_donatur
from tests.perlindungan.test_jatuh import HARI, NOV, OKT, SEP, lindungi, satu


def alerts(orang: Any) -> list[tuple[int, bool, str]]:
    return [(one.banyak, one.gawat, one.url) for one in list_peringatan(orang.pelaku)]


@pytest.mark.kedua_basis
@pytest.mark.time_machine(HARI)
def test_one_month_tells_donor_and_opd_two_escalate(cast: Cast) -> None:
    risiko, gawat = make_donatur(cast.sari.asn, pekerja=2).asuhan
    lindungi(risiko.pekerja, SEP, StatusPekerja.TENGGANG_1)
    lindungi(gawat.pekerja, date(2026, 8, 1), StatusPekerja.TENGGANG_2)
    lindungi(satu(cast.eko.asn).pekerja, NOV)

    assert alerts(cast.sari) == [(1, True, "/asuhan"), (1, False, "/asuhan")]
    assert alerts(cast.budi) == [(1, True, "/perlindungan"), (1, False, "/perlindungan")]
    assert alerts(cast.bayu) == alerts(cast.hadi) == alerts(cast.agus) == alerts(cast.budi)
    assert alerts(cast.wati) == alerts(cast.eko) == alerts(cast.dewi) == []
    kode = db.session.get_one(Opd, cast.sari.asn.opd_id).kode
    assert count_berisiko() == {kode: 2}
    assert (count_opd(cast.sari.asn.opd_id), count_opd(cast.eko.asn.opd_id)) == (2, 0)


@pytest.mark.time_machine(HARI)
def test_a_donor_who_has_stopped_is_not_alerted_his_opd_is(cast: Cast) -> None:
    asuhan = satu(cast.sari.asn)
    lindungi(asuhan.pekerja, SEP, StatusPekerja.TENGGANG_1)
    asuhan.status = StatusAsuhan.MENCARI_PENGGANTI
    db.session.flush()

    assert alerts(cast.sari) == []
    assert alerts(cast.budi) == [(1, False, "/perlindungan")]


@pytest.mark.time_machine(HARI)
def test_a_mere_hold_answers_for_nobody(cast: Cast) -> None:
    """Who only holds a worker from the board has promised nothing: the worker is still without a payer."""
    lama = satu(cast.sari.asn)
    lindungi(lama.pekerja, SEP, StatusPekerja.TENGGANG_1)
    lama.status = StatusAsuhan.MENCARI_PENGGANTI
    pegang = make_donatur(cast.eko.asn).asuhan[0]
    pegang.status, pegang.ditahan_sampai = StatusAsuhan.DITAHAN, date(2026, 11, 30)
    pegang.pekerja_id = lama.pekerja_id
    db.session.flush()

    assert alerts(cast.eko) == alerts(cast.wati) == []
    for lagi in (StatusAsuhan.MENCARI_PENGGANTI, StatusAsuhan.BERAKHIR):
        lama.status = lagi
        db.session.flush()
        (row,) = list_jatuh(seen_by=cast.budi.pelaku)
        assert (row.sebab, row.donatur) == (Sebab.MENCARI_PENGGANTI, cast.sari.asn.nama)
        assert list_jatuh(seen_by=cast.wati.pelaku) == []


@pytest.mark.time_machine(HARI)
def test_the_donor_reads_until_when_the_worker_is_safe(cast: Cast, client_as: Callable[..., Any]) -> None:
    satu(cast.sari.asn, lunas=OKT)
    db.session.commit()

    html = client_as(cast.sari).get("/asuhan").get_data(as_text=True)
    assert 'data-uji="aman">31 Desember 2026<' in html
    assert "dikonfirmasi BPJS, berkas tanggal 16 November 2026" in html


@pytest.mark.time_machine(HARI)
def test_at_risk_stands_beside_and_not_among_the_covered(cast: Cast, client_as: Callable[..., Any]) -> None:
    lindungi(satu(cast.sari.asn).pekerja, SEP, StatusPekerja.TENGGANG_1)
    db.session.commit()

    for orang, url in ((cast.budi, "/partisipasi"), (cast.agus, "/dasbor")):
        html = client_as(orang).get(url).get_data(as_text=True)
        assert 'data-uji="berisiko">1<' in html, url


@pytest.mark.time_machine(HARI)
def test_the_liaison_reads_it_in_the_list_of_the_registered(
    cast: Cast, client_as: Callable[..., Any]
) -> None:
    satu(cast.sari.asn, lunas=OKT)
    db.session.commit()

    html = client_as(cast.bayu).get("/kepesertaan/pekerja?daftar=terdaftar").get_data(as_text=True)
    assert "31 Desember 2026" in html
