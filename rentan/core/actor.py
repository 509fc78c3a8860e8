"""Who acts: the one argument ``by=`` of every action and the viewer of every query."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from rentan.core.permissions import Peran, Permission, permissions_of


@dataclass(frozen=True)
class Pelaku:
    """A signed-in person with the roles in force now, a guest (no account, no roles), or the system itself.

    ``opd_ids`` are the OPD of an operator's grants including their sub-units; ``kecamatan`` the Kemendagri
    codes of a petugas kecamatan; ``asn_id`` the person's own roster row. ``permintaan_id`` and ``alamat``
    (request id, network address) go into the trail only.
    """

    akun_id: uuid.UUID | None
    peran: frozenset[Peran] = frozenset()
    asn_id: uuid.UUID | None = None
    opd_ids: frozenset[uuid.UUID] = frozenset()
    kecamatan: frozenset[str] = frozenset()
    permintaan_id: str = ""
    alamat: str = ""
    is_system: bool = False
    permissions: frozenset[Permission] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "permissions", permissions_of(self.peran))

    def can(self, permission: Permission) -> bool:
        """May this person use the function at all? (Which rows, the queries decide.)"""
        return permission in self.permissions

    def has(self, *peran: Peran) -> bool:
        return bool(self.peran.intersection(peran))


#: Scheduled jobs and commands run at the server: G6 allows them only facts that are ours to state.
SISTEM = Pelaku(akun_id=None, is_system=True)

_CARI: list[Callable[[uuid.UUID], Pelaku | None]] = []


def finds_pelaku(find: Callable[[uuid.UUID], Pelaku | None]) -> Callable[[uuid.UUID], Pelaku | None]:
    """The room of accounts announces how an account becomes an actor; ``None``: there is no such account."""
    _CARI.append(find)
    return find


def pelaku_kini(akun_id: uuid.UUID) -> Pelaku:
    """Who asked for work that is done later, with the roles in force now; a lost account has none."""
    return next((found for find in _CARI if (found := find(akun_id))), Pelaku(akun_id=akun_id))
