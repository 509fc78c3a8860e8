"""Destroying what a stack no longer needs, after the change that says so is committed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from rentan.core.queue import enqueue, task
from rentan.core.subject import KunciSubjek
from rentan.ext import db, runtime
from rentan.pindai.models import HalamanPindai, Tumpukan


def forget_pictures(pages: Sequence[HalamanPindai]) -> None:
    """Destroy these pictures once this change is committed: their papers are kept elsewhere now."""
    keys = [one.kunci_gambar for one in pages if one.kunci_gambar]
    for one in pages:
        one.kunci_gambar = None
    enqueue("pindai.buang", kunci=keys, subjek=None)


def discard(tumpukan: Tumpukan, pages: Sequence[HalamanPindai], *, with_key: bool) -> None:
    """Destroy the PDF and these pictures once this change is committed; ``with_key``: the stack is closed."""
    keys = [*tumpukan.bagian, *(one.kunci_gambar for one in pages if one.kunci_gambar)]
    tumpukan.bagian = []
    for one in pages:
        one.kunci_gambar = None
    enqueue("pindai.buang", kunci=keys, subjek=str(tumpukan.id) if with_key else None)


@task("pindai.buang")
def discard_objects(kunci: list[str], subjek: str | None) -> None:
    """Destroy stored objects that nothing needs any more, and the stack's key when it is closed."""
    for key in kunci:
        runtime().store.delete(key)
    if subjek is not None:
        db.session.execute(db.delete(KunciSubjek).where(KunciSubjek.id == uuid.UUID(subjek)))
