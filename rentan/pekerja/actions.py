"""Bringing a worker in, and the moves W1-W6 of the cover (states.md §3)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from rentan.core.actor import SISTEM, Pelaku
from rentan.core.audit import Jejak, Peristiwa, record
from rentan.core.clock import now, today
from rentan.core.errors import RuleError
from rentan.core.subject import seal
from rentan.core.workflow import advance
from rentan.ext import db, runtime
from rentan.pekerja.models import DugaDuplikat, Pekerja, Pelindungan, PeringatanDiterima
from rentan.pekerja.naskah import VERSI
from rentan.pekerja.queries import (
    AMBANG_MIRIP,
    Kelayakan,
    find_pekerja,
    in_force,
    list_mirip,
    periksa_kelayakan,
    refuse,
)
from rentan.pekerja.status import MACHINE, AsalPekerja, JenisKelamin, PutusanDuplikat, Sektor, StatusPekerja
from rentan.tarif.queries import debet_pertama
from rentan.util.galat import Peringatan
from rentan.util.nama import kemiripan, nama_inti
from rentan.util.nik import parse_nik
from rentan.wilayah.queries import find_kelurahan

DICARI = "terdaftar"  # outcome of a look-up that told somebody: this number is known


@dataclass(frozen=True)
class DataPekerja:
    """What is typed or imported about a worker. ``nik``: 16 digits; ``hp``: E.164 or ``None``."""

    nik: str = field(repr=False)
    nama: str
    tanggal_lahir: date
    jenis_kelamin: JenisKelamin
    pekerjaan: str
    sektor: Sektor
    alamat: str
    kelurahan_kode: str
    lokasi_kerja: str | None = None
    hp: str | None = field(default=None, repr=False)


def catat_pekerja(
    data: DataPekerja,
    *,
    asal: AsalPekerja,
    diberi_tahu_pada: date | None,
    alasan_peringatan: str | None,
    by: Pelaku,
) -> Pekerja:
    """W1 and W2: record a worker, or find the one already recorded under this NIK (which stays as it is).

    ``diberi_tahu_pada`` is the day on which the worker was told about the use of the own data (text version
    ``naskah.VERSI``). Raises ``RuleError`` with the codes of ``periksa_kelayakan``, ``perlu_alasan``
    (warnings need ``alasan_peringatan``), ``nik_data_beda`` (the NIK is known under another name),
    ``pemberitahuan``.
    """
    limit_lookups(by)
    answer = periksa_kelayakan(
        nik_text=data.nik,
        tanggal_lahir=data.tanggal_lahir,
        jenis_kelamin=data.jenis_kelamin,
        debet_pertama=debet_pertama(today()),
    )
    require(answer, by=by)
    alasan = (alasan_peringatan or "").strip()
    if answer.peringatan and not alasan:
        raise RuleError(
            "Tuliskan mengapa data ini benar walaupun ada peringatan: "
            + " ".join(one.pesan for one in answer.peringatan),
            "alasan_peringatan",
            kode="perlu_alasan",
        )
    _require_past(diberi_tahu_pada)
    row = find_pekerja(data.nik) or _create(data, asal, diberi_tahu_pada, by)
    _match(row, data, diberi_tahu_pada, by)
    accept_warnings(row, answer.peringatan, alasan, by)
    return row


def require(answer: Kelayakan, *, by: Pelaku) -> None:
    """Raise the refusal of a check, when it is one; one that tells "known" is logged and counts (MSK-2)."""
    if not answer.boleh:
        if answer.terdaftar:
            note_lookup(answer, by=by)
        raise RuleError(answer.alasan or "", answer.field, kode=answer.kode)


def _create(data: DataPekerja, asal: AsalPekerja, diberi_tahu: date | None, by: Pelaku) -> Pekerja:
    """The new row; when another transaction was faster with the same NIK, that one's row."""
    if find_kelurahan(data.kelurahan_kode) is None:
        raise RuleError("Pilih kelurahan dari daftar.", "kelurahan", kode="kelurahan")
    row = Pekerja(
        id=uuid.uuid4(),
        nik_bi=runtime().keyring.blind_index("nik", data.nik),
        nama=data.nama,
        nama_inti=nama_inti(data.nama),
        tanggal_lahir=data.tanggal_lahir,
        jenis_kelamin=data.jenis_kelamin,
        pekerjaan=data.pekerjaan,
        sektor=data.sektor,
        lokasi_kerja=data.lokasi_kerja,
        alamat=data.alamat,
        kelurahan_kode=data.kelurahan_kode,
        asal=asal,
        dicatat_oleh=by.akun_id,
        dicatat_pada=now(),
        diberi_tahu_pada=diberi_tahu,
        naskah_pemberitahuan=VERSI if diberi_tahu else None,
    )
    try:
        with db.session.begin_nested():
            seal(row, "nik", data.nik)
            seal(row, "hp", data.hp)
            advance(MACHINE, row, "catat", by=by, baru=True)
    except IntegrityError:
        earlier = find_pekerja(data.nik)
        if earlier is None:
            raise
        return earlier
    record(Peristiwa.PEKERJA_DICATAT, by=by, objek=row, asal=asal)
    if diberi_tahu:
        record(Peristiwa.PEKERJA_DIBERI_TAHU, by=by, objek=row, naskah=VERSI, pada=diberi_tahu)
    advance(MACHINE, row, "layak", by=SISTEM)
    flag_duplicates(row)
    return row


