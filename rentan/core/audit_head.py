"""The newest link of the trail, written to another place each day (AUD-2).

The chain itself cannot tell that its newest rows were cut off. A copy of an earlier head can: the row it
names must still be there with the same MAC. The file holds JSON lines, to be shipped off the server.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from sqlalchemy import select

from rentan.core.audit import ChainFault, Jejak
from rentan.core.clock import now
from rentan.ext import db, runtime


def export_head() -> int:
    """Append the present head to the file; answers 1, or 0 when nothing was added to the trail since."""
    path: Path = runtime().settings.kepala_jejak
    head = db.session.execute(select(Jejak.seq, Jejak.mac).order_by(Jejak.seq.desc()).limit(1)).first()
    known = _read(path)
    if head is None or (known and known[-1][0] == head.seq):
        return 0
    line = json.dumps({"waktu": now().isoformat(), "seq": head.seq, "mac": head.mac.hex()})
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a", encoding="ascii") as stream:
        stream.write(line + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    return 1


def verify_heads(path: Path | None = None) -> list[ChainFault]:
    """Rows that an exported head names and the trail no longer has, or has otherwise."""
    faults = []
    for seq, mac in _read(path or runtime().settings.kepala_jejak):
        found = db.session.scalar(select(Jejak.mac).where(Jejak.seq == seq))
        if found is None:
            faults.append(ChainFault(seq, "baris hilang menurut salinan kepala jejak"))
        elif found.hex() != mac:
            faults.append(ChainFault(seq, "baris berbeda dari salinan kepala jejak"))
    return faults


def _read(path: Path) -> list[tuple[int, str]]:
    if not path.exists():
        return []
    lines = (json.loads(line) for line in path.read_text(encoding="ascii").splitlines() if line)
    return [(line["seq"], line["mac"]) for line in lines]
