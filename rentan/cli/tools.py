"""Commands about the installation itself: the trail and its keys."""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup, with_appcontext

from rentan.core.audit import ChainFault, verify_chain
from rentan.core.audit_head import verify_heads
from rentan.ext import db
from rentan.jobs import JOBS

jejak = AppGroup("jejak", help="Audit trail.")


@jejak.command("verify")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def verify(as_json: bool) -> None:
    """Recompute the whole chain; exit 1 when a row was changed, removed, inserted or swapped.

    Copies of earlier heads (RENTAN_KEPALA_JEJAK) also show when the newest rows were cut off.
    """
    faults: list[ChainFault] = []
    rows = 0
    for found in verify_chain():
        if isinstance(found, ChainFault):
            faults.append(found)
        else:
            rows = found
    faults += verify_heads()
    if as_json:
        listed = [{"seq": one.seq, "cause": one.sebab} for one in faults]
        click.echo(json.dumps({"rows": rows, "faults": listed}))
    else:
        for one in faults:
            click.echo(f"Baris {one.seq}: {one.sebab}.")
        click.echo(f"{rows} baris dibaca, {len(faults)} tidak sah.")
    raise SystemExit(1 if faults else 0)


@click.command("job")
@click.argument("nama", type=click.Choice(sorted(JOBS)))
@with_appcontext
def job(nama: str) -> None:
    """Run one scheduled job now; safe to run twice."""
    done = JOBS[nama]()
    db.session.commit()
    click.echo(f"{nama}: {done}")


COMMANDS = (jejak, job)
