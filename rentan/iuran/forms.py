"""Shapes of the forms of the treasurer and the approver; amounts in whole rupiah."""

from __future__ import annotations

from rentan.iuran.penerimaan import PILIHAN_BULAN
from rentan.iuran.status import Saluran, StatusIuran
from rentan.web.forms import (
    BaseForm,
    FilterForm,
    NipField,
    Optional,
    PilihanField,
    RupiahField,
    TanggalField,
    TeksField,
    TeksPanjangField,
    VersionedForm,
    Wajib,
)


class CariForm(BaseForm):
    """A donor by NIP; by POST, so that the number stands in no address."""

    kunci_formulir = None
    nip = NipField("NIP donatur", [Wajib()])


class SaringForm(FilterForm):
    """The contributions of one month; the month travels as ``2026-12``."""

    status = PilihanField("Keadaan", [Optional()], pilihan=StatusIuran, kosong="Semua keadaan")


class PenerimaanForm(BaseForm):
    """Cash or transfer; the months to choose from are the sponsorship's."""

    saluran = PilihanField("Dibayar dengan", [Wajib()], pilihan=Saluran, tampilan="radio")
    tanggal = TanggalField("Tanggal diterima", [Wajib()])
    bukti = TeksField("Nomor bukti", [Wajib()], maks=40, lebar=24)
    bulan_mulai = PilihanField("Mulai iuran bulan", [Wajib()])
    jumlah_bulan = PilihanField(
        "Untuk berapa bulan", [Wajib()], pilihan=[(n, f"{n} bulan") for n in PILIHAN_BULAN], tampilan="radio"
    )
    jumlah = RupiahField("Jumlah uang", [Wajib()])


class UsulForm(BaseForm):
    """The reasons are those of what may be proposed."""

    alasan = PilihanField("Alasan", [Wajib()])
    keterangan = TeksPanjangField("Keterangan untuk penyetuju", [Wajib()], maks=500)


class SisaForm(UsulForm):
    """All that is carried over goes back, so that no amount is asked."""

    saluran = PilihanField("Dikembalikan dengan", [Wajib()], pilihan=Saluran, tampilan="radio")
    bukti = TeksField("Nomor bukti pengeluaran", [Wajib()], maks=40, lebar=24)
    tanggal_bukti = TanggalField("Tanggal bukti", [Wajib()])


class TahanForm(VersionedForm):
    """C2, C3: the note is for colleagues."""

    catatan = TeksPanjangField("Catatan untuk petugas lain", [Wajib()], maks=500)


class SetujuForm(VersionedForm):
    """U2: a button."""


class TolakForm(VersionedForm):
    """U3."""

    catatan = TeksPanjangField("Alasan penolakan", [Wajib()], maks=500)
