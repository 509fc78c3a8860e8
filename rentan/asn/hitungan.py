"""Moves of the rungs of participation and of the counters per OPD, month and ASN status.

The one place that changes them; what is counted stands in ``hitungan_dasar``, how it is stored in
``hitungan_simpan``.

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

from sqlalchemy import delete, insert, select, update

from rentan.asn.hitungan_dasar import (
    ASUHAN_DIHITUNG,
    DI_LUAR,
    KARTU_DISERAHKAN,
    KOLOM_PEKERJA,
    TABEL_ASUHAN,
    TABEL_KARTU,
    TABEL_PEKERJA,
    TAHAP_SUDAH_IKUT,
    URUTAN_TAHAP,
    jumlah_pekerja,
    keadaan_pekerja,
    pekerja_pada,
)
from rentan.asn.hitungan_simpan import Kunci, gabung, tambah
from rentan.asn.models import Asn, Tahapan
from rentan.asn.status import StatusAktif, StatusAsn, Tahap
from rentan.core.clock import today
from rentan.core.massal import chunks
from rentan.ext import db
from rentan.util.tanggal import awal_bulan


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
        tambah({(asn.opd_id, asn.status_asn): {tahap.value: 1}})


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
    for some in chunks(lepas):
        baris = (
            Tahapan.asn_id.in_(some),
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
        tambah({(asn.opd_id, asn.status_asn): {tahap.value: -1}})


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
        gabung(perubahan, (opd_lama, status_lama), _bagian(aktif_lama, beban), -1)
    gabung(perubahan, (opd_baru, status_baru), _bagian(aktif_baru, beban), 1)
    tambah(perubahan)


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
    kini = select(TABEL_KARTU.c.pekerja_id).where(TABEL_KARTU.c.status == KARTU_DISERAHKAN)
    tanda = keadaan_pekerja(TABEL_PEKERJA.c.status, TABEL_PEKERJA.c.id.in_(kini))
    keadaan: dict[uuid.UUID, Any] = {}
    for some in chunks(sorted({pekerja_id for _, pekerja_id in pasangan})):
        query = select(TABEL_PEKERJA.c.id, *tanda).where(TABEL_PEKERJA.c.id.in_(some))
        keadaan |= {row.id: row for row in db.session.execute(query)}
    perubahan: dict[Kunci, dict[str, int]] = {}
    for asn_id, pekerja_id in pasangan:
        if (kunci := tempat.get(asn_id)) is not None:
            row = keadaan[pekerja_id]
            gabung(perubahan, kunci, dict(zip(KOLOM_PEKERJA, (1, *row[1:]), strict=True)), delta)
    tambah(perubahan)


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
    donatur: Counter[uuid.UUID] = Counter()
    for some in chunks(sorted(set(pekerja_ids))):
        query = select(TABEL_ASUHAN.c.asn_id).where(
            TABEL_ASUHAN.c.pekerja_id.in_(some), TABEL_ASUHAN.c.status.in_(ASUHAN_DIHITUNG)
        )
        donatur.update(db.session.scalars(query))
    perubahan: Counter[Kunci] = Counter()
    for asn_id, kunci in _kunci_banyak(donatur).items():
        if kunci is not None:
            perubahan[kunci] += donatur[asn_id]
    tambah({kunci: {kolom: delta * banyak} for kunci, banyak in perubahan.items()})


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
    for some in chunks(sorted(set(asn_ids))):
        query = (
            select(Asn.id, Asn.opd_id, Asn.status_asn, Asn.status_aktif)
            .where(Asn.id.in_(some))
            .order_by(Asn.id)
            .with_for_update(key_share=True)
        )
        for row in db.session.execute(query):
            aktif = row.status_aktif is StatusAktif.AKTIF
            found[row.id] = (row.opd_id, row.status_asn) if aktif else None
    return found


def _terbuka_banyak(asn_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, set[Tahap]]:
    found: dict[uuid.UUID, set[Tahap]] = {one: set() for one in asn_ids}
    for some in chunks(list(asn_ids)):
        query = select(Tahapan.asn_id, Tahapan.tahap).where(
            Tahapan.asn_id.in_(some), Tahapan.sampai.is_(None)
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
        for some in chunks(ids):
            db.session.execute(
                update(Asn)
                .where(Asn.id.in_(some))
                .values(tahap=tinggi, ikut=ikut)
                .execution_options(synchronize_session=False)
            )
    for row in list(db.session.identity_map.values()):
        if isinstance(row, Asn) and row.id in berubah:
            db.session.expire(row, ["tahap", "ikut"])
    jumlah = Counter(kunci for kunci in berubah.values() if kunci is not None)
    tambah({kunci: {kolom: n * banyak for kolom, n in delta.items()} for kunci, banyak in jumlah.items()})


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


def _pekerja_dari(asn_id: uuid.UUID) -> dict[str, int]:
    """The workers of one ASN now, by column."""
    pekerja = pekerja_pada(today()).where(TABEL_ASUHAN.c.asn_id == asn_id).subquery()
    jumlah = jumlah_pekerja(pekerja)
    row = db.session.execute(select(*jumlah.values()).select_from(pekerja)).one()
    return {kolom: int(nilai or 0) for kolom, nilai in zip(jumlah, row, strict=True)}
