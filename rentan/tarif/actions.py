"""Adding, ending and withdrawing dated rows of the tariff, and special days; rows that hold stay as they are.

Nothing here may change a month that is over: what was charged stays as it was charged.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, today
from rentan.core.errors import NotFound, RuleError
from rentan.ext import db
from rentan.tarif.models import HariKhusus, TarifKelas, TarifPotongan
from rentan.tarif.price import Potongan
from rentan.tarif.queries import forget_tarif, hari_khusus, load_tabel
from rentan.tarif.tabel import SusunanKelas, TabelTarif, hari_terakhir
from rentan.util.angka import format_angka
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


def plan_cabut_potongan(tabel: TabelTarif, key: uuid.UUID, dipakai: int) -> tuple[date, TabelTarif]:
    """The first month that changes when this cut was a mistake, and the table without it.

    ``dipakai``: how many contributions were priced with it. Raises ``NotFound``; ``RuleError``:
    ``bulan_lewat``, ``tarif_dipakai``.
    """
    one = tabel.potongan.get(key)
    if one is None:
        raise NotFound
    _check_cabut(one.mulai, dipakai, "Akhiri potongan ini dengan bulan terakhirnya.")
    return one.mulai, _checked(tabel.tanpa_potongan(key))


def plan_cabut_kelas(tabel: TabelTarif, mulai: date, dipakai: int) -> tuple[date, TabelTarif]:
    """The same for a set of classes. Raises ``RuleError`` ``kelas_satu`` for the only one as well."""
    if not any(one.mulai == mulai for one in tabel.susunan):
        raise NotFound
    if len(tabel.susunan) == 1:
        raise RuleError(
            "Tanpa tabel kelas tidak ada harga. Tambahkan tabel yang baru lebih dahulu.", kode="kelas_satu"
        )
    _check_cabut(mulai, dipakai, "Tambahkan tabel kelas yang benar mulai bulan berikutnya.")
    return mulai, _checked(tabel.tanpa_kelas(mulai))


def _check_cabut(mulai: date, dipakai: int, gantinya: str) -> None:
    if mulai < awal_bulan(today()):
        raise RuleError(f"Baris ini sudah berlaku sejak bulan yang lewat. {gantinya}", kode="bulan_lewat")
    if dipakai:
        raise RuleError(
            f"{format_angka(dipakai)} iuran sudah dihitung dengan baris ini, sehingga tidak dapat dicabut. "
            f"{gantinya}",
            kode="tarif_dipakai",
        )


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


def withdraw_potongan(key: uuid.UUID, *, alasan: str, dipakai: Callable[[Potongan], int], by: Pelaku) -> None:
    """Mark a cut as a mistake; the row stays. ``dipakai`` counts under the lock.

    Raises as ``plan_cabut_potongan``.
    """
    _lock()
    tabel = load_tabel()
    one = tabel.potongan.get(key)
    mulai, _ = plan_cabut_potongan(tabel, key, dipakai(one) if one else 0)
    row = db.session.get_one(TarifPotongan, key, populate_existing=True)
    _withdraw([row], "cabut_potongan", mulai, alasan, by)


def withdraw_kelas(mulai: date, *, alasan: str, dipakai: Callable[[date], int], by: Pelaku) -> None:
    """Mark a whole set of classes as a mistake. Raises as ``plan_cabut_kelas``."""
    _lock()
    plan_cabut_kelas(load_tabel(), mulai, dipakai(mulai))
    query = select(TarifKelas).where(TarifKelas.berlaku_mulai == mulai, TarifKelas.dicabut_pada.is_(None))
    rows = db.session.scalars(query.order_by(TarifKelas.id)).all()
    _withdraw(rows, "cabut_kelas", mulai, alasan, by)


def _withdraw(
    rows: Sequence[TarifKelas | TarifPotongan], jenis: str, mulai: date, alasan: str, by: Pelaku
) -> None:
    moment = now()
    for row in rows:
        row.dicabut_oleh, row.dicabut_pada, row.alasan_cabut = by.akun_id, moment, alasan
    db.session.flush()
    forget_tarif()
    record(Peristiwa.TARIF_DIUBAH, by=by, objek=rows[0], jenis=jenis, mulai=mulai.isoformat())


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
