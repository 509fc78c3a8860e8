"""Writing a checked roster: set-based, inside the caller's one transaction (platform.md: bulk rows).

Placements are dated: a change closes the open one the day before ``berlaku`` and opens the next. A placement
that began on that day or later is put right in place, because a correction is not a second move.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.exc import IntegrityError

from rentan.akun.models import Akun
from rentan.asn.hitungan_ulang import hitung_ulang
from rentan.asn.models import Asn, NipRiwayat, Penempatan
from rentan.asn.roster_banding import Isi, Lama, Putusan, isi_lama
from rentan.asn.status import StatusAktif
from rentan.core.errors import RuleError
from rentan.core.subject import seal_values
from rentan.ext import db
from rentan.opd.models import UnitKerja
from rentan.util.tanggal import awal_bulan

SEHARI = timedelta(days=1)
_ASN: Table = Asn.__table__  # type: ignore[assignment]
_NIP: Table = NipRiwayat.__table__  # type: ignore[assignment]
_DI: Table = Penempatan.__table__  # type: ignore[assignment]
_UNIT: Table = UnitKerja.__table__  # type: ignore[assignment]
_AKUN: Table = Akun.__table__  # type: ignore[assignment]

Unit = dict[tuple[uuid.UUID, str], uuid.UUID]


def terapkan(putusan: list[Putusan], keluar: list[Lama], berlaku: date) -> None:
    """Write who joined, changed and left from ``berlaku`` on, then count the touched months again.

    Raises ``RuleError`` when somebody else wrote one of these people at the same moment.
    """
    baru = [one for one in putusan if one.aksi == "baru"]
    ubah = [(one.lama, one.isi, one.hp) for one in putusan if one.aksi == "ubah" and one.lama]
    ubah += [(one, replace(isi_lama(one), status_aktif=StatusAktif.KELUAR), None) for one in keluar]
    if not baru and not ubah:
        return
    unit = _siapkan_unit([one.isi for one in baru] + [isi for _, isi, _ in ubah])
    try:
        _tulis_baru(baru, unit, berlaku)
        _tulis_ubah(ubah, unit)
        _tulis_penempatan([(lama, isi) for lama, isi, _ in ubah], unit, berlaku)
        _tulis_nip([(lama, isi.nip) for lama, isi, _ in ubah if isi.nip != lama.nip], berlaku)
    except IntegrityError as clash:
        raise RuleError(
            "Data ASN sedang diubah orang lain pada saat yang sama. Periksa ulang, lalu terapkan lagi.",
            kode="impor_lain",
        ) from clash
    db.session.expire_all()
    hitung_ulang(awal_bulan(berlaku))


def _jalankan(pernyataan: Any, baris: list[dict[str, Any]]) -> None:
    if baris:
        db.session.execute(pernyataan, baris)


def _siapkan_unit(semua: Iterable[Isi]) -> Unit:
    """The ids of all units named, missing ones added."""
    perlu = {(one.opd_id, one.unit) for one in semua if one.unit}
    ada: Unit = {
        (opd_id, nama): unit_id
        for unit_id, opd_id, nama in db.session.execute(select(_UNIT.c.id, _UNIT.c.opd_id, _UNIT.c.nama))
    }
    baru: Unit = {satu: uuid.uuid4() for satu in sorted(perlu, key=str) if satu not in ada}
    isi = [{"id": unit_id, "opd_id": opd_id, "nama": nama} for (opd_id, nama), unit_id in baru.items()]
    _jalankan(_UNIT.insert(), isi)
    return ada | baru


def _kolom(isi: Isi, unit: Unit) -> dict[str, Any]:
    return {
        "nip": isi.nip,
        "nama": isi.nama,
        "nama_urut": isi.nama_urut,
        "tanggal_lahir": isi.tanggal_lahir,
        "email": isi.email,
        "tmt": isi.tmt,
        "akhir_kontrak": isi.akhir_kontrak,
        "tmt_pensiun": isi.tmt_pensiun,
        **_kolom_tempat(isi, unit),
    }


def _kolom_tempat(isi: Isi, unit: Unit) -> dict[str, Any]:
    return {
        "opd_id": isi.opd_id,
        "unit_id": unit[isi.opd_id, isi.unit] if isi.unit else None,
        "status_asn": isi.status_asn,
        "status_aktif": isi.status_aktif,
        "jabatan": isi.jabatan,
    }


def _tulis_baru(baru: list[Putusan], unit: Unit, berlaku: date) -> None:
    ids = [uuid.uuid4() for _ in baru]
    pasangan = list(zip(ids, baru, strict=True))
    hp = seal_values("asn", "hp", [(i, i, one.hp) for i, one in pasangan if one.hp])
    _jalankan(
        _ASN.insert(),
        [
            {"id": i, "versi": 1, "ikut": False, "hp_enc": hp.get(i), **_kolom(one.isi, unit)}
            for i, one in pasangan
        ],
    )
    _jalankan(
        _NIP.insert(),
        [{"id": uuid.uuid4(), "asn_id": i, "nip": one.isi.nip, "mulai": berlaku} for i, one in pasangan],
    )
    _jalankan(
        _DI.insert(),
        [
            {"id": uuid.uuid4(), "asn_id": i, "mulai": berlaku, **_kolom_tempat(one.isi, unit)}
            for i, one in pasangan
        ],
    )


def _tulis_ubah(ubah: list[tuple[Lama, Isi, str | None]], unit: Unit) -> None:
    hp = seal_values("asn", "hp", [(lama.id, lama.id, nomor) for lama, _, nomor in ubah if nomor])
    baris = [
        {"b_id": lama.id, "hp_enc": hp.get(lama.id, lama.hp_enc), **_kolom(isi, unit)}
        for lama, isi, _ in ubah
    ]
    _jalankan(update(_ASN).where(_ASN.c.id == bindparam("b_id")).values(versi=_ASN.c.versi + 1), baris)


def _tulis_penempatan(ubah: list[tuple[Lama, Isi]], unit: Unit, berlaku: date) -> None:
    ubah = [(lama, isi) for lama, isi in ubah if isi.tempat != isi_lama(lama).tempat]
    betulkan = [(lama, isi) for lama, isi in ubah if lama.mulai >= berlaku]
    pindahkan = [(lama, isi) for lama, isi in ubah if lama.mulai < berlaku]
    _jalankan(
        update(_DI).where(_DI.c.id == bindparam("b_id")).values(sampai=bindparam("b_sampai")),
        [{"b_id": lama.penempatan_id, "b_sampai": berlaku - SEHARI} for lama, _ in pindahkan],
    )
    _jalankan(
        _DI.insert(),
        [
            {"id": uuid.uuid4(), "asn_id": lama.id, "mulai": berlaku, **_kolom_tempat(isi, unit)}
            for lama, isi in pindahkan
        ],
    )
    _betulkan(betulkan, unit, berlaku)


def _betulkan(betulkan: list[tuple[Lama, Isi]], unit: Unit, berlaku: date) -> None:
    """Put an open placement right; it may reach back to ``berlaku``, but not into the one before it."""
    if not betulkan:
        return
    sebelum = _akhir_sebelumnya()
    baris = [
        {
            "b_id": lama.penempatan_id,
            "mulai": max(berlaku, sebelum[lama.id] + SEHARI) if lama.id in sebelum else berlaku,
            **_kolom_tempat(isi, unit),
        }
        for lama, isi in betulkan
    ]
    _jalankan(update(_DI).where(_DI.c.id == bindparam("b_id")), baris)


def _akhir_sebelumnya() -> dict[uuid.UUID, date]:
    query = (
        select(_DI.c.asn_id, func.max(_DI.c.sampai)).where(_DI.c.sampai.is_not(None)).group_by(_DI.c.asn_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def _tulis_nip(ganti: list[tuple[Lama, str]], berlaku: date) -> None:
    """Close the old NIP, open the new one, and let the sign-in follow: the person keeps the password."""
    _jalankan(
        update(_NIP)
        .where(_NIP.c.asn_id == bindparam("b_asn"), _NIP.c.nip == bindparam("b_nip"))
        .values(sampai=bindparam("b_sampai")),
        [{"b_asn": lama.id, "b_nip": lama.nip, "b_sampai": berlaku - SEHARI} for lama, _ in ganti],
    )
    _jalankan(
        _NIP.insert(),
        [{"id": uuid.uuid4(), "asn_id": lama.id, "nip": nip, "mulai": berlaku} for lama, nip in ganti],
    )
    _jalankan(
        update(_AKUN)
        .where(_AKUN.c.asn_id == bindparam("b_asn"), _AKUN.c.pengenal == bindparam("b_lama"))
        .values(pengenal=bindparam("b_baru"), versi=_AKUN.c.versi + 1),
        [{"b_asn": lama.id, "b_lama": lama.nip, "b_baru": nip} for lama, nip in ganti],
    )
