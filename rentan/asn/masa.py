"""The last day of service as the roster tells it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from rentan.asn.models import Asn
from rentan.asn.status import StatusAktif

#: The roster says that this person is not in service any more; unpaid leave ends nothing.
SELESAI = (StatusAktif.PENSIUN, StatusAktif.MENINGGAL, StatusAktif.KELUAR)


def hari_terakhir(asn: Any) -> date | None:
    """The day before the pension begins (TMT) or the last day of the contract, whichever comes first.

    ``asn`` is an ``Asn`` or a row with its two dates.
    """
    pensiun = None if asn.tmt_pensiun is None else asn.tmt_pensiun - timedelta(days=1)
    return min((one for one in (pensiun, asn.akhir_kontrak) if one is not None), default=None)


def masa_habis(asn: Asn, hari: date) -> bool:
    """Is this person out of service on ``hari``?"""
    terakhir = hari_terakhir(asn)
    return asn.status_aktif in SELESAI or (terakhir is not None and terakhir < hari)