def _match(row: Pekerja, data: DataPekerja, diberi_tahu: date | None, by: Pelaku) -> None:
    """A row found by its NIK must be the person who was typed: its name is not for strangers."""
    if row.tanggal_lahir != data.tanggal_lahir or kemiripan(row.nama, data.nama) < AMBANG_MIRIP:
        kalimat = (
            "NIK ini sudah tercatat dengan nama atau tanggal lahir lain. Cocokkan NIK, nama, dan tanggal "
            "lahir dengan KTP; bila sudah benar, hubungi verifikator."
        )
        require(refuse("nik_data_beda", kalimat, nik=parse_nik(data.nik)), by=by)
    if row.status is StatusPekerja.DITANGGUNG_LAIN:
        advance(MACHINE, row, "masa_habis", by=SISTEM)
    if diberi_tahu:
        beri_tahu(row, diberi_tahu, by=by)


def beri_tahu(row: Pekerja, pada: date | None, *, by: Pelaku) -> None:
    """Note the day on which the worker was told about the use of the own data; an earlier note stays.

    Workers of an imported list have mostly not been told: whoever takes one tells him first (UU 27/2022).
    Raises ``RuleError`` (``pemberitahuan``) when nobody has told him and ``pada`` is missing or to come.
    """
    if row.diberi_tahu_pada is not None:
        return
    if pada is None:
        raise RuleError(
            "Pekerja ini belum diberi tahu tentang penggunaan datanya. Bacakan teksnya lebih dulu, lalu isi "
            "tanggalnya.",
            "diberi_tahu_pada",
            kode="pemberitahuan",
        )
    _require_past(pada)
    row.diberi_tahu_pada, row.naskah_pemberitahuan = pada, VERSI
    record(Peristiwa.PEKERJA_DIBERI_TAHU, by=by, objek=row, naskah=VERSI, pada=pada)


def _require_past(diberi_tahu_pada: date | None) -> None:
    if diberi_tahu_pada is not None and diberi_tahu_pada > today():
        raise RuleError(
            "Tanggal pemberitahuan kepada pekerja tidak boleh di masa depan.",
            "diberi_tahu_pada",
            kode="pemberitahuan",
        )


def accept_warnings(row: Pekerja, warnings: tuple[Peringatan, ...], alasan: str, by: Pelaku) -> None:
    """Keep each warning with the reason why the person accepted it (product.md §3 Identity; PP 40/2019)."""
    for one in warnings:
        db.session.add(
            PeringatanDiterima(
                pekerja_id=row.id, kode=one.kode, alasan=alasan, diterima_oleh=by.akun_id, diterima_pada=now()
            )
        )
    if warnings:
        kode = [one.kode for one in warnings]
        # The reason is free text and may name people: the trail only says that there is one.
        record(Peristiwa.PERINGATAN_DITERIMA, by=by, objek=row, peringatan=kode, alasan="tercatat")


