"""Prior notice (states.md §6): who will be debited another amount than last time knows it before the lock.

The old amount is what the bank was asked for in the donor's last debit batch of an earlier month (0: never),
the new one what the debit of this month will ask for. Held rows and money from credit are no debit. What does
not come as it was told is told once more.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from rentan.asuhan.models import Asuhan
from rentan.core.actor import SISTEM
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, today
from rentan.core.massal import chunks, set_many
from rentan.ext import db
from rentan.iuran.jadwal import MUNDUR, awal_blok, bulan_terbuka
from rentan.iuran.models import Iuran, Pemberitahuan, Percobaan
from rentan.iuran.status import HasilCoba, StatusIuran
from rentan.iuran.tersetor import tak_tersetor
from rentan.paket.models import Paket
from rentan.paket.status import DI_LUAR, JenisPaket, StatusPaket
from rentan.pekerja.models import Pekerja
from rentan.tarif.queries import hari_debet, jadwal_bulan
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import awal_bulan, format_bulan, format_hari, tambah_bulan

JENIS = "jumlah_berubah"
_TABEL: Table = Pemberitahuan.__table__  # type: ignore[assignment]


def beri_tahu(bulan: date, *, dikunci: bool = False) -> int:
    """Write or correct the notices of this month's debit; how many. Safe to run twice and before the lock.

    With ``dikunci`` the lines that are in the debit batch are all that the bank will be asked for.
    """
    bulan = awal_bulan(bulan)
    lama, baru = terakhir_didebet(bulan), _diminta(bulan, dikunci=dikunci)
    beda = _berbeda(lama, baru)
    ada = _ada(bulan)
    kapan = (format_bulan(bulan), format_hari(hari_debet(bulan)))
    kini = {key: (lama.get(key, 0), baru.get(key, 0)) for key in ada}
    basi = [row for key, row in ada.items() if (row.jumlah_lama, row.jumlah_baru) != kini[key]]
    set_many(
        basi,
        {
            row.id: _isi(kapan, *kini[row.asn_id]) | {"dibuat_pada": now(), "dibaca_pada": None}
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


def donatur_tanpa_pemberitahuan(bulan: date, *, dikunci: bool = False) -> int:
    """Donors who would be debited a changed amount without a notice of that amount (guard of B3)."""
    bulan = awal_bulan(bulan)
    ada = _ada(bulan)
    return sum(
        asn_id not in ada or (ada[asn_id].jumlah_lama, ada[asn_id].jumlah_baru) != satu
        for asn_id, satu in _berbeda(terakhir_didebet(bulan), _diminta(bulan, dikunci=dikunci)).items()
    )


def _berbeda(lama: dict[uuid.UUID, int], baru: dict[uuid.UUID, int]) -> dict[uuid.UUID, tuple[int, int]]:
    """(old, new) whole rupiah of every donor whose debit differs from the last one."""
    return {asn_id: (lama.get(asn_id, 0), n) for asn_id, n in baru.items() if n and lama.get(asn_id, 0) != n}


def _diminta(bulan: date, *, dikunci: bool) -> dict[uuid.UUID, int]:
    """What the debit of this month asks each donor for, in whole rupiah.

    Before its lock that is what waits for it and may be asked for, from then on its lines alone.
    """
    baris = (
        select(Percobaan.asn_id, func.sum(Percobaan.jumlah).label("n"))
        .join(Paket, Paket.id == Percobaan.paket_id)
        .where(_debet(bulan), Percobaan.hasil != HasilCoba.DIKELUARKAN)
        .group_by(Percobaan.asn_id)
    )
    terkunci = select(Paket.id).where(_debet(bulan), Paket.status != StatusPaket.DISUSUN)
    if dikunci or db.session.scalar(terkunci.limit(1)) is not None:
        return {row.asn_id: int(row.n) for row in db.session.execute(baris)}
    found: defaultdict[uuid.UUID, int] = defaultdict(int)
    for row in db.session.execute(_menunggu(bulan)):
        if row.status is StatusIuran.DALAM_BATCH or _dapat_diminta(row, bulan):
            found[row.asn_id] += int(row.n)
    return found


def _debet(bulan: date) -> ColumnElement[bool]:
    return and_(
        Paket.jenis == JenisPaket.DEBET, Paket.periode == bulan, Paket.status != StatusPaket.DIBATALKAN
    )


def _menunggu(bulan: date) -> Select[*tuple[Any, ...]]:
    """Scheduled contributions, and those in this month's batch; not what is in a retry."""
    dalam = (
        select(Percobaan.iuran_id)
        .join(Paket, Paket.id == Percobaan.paket_id)
        .where(_debet(bulan), Percobaan.hasil == HasilCoba.TERBUKA)
    )
    return (
        select(
            Iuran.asn_id,
            Iuran.periode,
            Iuran.status,
            Iuran.status_bpjs,
            (Iuran.jumlah - Iuran.kredit_dipakai).label("n"),
            Asuhan.bulan_pertama,
            Asuhan.periode.label("blok"),
            Pekerja.status.label("pekerja"),
            Pekerja.mulai_masa,
            Pekerja.lunas_sampai,
        )
        .join(Asuhan, Asuhan.id == Iuran.asuhan_id)
        .join(Pekerja, Pekerja.id == Iuran.pekerja_id)
        .where(
            or_(
                Iuran.status == StatusIuran.TERJADWAL,
                and_(Iuran.status == StatusIuran.DALAM_BATCH, Iuran.id.in_(dalam)),
            )
        )
    )


def _dapat_diminta(row: Any, bulan: date) -> bool:
    """Would the debit take it: due, not too long ago, and of use for BPJS?"""
    return (
        row.periode >= tambah_bulan(bulan, -MUNDUR)
        and awal_blok(row.periode, row.bulan_pertama, row.blok) <= bulan
        and not tak_tersetor(row.periode, row.pekerja, row.mulai_masa, row.lunas_sampai, bpjs=row.status_bpjs)
    )


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
    if not baru:
        kalimat = f"Untuk iuran {bulan} tidak ada potongan pada {hari}."
    elif lama == baru:
        kalimat = f"Potongan untuk iuran {bulan} pada {hari} tetap {format_rupiah(lama)}."
    elif lama:
        kalimat = (
            f"Potongan untuk iuran {bulan} pada {hari} berubah dari {format_rupiah(lama)} "
            f"menjadi {format_rupiah(baru)}."
        )
    else:
        kalimat = f"Potongan pertama Anda, {format_rupiah(baru)}, dijadwalkan pada {hari}."
    return {"jumlah_lama": lama, "jumlah_baru": baru, "keterangan": kalimat}
