"""Queues that several desks share: batches of a kind, exceptions, rows in a state."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from rentan.beranda.antre import Antre
from rentan.core.imports_base import JenisImpor
from rentan.core.permissions import Peran
from rentan.core.workflow import Riwayat
from rentan.iuran.models import Urusan
from rentan.paket.models import Paket, Pengecualian
from rentan.paket.status import PENGIRIM, PENYUSUN, JenisPaket, StatusPaket


def dalam_keadaan(mesin: str, model: Any, lain: Any) -> Select[Any]:
    """Since when each row stands as it does: its last move."""
    sejak = (
        select(func.max(Riwayat.pada))
        .where(Riwayat.mesin == mesin, Riwayat.objek_id == model.id)
        .correlate(model)
        .scalar_subquery()
    )
    return select(func.coalesce(sejak, lain))


def antrean_paket(jenis: JenisPaket, url: str) -> list[Antre]:
    """What the builder of a kind of batch has to do with it: lock, send, read the answer."""
    nama = jenis.label[0].lower() + jenis.label[1:]
    dikirim = (StatusPaket.DIKIRIM, StatusPaket.HASIL_SEBAGIAN)
    found = [
        Antre(
            f"paket {nama} belum dikunci",
            select(Paket.dibuat_pada).where(Paket.jenis == jenis, Paket.status == StatusPaket.DISUSUN),
            url,
            f"paket_{jenis.value}_disusun",
        )
    ]
    if PENGIRIM[jenis] is PENYUSUN[jenis]:
        found.append(siap_dikirim(jenis, url, f"paket {nama} disetujui, siap dikirim"))
    if jenis is not JenisPaket.KARTU:
        found.append(
            Antre(
                f"paket {nama} menunggu jawaban",
                select(Paket.dikirim_pada).where(Paket.jenis == jenis, Paket.status.in_(dikirim)),
                url,
                f"paket_{jenis.value}_jawaban",
                "Unggah jawabannya begitu diterima.",
            )
        )
    return found


def siap_dikirim(jenis: JenisPaket, url: str, judul: str) -> Antre:
    """Approved batches of a kind that somebody has to hand over (a remittance: to pay)."""
    query = select(Paket.disetujui_pada)
    return Antre(
        judul,
        query.where(Paket.jenis == jenis, Paket.status == StatusPaket.DISETUJUI),
        url,
        f"paket_{jenis.value}_kirim",
    )


def pengecualian(*jenis: JenisImpor) -> Select[Any]:
    return select(Pengecualian.dibuat_pada).where(
        Pengecualian.jenis.in_(jenis), Pengecualian.selesai_pada.is_(None)
    )


def urusan(peran: Peran) -> Antre:
    """Matters of money that are this role's to settle."""
    return Antre(
        "urusan iuran perlu diselesaikan",
        select(Urusan.dibuat_pada).where(Urusan.pemilik == peran, Urusan.selesai_pada.is_(None)),
        "/iuran/urusan",
        "urusan",
    )
