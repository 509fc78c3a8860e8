"""Prior notice (states.md §6): who will be debited another amount than last time knows it before the lock.

The old amount is what the bank was asked for in the donor's last debit batch of an earlier month (0: never),
the new one what the debit of this month will ask for. Held rows and money from credit are no debit.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

from rentan.asuhan.models import Asuhan
from rentan.core.actor import SISTEM
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, today
from rentan.core.massal import chunks, set_many
from rentan.ext import db
from rentan.iuran.jadwal import awal_blok, bulan_terbuka
from rentan.iuran.models import Iuran, Pemberitahuan, Percobaan
from rentan.iuran.status import HasilCoba, StatusIuran
from rentan.paket.models import Paket
from rentan.paket.status import DI_LUAR, JenisPaket
from rentan.tarif.queries import hari_debet, jadwal_bulan
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import awal_bulan, format_bulan, format_hari

JENIS = "jumlah_berubah"
_TABEL: Table = Pemberitahuan.__table__  # type: ignore[assignment]


def beri_tahu(bulan: date) -> int:
    """Write or correct the notices of this month's debit; how many. Safe to run twice and before the lock."""
    bulan = awal_bulan(bulan)
    beda = jumlah_berbeda(bulan)
    ada = _ada(bulan)
    kapan = (format_bulan(bulan), format_hari(hari_debet(bulan)))
    basi = [
        row
        for asn_id, row in ada.items()
        if asn_id in beda and (row.jumlah_lama, row.jumlah_baru) != beda[asn_id]
    ]
    set_many(
        basi,
        {
            row.id: _isi(kapan, *beda[row.asn_id]) | {"dibuat_pada": now(), "dibaca_pada": None}
            for row in basi
        },
    )
    rows = [
        {
            "id": uuid.uuid4(),
            "asn_id": asn_id,
            "jenis": JENIS,
            "periode": bulan,
            "dibuat_pada": now(),
            **_isi(kapan, *satu),
        }
        for asn_id, satu in sorted(beda.items())
        if asn_id not in ada
    ]
    dialek = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    statement = dialek.insert(_TABEL).on_conflict_do_nothing().returning(_TABEL.c.id)
    banyak = len(basi)
    for some in chunks(rows):
        banyak += len(db.session.connection().execute(statement, list(some)).all())
    if banyak:
        record(
            Peristiwa.PEMBERITAHUAN_DIBUAT,
            by=SISTEM,
            jenis=JENIS,
            jumlah=banyak,
            bulan=bulan.isoformat()[:7],
        )
    return banyak


def beri_tahu_semua() -> int:
    """Job "beri-tahu": for each month that is open and whose cut-off has not passed."""
    hari = today()
    return sum(beri_tahu(one) for one in bulan_terbuka(hari) if jadwal_bulan(one).kunci >= hari)


def donatur_tanpa_pemberitahuan(bulan: date) -> int:
    """Donors who would be debited a changed amount without a notice of that amount (guard of B3)."""
    bulan = awal_bulan(bulan)
    ada = _ada(bulan)
    return sum(
        asn_id not in ada or (ada[asn_id].jumlah_lama, ada[asn_id].jumlah_baru) != satu
        for asn_id, satu in jumlah_berbeda(bulan).items()
    )


def jumlah_berbeda(bulan: date) -> dict[uuid.UUID, tuple[int, int]]:
    """(old, new) whole rupiah of every donor whose debit of this month differs from the last one."""
    baru: defaultdict[uuid.UUID, int] = defaultdict(int)
    query = (
        select(
            Iuran.asn_id,
            Iuran.periode,
            (Iuran.jumlah - Iuran.kredit_dipakai).label("n"),
            Asuhan.bulan_pertama,
            Asuhan.periode.label("blok"),
        )
        .join(Asuhan, Asuhan.id == Iuran.asuhan_id)
        .where(Iuran.status.in_((StatusIuran.TERJADWAL, StatusIuran.DALAM_BATCH)))
    )
    for row in db.session.execute(query):
        if awal_blok(row.periode, row.bulan_pertama, row.blok) <= bulan:
            baru[row.asn_id] += int(row.n)
    lama = terakhir_didebet(bulan)
    return {asn_id: (lama.get(asn_id, 0), n) for asn_id, n in baru.items() if n and lama.get(asn_id, 0) != n}


def terakhir_didebet(bulan: date) -> dict[uuid.UUID, int]:
    """What the bank was asked for in the last debit batch before ``bulan``, by donor, in whole rupiah."""
    query = (
        select(Percobaan.asn_id, Paket.periode, func.sum(Percobaan.jumlah).label("n"))
        .join(Paket, Paket.id == Percobaan.paket_id)
        .where(
            Paket.jenis == JenisPaket.DEBET,
            Paket.status.in_(DI_LUAR),
            Paket.periode < bulan,
            Percobaan.hasil != HasilCoba.DIKELUARKAN,
        )
        .group_by(Percobaan.asn_id, Paket.periode)
        .order_by(Paket.periode)
    )
    return {row.asn_id: int(row.n) for row in db.session.execute(query)}


def _ada(bulan: date) -> dict[uuid.UUID, Pemberitahuan]:
    query = select(Pemberitahuan).where(Pemberitahuan.jenis == JENIS, Pemberitahuan.periode == bulan)
    return {row.asn_id: row for row in db.session.scalars(query)}


def _isi(kapan: tuple[str, str], lama: int, baru: int) -> dict[str, Any]:
    bulan, hari = kapan
    if lama:
        kalimat = (
            f"Potongan untuk iuran {bulan} pada {hari} berubah dari {format_rupiah(lama)} "
            f"menjadi {format_rupiah(baru)}."
        )
    else:
        kalimat = f"Potongan pertama Anda, {format_rupiah(baru)}, dijadwalkan pada {hari}."
    return {"jumlah_lama": lama, "jumlah_baru": baru, "keterangan": kalimat}
