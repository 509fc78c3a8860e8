"""What is counted of participation: the columns, who stands in them, and the queries over the dated facts."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Label, Select, String, Uuid, case, column, func, select, table

from rentan.asn.models import Penempatan, Tahapan
from rentan.asn.status import TAHAP_IKUT, StatusAktif, Tahap
from rentan.core.clock import start_of_day, today
from rentan.core.workflow import Riwayat
from rentan.util.tanggal import akhir_bulan, awal_bulan, tambah_bulan

#: The counted columns, in the order of the ladder.
KOLOM = (
    "roster", "di_luar", "aktivasi", "diajukan", "terverifikasi", "didebit", "pekerja", "pekerja_terdaftar",
    "pekerja_aktif", "pekerja_kartu",
)  # fmt: skip
#: Of these, the ones that count workers; a card is counted apart from cover (states.md §4).
KOLOM_PEKERJA = KOLOM[6:]
URUTAN_TAHAP = tuple(Tahap)
TAHAP_SUDAH_IKUT = URUTAN_TAHAP[URUTAN_TAHAP.index(TAHAP_IKUT) :]
DI_LUAR = (StatusAktif.CUTI, StatusAktif.PENSIUN, StatusAktif.MENINGGAL)
#: A worker counts from being proposed until the sponsorship ends; one who is only held on the list does not.
ASUHAN_DIHITUNG = ("diusulkan", "menunggu_mandat", "siap", "aktif", "dijeda")
#: BPJS has confirmed the cover: the only state that is *Terlindungi*; who is a month behind is at risk.
PEKERJA_TERLINDUNGI = ("aktif",)
#: BPJS has registered the worker, whether or not a month has been recorded yet.
PEKERJA_TERDAFTAR = ("terdaftar", "aktif", "tenggang_1", "tenggang_2")
#: The card is in the worker's (or the proxy's) hands.
KARTU_DISERAHKAN = "diserahkan"

# Rooms to the right cannot be imported here; their tables are read by name, for counting only. A test
# compares these words with the enums of those rooms.
TABEL_ASUHAN = table(
    "asuhan", column("id", Uuid), column("asn_id", Uuid), column("pekerja_id", Uuid), column("status", String)
)
TABEL_PEKERJA = table("pekerja", column("id", Uuid), column("status", String))
TABEL_KARTU = table("kartu", column("id", Uuid), column("pekerja_id", Uuid), column("status", String))


def pekerja_pada(bulan: date) -> Select[*tuple[Any, ...]]:
    """One row per counted worker: ``asn_id``, ``pekerja_id``, ``terdaftar``, ``terlindungi`` and ``kartu``
    (1 or 0: registered, covered, card handed over).

    For the running month as they stand now, for a past month at its end (from the history rows). Workers of
    ASN who are not active are among them; the counters leave those out.
    """
    if bulan >= awal_bulan(today()):
        kini = select(TABEL_KARTU.c.pekerja_id).where(TABEL_KARTU.c.status == KARTU_DISERAHKAN)
        return (
            select(
                TABEL_ASUHAN.c.asn_id,
                TABEL_ASUHAN.c.pekerja_id,
                *keadaan_pekerja(TABEL_PEKERJA.c.status, TABEL_ASUHAN.c.pekerja_id.in_(kini)),
            )
            .join(TABEL_PEKERJA, TABEL_PEKERJA.c.id == TABEL_ASUHAN.c.pekerja_id)
            .where(TABEL_ASUHAN.c.status.in_(ASUHAN_DIHITUNG))
        )
    asuhan, kartu = (_status_pada(mesin, bulan).subquery() for mesin in ("asuhan", "kartu"))
    # Looked up per row: joined as a table of its own, SQLite would read all of it for each worker.
    pekerja = (
        select(Riwayat.ke)
        .where(Riwayat.mesin == "pekerja", Riwayat.objek_id == TABEL_ASUHAN.c.pekerja_id)
        .where(Riwayat.pada < start_of_day(tambah_bulan(awal_bulan(bulan), 1)))
        .order_by(Riwayat.urutan.desc())
        .limit(1)
        .correlate(TABEL_ASUHAN)
        .scalar_subquery()
    )
    dulu = (
        select(TABEL_KARTU.c.pekerja_id)
        .join(kartu, kartu.c.objek_id == TABEL_KARTU.c.id)
        .where(kartu.c.ke == KARTU_DISERAHKAN)
    )
    return (
        select(
            TABEL_ASUHAN.c.asn_id,
            TABEL_ASUHAN.c.pekerja_id,
            *keadaan_pekerja(pekerja, TABEL_ASUHAN.c.pekerja_id.in_(dulu)),
        )
        .join(asuhan, asuhan.c.objek_id == TABEL_ASUHAN.c.id)
        .where(asuhan.c.ke.in_(ASUHAN_DIHITUNG))
    )


def keadaan_pekerja(status: ColumnElement[str], berkartu: ColumnElement[bool]) -> list[Label[int]]:
    """The three marks of a worker: BPJS's status, and whether the card is handed over."""
    return [
        case((syarat, 1), else_=0).label(nama)
        for nama, syarat in (
            ("terdaftar", status.in_(PEKERJA_TERDAFTAR)),
            ("terlindungi", status.in_(PEKERJA_TERLINDUNGI)),
            ("kartu", berkartu),
        )
    ]


def jumlah_pekerja(pekerja: Any) -> dict[str, Any]:
    """What is counted of ``pekerja_pada``, by column."""
    return {
        "pekerja": func.count(),
        "pekerja_terdaftar": func.sum(pekerja.c.terdaftar),
        "pekerja_aktif": func.sum(pekerja.c.terlindungi),
        "pekerja_kartu": func.sum(pekerja.c.kartu),
    }


def berdiri(kelas: type[Penempatan] | type[Tahapan], bulan: date) -> ColumnElement[bool]:
    """Does this dated interval stand at the end of the month?"""
    akhir = akhir_bulan(bulan)
    return (kelas.mulai <= akhir) & (kelas.sampai.is_(None) | (kelas.sampai >= akhir))


def _status_pada(mesin: str, bulan: date) -> Select[*tuple[Any, ...]]:
    """Status of each row of a machine at the end of a month: where its last move until then led."""
    sesudah = start_of_day(tambah_bulan(awal_bulan(bulan), 1))
    terakhir = (
        select(Riwayat.objek_id, func.max(Riwayat.urutan).label("urutan"))
        .where(Riwayat.mesin == mesin, Riwayat.pada < sesudah)
        .group_by(Riwayat.objek_id)
        .subquery()
    )
    sama = (Riwayat.objek_id == terakhir.c.objek_id) & (Riwayat.urutan == terakhir.c.urutan)
    return select(Riwayat.objek_id, Riwayat.ke).join(terakhir, sama).where(Riwayat.mesin == mesin)
