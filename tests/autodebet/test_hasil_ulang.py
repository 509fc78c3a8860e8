"""What the bank or people say while a retry is made: no month is debited twice, none for who stopped."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from rentan.asuhan import putusan
from rentan.asuhan.status import StatusAsuhan
from rentan.core.actor import SISTEM
from rentan.core.errors import RuleError
from rentan.ext import db
from rentan.gladi.bank import Baris
from rentan.iuran.models import Iuran
from rentan.iuran.status import AlasanTahan, KelasGagal, StatusIuran
from rentan.paket import actions, uang
from rentan.paket.models import Paket
from rentan.paket.status import JenisPaket
from tests.autodebet.hasil_maker import BACA, KIRIM, baca_langsung, baris, jawab, make_terkirim
from tests.autodebet.maker_debet import HASIL, SIAP, baris_of, kirim, make_bulan, pada, setujui, susun
from tests.autodebet.maker_debet import jawab as putuskan
from tests.iuran.maker import make_donatur, make_iuran

S = StatusIuran


def _gagal(cast: Any) -> tuple[Paket, Baris, Iuran]:
    """One line that the bank has refused for want of money, and the other one paid."""
    with pada(datetime.fromisoformat(KIRIM)):
        _, data = make_terkirim(cast, 2)
    satu, dua = baris(data)
    with pada(datetime.fromisoformat(BACA)):
        baca_langsung([jawab(satu, "51"), jawab(dua)], cast)
        ulang = susun(cast, JenisPaket.ULANG)
    [line] = baris_of(ulang)
    return ulang, satu, line.iuran


@pytest.mark.parametrize("terkunci", [False, True])
@pytest.mark.parametrize("juga_gagal", [False, True])
def test_a_contradicted_refusal_leaves_the_retry(
    app: Flask, cast: Any, terkunci: bool, juga_gagal: bool
) -> None:
    """C11 "no success in this period": the bank calls it a success after all, alone or in both ways."""
    ulang, satu, row = _gagal(cast)
    with pada(datetime.fromisoformat(BACA)):
        if terkunci:
            setujui(ulang, cast)
        baca_langsung([jawab(satu), *([jawab(satu, "68")] if juga_gagal else [])], cast)
        db.session.refresh(row)
        assert (row.status, row.alasan_tahan) == (S.DITAHAN, AlasanTahan.DIMINTA)
        assert baris_of(ulang) == []
        with pytest.raises(RuleError):
            if terkunci:
                actions.kirim_paket(ulang, by=cast.hadi.pelaku)
            else:
                actions.kunci_paket(ulang, by=cast.hadi.pelaku)


def test_a_contradicted_refusal_that_fell_out_of_a_retry_is_held(app: Flask, cast: Any) -> None:
    ulang, satu, row = _gagal(cast)
    with pada(datetime.fromisoformat(BACA)):
        actions.batal_paket(ulang, alasan="salah", by=cast.hadi.pelaku)
        baca_langsung([jawab(satu)], cast)
        db.session.refresh(row)
        assert row.status is S.DITAHAN
        with pytest.raises(RuleError, match="Tidak ada iuran"):
            susun(cast, JenisPaket.ULANG)
        db.session.rollback()


def test_both_ways_at_once_stop_the_retry(app: Flask, cast: Any) -> None:
    """Not yet in a batch: the code allows no retry until a person has asked."""
    with pada(datetime.fromisoformat(KIRIM)):
        _, data = make_terkirim(cast, 1)
    [satu] = baris(data)
    with pada(datetime.fromisoformat(BACA)):
        baca_langsung([jawab(satu, "51")], cast)
        baca_langsung([jawab(satu, "51"), jawab(satu)], cast)
        [row] = db.session.scalars(db.select(Iuran).execution_options(populate_existing=True))
        assert (row.status, row.kelas_gagal) == (S.GAGAL, KelasGagal.HENTIKAN)


def test_nobody_is_retried_for_a_worker_given_up(app: Flask, cast: Any) -> None:
    """A10, A14: the letter stands for another worker; the failed month of this one is people's to decide."""
    with pada(SIAP):
        satu = make_donatur(pekerja=2)
        rows = [make_iuran(one, datetime(2026, 12, 1, tzinfo=UTC).date()) for one in satu.asuhan]
        paket = kirim(cast)
    with pada(HASIL):
        putuskan(paket, baris_of(paket), KelasGagal.COBA_LAGI, cast, lengkap=True)
        putusan.henti(satu.asuhan[0], alasan="tidak_mampu", by=SISTEM)
        ulang = susun(cast, JenisPaket.ULANG)
        assert [one.iuran_id for one in baris_of(ulang)] == [rows[1].id]


def test_who_stops_while_the_file_is_refused_is_not_in_the_next_one(app: Flask, cast: Any) -> None:
    """A10 between B5 and B7: the same lines again, without those of a sponsorship that is over."""
    with pada(SIAP):
        donors, rows = make_bulan(2)
        paket = kirim(cast)
        uang.tolak_berkas(paket, pesan_bank="kepala salah", tidak_dijalankan=True, by=cast.hadi.pelaku)
        putusan.henti(donors[0].asuhan[0], alasan="tidak_mampu", by=SISTEM)
        uang.perbaiki(paket, by=cast.hadi.pelaku)
        assert [one.iuran_id for one in baris_of(paket)] == [rows[1].id]
        db.session.refresh(rows[0])
        assert rows[0].status is S.DIHAPUSKAN
        setujui(paket, cast)
        assert paket.jumlah == 1


def test_a_worker_paused_before_the_lock_is_not_debited(app: Flask, cast: Any) -> None:
    """A9: the pause begins with the list that is still open, also when the line is in it already."""
    with pada(SIAP):
        donors, rows = make_bulan(2)
        paket = susun(cast)
        asuhan = donors[0].asuhan[0]
        asuhan.status = StatusAsuhan.AKTIF
        db.session.flush()
        putusan.jeda(asuhan, sejak=rows[0].periode, sampai=rows[0].periode, by=SISTEM)
        with pytest.raises(RuleError, match="berubah"):
            actions.kunci_paket(paket, by=cast.hadi.pelaku)
        actions.isi_lagi(paket, by=cast.hadi.pelaku)
        assert [one.iuran_id for one in baris_of(paket)] == [rows[1].id]
        db.session.refresh(rows[0])
        assert (rows[0].status, rows[0].alasan_tahan) == (S.DITAHAN, AlasanTahan.JEDA)
