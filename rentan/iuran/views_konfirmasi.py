"""What somebody has seen before confirming it: signed, and bound to person, page and contents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from rentan.core.errors import RuleError
from rentan.ext import runtime
from rentan.iuran.forms_tarif import FormTarif
from rentan.util.galat import TidakSah
from rentan.web.access import pelaku

#: Seconds during which a preview may be confirmed.
BERLAKU = 2 * 3600


@contextmanager
def as_rules() -> Iterator[None]:
    """What the pure tariff refuses is a refusal that people read."""
    try:
        yield
    except TidakSah as refused:
        raise RuleError(refused.pesan, kode=refused.kode) from refused


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(runtime().keyring.kode, salt="tarif")


def sign(form: FormTarif, angka: Mapping[str, Any]) -> str:
    """The confirmation of these figures for this person, page and contents."""
    return _signer().dumps([str(pelaku().akun_id), request.path, form.isi(), dict(angka)])


def seen(form: FormTarif) -> dict[str, Any]:
    """The figures that this person has seen for these very contents.

    Raises ``RuleError`` (``token_salah``) for another's, another content's, or an old confirmation.
    """
    try:
        akun, path, isi, angka = _signer().loads(form.token.data, max_age=BERLAKU)
    except (BadSignature, ValueError, TypeError) as sebab:
        raise RuleError(_TIDAK_COCOK, kode="token_salah") from sebab
    if (akun, path, isi) != (str(pelaku().akun_id), request.path, form.isi()):
        raise RuleError(_TIDAK_COCOK, kode="token_salah")
    return dict(angka)


_TIDAK_COCOK = (
    "Persetujuan ini tidak cocok dengan pratinjau, atau sudah lebih dari dua jam. Periksa lagi, lalu setujui."
)
