"""What the participation pages cost at growing numbers of ASN; run by hand, not by pytest.

    python -m tests.benchmarks.partisipasi 16000 160000

Prints the median of each page in milliseconds (whole request, in process, SQLite in a temporary folder) and
the number of queries. The figures are for comparing sizes and releases on one machine, not promises.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import Engine, event, select

from rentan.akun import actions as akun_actions
from rentan.asn.hitungan_ulang import hitung_ulang, periksa_hitungan
from rentan.asn.status import Tahap
from rentan.config import load_settings
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.factory import create_app
from rentan.opd.models import Opd
from tests import factories
from tests.laporan.kota import MULAI, isi_opd

PAGES = (
    "/partisipasi?opd=DISDIK",
    "/partisipasi?opd=DISDIK&cari=rekaan",
    "/partisipasi?opd=DISDIK&bulan=2026-10",
    "/partisipasi/unit?opd=DISDIK",
    "/dasbor",
)
TIMES = 15


def main(sizes: list[int]) -> None:
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            measure(size, Path(folder))


def measure(size: int, folder: Path) -> None:
    """Fill a city of ``size`` ASN, a third of them in one OPD, and time the pages."""
    app = create_app(load_settings({"RENTAN_INSTANCE": str(folder), "RENTAN_QUEUE_URL": "segera:"}))
    with app.app_context():
        upgrade()
        opds = list(db.session.scalars(select(Opd).order_by(Opd.urutan)))
        for opd in opds:
            share = size // 3 if opd.kode == "DISDIK" else size * 2 // 3 // (len(opds) - 1)
            for at in range(10):
                isi_opd(opd, share // 10 - share // 100, unit=f"Unit {at}")
            isi_opd(opd, share // 10, tahap=(Tahap.AKTIVASI, Tahap.DIAJUKAN))
        started = time.perf_counter()
        hitung_ulang(MULAI)
        recount = time.perf_counter() - started
        db.session.commit()
        akun = factories.make_akun("pimpinan", "Pimpinan Rekaan")
        factories.grant(akun, Peran.PIMPINAN)
        db.session.commit()
        browser = app.test_client()
        token = akun_actions.open_sesi(akun, alamat="127.0.0.1", perangkat="ukur", totp=True)
        db.session.commit()
        with browser.session_transaction(base_url="http://localhost") as stored:
            stored["_user_id"], stored["_fresh"] = token, True
        db.session.execute(db.text("ANALYZE"))
        db.session.commit()
        db.session.remove()
        engine = db.engine
    print(f"{size} ASN: recount of six months {recount:.2f} s")
    time_pages(browser, engine)
    with app.app_context():
        started = time.perf_counter()
        differences = len(periksa_hitungan())
        print(f"  periksa hitungan {time.perf_counter() - started:.2f} s, {differences} differences")
        db.session.remove()
        db.engine.dispose()


def time_pages(browser: FlaskClient, engine: Engine) -> None:
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    pages = list(PAGES)
    following = browser.get(pages[0], base_url="http://localhost").text.split('rel="next" href="', 1)[1]
    pages.insert(1, following.split('"', 1)[0].replace("&amp;", "&"))
    for page in pages:
        spent = []
        for _ in range(TIMES):
            statements.clear()
            started = time.perf_counter()
            answer = browser.get(page, base_url="http://localhost")
            spent.append((time.perf_counter() - started) * 1000)
            if answer.status_code != 200:
                raise SystemExit(f"{page}: {answer.status_code}")
        print(f"  {statistics.median(spent):8.1f} ms  {len(statements):3d} queries  {page[:60]}")


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or [16_000])
