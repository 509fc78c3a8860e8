"""Months that can never be remitted any more: each settled, or a named matter of the treasurer's."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rentan.asuhan.status import StatusAsuhan
from rentan.core.clock import today
from rentan.ext import db
from rentan.iuran import buku, usul
from rentan.iuran.buku_akun import AkunBuku, JenisJurnal
from rentan.iuran.buntu import rapikan_buntu
from rentan.iuran.kredit import pakai_kredit
from rentan.iuran.models import Iuran, Urusan
from rentan.iuran.status import JenisUrusan, JenisUsul, KelasGagal, StatusIuran
from rentan.iuran.urusan import selesaikan_urusan
from rentan.pekerja.status import StatusPekerja
from tests.iuran.maker import make_donatur, make_iuran

S, J = StatusIuran, JenisUrusan
OKT = date(2026, 10, 1)


def gagal(asuhan: Any, kelas: KelasGagal = KelasGagal.COBA_LAGI) -> Iuran:
    return make_iuran(asuhan, OKT, S.GAGAL, kelas_gagal=kelas)


def matters(row: Iuran) -> list[tuple[JenisUrusan, bool]]:
    """Kind, and whether it is still open."""
    query = db.select(Urusan).where(Urusan.iuran_id == row.id).order_by(Urusan.dibuat_pada)
    return [(one.jenis, one.selesai_pada is None) for one in db.session.scalars(query)]


@pytest.mark.kedua_basis
def test_each_is_settled_or_has_an_owner(app: Any, cast: Any) -> None:
    baru, dini, usai, mati, bank, berhenti, biasa = make_donatur(pekerja=7).asuhan
    rows = {
        "terutang": gagal(baru),
        "lewat": make_iuran(dini, OKT),
        "masuk": make_iuran(usai, OKT, S.DIBAYAR_LAIN, dibayar_pada=OKT),
        "mati": gagal(mati, KelasGagal.PERBAIKI_DATA),
        "bank": gagal(bank, KelasGagal.HENTIKAN),
        "menunggu": gagal(berhenti),
        "biasa": gagal(biasa),
    }
    for one in (baru, usai, bank):
        one.pekerja.mulai_masa = date(2026, 11, 2)
    dini.pekerja.lunas_sampai = date(2026, 11, 1)
    mati.pekerja.status = StatusPekerja.BERAKHIR
    mati.status = bank.status = StatusAsuhan.BERAKHIR
    berhenti.pekerja.status = StatusPekerja.NONAKTIF  # registered anew or not: that is open
    db.session.commit()
    assert rapikan_buntu() == 5
    assert rapikan_buntu() == 0
    db.session.expire_all()
    assert {name: matters(row) for name, row in rows.items() if matters(row)} == {
        "terutang": [(J.TAK_TERSETOR, True)],
        "lewat": [(J.TAK_TERSETOR, True)],
        "masuk": [(J.PENGEMBALIAN, True)],
        "bank": [(J.TAK_TERSETOR, True)],
    }
    assert rows["mati"].status is S.DIHAPUSKAN
    assert {rows[one].status for one in ("terutang", "menunggu", "biasa", "bank")} == {S.GAGAL}


def test_it_closes_with_the_write_off_and_is_not_asked_twice(cast: Any, client_as: Any) -> None:
    satu, dua = make_donatur(pekerja=2).asuhan
    rows = [gagal(satu), gagal(dua)]
    for one in (satu, dua):
        one.pekerja.mulai_masa = date(2026, 11, 2)
    rapikan_buntu()
    lain = db.session.scalars(db.select(Urusan).where(Urusan.iuran_id == rows[1].id)).one()
    db.session.commit()
    assert f"/iuran/usul/{rows[1].id}" in client_as(cast.hadi).get(f"/iuran/urusan/{lain.id}").text
    hapus = usul.propose_usul(
        rows[0], JenisUsul.HAPUSKAN, alasan="tidak_terlindungi", keterangan="x", by=cast.hadi.pelaku
    )
    usul.accept_usul(hapus, by=cast.yuni.pelaku)
    selesaikan_urusan(lain, catatan="Ditunda.", by=cast.hadi.pelaku)
    assert rapikan_buntu() == 1
    assert [matters(row) for row in rows] == [[(J.TAK_TERSETOR, False)]] * 2
    assert rapikan_buntu() == 0


def test_credit_is_not_spent_on_such_a_month(cast: Any) -> None:
    asuhan = make_donatur().asuhan[0]
    asuhan.pekerja.status = StatusPekerja.NONAKTIF
    lama, baru = make_iuran(asuhan, OKT), make_iuran(asuhan, date(2026, 11, 1))
    posting = buku.Posting.dua_sisi(
        JenisJurnal.KELEBIHAN, today(), AkunBuku.KAS, AkunBuku.KREDIT_DONATUR, 8_400, asuhan_id=asuhan.id
    )
    buku.catat([posting], by=cast.hadi.pelaku)
    assert pakai_kredit([asuhan.id]) == 0
    asuhan.pekerja.status, asuhan.pekerja.mulai_masa = StatusPekerja.TERDAFTAR, date(2026, 11, 2)
    db.session.flush()
    assert pakai_kredit([asuhan.id]) == 1
    assert (lama.status, baru.status) == (S.TERJADWAL, S.DARI_KREDIT)
