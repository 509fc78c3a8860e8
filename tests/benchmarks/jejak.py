"""How long ``flask jejak verify`` takes: ``python -m tests.benchmarks.jejak [ROWS]`` (AUD-2)."""

from __future__ import annotations

import sys
import tempfile
import time

from flask_migrate import upgrade

from rentan.config import load_settings
from rentan.core.actor import SISTEM
from rentan.core.audit import Peristiwa, record, verify_chain
from rentan.ext import db
from rentan.factory import create_app

BATCH = 5_000


def main(rows: int) -> None:
    """Fill a fresh SQLite trail and walk it."""
    with tempfile.TemporaryDirectory() as instance:
        app = create_app(load_settings({"RENTAN_INSTANCE": instance}))
        with app.app_context():
            upgrade()
            for _ in range(rows // BATCH):
                for number in range(BATCH):
                    record(Peristiwa.NAMA_DILIHAT, by=SISTEM, daftar="uji", jumlah=number)
                db.session.commit()
            start, cpu = time.perf_counter(), time.process_time()
            *faults, count = verify_chain()
            wall, used = time.perf_counter() - start, time.process_time() - cpu
            print(f"{count} rows, {len(faults)} faults: {wall:.1f} s wall, {used:.1f} s CPU")
            db.session.remove()
            db.engine.dispose()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
