"""Forms check shape, actions check rules; both answer with sentences at the field (house habit 13)."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Response, request
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict
from wtforms import BooleanField, Field, FieldList, FormField, HiddenField
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from rentan.core.audit import Peristiwa, record, undo_changes
from rentan.core.errors import RuleError, Stale
from rentan.web.access import pelaku
from rentan.web.fields import (
    BerkasField,
    BilanganField,
    HpField,
    NikField,
    NipField,
    ParsedField,
    PilihanField,
    RekeningField,
    RupiahField,
    SandiField,
    TanggalField,
    TeksField,
    TeksPanjangField,
    UuidSelectField,
    Wajib,
)
from rentan.web.transaction import after_reading, answered_before, finish

__all__ = [
    "BaseForm",
    "BerkasField",
    "BilanganField",
    "FilterForm",
    "HpField",
    "NikField",
    "NipField",
    "Optional",
    "ParsedField",
    "PilihanField",
    "RekeningField",
    "RupiahField",
    "SandiField",
    "TanggalField",
    "TeksField",
    "TeksPanjangField",
    "UuidSelectField",
    "VersionedForm",
    "Wajib",
    "carry_out",
]

log = logging.getLogger(__name__)

#: WTForms has no Indonesian locale; these are all the sentences of the parts that we use.
KATA = {
    "This field is required.": "Isian ini wajib diisi.",
    "Invalid input.": "Isian ini tidak sah. Periksa lagi.",
    "Invalid email address.": "Alamat email tidak sah. Contoh: nama@contoh.go.id.",
    "Invalid UUID.": "Pilihan ini tidak dikenal. Muat ulang halaman, lalu pilih lagi.",
    "Invalid Choice: could not coerce.": "Pilihan ini tidak dikenal. Pilih dari daftar.",
    "Not a valid choice.": "Pilihan ini tidak dikenal. Pilih dari daftar.",
    "Not a valid integer value.": "Isi dengan bilangan bulat, misalnya 3.",
    "Not a valid decimal value.": "Isi dengan bilangan.",
    "Not a valid date value.": "Tanggal tidak sah. Contoh: 17-08-1980.",
    "Field must be equal to %(other_name)s.": "Isian ini harus sama dengan %(other_name)s.",
    "Field must be at least %(min)d character long.": "Isi paling sedikit %(min)d karakter.",
    "Field must be at least %(min)d characters long.": "Isi paling sedikit %(min)d karakter.",
    "Field cannot be longer than %(max)d character.": "Isi paling banyak %(max)d karakter.",
    "Field cannot be longer than %(max)d characters.": "Isi paling banyak %(max)d karakter.",
    "Field must be exactly %(max)d character long.": "Isi tepat %(max)d karakter.",
    "Field must be exactly %(max)d characters long.": "Isi tepat %(max)d karakter.",
    "Field must be between %(min)d and %(max)d characters long.": "Isi %(min)d sampai %(max)d karakter.",
    "Number must be at least %(min)s.": "Isi paling kecil %(min)s.",
    "Number must be at most %(max)s.": "Isi paling besar %(max)s.",
    "Number must be between %(min)s and %(max)s.": "Isi antara %(min)s dan %(max)s.",
    "Invalid value, must be one of: %(values)s.": "Isi dengan salah satu dari: %(values)s.",
    "Invalid value, can't be any of: %(values)s.": "Isian ini tidak boleh dipakai. Pilih yang lain.",
    "This field cannot be edited.": "Isian ini tidak dapat diubah.",
    "This field is disabled and cannot have a value.": "Isian ini tidak dapat diisi.",
    "CSRF token missing.": "Halaman ini sudah kedaluwarsa. Muat ulang, lalu kirim lagi.",
    "CSRF failed.": "Halaman ini sudah kedaluwarsa. Muat ulang, lalu kirim lagi.",
    "CSRF token expired.": "Halaman ini sudah kedaluwarsa. Muat ulang, lalu kirim lagi.",
    "Invalid CSRF Token.": "Halaman ini sudah kedaluwarsa. Muat ulang, lalu kirim lagi.",
}


class Terjemahan:
    """The translation object that WTForms asks for, from a small dictionary."""

    def gettext(self, kalimat: str) -> str:
        return KATA.get(kalimat, kalimat)

    def ngettext(self, satu: str, banyak: str, jumlah: int) -> str:
        return self.gettext(satu if jumlah == 1 else banyak)


class KunciField(HiddenField):
    """The one-time key of this form (CON-4): made when it is first shown, kept while it is corrected."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            self.data = str(uuid.UUID(str(valuelist[0])))
        except (IndexError, ValueError):
            self.data = str(uuid.uuid4())


