"""Ticked lines of a list, sent as the ids of their rows."""

from __future__ import annotations

import uuid
from typing import Any

from wtforms import Field
from wtforms.validators import StopValidation


class TerpilihField(Field):
    """The ticked lines: ``data`` is a list of ids without doubles.

    From ``minimal`` to ``maks`` of them; ``pesan`` is the sentence for any other number. In the order of the
    ids, which is the order in which rows are locked; ``berurutan``: in the order in which they were sent.
    """

    data: list[uuid.UUID]

    def __init__(
        self, label: str, *, maks: int, pesan: str, minimal: int = 1, berurutan: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(label, **kwargs)
        self.minimal, self.maks, self.pesan, self.berurutan = minimal, maks, pesan, berurutan

    def process_data(self, value: object) -> None:
        self.data = []

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            found = list(dict.fromkeys(uuid.UUID(str(one)) for one in valuelist))
        except ValueError:
            raise ValueError("Pilihan ini tidak dikenal. Muat ulang halaman, lalu pilih lagi.") from None
        self.data = found if self.berurutan else sorted(found)

    def pre_validate(self, form: object) -> None:
        if not self.errors and not self.minimal <= len(self.data) <= self.maks:
            raise StopValidation(self.pesan)
