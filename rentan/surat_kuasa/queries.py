"""Reads of letters, always through the viewer's eyes, and the facts that the guards of M1-M4 ask for."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import Select, false, func, select

from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.asuhan.queries import harga
from rentan.asuhan.status import DIUSULKAN_KE_ATAS
from rentan.berkas import queries as berkas_queries
from rentan.berkas.models import Berkas
from rentan.berkas.status import WAJIB_UNGGAH, JenisBerkas
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.core.errors import NotFound
from rentan.core.permissions import Peran
from rentan.core.subject import reveal
from rentan.core.workflow import Riwayat, Tawaran, offers
from rentan.ext import db
from rentan.surat_kuasa.models import PerpindahanAsli, SuratKuasa
from rentan.surat_kuasa.status import BERJALAN, HIDUP, MACHINE, UNTUK_BANK, AsliDi, StatusSurat
from rentan.tarif.queries import bulan_pertama
from rentan.util.galat import TidakSah
from rentan.util.rekening import parse_rekening
from rentan.util.tanggal import awal_bulan, tambah_bulan

#: How far ahead the ceiling must reach (M2).
BULAN_KE_DEPAN = 12


def visible(query: Select[*tuple[Any, ...]], seen_by: Pelaku) -> Select[*tuple[Any, ...]]:
    """The one scope of this table: own letters, those of the own OPD, or all for verifikator and admin; a
    bendahara sees what a verifikator has accepted."""
    if seen_by.is_system or seen_by.has(Peran.VERIFIKATOR, Peran.ADMIN):
        return query
    reach: Any = false()
    if seen_by.has(Peran.ASN) and seen_by.asn_id is not None:
        reach = reach | (SuratKuasa.asn_id == seen_by.asn_id)
    if seen_by.has(Peran.OPERATOR_OPD):
        reach = reach | SuratKuasa.asn_id.in_(select(Asn.id).where(Asn.opd_id.in_(seen_by.opd_ids)))
    if seen_by.has(Peran.BENDAHARA):
        reach = reach | SuratKuasa.status.in_(UNTUK_BANK)
    return query.where(reach)


def get_surat(surat_id: uuid.UUID, *, seen_by: Pelaku, untuk_diubah: bool = False) -> SuratKuasa:
    """One version; ``untuk_diubah`` locks its row, so that two uploads of one letter take turns.

    Raises ``NotFound`` for a missing and for a foreign one alike.
    """
    query = visible(select(SuratKuasa).where(SuratKuasa.id == surat_id), seen_by)
    row = db.session.scalar(query.with_for_update(of=SuratKuasa) if untuk_diubah else query)
    if row is None:
        raise NotFound
    return cast(SuratKuasa, row)


def get_by_ref(ref: str, *, seen_by: Pelaku) -> SuratKuasa:
    """The version whose QR code carries this reference; raises ``NotFound``."""
    row = db.session.scalar(visible(select(SuratKuasa).where(SuratKuasa.ref == ref), seen_by))
    if row is None:
        raise NotFound
    return cast(SuratKuasa, row)


def find_berjalan(asn_id: uuid.UUID) -> SuratKuasa | None:
    """The ASN's version between draft and bank; the database allows one."""
    query = select(SuratKuasa).where(SuratKuasa.asn_id == asn_id, SuratKuasa.status.in_(BERJALAN))
    return db.session.scalar(query)


def catatan_bank(surat: SuratKuasa | None) -> str | None:
    """What must be mended on a version that was opened because the bank refused the last one (M15), as long
    as it has not been sent."""
    if surat is None or surat.status not in (StatusSurat.DRAF, StatusSurat.DICETAK):
        return None
    query = select(Riwayat.catatan).where(
        Riwayat.mesin == MACHINE.nama,
        Riwayat.objek_id == surat.id,
        Riwayat.langkah == "M15",
        Riwayat.ke == StatusSurat.DRAF.value,
    )
    return db.session.scalar(query)


def find_hidup(asn_id: uuid.UUID) -> SuratKuasa | None:
    """The ASN's version in force (active or paused)."""
    query = select(SuratKuasa).where(SuratKuasa.asn_id == asn_id, SuratKuasa.status.in_(HIDUP))
    return db.session.scalar(query)


def list_versi(asn_id: uuid.UUID, *, seen_by: Pelaku) -> list[SuratKuasa]:
    """All versions of an ASN's letters, newest first."""
    query = visible(select(SuratKuasa).where(SuratKuasa.asn_id == asn_id), seen_by)
    return list(db.session.scalars(query.order_by(SuratKuasa.urutan_versi.desc(), SuratKuasa.id)))


def list_perpindahan(surat: SuratKuasa) -> list[PerpindahanAsli]:
    """The way of the paper original, oldest first."""
    query = select(PerpindahanAsli).where(PerpindahanAsli.surat_kuasa_id == surat.id)
    return list(db.session.scalars(query.order_by(PerpindahanAsli.urutan)))


def next_versi(asn_id: uuid.UUID) -> int:
    """M1, M3: last version + 1."""
    last = db.session.scalar(select(func.max(SuratKuasa.urutan_versi)).where(SuratKuasa.asn_id == asn_id))
    return (last or 0) + 1


# -- prices and the ceiling ---------------------------------------------------------------------------------


def harga_tertinggi(asuhan: Asuhan, bulan: date) -> int:
    """The highest monthly price of one worker in the twelve months from ``bulan`` on, in rupiah (M2).

    Month by month, so that a change of the classes counts as well as the end of a cut.
    """
    pertama = awal_bulan(bulan)
    return max(harga(asuhan, tambah_bulan(pertama, n)).total for n in range(BULAN_KE_DEPAN))


