"""Adding and ending dated rows of the tariff and special days; rows that hold are never rewritten.

Nothing here may change a month that is over: what was charged stays as it was charged.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import today
from rentan.core.errors import NotFound, RuleError
from rentan.ext import db
from rentan.tarif.models import HariKhusus, TarifKelas, TarifPotongan
from rentan.tarif.price import Potongan
from rentan.tarif.queries import forget_tarif, hari_khusus, load_tabel
from rentan.tarif.tabel import SusunanKelas, TabelTarif, hari_terakhir
from rentan.util.galat import TidakSah
from rentan.util.kalender import is_hari_kerja
from rentan.util.tanggal import awal_bulan, format_bulan, tambah_bulan


def plan_potongan(tabel: TabelTarif, potongan: Potongan) -> tuple[date, TabelTarif]:
    """The first month that another cut changes, and the table with it.

    Raises ``RuleError``: ``bulan_lewat`` (begins before the running month), and what ``Tarif`` refuses.
    """
    if potongan.mulai < awal_bulan(today()):
        raise RuleError(_LEWAT, "mulai", kode="bulan_lewat")
    return potongan.mulai, _checked(tabel.dengan_potongan(uuid.uuid4(), potongan))


def plan_akhir(tabel: TabelTarif, key: uuid.UUID, bulan: date) -> tuple[date, TabelTarif]:
    """The first month that changes when this cut's last month is ``bulan``, and the table with it.

    Raises ``NotFound``; ``RuleError``: ``bulan_lewat`` (a month that is over would change),
    ``potongan_akhir`` (not before the end that the row has, or before its beginning).
    """
    one = tabel.potongan.get(key)
    if one is None:
        raise NotFound
    akhir = hari_terakhir(bulan)
    if akhir < hari_terakhir(tambah_bulan(awal_bulan(today()), -1)):
        raise RuleError(_LEWAT, "sampai", kode="bulan_lewat")
    if akhir < one.mulai or (one.sampai is not None and akhir >= one.sampai):
        raise RuleError(
            "Bulan terakhir harus di antara awal potongan dan akhir yang sudah tercatat. Potongan yang "
            "diperpanjang dicatat sebagai potongan baru.",
            "sampai",
            kode="potongan_akhir",
        )
    return tambah_bulan(awal_bulan(bulan), 1), _checked(tabel.sampai(key, akhir))


def plan_kelas(tabel: TabelTarif, susunan: SusunanKelas) -> tuple[date, TabelTarif]:
    """The first month that another set of classes changes, and the table with it.

    Raises ``RuleError``: ``bulan_lewat``, ``kelas_ada`` (a set begins in that month already), ``kelas_isi``
    (an amount of nothing, a base twice), and what ``Tarif`` refuses.
    """
    amounts = [(one.dasar, one.jkk, one.jkm, one.jht) for one in susunan.kelas]
    if not all(map(all, amounts)) or len({one[0] for one in amounts}) < len(amounts):
        raise RuleError(
            "Dasar penghasilan dan iuran setiap kelas harus lebih dari nol, dan tiap dasar hanya sekali.",
            "tabel",
            kode="kelas_isi",
        )
    if susunan.mulai < awal_bulan(today()):
        raise RuleError(_LEWAT, "mulai", kode="bulan_lewat")
    if any(one.mulai == susunan.mulai for one in tabel.susunan):
        raise RuleError(
            f"Sudah ada tabel kelas yang berlaku mulai {format_bulan(susunan.mulai)}. Baris yang sudah ada "
            "tidak diganti; pilih bulan lain.",
            "mulai",
            kode="kelas_ada",
        )
    return susunan.mulai, _checked(tabel.dengan_kelas(susunan))


_LEWAT = "Bulan yang sudah lewat tidak dapat dihitung ulang. Pilih bulan ini atau sesudahnya."


def add_potongan(potongan: Potongan, *, by: Pelaku) -> TarifPotongan:
    """Add a cut. Raises as ``plan_potongan``."""
    _lock()
    plan_potongan(load_tabel(), potongan)
    row = TarifPotongan(
        id=uuid.uuid4(),
        mulai=potongan.mulai,
        sampai=potongan.sampai,
        sektor=potongan.sektor,
        pendanaan=potongan.pendanaan,
        program=potongan.program,
        persen=potongan.persen,
        dasar_hukum=potongan.dasar_hukum,
    )
    _write([row], "Potongan yang sama sudah ada. Muat ulang halaman tarif.")
    record(Peristiwa.TARIF_DIUBAH, by=by, objek=row, jenis="potongan", mulai=potongan.mulai.isoformat())
    return row


def end_potongan(key: uuid.UUID, bulan: date, *, by: Pelaku) -> TarifPotongan:
    """Let a cut end with the month ``bulan``. Raises as ``plan_akhir``."""
    _lock()
    mulai, _ = plan_akhir(load_tabel(), key, bulan)
    row = db.session.get_one(TarifPotongan, key, populate_existing=True)
    row.sampai = hari_terakhir(bulan)
    db.session.flush()
    forget_tarif()
    record(Peristiwa.TARIF_DIUBAH, by=by, objek=row, jenis="akhir_potongan", mulai=mulai.isoformat())
    return row


def add_kelas(susunan: SusunanKelas, *, by: Pelaku) -> None:
    """Add a whole set of classes. Raises as ``plan_kelas``."""
    _lock()
    plan_kelas(load_tabel(), susunan)
    rows = [
        TarifKelas(
            id=uuid.uuid4(),
            berlaku_mulai=susunan.mulai,
            penghasilan_min=one.min,
            penghasilan_maks=one.maks,
            dasar=one.dasar,
            jkk=one.jkk,
            jkm=one.jkm,
            jht=one.jht,
            dasar_hukum=susunan.dasar_hukum,
        )
        for one in susunan.kelas
    ]
    _write(rows, "Tabel kelas untuk bulan ini sudah ada. Muat ulang halaman tarif.")
    record(Peristiwa.TARIF_DIUBAH, by=by, objek=rows[0], jenis="kelas", mulai=susunan.mulai.isoformat())


def plan_hari(tanggal: date, jenis: str) -> dict[str, frozenset[date]]:
    """The special days as ``hari_khusus`` would answer them after ``change_hari``.

    ``jenis``: ``libur`` (a day off), ``kerja`` (a holiday that is worked after all) or ``hapus`` (as in the
    national calendar). Raises ``RuleError``: ``hari_lewat``, ``hari_ada`` (noted already: take it back
    first), ``hari_tak_ada`` (nothing to take back), ``hari_tak_berubah`` (the day is that already).
    """
    if tanggal <= today():
        raise RuleError(
            "Hari yang sedang berjalan atau sudah lewat tidak diubah: jadwalnya sudah dipakai.",
            "tanggal",
            kode="hari_lewat",
        )
    khusus = hari_khusus()
    tambahan, dicabut = khusus["tambahan"], khusus["dicabut"]
    dicatat = tanggal in tambahan or tanggal in dicabut
    if jenis == "hapus":
        if not dicatat:
            raise RuleError("Hari ini tidak dicatat sebagai hari khusus.", "tanggal", kode="hari_tak_ada")
        return {"tambahan": tambahan - {tanggal}, "dicabut": dicabut - {tanggal}}
    if dicatat:
        raise RuleError(
            "Hari ini sudah dicatat. Kembalikan dahulu seperti kalender nasional, lalu catat lagi.",
            "tanggal",
            kode="hari_ada",
        )
    if tanggal.weekday() >= _SABTU or (jenis == "kerja") == is_hari_kerja(tanggal):
        apa = "akhir pekan" if tanggal.weekday() >= _SABTU else "hari kerja" if jenis == "kerja" else "libur"
        raise RuleError(
            f"Menurut kalender nasional hari ini memang {apa}, sehingga tidak ada jadwal yang berubah.",
            "tanggal",
            kode="hari_tak_berubah",
        )
    if jenis == "libur":
        return {"tambahan": tambahan | {tanggal}, "dicabut": dicabut}
    return {"tambahan": tambahan, "dicabut": dicabut | {tanggal}}


def change_hari(tanggal: date, jenis: str, nama: str, *, by: Pelaku) -> None:
    """Note a special day or take it back; ``nama`` is why. Raises as ``plan_hari``."""
    plan_hari(tanggal, jenis)
    if jenis == "hapus":
        db.session.execute(delete(HariKhusus).where(HariKhusus.tanggal == tanggal))
    else:
        _write(
            [HariKhusus(tanggal=tanggal, jenis=jenis, nama=nama)],
            "Tanggal ini baru saja dicatat. Muat ulang halaman kalender.",
        )
    forget_tarif()
    record(Peristiwa.HARI_DIUBAH, by=by, tanggal=tanggal.isoformat(), menjadi=jenis, alasan=nama)


_SABTU = 5


def _checked(tabel: TabelTarif) -> TabelTarif:
    try:
        tabel.periksa()
    except TidakSah as refused:
        raise RuleError(refused.pesan, kode=refused.kode) from refused
    return tabel


def _lock() -> None:
    """Two admins at once: the second reads what the first has written (rows of the seed always exist)."""
    db.session.scalars(select(TarifPotongan.id).order_by(TarifPotongan.id).with_for_update()).all()
    db.session.scalars(select(TarifKelas.id).order_by(TarifKelas.id).with_for_update()).all()
    forget_tarif()


def _write(rows: Sequence[TarifKelas | TarifPotongan | HariKhusus], pesan: str) -> None:
    try:
        with db.session.begin_nested():
            db.session.add_all(rows)
            db.session.flush()
    except IntegrityError as sebab:
        raise RuleError(pesan, kode="tarif_ada") from sebab
    forget_tarif()
