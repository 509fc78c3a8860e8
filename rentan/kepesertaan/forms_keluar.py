"""The shape of the verifikator's form that ends a sponsorship because of its worker (A14)."""

from __future__ import annotations

from rentan.kepesertaan.keluar import ALASAN
from rentan.web.forms import PilihanField, TanggalField, TeksPanjangField, VersionedForm, Wajib


class KeluarForm(VersionedForm):
    """A14."""

    alasan = PilihanField(
        "Alasan", [Wajib()], pilihan=tuple((one, one.label) for one in ALASAN), tampilan="radio"
    )
    pada = TanggalField("Tanggal kejadian", [Wajib()], description="Hari-bulan-tahun, misalnya 17-08-2026.")
    catatan = TeksPanjangField(
        "Dasar",
        [Wajib()],
        maks=500,
        description="Surat atau siapa yang melapor, atau bukti bahwa datanya tidak benar.",
    )
