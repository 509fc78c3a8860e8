"""How long each step of a month's debit takes: ``python -m tests.benchmarks.debet [LINES] [postgresql URL]``.

Fills a fresh database with so many donors, one worker each, and their December; then builds, locks, approves,
sends and completes the batch. Prints the seconds of each step, by the clock and of this process.
"""

from __future__ import annotations

import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import time_machine
from flask_migrate import upgrade
from sqlalchemy import insert

from rentan.asn.models import Penempatan
from rentan.autodebet.debet_susun import susun_debet
from rentan.config import load_settings
from rentan.core.subject import seal_values
from rentan.ext import db
from rentan.factory import create_app
from rentan.iuran.models import Iuran
from rentan.paket import actions, uang
from rentan.paket.models import Paket
from rentan.paket.status import JenisPaket
from tests.cast import Cast
from tests.iuran.maker import make_donatur, make_iuran

DES = date(2026, 12, 1)
SIAP = datetime(2026, 11, 20, 2, tzinfo=UTC)


def _copies(model: Any, one: Any, count: int, **changed: Callable[[int], Any]) -> None:
    """``count`` rows like this one, each with own values in ``changed``."""
    table = model.__table__
    base = {column.name: getattr(one, column.name) for column in table.columns}
    rows = [base | {name: make(n) for name, make in changed.items()} for n in range(count)]
    for start in range(0, count, 1_000):
        db.session.execute(insert(table), rows[start : start + 1_000])


def _fill(count: int) -> None:
    """One real donor, copied: the fields that must differ do."""
    donor = make_donatur()
    satu = make_iuran(donor.asuhan[0], DES)
    db.session.flush()
    asn, surat, asuhan, pekerja = donor.asn, donor.surat, donor.asuhan[0], donor.asuhan[0].pekerja
    names = ("asn", "surat", "asuhan", "pekerja", "iuran")
    ids = {key: [uuid.uuid4() for _ in range(count)] for key in names}

    def akun(key: str) -> list[tuple[uuid.UUID, uuid.UUID, str]]:
        return [(ids[key][n], ids["asn"][n], f"{1_000_000_000 + n}") for n in range(count)]

    penempatan = db.session.scalars(db.select(Penempatan).where(Penempatan.asn_id == asn.id)).one()
    _copies(
        type(asn), asn, count,
        id=lambda n: ids["asn"][n], nip=lambda n: f"{19_700_101_200_000_000 + n * 7}"[:8] + f"{n:010d}",
        nama=lambda n: f"Donatur {n}", nama_urut=lambda n: f"donatur {n:06d}",
    )  # fmt: skip
    _copies(type(penempatan), penempatan, count, id=lambda n: uuid.uuid4(), asn_id=lambda n: ids["asn"][n])
    _copies(
        type(pekerja), pekerja, count,
        id=lambda n: ids["pekerja"][n], nik_bi=lambda n: n.to_bytes(32), nama=lambda n: f"Pekerja {n}",
    )  # fmt: skip
    sealed = seal_values("surat_kuasa", "rekening", akun("surat"))
    _copies(
        type(surat), surat, count,
        id=lambda n: ids["surat"][n], asn_id=lambda n: ids["asn"][n], nomor=lambda n: f"SK/B{n}",
        ref=lambda n: f"BNC{n:08d}", rekening_enc=lambda n: sealed[ids["surat"][n]],
        rekening_bi=lambda n: n.to_bytes(32),
    )  # fmt: skip
    _copies(
        type(asuhan), asuhan, count,
        id=lambda n: ids["asuhan"][n], garis_asuh_id=lambda n: uuid.uuid4(), asn_id=lambda n: ids["asn"][n],
        pekerja_id=lambda n: ids["pekerja"][n],
    )  # fmt: skip
    accounts = seal_values("iuran", "rekening", akun("iuran"))
    _copies(
        Iuran, satu, count,
        id=lambda n: ids["iuran"][n], asuhan_id=lambda n: ids["asuhan"][n], asn_id=lambda n: ids["asn"][n],
        pekerja_id=lambda n: ids["pekerja"][n], surat_kuasa_id=lambda n: ids["surat"][n],
        rekening_enc=lambda n: accounts[ids["iuran"][n]],
    )  # fmt: skip
    db.session.commit()


def _timed(label: str, work: Callable[[], Any]) -> Any:
    db.session.expire_all()
    db.session.expunge_all()
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    db.session.commit()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{label}: {wall:.1f} s, {cpu:.1f} s CPU", flush=True)
    return found


def main(count: int, url: str = "") -> None:
    """Every step on its own, as a request or the queue would make it."""
    with tempfile.TemporaryDirectory() as instance:
        settings = {"RENTAN_INSTANCE": instance, "RENTAN_QUEUE_URL": "segera:"}
        app = create_app(load_settings(settings | ({"RENTAN_DATABASE_URL": url} if url else {})))
        with app.app_context(), time_machine.travel(SIAP, tick=False):
            upgrade()
            cast = Cast.create()
            db.session.commit()
            _fill(count)
            hadi, yuni = cast.hadi.pelaku, cast.yuni.pelaku
            print(f"{count} lines on {db.engine.dialect.name}", flush=True)
            key = _timed("build", lambda: susun_debet(JenisPaket.DEBET, DES, by=hadi)).id
            _timed("lock", lambda: actions.kunci_paket(_get(key), by=hadi))
            _timed("approve", lambda: actions.setujui_paket(_get(key), by=yuni))
            _timed("send", lambda: actions.kirim_paket(_get(key), by=hadi))
            _timed("first answer", lambda: actions.catat_hasil(_get(key), lengkap=False, by=hadi))
            _timed("complete, all without news", lambda: uang.nyatakan_lengkap(_get(key), by=hadi))
            db.session.remove()
            db.engine.dispose()


def _get(key: uuid.UUID) -> Paket:
    return db.session.get_one(Paket, key)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000, sys.argv[2] if len(sys.argv) > 2 else "")
