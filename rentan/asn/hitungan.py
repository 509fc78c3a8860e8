"""Rungs of participation and the counters per OPD, month and ASN status: the one place that changes them.

What a counter row says: how many stood where at the *end* of that month, for the running month how many
stand now. A month without a row has the values of the latest row before it. ``roster`` counts the active,
``di_luar`` those on unpaid leave, retired or dead; who left the roster (``keluar``) counts nowhere. Rungs and
workers count only for active ASN (product.md §3: numerator and denominator are the same people).

Every function here works inside the caller's transaction and never commits, so that a counter can never tell
of a move that did not happen. Moves change the running month: a fact that is told late ("was sent on the
30th") takes effect on the first day of the running month, because what was reported for a past month stays.
A correction of past months goes through :func:`rentan.asn.hitungan_ulang.hitung_ulang`
(``asn import --berlaku``).
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Label,
    Select,
    String,
    Table,
    Uuid,
    case,
    column,
    delete,
    func,
    insert,
    select,
    table,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from rentan.asn.models import Asn, HitunganOpd, Penempatan, Tahapan
from rentan.asn.status import TAHAP_IKUT, StatusAktif, StatusAsn, Tahap
from rentan.core.clock import start_of_day, today
from rentan.core.workflow import Riwayat
from rentan.ext import db
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
_ASUHAN = table(
    "asuhan", column("id", Uuid), column("asn_id", Uuid), column("pekerja_id", Uuid), column("status", String)
)
_PEKERJA = table("pekerja", column("id", Uuid), column("status", String))
_KARTU = table("kartu", column("id", Uuid), column("pekerja_id", Uuid), column("status", String))
TABEL: Table = HitunganOpd.__table__  # type: ignore[assignment]

Kunci = tuple[uuid.UUID, StatusAsn]
#: Ids in one query; SQLite allows 32,766.
_SEKALIGUS = 1_000


# -- moves --------------------------------------------------------------------------------------------------


def naik(asn: Asn, tahap: Tahap, *, pada: date) -> None:
    """The ASN stands on this rung from ``pada`` on; nothing happens when it stands there already.

    Keeps ``asn.tahap`` and ``asn.ikut`` and, for an active ASN, the counter. Raises ``ValueError`` for a
    future date.
    """
    mulai = _berlaku(pada)
    _kunci(asn)
    terbuka = _terbuka(asn)
    if tahap in terbuka:
        return
    terbuka[tahap] = Tahapan(asn_id=asn.id, tahap=tahap, mulai=mulai)
    db.session.add(terbuka[tahap])
    _simpan_puncak(asn, terbuka)
    if asn.status_aktif is StatusAktif.AKTIF:
        _tambah((asn.opd_id, asn.status_asn), {tahap.value: 1})


def naik_banyak(asn_ids: Collection[uuid.UUID], tahap: Tahap, *, pada: date) -> int:
    """:func:`naik` for many ASN at once, set-based; answers how many did not stand there before.

    Rows of ASN that are loaded are read anew at their next use.
    """
    mulai = _berlaku(pada)
    ada = _kunci_banyak(asn_ids)
    terbuka = _terbuka_banyak(ada)
    baru = [one for one in ada if tahap not in terbuka[one]]
    if baru:
        isi = [{"id": uuid.uuid4(), "asn_id": one, "tahap": tahap, "mulai": mulai} for one in baru]
        db.session.execute(insert(Tahapan), isi)
    for one in baru:
        terbuka[one].add(tahap)
    _simpan_banyak({one: ada[one] for one in baru}, terbuka, {tahap.value: 1})
    return len(baru)


def turun_banyak(asn_ids: Collection[uuid.UUID], tahap: Tahap, *, pada: date) -> int:
    """:func:`turun` for many ASN at once, set-based; answers how many stood there."""
    sejak = _berlaku(pada)
    ada = _kunci_banyak(asn_ids)
    terbuka = _terbuka_banyak(ada)
    lepas = [one for one in ada if tahap in terbuka[one]]
    for awal in range(0, len(lepas), _SEKALIGUS):
        baris = (
            Tahapan.asn_id.in_(lepas[awal : awal + _SEKALIGUS]),
            Tahapan.tahap == tahap,
            Tahapan.sampai.is_(None),
        )
        db.session.execute(delete(Tahapan).where(*baris, Tahapan.mulai >= sejak))
        db.session.execute(update(Tahapan).where(*baris).values(sampai=sejak - timedelta(days=1)))
    for one in lepas:
        terbuka[one].discard(tahap)
    _simpan_banyak({one: ada[one] for one in lepas}, terbuka, {tahap.value: -1})
    return len(lepas)


def turun(asn: Asn, tahap: Tahap, *, pada: date) -> None:
    """From ``pada`` on the ASN does not stand on this rung any more; nothing happens when it did not.

    An interval that would end before it began (up and down on one day) leaves no row: nobody stood there at
    the end of any day. Raises ``ValueError`` for a future date.
    """
    sejak = _berlaku(pada)
    _kunci(asn)
    terbuka = _terbuka(asn)
    baris = terbuka.pop(tahap, None)
    if baris is None:
        return
    if baris.mulai >= sejak:
        db.session.delete(baris)
    else:
        baris.sampai = sejak - timedelta(days=1)
    _simpan_puncak(asn, terbuka)
    if asn.status_aktif is StatusAktif.AKTIF:
        _tambah((asn.opd_id, asn.status_asn), {tahap.value: -1})


def pindah(
    asn: Asn,
    *,
    opd_lama: uuid.UUID | None,
    opd_baru: uuid.UUID,
    status_lama: StatusAsn | None,
    status_baru: StatusAsn,
    aktif_lama: StatusAktif | None,
    aktif_baru: StatusAktif,
) -> None:
    """Carry one ASN's counts along with a single edit of OPD, ASN status or activity; ``None``: newly joined.

    The caller has written (or is about to write) the placement in the same transaction, dated within the
    running month. Rungs and workers move along; of somebody who is no longer active they count nowhere.
    """
    db.session.execute(select(Asn.id).where(Asn.id == asn.id).with_for_update(key_share=True))
    tahap = {one.value: 1 for one in _terbuka(asn)}
    beban = tahap | _pekerja_dari(asn.id)
    perubahan: dict[Kunci, dict[str, int]] = {}
    if opd_lama is not None and status_lama is not None and aktif_lama is not None:
        _gabung(perubahan, (opd_lama, status_lama), _bagian(aktif_lama, beban), -1)
    _gabung(perubahan, (opd_baru, status_baru), _bagian(aktif_baru, beban), 1)
    # Always in the same order, so that two exchanges between the same OPD cannot wait for each other.
    for kunci in sorted(perubahan, key=lambda one: (str(one[0]), one[1].value)):
        _tambah(kunci, perubahan[kunci])


def tambah_pekerja(asn: Asn, delta: int, *, pekerja_id: uuid.UUID) -> None:
    """One sponsorship of this ASN begins (+1) or ceases (-1) to count, in every column the worker stands in.

    Call it beside the sponsorship's own move, when the worker and the card are as they were before it or
    after it alike (those have moves of their own: ``ubah_pekerja``).
    """
    _kunci(asn)
    tambah_pekerja_banyak([(asn.id, pekerja_id)], delta)


def tambah_pekerja_banyak(pasangan: Collection[tuple[uuid.UUID, uuid.UUID]], delta: int) -> None:
    """``tambah_pekerja`` for many sponsorships (ASN, worker) at once: a few queries per thousand."""
    tempat = _kunci_banyak({asn_id for asn_id, _ in pasangan})
    semua = sorted({pekerja_id for _, pekerja_id in pasangan})
    kini = select(_KARTU.c.pekerja_id).where(_KARTU.c.status == KARTU_DISERAHKAN)
    tanda = _keadaan(_PEKERJA.c.status, _PEKERJA.c.id.in_(kini))
    keadaan: dict[uuid.UUID, Any] = {}
    for awal in range(0, len(semua), _SEKALIGUS):
        query = select(_PEKERJA.c.id, *tanda).where(_PEKERJA.c.id.in_(semua[awal : awal + _SEKALIGUS]))
        keadaan |= {row.id: row for row in db.session.execute(query)}
    perubahan: dict[Kunci, dict[str, int]] = {}
    for asn_id, pekerja_id in pasangan:
        if (kunci := tempat.get(asn_id)) is not None:
            row = keadaan[pekerja_id]
            _gabung(perubahan, kunci, dict(zip(KOLOM_PEKERJA, (1, *row[1:]), strict=True)), delta)
    for kunci in sorted(perubahan, key=lambda one: (str(one[0]), one[1].value)):
        _tambah(kunci, perubahan[kunci])


def ubah_pekerja(pekerja_id: uuid.UUID, kolom: str, delta: int) -> None:
    """A worker enters (+1) or leaves (-1) one of ``KOLOM_PEKERJA`` beside ``pekerja``: registered, covered,
    holding a card. Counts for the ASN whose sponsorship of the worker counts now, or for nobody.
    """
    ubah_pekerja_banyak([pekerja_id], kolom, delta)


def ubah_pekerja_banyak(pekerja_ids: Collection[uuid.UUID], kolom: str, delta: int) -> None:
    """``ubah_pekerja`` for many workers at once: a few queries per thousand, not four per worker."""
    if kolom not in KOLOM_PEKERJA[1:]:
        raise ValueError(f"{kolom}: not a column of the workers' own moves")
    db.session.flush()
    semua = sorted(set(pekerja_ids), key=str)
    perubahan: Counter[Kunci] = Counter()
    for awal in range(0, len(semua), _SEKALIGUS):
        donatur: Counter[uuid.UUID] = Counter(
            db.session.scalars(
                select(_ASUHAN.c.asn_id).where(
                    _ASUHAN.c.pekerja_id.in_(semua[awal : awal + _SEKALIGUS]),
                    _ASUHAN.c.status.in_(ASUHAN_DIHITUNG),
                )
            )
        )
        # Held as in ``_kunci``, in the order of ids, so that two lists at once cannot wait for each other.
        tempat = (
            select(Asn.id, Asn.opd_id, Asn.status_asn)
            .where(Asn.id.in_(list(donatur)), Asn.status_aktif == StatusAktif.AKTIF)
            .order_by(Asn.id)
            .with_for_update(key_share=True)
        )
        for asn_id, opd_id, status in db.session.execute(tempat):
            perubahan[opd_id, status] += donatur[asn_id]
    for kunci in sorted(perubahan, key=lambda one: (str(one[0]), one[1].value)):
        _tambah(kunci, {kolom: delta * perubahan[kunci]})


def _kunci(asn: Asn) -> None:
    """Where the ASN serves, read anew and held: a transfer at the same moment comes before or after.

    ``FOR NO KEY UPDATE``: transactions that added rows for the ASN hold its key share already, and two of
    them asking for the full lock would wait for each other.
    """
    served = ["opd_id", "status_asn", "status_aktif", "versi"]
    db.session.refresh(asn, served, with_for_update={"key_share": True})


def _kunci_banyak(asn_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Kunci | None]:
    """:func:`_kunci` for many, in the order of ids: where each counts, ``None`` for who is not active."""
    db.session.flush()
    found: dict[uuid.UUID, Kunci | None] = {}
    semua = sorted(set(asn_ids))
    for awal in range(0, len(semua), _SEKALIGUS):
        query = (
            select(Asn.id, Asn.opd_id, Asn.status_asn, Asn.status_aktif)
            .where(Asn.id.in_(semua[awal : awal + _SEKALIGUS]))
            .order_by(Asn.id)
            .with_for_update(key_share=True)
        )
        for row in db.session.execute(query):
            aktif = row.status_aktif is StatusAktif.AKTIF
            found[row.id] = (row.opd_id, row.status_asn) if aktif else None
    return found


def _terbuka_banyak(asn_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, set[Tahap]]:
    found: dict[uuid.UUID, set[Tahap]] = {one: set() for one in asn_ids}
    semua = list(asn_ids)
    for awal in range(0, len(semua), _SEKALIGUS):
        query = select(Tahapan.asn_id, Tahapan.tahap).where(
            Tahapan.asn_id.in_(semua[awal : awal + _SEKALIGUS]), Tahapan.sampai.is_(None)
        )
        for row in db.session.execute(query):
            found[row.asn_id].add(row.tahap)
    return found


def _simpan_banyak(
    berubah: dict[uuid.UUID, Kunci | None], terbuka: dict[uuid.UUID, set[Tahap]], delta: dict[str, int]
) -> None:
    """The top rung of each, and the counters, once per OPD and status."""
    puncak: dict[tuple[Tahap | None, bool], list[uuid.UUID]] = {}
    for one in berubah:
        tinggi = max(terbuka[one], key=URUTAN_TAHAP.index, default=None)
        ikut = any(tahap in terbuka[one] for tahap in TAHAP_SUDAH_IKUT)
        puncak.setdefault((tinggi, ikut), []).append(one)
    for (tinggi, ikut), ids in puncak.items():
        for awal in range(0, len(ids), _SEKALIGUS):
            db.session.execute(
                update(Asn)
                .where(Asn.id.in_(ids[awal : awal + _SEKALIGUS]))
                .values(tahap=tinggi, ikut=ikut)
                .execution_options(synchronize_session=False)
            )
    for row in list(db.session.identity_map.values()):
        if isinstance(row, Asn) and row.id in berubah:
            db.session.expire(row, ["tahap", "ikut"])
    jumlah = Counter(kunci for kunci in berubah.values() if kunci is not None)
    for kunci in sorted(jumlah, key=lambda one: (str(one[0]), one[1].value)):
        _tambah(kunci, {kolom: n * jumlah[kunci] for kolom, n in delta.items()})


def _berlaku(pada: date) -> date:
    """The day on which the move counts: never in the future, never before the running month."""
    if pada > today():
        raise ValueError("a rung cannot begin or end in the future")
    return max(pada, awal_bulan(today()))


def _terbuka(asn: Asn) -> dict[Tahap, Tahapan]:
    query = db.select(Tahapan).where(Tahapan.asn_id == asn.id, Tahapan.sampai.is_(None))
    return {one.tahap: one for one in db.session.scalars(query)}


def _simpan_puncak(asn: Asn, terbuka: dict[Tahap, Tahapan]) -> None:
    asn.tahap = max(terbuka, key=URUTAN_TAHAP.index, default=None)
    asn.ikut = any(one in terbuka for one in TAHAP_SUDAH_IKUT)
    db.session.flush()


def _bagian(aktif: StatusAktif, beban: dict[str, int]) -> dict[str, int]:
    if aktif is StatusAktif.AKTIF:
        return {"roster": 1} | beban
    return {"di_luar": 1} if aktif in DI_LUAR else {}


def _gabung(semua: dict[Kunci, dict[str, int]], kunci: Kunci, bagian: dict[str, int], tanda: int) -> None:
    isi = semua.setdefault(kunci, {})
    for kolom, jumlah in bagian.items():
        isi[kolom] = isi.get(kolom, 0) + tanda * jumlah


def _tambah(kunci: Kunci, delta: dict[str, int]) -> None:
    """Add to the counters of the running month, and of a later row that another wrote just after midnight."""
    delta = {kolom: jumlah for kolom, jumlah in delta.items() if jumlah}
    if not delta:
        return
    bulan = awal_bulan(today())
    _siapkan(kunci, bulan)
    db.session.execute(
        update(TABEL)
        .where(TABEL.c.opd_id == kunci[0], TABEL.c.status_asn == kunci[1], TABEL.c.bulan >= bulan)
        .values({kolom: TABEL.c[kolom] + jumlah for kolom, jumlah in delta.items()})
    )


def _siapkan(kunci: Kunci, bulan: date) -> None:
    """The first write of a month carries the values of the month before forward.

    The latest row is locked first: a move that still counts for the old month then either is in the copy, or
    waits and finds the new row. Two first writers at once: the second one's insert does nothing.
    """
    terakhir = db.session.execute(
        select(TABEL)
        .where(TABEL.c.opd_id == kunci[0], TABEL.c.status_asn == kunci[1], TABEL.c.bulan <= bulan)
        .order_by(TABEL.c.bulan.desc())
        .limit(1)
        .with_for_update()
    ).first()
    if terakhir is not None and terakhir.bulan == bulan:
        return
    isi = {kolom: 0 if terakhir is None else getattr(terakhir, kolom) for kolom in KOLOM}
    dialek = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    baris = dialek.insert(TABEL).values(opd_id=kunci[0], status_asn=kunci[1], bulan=bulan, **isi)
    db.session.execute(baris.on_conflict_do_nothing())


# -- reading ----------------------------------------------------------------------------------------------


def pekerja_pada(bulan: date) -> Select[*tuple[Any, ...]]:
    """One row per counted worker: ``asn_id``, ``pekerja_id``, ``terdaftar``, ``terlindungi`` and ``kartu``
    (1 or 0: registered, covered, card handed over).

    For the running month as they stand now, for a past month at its end (from the history rows). Workers of
    ASN who are not active are among them; the counters leave those out.
    """
    if bulan >= awal_bulan(today()):
        kini = select(_KARTU.c.pekerja_id).where(_KARTU.c.status == KARTU_DISERAHKAN)
        return (
            select(
                _ASUHAN.c.asn_id,
                _ASUHAN.c.pekerja_id,
                *_keadaan(_PEKERJA.c.status, _ASUHAN.c.pekerja_id.in_(kini)),
            )
            .join(_PEKERJA, _PEKERJA.c.id == _ASUHAN.c.pekerja_id)
            .where(_ASUHAN.c.status.in_(ASUHAN_DIHITUNG))
        )
    asuhan, kartu = (_status_pada(mesin, bulan).subquery() for mesin in ("asuhan", "kartu"))
    # Looked up per row: joined as a table of its own, SQLite would read all of it for each worker.
    pekerja = (
        select(Riwayat.ke)
        .where(Riwayat.mesin == "pekerja", Riwayat.objek_id == _ASUHAN.c.pekerja_id)
        .where(Riwayat.pada < start_of_day(tambah_bulan(awal_bulan(bulan), 1)))
        .order_by(Riwayat.urutan.desc())
        .limit(1)
        .correlate(_ASUHAN)
        .scalar_subquery()
    )
    dulu = (
        select(_KARTU.c.pekerja_id)
        .join(kartu, kartu.c.objek_id == _KARTU.c.id)
        .where(kartu.c.ke == KARTU_DISERAHKAN)
    )
    return (
        select(_ASUHAN.c.asn_id, _ASUHAN.c.pekerja_id, *_keadaan(pekerja, _ASUHAN.c.pekerja_id.in_(dulu)))
        .join(asuhan, asuhan.c.objek_id == _ASUHAN.c.id)
        .where(asuhan.c.ke.in_(ASUHAN_DIHITUNG))
    )


def _keadaan(status: ColumnElement[str], berkartu: ColumnElement[bool]) -> list[Label[int]]:
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


def _pekerja_dari(asn_id: uuid.UUID) -> dict[str, int]:
    """The workers of one ASN now, by column."""
    pekerja = pekerja_pada(today()).where(_ASUHAN.c.asn_id == asn_id).subquery()
    jumlah = jumlah_pekerja(pekerja)
    row = db.session.execute(select(*jumlah.values()).select_from(pekerja)).one()
    return {kolom: int(nilai or 0) for kolom, nilai in zip(jumlah, row, strict=True)}
