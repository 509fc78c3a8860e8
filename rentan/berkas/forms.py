"""The form for taking an original upload."""

from __future__ import annotations

from rentan.web.forms import BaseForm, PilihanField, Wajib

ALASAN_ASAL = (
    ("pemeriksaan", "Pemeriksaan keaslian"),
    ("sengketa", "Sengketa atau pengaduan"),
    ("permintaan_hukum", "Permintaan aparat penegak hukum"),
)


class AsalForm(BaseForm):
    """Why the original is taken: it goes into the trail (UPL-3)."""

    alasan = PilihanField("Alasan mengambil berkas asli", [Wajib()], pilihan=ALASAN_ASAL)
