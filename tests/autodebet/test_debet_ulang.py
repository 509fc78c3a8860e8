"""ULANG: what is tried again, when the tries end, and who falls out of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask

from rentan.autodebet.debet import PENANGAN
from rentan.autodebet.debet_isi import list_calon
from rentan.core.errors import RuleError
from rentan.ext import db
from rentan.iuran.status import KelasGagal, StatusBpjs, StatusIuran
from rentan.paket import actions, uang
from rentan.paket.status import JenisPaket
from rentan.pekerja.status import StatusPekerja
from tests.autodebet.maker_debet import (
    DES,
    HASIL,
    SIAP,
    alasan_luar,
    baris_of,
    jawab,
    kirim,
    make_bulan,
    pada,
    setujui,
    status,
    susun,
)
from tests.iuran.maker import make_donatur, make_iuran

S = StatusIuran


def test_retry(app: Flask, cast: Any) -> None:
    """C11: what may pass is tried again on its day; success, wrong class and unknown are not."""
    with pada(SIAP):
        _, rows = make_bulan(4)
        paket = kirim(cast)
        with pytest.raises(RuleError, match="belum dibaca"):
            susun(cast, JenisPaket.ULANG)
        a, b, c, d = baris_of(paket)
    with pada(HASIL):
        jawab(paket, [a], None, cast)
        jawab(paket, [b], KelasGagal.COBA_LAGI, cast)
        jawab(paket, [c], KelasGagal.PERBAIKI_DATA, cast)
        uang.nyatakan_lengkap(paket, by=cast.hadi.pelaku)
        assert status(d.iuran) == [S.TANPA_KABAR]
        ulang = susun(cast, JenisPaket.ULANG)
        assert [one.iuran_id for one in baris_of(ulang)] == [b.iuran_id]
        assert baris_of(ulang)[0].ke == 2
        assert ulang.uang.tanggal == date(2026, 12, 4)
        alasan = " ".join(alasan_luar(ulang))
        assert "Menunggu kabar bank" in alasan and "ditutup" in alasan
        setujui(ulang, cast)
        assert ulang.uang.perlu_kedua is False
        actions.kirim_paket(ulang, by=cast.hadi.pelaku)


def test_retries_end(app: Flask, cast: Any) -> None:
    """As often as set in one month (default twice); then the next month's retry takes it again."""
    with pada(SIAP):
        make_bulan(2)
        paket = kirim(cast)
    with pada(HASIL):
        jawab(paket, baris_of(paket), KelasGagal.COBA_LAGI, cast, lengkap=True)
        for _ in range(2):
            ulang = kirim(cast, JenisPaket.ULANG)
            jawab(ulang, baris_of(ulang), KelasGagal.COBA_LAGI, cast, lengkap=True)
        with pytest.raises(RuleError, match="Tidak ada iuran"):
            susun(cast, JenisPaket.ULANG)
        db.session.rollback()


def test_fell_out_of_a_retry(app: Flask, cast: Any) -> None:
    """A cancelled ULANG leaves its lines scheduled; the next one takes them again."""
    with pada(SIAP):
        _, rows = make_bulan(2)
        paket = kirim(cast)
    with pada(HASIL):
        jawab(paket, baris_of(paket), KelasGagal.COBA_LAGI, cast, lengkap=True)
        ulang = susun(cast, JenisPaket.ULANG)
        actions.batal_paket(ulang, alasan="salah", by=cast.hadi.pelaku)
        assert status(*rows) == [S.TERJADWAL] * 2
        lagi = susun(cast, JenisPaket.ULANG)
        assert lagi.jumlah == 2


def test_a_withdrawn_letter_is_not_tried_again(app: Flask, cast: Any) -> None:
    with pada(SIAP):
        donors, rows = make_bulan(2)
        paket = kirim(cast)
    with pada(HASIL):
        jawab(paket, baris_of(paket), KelasGagal.COBA_LAGI, cast, lengkap=True)
        donors[0].surat.berlaku_sampai = date(2026, 12, 2)
        db.session.flush()
        ulang = susun(cast, JenisPaket.ULANG)
        assert ulang.jumlah == 1
        assert any("tidak berlaku" in one for one in alasan_luar(ulang))


@pytest.mark.parametrize(
    ("fakta", "kata"),
    [
        ({"status": StatusPekerja.NONAKTIF}, "berhenti di BPJS"),
        ({"status": StatusPekerja.LAYAK, "mulai_masa": None}, "belum terdaftar"),
        ({"status": StatusPekerja.DIAJUKAN_BPJS, "mulai_masa": None}, "belum terdaftar"),
        ({"mulai_masa": date(2027, 1, 5)}, "masa kepesertaan"),
        ({"lunas_sampai": date(2027, 1, 1)}, "bulan sesudahnya"),
        ({"status": StatusPekerja.TENGGANG_1, "lunas_sampai": date(2026, 11, 1)}, None),
    ],
)
def test_what_cannot_be_remitted_is_not_collected(
    app: Flask, fakta: dict[str, Any], kata: str | None
) -> None:
    """W15, W16, P1: a lapse begins a new membership, and BPJS takes no month before one that it has.

    What the city has advanced to BPJS is a debt of the donor all the same.
    """
    with pada(datetime(2027, 2, 4, 3, tzinfo=UTC)):
        jadwal, gagal, utang = make_donatur(pekerja=3).asuhan
        make_iuran(jadwal, DES)
        make_iuran(gagal, DES, S.GAGAL, kelas_gagal=KelasGagal.COBA_LAGI)
        row = make_iuran(utang, DES, S.GAGAL, kelas_gagal=KelasGagal.COBA_LAGI)
        row.status_bpjs = StatusBpjs.DISETOR
        for one in (jadwal, gagal, utang):
            for name, value in fakta.items():
                setattr(one.pekerja, name, value)
        db.session.flush()
        bulan, hari = date(2027, 2, 1), date(2027, 2, 5)
        debet = list_calon(JenisPaket.DEBET, bulan, hari)
        ulang = list_calon(JenisPaket.ULANG, bulan, hari)
        said = {one.iuran_id: one.alasan for one in [*debet, *ulang]}
        assert said.pop(row.id) is None
        assert len(said) == 2 and all((kata or "") in (one or "") for one in said.values())
        assert kata or set(said.values()) == {None}


def test_a_worker_who_lapses_leaves_the_batch_before_its_lock(app: Flask, cast: Any) -> None:
    with pada(SIAP):
        _, rows = make_bulan(2)
        paket = susun(cast)
        rows[0].pekerja.status = StatusPekerja.NONAKTIF
        db.session.flush()
        [hambatan] = PENANGAN[JenisPaket.DEBET].list_hambatan(paket, banyak=9)
        assert "berhenti di BPJS" in hambatan.alasan
        with pytest.raises(RuleError, match="berubah"), db.session.begin_nested():
            actions.kunci_paket(paket, by=cast.hadi.pelaku)
        actions.isi_lagi(paket, by=cast.hadi.pelaku)
        actions.kunci_paket(paket, by=cast.hadi.pelaku)
        assert [one.iuran_id for one in baris_of(paket)] == [rows[1].id]
