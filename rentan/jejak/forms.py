"""Filters of the trail."""

from __future__ import annotations

from rentan.core.audit import Peristiwa
from rentan.jejak.queries import name_of
from rentan.web.forms import FilterForm, PilihanField, TanggalField, TeksField


class SaringanForm(FilterForm):
    peristiwa = PilihanField(
        "Peristiwa",
        pilihan=sorted(((one, name_of(one.value)) for one in Peristiwa), key=lambda pair: pair[1]),
        kosong="Semua peristiwa",
    )
    pelaku = TeksField("NIP atau pengenal pelaku", maks=100, lebar=22)
    objek = TeksField("Id objek", maks=40, lebar=38)
    permintaan = TeksField("Nomor permintaan", maks=40, lebar=18)
    hasil = PilihanField("Hasil", pilihan=(("ok", "Berhasil"), ("ditolak", "Ditolak")), kosong="Semua")
    dari = TanggalField("Dari tanggal")
    sampai = TanggalField("Sampai tanggal")
