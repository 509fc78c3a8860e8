"""Shapes of the buttons on a batch."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField

from rentan.paket.uang import Selisih
from rentan.web.forms import (
    Optional,
    PilihanField,
    RupiahField,
    TanggalField,
    TeksField,
    TeksPanjangField,
    VersionedForm,
    Wajib,
)


class TindakanForm(VersionedForm):
    """A button on one batch: only the version that the person saw."""


class AlasanForm(VersionedForm):
    """Reopen or cancel, with the reason that stays in the history."""

    alasan = TeksPanjangField("Alasan", [Wajib()], maks=500)


class KirimForm(VersionedForm):
    """The file has been handed over."""

    tanda_terima = TeksField("Catatan tanda terima", [Optional()], maks=200)


class TolakBerkasForm(VersionedForm):
    """B6: the bank's own words, and that it executed nothing."""

    pesan_bank = TeksPanjangField("Pesan bank", [Wajib()], maks=500)
    tidak_dijalankan = BooleanField("Bank sudah memastikan bahwa tidak satu baris pun dijalankan")


ARAH = (("kurang", "Bank mengkredit kurang"), ("lebih", "Bank mengkredit lebih"))


class RekonsiliasiForm(VersionedForm):
    """B10: what the bank credited, and up to three differences with their reasons."""

    kredit_bank = RupiahField("Kredit pada rekening penampung", [Wajib()])
    arah_1 = PilihanField("Selisih pertama", [Optional()], pilihan=ARAH, kosong="Tidak ada")
    jumlah_1 = RupiahField("Jumlah selisih pertama", [Optional()])
    sebab_1 = TeksField("Sebab selisih pertama", [Optional()], maks=200)
    arah_2 = PilihanField("Selisih kedua", [Optional()], pilihan=ARAH, kosong="Tidak ada")
    jumlah_2 = RupiahField("Jumlah selisih kedua", [Optional()])
    sebab_2 = TeksField("Sebab selisih kedua", [Optional()], maks=200)
    arah_3 = PilihanField("Selisih ketiga", [Optional()], pilihan=ARAH, kosong="Tidak ada")
    jumlah_3 = RupiahField("Jumlah selisih ketiga", [Optional()])
    sebab_3 = TeksField("Sebab selisih ketiga", [Optional()], maks=200)

    def baris(self) -> list[tuple[Any, Any, Any]]:
        """The three lines of fields, for the page."""
        return [tuple(self[f"{name}_{n}"] for name in ("arah", "jumlah", "sebab")) for n in (1, 2, 3)]

    def selisih(self) -> list[Selisih]:
        """The lines that were filled in; a difference that the bank owes is negative."""
        return [
            Selisih((jumlah.data or 0) * (-1 if arah.data == "kurang" else 1), sebab.data or "")
            for arah, jumlah, sebab in self.baris()
            if arah.data or jumlah.data or sebab.data
        ]


class SelesaiForm(VersionedForm):
    """What was done about an exception; which fields a step asks for is its room's to say."""

    tindakan = PilihanField("Yang dilakukan", [Optional()], tampilan="radio")
    tanggal = TanggalField("Tanggal menurut bank", [Optional()])
    ref_bank = TeksField("Nomor referensi bank", [Optional()], maks=40)
    kode = PilihanField("Sebab gagal menurut bank", [Optional()])
    catatan = TeksPanjangField("Catatan", [Wajib()], maks=500)
    perlu: frozenset[str] = frozenset()


class AmbilForm(VersionedForm):
    """Take an exception over until a day."""

    tenggat = TanggalField("Selesai paling lambat", [Wajib()])
