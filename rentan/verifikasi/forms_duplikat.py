"""Forms about doubtful duplicates."""

from __future__ import annotations

from rentan.pekerja.status import PutusanDuplikat
from rentan.web.forms import BaseForm, Optional, PilihanField, TeksPanjangField, Wajib

BEDA = (
    PutusanDuplikat.BEDA,
    "Orang yang berbeda",
    "Keduanya dilanjutkan. Pasangan ini tidak ditanyakan lagi.",
)
SAMA = (
    PutusanDuplikat.SAMA,
    "Orang yang sama",
    "Digabung ke catatan yang lebih lama; donatur yang lebih dulu mengusulkan tetap mengasuh.",
)
TOLAK = (
    PutusanDuplikat.TOLAK,
    "Tolak pekerja yang diperiksa",
    "Asuhannya berakhir dan donaturnya diminta memilih pekerja lain.",
)


class PutusanGandaForm(BaseForm):
    """W4 with its reason; ``putusan.pilihan`` is set to what fits the pair."""

    putusan = PilihanField("Putusan", [Wajib()], pilihan=(BEDA, SAMA, TOLAK), tampilan="radio")
    nik = PilihanField(
        "Bila digabung, NIK yang benar",
        [Optional()],
        pilihan=(("lama", "Pada catatan yang lebih lama"), ("baru", "Pada catatan yang lebih baru")),
        tampilan="radio",
        default="lama",
    )
    alasan = TeksPanjangField("Alasan", [Wajib()], maks=500)


class BukaNikForm(BaseForm):
    """A click that shows whole numbers for a short while (MSK-1)."""
