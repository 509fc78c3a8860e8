"""Proposing, holding and ending a sponsorship (states.md §2: A1-A4, A15)."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from rentan.asn.hitungan import tambah_pekerja
from rentan.asn.models import Asn
from rentan.asn.status import StatusAktif
from rentan.asuhan.garis import bulan_lanjut, dapat_dilanjutkan, find_dicari
from rentan.asuhan.models import Asuhan
from rentan.asuhan.putusan import alihkan, siap, terima
from rentan.asuhan.queries import (
    SUDAH_DIASUH,
    count_terbuka,
    find_terbuka,
    lewat_masa,
    periksa_kelayakan,
)
from rentan.asuhan.status import DIUSULKAN_KE_ATAS, MACHINE, StatusAsuhan
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, today
from rentan.core.errors import RuleError
from rentan.core.settings import get_setting
from rentan.core.workflow import advance
from rentan.ext import db, runtime
from rentan.pekerja.actions import DICARI, limit_lookups, note_lookup
from rentan.pekerja.models import Pekerja
from rentan.pekerja.queries import LIHAT_PAPAN, Kelayakan, lahir_sesudah
from rentan.pekerja.status import DAPAT_DIASUH
from rentan.tarif.price import kelas_untuk
from rentan.tarif.queries import debet_pertama, penghasilan_terendah, tarif_pada
from rentan.util.galat import TidakSah
from rentan.util.tanggal import awal_bulan

PROGRAM = ("JKK+JKM", "JKK+JKM+JHT")


def look_up_nik(
    *,
    nik_text: str,
    tanggal_lahir: date | None,
    jenis_kelamin: str | None,
    by: Pelaku,
    kecuali_asuhan: uuid.UUID | None = None,
) -> Kelayakan:
    """The explanation while typing: the same check as on sending, logged, and limited per person (MSK-2).

    Raises ``RuleError`` (``terlalu_sering``) once too many answers said "known" within an hour.
    """
    limit_lookups(by)
    answer = periksa_kelayakan(
        nik_text=nik_text,
        tanggal_lahir=tanggal_lahir,
        jenis_kelamin=jenis_kelamin,
        debet_pertama=debet_pertama(today()),
        asn_id=by.asn_id,
        kecuali_asuhan=kecuali_asuhan,
    )
    note_lookup(answer, by=by)
    return answer


def usulkan(
    asn: Asn,
    pekerja: Pekerja,
    *,
    program: str,
    penghasilan: int,
    periode: int,
    bulan_pertama: date | None,
    dibantu: bool = False,
    by: Pelaku,
) -> Asuhan:
    """A4: propose a worker, typed in or out of the own hold. ``penghasilan`` in rupiah a month.

    Raises ``RuleError``: ``sudah_diasuh`` (one payer per worker; names nobody), ``sudah_asuhan_anda``,
    ``asn_tidak_aktif``, ``batas_pekerja``, ``tidak_dapat_diasuh``, ``terlalu_tua``, ``program``,
    ``penghasilan``, ``periode``.
    """
    check_pilihan(program, penghasilan, periode, bulan_pertama)
    _lock(asn)
    _require_active(asn)
    _require_worker(pekerja)
    held = _free_or_own_hold(asn, pekerja, by)
    _require_room(asn)
    row = held or _new(asn, pekerja)
    row.program, row.penghasilan, row.periode = program, penghasilan, periode
    row.bulan_pertama, row.dibantu = bulan_pertama and awal_bulan(bulan_pertama), dibantu
    _advance_alone(row, "usulkan", by=by, baru=held is None)
    tambah_pekerja(asn, 1, pekerja_id=pekerja.id)
    return row


def ubah_pilihan(
    asuhan: Asuhan, *, program: str, penghasilan: int, periode: int, bulan_pertama: date | None, by: Pelaku
) -> None:
    """Change what is paid for a proposed worker, before the mandate is verified.

    Raises ``RuleError`` (``status_tidak_cocok``, and those of ``usulkan`` about the choices).
    """
    check_pilihan(program, penghasilan, periode, bulan_pertama)
    if asuhan.status is not StatusAsuhan.DIUSULKAN:
        raise RuleError("Iuran pekerja ini tidak dapat diubah lagi di sini.", kode="status_tidak_cocok")
    asuhan.program, asuhan.penghasilan, asuhan.periode = program, penghasilan, periode
    asuhan.bulan_pertama = bulan_pertama and awal_bulan(bulan_pertama)
    record(Peristiwa.PEKERJA_DIUBAH, by=by, objek=asuhan, program=program, periode=periode)


def check_pilihan(program: str, penghasilan: int, periode: int, bulan_pertama: date | None) -> None:
    """Programme, class and period must be among those offered; raises ``RuleError`` at the field."""
    if program not in PROGRAM:
        raise RuleError("Pilih program dari daftar.", "program", kode="program")
    if periode not in runtime().profil.batas.periode:
        raise RuleError("Pilih periode dari daftar.", "periode", kode="periode")
    try:
        kelas_untuk(penghasilan, tarif_pada(bulan_pertama or today()))
    except TidakSah as refused:
        raise RuleError(refused.pesan, "penghasilan", kode="penghasilan") from None
    if penghasilan <= 0:
        raise RuleError("Pilih kelas penghasilan dari daftar.", "penghasilan", kode="penghasilan")


def pegang(asn: Asn, pekerja: Pekerja, *, by: Pelaku) -> Asuhan:
    """A1: hold a pool worker for ``hari_pegang`` days; the room ``calon`` decides who is in the pool.

    Raises ``RuleError``: ``batas_pegang``, ``sudah_diasuh`` and those about ASN and worker as ``usulkan``.
    """
    _lock(asn)
    _require_active(asn)
    _require_worker(pekerja)
    kembalikan_lewat(asn_id=asn.id)  # what is over neither counts nor stands in the way of a new hold
    if _free_or_own_hold(asn, pekerja, by) is not None:
        raise RuleError("Pekerja ini sudah Anda pegang.", kode="sudah_asuhan_anda")
    held, proposed = count_terbuka(asn.id)
    if held >= int(get_setting("maks_pegang")):
        raise RuleError(
            f"Anda sudah memegang {held} pekerja. Usulkan atau lepaskan salah satunya lebih dulu.",
            kode="batas_pegang",
        )
    if held + proposed >= int(get_setting("maks_pekerja")):
        raise RuleError(
            f"Seorang ASN dapat menanggung paling banyak {get_setting('maks_pekerja')} pekerja.",
            kode="batas_pekerja",
        )
    row = _new(asn, pekerja)
    row.ditahan_sampai = today() + timedelta(days=int(get_setting("hari_pegang")))
    _advance_alone(row, "pesan", by=by, baru=True)
    return row


def perpanjang(asuhan: Asuhan, *, by: Pelaku, versi: int | None = None) -> None:
    """A2: once, ``hari_pegang`` days more. Raises ``RuleError`` (``penjaga_a2``) the second time, or late."""
    advance(MACHINE, asuhan, "perpanjang", by=by, versi=versi)
    last_day = asuhan.ditahan_sampai or today()
    asuhan.ditahan_sampai = last_day + timedelta(days=int(get_setting("hari_pegang")))
    asuhan.diperpanjang = True


def kembalikan_lewat(*, pekerja_id: uuid.UUID | None = None, asn_id: uuid.UUID | None = None) -> int:
    """A3: end the holds whose last day is over (of one worker, of one ASN, or all); answers how many."""
    query = select(Asuhan).where(Asuhan.status == StatusAsuhan.DITAHAN, Asuhan.ditahan_sampai < today())
    if pekerja_id is not None:
        query = query.where(Asuhan.pekerja_id == pekerja_id)
    if asn_id is not None:
        query = query.where(Asuhan.asn_id == asn_id)
    rows = db.session.scalars(query.order_by(Asuhan.id).with_for_update(skip_locked=pekerja_id is None)).all()
    for row in rows:
        advance(MACHINE, row, "lewat_waktu", by=SISTEM)
    return len(rows)


def batal(asuhan: Asuhan, *, by: Pelaku, versi: int | None = None) -> None:
    """A15: the donor ends it before anything was sent, without a reason; the worker is free at once."""
    counted = asuhan.status in DIUSULKAN_KE_ATAS
    advance(MACHINE, asuhan, "batal", by=by, versi=versi)
    asuhan.alasan_akhir = "batal_donatur"
    if counted:
        tambah_pekerja(asuhan.asn, -1, pekerja_id=asuhan.pekerja_id)


def talangi(lama: Asuhan, asn: Asn, *, sampai: date, by: Pelaku) -> Asuhan:
    """A4, A5 and A7 at once for a stand-in, and A11 for ``lama``: the worker is a member of BPJS and the
    stand-in's letter is in force; the caller has seen to its ceiling. Pays through the month ``sampai``.

    Raises ``RuleError``: ``asn_tidak_aktif``, ``tidak_dapat_diasuh``, ``sudah_diasuh``, ``batas_pekerja``.
    """
    _lock(asn)
    _require_active(asn)
    if not dapat_dilanjutkan(lama.pekerja):
        raise RuleError("Pekerja ini tidak dapat ditalangi saat ini.", kode="tidak_dapat_diasuh")
    _require_room(asn)
    if (taken := find_terbuka(lama.pekerja_id)) is not None and not lewat_masa(taken):
        raise already_taken(by)
    kembalikan_lewat(pekerja_id=lama.pekerja_id)
    row = _new(asn, lama.pekerja)
    row.garis_asuh_id, row.program, row.penghasilan = lama.garis_asuh_id, lama.program, lama.penghasilan
    row.sementara, row.sampai = True, sampai
    row.bulan_pertama = bulan_lanjut([lama.pekerja_id])[lama.pekerja_id]
    _advance_alone(row, "usulkan", by=by, baru=True)
    tambah_pekerja(asn, 1, pekerja_id=lama.pekerja_id)
    terima(row, by=SISTEM)
    alihkan(lama, row)
    siap(row)
    return row


def _require_room(asn: Asn) -> None:
    if count_terbuka(asn.id)[1] >= int(get_setting("maks_pekerja")):
        raise RuleError(
            f"Seorang ASN dapat menanggung paling banyak {get_setting('maks_pekerja')} pekerja.",
            kode="batas_pekerja",
        )


def _lock(asn: Asn) -> None:
    """Two tabs of one ASN count one after the other, so that limits hold (SQLite has one writer anyway)."""
    db.session.execute(select(Asn.id).where(Asn.id == asn.id).with_for_update(key_share=True))


def _require_active(asn: Asn) -> None:
    if asn.status_aktif is not StatusAktif.AKTIF:
        raise RuleError(
            "Hanya ASN yang tercatat aktif yang dapat menanggung pekerja. Hubungi operator OPD bila ini "
            "keliru.",
            kode="asn_tidak_aktif",
        )


def _require_worker(pekerja: Pekerja) -> None:
    if dapat_dilanjutkan(pekerja):
        return  # covered already: the age limit counts again only after a lapse (product.md §3)
    if pekerja.status not in DAPAT_DIASUH:
        raise RuleError(
            f"Pekerja ini tidak dapat diasuh saat ini. {LIHAT_PAPAN}", "nik", kode="tidak_dapat_diasuh"
        )
    if pekerja.tanggal_lahir <= lahir_sesudah(debet_pertama(today())):
        batas = runtime().profil.batas.usia_maksimum
        raise RuleError(
            f"Pekerja ini sudah berusia {batas} tahun atau lebih pada debet pertama. {LIHAT_PAPAN}",
            "tanggal_lahir",
            kode="terlalu_tua",
        )


def _free_or_own_hold(asn: Asn, pekerja: Pekerja, by: Pelaku) -> Asuhan | None:
    """``None`` when the worker is free, the row when this ASN holds him; refused otherwise."""
    taken = find_terbuka(pekerja.id)
    if taken is None:
        return None
    if taken.asn_id == asn.id:
        if taken.status is StatusAsuhan.DITAHAN:
            return taken
        raise RuleError("Pekerja ini sudah ada dalam daftar asuhan Anda.", "nik", kode="sudah_asuhan_anda")
    if lewat_masa(taken):
        kembalikan_lewat(pekerja_id=pekerja.id)
        return None
    raise already_taken(by)


def already_taken(by: Pelaku) -> RuleError:
    """The refusal that names neither donor nor OPD; it counts as an answer "known" (MSK-2)."""
    record(Peristiwa.NIK_DICARI, by=by, hasil=DICARI, kode="sudah_diasuh")
    return RuleError(SUDAH_DIASUH, "nik", kode="sudah_diasuh")


def _new(asn: Asn, pekerja: Pekerja) -> Asuhan:
    """A sponsorship not yet stored; whoever takes a worker over continues the line of the one before."""
    before = find_dicari(pekerja.id)
    return Asuhan(
        id=uuid.uuid4(),
        garis_asuh_id=uuid.uuid4() if before is None else before.garis_asuh_id,
        asn_id=asn.id,
        asn=asn,
        pekerja_id=pekerja.id,
        pekerja=pekerja,
        program=PROGRAM[0],
        penghasilan=penghasilan_terendah(today()),
        periode=runtime().profil.batas.periode[0],
        diperpanjang=False,
        dibantu=False,
        dibuat_pada=now(),
    )


def _advance_alone(row: Asuhan, peristiwa: str, *, by: Pelaku, baru: bool) -> None:
    """Make the move in a savepoint: of several donors at once the database lets one through (CON-1)."""
    asn_id, pekerja_id = row.asn_id, row.pekerja_id
    try:
        with db.session.begin_nested():
            advance(MACHINE, row, peristiwa, by=by, baru=baru)
    except IntegrityError:
        winner = find_terbuka(pekerja_id)
        if winner is None:
            raise
        if winner.asn_id == asn_id:
            raise RuleError(
                "Pekerja ini sudah ada dalam daftar asuhan Anda.", "nik", kode="sudah_asuhan_anda"
            ) from None
        raise already_taken(by) from None
