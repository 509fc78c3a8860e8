"""One setting at a time, in a field of its kind."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from rentan.core.errors import Stale
from rentan.core.settings import Pilihan
from rentan.web.forms import BaseForm, BilanganField, PilihanField, Wajib


class CentangBanyakField(SelectMultipleField):
    """Several of a short list, as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def setting_form(pilihan: Pilihan, nilai: Any) -> BaseForm:
    """The form of this setting with the value in force; ``semula`` tells which one the admin saw (CON-5)."""
    semula = in_words(nilai)
    if pilihan.jenis is int:
        field: Any = BilanganField(pilihan.label, [Wajib()], kecil=pilihan.minimum, besar=pilihan.maksimum)
    elif pilihan.jenis is bool:
        field = PilihanField(
            pilihan.label, [Wajib()], pilihan=(("ya", "Ya"), ("tidak", "Tidak")), tampilan="radio", kosong=""
        )
        nilai = "ya" if nilai else "tidak"
    elif pilihan.jenis is str:
        field = PilihanField(
            pilihan.label, [Wajib()], pilihan=tuple((one, one) for one in pilihan.pilihan), kosong=""
        )
    else:
        field = CentangBanyakField(pilihan.label, choices=[(one, one) for one in pilihan.pilihan])
        nilai = list(nilai)
    form = type("PengaturanForm", (BaseForm,), {"nilai": field, "semula": HiddenField()})
    return form(data={"nilai": nilai, "semula": semula})


def value_of(pilihan: Pilihan, form: BaseForm) -> Any:
    """What was chosen, as it is stored."""
    data = form["nilai"].data
    return data == "ya" if pilihan.jenis is bool else data


def check_seen(form: BaseForm, nilai: Any) -> None:
    """Refuse an answer to a page that showed another value than the one in force (``Stale``, 409)."""
    seen, now = form["semula"].data, in_words(nilai)
    if seen and seen != now:
        form["semula"].data = now
        raise Stale(
            f"Pengaturan ini sudah diubah orang lain menjadi “{now}” sejak Anda membukanya. Isian Anda masih "
            "ada di bawah; simpan lagi bila tetap ingin menggantinya."
        )


def in_words(nilai: object) -> str:
    """A setting's value as people read it."""
    if isinstance(nilai, bool):
        return "Ya" if nilai else "Tidak"
    if isinstance(nilai, list | tuple):
        return ", ".join(str(one) for one in nilai)
    return str(nilai)
