"""Correcting a worker's data after it was sent: checked as when it was typed in; what it was before is kept.

Who may correct whom, and when, is the rule of the room that asked for it (``verifikasi``).
"""

from __future__ import annotations

import json
import uuid
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, today
from rentan.core.errors import RuleError
from rentan.core.subject import reveal, seal
from rentan.core.workflow import check_version
from rentan.ext import db, runtime
from rentan.pekerja.actions import DataPekerja, accept_warnings, flag_duplicates, limit_lookups, require
from rentan.pekerja.models import Pekerja, PeringatanDiterima, PerubahanPekerja
from rentan.pekerja.queries import find_pekerja, periksa_kelayakan, refuse
from rentan.pekerja.status import JenisKelamin, Sektor
from rentan.tarif.queries import debet_pertama
from rentan.util.nama import nama_inti
from rentan.util.nik import parse_nik
from rentan.wilayah.queries import find_kelurahan

#: What can be corrected, with the words of the pages.
KOLOM = {
    "nik": "NIK",
    "nama": "Nama",
    "tanggal_lahir": "Tanggal lahir",
    "jenis_kelamin": "Jenis kelamin",
    "hp": "Nomor HP",
    "pekerjaan": "Pekerjaan",
    "sektor": "Sektor",
    "lokasi_kerja": "Tempat bekerja",
    "alamat": "Alamat",
    "kelurahan_kode": "Kelurahan",
}
_RAHASIA = ("nik", "hp")


def data_of(pekerja: Pekerja) -> DataPekerja:
    """What is stored now, the whole number included: for rules and for the form that corrects it."""
    return DataPekerja(
        nik=reveal(pekerja, "nik") or "",
        nama=pekerja.nama,
        tanggal_lahir=pekerja.tanggal_lahir,
        jenis_kelamin=pekerja.jenis_kelamin,
        pekerjaan=pekerja.pekerjaan,
        sektor=pekerja.sektor,
        alamat=pekerja.alamat,
        kelurahan_kode=pekerja.kelurahan_kode,
        lokasi_kerja=pekerja.lokasi_kerja,
        hp=reveal(pekerja, "hp"),
    )


def correct_pekerja(
    pekerja: Pekerja,
    data: DataPekerja,
    *,
    alasan_peringatan: str | None = None,
    by: Pelaku,
    versi: int | None = None,
) -> PerubahanPekerja:
    """Write corrected data; answers the row that keeps what stood there before.

    The check is the one of typing a worker in (age, cover elsewhere, warnings with a reason). Another NIK
    is a new check of the person; one that somebody else has is refused without naming anybody and counts as
    an answer "known" (MSK-2). The search for resembling workers runs again. Raises ``Stale``, ``RuleError``:
    ``tidak_berubah``, ``nik_terpakai``, ``kelurahan``, and those of ``pekerja.actions.catat_pekerja``.
    """
    _hold(pekerja, data.tanggal_lahir)
    check_version(pekerja, versi)
    before = data_of(pekerja)
    changed = [one for one in KOLOM if getattr(before, one) != getattr(data, one)]
    if not changed:
        raise RuleError(
            "Belum ada data yang diubah. Perbaiki yang keliru, lalu simpan.", kode="tidak_berubah"
        )
    if find_kelurahan(data.kelurahan_kode) is None:
        raise RuleError("Pilih kelurahan dari daftar.", "kelurahan", kode="kelurahan")
    if "nik" in changed:
        limit_lookups(by)
    _check(pekerja, data, alasan_peringatan, by)
    kept = _keep(pekerja, before, changed, by)
    _write(pekerja, data, changed, by)
    record(Peristiwa.PEKERJA_DIUBAH, by=by, objek=pekerja, kolom=changed)
    if {"nik", "nama", "tanggal_lahir"} & set(changed):
        flag_duplicates(pekerja)
    return kept


