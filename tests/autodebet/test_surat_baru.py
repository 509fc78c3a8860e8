"""A failed month and a newer letter: the retry goes under the letter that is in force."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from flask import Flask

from rentan.autodebet.debet_isi import list_calon
from rentan.autodebet.layout_debet import kata_untuk_donatur
from rentan.core.subject import reveal
from rentan.ext import db
from rentan.iuran.models import Iuran
from rentan.iuran.status import KelasGagal
from rentan.iuran.tagihan import periksa_semua
from rentan.paket.status import JenisPaket
from rentan.surat_kuasa.status import StatusSurat
from tests.autodebet.maker_debet import HASIL, SIAP, baris_of, jawab, kirim, make_bulan, pada
from tests.iuran.maker import Donatur, make_donatur

JAN = date(2027, 1, 1)
LAMA, BARU = "1034567890", "1777777777"


def renew(donor: Donatur, **more: Any) -> None:
    """M20: the next version begins in January, with another account."""
    donor.surat.status, donor.surat.berlaku_sampai = StatusSurat.DIGANTI, date(2026, 12, 31)
    donor.surat.urutan_versi = 99
    db.session.flush()
    make_donatur(donor.asn, pekerja=0, mulai=JAN, rekening=BARU, **more)


def facts(rows: list[Iuran]) -> list[tuple[Any, Any]]:
    for row in rows:
        db.session.refresh(row)
    return [(row.kelas_gagal, reveal(row, "rekening")) for row in rows]


def test_a_failed_month_follows_the_new_letter(app: Flask, cast: Any) -> None:
    with pada(SIAP):
        donors, rows = make_bulan(5)
        paket = kirim(cast)
    with pada(HASIL):
        per_row = {one.iuran_id: one for one in baris_of(paket)}
        salah, kurang, henti, rendah, tetap = (per_row[row.id] for row in rows)
        jawab(paket, [salah, rendah], KelasGagal.PERBAIKI_DATA, cast)
        jawab(paket, [kurang, tetap], KelasGagal.COBA_LAGI, cast)
        jawab(paket, [henti], KelasGagal.HENTIKAN, cast, lengkap=True)
        for donor in donors[:3]:
            renew(donor)
        renew(donors[3], plafon=8_000)  # below what the month costs
    with pada(datetime(2026, 12, 18, 3, tzinfo=UTC)):
        periksa_semua()
        # The old letter still carries a retry of December; an account that is wrong carries none.
        coba, perbaiki, hentikan = KelasGagal.COBA_LAGI, KelasGagal.PERBAIKI_DATA, KelasGagal.HENTIKAN
        sisa = [(hentikan, LAMA), (perbaiki, LAMA), (coba, LAMA)]
        assert facts(rows) == [(coba, BARU), (coba, LAMA), *sisa]
    with pada(datetime(2027, 1, 7, 3, tzinfo=UTC)):
        periksa_semua()
        assert facts(rows) == [(coba, BARU), (coba, BARU), *sisa]
        ulang = {one.iuran_id: one.alasan for one in list_calon(JenisPaket.ULANG, JAN, date(2027, 1, 8))}
        assert [ulang[row.id] is None for row in rows] == [True, True, False, False, True]


def test_what_has_been_put_right_is_not_asked_of_the_donor_again() -> None:
    kata, kalimat = kata_untuk_donatur("14", KelasGagal.PERBAIKI_DATA) or ("", "")
    assert "Buat surat kuasa" in kalimat
    assert kata_untuk_donatur("14", KelasGagal.COBA_LAGI) == (kata, "")
