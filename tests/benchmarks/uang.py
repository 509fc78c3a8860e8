"""How long each step of a whole month of money takes: ``python -m tests.benchmarks.uang [LINES] [URL]``.

Fills a fresh database with so many workers and four donors for every five of them, and takes them through
December: scheduled, checked, debited, answered (with faults), retried, remitted, recorded by BPJS, compared,
closed; then the first steps of January, whose price is another. Each step runs as a request or the queue
would run it and is to end within a minute. Prints seconds by the clock and of this process.

20,000 lines, SQLite, 21 November 2026, two cores of an AMD EPYC shared with six other programs (load 5 to 8),
seconds of CPU (by the clock at load 5): schedule 5 (15), check 5 (14), notices 1 (2), debet: build 12 (27),
lock 14 (46), send 10 (21), answer preview 3 (4), apply 13 (15); the retry's steps below 1 (1); setor: build 6
(9), lock 3 (5), pay 7 (15); BPJS: preview 5 (18), apply 21 (73 at load 7); mirror, reconcile, close below 1;
cover 11 (16). The steps of ``periksa`` below 2 each, as far as they were measured on that day.
"""

from __future__ import annotations

import csv
import io
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import time_machine
from flask_migrate import upgrade
from sqlalchemy import select, update

from rentan.autodebet.debet_susun import susun_debet
from rentan.autodebet.hasil import PENANGAN as HASIL_DEBET
from rentan.autodebet.layout_debet import layout_debet
from rentan.cermin.actions import close_bulan, open_urusan_sel
from rentan.cermin.cermin import SEL, SELISIH
from rentan.cermin.queries import count_sel
from rentan.config import load_settings
from rentan.core.actor import Pelaku
from rentan.core.clock import start_of_day, to_local, today
from rentan.core.imports import run_import
from rentan.core.permissions import Peran
from rentan.core.subject import load_deks, reveal
from rentan.ext import db
from rentan.factory import create_app
from rentan.gladi.bank import Salah, answer
from rentan.gladi.salinan import Petugas, isi_kota, make_petugas
from rentan.iuran.beritahu import beri_tahu
from rentan.iuran.gerak import bulan_baru
from rentan.iuran.jadwal import jadwalkan
from rentan.iuran.models import Iuran, Urusan
from rentan.iuran.tagihan import periksa_tagihan
from rentan.laporan.periksa import run_checks
from rentan.paket import actions, uang
from rentan.paket.models import Paket, Pengecualian
from rentan.paket.status import JenisPaket
from rentan.pekerja.models import Pekerja
from rentan.perlindungan.hitung import hitung_perlindungan
from rentan.perlindungan.queries import list_jatuh
from rentan.setoran.actions import pay_setoran
from rentan.setoran.impor import PENANGAN as CATATAN_BPJS
from rentan.setoran.models import BarisSetor
from rentan.tarif.queries import jadwal_bulan

DES, JAN = date(2026, 12, 1), date(2027, 1, 1)
#: Of 20,000 lines; fewer lines have fewer faults.
SALAH = {
    Salah.SALDO: 600, Salah.REKENING_TUTUP: 60, Salah.HILANG: 100, Salah.NOMINAL: 20, Salah.PEMBALIKAN: 40,
    Salah.BERHASIL_SUSULAN: 20, Salah.KODE_ASING: 20,
}  # fmt: skip
#: One month in so many is refused by BPJS.
TIAP_TOLAK = 200
BATAS = 60.0
lambat: list[str] = []


def step(label: str, work: Callable[[], Any]) -> Any:
    """Do it in a session of its own and print what it took."""
    db.session.expire_all()
    db.session.expunge_all()
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    db.session.commit()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    banyak = f"  ({found})" if isinstance(found, int) else ""
    print(f"{label:<44} {wall:6.1f} s {cpu:6.1f} s CPU{banyak}", flush=True)
    if wall > BATAS:
        lambat.append(label)
    return found


@contextmanager
def on(hari: date) -> Iterator[None]:
    """At ten in the morning of this day."""
    with time_machine.travel(start_of_day(hari) + timedelta(hours=10), tick=False):
        yield


