"""Status enums carry their own label and colour; templates never compare strings (house.md habit 7)."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """A stored word with a label for people and a colour class of ``templates/components/lencana.html``.

    Members are written ``NAMA = "nilai", "Label", "warna"``, warna one of ``netral proses perlu baik bahaya``
    (grey, blue, amber "needs you", green "confirmed by BPJS" only, red "danger").
    """

    label: str
    warna: str

    # A member is found by its value alone: the type checker reads that call here too.
    def __new__(cls, value: str, label: str = "", warna: str = "netral") -> Status:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.warna = warna
        return member
