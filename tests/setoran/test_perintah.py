"""``flask setoran …``: a whole month from the server's console; reconciled and closed by the right people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from rentan.core.clock import today
from rentan.ext import db
from rentan.iuran.status import StatusBpjs
from rentan.paket.models import Paket
from rentan.paket.uang import Selisih, rekonsiliasi
from rentan.pekerja.status import StatusPekerja
from tests.asn.roster_files import xlsx
from tests.cast import Cast
from tests.iuran.maker import make_donatur
from tests.setoran.maker import JUDUL, answer, make_lunas


@pytest.fixture
def jalan(app: Flask) -> Any:
    runner = app.test_cli_runner()

    def run(*args: str, keluar: int = 0) -> Any:
        result = runner.invoke(args=["setoran", *args, "--json"])
        db.session.expire_all()
        assert result.exit_code == keluar, result.output
        return json.loads(result.stdout) if result.stdout else {}

    return run


def test_a_month_on_the_console(cast: Cast, jalan: Any, tmp_path: Path) -> None:
    asuhan = make_donatur().asuhan[0]
    row = make_lunas(asuhan, today())
    db.session.commit()
    bayu, yuni, hadi = (one.akun.pengenal for one in (cast.bayu, cast.yuni, cast.hadi))
    assert jalan("build", "--oleh", bayu, "--dry-run") == {"ready": 1, "amount": row.jumlah, "excluded": {}}
    made = jalan("build", "--oleh", bayu)
    assert (made["status"], made["rows"], made["amount"]) == ("disusun", 1, row.jumlah)
    jalan("build", "--oleh", bayu, keluar=1)
    bulan = ("--bulan", f"{today():%Y-%m}")
    nomor = jalan("lock", "--oleh", bayu, *bulan)["paket"]
    jalan("approve", "--oleh", bayu, "--paket", nomor, keluar=1)
    assert jalan("approve", "--oleh", yuni, "--paket", nomor)["status"] == "disetujui"
    out = tmp_path / "setoran.xlsx"
    jalan("export", "--oleh", hadi, "--paket", nomor, "-o", str(out), keluar=1)
    jalan("export", "--oleh", bayu, "--paket", nomor, "-o", str(out))
    assert out.read_bytes().startswith(b"PK")
    pay = ("pay", "--oleh", hadi, "--paket", nomor, "--bukti", "NTPN-5")
    jalan(*pay, "--jumlah", "1", keluar=1)
    assert jalan(*pay, "--jumlah", str(row.jumlah), "--dry-run")["status"] == "dikirim"
    assert row.status_bpjs is StatusBpjs.DALAM_SETORAN
    assert jalan(*pay, "--jumlah", str(row.jumlah))["status"] == "dikirim"

    record = tmp_path / "catatan.xlsx"
    record.write_bytes(xlsx(("CATATAN", [answer(row)]), header=JUDUL))
    assert jalan("import-record", str(record), "--oleh", bayu)["changed"] == 1
    assert asuhan.pekerja.status is StatusPekerja.AKTIF
    paket = db.session.scalars(db.select(Paket)).one()
    jalan("close", "--oleh", yuni, "--paket", nomor, keluar=1)  # not reconciled yet
    paid = paket.uang.jumlah_rupiah
    rekonsiliasi(paket, kredit_bank=paid + 2_500, selisih=[Selisih(2_500, "biaya bank")], by=cast.hadi.pelaku)
    db.session.commit()
    assert jalan("close", "--oleh", yuni, "--paket", nomor)["status"] == "ditutup"