class BaseForm(FlaskForm):
    """A form that changes something: CSRF token, one-time key, rule errors at their field, in Indonesian.

    ``id_awalan`` keeps element ids unique when a page shows the same form more than once; names stay.
    """

    kunci_formulir: KunciField | None = KunciField(default=lambda: str(uuid.uuid4()))
    form_errors: list[str]

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> Terjemahan:
            return Terjemahan()

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Form fields and files only: FlaskForm would also take a JSON body."""
            if formdata is None or hasattr(formdata, "getlist"):
                return formdata
            if form.is_submitted():
                return CombinedMultiDict((request.files, request.form))
            return None

    def __init__(self, *args: Any, id_awalan: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._refused_status = 422
        if id_awalan:
            for field in self:
                field.id = field.label.field_id = f"{id_awalan}-{field.id}"

    def accepts(self) -> bool:
        """Was the form sent, and in the right shape? Names of fields that we never asked for are logged."""
        if not self.is_submitted():
            return False
        if unknown := self.unknown_fields():
            log.warning("formulir %s: isian tak dikenal: %s", type(self).__name__, ", ".join(unknown))
            after_reading(lambda: _note_unknown(unknown))
        return bool(self.validate())

    @contextmanager
    def rules(self) -> Iterator[None]:
        """Turn a ``RuleError`` of the enclosed actions into an error of its field (or of the form).

        The transaction is rolled back first: a refused action changes nothing, and the page that shows the
        refusal must not read half-made changes. "Not found" and "not allowed" stay errors of the whole page.
        """
        try:
            yield
        except RuleError as refused:
            if refused.status not in (409, 422):
                raise
            undo_changes()
            self.refuse(refused)

    def refuse(self, refused: RuleError) -> None:
        """Show this refusal at its field, or at the form when the field is not on this page."""
        self._refused_status = refused.status
        field = next((f for f in _leaves(self) if f.name == refused.field), None)
        if field is None:
            self.form_errors = [*self.form_errors, refused.pesan]
        else:
            field.errors = [*field.errors, refused.pesan]

    @property
    def status(self) -> int:
        """HTTP status for the page that shows this form: 200, 422 when refused, 409 when out of date."""
        return self._refused_status if self.errors else 200

    def ringkasan(self) -> list[tuple[str | None, str]]:
        """All errors in page order as ``(element id, sentence)``, for the error summary."""
        lines: list[tuple[str | None, str]] = [(None, pesan) for pesan in self.form_errors]
        for field in _leaves(self):
            target = f"{field.id}-0" if getattr(field, "tampilan", "") == "radio" else field.id
            hidden = isinstance(field.widget, HiddenInput)
            lines.extend((None if hidden else target, str(pesan)) for pesan in field.errors)
        return lines

    def unknown_fields(self) -> list[str]:
        """Names in the request that this form does not have (AUZ-4: ignored and logged, never their values).

        A name could itself carry a value, so anything but a short plain word is only counted as ``(lain)``.
        """
        known = {field.name for field in _leaves(self)} | {"csrf_token"}
        names = {name for name in (*request.form, *request.files) if name not in known}
        return sorted({name if re.fullmatch(r"[a-z][a-z_]{0,39}", name) else "(lain)" for name in names})

    @property
    def ada_berkas(self) -> bool:
        """Does the form carry files (and need the multipart encoding)?"""
        return any(isinstance(field, BerkasField) for field in _leaves(self))


def carry_out(form: BaseForm, work: Callable[[], tuple[str, str]]) -> Response | None:
    """Do what a form of this request asks for: ``work`` answers where to go and what to say.

    The same form sent twice gets the first answer (CON-4). ``None``: it was refused, and its page is shown
    again with the sentences (house habit 13).
    """
    if answer := answered_before():
        return answer
    if form.accepts():
        with form.rules():
            return finish(*work())
    return None


def _note_unknown(names: list[str]) -> None:
    """AUZ-4, 15.3.3: whoever sends ``role`` or ``status`` along tries something, and the trail says who."""
    if pelaku().akun_id is not None:
        record(Peristiwa.KOLOM_TAK_DIKENAL, by=pelaku(), hasil="ditolak", kolom=names[:20])


def _leaves(form: Any) -> Iterator[Field]:
    """Every input field, also inside lists and enclosed forms."""
    for field in form:
        if isinstance(field, FieldList | FormField):
            yield from _leaves(field)
        else:
            yield field


class VersionedForm(BaseForm):
    """For editing a row: ``versi`` tells which state the person saw (CON-5); the action compares it."""

    versi = BilanganField(widget=HiddenInput(), validators=[Optional()])

    def differences(self, tersimpan: BaseForm | None, versi_kini: int) -> list[dict[str, str]]:
        """After a refusal as out of date: where what is stored (``tersimpan``) and what was typed differ.

        The form then carries the present version, so that it can be sent again. Otherwise nothing to show.
        """
        if self.status != Stale.status:
            return []
        self.versi.raw_data, self.versi.data = None, versi_kini
        rows = []
        for field in self:
            other = tersimpan._fields.get(field.name) if tersimpan else None
            if other is None or isinstance(field.widget, HiddenInput) or isinstance(field, BooleanField):
                continue  # tokens and agreements are not values of the row
            mine, theirs = _shown(field), _shown(other)
            if mine != theirs:
                rows.append({"label": field.label.text, "tersimpan": theirs, "isian_anda": mine})
        return rows


def _shown(field: Any) -> str:
    """A field's value as people read it: the label of a choice, else the text of the input."""
    if hasattr(field, "opsi"):
        return next((one.label for one in field.opsi() if one.terpilih), "")
    return str(field._value())


class FilterForm(BaseForm):
    """Filters of a list, read from the address (GET): no token, no key; wrong values show at the field."""

    kunci_formulir = None

    class Meta(BaseForm.Meta):
        csrf = False

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            if formdata is None or hasattr(formdata, "getlist"):
                return formdata
            return request.args or None  # nothing asked for: the fields' defaults hold
