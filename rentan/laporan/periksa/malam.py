"""The checks once a night, and what the last night said (MON-3)."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rentan.core.clock import now, to_local, today
from rentan.ext import runtime
from rentan.laporan.periksa import run_checks

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Malam:
    """When the checks last ran by themselves, how many they were, and the findings of each that had any."""

    pada: datetime
    diperiksa: int
    temuan: dict[str, int]


def periksa_malam() -> int:
    """Job "periksa-malam": all checks, in the first hour of each day that the machine is awake.

    Findings go to the log by the name of their check and their number, never with a row's data; the result is
    kept beside the database. Answers how many findings; a second run on the same day does nothing.
    """
    last = last_night()
    if last is not None and to_local(last.pada).date() == today():
        return 0
    semua = {check.nama: len(found) for check, found in run_checks()}
    temuan = {nama: banyak for nama, banyak in semua.items() if banyak}
    for nama, banyak in temuan.items():
        log.error("periksa %s: %s findings", nama, banyak)
    path = _path()
    draft = path.with_suffix(".baru")
    body = {"pada": now().isoformat(), "diperiksa": len(semua), "temuan": temuan}
    draft.write_text(json.dumps(body), encoding="ascii")
    os.replace(draft, path)
    return sum(temuan.values())


def last_night() -> Malam | None:
    """What the last run said; ``None`` before the first one, or when its file cannot be read."""
    try:
        body = json.loads(_path().read_text(encoding="ascii"))
        return Malam(datetime.fromisoformat(body["pada"]), int(body["diperiksa"]), dict(body["temuan"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _path() -> Path:
    instance: Path = runtime().settings.instance
    return instance / "periksa-malam.json"
