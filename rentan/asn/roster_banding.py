"""The roster against what is known: who joined, moved, changed, left, and who only got a new NIP.

Only reads. The person behind a row is found by NIP, also by a former one; a row with an unknown NIP is the
person who would leave, when exactly one of each shares name, birth date and sex digit (product.md §3: a NIP
is not for life).
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from sqlalchemy import select

from rentan.asn.models import Asn, NipRiwayat, Penempatan
from rentan.asn.roster_baris import Baris
from rentan.asn.status import StatusAktif, StatusAsn
from rentan.core.secrets import decrypt
from rentan.core.subject import dek_for, load_deks
from rentan.ext import db
from rentan.opd.models import UnitKerja

MASIH_BEKERJA = (StatusAktif.AKTIF, StatusAktif.CUTI)


@dataclass(frozen=True, slots=True)
class Lama:
    """An ASN as stored now, with the open placement."""

    id: uuid.UUID
    nip: str
    nama: str
    nama_urut: str
    jabatan: str
    opd_id: uuid.UUID
    unit: str | None
    status_asn: StatusAsn
    status_aktif: StatusAktif
    tanggal_lahir: date
    hp_enc: bytes | None
    email: str | None
    tmt: date | None
    akhir_kontrak: date | None
    tmt_pensiun: date | None
    penempatan_id: uuid.UUID
    mulai: date

    @property
    def kunci_orang(self) -> tuple[str, date, str]:
        return self.nama_urut, self.tanggal_lahir, self.nip[14]


@dataclass(frozen=True, slots=True)
class Isi:
    """Everything that the roster decides about a person."""

    nip: str
    nama: str
    nama_urut: str
    jabatan: str
    opd_id: uuid.UUID
    unit: str | None
    status_asn: StatusAsn
    status_aktif: StatusAktif
    tanggal_lahir: date
    email: str | None
    tmt: date | None
    akhir_kontrak: date | None
    tmt_pensiun: date | None

    @property
    def tempat(self) -> tuple[Any, ...]:
        """What a placement records."""
        return self.opd_id, self.unit, self.status_asn, self.status_aktif, self.jabatan


@dataclass(frozen=True, slots=True)
class Putusan:
    """What a good row does. ``ganda``: the same person once more, with the same data."""

    sheet: str
    row: int
    aksi: Literal["baru", "tetap", "ubah", "ganda"]
    lama: Lama | None
    isi: Isi
    hp: str | None
    ganti_nip: bool = False

    @property
    def pindah(self) -> bool:
        return self.lama is not None and self.lama.opd_id != self.isi.opd_id

    @property
    def kembali(self) -> bool:
        return (
            self.lama is not None
            and self.lama.status_aktif is StatusAktif.KELUAR
            and self.isi.status_aktif is not StatusAktif.KELUAR
        )


def isi_lama(lama: Lama) -> Isi:
    """What is stored about a person, in the form in which the roster would say it."""
    return Isi(
        lama.nip, lama.nama, lama.nama_urut, lama.jabatan, lama.opd_id, lama.unit, lama.status_asn,
        lama.status_aktif, lama.tanggal_lahir, lama.email, lama.tmt, lama.akhir_kontrak, lama.tmt_pensiun,
    )  # fmt: skip


class Kota:
    """Everybody who is stored, loaded with three queries, and the ways to find a row's person among them."""

    def __init__(self) -> None:
        unit = UnitKerja.nama.label("unit")
        query = (
            select(
                Asn.id, Asn.nip, Asn.nama, Asn.nama_urut, Asn.jabatan, Asn.opd_id, unit, Asn.status_asn,
                Asn.status_aktif, Asn.tanggal_lahir, Asn.hp_enc, Asn.email, Asn.tmt, Asn.akhir_kontrak,
                Asn.tmt_pensiun, Penempatan.id.label("penempatan_id"), Penempatan.mulai,
            )
            .join(Penempatan, (Penempatan.asn_id == Asn.id) & Penempatan.sampai.is_(None))
            .outerjoin(UnitKerja, UnitKerja.id == Asn.unit_id)
            .order_by(Asn.nip, Asn.id)
        )  # fmt: skip
        self.orang = {row.id: Lama(**row._mapping) for row in db.session.execute(query)}
        self.menurut_nip = {one.nip: one for one in self.orang.values()}
        self.nip_dulu: set[str] = set()
        for nip, asn_id in db.session.execute(select(NipRiwayat.nip, NipRiwayat.asn_id)):
            if nip not in self.menurut_nip and asn_id in self.orang:
                self.menurut_nip[nip] = self.orang[asn_id]
                self.nip_dulu.add(nip)

    def hp(self, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
        """The phone numbers of these people, where stored."""
        wanted = [self.orang[one] for one in ids if self.orang[one].hp_enc is not None]
        load_deks(one.id for one in wanted)
        return {
            one.id: decrypt(dek_for(one.id), one.hp_enc or b"", table="asn", column="hp", row=one.id).decode()
            for one in wanted
        }


def putuskan(
    tempat: tuple[str, int],
    baris: Baris,
    lama: Lama | None,
    hp_lama: str | None,
    *,
    nip_dulu: bool,
    ganti_nip: bool,
) -> Putusan:
    """The decision on one row whose person is known (``lama``) or new (``None``)."""
    isi = _gabung(baris, lama)
    if lama is None:
        return Putusan(*tempat, "baru", None, isi, baris.hp)
    if nip_dulu:
        isi = replace(isi, nip=lama.nip)
    hp = baris.hp if baris.hp and baris.hp != hp_lama else None
    sama = isi == isi_lama(lama) and hp is None
    return Putusan(*tempat, "tetap" if sama else "ubah", lama, isi, hp, ganti_nip)


def _gabung(baris: Baris, lama: Lama | None) -> Isi:
    """What the row says, and where it says nothing, what was known."""
    pindah = lama is not None and lama.opd_id != baris.opd_id
    return Isi(
        nip=baris.nip,
        nama=baris.nama,
        nama_urut=baris.nama_urut,
        jabatan=baris.jabatan,
        opd_id=baris.opd_id,
        unit=baris.unit or (lama.unit if lama and not pindah else None),
        status_asn=baris.status_asn or _status_asn(baris, lama),
        status_aktif=baris.status_aktif or _status_aktif(lama),
        tanggal_lahir=baris.tanggal_lahir,
        email=baris.email or (lama.email if lama else None),
        tmt=baris.tmt or (lama.tmt if lama else None),
        akhir_kontrak=baris.akhir_kontrak or (lama.akhir_kontrak if lama else None),
        tmt_pensiun=baris.tmt_pensiun or (lama.tmt_pensiun if lama else None),
    )


def _status_asn(baris: Baris, lama: Lama | None) -> StatusAsn:
    """Without the column the NIP tells PNS from PPPK, but not who works part time."""
    if lama is not None and (lama.status_asn is StatusAsn.PNS) == (baris.jenis == "PNS"):
        return lama.status_asn
    return StatusAsn.PNS if baris.jenis == "PNS" else StatusAsn.PPPK


def _status_aktif(lama: Lama | None) -> StatusAktif:
    """Who stands in the roster works; only what the admin has recorded by hand goes on counting."""
    if lama is None or lama.status_aktif is StatusAktif.KELUAR:
        return StatusAktif.AKTIF
    return lama.status_aktif


def cari_ganti_nip(baru: list[tuple[int, Baris]], calon_keluar: Iterable[Lama]) -> dict[int, Lama]:
    """Index of a row with unknown NIP to the person who got that NIP; only where both sides are alone."""
    keluar: dict[Any, list[Lama]] = defaultdict(list)
    for one in calon_keluar:
        keluar[one.kunci_orang].append(one)
    jumlah = Counter(baris.kunci_orang for _, baris in baru)
    return {
        index: keluar[baris.kunci_orang][0]
        for index, baris in baru
        if jumlah[baris.kunci_orang] == 1 and len(keluar.get(baris.kunci_orang, ())) == 1
    }