def main(lines: int, url: str = "") -> None:
    with tempfile.TemporaryDirectory() as instance:
        settings = {"RENTAN_INSTANCE": instance, "RENTAN_QUEUE_URL": "segera:"}
        app = create_app(load_settings(settings | ({"RENTAN_DATABASE_URL": url} if url else {})))
        with app.app_context():
            upgrade()
            donors = lines * 4 // 5
            with on(jadwal_bulan(DES).kandidat):
                staff = make_petugas()
                print(f"{donors} donors, {lines} lines on {db.engine.dialect.name}", flush=True)
                step("the city is made", lambda: isi_kota(donors, lines, DES))
            month(staff, lines)
            db.session.remove()
            db.engine.dispose()
    print("slower than a minute:", ", ".join(lambat) or "nothing")


def month(staff: Petugas, lines: int) -> None:
    """December, and how January begins."""
    dates = jadwal_bulan(DES)
    with on(dates.kandidat):
        step("schedule", jadwalkan)
        step("check", lambda: periksa_tagihan(DES))
        step("notices", lambda: beri_tahu(DES))
    debet = debit(JenisPaket.DEBET, staff, dates.kunci, dates.kirim)
    salah = {one: max(1, n * lines // 20_000) for one, n in SALAH.items()}
    read(debet, salah, staff, dates.hasil)
    ulang = debit(JenisPaket.ULANG, staff, dates.hasil + timedelta(days=1), dates.ulang)
    read(ulang, {Salah.SALDO: max(1, lines // 1_000)}, staff, dates.ulang)
    with on(dates.setor):
        step("debet: declared complete", lambda: uang.nyatakan_lengkap(_get(debet), by=staff.bendahara))
    setor = remit(staff, dates.setor)
    record(staff, setor, dates.jawab)
    close(staff, (debet, ulang, setor), dates.jawab + timedelta(days=2))
    with on(jadwal_bulan(JAN).kandidat):
        step("January: schedule", jadwalkan)
        step("January: check", lambda: periksa_tagihan(JAN))
        step("January: notices (all pay another amount)", lambda: beri_tahu(JAN))
    boss = Pelaku(akun_id=None, peran=frozenset({Peran.PETUGAS_BPJS}))
    with on(date(2027, 2, 1)):
        step("a new month begins", bulan_baru)
        step("cover computed, a month unpaid", hitung_perlindungan)
        step("list of all who lapse", lambda: len(list_jatuh(seen_by=boss)))
    with on(date(2027, 4, 1)):
        step("cover computed, all lapse", hitung_perlindungan)
        check()


def debit(jenis: JenisPaket, staff: Petugas, kunci: date, kirim: date) -> uuid.UUID:
    """Built, locked, approved, sent."""
    with on(kunci):
        key: uuid.UUID = step(f"{jenis}: build", lambda: susun_debet(jenis, DES, by=staff.bendahara).id)
        step(f"{jenis}: lock", lambda: actions.kunci_paket(_get(key), by=staff.bendahara))
        step(f"{jenis}: approve", lambda: actions.setujui_paket(_get(key), by=staff.penyetuju))
    with on(kirim):
        step(f"{jenis}: send", lambda: actions.kirim_paket(_get(key), by=staff.bendahara))
    return key


def read(key: uuid.UUID, salah: dict[Salah, int], staff: Petugas, hari: date) -> None:
    """The double's files, previewed and applied."""
    paket = _get(key)
    layout = layout_debet((paket.uang.layout if paket.uang else "") or None)
    waktu = to_local(start_of_day(paket.uang.tanggal if paket.uang else hari)) + timedelta(hours=6)
    found = answer(actions.read_berkas(paket), layout, salah, waktu=waktu.replace(tzinfo=None))
    nama = paket.jenis.value
    for n, berkas in enumerate(found.berkas, 1):
        with on(max(hari, waktu.date()) + timedelta(days=n - 1)):
            args: dict[str, Any] = {"by": staff.bendahara}
            step(
                f"{nama}: answer {n}, preview",
                lambda berkas=berkas, args=args: run_import(
                    HASIL_DEBET, berkas.data, berkas.nama, dry_run=True, **args
                ),
            )
            step(
                f"{nama}: answer {n}, apply",
                lambda berkas=berkas, args=args: run_import(
                    HASIL_DEBET, berkas.data, berkas.nama, setuju=True, **args
                ),
            )


def remit(staff: Petugas, hari: date) -> uuid.UUID:
    with on(hari):
        key: uuid.UUID = step(
            "setor: build", lambda: actions.susun_paket(JenisPaket.SETOR, DES, by=staff.bpjs).id
        )
        step("setor: lock", lambda: actions.kunci_paket(_get(key), by=staff.bpjs))
        step("setor: approve", lambda: actions.setujui_paket(_get(key), by=staff.penyetuju))
        step("setor: pay", lambda: _pay(_get(key), staff))
    return key


def _pay(paket: Paket, staff: Petugas) -> None:
    if paket.uang is not None:
        jumlah = paket.uang.jumlah_rupiah
        pay_setoran(paket, nomor="NTP-1", tanggal=today(), jumlah=jumlah, by=staff.bendahara)


def record(staff: Petugas, setor: uuid.UUID, hari: date) -> None:
    """BPJS's list, previewed and read."""
    query = (
        select(Pekerja)
        .join(Iuran, Iuran.pekerja_id == Pekerja.id)
        .join(BarisSetor, BarisSetor.iuran_id == Iuran.id)
        .where(BarisSetor.paket_id == setor)
        .order_by(BarisSetor.urutan)
    )
    workers = list(db.session.scalars(query))
    load_deks(one.id for one in workers)
    text = io.StringIO()
    rows: list[list[str | None]] = [["NIK", "NAMA", "BULAN", "STATUS", "KETERANGAN"]]
    for n, one in enumerate(workers, 1):
        answered = ["T", "Nama tidak sesuai"] if n % TIAP_TOLAK == 0 else ["Y", ""]
        rows.append([reveal(one, "nik"), one.nama, f"{DES:%Y-%m}", *answered])
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    data = text.getvalue().encode()
    with on(hari):
        by = staff.bpjs
        step("BPJS: preview", lambda: run_import(CATATAN_BPJS, data, "c.csv", dry_run=True, by=by))
        step(
            "BPJS: apply", lambda: run_import(CATATAN_BPJS, data, "c.csv", take_good=True, setuju=True, by=by)
        )


def close(staff: Petugas, keys: tuple[uuid.UUID, ...], hari: date) -> None:
    """The mirror's mismatches become work, all of it is taken; batches and month are closed."""
    both = Pelaku(akun_id=staff.bendahara.akun_id, peran=frozenset({Peran.BENDAHARA, Peran.PETUGAS_BPJS}))
    boss = staff.penyetuju
    with on(hari):
        counted = step("mirror", lambda: count_sel(DES, seen_by=boss))
        print("   ", {one.sel.kode: one.banyak for one in counted})
        for sel in SELISIH:
            if SEL[sel].pemilik is not None:
                step(f"mirror: work of cell {sel}", lambda sel=sel: open_urusan_sel(DES, sel, by=both))
        for model in (Pengecualian, Urusan):  # people take them one by one
            taken = {"pemilik_id": both.akun_id, "tenggat": hari + timedelta(days=9)}
            db.session.execute(update(model).where(model.selesai_pada.is_(None)).values(**taken))
        db.session.commit()
        for key in keys:
            step("reconcile", lambda key=key: _reconcile(_get(key), staff))
            step("close", lambda key=key: uang.tutup(_get(key), by=boss))
        step("month closed", lambda: close_bulan(DES, by=boss))


def _reconcile(paket: Paket, staff: Petugas) -> None:
    berhasil = uang.uang_of(paket.jenis).berhasil_rupiah(paket)
    uang.rekonsiliasi(paket, kredit_bank=berhasil, selisih=(), by=staff.bendahara)


def check() -> None:
    """``flask periksa``: every check on its own."""
    db.session.expunge_all()
    total = started = time.perf_counter()
    for one, found in run_checks():
        took = time.perf_counter() - started
        if took > 1 or found:
            print(f"  periksa {one.nama:<36} {took:6.1f} s  found {len(found)}", flush=True)
        started = time.perf_counter()
    print(f"{'periksa, all':<44} {time.perf_counter() - total:6.1f} s", flush=True)


def _get(key: uuid.UUID) -> Paket:
    return db.session.get_one(Paket, key)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000, sys.argv[2] if len(sys.argv) > 2 else "")