def flag_duplicates(row: Pekerja) -> int:
    """W3: put a worker who resembles another one, or an ASN, before the verifier; answers how many resemble.

    Both workers become "sedang diperiksa"; neither side sees the other's data.
    """
    return flag_duplicates_among([row.id])


def flag_duplicates_among(pekerja_ids: Sequence[uuid.UUID]) -> int:
    """The same for many new workers with a handful of queries: after an import."""
    found = list_mirip(pekerja_ids)
    for one in found:
        db.session.add(
            DugaDuplikat(
                pekerja_id=one.pekerja_id,
                mirip_id=one.mirip_id,
                mirip_asn_id=one.mirip_asn_id,
                kemiripan=one.persen,
                putusan=PutusanDuplikat.MENUNGGU,
                dibuat_pada=now(),
            )
        )
    both = {one.pekerja_id for one in found} | {one.mirip_id for one in found if one.mirip_id}
    # Always in one order, so that two donors who meet at the same pair do not wait for each other.
    for pekerja_id in sorted(both):
        _suspect(pekerja_id)
    return len(found)


def _suspect(pekerja_id: uuid.UUID) -> None:
    row = db.session.get_one(Pekerja, pekerja_id, with_for_update=True, populate_existing=True)
    if row.status in (StatusPekerja.CALON, StatusPekerja.LAYAK):
        advance(MACHINE, row, "mirip", by=SISTEM)


def suspect_if_doubtful(pekerja_id: uuid.UUID) -> None:
    """W3 for a worker who becomes "layak" again while somebody he resembles still waits for a verifikator."""
    query = select(DugaDuplikat.id).where(
        (DugaDuplikat.pekerja_id == pekerja_id) | (DugaDuplikat.mirip_id == pekerja_id),
        DugaDuplikat.putusan == PutusanDuplikat.MENUNGGU,
    )
    if db.session.scalar(query.limit(1)) is not None:
        _suspect(pekerja_id)


def limit_lookups(by: Pelaku) -> None:
    """Refuse further look-ups after ``lihat_nik_per_jam`` answers "known" within an hour (MSK-2)."""
    if by.akun_id is None:
        return
    query = select(db.func.count()).where(
        Jejak.pelaku_id == by.akun_id,
        Jejak.peristiwa == Peristiwa.NIK_DICARI.value,
        Jejak.hasil == DICARI,
        Jejak.waktu > now() - timedelta(hours=1),
    )
    if (db.session.scalar(query) or 0) >= runtime().profil.batas.lihat_nik_per_jam:
        raise RuleError(
            "Terlalu banyak NIK yang sudah terdaftar Anda periksa dalam satu jam. Tunggu satu jam, lalu "
            "coba lagi.",
            "nik",
            kode="terlalu_sering",
        )


def note_lookup(answer: Kelayakan, *, by: Pelaku) -> None:
    """Log a look-up of a whole number (AUD-3); an answer "known" outlives a refused form, and counts."""
    if answer.nik is not None:
        record(Peristiwa.NIK_DICARI, by=by, hasil=DICARI if answer.terdaftar else "ok", kode=answer.kode)


def segarkan_tercakup() -> int:
    """W5 for workers whom a list now binds, W6 for those whose list is over; nightly and after an import.

    Safe to run twice; answers how many moved.
    """
    moved, berlaku = 0, select(Pelindungan.nik_bi).where(in_force(debet_pertama(today())))
    for status, covered, peristiwa in (
        ((StatusPekerja.CALON, StatusPekerja.LAYAK, StatusPekerja.NONAKTIF), True, "tercakup"),
        ((StatusPekerja.DITANGGUNG_LAIN,), False, "masa_habis"),
    ):
        query = select(Pekerja).where(
            Pekerja.status.in_(status),
            Pekerja.nik_bi.in_(berlaku) if covered else Pekerja.nik_bi.not_in(berlaku),
        )
        for row in db.session.scalars(query.order_by(Pekerja.id).with_for_update()).all():
            advance(MACHINE, row, peristiwa, by=SISTEM)
            moved += 1
    return moved
