"""Contributions whose money is in, remittances of them, and BPJS's record of months."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from rentan.asuhan.models import Asuhan
from rentan.core.clock import today
from rentan.core.imports import run_import
from rentan.core.imports_base import Hasil
from rentan.core.subject import reveal
from rentan.ext import db
from rentan.iuran.models import Iuran
from rentan.iuran.status import MACHINE, StatusIuran
from rentan.paket import actions
from rentan.paket.models import Paket
from rentan.paket.status import JenisPaket
from rentan.setoran.actions import pay_setoran
from rentan.setoran.impor import PENANGAN
from tests.asn.roster_files import xlsx
from tests.cast import Cast
from tests.iuran.maker import lacak, make_iuran

JUDUL = ("NIK", "NAMA", "BULAN", "STATUS", "KETERANGAN")


def make_lunas(asuhan: Asuhan, bulan: date) -> Iuran:
    """A month whose debit has succeeded, with the history that this leaves."""
    row = make_iuran(asuhan, bulan, StatusIuran.BERHASIL, dibayar_pada=bulan)
    lacak(MACHINE, row.id, ("jadwalkan", "masuk_batch", "kirim", "berhasil"))
    return row


def build(cast: Cast, bulan: date | None = None) -> Paket:
    paket = actions.susun_paket(JenisPaket.SETOR, bulan or today(), by=cast.bayu.pelaku)
    db.session.flush()
    return paket


def approve(cast: Cast, paket: Paket) -> None:
    actions.kunci_paket(paket, by=cast.bayu.pelaku)
    actions.setujui_paket(paket, by=cast.yuni.pelaku)
    db.session.flush()


def pay(cast: Cast, paket: Paket, **more: Any) -> None:
    assert paket.uang is not None
    facts = {"nomor": "NTPN-1", "tanggal": today(), "jumlah": paket.uang.jumlah_rupiah} | more
    pay_setoran(paket, by=cast.hadi.pelaku, **facts)
    db.session.flush()


def send(cast: Cast, bulan: date | None = None) -> Paket:
    """Build, lock, approve and pay whatever may be remitted."""
    paket = build(cast, bulan)
    approve(cast, paket)
    pay(cast, paket)
    return paket


def answer(iuran: Iuran, status: str = "Y", keterangan: str = "", **more: Any) -> list[str]:
    """A row of BPJS's record."""
    bulan = more.get("bulan", f"{iuran.periode:%m-%Y}")
    return [
        more.get("nik") or reveal(iuran.pekerja, "nik") or "",
        more.get("nama") or iuran.pekerja.nama,
        bulan,
        status,
        keterangan,
    ]


def read_record(cast: Cast, *rows: Sequence[Any], judul: Sequence[str] = JUDUL, **more: Any) -> Hasil:
    """Read and apply BPJS's record as the liaison."""
    data = xlsx(("CATATAN", rows), header=judul)
    hasil = run_import(PENANGAN, data, "catatan.xlsx", by=cast.bayu.pelaku, **more)
    db.session.commit()
    return hasil
