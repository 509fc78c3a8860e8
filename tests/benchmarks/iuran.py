"""What scheduling and checking a month's contributions costs; run by hand, not by pytest.

    python -m tests.benchmarks.iuran 20000

Prints seconds for each step (SQLite in a temporary folder). The figures are for comparing sizes and releases
on one machine, not promises.
"""

from __future__ import annotations

import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import insert, select

from rentan.asn.hitungan import naik_banyak, turun_banyak
from rentan.asn.models import Asn, Penempatan
from rentan.asn.status import StatusAktif, StatusAsn, Tahap
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.config import load_settings
from rentan.core.clock import now, today
from rentan.core.subject import seal_values
from rentan.ext import db, runtime
from rentan.factory import create_app
from rentan.iuran.beritahu import beri_tahu
from rentan.iuran.gerak import bulan_baru
from rentan.iuran.jadwal import bulan_terbuka, jadwalkan
from rentan.iuran.tagihan import periksa_tagihan
from rentan.laporan.periksa import uang, uang_paket
from rentan.opd.models import Opd
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import AsalPekerja, JenisKelamin, Sektor, StatusPekerja
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import AsliDi, StatusSurat
from rentan.wilayah.models import Kelurahan

MULAI = date(2026, 1, 1)
PEKERJA_PER_DONATUR = 5 / 4


@contextmanager
def timed(label: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    print(f"{label:<34} {time.perf_counter() - started:7.2f} s", flush=True)


def main(size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(load_settings({"RENTAN_INSTANCE": folder, "RENTAN_QUEUE_URL": "segera:"}))
        with app.app_context():
            upgrade()
            with timed(f"{size} sponsorships made"):
                fill(size)
            measure()
            db.session.remove()
            db.engine.dispose()


def measure() -> None:
    step("jadwalkan", jadwalkan)
    step("jadwalkan again", jadwalkan)
    bulan = bulan_terbuka(today())[-1]
    step("periksa_tagihan", lambda: periksa_tagihan(bulan))
    step("periksa_tagihan again", lambda: periksa_tagihan(bulan))
    step("beri_tahu", lambda: beri_tahu(bulan))
    ids = list(db.session.scalars(select(Asn.id)))
    step("naik_banyak", lambda: naik_banyak(ids, Tahap.DIDEBIT, pada=today()))
    step("turun_banyak", lambda: turun_banyak(ids, Tahap.DIDEBIT, pada=today()))
    naik_banyak(ids, Tahap.DIDEBIT, pada=today())
    step("bulan_baru", bulan_baru)
    for check in (*uang.PEMERIKSAAN, *uang_paket.PEMERIKSAAN):
        with timed(f"periksa {check.nama}"):
            assert not list(check.cari())


def step(label: str, work: Callable[[], int]) -> None:
    with timed(label):
        done = work()
        db.session.commit()
    db.session.expunge_all()
    print(f"{'':<10}{done}")


def fill(size: int) -> None:
    """So many sponsorships ready to be debited, five for every four donors, written in a few statements."""
    opd = db.session.scalars(select(Opd.id)).all()
    kelurahan = db.session.scalars(select(Kelurahan.kode)).first()
    donatur = [uuid.uuid4() for _ in range(int(size / PEKERJA_PER_DONATUR))]
    surat = {one: uuid.uuid4() for one in donatur}
    many(Asn, [_asn(n, one, opd[n % len(opd)]) for n, one in enumerate(donatur)])
    many(Penempatan, [_tempat(n, one, opd[n % len(opd)]) for n, one in enumerate(donatur)])
    rekening = seal_values(
        "surat_kuasa", "rekening", ((surat[one], one, f"10{n:08d}") for n, one in enumerate(donatur))
    )
    many(SuratKuasa, [_surat(n, one, surat[one], rekening[surat[one]]) for n, one in enumerate(donatur)])
    pekerja = [uuid.uuid4() for _ in range(size)]
    nik = seal_values("pekerja", "nik", ((one, one, f"{n:016d}") for n, one in enumerate(pekerja)))
    many(Pekerja, [_pekerja(n, one, nik[one], kelurahan) for n, one in enumerate(pekerja)])
    many(Asuhan, [_asuhan(donatur[n % len(donatur)], one) for n, one in enumerate(pekerja)])
    db.session.commit()
    naik_banyak(donatur, Tahap.DIAJUKAN, pada=today())
    db.session.commit()


def many(model: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), 1_000):
        db.session.execute(insert(model), rows[start : start + 1_000])


def _asn(n: int, key: uuid.UUID, opd_id: uuid.UUID) -> dict[str, Any]:
    nama = f"Donatur Rekaan {n}"
    return {
        "id": key, "nip": f"{n:018d}", "nama": nama, "nama_urut": nama.lower(), "jabatan": "-",
        "opd_id": opd_id, "status_asn": StatusAsn.PNS, "status_aktif": StatusAktif.AKTIF,
        "tanggal_lahir": date(1985, 3, 2),
    }  # fmt: skip


def _tempat(n: int, key: uuid.UUID, opd_id: uuid.UUID) -> dict[str, Any]:
    return {
        "asn_id": key, "opd_id": opd_id, "status_asn": StatusAsn.PNS, "status_aktif": StatusAktif.AKTIF,
        "jabatan": "-", "mulai": MULAI,
    }  # fmt: skip


def _surat(n: int, asn_id: uuid.UUID, key: uuid.UUID, rekening: bytes) -> dict[str, Any]:
    return {
        "id": key, "asn_id": asn_id, "nomor": f"SK/{n}", "ref": f"U{n:08d}", "urutan_versi": 1,
        "status": StatusSurat.AKTIF, "asli_di": AsliDi.BANK, "plafon": 200_000, "rekening_enc": rekening,
        "nama_rekening": "Rekaan", "isi_enc": b"x", "sha256": "0" * 64, "halaman": 1, "dicetak_pada": now(),
        "berlaku_mulai": MULAI, "bulan_pertama": MULAI, "dibuat_pada": now(),
    }  # fmt: skip


def _pekerja(n: int, key: uuid.UUID, nik: bytes, kelurahan: str | None) -> dict[str, Any]:
    return {
        "id": key, "nik_enc": nik, "nik_bi": runtime().keyring.blind_index("nik", f"{n:016d}"),
        "nama": f"Pekerja Rekaan {n}", "nama_inti": f"PEKERJA {n}", "tanggal_lahir": date(1980, 5, 17),
        "jenis_kelamin": JenisKelamin.L, "pekerjaan": "buruh", "sektor": Sektor.LAIN, "alamat": "-",
        "kelurahan_kode": kelurahan, "status": StatusPekerja.TERDAFTAR, "asal": AsalPekerja.ASN,
        "dicatat_pada": now(),
    }  # fmt: skip


def _asuhan(asn_id: uuid.UUID, pekerja_id: uuid.UUID) -> dict[str, Any]:
    return {
        "asn_id": asn_id, "pekerja_id": pekerja_id, "status": StatusAsuhan.SIAP, "program": "JKK+JKM",
        "penghasilan": 1_000_000, "bulan_pertama": MULAI, "dibuat_pada": now(),
    }  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]))
