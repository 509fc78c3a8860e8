"""``flask asn import FILE``: the roster from the command line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from rentan.asn.roster import ROSTER
from rentan.cli.impor import answer_import, import_options
from rentan.core.clock import today

asn = AppGroup("asn", help="The roster of civil servants.")


@asn.command("import")
@import_options
@click.option("--berlaku", type=click.DateTime(["%Y-%m-%d"]), help="Day from which it holds (default today).")
@click.option("--allow-many-leavers", is_flag=True, help="More than a fifth of the city may leave.")
def import_roster(
    file: Path,
    take_good: bool,
    dry_run: bool,
    as_json: bool,
    berlaku: datetime | None,
    allow_many_leavers: bool,
) -> None:
    """Bring BKPP's roster in: who joined, moved, changed, left (nobody is deleted)."""
    hari = berlaku.date() if berlaku else today()
    answer_import(
        ROSTER,
        file,
        dry_run=dry_run,
        take_good=take_good,
        as_json=as_json,
        pilihan={"berlaku": hari.isoformat()},
        setuju=allow_many_leavers,
    )


COMMANDS = (asn,)
