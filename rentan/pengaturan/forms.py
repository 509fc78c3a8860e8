"""One setting at a time, in a field of its kind."""

from __future__ import annotations

from typing import Any

from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from rentan.core.settings import Pilihan
from rentan.web.forms import BaseForm, BilanganField, PilihanField, Wajib


class CentangBanyakField(SelectMultipleField):
    """Several of a short list, as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def setting_form(pilihan: Pilihan, nilai: Any) -> BaseForm:
    """The form of this setting, showing the value in force."""
    if pilihan.jenis is int:
        field: Any = BilanganField(pilihan.label, [Wajib()], kecil=pilihan.minimum, besar=pilihan.maksimum)
    elif pilihan.jenis is bool:
        field = PilihanField(
            pilihan.label, [Wajib()], pilihan=(("ya", "Ya"), ("tidak", "Tidak")), tampilan="radio", kosong=""
        )
        nilai = "ya" if nilai else "tidak"
    else:
        field = CentangBanyakField(pilihan.label, choices=[(one, one) for one in pilihan.pilihan])
        nilai = list(nilai)
    form = type("PengaturanForm", (BaseForm,), {"nilai": field})
    return form(data={"nilai": nilai})


def value_of(pilihan: Pilihan, form: BaseForm) -> Any:
    """What was chosen, as it is stored."""
    data = form["nilai"].data
    return data == "ya" if pilihan.jenis is bool else data