def values_of(perubahan: PerubahanPekerja) -> dict[str, Any]:
    """What stood there before this correction, by column, typed as on the worker."""
    found: dict[str, Any] = json.loads(reveal(perubahan, "sebelum") or "{}")
    if "tanggal_lahir" in found:
        found["tanggal_lahir"] = date.fromisoformat(found["tanggal_lahir"])
    for kolom, jenis in (("jenis_kelamin", JenisKelamin), ("sektor", Sektor)):
        if kolom in found:
            found[kolom] = jenis(found[kolom])
    return found


def list_perubahan(pekerja: Pekerja) -> list[PerubahanPekerja]:
    """All corrections of a worker, oldest first."""
    query = select(PerubahanPekerja).where(PerubahanPekerja.pekerja_id == pekerja.id)
    return list(db.session.scalars(query.order_by(PerubahanPekerja.pada, PerubahanPekerja.id)))


def _hold(pekerja: Pekerja, lahir: date) -> None:
    """Lock the worker and all born on that day, in one order: they may become doubtful together (W3)."""
    query = select(Pekerja.id).where((Pekerja.id == pekerja.id) | (Pekerja.tanggal_lahir == lahir))
    db.session.execute(query.order_by(Pekerja.id).with_for_update(key_share=True)).all()
    db.session.refresh(pekerja)


def _check(pekerja: Pekerja, data: DataPekerja, alasan: str | None, by: Pelaku) -> None:
    other = find_pekerja(data.nik)
    if other is not None and other.id != pekerja.id:
        require(_taken(data.nik), by=by)
    answer = periksa_kelayakan(
        nik_text=data.nik,
        tanggal_lahir=data.tanggal_lahir,
        jenis_kelamin=data.jenis_kelamin,
        debet_pertama=debet_pertama(today()),
    )
    require(answer, by=by)
    known = set(
        db.session.scalars(select(PeringatanDiterima.kode).where(PeringatanDiterima.pekerja_id == pekerja.id))
    )
    fresh = tuple(one for one in answer.peringatan if one.kode not in known)
    if fresh and not (alasan or "").strip():
        raise RuleError(
            "Tuliskan mengapa data ini benar walaupun ada peringatan: "
            + " ".join(one.pesan for one in fresh),
            "alasan_peringatan",
            kode="perlu_alasan",
        )
    accept_warnings(pekerja, fresh, (alasan or "").strip(), by)


def _taken(nik: str) -> Any:
    return refuse(
        "nik_terpakai",
        "NIK ini sudah tercatat, sehingga tidak dapat dipakai untuk pekerja ini. Cocokkan dengan KTP; bila "
        "sudah benar, sampaikan kepada verifikator.",
        nik=parse_nik(nik),
    )


def _keep(pekerja: Pekerja, before: DataPekerja, changed: list[str], by: Pelaku) -> PerubahanPekerja:
    values = {one: getattr(before, one) for one in changed}
    plain = {
        key: value.isoformat() if isinstance(value, date) else getattr(value, "value", value)
        for key, value in values.items()
    }
    row = PerubahanPekerja(id=uuid.uuid4(), pekerja_id=pekerja.id, kolom=changed, oleh=by.akun_id, pada=now())
    seal(row, "sebelum", json.dumps(plain, ensure_ascii=False))
    db.session.add(row)
    return row


def _write(pekerja: Pekerja, data: DataPekerja, changed: list[str], by: Pelaku) -> None:
    try:
        with db.session.begin_nested():
            for kolom in changed:
                if kolom in _RAHASIA:
                    seal(pekerja, kolom, getattr(data, kolom))
                else:
                    setattr(pekerja, kolom, getattr(data, kolom))
            pekerja.nama_inti = nama_inti(data.nama)
            pekerja.nik_bi = runtime().keyring.blind_index("nik", data.nik)
            pekerja.data_diubah_pada = now()
            db.session.flush()
        db.session.expire(pekerja, ["kelurahan"])
    except IntegrityError:  # somebody else wrote this number a moment ago
        require(_taken(data.nik), by=by)
