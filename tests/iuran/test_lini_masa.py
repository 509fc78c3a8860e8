"""The sponsorship's timeline tells the outcome of each month, months with the same one together."""

from __future__ import annotations

from datetime import date
from typing import Any

from rentan.asuhan.riwayat import list_peristiwa
from rentan.core.clock import today
from rentan.ext import db
from rentan.iuran.penerimaan import accept_penerimaan, hitung, record_penerimaan
from rentan.iuran.status import MACHINE, KelasGagal, Saluran, StatusIuran
from rentan.util.tanggal import awal_bulan, format_bulan, tambah_bulan
from tests.iuran.maker import lacak, make_donatur, make_iuran


def test_a_debit_and_its_failure(cast: Any) -> None:
    (asuhan,) = make_donatur().asuhan
    row = make_iuran(asuhan, date(2026, 11, 1), StatusIuran.GAGAL, kelas_gagal=KelasGagal.COBA_LAGI)
    lacak(MACHINE, row.id, ("jadwalkan", "masuk_batch", "kirim", "gagal"))
    db.session.flush()

    told = list_peristiwa([asuhan])[asuhan.id]

    mine = [one for one in told if one["judul"].startswith("Iuran ")]
    assert [(one["judul"], one["isi"]) for one in mine] == [
        ("Iuran November 2026 tidak dapat didebet", "Rp8.400")
    ]


def test_prepaid_months_are_one_event(cast: Any) -> None:
    (asuhan,) = make_donatur().asuhan
    kini = awal_bulan(today())
    jumlah = hitung(asuhan, kini, 6).kurang
    row = record_penerimaan(
        asuhan, saluran=Saluran.TUNAI, tanggal=today(), bukti="K", jumlah=jumlah, bulan_mulai=kini,
        jumlah_bulan=6, by=cast.hadi.pelaku,
    )  # fmt: skip
    accept_penerimaan(row, by=cast.yuni.pelaku)
    db.session.flush()

    told = [one for one in list_peristiwa([asuhan])[asuhan.id] if one["judul"].startswith("Iuran ")]

    akhir = format_bulan(tambah_bulan(kini, 5))
    assert [one["judul"] for one in told] == [
        f"Iuran {format_bulan(kini)} sampai {akhir} dibayar lewat jalan lain"
    ]
    assert told[0]["waktu"].endswith(", oleh penyetuju")
