"""Commands about activation: the slips of one OPD."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from rentan.aktivasi import actions, queries
from rentan.cli.tolak import refuse
from rentan.core.actor import SISTEM
from rentan.core.errors import RuleError
from rentan.ext import db
from rentan.web.tujuan import base_url

aktivasi = AppGroup("aktivasi", help="Activation of accounts.")


@aktivasi.command("slips")
@click.option("--opd", "kode_opd", required=True, help="Code of the OPD.")
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="PDF to write."
)
@click.option("--only-new", is_flag=True, help="Only for people who hold no valid slip yet.")
@click.option("--dry-run", is_flag=True, help="Only count; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def slips(kode_opd: str, output: Path, only_new: bool, dry_run: bool, as_json: bool) -> None:
    """Print slips for everybody of the OPD who has not activated; earlier slips of these people stop working.

    With --only-new a second run prints nothing and voids nothing. Exit 1 when the OPD is unknown.
    """
    try:
        opd = queries.get_opd(kode_opd, seen_by=SISTEM)
    except RuleError:
        refuse(RuleError("OPD ini tidak ada.", "opd", kode="opd"), as_json=as_json)
    people = queries.list_belum(opd, tanpa_slip=only_new)
    written = bool(people) and not dry_run
    if written:
        codes, sampai, nama_opd = actions.make_codes(people), actions.expiry(), opd.nama
        db.session.rollback()
        cetakan = actions.render_slips(nama_opd, people, codes, sampai=sampai, alamat=base_url())
        # The file first: a code in force that stands on no paper would be lost.
        try:
            _write(output, cetakan.pdf)
            actions.issue_codes(queries.get_opd(kode_opd, seen_by=SISTEM), codes, sampai=sampai, by=SISTEM)
        except (OSError, RuleError) as failure:
            db.session.rollback()
            tak_tertulis = RuleError("Berkas tidak dapat ditulis. Periksa foldernya.", kode="berkas")
            refuse(failure if isinstance(failure, RuleError) else tak_tertulis, as_json=as_json)
        db.session.commit()
    if as_json:
        body = {"opd": kode_opd, "slips": len(people), "written": written, "dry_run": dry_run}
        click.echo(json.dumps(body))
    else:
        click.echo(
            f"{len(people)} slip" + (f" ditulis ke {output}." if written else ", tidak ada yang ditulis.")
        )


def _write(path: Path, pdf: bytes) -> None:
    """Readable by its owner only: whoever has the file can open these accounts."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(pdf)


COMMANDS = (aktivasi,)