def plafon_usulan(asuhan_list: Iterable[Asuhan], bulan: date) -> int:
    """The ceiling to propose, in rupiah a month: the sum of the workers' highest prices from ``bulan`` on."""
    return sum(harga_tertinggi(one, bulan) for one in asuhan_list)


# -- facts for the guards -----------------------------------------------------------------------------------


def isi_draf_of(surat: SuratKuasa) -> dict[str, Any]:
    """The sealed content: address and phone of a draft, the whole frozen text of a printed letter."""
    raw = reveal(surat, "isi")
    return {} if raw is None else cast(dict[str, Any], json.loads(raw))


def facts_buat(asn_id: uuid.UUID, alasan_penggantian: str | None) -> dict[str, Any]:
    """What M1 asks."""
    count = select(func.count()).where(Asuhan.asn_id == asn_id, Asuhan.status.in_(DIUSULKAN_KE_ATAS))
    return {
        "ada_berjalan": find_berjalan(asn_id) is not None,
        "jumlah_asuhan": db.session.scalar(count),
        "alasan_penggantian": alasan_penggantian,
    }


def facts_for(surat: SuratKuasa) -> dict[str, Any]:
    """What M2 and M4 ask about this letter, apart from the date of signature that the person types."""
    if surat.status is StatusSurat.DRAF:
        return _facts_cetak(surat)
    if surat.status is StatusSurat.DICETAK:
        return {"berkas": berkas_queries.list_kini(surat.id)}
    return {}


def _facts_cetak(surat: SuratKuasa) -> dict[str, Any]:
    isi = isi_draf_of(surat)
    listed = [one.asuhan for one in surat.daftar]
    tersedia = bulan_pertama(today())
    mulai = max(surat.bulan_pertama or tersedia, tersedia)
    return {
        "alamat": isi.get("alamat"),
        "telepon": isi.get("telepon"),
        "rekening_wajar": _account_reads(reveal(surat, "rekening")),
        "ada_asuhan_berakhir": any(one.status not in DIUSULKAN_KE_ATAS for one in listed),
        "periode_berbeda": len({one.periode for one in listed}) > 1,
        "bulan_tersedia": tersedia,
        "plafon_perlu": plafon_usulan(listed, mulai),
    }


def _account_reads(digits: str | None) -> bool:
    try:
        parse_rekening(digits or "")
    except TidakSah:
        return False
    return True


def list_tawaran(surat: SuratKuasa, by: Pelaku) -> dict[str, Tawaran]:
    """The moves that ``by`` may make now, by event; each says why not, if so (G3)."""
    return {one.move.peristiwa: one for one in offers(MACHINE, surat, by, **facts_for(surat))}


def find_cetakan(surat: SuratKuasa) -> Berkas | None:
    """The frozen print of a version."""
    return db.session.scalar(
        select(Berkas).where(Berkas.surat_kuasa_id == surat.id, Berkas.jenis == JenisBerkas.SURAT_CETAK)
    )


# -- the operator's list ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BarisSurat:
    """One line of the operator's list."""

    id: uuid.UUID
    nama: str
    nip: str
    nomor: str | None
    urutan_versi: int
    status: StatusSurat
    asli_di: AsliDi
    berkas: int


@dataclass(frozen=True)
class HalamanSurat:
    """A page of the list and the letter after which the next one begins: addresses carry no names."""

    baris: Sequence[BarisSurat]
    sesudah: uuid.UUID | None


def list_surat(
    *,
    seen_by: Pelaku,
    status: StatusSurat | None = None,
    asli_di: AsliDi | None = None,
    cari: str = "",
    sesudah: uuid.UUID | None = None,
    banyak: int = 50,
) -> HalamanSurat:
    """Letters that are under way or in force, by name; one page of ``banyak`` rows.

    ``sesudah`` is the ``HalamanSurat.sesudah`` of the page before. Raises ``NotFound`` for a letter that the
    viewer does not see.
    """
    query: Any = (
        select(
            SuratKuasa.id,
            Asn.nama,
            Asn.nip,
            Asn.nama_urut,
            SuratKuasa.nomor,
            SuratKuasa.urutan_versi,
            SuratKuasa.status,
            SuratKuasa.asli_di,
        )
        .join(Asn, Asn.id == SuratKuasa.asn_id)
        .where(SuratKuasa.status.in_((*BERJALAN, *HIDUP) if status is None else (status,)))
    )
    if asli_di is not None:
        query = query.where(SuratKuasa.asli_di == asli_di)
    if cari:
        query = query.where(
            Asn.nama_urut.contains(cari.upper(), autoescape=True) | (Asn.nip == "".join(cari.split()))
        )
    if sesudah is not None:
        nama = get_surat(sesudah, seen_by=seen_by).asn.nama_urut
        query = query.where((Asn.nama_urut > nama) | ((Asn.nama_urut == nama) & (SuratKuasa.id > sesudah)))
    query = visible(query, seen_by).order_by(Asn.nama_urut, SuratKuasa.id).limit(banyak + 1)
    rows = list(db.session.execute(query))
    papers = berkas_queries.list_kini_banyak(row.id for row in rows[:banyak])
    lines = [
        BarisSurat(
            row.id, row.nama, row.nip, row.nomor, row.urutan_versi, row.status, row.asli_di,
            len(papers.get(row.id, set()) & set(WAJIB_UNGGAH)),
        )
        for row in rows[:banyak]
    ]  # fmt: skip
    more = len(rows) > banyak
    return HalamanSurat(lines, lines[-1].id if more else None)
