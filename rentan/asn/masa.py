"""The last day of service as the roster tells it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_

from rentan.asn.models import Asn
from rentan.asn.status import StatusAktif
from rentan.util.tanggal import format_tanggal

#: The roster says that this person is not in service any more; unpaid leave ends nothing.
SELESAI = (StatusAktif.PENSIUN, StatusAktif.MENINGGAL, StatusAktif.KELUAR)


def hari_terakhir(asn: Any) -> date | None:
    """The day before the pension begins (TMT) or the last day of the contract, whichever comes first.

    ``asn`` is an ``Asn`` or a row with its two dates.
    """
    pensiun = None if asn.tmt_pensiun is None else asn.tmt_pensiun - timedelta(days=1)
    return min((one for one in (pensiun, asn.akhir_kontrak) if one is not None), default=None)


def habis_pada(hari: date) -> ColumnElement[bool]:
    """``masa_habis`` as a condition of a query."""
    return or_(Asn.status_aktif.in_(SELESAI), Asn.tmt_pensiun <= hari, Asn.akhir_kontrak < hari)


def kalimat_habis(asn: Any, hari: date) -> str | None:
    """Why this person is out of service on ``hari``, in a sentence; ``None``: in service, or on leave."""
    if asn.status_aktif in SELESAI:
        return f"Menurut daftar pegawai, ASN ini berstatus “{asn.status_aktif.label}”."
    terakhir = hari_terakhir(asn)
    if terakhir is None or terakhir >= hari:
        return None
    return f"Menurut daftar pegawai, masa kerja ASN ini berakhir {format_tanggal(terakhir)}."


def masa_habis(asn: Asn, hari: date) -> bool:
    """Is this person out of service on ``hari``?"""
    terakhir = hari_terakhir(asn)
    return asn.status_aktif in SELESAI or (terakhir is not None and terakhir < hari)
