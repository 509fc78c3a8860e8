"""The pool: proposing workers, holding one, offering one to an ASN (product.md §2.3, states.md A1-A3)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import Table, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from rentan.asn.models import Asn
from rentan.asn.status import StatusAktif
from rentan.asuhan import actions as asuhan_actions
from rentan.asuhan.garis import dapat_dilanjutkan, find_dicari
from rentan.asuhan.models import Asuhan
from rentan.asuhan.putusan import SETELAH_DICARIKAN
from rentan.asuhan.queries import find_terbuka, lewat_masa
from rentan.asuhan.riwayat import DICARIKAN
from rentan.calon.models import Calon, Tawaran
from rentan.calon.queries import is_free
from rentan.calon.status import MACHINE, StatusTawaran
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, today
from rentan.core.errors import RuleError
from rentan.core.massal import chunks
from rentan.core.settings import get_setting
from rentan.core.workflow import advance
from rentan.ext import db
from rentan.pekerja.actions import DataPekerja, catat_pekerja
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import AsalPekerja, StatusPekerja
from rentan.wilayah.models import Kelurahan
from rentan.wilayah.queries import find_kelurahan

_TABEL: Table = Calon.__table__  # type: ignore[assignment]
TIDAK_BEBAS = "Pekerja ini baru saja dipilih atau ditawarkan kepada ASN lain. Pilih pekerja lain dari daftar."


def pegang(calon: Calon, *, asn: Asn, by: Pelaku) -> Asuhan:
    """A1: the ASN holds a free pool worker for some days and from now on sees the name.

    Raises ``RuleError``: ``tidak_bebas``, ``batas_pegang`` and those of ``asuhan.actions.pegang``.
    """
    _lock(calon)
    offer = _waiting_offer(calon)
    if offer is not None and offer.asn_id != asn.id:
        raise RuleError(TIDAK_BEBAS, kode="tidak_bebas")
    _require_on_board(calon)
    row = asuhan_actions.pegang(asn, calon.pekerja, by=by)
    if offer is not None:
        advance(MACHINE, offer, "terima", by=by)
        _note_answer(offer, True, by)
    return row


def usulkan_calon(
    data: DataPekerja, *, diberi_tahu_pada: date | None, alasan_peringatan: str | None = None, by: Pelaku
) -> Calon:
    """A petugas kecamatan proposes a worker of the own kecamatan to the pool.

    Raises ``RuleError``: ``luar_kecamatan`` (also for an unknown ward), ``sudah_di_daftar``, and those of
    ``pekerja.actions.catat_pekerja``; a worker who is sponsored is refused without saying by whom.
    """
    kelurahan = find_kelurahan(data.kelurahan_kode)
    if kelurahan is None or kelurahan.kecamatan_kode not in by.kecamatan:
        raise RuleError("Pilih kelurahan di kecamatan Anda.", "kelurahan", kode="luar_kecamatan")
    if diberi_tahu_pada is None:
        raise RuleError(
            "Isi tanggal pekerja diberi tahu tentang penggunaan datanya.",
            "diberi_tahu_pada",
            kode="pemberitahuan",
        )
    worker = catat_pekerja(
        data,
        asal=AsalPekerja.KECAMATAN,
        diberi_tahu_pada=diberi_tahu_pada,
        alasan_peringatan=alasan_peringatan,
        by=by,
    )
    taken = find_terbuka(worker.id)
    if taken is not None and not lewat_masa(taken):
        raise asuhan_actions.already_taken(by)
    return add_to_pool(worker, by=by)


def add_to_pool(worker: Pekerja, *, by: Pelaku) -> Calon:
    """Put a recorded worker into the pool, or back into it after having left.

    Raises ``RuleError`` (``sudah_di_daftar``) when the worker is waiting there already.
    """
    kelurahan = find_kelurahan(worker.kelurahan_kode)
    if kelurahan is None:
        raise LookupError("a recorded worker has a known ward")
    earlier = db.session.scalar(select(Calon).where(Calon.pekerja_id == worker.id).with_for_update())
    if earlier is not None and earlier.keluar_pada is not None:
        earlier.keluar_pada = earlier.alasan_keluar = None
        earlier.menunggu_sejak, earlier.diusulkan_oleh = now(), by.akun_id
        return earlier
    row = Calon(
        id=uuid.uuid4(),
        pekerja_id=worker.id,
        pekerja=worker,
        kecamatan_kode=kelurahan.kecamatan_kode,
        kelurahan_kode=kelurahan.kode,
        menunggu_sejak=now(),
        diusulkan_oleh=by.akun_id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        raise RuleError("Pekerja ini sudah ada dalam daftar calon.", "nik", kode="sudah_di_daftar") from None
    return row


def return_to_pool(rows: Sequence[Asuhan], by: Pelaku) -> None:
    """A10: members of BPJS whose donor has stopped stand on the board, with the date (``is_urgent``)."""
    add_many_to_pool([one.pekerja for one in rows if dapat_dilanjutkan(one.pekerja)], by=by)


def add_many_to_pool(workers: Iterable[Pekerja], *, by: Pelaku) -> None:
    """``add_to_pool`` for many at once; who waits there already keeps the place."""
    semua = {one.id: one for one in workers}
    dialek = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    for some in chunks(sorted(semua)):
        earlier = select(Calon.id).where(Calon.pekerja_id.in_(some)).order_by(Calon.id).with_for_update()
        db.session.execute(earlier).all()
        baru = {"menunggu_sejak": now(), "diusulkan_oleh": by.akun_id}
        db.session.execute(
            update(Calon)
            .where(Calon.pekerja_id.in_(some), Calon.keluar_pada.is_not(None))
            .values(keluar_pada=None, alasan_keluar=None, **baru)
            .execution_options(synchronize_session="fetch")
        )
        tempat = select(Kelurahan.kode, Kelurahan.kecamatan_kode).where(
            Kelurahan.kode.in_({semua[one].kelurahan_kode for one in some})
        )
        kecamatan = {row.kode: row.kecamatan_kode for row in db.session.execute(tempat)}
        rows = [
            {
                "id": uuid.uuid4(),
                "pekerja_id": one,
                "kelurahan_kode": semua[one].kelurahan_kode,
                "kecamatan_kode": kecamatan[semua[one].kelurahan_kode],
            }
            | baru
            for one in some
        ]
        db.session.execute(dialek.insert(_TABEL).on_conflict_do_nothing(), rows)


def _dicarikan(pekerja_id: uuid.UUID) -> bool:
    query = select(Calon.id).where(Calon.pekerja_id == pekerja_id, Calon.keluar_pada.is_(None))
    return db.session.scalar(query) is not None


SETELAH_DICARIKAN.append(return_to_pool)
DICARIKAN.append(_dicarikan)


def tawarkan(calon: Calon, asn: Asn, *, by: Pelaku) -> Tawaran:
    """Offer a free pool worker to an ASN (admin, or operator of that ASN's OPD); the ASN decides.

    Raises ``RuleError``: ``tidak_bebas``, ``asn_tidak_aktif``; ``Forbidden`` for an ASN of another OPD.
    """
    if asn.status_aktif is not StatusAktif.AKTIF:
        raise RuleError("ASN ini tidak tercatat aktif.", "nip", kode="asn_tidak_aktif")
    _lock(calon)
    kembalikan_tawaran(calon.id)
    free = db.session.scalar(
        select(Calon.id).join(Pekerja, Pekerja.id == Calon.pekerja_id).where(Calon.id == calon.id, is_free())
    )
    if free is None:
        raise RuleError(TIDAK_BEBAS, kode="tidak_bebas")
    row = Tawaran(
        id=uuid.uuid4(),
        calon_id=calon.id,
        calon=calon,
        asn_id=asn.id,
        asn=asn,
        ditawarkan_oleh=by.akun_id,
        ditawarkan_pada=now(),
        berlaku_sampai=today() + timedelta(days=int(get_setting("hari_pegang"))),
    )
    try:
        with db.session.begin_nested():
            advance(MACHINE, row, "tawarkan", by=by, baru=True)
    except IntegrityError:
        raise RuleError(TIDAK_BEBAS, kode="tidak_bebas") from None
    record(Peristiwa.CALON_DITAWARKAN, by=by, objek=row, asn=asn.id)
    return row


def jawab_tawaran(tawaran: Tawaran, *, terima: bool, by: Pelaku, versi: int | None = None) -> Asuhan | None:
    """The ASN accepts (the worker is then held, A1) or declines (back to the pool); no reason is asked.

    Raises ``RuleError``: ``lewat_waktu`` and, on accepting, ``tidak_bebas`` and those of ``pegang``.
    """
    if tawaran.berlaku_sampai < today():
        raise RuleError("Tawaran ini sudah lewat waktu; pekerja kembali ke daftar calon.", kode="lewat_waktu")
    if terima:
        _lock(tawaran.calon)
        _require_on_board(tawaran.calon)
    advance(MACHINE, tawaran, "terima" if terima else "tolak", by=by, versi=versi)
    _note_answer(tawaran, terima, by)
    return asuhan_actions.pegang(tawaran.asn, tawaran.calon.pekerja, by=by) if terima else None


def kembalikan_pegangan() -> int:
    """Job (A3): end the holds and offers whose last day is over; answers how many. Safe to run twice."""
    return asuhan_actions.kembalikan_lewat() + kembalikan_tawaran()


def kembalikan_tawaran(calon_id: uuid.UUID | None = None) -> int:
    """End offers whose last day is over (of one pool worker, or all)."""
    query = select(Tawaran).where(Tawaran.status == StatusTawaran.MENUNGGU, Tawaran.berlaku_sampai < today())
    if calon_id is not None:
        query = query.where(Tawaran.calon_id == calon_id)
    rows = db.session.scalars(
        query.order_by(Tawaran.id).with_for_update(of=Tawaran, skip_locked=calon_id is None)
    ).all()
    for row in rows:
        advance(MACHINE, row, "lewat_waktu", by=SISTEM)
        row.dijawab_pada = now()
    return len(rows)


def _lock(calon: Calon) -> None:
    """Holding and offering one worker happen one after the other."""
    db.session.execute(select(Calon.id).where(Calon.id == calon.id).with_for_update())


def _require_on_board(calon: Calon) -> None:
    """Whoever is being looked at, or covered elsewhere by now, is not on the board: no way around it."""
    fit = calon.pekerja.status is StatusPekerja.LAYAK or (
        dapat_dilanjutkan(calon.pekerja) and find_dicari(calon.pekerja_id) is not None
    )
    if calon.keluar_pada is not None or not fit:
        raise RuleError(TIDAK_BEBAS, kode="tidak_bebas")


def _waiting_offer(calon: Calon) -> Tawaran | None:
    return db.session.scalar(
        select(Tawaran).where(
            Tawaran.calon_id == calon.id,
            Tawaran.status == StatusTawaran.MENUNGGU,
            Tawaran.berlaku_sampai >= today(),
        )
    )


def _note_answer(tawaran: Tawaran, terima: bool, by: Pelaku) -> None:
    tawaran.dijawab_pada = now()
    record(Peristiwa.TAWARAN_DIJAWAB, by=by, objek=tawaran, terima=terima)
