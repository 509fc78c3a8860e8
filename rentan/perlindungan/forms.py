"""The filters of the list of those whose cover ends soon."""

from __future__ import annotations

from rentan.core.permissions import Peran
from rentan.perlindungan.sebab import Sebab
from rentan.web.forms import FilterForm, PilihanField

SIAPA = (Peran.ASN, Peran.BENDAHARA, Peran.PETUGAS_BPJS)


class JatuhForm(FilterForm):
    """``opd`` gets its choices from the view: the OPD that have somebody in the list."""

    opd = PilihanField("OPD", kosong="Semua OPD")
    sebab = PilihanField("Sebab", pilihan=Sebab, kosong="Semua sebab")
    siapa = PilihanField(
        "Yang dapat menolong",
        pilihan=tuple((one, "Donatur" if one is Peran.ASN else one.label) for one in SIAPA),
        kosong="Siapa saja",
    )
